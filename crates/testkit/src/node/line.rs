//! The line from one desk to another.

use std::sync::{Arc, Mutex, PoisonError};

use comity_app::Failure;
use comity_app::workers::{Peer, answer};

use super::Desk;

/// What happens to one message on the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It arrives, and so does its answer.
    Arrives,
    /// It never arrives.
    Lost,
    /// It arrives; its answer does not.
    AnswerLost,
    /// It arrives twice; the second answer counts.
    Twice,
}

/// Every body that was sent, with its path.
pub type Sent = Arc<Mutex<Vec<(&'static str, Vec<u8>)>>>;

/// The line from one node to another.
pub struct Line<'a> {
    from: &'a Desk,
    to: &'a Desk,
    sent: Sent,
    fate: &'a (dyn Fn(usize) -> Fate + Sync),
    meddle: &'a (dyn Fn(&'static str, Vec<u8>) -> Vec<u8> + Sync),
    count: Mutex<usize>,
}

impl<'a> Line<'a> {
    /// A line that writes down in `sent` what goes over it; `fate` decides about each message by its number from 0,
    /// `meddle` may change the answers.
    pub fn new(
        from: &'a Desk,
        to: &'a Desk,
        sent: Sent,
        fate: &'a (dyn Fn(usize) -> Fate + Sync),
        meddle: &'a (dyn Fn(&'static str, Vec<u8>) -> Vec<u8> + Sync),
    ) -> Self {
        Self { from, to, sent, fate, meddle, count: Mutex::new(0) }
    }

    fn write_down(&self, path: &'static str, body: &[u8]) {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).push((path, body.to_vec()));
    }

    async fn deliver(&self, path: &'static str, body: &[u8]) -> Result<Vec<u8>, Failure> {
        let answered = answer(&self.to.ledger, self.from.agency, path, body.to_vec()).await;
        let answer = answered.map_err(|failure| Failure::Waiting(failure.to_string()))?;
        self.write_down("answer", &answer);
        Ok(answer)
    }
}

impl Peer for Line<'_> {
    async fn post(&self, path: &'static str, body: Vec<u8>) -> Result<Vec<u8>, Failure> {
        let number = {
            let mut count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
            *count += 1;
            *count - 1
        };
        self.write_down(path, &body);
        let lost = || Failure::Waiting("the line is down".into());
        match (self.fate)(number) {
            Fate::Arrives => self.deliver(path, &body).await.map(|answer| (self.meddle)(path, answer)),
            Fate::Lost => Err(lost()),
            Fate::AnswerLost => {
                self.deliver(path, &body).await?;
                Err(lost())
            }
            Fate::Twice => {
                self.deliver(path, &body).await?;
                self.deliver(path, &body).await
            }
        }
    }
}

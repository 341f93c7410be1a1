//! A small executor: tasks are polled one at a time, in the order the dice say.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use comity_app::Failure;
use comity_app::commands::Acted;
use comity_app::workers::{AnswerFailure, Synced};
use comity_journal::stream::StreamHead;
use tokio::sync::oneshot;

/// What a task was for.
pub(crate) enum Errand {
    /// A session with a partner.
    Session {
        /// The partner.
        with: usize,
    },
    /// An officer opens a matter, or drafts a request.
    Open {
        /// With whom.
        with: Vec<usize>,
    },
    /// An officer's act.
    Act {
        /// In which case.
        case: usize,
    },
    /// A request of a partner.
    Answer {
        /// The partner.
        to: usize,
        /// What was asked.
        path: &'static str,
        /// How far a batch reaches in the stream of who sent it.
        until: Option<StreamHead>,
        /// Where the answer goes; nowhere for a request that came a second time.
        reply: Option<oneshot::Sender<Vec<u8>>>,
    },
}

/// What came of a task.
pub(crate) enum Outcome {
    Synced(Result<Synced, Failure>),
    Acted(Result<Acted, Failure>),
    Answered(Result<Vec<u8>, AnswerFailure>),
}

type Future = Pin<Box<dyn std::future::Future<Output = Outcome>>>;

struct Task {
    node: usize,
    errand: Errand,
    future: Future,
    ready: Arc<Ready>,
}

struct Ready(AtomicBool);

impl Wake for Ready {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// All tasks of all nodes.
#[derive(Default)]
pub(crate) struct Tasks {
    running: BTreeMap<u64, Task>,
    next: u64,
}

impl Tasks {
    pub(crate) fn spawn(
        &mut self,
        node: usize,
        errand: Errand,
        future: impl std::future::Future<Output = Outcome> + 'static,
    ) {
        let ready = Arc::new(Ready(AtomicBool::new(true)));
        self.running.insert(self.next, Task { node, errand, future: Box::pin(future), ready });
        self.next += 1;
    }

    /// The tasks that can go on.
    pub(crate) fn ready(&self) -> impl Iterator<Item = u64> {
        let ready = self.running.iter().filter(|(_, task)| task.ready.0.load(Ordering::Relaxed));
        ready.map(|(number, _)| *number)
    }

    /// The tasks of a node that can go on.
    pub(crate) fn ready_of(&self, node: usize) -> Vec<u64> {
        self.ready().filter(|number| self.running.get(number).is_some_and(|task| task.node == node)).collect()
    }

    /// Lets a task go on; what came of it, once it has ended.
    pub(crate) fn poll(&mut self, number: u64) -> Option<(usize, Errand, Outcome)> {
        let task = self.running.get_mut(&number)?;
        task.ready.0.store(false, Ordering::Relaxed);
        let waker = Waker::from(Arc::clone(&task.ready));
        let Poll::Ready(outcome) = task.future.as_mut().poll(&mut Context::from_waker(&waker)) else {
            return None;
        };
        let task = self.running.remove(&number)?;
        Some((task.node, task.errand, outcome))
    }

    /// The node dies, and its tasks with it.
    pub(crate) fn drop_all_of(&mut self, node: usize) {
        self.running.retain(|_, task| task.node != node);
    }

    /// The connections of a node break, and what others did over them ends.
    pub(crate) fn hang_up(&mut self, node: usize) {
        let over_it = |task: &Task| match task.errand {
            Errand::Session { with } => with == node,
            Errand::Answer { to, .. } => to == node,
            Errand::Open { .. } | Errand::Act { .. } => false,
        };
        self.running.retain(|_, task| !over_it(task));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.running.is_empty()
    }

    pub(crate) fn acts_of(&self, node: usize) -> usize {
        self.count_of(node, |errand| matches!(errand, Errand::Act { .. } | Errand::Open { .. }))
    }

    /// How many tasks of a node are for such an errand.
    pub(crate) fn count_of(&self, node: usize, errand: impl Fn(&Errand) -> bool) -> usize {
        self.running.values().filter(|task| task.node == node && errand(&task.errand)).count()
    }

    /// Whether a session from `node` with this partner runs.
    pub(crate) fn has_session(&self, node: usize, partner: usize) -> bool {
        let is = |task: &Task| matches!(task.errand, Errand::Session { with } if with == partner);
        self.running.values().any(|task| task.node == node && is(task))
    }
}

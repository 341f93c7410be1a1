//! What an officer has been given to do, in all matters.

use comity_domain::words::Words;
use serde::Serialize;

use super::desk::TaskLine;
use super::lists::LONGEST_PAGE;
use super::matters::{MatterLine, Names};
use crate::authorise::Doing;
use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::people::Officer;
use crate::views::Facet;

/// A task, with its matter.
#[derive(Clone, Debug, Serialize)]
pub struct MyTask {
    /// Its matter, as in a list.
    pub matter: MatterLine,
    /// What is to be done.
    pub task: TaskLine,
}

impl Ledger {
    /// The tasks of an officer that are not done, what is due first before what is due later or whenever; of as many
    /// matters as a page has lines, those that moved last. What a task says is left out where the officer may not read it.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn tasks_of(&mut self, officer: &Officer, words: &Words) -> Result<Vec<MyTask>, Failure> {
        let (now, partners) = (self.now(), self.partner_names(words)?);
        let mut tasks = Vec::new();
        for (kind, id) in self.latest_places(&Facet::Tasked(officer.record), LONGEST_PAGE)?.0 {
            let row = self.row(&kind, &id)?.filter(|row| officer.may_in_row(Doing::SeeMatter, row));
            let Some(row) = row else { continue };
            let may_read = officer.may_in_row(Doing::ReadContent, &row);
            let (names, who) =
                (Names::read(self, &id, words)?, officer.acting_in(&*self.keys.pseudonyms, &id).who);
            let open = self.matter(&id)?.inner().tasks;
            for task in open.iter().filter(|task| task.done.is_none() && task.to == who) {
                let mut task = self.task_line(task, &names, now)?;
                task.text = task.text.filter(|_| may_read);
                tasks.push(MyTask { matter: self.line_for(officer, &row, &partners, words)?, task });
            }
        }
        tasks.sort_by(|a, b| (a.task.due.is_none(), &a.task.due).cmp(&(b.task.due.is_none(), &b.task.due)));
        Ok(tasks)
    }
}

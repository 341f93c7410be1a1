//! Work on groups, done by as many hands as the machine has cores: whoever has to wait works.
//!
//! Tasks are given and taken back in the same order. A helper takes the next task that nobody has begun, and so does
//! the caller when the task it asks back is not done, so that no core waits while there is work: with no helper the
//! caller does all of it, by the same lines. Helpers are started when tasks pile up, so that what is small starts none.
//!
//! Not here: what the work is, reading and writing (the caller's alone). Invariants: what comes back does not depend on
//! how many hands there are; at most [`Hands::room`] tasks are under way, so memory has a bound; a helper that panics
//! panics the caller and keeps nobody waiting; when this is dropped its threads have ended.

use std::collections::VecDeque;
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

/// The most helpers beside the caller. Reading, hashing files and writing are the caller's, so more would wait for it.
const HELPERS: usize = 3;

/// Hands that do one kind of work.
pub(crate) struct Hands<T> {
    work: fn(&mut T),
    board: Arc<Board<T>>,
    /// Tasks that were given and not taken back, the oldest first.
    under_way: VecDeque<Receiver<T>>,
    helpers: Vec<JoinHandle<()>>,
    /// How many helpers there may be, once it was asked.
    most: Option<usize>,
}

/// Where tasks hang that nobody has begun.
struct Board<T> {
    tasks: Mutex<Tasks<T>>,
    changed: Condvar,
}

struct Tasks<T> {
    /// Each with where it goes when it is done.
    open: VecDeque<(T, SyncSender<T>)>,
    over: bool,
}

impl<T: Send + 'static> Hands<T> {
    /// Hands that do `work`; `helpers` of them beside the caller, or as many as there are other cores.
    pub(crate) fn new(work: fn(&mut T), helpers: Option<usize>) -> Self {
        let tasks = Mutex::new(Tasks { open: VecDeque::new(), over: false });
        let board = Arc::new(Board { tasks, changed: Condvar::new() });
        let most = helpers.map(|helpers| helpers.min(HELPERS));
        Self { work, board, under_way: VecDeque::new(), helpers: Vec::new(), most }
    }

    /// How many more tasks may be given before one has to be taken back.
    pub(crate) fn room(&self) -> usize {
        // For each hand one in work and one that waits.
        (2 + 2 * self.helpers.len()).saturating_sub(self.under_way.len())
    }

    /// Gives a task to whoever is free first.
    pub(crate) fn give(&mut self, task: T) {
        let (done, back) = sync_channel(1);
        self.under_way.push_back(back);
        let mut tasks = self.board.lock();
        let piled_up = !tasks.open.is_empty();
        tasks.open.push_back((task, done));
        drop(tasks);
        self.board.changed.notify_one();
        if piled_up {
            self.call_helper();
        }
    }

    /// The oldest task, done; `None` when none is under way.
    pub(crate) fn take(&mut self) -> Option<T> {
        let oldest = self.under_way.pop_front()?;
        loop {
            match oldest.try_recv() {
                Ok(task) => return Some(task),
                Err(TryRecvError::Disconnected) => self.a_helper_panicked(),
                Err(TryRecvError::Empty) => {}
            }
            // The oldest is begun first, so it is this one, or in the hands of a helper.
            let Some((mut task, done)) = self.board.lock().open.pop_front() else {
                return oldest.recv().map_or_else(|_| self.a_helper_panicked(), Some);
            };
            (self.work)(&mut task);
            drop(done.send(task));
        }
    }

    fn call_helper(&mut self) {
        let cores = || thread::available_parallelism().map_or(0, |cores| cores.get() - 1);
        let most = *self.most.get_or_insert_with(|| cores().min(HELPERS));
        if self.helpers.len() < most {
            let (board, work) = (Arc::clone(&self.board), self.work);
            // Where the machine has no thread to give, the others do the work.
            let helper = thread::Builder::new().name("groups".to_owned()).spawn(move || board.help(work));
            self.helpers.extend(helper);
        }
    }

    /// A task is lost only when the work on it panicked.
    fn a_helper_panicked(&mut self) -> ! {
        self.board.close();
        let ended = self.helpers.drain(..).filter_map(|helper| helper.join().err()).next();
        resume_unwind(ended.unwrap_or_else(|| Box::new("a task on a group was lost")))
    }
}

impl<T> Board<T> {
    /// Nobody panics while holding it.
    fn lock(&self) -> MutexGuard<'_, Tasks<T>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn help(&self, work: fn(&mut T)) {
        while let Some((mut task, done)) = self.next() {
            work(&mut task);
            // Nobody may want it any more.
            drop(done.send(task));
        }
    }

    fn next(&self) -> Option<(T, SyncSender<T>)> {
        let idle = |tasks: &mut Tasks<T>| tasks.open.is_empty() && !tasks.over;
        let waited = self.changed.wait_while(self.lock(), idle);
        waited.unwrap_or_else(PoisonError::into_inner).open.pop_front()
    }

    fn close(&self) {
        let mut tasks = self.lock();
        tasks.over = true;
        tasks.open.clear();
        drop(tasks);
        self.changed.notify_all();
    }
}

impl<T> Drop for Hands<T> {
    fn drop(&mut self) {
        self.board.close();
        for helper in self.helpers.drain(..) {
            // Its panic, if any, concerns a task that nobody asked back.
            drop(helper.join());
        }
    }
}

impl<T> std::fmt::Debug for Hands<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Hands({} under way, {} helpers)", self.under_way.len(), self.helpers.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    fn square(number: &mut u64) {
        *number *= *number;
    }

    fn all(helpers: Option<usize>) -> (Vec<u64>, usize) {
        let (mut hands, mut taken) = (Hands::new(square, helpers), Vec::new());
        for number in 0..1000 {
            if hands.room() == 0 {
                taken.extend(hands.take());
            }
            hands.give(number);
        }
        while let Some(task) = hands.take() {
            taken.push(task);
        }
        (taken, hands.helpers.len())
    }

    #[test]
    fn whoever_works_tasks_come_back_done_in_their_order() {
        let expected: Vec<u64> = (0..1000).map(|number| number * number).collect();
        for helpers in 0..=HELPERS {
            assert_eq!(all(Some(helpers)), (expected.clone(), helpers));
        }
        assert_eq!(all(None).0, expected);
    }

    #[test]
    fn a_task_that_does_not_pile_up_starts_no_thread() {
        let mut hands = Hands::new(square, Some(3));
        for number in 0..10 {
            hands.give(number);
            assert_eq!(hands.take(), Some(number * number));
        }
        assert!(hands.helpers.is_empty() && hands.take().is_none());
    }

    #[test]
    fn a_panic_while_working_reaches_the_caller_whoever_worked() {
        fn fails_at_seven(number: &mut u64) {
            assert_ne!(*number, 7, "a task that cannot be done");
        }
        for helpers in 0..=HELPERS {
            let mut hands = Hands::new(fails_at_seven, Some(helpers));
            let mut taken = 0;
            let ended = catch_unwind(AssertUnwindSafe(|| {
                for number in 0..100 {
                    if hands.room() == 0 {
                        hands.take();
                        taken += 1;
                    }
                    hands.give(number);
                }
            }));
            assert!(ended.is_err() && taken <= 7, "{helpers} helpers, {taken} taken");
        }
    }

    #[test]
    fn what_is_under_way_may_be_left() {
        for helpers in 0..=HELPERS {
            let mut hands = Hands::new(square, Some(helpers));
            while hands.room() > 0 {
                hands.give(2);
            }
        }
    }
}

//! One flush for all who wait for one.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

/// Brings together what threads that may wait want to have flushed. Who comes while a flush is under way shares the
/// next one with all others who came meanwhile; one of them does it for all.
#[derive(Debug)]
pub(crate) struct Rounds<T> {
    state: Mutex<State<T>>,
    ended: Condvar,
}

#[derive(Debug)]
struct State<T> {
    under_way: bool,
    waiting: Vec<T>,
    next: Arc<Round>,
}

/// One flush: how it ended, by the number that the system gives an error.
#[derive(Debug, Default)]
struct Round(OnceLock<Result<(), i32>>);

/// What an error without a number is told as to those who shared the flush.
const EIO: i32 = rustix::io::Errno::IO.raw_os_error();

impl<T> Default for Rounds<T> {
    fn default() -> Self {
        let state = State { under_way: false, waiting: Vec::new(), next: Arc::default() };
        Self { state: Mutex::new(state), ended: Condvar::new() }
    }
}

impl<T> Rounds<T> {
    /// Waits for a flush that begins after this call and has `what` in it. If it is up to this thread, it is done by
    /// `flush`, with what all bring who wait for it, in the order in which they came.
    pub(crate) fn join(&self, what: T, flush: impl FnOnce(Vec<T>) -> io::Result<()>) -> io::Result<()> {
        let mut state = self.state();
        state.waiting.push(what);
        let mine = Arc::clone(&state.next);
        while state.under_way && mine.0.get().is_none() {
            state = self.ended.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if let Some(ended) = mine.0.get() {
            return ended.map_err(io::Error::from_raw_os_error);
        }
        state.under_way = true;
        state.next = Arc::default();
        let all = std::mem::take(&mut state.waiting);
        drop(state);
        let flushed = flush(all);
        let shared = flushed.as_ref().copied().map_err(|cause| cause.raw_os_error().unwrap_or(EIO));
        // Nobody else can have set it: this round is led here and nowhere else.
        let _ = mine.0.set(shared);
        self.state().under_way = false;
        self.ended.notify_all();
        flushed
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    /// Who comes while one is under way shares the next: three callers, two flushes, and an error is everybody's.
    #[test]
    fn who_waits_shares_the_next_flush() {
        let rounds = Arc::new(Rounds::default());
        let (begun, first_has_begun) = mpsc::channel();
        let (go_on, may_end) = mpsc::channel::<()>();
        let first = {
            let rounds = Arc::clone(&rounds);
            thread::spawn(move || {
                rounds.join(0, |all| {
                    assert_eq!(all, [0]);
                    begun.send(()).unwrap();
                    may_end.recv().unwrap();
                    Ok(())
                })
            })
        };
        first_has_begun.recv().unwrap();
        let (flushes, counted) = mpsc::channel();
        let others = [1, 2].map(|what| {
            let (rounds, flushes) = (Arc::clone(&rounds), flushes.clone());
            thread::spawn(move || {
                rounds.join(what, |mut all| {
                    all.sort_unstable();
                    flushes.send(all).unwrap();
                    Err(io::Error::from_raw_os_error(28))
                })
            })
        });
        while rounds.state().waiting.len() < 2 {
            thread::yield_now();
        }
        go_on.send(()).unwrap();
        first.join().unwrap().unwrap();
        for other in others {
            assert_eq!(other.join().unwrap().unwrap_err().raw_os_error(), Some(28));
        }
        drop(flushes);
        assert_eq!(counted.iter().collect::<Vec<_>>(), [vec![1, 2]]);
    }
}

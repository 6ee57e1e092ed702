//! Long lists of files, shared among threads.

use std::num::NonZero;
use std::thread;

/// How many files are worth a thread of their own, to start which takes as long as to read a few.
const ENOUGH: usize = 128;

/// How many threads read at most: more of them wait for each other in the kernel.
const THREADS: usize = 4;

/// What `work` makes of each of `files`, in their order. A long list is shared among threads.
pub(crate) fn each<T: Send, R: Send>(files: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let threads = threads.min(THREADS).min(files.len() / ENOUGH);
    if threads < 2 {
        return files.into_iter().map(work).collect();
    }
    let share = files.len().div_ceil(threads);
    let mut files = files.into_iter();
    let work = &work;
    thread::scope(|scope| {
        let shares: Vec<_> = (1..threads)
            .map(|_| {
                let share: Vec<T> = files.by_ref().take(share).collect();
                scope.spawn(move || share.into_iter().map(work).collect::<Vec<R>>())
            })
            .collect();
        let rest: Vec<R> = files.map(work).collect();
        let mut done = Vec::new();
        for share in shares {
            match share.join() {
                Ok(share) => done.extend(share),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done.extend(rest);
        done
    })
}

#[cfg(test)]
mod tests {
    use super::each;

    #[test]
    fn a_long_list_keeps_its_order() {
        for length in [0, 1, 255, 256, 1000, 1001] {
            let list: Vec<usize> = (0..length).collect();
            let doubled: Vec<usize> = list.iter().map(|it| 2 * it).collect();
            assert_eq!(each(list, |it| 2 * it), doubled, "{length}");
        }
    }
}

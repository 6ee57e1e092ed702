//! How much room is left on a disk of this machine.

use std::path::Path;

/// The free bytes of the disk that `path` is on, or its nearest parent that is there.
pub fn free(path: &Path) -> Option<u64> {
    path.ancestors()
        .find_map(|path| fs4::available_space(path).ok())
}

/// The free bytes in what `df -Pk` prints of one directory.
pub fn of_df(printed: &str) -> Option<u64> {
    let row = printed.lines().nth(1)?;
    let blocks: u64 = row.split_whitespace().nth(3)?.parse().ok()?;
    blocks.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{free, of_df};

    #[test]
    fn df_is_read_as_posix_has_it() {
        let printed = "Filesystem 1024-blocks Used Available Capacity Mounted on\n\
                       overlay 100 40 60 40% /var/lib/postgresql/data\n";
        assert_eq!(of_df(printed), Some(61_440));
        assert_eq!(of_df("df: /x: No such file or directory\n"), None);
    }

    #[test]
    fn a_directory_that_is_not_there_yet_is_on_its_parents_disk() {
        assert!(free(Path::new("/there/is/no/such/directory")).is_some_and(|free| free > 0));
    }
}

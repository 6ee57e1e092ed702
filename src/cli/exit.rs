//! Exit codes. They are an interface: scripts branch on them.

use crate::failure::Blame;

/// The table that `--help` shows.
pub(super) const TABLE: &str = "\
Exit codes:
  0    done, or nothing to do
  1    the answer is no
  2    usage or configuration
  3    environment: no engine, no image, a taken port, no connection
  4    refused for safety
  5    the history is broken: heads, checksum, missing file
  6    a migration's SQL failed and was rolled back
  7    a lock was not acquired
  8    partial: needs `repair`
  70   a mistake of ours
  130  interrupted";

/// The exit code for a failure.
pub(crate) fn code(blame: Blame) -> u8 {
    match blame {
        Blame::Answer => 1,
        Blame::Usage => 2,
        Blame::Environment => 3,
        Blame::Refusal => 4,
        Blame::History => 5,
        Blame::Migration => 6,
        Blame::Lock => 7,
        Blame::Partial => 8,
        Blame::Bug => 70,
        Blame::Interrupted => 130,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_in_the_table() {
        let all = [
            Blame::Answer,
            Blame::Usage,
            Blame::Environment,
            Blame::Refusal,
            Blame::History,
            Blame::Migration,
            Blame::Lock,
            Blame::Partial,
            Blame::Bug,
            Blame::Interrupted,
        ];
        for blame in all {
            let start = format!("\n  {:<3} ", code(blame));
            assert!(TABLE.contains(&start), "{blame:?} is not in the table");
        }
    }
}

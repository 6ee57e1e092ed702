//! The eight modes in which PostgreSQL locks a table.
//!
//! See "Explicit Locking" in PostgreSQL's documentation.

use std::fmt;

/// A mode, the stronger ones greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LockMode {
    /// Of `SELECT`.
    AccessShare,
    /// Of `SELECT … FOR UPDATE`.
    RowShare,
    /// Of `INSERT`, `UPDATE`, `DELETE`.
    RowExclusive,
    /// Of `VACUUM`, `CREATE INDEX CONCURRENTLY`.
    ShareUpdateExclusive,
    /// Of `CREATE INDEX`.
    Share,
    /// Of `CREATE TRIGGER`, `ADD FOREIGN KEY`.
    ShareRowExclusive,
    /// Of `REFRESH MATERIALIZED VIEW CONCURRENTLY`.
    Exclusive,
    /// Of `DROP TABLE` and most of `ALTER TABLE`.
    AccessExclusive,
}

impl LockMode {
    /// Whether nobody can read the table meanwhile.
    pub fn blocks_reads(self) -> bool {
        self == Self::AccessExclusive
    }

    /// Whether nobody can write to the table meanwhile.
    pub fn blocks_writes(self) -> bool {
        self >= Self::Share
    }

    /// Its name in SQL.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccessShare => "ACCESS SHARE",
            Self::RowShare => "ROW SHARE",
            Self::RowExclusive => "ROW EXCLUSIVE",
            Self::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            Self::Share => "SHARE",
            Self::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Self::Exclusive => "EXCLUSIVE",
            Self::AccessExclusive => "ACCESS EXCLUSIVE",
        }
    }
}

impl fmt::Display for LockMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

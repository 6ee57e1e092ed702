//! What can be dangerous about a statement, by name.

use std::fmt;

use super::object::{Kind, Object};

/// How something is dangerous.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Danger {
    /// Data may be gone afterwards.
    LosesData,
    /// Every row is written anew while nobody can read or write.
    RewritesTable,
    /// Nobody can read for as long as all rows are looked at.
    BlocksReads,
    /// Nobody can write for as long as all rows are looked at.
    BlocksWrites,
    /// Programs that run meanwhile stop working.
    BreaksPrograms,
}

/// Something dangerous about a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hazard {
    /// What.
    pub peril: Peril,
    /// To which object.
    pub object: Object,
    /// To which part of it: a column, an option.
    pub part: Option<String>,
}

/// All that a statement can be dangerous by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Peril {
    /// `DROP TABLE`
    DropTable,
    /// `ALTER TABLE … DROP COLUMN`
    DropColumn,
    /// `DROP SCHEMA`
    DropSchema,
    /// `DROP DATABASE`
    DropDatabase,
    /// `DROP TYPE`
    DropType,
    /// `DROP DOMAIN`
    DropDomain,
    /// `DROP SEQUENCE`
    DropSequence,
    /// `DROP EXTENSION`
    DropExtension,
    /// `DROP OWNED`
    DropOwned,
    /// `ALTER TYPE … DROP ATTRIBUTE`
    DropAttribute,
    /// `TRUNCATE`
    Truncate,
    /// `DELETE` without `WHERE`
    DeleteAll,
    /// `UPDATE` without `WHERE`
    UpdateAll,
    /// `ALTER COLUMN … TYPE` to a type that may not hold every value
    ChangeType,
    /// A `DO` block with `DROP`, `TRUNCATE` or `DELETE` in it
    HiddenLoss,
    /// A statement that the grammar does not know
    Unread,
    /// `ALTER COLUMN … TYPE`
    RewriteForType,
    /// `ADD COLUMN` with a value of its own for every row: a volatile default, `GENERATED`
    RewriteForDefault,
    /// `SET EXPRESSION`
    RewriteForExpression,
    /// `SET LOGGED`, `SET TABLESPACE`, `SET ACCESS METHOD`
    RewriteForStorage,
    /// `VACUUM FULL`, `CLUSTER`
    RewriteWhole,
    /// `SET NOT NULL`
    CheckNotNull,
    /// `ADD CHECK` without `NOT VALID`
    CheckRows,
    /// `ADD UNIQUE`, `ADD PRIMARY KEY`, `ADD EXCLUDE`
    BuildKey,
    /// `ATTACH PARTITION`
    CheckPartition,
    /// `REFRESH MATERIALIZED VIEW`
    RefreshView,
    /// `LOCK TABLE`
    LockTable,
    /// `CREATE INDEX` without `CONCURRENTLY`
    BuildIndex,
    /// `REINDEX` without `CONCURRENTLY`
    RebuildIndex,
    /// `ADD FOREIGN KEY` without `NOT VALID`
    CheckForeignKey,
    /// `RENAME COLUMN`
    RenameColumn,
    /// `RENAME TO`
    RenameTable,
    /// `SET SCHEMA`
    MoveSchema,
    /// `DROP VIEW`, `DROP MATERIALIZED VIEW`
    DropView,
    /// `DROP FUNCTION`
    DropFunction,
}

impl Peril {
    /// All of them.
    pub const ALL: [Self; 35] = [
        Self::DropTable,
        Self::DropColumn,
        Self::DropSchema,
        Self::DropDatabase,
        Self::DropType,
        Self::DropDomain,
        Self::DropSequence,
        Self::DropExtension,
        Self::DropOwned,
        Self::DropAttribute,
        Self::Truncate,
        Self::DeleteAll,
        Self::UpdateAll,
        Self::ChangeType,
        Self::HiddenLoss,
        Self::Unread,
        Self::RewriteForType,
        Self::RewriteForDefault,
        Self::RewriteForExpression,
        Self::RewriteForStorage,
        Self::RewriteWhole,
        Self::CheckNotNull,
        Self::CheckRows,
        Self::BuildKey,
        Self::CheckPartition,
        Self::RefreshView,
        Self::LockTable,
        Self::BuildIndex,
        Self::RebuildIndex,
        Self::CheckForeignKey,
        Self::RenameColumn,
        Self::RenameTable,
        Self::MoveSchema,
        Self::DropView,
        Self::DropFunction,
    ];

    /// In which way it is dangerous.
    pub fn danger(self) -> Danger {
        match self {
            Self::DropTable
            | Self::DropColumn
            | Self::DropSchema
            | Self::DropDatabase
            | Self::DropType
            | Self::DropDomain
            | Self::DropSequence
            | Self::DropExtension
            | Self::DropOwned
            | Self::DropAttribute
            | Self::Truncate
            | Self::DeleteAll
            | Self::UpdateAll
            | Self::ChangeType
            | Self::HiddenLoss
            | Self::Unread => Danger::LosesData,
            Self::RewriteForType
            | Self::RewriteForDefault
            | Self::RewriteForExpression
            | Self::RewriteForStorage
            | Self::RewriteWhole => Danger::RewritesTable,
            Self::CheckNotNull
            | Self::CheckRows
            | Self::BuildKey
            | Self::CheckPartition
            | Self::RefreshView
            | Self::LockTable => Danger::BlocksReads,
            Self::BuildIndex | Self::RebuildIndex | Self::CheckForeignKey => Danger::BlocksWrites,
            Self::RenameColumn
            | Self::RenameTable
            | Self::MoveSchema
            | Self::DropView
            | Self::DropFunction => Danger::BreaksPrograms,
        }
    }

    /// The name of the rule about it: squawk's, where squawk has one.
    pub fn rule(self) -> &'static str {
        match self {
            Self::DropTable => "ban-drop-table",
            Self::DropColumn => "ban-drop-column",
            Self::DropSchema => "ban-drop-schema",
            Self::DropDatabase => "ban-drop-database",
            Self::DropType => "ban-drop-type",
            Self::DropDomain => "ban-drop-domain",
            Self::DropSequence => "ban-drop-sequence",
            Self::DropExtension => "ban-drop-extension",
            Self::DropOwned => "ban-drop-owned",
            Self::DropAttribute => "ban-drop-attribute",
            Self::Truncate => "ban-truncate",
            Self::DeleteAll => "ban-delete-all",
            Self::UpdateAll => "ban-update-all",
            Self::ChangeType => "changing-column-type",
            Self::HiddenLoss => "ban-hidden-loss",
            Self::Unread => "unread-statement",
            Self::RewriteForDefault => "adding-field-with-default",
            Self::RewriteForType
            | Self::RewriteForExpression
            | Self::RewriteForStorage
            | Self::RewriteWhole => "rewriting-table",
            Self::CheckNotNull => "adding-not-nullable-field",
            Self::CheckRows | Self::CheckPartition => "constraint-missing-not-valid",
            Self::BuildKey => "disallowed-unique-constraint",
            Self::RefreshView => "require-concurrent-refresh",
            Self::LockTable => "locking-table",
            Self::BuildIndex => "require-concurrent-index-creation",
            Self::RebuildIndex => "require-concurrent-reindex",
            Self::CheckForeignKey => "adding-foreign-key-constraint",
            Self::RenameColumn => "renaming-column",
            Self::RenameTable => "renaming-table",
            Self::MoveSchema => "ban-set-schema",
            Self::DropView => "ban-drop-view",
            Self::DropFunction => "ban-drop-function",
        }
    }

    /// What to do about it.
    pub fn help(self) -> &'static str {
        match self {
            Self::DropTable | Self::DropColumn | Self::DropAttribute => {
                "release a version that does not use it first, and keep a copy of what is still wanted"
            }
            Self::DropSchema | Self::DropDatabase | Self::DropExtension | Self::DropOwned => {
                "make sure that nothing in it is still wanted, and keep a copy"
            }
            Self::DropType | Self::DropDomain => {
                "with CASCADE the columns of this type go too: drop those by name first"
            }
            Self::DropSequence => "its last number is lost: make sure that nothing counts by it",
            Self::Truncate | Self::DeleteAll => "keep a copy of the rows, or name those to delete",
            Self::UpdateAll => {
                "keep the old values in another column until the new ones have proved right, or name the rows"
            }
            Self::ChangeType => {
                "add a column of the new type, fill it, and switch over; or be sure that every value fits"
            }
            Self::HiddenLoss => "write the statements outside the block, where they can be read",
            Self::Unread => {
                "check it by hand: it may be right for the server and still unknown here"
            }
            Self::RewriteForType | Self::RewriteForDefault | Self::RewriteForExpression => {
                "add a plain column, fill it in batches, and switch over"
            }
            Self::RewriteForStorage | Self::RewriteWhole | Self::LockTable => {
                "do it while nobody needs the table"
            }
            Self::CheckNotNull => {
                "add `CHECK (… IS NOT NULL) NOT VALID`, validate it in a later migration, then SET NOT NULL"
            }
            Self::CheckRows | Self::CheckForeignKey => {
                "add it as NOT VALID, and VALIDATE CONSTRAINT in a later migration"
            }
            Self::BuildKey => {
                "create the unique index CONCURRENTLY first, then ADD CONSTRAINT … USING INDEX"
            }
            Self::CheckPartition => {
                "add the partition's bounds as a CHECK that is already valid before it is attached"
            }
            Self::RefreshView => "refresh it CONCURRENTLY; the view needs a unique index for that",
            Self::BuildIndex => "create it CONCURRENTLY",
            Self::RebuildIndex => "reindex CONCURRENTLY",
            Self::RenameColumn | Self::RenameTable | Self::MoveSchema => {
                "keep the old name until no running program uses it"
            }
            Self::DropView | Self::DropFunction => "release a version that does not use it first",
        }
    }
}

impl fmt::Display for Hazard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = &self.object;
        let kind = of.kind.as_str();
        let part = self.part.as_deref().unwrap_or_default();
        match self.peril {
            Peril::DropTable if of.kind == Kind::Table => {
                write!(f, "drops table `{of}` and its rows")
            }
            Peril::DropColumn => write!(f, "drops column `{part}` of `{of}` and what is in it"),
            Peril::DropAttribute => {
                write!(f, "drops attribute `{part}` of `{of}` and what is in it")
            }
            Peril::DropSchema => write!(f, "drops schema `{of}` and what is in it"),
            Peril::DropDatabase => write!(f, "drops database `{of}`"),
            Peril::DropOwned => write!(f, "drops all that `{of}` owns"),
            Peril::DropTable
            | Peril::DropType
            | Peril::DropDomain
            | Peril::DropSequence
            | Peril::DropExtension
            | Peril::DropView
            | Peril::DropFunction => write!(f, "drops {kind} `{of}`"),
            Peril::Truncate => write!(f, "deletes every row of `{of}`"),
            Peril::DeleteAll => write!(f, "deletes every row of `{of}`: it has no WHERE"),
            Peril::UpdateAll => write!(f, "overwrites every row of `{of}`: it has no WHERE"),
            Peril::ChangeType => write!(
                f,
                "changes the type of column `{part}` of `{of}`, which may not keep every value"
            ),
            Peril::HiddenLoss => write!(f, "may lose data: there is `{part}` inside the block"),
            Peril::Unread => f.write_str("could not be read, so nothing is known to be safe"),
            Peril::RewriteForType => {
                write!(f, "rewrites `{of}` for the new type of column `{part}`")
            }
            Peril::RewriteForDefault => {
                write!(f, "rewrites `{of}` to fill column `{part}`")
            }
            Peril::RewriteForExpression => {
                write!(f, "rewrites `{of}` for the expression of column `{part}`")
            }
            Peril::RewriteForStorage => write!(f, "rewrites `{of}` to {part}"),
            Peril::RewriteWhole => write!(f, "rewrites `{of}`"),
            Peril::CheckNotNull => {
                write!(
                    f,
                    "reads all of `{of}` for a NULL in `{part}`, and blocks readers"
                )
            }
            Peril::CheckRows => write!(f, "checks every row of `{of}`, and blocks readers"),
            Peril::BuildKey => write!(f, "builds an index on `{of}`, and blocks readers"),
            Peril::CheckPartition => {
                write!(
                    f,
                    "checks every row of the partition `{of}`, and blocks readers"
                )
            }
            Peril::RefreshView => write!(f, "fills `{of}` anew, and blocks readers"),
            Peril::LockTable => write!(f, "locks `{of}` against readers until the end"),
            Peril::BuildIndex => write!(f, "builds an index on `{of}`, and blocks writers"),
            Peril::RebuildIndex => write!(f, "rebuilds {kind} `{of}`, and blocks writers"),
            Peril::CheckForeignKey => write!(
                f,
                "checks every row of `{of}` against `{part}`, and blocks writers of both"
            ),
            Peril::RenameColumn => write!(f, "renames column `{part}` of `{of}`"),
            Peril::RenameTable => write!(f, "renames {kind} `{of}`"),
            Peril::MoveSchema => write!(f, "moves {kind} `{of}` to another schema"),
        }
    }
}

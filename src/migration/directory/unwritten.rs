//! Why a verb that writes into the folder wrote nothing.

use std::io;
use std::path::PathBuf;

use crate::failure::{Blame, Diagnose};
use crate::migration::directory::version::Version;
use crate::migration::graph::fork::Fork;
use crate::migration::graph::target::Target;
use crate::migration::words::Quoted;

/// Why a verb that writes into the folder wrote nothing.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum Unwritten {
    /// A file cannot be written.
    #[error("cannot write `{}`", path.display())]
    Unwritable {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// A file to be written is there already.
    #[error("`{}` is there already", .0.display())]
    #[diagnostic(help(
        "nothing was written: name another version with `--rev-id`, or move it away"
    ))]
    Exists(PathBuf),
    /// A new revision could follow any of several heads.
    #[error(
        "Multiple heads are present; please specify the head revision on which the new revision \
         should be based, or perform a merge"
    )]
    #[diagnostic(help("name it with `--head`; {fork}"))]
    HeadToRevise {
        /// The heads and what is known of them.
        fork: Box<Fork>,
    },
    /// A new revision would begin a branch.
    #[error(
        "revision `{0}` is not a head revision; please specify --splice to create a new branch \
         from this revision"
    )]
    #[diagnostic(help("`townpass migrate heads` shows the heads"))]
    NotAHead(String),
    /// An id that is no version.
    #[error("`{0}` is no version")]
    #[diagnostic(help("a version is a whole number, such as the fourteen digits of a time"))]
    NotAVersion(String),
    /// An option that means nothing for a history of Alembic's.
    #[error("`{0}` is about files of SQL, and this history is Alembic's")]
    #[diagnostic(help("leave it out"))]
    OfSqlOnly(&'static str),
    /// An option that means something for a history of Alembic's alone.
    #[error("`{0}` is about a history of Alembic's, and this one is a folder of SQL")]
    #[diagnostic(help("leave it out"))]
    OfAlembicOnly(&'static str),
    /// More labels than Alembic writes.
    #[error("Alembic writes one label into a file, and `{0}` is another")]
    #[diagnostic(help("name one with `--branch-label`, and add others in the file"))]
    OneLabel(String),
    /// A label that can be none.
    #[error("{0}")]
    #[diagnostic(help("a label is a word: letters, digits and `_`"))]
    BadLabel(String),
    /// A label that another branch has.
    #[error("branch name '{label}' already used by revision {owner}")]
    #[diagnostic(help("a label names one branch: choose another"))]
    LabelTaken {
        /// The label.
        label: String,
        /// Who has it.
        owner: Version,
    },
    /// Several or no revisions where one is wanted.
    #[error("`{0}` does not mean one revision")]
    #[diagnostic(help("name the revision itself"))]
    NotOne(String),
    /// There is no file to edit.
    #[error("no revision files indicated by symbol '{0}'")]
    #[diagnostic(help("`townpass migrate history` lists them all"))]
    NothingToEdit(String),
    /// There is nothing yet that writes revisions by itself.
    #[error("`--autogenerate` is not there yet: townpass compares no schemas so far")]
    #[diagnostic(help(
        "leave it out (or say `--autogenerate=false`) and write the SQL into the new up file \
         yourself; `townpass migrate check` looks it over"
    ))]
    NoAutogenerate,
    /// A second history without a name.
    #[error("a second history would begin beside the one that is there")]
    #[diagnostic(help("name its branch with `--branch-label`, or name a `--head` to follow"))]
    SecondBase,
    /// A chosen version that is too low.
    #[error("version `{version}` is not greater than `{older}`, which must come before it")]
    #[diagnostic(help("choose a greater one, or leave `--rev-id` out"))]
    NotNewer {
        /// The chosen one.
        version: Version,
        /// What must come before it.
        older: Version,
    },
    /// There is nothing to join.
    #[error("there is nothing to merge: {}", Quoted(heads))]
    #[diagnostic(help("`townpass migrate heads` shows the heads"))]
    NothingToMerge {
        /// What was found.
        heads: Vec<String>,
    },
    /// There is nothing to move.
    #[error("`{head}` and `{onto}` are on one line already")]
    #[diagnostic(help("`townpass migrate history --graph` shows what follows what"))]
    NothingToRebase {
        /// What was to be moved.
        head: Version,
        /// Behind what.
        onto: Version,
    },
    /// A merge is on the way.
    #[error("`{revision}` joins branches, and cannot be moved behind another revision")]
    #[diagnostic(help(
        "move the branches before they are joined, or join the heads: `townpass migrate merge heads`"
    ))]
    MovesAMerge {
        /// The merge.
        revision: Version,
    },
    /// The database has what is to be moved, and not what that is to follow.
    #[error("`{head}` is applied here and `{onto}` is not, though it would have to be")]
    #[diagnostic(help(
        "apply `{onto}` first: `townpass migrate upgrade {onto}`; or revert `{head}` until it is moved"
    ))]
    AppliedWithout {
        /// The beginning of what was to be moved.
        head: Version,
        /// Behind what.
        onto: Version,
    },
    /// Every row is known.
    #[error("every row of {0} is that of a revision that is here")]
    #[diagnostic(help(
        "to say that the database stands elsewhere: `townpass migrate stamp REVISION`"
    ))]
    NothingUnknown(String),
    /// What was to be moved is known to others.
    #[error("`{}` is on `{base}` already, so it may be applied anywhere", path.display())]
    #[diagnostic(help(
        "leave it as it is, and join the branches: `townpass migrate merge heads -m \"merge heads\"`"
    ))]
    Shared {
        /// The file.
        path: PathBuf,
        /// The branch of git.
        base: String,
    },
    /// Nobody can tell whether what was to be moved is known to others.
    #[error("whether others have `{head}` already cannot be told: {why}")]
    #[diagnostic(help(
        "name the branch that others start from with `--against BRANCH`; or, if you are sure that \
         nobody else has it, add `--yes`"
    ))]
    PerhapsShared {
        /// What was to be moved.
        head: Version,
        /// Why it cannot be told.
        why: String,
    },
    /// The database is not on this machine.
    #[error("the database at {address} is not on this machine, and `{head}` would be moved")]
    #[diagnostic(help(
        "only what is applied nowhere but here is moved: run this with the URL of your own \
         database, or join the branches with `townpass migrate merge heads`"
    ))]
    NotLocal {
        /// Where it is.
        address: String,
        /// What was to be moved.
        head: Version,
    },
    /// There is no such branch of git.
    #[error("git knows no `{0}` here")]
    #[diagnostic(help("name a branch, tag or commit; perhaps `git fetch` brings it"))]
    NoBase(String),
    /// An applied revision was to be edited.
    #[error(
        "revision `{version}` is applied at {address}, and an edit of it would never be run there"
    )]
    #[diagnostic(help(
        "put the change into a new revision, or downgrade first; to edit it all the same, add \
         `--yes`"
    ))]
    EditApplied {
        /// The revision.
        version: Version,
        /// The database.
        address: String,
    },
}

impl Unwritten {
    /// `target` means several revisions, or none.
    pub fn not_one(target: &Target) -> Self {
        Self::NotOne(target.to_string())
    }
}

impl Diagnose for Unwritten {
    fn blame(&self) -> Blame {
        match self {
            Self::NotAHead(_)
            | Self::NotAVersion(_)
            | Self::OfSqlOnly(_)
            | Self::OfAlembicOnly(_)
            | Self::OneLabel(_)
            | Self::BadLabel(_)
            | Self::LabelTaken { .. }
            | Self::SecondBase
            | Self::NotOne(_)
            | Self::NothingToEdit(_)
            | Self::NoAutogenerate
            | Self::NotNewer { .. }
            | Self::NothingToMerge { .. }
            | Self::NothingToRebase { .. }
            | Self::MovesAMerge { .. }
            | Self::NothingUnknown(_)
            | Self::NoBase(_) => Blame::Usage,
            Self::Unwritable { .. } => Blame::Environment,
            Self::HeadToRevise { .. } => Blame::History,
            Self::Exists(_)
            | Self::Shared { .. }
            | Self::PerhapsShared { .. }
            | Self::NotLocal { .. }
            | Self::AppliedWithout { .. }
            | Self::EditApplied { .. } => Blame::Refusal,
        }
    }
}

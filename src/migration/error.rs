//! What can go wrong with a history.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::failure::{Blame, Diagnose};
use crate::migration::directory::header::BadLine;
use crate::migration::directory::other_tool::TheirFile;
use crate::migration::directory::source::Source;
use crate::migration::directory::unwritten::Unwritten;
use crate::migration::directory::version::Version;
use crate::migration::graph::fork::Fork;
use crate::migration::journal::Row;
use crate::migration::journal::lease::Tenant;
use crate::migration::journal::ledger::Kept;
use crate::migration::journal::lock::Holder;
use crate::migration::journal::read_only::ReadOnly;
use crate::migration::words::{HeldBy, Perhaps, Regain, Sentences, Those};

pub use crate::migration::directory::located::Located;
pub(crate) use crate::migration::words::Quoted;
use crate::sql::Refusal;

/// A failure of the history, its files, its journal, or a migration.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    /// There is no folder.
    #[error("there is no folder `{}`", .0.display())]
    #[diagnostic(help(
        "`townpass migrate revision -m MESSAGE` makes it with a first revision; or name the directory with `--migrations DIRECTORY` or as `migrations` in `townpass.toml`, and Alembic's configuration with `-c alembic.ini` before the verb"
    ))]
    NoDirectory(PathBuf),
    /// A file or the folder cannot be read.
    #[error("cannot read `{}`", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// A file is not UTF-8.
    #[error("`{}` is not UTF-8: byte {offset} begins no character", path.display())]
    #[diagnostic(help("save the file as UTF-8"))]
    NotUtf8 {
        /// Which.
        path: PathBuf,
        /// The first bad byte, counted from zero.
        offset: usize,
    },
    /// A `.sql` file has an underscore but no number in front.
    #[error("`{}` has no version in front of its first `_`", .0.display())]
    #[diagnostic(help(
        "name it `<version>_<name>.up.sql`, or move it out of the folder if it is no migration"
    ))]
    BadName(PathBuf),
    /// A file is another tool's by what stands in it.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Theirs(Box<Located>),
    /// A file is another tool's by its name.
    #[error(transparent)]
    #[diagnostic(transparent)]
    TheirFile(Box<TheirFile>),
    /// Two files claim one version.
    #[error("`{}` and `{}` have the same version `{version}`", first.display(), second.display())]
    #[diagnostic(help("give the newer one a version of its own"))]
    Duplicate {
        /// The version.
        version: Version,
        /// One file.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// A down file whose up file is missing.
    #[error("`{}` leads back from a revision that has no up file", .0.display())]
    #[diagnostic(help("restore the up file of the same version, or remove this one"))]
    DownAlone(PathBuf),
    /// A header cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    BadHeader(Box<Located>),
    /// A header names a revision that it cannot.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Link(Box<Located>),
    /// The sum file cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    BadSum(Box<Located>),
    /// The sum file says something else than the folder.
    #[error("`{}` contradicts the folder: {}", path.display(), Sentences(differences))]
    SumContradicts {
        /// The sum file.
        path: PathBuf,
        /// What to do.
        #[help]
        advice: &'static str,
        /// What differs.
        differences: Vec<String>,
    },
    /// One head was asked for where there are several.
    #[error(
        "Multiple head revisions are present for given argument '{target}'; please specify a \
         specific target revision, '<branchname>@head' to narrow to a specific head, or 'heads' \
         for all heads"
    )]
    #[diagnostic(help("{fork}"))]
    SeveralHeads {
        /// What was asked for.
        target: String,
        /// The heads and what is known of them.
        fork: Box<Fork>,
    },
    /// No revision of that name.
    #[error("can't locate revision identified by `{name}`")]
    #[diagnostic(help("{}`townpass migrate history` lists them all", Perhaps(near.as_deref())))]
    NotFound {
        /// What was asked for.
        name: String,
        /// What may have been meant.
        near: Option<String>,
    },
    /// A range without a colon, or with two.
    #[error("history range requires [start]:[end], [start]:, or :[end]; `{0}` is none of these")]
    #[diagnostic(help("write for example `-r base:head`, or `-r -3:` for the last three steps"))]
    NoRange(String),
    /// The ends of a range are on different branches, or the wrong way round.
    #[error(
        "requested range `{range}` does not refer to ancestor/descendant revisions along the same \
         branch"
    )]
    #[diagnostic(help(
        "the older end comes first; `townpass migrate history --graph` shows the branches"
    ))]
    Unrelated {
        /// The range.
        range: String,
    },
    /// A name that means several.
    #[error("several revisions can be meant by `{name}`: {}", Quoted(choices))]
    #[diagnostic(help("write more of the version"))]
    AmbiguousName {
        /// What was asked for.
        name: String,
        /// What it can mean.
        choices: Vec<String>,
    },
    /// A walk that comes to a fork.
    #[error("ambiguous walk: `{target}` could lead to {}", Quoted(choices))]
    #[diagnostic(help("name the revision itself"))]
    AmbiguousWalk {
        /// What was asked for.
        target: String,
        /// Where it can lead.
        choices: Vec<String>,
    },
    /// A walk past the end.
    #[error("relative revision `{target}` didn't produce {steps} migration{}", if *steps == 1 { "" } else { "s" })]
    #[diagnostic(help("`townpass migrate history` shows how many there are"))]
    TooFar {
        /// What was asked for.
        target: String,
        /// How many steps.
        steps: u64,
    },
    /// A destination that lies the other way.
    #[error("destination `{target}` is not a valid {way} target from where the database stands")]
    #[diagnostic(help("`townpass migrate current` shows where it stands"))]
    WrongWay {
        /// What was asked for.
        target: String,
        /// `upgrade` or `downgrade`.
        way: &'static str,
    },
    /// The database has a revision whose file is gone.
    #[error("revision `{version}` ({description}) is applied, but its file is missing")]
    #[diagnostic(help("{}", Regain(*version, kept.as_deref())))]
    Missing {
        /// The revision.
        version: Version,
        /// What the journal calls it.
        description: String,
        /// What the ledger keeps of it, where it does.
        kept: Option<Box<Kept>>,
    },
    /// The database lacks a head.
    #[error("Database is not on all head revisions; it lacks {}", Quoted(heads))]
    #[diagnostic(help("apply them with `townpass migrate upgrade`"))]
    NotAtHeads {
        /// The heads that it lacks.
        heads: Vec<String>,
    },
    /// The database has a part of what a revision replaces.
    #[error(
        "revision `{by}` replaces revisions of which {} not applied here",
        Those(lacking)
    )]
    #[diagnostic(help(
        "upgrade this database with the old files first: check out the commit before they were \
         replaced, and run `townpass migrate upgrade` there"
    ))]
    HalfReplaced {
        /// The revision.
        by: Version,
        /// What of it is lacking.
        lacking: Vec<Version>,
    },
    /// A file was edited after it was applied.
    #[error("`{}` was edited after it was applied", path.display())]
    #[diagnostic(help(
        "put the change into a new migration and restore this file; on a development database, \
         `townpass dev migrate downgrade {version}-1` and upgrade again. If the change means nothing \
         to a database that has the old text, `townpass migrate repair --accept {version}`"
    ))]
    Edited {
        /// The revision.
        version: Version,
        /// Its up file.
        path: PathBuf,
    },
    /// The journal says that a revision is half done, and nothing says how far it came.
    #[error("revision `{version}` ({description}) is partially applied")]
    #[diagnostic(help(
        "it is not known how far it came. Finish it by hand and run \
         `townpass migrate repair --applied {version}`, or undo by hand what it did and run \
         `townpass migrate repair --reverted {version}`"
    ))]
    Partial {
        /// The revision.
        version: Version,
        /// What the journal calls it.
        description: String,
    },
    /// A revision is half done, the other way.
    #[error("revision `{version}` ({description}) is half way through its {way}")]
    #[diagnostic(help(
        "finish that first: run `townpass migrate {way} {}`, or say how it stands with \
         `townpass migrate repair --applied {version}` or `--reverted {version}`",
        if *way == "upgrade" { version.to_string() } else { "-1".to_owned() }
    ))]
    HalfWay {
        /// The revision.
        version: Version,
        /// What the journal calls it.
        description: String,
        /// `upgrade` or `downgrade`: the way it was going.
        way: &'static str,
    },
    /// Statements of a half-done revision that took effect were edited.
    #[error("`{}` is half done, and its statement {statement}, which took effect, was edited", path.display())]
    #[diagnostic(help(
        "its first {done} statements took effect: restore them in the file, change only what comes \
         after them, and run the command again; or undo by hand what they did and run \
         `townpass migrate repair --reverted {version}`"
    ))]
    EditedHalfDone {
        /// The revision.
        version: Version,
        /// Its file.
        path: PathBuf,
        /// The first edited statement, counted from one.
        statement: usize,
        /// How many took effect.
        done: usize,
    },
    /// Several or no revisions where one is wanted.
    #[error("`{0}` does not mean one revision")]
    #[diagnostic(help("name it by its version; `townpass migrate history -i` lists them all"))]
    NotOne(String),
    /// A range that counts from where a database stands, where none is asked.
    #[error("`{0}` counts from where a database stands, and with `--sql` none is asked")]
    #[diagnostic(help("name both ends by their revisions: `--sql <from>:<to>`"))]
    NeedsDatabase(String),
    /// A range where a revision is wanted.
    #[error("Range revision not allowed: `{0}`")]
    #[diagnostic(help("only `--sql` takes a range; name the revision to go to"))]
    RangeNotAllowed(String),
    /// One revision where a range is wanted.
    #[error("downgrade with --sql requires <fromrev>:<torev>, not `{0}`")]
    #[diagnostic(help("say from where: `downgrade --sql head:{0}`"))]
    RangeRequired(String),
    /// A revision that the database has not.
    #[error("revision `{version}` is not applied")]
    #[diagnostic(help("`townpass migrate history -i` shows which are"))]
    NotApplied {
        /// The revision.
        version: Version,
    },
    /// A revision that is done.
    #[error("revision `{version}` is not half done")]
    #[diagnostic(help("`townpass migrate repair` lists what is wrong"))]
    NotHalfDone {
        /// The revision.
        version: Version,
    },
    /// Another process runs a revision statement by statement.
    #[error("revision `{version}` is being run by {tenant}")]
    #[diagnostic(help(
        "wait for it, or end that process; what it did not finish can be finished by the next run"
    ))]
    Busy {
        /// The revision.
        version: Version,
        /// Who runs it.
        tenant: Tenant,
    },
    /// Another run has taken the revision over.
    #[error(
        "another run has taken revision `{version}` over, since this one was not heard of for long"
    )]
    #[diagnostic(help("look at `townpass migrate current`, then run the command again"))]
    Ousted {
        /// The revision.
        version: Version,
    },
    /// The session's lock is gone.
    #[error("the migration lock was lost: this connection is not the session that took it")]
    #[diagnostic(help(
        "a pooler in transaction mode stands in between; connect to the server itself, or leave out `--lock-scope session`"
    ))]
    LockLost,
    /// One transaction for all cannot hold a statement that needs to be alone.
    #[error("`{}` cannot be part of a single transaction: it holds {what}", path.display())]
    #[diagnostic(help(
        "leave out `--single-transaction`, or upgrade up to the revision before it first"
    ))]
    NotInOne {
        /// The file.
        path: PathBuf,
        /// Why not.
        what: &'static str,
    },
    /// There is no way back.
    #[error("`{}` has no down file", path.display())]
    #[diagnostic(help("write one, or downgrade no further than this revision"))]
    NoWayBack {
        /// The up file.
        path: PathBuf,
    },
    /// The way back leads nowhere.
    #[error("`{}` has no statement, so that nothing would be undone and the revision forgotten", path.display())]
    #[diagnostic(help(
        "undo in it what the up file does, or raise: `DO $$ BEGIN RAISE EXCEPTION 'there is no way \
         back'; END $$;`. If nothing needs to be undone, say so with `SELECT 1;`"
    ))]
    DownDoesNothing {
        /// The down file.
        path: PathBuf,
    },
    /// A script holds something that cannot be sent.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Unfit(Box<Located>),
    /// The journal changed between plan and lock.
    #[error("another process changed the database after this was planned")]
    #[diagnostic(help("look at `townpass migrate current`, then run the command again"))]
    Stale,
    /// Another process holds the lock.
    #[error("the migration lock did not come free within {} s{}", waited.as_secs(), HeldBy(holder.as_ref()))]
    #[diagnostic(help(
        "wait for the other process, or end it with `SELECT pg_terminate_backend(<pid>)`, and run \
         the command again"
    ))]
    Locked {
        /// Who holds it, where that can be seen.
        holder: Option<Holder>,
        /// How long we waited.
        waited: Duration,
    },
    /// A statement failed, and all of its migration was rolled back.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Failed(Box<Located>),
    /// A statement waited for others as long as it may, and all of its migration was rolled back.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Blocked(Box<Located>),
    /// A statement failed outside a transaction, and what came before it stays.
    #[error(transparent)]
    #[diagnostic(transparent)]
    HalfDone(Box<Located>),
    /// The journal has another shape.
    #[error("the table `_sqlx_migrations` is not a journal of sqlx's shape")]
    #[diagnostic(help("rename the table if something else uses it"))]
    Journal {
        /// What the server said.
        #[source]
        cause: Foreign,
    },
    /// A statement found no room, or no memory, and all of its migration was rolled back.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Exhausted(Box<Located>),
    /// The database takes no changes.
    #[error("the database takes no changes: {0}")]
    #[diagnostic(help("{}", .0.remedy()))]
    ReadOnly(ReadOnly),
    /// The database did not do what it was asked.
    #[error("the database did not {doing}")]
    Database {
        /// What it was asked to do.
        doing: &'static str,
        /// What it said.
        #[source]
        cause: Foreign,
        /// What to do, where its code tells.
        #[help]
        help: Option<&'static str>,
    },
    /// A verb that writes into the folder wrote nothing.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Unwritten(#[from] Unwritten),
}

/// What another library said.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Foreign(pub String);

impl Error {
    /// Whether a migration raised this itself, by `RAISE EXCEPTION`.
    pub(in crate::migration) fn is_raised(&self) -> bool {
        matches!(self, Self::Failed(at) if at.code.as_deref() == Some("P0001"))
    }

    /// The same, with what the ledger keeps of the revision that is missing.
    pub(in crate::migration) fn explained(self, kept: &[Kept]) -> Self {
        match self {
            Self::Missing {
                version,
                description,
                ..
            } => Self::Missing {
                version,
                description,
                kept: kept
                    .iter()
                    .find(|it| it.version == version)
                    .map(|it| Box::new(it.clone())),
            },
            other => other,
        }
    }

    pub(crate) fn partial(row: &Row) -> Self {
        Self::Partial {
            version: row.version,
            description: row.description.clone(),
        }
    }

    /// There is no revision of that name, nor one like it.
    pub(crate) fn not_found(name: &str) -> Self {
        Self::NotFound {
            name: name.to_owned(),
            near: None,
        }
    }

    pub(in crate::migration) fn bad_header(source: &Source, bad: BadLine) -> Self {
        let at = bad.start..bad.start + bad.length;
        let label = "in this line".to_owned();
        Self::BadHeader(Box::new(Located::new(
            source,
            &at,
            bad.why,
            label,
            bad.help.to_owned(),
        )))
    }

    pub(in crate::migration) fn unfit(source: &Source, refusal: &Refusal) -> Self {
        let message = refusal.obstacle.to_string();
        let help = refusal.obstacle.help().to_owned();
        let label = "here".to_owned();
        let located = Located::new(source, &refusal.at, message, label, help);
        Self::Unfit(Box::new(source.traced(refusal.at.start, located)))
    }
}

impl Diagnose for Error {
    fn blame(&self) -> Blame {
        match self {
            Self::NoDirectory(_)
            | Self::NotFound { .. }
            | Self::NoRange(_)
            | Self::Unrelated { .. }
            | Self::AmbiguousName { .. }
            | Self::AmbiguousWalk { .. }
            | Self::TooFar { .. }
            | Self::WrongWay { .. }
            | Self::NotInOne { .. }
            | Self::NotOne(_)
            | Self::NeedsDatabase(_)
            | Self::RangeNotAllowed(_)
            | Self::RangeRequired(_)
            | Self::NotApplied { .. }
            | Self::NotHalfDone { .. } => Blame::Usage,
            Self::Unreadable { .. }
            | Self::Database { .. }
            | Self::Exhausted(_)
            | Self::ReadOnly(_) => Blame::Environment,
            Self::NotUtf8 { .. }
            | Self::BadName(_)
            | Self::Theirs(_)
            | Self::TheirFile(_)
            | Self::Duplicate { .. }
            | Self::DownAlone(_)
            | Self::BadHeader(_)
            | Self::Link(_)
            | Self::BadSum(_)
            | Self::SumContradicts { .. }
            | Self::SeveralHeads { .. }
            | Self::Missing { .. }
            | Self::HalfReplaced { .. }
            | Self::Edited { .. }
            | Self::NoWayBack { .. }
            | Self::DownDoesNothing { .. }
            | Self::Journal { .. } => Blame::History,
            Self::Unfit(_) | Self::Failed(_) => Blame::Migration,
            Self::Unwritten(error) => error.blame(),
            Self::NotAtHeads { .. } => Blame::Answer,
            Self::Partial { .. }
            | Self::HalfWay { .. }
            | Self::EditedHalfDone { .. }
            | Self::HalfDone(_) => Blame::Partial,
            Self::Stale => Blame::Refusal,
            Self::Locked { .. }
            | Self::Blocked(_)
            | Self::LockLost
            | Self::Busy { .. }
            | Self::Ousted { .. } => Blame::Lock,
        }
    }
}

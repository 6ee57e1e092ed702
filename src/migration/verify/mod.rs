//! Proves that every revision leads there and back.
//!
//! On a scratch database each goes up, down and up again. After the way down the catalog must be
//! what it was before, after the second way up what it was after the first. A revision that says
//! itself that it has no way back is told apart from one whose way back is wrong.

mod catalog;
mod scratch;

pub use catalog::{Catalog, Change, Difference};

use async_trait::async_trait;

use self::scratch::Scratch;
use crate::migration::directory::Directory;
use crate::migration::directory::version::Version;
use crate::migration::error::Error;
use crate::migration::event::Event;
use crate::migration::graph::Graph;
use crate::migration::graph::target::Target;
use crate::migration::journal::session::Session;
use crate::migration::plan::direction::Direction;
use crate::migration::runner::{Options, migrate};

/// What became of a revision.
#[derive(Debug)]
pub struct Verified {
    /// Which.
    pub version: Version,
    /// Its slug as words.
    pub description: String,
    /// How it went.
    pub verdict: Verdict,
}

/// How the way there and back went. Where the server, or whoever else ran it, said why not, that is
/// kept.
#[derive(Debug)]
pub enum Verdict {
    /// There, back and there again.
    Proved,
    /// It has no way back, and says so: no down file, or one that raises an exception.
    Irreversible,
    /// It does not lead there.
    NoWayUp(String),
    /// It does not lead back.
    NoWayDown(String),
    /// It leads back to another place.
    ComesBackElsewhere(Vec<Difference>),
    /// After the way back it does not lead there again.
    NotAgain(String),
    /// After the way back it leads elsewhere.
    GoesElsewhere(Vec<Difference>),
}

impl Verdict {
    /// Whether nothing is wrong.
    pub fn is_well(&self) -> bool {
        matches!(self, Self::Proved | Self::Irreversible)
    }
}

/// A revision to be verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Which.
    pub version: Version,
    /// Its slug as words.
    pub description: String,
    /// Whether it has a way back at all.
    pub has_way_back: bool,
}

/// How a step of one revision ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gone {
    /// It was done.
    Done,
    /// It raised an exception of its own.
    Raised(String),
    /// It failed.
    Failed(String),
}

/// A history of whichever kind, whose revisions can be run one by one.
#[async_trait(?Send)]
pub trait History {
    /// What ends a verification, as no failure of a revision does.
    type Error: From<Error>;

    /// Its revisions, each behind what it needs.
    fn candidates(&self) -> Vec<Candidate>;

    /// Makes ready a scratch database.
    async fn prepare(&mut self, scratch: &mut Session) -> Result<(), Self::Error>;

    /// Runs `version`, which is next on the way in `direction`, on the scratch database.
    async fn go(
        &mut self,
        direction: Direction,
        version: Version,
        scratch: &mut Session,
    ) -> Result<Gone, Self::Error>;
}

/// Verifies every revision of `history`, oldest first, and ends with the first after which no
/// further one can be reached.
pub async fn verify<H: History>(
    history: &mut H,
    session: &mut Session,
) -> Result<Vec<Verified>, H::Error> {
    let mut scratch = Scratch::create(session).await?;
    let ended = all(history, &mut scratch.session).await;
    let removed = scratch.remove(session).await;
    let verified = ended?;
    removed?;
    Ok(verified)
}

async fn all<H: History>(
    history: &mut H,
    scratch: &mut Session,
) -> Result<Vec<Verified>, H::Error> {
    history.prepare(scratch).await?;
    let mut verified = Vec::new();
    for candidate in history.candidates() {
        let verdict = there_and_back(history, &candidate, scratch).await?;
        let stuck = matches!(verdict, Verdict::NoWayUp(_) | Verdict::NotAgain(_));
        verified.push(Verified {
            version: candidate.version,
            description: candidate.description,
            verdict,
        });
        if stuck {
            break;
        }
    }
    Ok(verified)
}

async fn there_and_back<H: History>(
    history: &mut H,
    candidate: &Candidate,
    scratch: &mut Session,
) -> Result<Verdict, H::Error> {
    let (up, down) = (Direction::Upgrade, Direction::Downgrade);
    let version = candidate.version;
    let before = Catalog::read(scratch).await?;
    if let Gone::Raised(why) | Gone::Failed(why) = history.go(up, version, scratch).await? {
        return Ok(Verdict::NoWayUp(why));
    }
    if !candidate.has_way_back {
        return Ok(Verdict::Irreversible);
    }
    let after = Catalog::read(scratch).await?;
    match history.go(down, version, scratch).await? {
        Gone::Done => {}
        Gone::Raised(_) => return Ok(Verdict::Irreversible),
        Gone::Failed(why) => return Ok(Verdict::NoWayDown(why)),
    }
    let back = Catalog::read(scratch).await?;
    if let Gone::Raised(why) | Gone::Failed(why) = history.go(up, version, scratch).await? {
        let left = back.unlike(&before);
        return Ok(if left.is_empty() {
            Verdict::NotAgain(why)
        } else {
            Verdict::ComesBackElsewhere(left)
        });
    }
    let elsewhere = back.unlike(&before);
    if !elsewhere.is_empty() {
        return Ok(Verdict::ComesBackElsewhere(elsewhere));
    }
    let again = Catalog::read(scratch).await?;
    let elsewhere = again.unlike(&after);
    Ok(if elsewhere.is_empty() {
        Verdict::Proved
    } else {
        Verdict::GoesElsewhere(elsewhere)
    })
}

/// A folder of SQL, and how it is run.
pub struct Folder<'f, 'e> {
    /// The folder.
    pub directory: &'f Directory,
    /// How.
    pub options: &'f Options,
    /// Who hears of it.
    pub on_event: &'f mut (dyn FnMut(Event<'_>) + 'e),
}

#[async_trait(?Send)]
impl History for Folder<'_, '_> {
    type Error = Error;

    fn candidates(&self) -> Vec<Candidate> {
        let Ok(graph) = Graph::of(self.directory) else {
            return Vec::new();
        };
        let revisions = graph.versions().filter_map(|it| self.directory.get(it));
        revisions
            .map(|it| Candidate {
                version: it.version,
                description: it.description.clone(),
                has_way_back: it.down.is_some(),
            })
            .collect()
    }

    async fn prepare(&mut self, _: &mut Session) -> Result<(), Error> {
        Graph::of(self.directory).map(drop)
    }

    async fn go(
        &mut self,
        direction: Direction,
        version: Version,
        scratch: &mut Session,
    ) -> Result<Gone, Error> {
        let target = match direction {
            Direction::Upgrade => version.to_string(),
            Direction::Downgrade => "-1".to_owned(),
        };
        let target: Target = target.parse()?;
        let (directory, options) = (self.directory, self.options);
        let gone = migrate(
            direction,
            directory,
            &target,
            scratch,
            options,
            self.on_event,
        )
        .await;
        Ok(match gone {
            Ok(_) => Gone::Done,
            Err(error) => Gone::of(&error),
        })
    }
}

impl Gone {
    /// How a step ended that failed with `error`.
    pub fn of(error: &Error) -> Self {
        if error.is_raised() {
            Self::Raised(error.to_string())
        } else {
            Self::Failed(error.to_string())
        }
    }
}

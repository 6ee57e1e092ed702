//! Proves that every revision leads there and back.
//!
//! On a scratch database each goes up, down and up again. After the way down the catalog must be
//! what it was before, after the second way up what it was after the first. A revision that says
//! itself that it has no way back is told apart from one whose way back is wrong.

mod catalog;
mod scratch;

pub use catalog::{Catalog, Change, Difference};
pub use scratch::Scratch;

use crate::migration::directory::version::Version;
use crate::migration::directory::{Directory, Revision};
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

/// How the way there and back went.
#[derive(Debug)]
pub enum Verdict {
    /// There, back and there again.
    Proved,
    /// It has no way back, and says so: no down file, or one that raises an exception.
    Irreversible,
    /// It does not lead there.
    NoWayUp(Error),
    /// It does not lead back.
    NoWayDown(Error),
    /// It leads back to another place.
    ComesBackElsewhere(Vec<Difference>),
    /// After the way back it does not lead there again.
    NotAgain(Error),
    /// After the way back it leads elsewhere.
    GoesElsewhere(Vec<Difference>),
}

impl Verdict {
    /// Whether nothing is wrong.
    pub fn is_well(&self) -> bool {
        matches!(self, Self::Proved | Self::Irreversible)
    }
}

/// Verifies every revision of `directory`, oldest first, and ends with the first after which no
/// further one can be reached.
pub async fn verify(
    directory: &Directory,
    session: &mut Session,
    options: &Options,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<Vec<Verified>, Error> {
    let graph = Graph::of(directory)?;
    let mut scratch = Scratch::create(session).await?;
    let mut verified = Vec::new();
    let mut ended = Ok(());
    for version in graph.versions() {
        let Some(revision) = directory.get(version) else {
            continue;
        };
        let mut walk = Walk {
            directory,
            options,
            session: &mut scratch.session,
            on_event,
        };
        let verdict = match walk.there_and_back(revision).await {
            Ok(verdict) => verdict,
            Err(error) => {
                ended = Err(error);
                break;
            }
        };
        let stuck = matches!(verdict, Verdict::NoWayUp(_) | Verdict::NotAgain(_));
        verified.push(Verified {
            version,
            description: revision.description.clone(),
            verdict,
        });
        if stuck {
            break;
        }
    }
    let removed = scratch.remove(session).await;
    ended?;
    removed?;
    Ok(verified)
}

/// What it takes to try one revision.
struct Walk<'w, 'e> {
    directory: &'w Directory,
    options: &'w Options,
    session: &'w mut Session,
    on_event: &'w mut (dyn FnMut(Event<'_>) + 'e),
}

impl Walk<'_, '_> {
    async fn there_and_back(&mut self, revision: &Revision) -> Result<Verdict, Error> {
        let before = Catalog::read(self.session).await?;
        let there = revision.version.to_string().parse::<Target>()?;
        if let Err(error) = self.go(Direction::Upgrade, &there).await {
            return Ok(Verdict::NoWayUp(error));
        }
        if revision.down.is_none() {
            return Ok(Verdict::Irreversible);
        }
        let after = Catalog::read(self.session).await?;
        match self
            .go(Direction::Downgrade, &"-1".parse::<Target>()?)
            .await
        {
            Ok(()) => {}
            Err(error) if error.is_raised() => return Ok(Verdict::Irreversible),
            Err(error) => return Ok(Verdict::NoWayDown(error)),
        }
        let back = Catalog::read(self.session).await?;
        if let Err(error) = self.go(Direction::Upgrade, &there).await {
            let left = back.unlike(&before);
            return Ok(if left.is_empty() {
                Verdict::NotAgain(error)
            } else {
                Verdict::ComesBackElsewhere(left)
            });
        }
        let elsewhere = back.unlike(&before);
        if !elsewhere.is_empty() {
            return Ok(Verdict::ComesBackElsewhere(elsewhere));
        }
        let again = Catalog::read(self.session).await?;
        let elsewhere = again.unlike(&after);
        Ok(if elsewhere.is_empty() {
            Verdict::Proved
        } else {
            Verdict::GoesElsewhere(elsewhere)
        })
    }

    async fn go(&mut self, direction: Direction, target: &Target) -> Result<(), Error> {
        migrate(
            direction,
            self.directory,
            target,
            self.session,
            self.options,
            self.on_event,
        )
        .await
        .map(drop)
    }
}

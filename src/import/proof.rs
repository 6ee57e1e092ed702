//! Proves that our files make of a database what the tool's own make of it.
//!
//! Two scratch databases go along the history side by side: one as the tool moves it, one as our
//! runner moves it by our files. After each revision both are made of the same, or the proof ends
//! there. Ways back are tried on copies, so that one that leads elsewhere, as ways back do, is in
//! the way of nothing behind it.

use async_trait::async_trait;

use super::draft::Draft;
use super::error::Error;
use super::history::{History, Revision};
use super::script::{Script, Transaction};
use crate::migration::journal::session::execute;
use crate::migration::runner;
use crate::migration::verify::{Catalog, Difference, Scratch};
use crate::migration::{Direction, Event, Options, Plan, Session, Version, journal};

/// Moves a database as the tool does.
#[async_trait(?Send)]
pub trait Mover {
    /// Takes `revision` there or back, on a database that has all before it; or says what was in the
    /// way.
    async fn go(
        &mut self,
        direction: Direction,
        revision: &Revision,
        database: &mut Scratch,
    ) -> Result<(), String>;

    /// The tool's own table, if it makes one.
    fn table(&self) -> Option<&str>;
}

/// What became of a revision.
#[derive(Debug)]
pub struct Proved {
    /// Its place in the history.
    pub place: usize,
    /// Its version here.
    pub version: Version,
    /// How it went.
    pub verdict: Verdict,
}

/// How it went.
#[derive(Debug)]
pub enum Verdict {
    /// Both lead to the same, there and back.
    Same,
    /// Both lead to the same there; and neither leads back.
    NoWayBack,
    /// The tool's own files do not lead there.
    TheirsFails(Direction, String),
    /// Ours do not.
    OursFails(Direction, String),
    /// They lead to different places: ours is unlike theirs in this.
    Differs(Direction, Vec<Difference>),
}

impl Verdict {
    /// Whether nothing is wrong.
    pub fn is_well(&self) -> bool {
        matches!(self, Self::Same | Self::NoWayBack)
    }
}

/// What is seen while it lasts.
#[derive(Debug)]
pub enum Sight<'a> {
    /// A revision begins, counted from one, of how many.
    Begin(&'a Revision, usize, usize),
    /// What our runner tells.
    Ours(Event<'a>),
}

/// Goes along `history`, to its end or to the first revision that is not the same.
pub async fn prove(
    history: &History,
    draft: &Draft,
    mover: &mut dyn Mover,
    session: &mut Session,
    options: &Options,
    on_sight: &mut dyn FnMut(Sight<'_>),
) -> Result<Vec<Proved>, Error> {
    ensure_contained(history)?;
    let theirs = Scratch::create(session).await?;
    let ours = match Scratch::create(session).await {
        Ok(ours) => ours,
        Err(error) => {
            let _ = theirs.remove(session).await;
            return Err(error.into());
        }
    };
    let mut walk = Walk {
        draft,
        mover,
        session,
        options,
        on_sight,
    };
    let mut pair = Some(Pair { theirs, ours });
    let proved = walk.all(history, &mut pair).await;
    if let Some(pair) = pair {
        pair.remove(session).await?;
    }
    proved
}

/// Refuses what would reach beyond the scratch databases.
fn ensure_contained(history: &History) -> Result<(), Error> {
    for revision in &history.revisions {
        let scripts = [Some(&revision.up), revision.down.as_ref()];
        let mut beyond = scripts.into_iter().flatten();
        if let Some(statement) = beyond.find_map(Script::beyond_the_database) {
            return Err(Error::BeyondTheDatabase {
                path: revision.path.clone(),
                statement: statement.lines().next().unwrap_or_default().to_owned(),
            });
        }
    }
    Ok(())
}

/// Both databases.
struct Pair {
    theirs: Scratch,
    ours: Scratch,
}

impl Pair {
    /// Both twice.
    async fn double(self, session: &mut Session) -> Result<(Self, Self), Error> {
        let (theirs, their_copy) = match self.theirs.double(session).await {
            Ok(both) => both,
            Err(error) => {
                let _ = self.ours.remove(session).await;
                return Err(error.into());
            }
        };
        let (ours, our_copy) = match self.ours.double(session).await {
            Ok(both) => both,
            Err(error) => {
                for left in [theirs, their_copy] {
                    let _ = left.remove(session).await;
                }
                return Err(error.into());
            }
        };
        let copies = Self {
            theirs: their_copy,
            ours: our_copy,
        };
        Ok((Self { theirs, ours }, copies))
    }

    async fn remove(self, session: &mut Session) -> Result<(), Error> {
        let theirs = self.theirs.remove(session).await;
        self.ours.remove(session).await?;
        Ok(theirs?)
    }
}

struct Walk<'w, 'e> {
    draft: &'w Draft,
    mover: &'w mut dyn Mover,
    session: &'w mut Session,
    options: &'w Options,
    on_sight: &'w mut (dyn FnMut(Sight<'_>) + 'e),
}

impl Walk<'_, '_> {
    async fn all(
        &mut self,
        history: &History,
        pair: &mut Option<Pair>,
    ) -> Result<Vec<Proved>, Error> {
        let total = history.revisions.len();
        let mut proved = Vec::with_capacity(total);
        for (place, revision) in history.revisions.iter().enumerate() {
            (self.on_sight)(Sight::Begin(revision, place + 1, total));
            let version = self.draft.versions[place];
            let verdict = self.one(revision, version, pair).await?;
            let ends = !verdict.is_well();
            proved.push(Proved {
                place,
                version,
                verdict,
            });
            if ends {
                break;
            }
        }
        Ok(proved)
    }

    /// There, and back on copies.
    async fn one(
        &mut self,
        revision: &Revision,
        version: Version,
        pair: &mut Option<Pair>,
    ) -> Result<Verdict, Error> {
        let Some(there) = pair.as_mut() else {
            return Ok(Verdict::NoWayBack);
        };
        let verdict = self
            .step(Direction::Upgrade, revision, version, there)
            .await?;
        if !verdict.is_well() {
            return Ok(verdict);
        }
        // What changes nothing is not worth two copies.
        if !revision.up.acts() {
            return Ok(Verdict::Same);
        }
        if revision.down.is_none() {
            return Ok(Verdict::NoWayBack);
        }
        let Some(both) = pair.take() else {
            return Ok(verdict);
        };
        let (kept, mut copies) = both.double(self.session).await?;
        *pair = Some(kept);
        let verdict = self
            .step(Direction::Downgrade, revision, version, &mut copies)
            .await;
        copies.remove(self.session).await?;
        verdict
    }

    /// One way of a revision, on both databases.
    async fn step(
        &mut self,
        direction: Direction,
        revision: &Revision,
        version: Version,
        pair: &mut Pair,
    ) -> Result<Verdict, Error> {
        let theirs = self.mover.go(direction, revision, &mut pair.theirs).await;
        let ours = self.ours(direction, version, &mut pair.ours).await;
        match (theirs, ours) {
            (Ok(()), Ok(())) => {}
            (Err(_), Err(_)) if direction == Direction::Downgrade => return Ok(Verdict::NoWayBack),
            (Err(why), _) => return Ok(Verdict::TheirsFails(direction, why)),
            (Ok(()), Err(why)) => return Ok(Verdict::OursFails(direction, why)),
        }
        let table = self.mover.table();
        let theirs = Catalog::read_without(&mut pair.theirs.session, table).await?;
        let ours = Catalog::read(&mut pair.ours.session).await?;
        let differences = ours.unlike(&theirs);
        Ok(if differences.is_empty() {
            Verdict::Same
        } else {
            Verdict::Differs(direction, differences)
        })
    }

    /// By our files and our runner.
    async fn ours(
        &mut self,
        direction: Direction,
        version: Version,
        scratch: &mut Scratch,
    ) -> Result<(), String> {
        let told = |error: crate::migration::Error| error.to_string();
        let journal = journal::read(&mut scratch.session).await.map_err(told)?;
        let directory = &self.draft.directory;
        let plan = Plan::through(direction, directory, &journal, &[version]).map_err(told)?;
        let on_sight = &mut *self.on_sight;
        runner::apply(&plan, &mut scratch.session, self.options, &mut |event| {
            on_sight(Sight::Ours(event));
        })
        .await
        .map(drop)
        .map_err(told)
    }
}

/// Sends what the tool would send.
#[derive(Debug, Default)]
pub struct AsSql;

#[async_trait(?Send)]
impl Mover for AsSql {
    async fn go(
        &mut self,
        direction: Direction,
        revision: &Revision,
        database: &mut Scratch,
    ) -> Result<(), String> {
        let script = match direction {
            Direction::Upgrade => Some(&revision.up),
            Direction::Downgrade => revision.down.as_ref(),
        };
        let Some(script) = script else {
            return Ok(());
        };
        let sent = send(script, &mut database.session).await;
        // What a file sets is over with the run that it is part of, and so is what it left open.
        let over = "ROLLBACK; RESET SESSION AUTHORIZATION; RESET ALL";
        let reset = execute(&mut database.session, over).await;
        sent.and(reset).map_err(|error| told(&error))
    }

    fn table(&self) -> Option<&str> {
        None
    }
}

async fn send(script: &Script, session: &mut Session) -> Result<(), sqlx::Error> {
    let is_held = script.transaction == Transaction::Held;
    if is_held {
        execute(session, "BEGIN").await?;
    }
    for piece in &script.pieces {
        if piece.outside && is_held {
            execute(session, "COMMIT").await?;
            execute(session, &piece.sql).await?;
            execute(session, "BEGIN").await?;
        } else {
            execute(session, &piece.sql).await?;
        }
    }
    if is_held {
        execute(session, "COMMIT").await?;
    }
    Ok(())
}

fn told(error: &sqlx::Error) -> String {
    match error.as_database_error() {
        Some(cause) => match cause.code() {
            Some(code) => format!("{} ({code})", cause.message()),
            None => cause.message().to_owned(),
        },
        None => error.to_string(),
    }
}

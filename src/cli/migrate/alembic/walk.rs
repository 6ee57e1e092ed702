//! `upgrade`, `downgrade` and `stamp` on a history of Alembic's, without Python.

use std::collections::BTreeSet;
use std::time::Instant;

use super::Alembic;
use super::python::Python;
use crate::alembic::python;
use crate::alembic::way::rows::stamped;
use crate::alembic::way::{Reach, Start, Way, printed};
use crate::alembic::{History, Ordinal, Place, VersionTable, project::convention};
use crate::cli::context::Context;
use crate::cli::migrate::gate::Gate;
use crate::cli::migrate::goal::Goal;
use crate::cli::migrate::stamp;
use crate::cli::migrate::walk::{EngineMode, How};
use crate::cli::migrate::{Caution, Workplace, plan};
use crate::error::Error;
use crate::migration::graph::range::Ends;
use crate::migration::runner::{self, Applied, Completed, Ended};
use crate::migration::{self, Direction, Heads, Options, Range, Session, Target, Version};
use crate::report::Story;
use crate::report::view::migration::{Moved, Sql, WouldMove};
use crate::report::view::stamp::{Stamped, Tables};

/// Goes where `goal` leads.
pub(super) async fn walk(
    context: &Context,
    workplace: &Workplace,
    alembic: &Alembic,
    direction: Direction,
    (goal, how): (&Goal, &How),
) -> Result<u8, Error> {
    let road = Road::of(alembic)?;
    if how.sql {
        let way = road.offline(direction, goal)?;
        context.printer.show(&Sql { sql: printed(&way) });
        return Ok(0);
    }
    let target = goal.target()?;
    let mut session = workplace.connect(context).await?;
    if how.dry_run {
        let way = road.way(direction, target, &mut session).await?;
        context.printer.show(&WouldMove::from(&way.plan));
        return Ok(0);
    }
    let (approved, leads) = how.consent.approved(&context.directory)?;
    let gate = Gate {
        caution: workplace.caution(),
        direction,
        target: leads.as_ref().unwrap_or(target),
        approved,
    };
    let office = Office {
        context,
        workplace,
        alembic,
        story: &context.story(),
    };
    let options = how.options(context);
    let help = match how.engine_mode {
        EngineMode::Python => None,
        EngineMode::Native => Some(Help::Refused),
        // What nobody can look at beforehand is not run where that is asked for.
        EngineMode::Auto if how.consent.is_asked(workplace.caution()) => Some(Help::Refused),
        EngineMode::Auto => Some(Help::Called),
    };
    let applied = match help {
        None => road.python(&office, &gate, &mut session, &options).await?,
        Some(help) => {
            road.go(help, &office, &gate, &mut session, &options)
                .await?
        }
    };
    context.printer.show(&Moved::from(&applied));
    Ok(0)
}

/// What becomes of a revision that only Python can run.
#[derive(Clone, Copy)]
enum Help {
    Refused,
    /// Alembic runs it, and we the others.
    Called,
}

/// What a Python is found by, and who is told.
struct Office<'a> {
    context: &'a Context,
    workplace: &'a Workplace,
    alembic: &'a Alembic,
    story: &'a Story<'a>,
}

impl Office<'_> {
    /// Runs Alembic under the migration lock, which `session` keeps meanwhile. Where another
    /// process was faster, Alembic finds nothing to do.
    async fn call(
        &self,
        words: [&str; 2],
        needs: &str,
        session: &mut Session,
        options: &Options,
    ) -> Result<(), Error> {
        let python = Python::find(self.context, self.workplace, self.alembic, needs).await?;
        let mut on_event = |event: migration::Event<'_>| self.story.migration(&event);
        runner::hold_lock(session, options, &mut on_event).await?;
        let called = python.call(&words.map(str::to_owned)).await;
        let released = runner::let_go(session).await;
        called?;
        Ok(released?)
    }
}

/// A revision that Alembic was started for at `since`.
fn completed(version: Version, description: &str, since: Instant) -> Completed {
    Completed {
        version,
        description: description.to_owned(),
        elapsed: since.elapsed(),
    }
}

/// Applies what is pending, as a part of another command.
pub(in crate::cli::migrate) async fn to_head(
    context: &Context,
    workplace: &Workplace,
    alembic: &Alembic,
    story: &Story<'_>,
) -> Result<Moved, Error> {
    let road = Road::of(alembic)?;
    let mut session = workplace.connect(context).await?;
    let gate = Gate {
        caution: workplace.caution(),
        direction: Direction::Upgrade,
        target: &Target::head(),
        approved: None,
    };
    let options = How::default().options(context);
    let help = match workplace.caution() {
        Caution::None => Help::Called,
        Caution::Ci | Caution::Production => Help::Refused,
    };
    let office = Office {
        context,
        workplace,
        alembic,
        story,
    };
    let applied = road
        .go(help, &office, &gate, &mut session, &options)
        .await?;
    Ok(Moved::from(&applied))
}

/// What `upgrade` or `downgrade` would do, to be looked at.
pub(super) async fn plan(
    context: &Context,
    workplace: &Workplace,
    alembic: &Alembic,
    args: &plan::Args,
) -> Result<u8, Error> {
    let road = Road::of(alembic)?;
    let (direction, target) = args.wish()?;
    let mut session = match &workplace.url {
        Some(_) => Some(workplace.connect(context).await?),
        None => None,
    };
    let way = match &mut session {
        Some(session) => road.way(direction, &target, session).await?,
        None => road.from(&Place::default()).to(direction, &target)?,
    };
    plan::show(context, workplace, args, (&way.plan, &target), session).await
}

/// Says where the database stands.
pub(super) async fn stamp(
    context: &Context,
    workplace: &Workplace,
    alembic: &Alembic,
    args: stamp::Args,
) -> Result<u8, Error> {
    let road = Road::of(alembic)?;
    if args.is_offline() {
        let (from, targets) = args.goals()?;
        let sql = road.stamp_script(from, &targets)?;
        context.printer.show(&Sql { sql });
        return Ok(0);
    }
    let mut session = workplace.connect(context).await?;
    let (targets, purge, options) = args.parts(context)?;
    let story = context.story();
    let (before, after) = loop {
        let found = road.table.rows(&mut session).await?;
        let now: BTreeSet<String> = found.iter().cloned().collect();
        let place = if purge {
            Place::default()
        } else {
            Place::find(&road.history, &road.table, &found)?
        };
        let to = road.stamped(&place, &targets)?;
        let heads = road.heads(now.clone());
        let mut on_event = |event: migration::Event<'_>| story.migration(&event);
        if runner::stamp_heads(&heads, &to, &mut session, &options, &mut on_event).await? {
            break (now, to);
        }
    };
    drop(story);
    context.printer.show(&road.moved(&before, &after));
    Ok(0)
}

/// Creates the version table where it is missing.
pub(super) async fn ensure_version(
    context: &Context,
    workplace: &Workplace,
    alembic: &Alembic,
    args: &stamp::EnsureArgs,
) -> Result<u8, Error> {
    let road = Road::of(alembic)?;
    let mut session = workplace.connect(context).await?;
    let heads = road.heads(BTreeSet::new());
    let story = context.story();
    let mut on_event = |event: migration::Event<'_>| story.migration(&event);
    let options = args.options(context);
    runner::ensure_heads(&heads, &mut session, &options, &mut on_event).await?;
    drop(story);
    context.printer.show(&Tables {
        tables: vec![road.table.name],
    });
    Ok(0)
}

/// The history, with all that a way along it depends on.
struct Road {
    history: History,
    table: VersionTable,
    naming: crate::alembic::translate::Naming,
}

impl Road {
    fn of(alembic: &Alembic) -> Result<Self, Error> {
        Ok(Self {
            history: alembic.history()?,
            table: alembic.version_table()?,
            naming: convention::find(&alembic.project),
        })
    }

    fn from<'r>(&'r self, place: &'r Place) -> Start<'r> {
        Start {
            history: &self.history,
            table: &self.table,
            place,
            naming: self.naming,
        }
    }

    fn heads(&self, now: BTreeSet<String>) -> Heads {
        Heads {
            table: self.table.quoted(),
            now,
            after: std::collections::BTreeMap::new(),
        }
    }

    /// The way to `target` from where the database stands.
    async fn way(
        &self,
        direction: Direction,
        target: &Target,
        session: &mut Session,
    ) -> Result<Way, Error> {
        let rows = self.table.rows(session).await?;
        let place = Place::find(&self.history, &self.table, &rows)?;
        Ok(self.from(&place).to(direction, target)?)
    }

    /// The way from one end of a range to the other; no database is asked.
    fn offline(&self, direction: Direction, goal: &Goal) -> Result<Way, Error> {
        let range = goal.range(direction)?;
        if range.is_relative() {
            return Err(migration::Error::NeedsDatabase(range.to_string()).into());
        }
        let Ends { start, end } = range.resolve(&self.history, self.history.graph(), &[])?;
        let place = Place { rows: start };
        let target = match end.as_slice() {
            [] => "base".parse()?,
            [only] => self.history.id(*only).parse()?,
            _ => Target::heads(),
        };
        Ok(self.from(&place).to(direction, &target)?)
    }

    /// Goes where `gate` leads, if it admits the plan; anew where another process was faster.
    async fn go(
        &self,
        help: Help,
        office: &Office<'_>,
        gate: &Gate<'_>,
        session: &mut Session,
        options: &Options,
    ) -> Result<Applied, Error> {
        let mut steps = Vec::new();
        let mut admitted = None;
        loop {
            let rows = self.table.rows(session).await?;
            let place = Place::find(&self.history, &self.table, &rows)?;
            let Reach { way, then, length } =
                self.from(&place).reach(gate.direction, gate.target)?;
            let mut applied = Applied {
                direction: gate.direction,
                steps: Vec::new(),
            };
            match (help, then) {
                (_, None) if way.plan.is_empty() => {
                    applied.steps = steps;
                    return Ok(applied);
                }
                (_, None) => {}
                (Help::Refused, Some((_, error))) => return Err(error.into()),
                // A part of `+2` could not be told from all of it afterwards.
                (Help::Called, Some((_, error))) if length > 1 && gate.target.is_relative() => {
                    return Err(error.into());
                }
                (Help::Called, Some(_)) if !way.plan.is_empty() => {}
                (Help::Called, Some((revision, error))) => {
                    let since = Instant::now();
                    let Some(target) = self.single(gate.direction, &place, revision) else {
                        return Err(error.into());
                    };
                    let id = self.history.id(revision);
                    office.story.note(&error.to_string());
                    let needs = format!("revision `{id}` needs Python");
                    let words = [gate.direction.as_str(), &target];
                    office.call(words, &needs, session, options).await?;
                    let is_applied = self.applied(session).await?.contains(&revision);
                    if is_applied != (gate.direction == Direction::Upgrade) {
                        return Err(python::Error::Elsewhere.into());
                    }
                    let version = self.history.version(revision);
                    let message = self.history.script(revision).message();
                    steps.push(completed(version, message, since));
                    if length == 1 {
                        applied.steps = steps;
                        return Ok(applied);
                    }
                    continue;
                }
            }
            let is_all = way.plan.steps().len() == length;
            let start = way.plan.start().clone();
            let plan = gate.admit(Ok(way.plan), &start, &way.directory, admitted.as_ref())?;
            let mut on_event = |event: migration::Event<'_>| office.story.migration(&event);
            let ended =
                runner::apply_noting_heads(&plan, way.heads, session, options, &mut on_event);
            match ended.await? {
                Ended::Done(done) if !is_all => steps.extend(done.steps),
                Ended::Done(done) => {
                    steps.extend(done.steps);
                    applied.steps = steps;
                    return Ok(applied);
                }
                // `+1` would go further than was asked.
                Ended::Overtaken(_) if gate.target.is_relative() => {
                    return Err(migration::Error::Stale.into());
                }
                Ended::Overtaken(done) => steps.extend(done.steps),
            }
            admitted.get_or_insert(plan);
        }
    }

    /// What Alembic is told so that it runs `revision` and no other: the next on the way. `None`
    /// where that cannot be said.
    fn single(&self, direction: Direction, place: &Place, revision: Ordinal) -> Option<String> {
        let (history, graph) = (&self.history, self.history.graph());
        if direction == Direction::Upgrade {
            return Some(history.id(revision).to_owned());
        }
        let applied = place.applied(history);
        match graph.parents(revision) {
            [] if applied.len() == 1 => Some("base".to_owned()),
            &[parent] => {
                let children = graph.children(parent).iter();
                let alone = children.filter(|it| applied.contains(it)).count() == 1;
                alone.then(|| history.id(parent).to_owned())
            }
            _ => None,
        }
    }

    /// All of the way by Alembic itself.
    async fn python(
        &self,
        office: &Office<'_>,
        gate: &Gate<'_>,
        session: &mut Session,
        options: &Options,
    ) -> Result<Applied, Error> {
        let rows = self.table.rows(session).await?;
        let place = Place::find(&self.history, &self.table, &rows)?;
        let before = place.applied(&self.history);
        let pending = self.from(&place).reach(gate.direction, gate.target)?.length;
        let target = gate.target.to_string();
        let since = Instant::now();
        let words = [gate.direction.as_str(), &target];
        let needs = "Alembic itself was asked for";
        office.call(words, needs, session, options).await?;
        let after = self.applied(session).await?;
        if pending > 0 && after == before {
            return Err(python::Error::Elsewhere.into());
        }
        let moved: Vec<Ordinal> = match gate.direction {
            Direction::Upgrade => after.difference(&before).copied().collect(),
            Direction::Downgrade => {
                let gone: Vec<Ordinal> = before.difference(&after).copied().collect();
                gone.into_iter().rev().collect()
            }
        };
        let steps = moved.into_iter().map(|it| {
            let message = self.history.script(it).message();
            completed(self.history.version(it), message, since)
        });
        Ok(Applied {
            direction: gate.direction,
            steps: steps.collect(),
        })
    }

    /// What the database has.
    async fn applied(&self, session: &mut Session) -> Result<BTreeSet<Ordinal>, Error> {
        let rows = self.table.rows(session).await?;
        let place = Place::find(&self.history, &self.table, &rows)?;
        Ok(place.applied(&self.history))
    }

    /// What counts as applied by the rows `after` and not `before`, and the other way round.
    fn moved(&self, before: &BTreeSet<String>, after: &BTreeSet<String>) -> Stamped {
        let graph = self.history.graph();
        let applied = |rows: &BTreeSet<String>| {
            let known: Vec<_> = rows.iter().filter_map(|it| self.history.find(it)).collect();
            graph.with_ancestors(&known)
        };
        let (before, after) = (applied(before), applied(after));
        let version = |it: &_| self.history.version(*it);
        Stamped {
            added: after.difference(&before).map(version).collect(),
            removed: before.difference(&after).map(version).collect(),
        }
    }

    /// What says that the database is at `targets`, and was where `from` begins; else at the base.
    fn stamp_script(&self, from: Option<&Range>, targets: &[Target]) -> Result<String, Error> {
        let graph = self.history.graph();
        let (mut place, mut to) = (Place::default(), BTreeSet::new());
        if let Some(range) = from {
            if range.is_relative() {
                return Err(migration::Error::NeedsDatabase(range.to_string()).into());
            }
            let Ends { start, end } = range.resolve(&self.history, graph, &[])?;
            place.rows = start;
            let rows = place.rows.iter().copied().collect();
            let rows = stamped(graph, &rows, &end);
            to = rows
                .into_iter()
                .map(|it| self.history.id(it).to_owned())
                .collect();
        }
        if !targets.is_empty() {
            to = self.stamped(&place, targets)?;
        }
        let now = place.rows.iter().map(|&it| self.history.id(it).to_owned());
        let heads = self.heads(now.collect());
        let mut sql = heads.change(&heads.now, &to);
        if heads.now.is_empty() {
            sql.insert(0, heads.create());
        }
        Ok(format!("BEGIN;\n\n{};\n\nCOMMIT;\n", sql.join(";\n\n")))
    }

    /// The rows once the database is said to be at `targets`.
    fn stamped(&self, place: &Place, targets: &[Target]) -> Result<BTreeSet<String>, Error> {
        let graph = self.history.graph();
        let mut rows = place.rows.iter().copied().collect();
        for target in targets {
            let standing = place.standing(&self.history);
            let revisions = target.revisions(&self.history, graph, &standing)?;
            rows = match revisions.as_slice() {
                [] => BTreeSet::new(),
                some => stamped(graph, &rows, some),
            };
        }
        Ok(rows
            .into_iter()
            .map(|it| self.history.id(it).to_owned())
            .collect())
    }
}

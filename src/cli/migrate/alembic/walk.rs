//! `upgrade` and `downgrade` on a history of Alembic's: by us, and by Alembic what only Python can do.

use std::collections::BTreeSet;
use std::time::Instant;

use super::Alembic;
use super::look::look;
use super::python::Python;
use super::road::Road;
use crate::alembic::{self, Leg, Ordinal, Place, python, way::offline};
use crate::cli::context::Context;
use crate::cli::migrate::Workplace;
use crate::cli::migrate::gate::Gate;
use crate::cli::migrate::goal::Goal;
use crate::cli::migrate::walk::{EngineMode, How};
use crate::error::Error;
use crate::migration::plan::fingerprint::Fingerprint;
use crate::migration::runner::{self, Applied, Completed, Ended, Transactions};
use crate::migration::{self, Direction, Options, Plan, Session, Target, Version};
use crate::report::Story;
use crate::report::view::migration::{Moved, Sql, WouldMove};

/// Goes where `goal` leads.
pub(super) async fn walk(
    context: &Context,
    workplace: &Workplace,
    alembic: &Alembic,
    direction: Direction,
    (goal, how): (&Goal, &How),
) -> Result<u8, Error> {
    let engine_mode = engine_mode(alembic, how)?;
    if how.sql {
        return print(context, workplace, alembic, direction, goal).await;
    }
    let target = goal.target()?;
    let (road, mut session) = Road::and_session(alembic, context, workplace).await?;
    if how.dry_run {
        let place = road.place(&mut session).await?;
        let start = road.from(&place);
        let legs = start.legs(direction, target)?;
        let plan = start.way(direction, &legs)?.plan;
        context.printer.show(&WouldMove::from(&plan));
        return Ok(0);
    }
    let (approved, leads) = how.consent.approved(&context.directory)?;
    let gate = Gate {
        caution: workplace.caution(),
        direction,
        target: leads.as_ref().unwrap_or(target),
        approved,
    };
    let options = how.options(context);
    let story = context.story();
    let office = Office {
        context,
        workplace,
        alembic,
        road: &road,
        story: &story,
    };
    let applied = match engine_mode {
        EngineMode::Python => office.by_python(&gate, &mut session, &options).await?,
        EngineMode::Native => {
            let help = Help::Refused;
            office.go(help, &gate, &mut session, &options).await?
        }
        EngineMode::Auto => {
            let help = Help::Called;
            office.go(help, &gate, &mut session, &options).await?
        }
    };
    drop(story);
    context.printer.show(&Moved::from(&applied));
    Ok(0)
}

/// Who runs the revisions. Where `env.py` is told something, only Alembic can.
fn engine_mode(alembic: &Alembic, how: &How) -> Result<EngineMode, Error> {
    if alembic.x.is_empty() {
        return Ok(how.engine_mode);
    }
    match how.engine_mode {
        EngineMode::Auto | EngineMode::Python if !how.sql && !how.dry_run => Ok(EngineMode::Python),
        EngineMode::Auto | EngineMode::Python | EngineMode::Native => {
            Err(alembic::Error::XUnheard.into())
        }
    }
}

/// Prints the way as a script.
async fn print(
    context: &Context,
    workplace: &Workplace,
    alembic: &Alembic,
    direction: Direction,
    goal: &Goal,
) -> Result<u8, Error> {
    let road = Road::of(alembic)?;
    let story = context.story();
    let office = Office {
        context,
        workplace,
        alembic,
        road: &road,
        story: &story,
    };
    let (place, target) = road.range(direction, goal)?;
    let sql = office.offline(&place, direction, &target).await?;
    drop(story);
    context.printer.show(&Sql { sql });
    Ok(0)
}

/// Applies what is pending, as a part of another command.
pub(in crate::cli::migrate) async fn to_head(
    context: &Context,
    workplace: &Workplace,
    alembic: &Alembic,
    story: &Story<'_>,
) -> Result<Moved, Error> {
    let (road, mut session) = Road::and_session(alembic, context, workplace).await?;
    let gate = Gate {
        caution: workplace.caution(),
        direction: Direction::Upgrade,
        target: &Target::head(),
        approved: None,
    };
    let options = How::default().options(context);
    let office = Office {
        context,
        workplace,
        alembic,
        road: &road,
        story,
    };
    let applied = office
        .go(Help::Called, &gate, &mut session, &options)
        .await?;
    Ok(Moved::from(&applied))
}

/// What becomes of a revision that only Python can run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Help {
    Refused,
    /// Alembic runs it, and we the others.
    Called,
}

/// What a way is gone with, and who is told.
struct Office<'a> {
    context: &'a Context,
    workplace: &'a Workplace,
    alembic: &'a Alembic,
    road: &'a Road,
    story: &'a Story<'a>,
}

/// A way that may be gone: the plan, and where it begins.
struct Leave {
    plan: Plan,
    place: Place,
    legs: Vec<Leg>,
}

/// What is to be done of a plan that was begun.
struct Rest {
    /// All of the plan, as it was admitted.
    plan: Plan,
    /// What the database should have by now.
    applied: BTreeSet<Ordinal>,
    /// What is left of it.
    left: Vec<Ordinal>,
}

impl Office<'_> {
    /// Goes where `gate` leads, if it admits the plan: we as far as we can, then Alembic for a
    /// revision, and so on. Where another process was faster, it is planned anew.
    async fn go(
        &self,
        help: Help,
        gate: &Gate<'_>,
        session: &mut Session,
        options: &Options,
    ) -> Result<Applied, Error> {
        let mut applied = Applied {
            direction: gate.direction,
            steps: Vec::new(),
        };
        let mut rest: Option<Rest> = None;
        loop {
            let Leave { plan, place, legs } = self.leave(gate, rest.as_ref(), session).await?;
            let one = options.transactions == Transactions::One;
            if (help == Help::Refused || one)
                && let Some(error) = self.refusal(&legs)
            {
                return Err(error);
            }
            let steps = plan.steps();
            let ours = steps.iter().take_while(|it| it.foreign.is_none()).count();
            let taken = match steps.first() {
                None => return Ok(applied),
                Some(first) if ours == 0 => {
                    let step = (first.version, first.description.as_str());
                    let done = self.alembic_runs(step, gate, &place, &legs, session, options);
                    applied.steps.push(done.await?);
                    1
                }
                Some(_) => {
                    let start = self.road.from(&place);
                    let heads = start.heads(gate.direction, &self.revisions(&plan));
                    let segment = plan.clone().first(ours);
                    let mut on_event = |event: migration::Event<'_>| self.story.migration(&event);
                    let ended = runner::apply_noting_heads(
                        &segment,
                        heads,
                        session,
                        options,
                        &mut on_event,
                    );
                    match ended.await? {
                        Ended::Done(done) => applied.steps.extend(done.steps),
                        // `+1` would go further than was asked.
                        Ended::Overtaken(_) if gate.target.is_relative() => {
                            return Err(migration::Error::Stale.into());
                        }
                        Ended::Overtaken(done) => applied.steps.extend(done.steps),
                    }
                    ours
                }
            };
            let revisions = self.revisions(&plan);
            let (done, left) = revisions.split_at(taken.min(revisions.len()));
            if left.is_empty() && gate.target.is_relative() {
                return Ok(applied);
            }
            let mut now = place.applied(&self.road.history);
            match gate.direction {
                Direction::Upgrade => now.extend(done),
                Direction::Downgrade => now.retain(|it| !done.contains(it)),
            }
            rest = Some(Rest {
                applied: now,
                left: left.to_vec(),
                plan: rest.map_or(plan, |rest| rest.plan),
            });
        }
    }

    /// Plans from where the database stands, and asks the gate.
    async fn leave(
        &self,
        gate: &Gate<'_>,
        rest: Option<&Rest>,
        session: &mut Session,
    ) -> Result<Leave, Error> {
        if rest.is_none() {
            let history = &self.road.history;
            gate.admit_heads(history, history.graph())?;
        }
        let place = self.road.place(session).await?;
        let start = self.road.from(&place);
        let legs = match rest {
            // `+2` from here on would be another way.
            Some(rest) if gate.target.is_relative() => {
                if rest.applied != place.applied(&self.road.history) {
                    return Err(migration::Error::Stale.into());
                }
                Ok(start.through(gate.direction, &rest.left))
            }
            _ => start.legs(gate.direction, gate.target),
        };
        let (mut legs, trouble) = match legs {
            Ok(legs) => (legs, None),
            Err(alembic::Error::Migration(error)) => (Vec::new(), Some(error)),
            Err(error) => return Err(error.into()),
        };
        if gate.judges() && rest.is_none() {
            self.look(gate.direction, &mut legs).await?;
        }
        let plan = start.way(gate.direction, &legs)?.plan;
        let journal = plan.start().clone();
        let admitted = rest.map(|rest| &rest.plan);
        let of_approved = |_: &Plan, approved: &Fingerprint| {
            Ok(start.rest_of(approved, gate.direction, gate.target)?)
        };
        let planned = trouble.map_or(Ok(plan), Err);
        let plan = gate.admit(planned, &journal, admitted, of_approved)?;
        Ok(Leave { plan, place, legs })
    }

    async fn look(&self, direction: Direction, legs: &mut [Leg]) -> Result<(), Error> {
        let (workplace, alembic) = (self.workplace, self.alembic);
        look(self.context, workplace, alembic, self.road, direction, legs).await
    }

    /// Why the first of `legs` that needs Python does.
    fn refusal(&self, legs: &[Leg]) -> Option<Error> {
        let refusal = legs.iter().find_map(|leg| leg.refusal(&self.road.history));
        refusal.map(Error::from)
    }

    /// The revisions of a plan, in its order.
    fn revisions(&self, plan: &Plan) -> Vec<Ordinal> {
        let steps = plan.steps().iter();
        steps
            .filter_map(|it| self.road.revision(it.version))
            .collect()
    }

    /// Lets Alembic run one revision: the next on the way.
    async fn alembic_runs(
        &self,
        (version, description): (Version, &str),
        gate: &Gate<'_>,
        place: &Place,
        legs: &[Leg],
        session: &mut Session,
        options: &Options,
    ) -> Result<Completed, Error> {
        let since = Instant::now();
        let leg = legs
            .iter()
            .find(|leg| self.road.history.version(leg.revision) == version);
        let refusal = leg.and_then(|leg| leg.refusal(&self.road.history));
        let target = self
            .road
            .revision(version)
            .and_then(|it| self.road.single(gate.direction, place, it));
        let Some(target) = target else {
            return Err(match refusal {
                Some(error) => error.into(),
                None => migration::Error::Stale.into(),
            });
        };
        if let Some(error) = refusal {
            self.story.note(&error.to_string());
        }
        let needs = format!("revision `{version}` needs Python");
        let words = [gate.direction.as_str(), &target];
        self.call(words, &needs, session, options).await?;
        let now = self.road.applied(session).await?;
        let is_applied = self
            .road
            .revision(version)
            .is_some_and(|it| now.contains(&it));
        if is_applied != (gate.direction == Direction::Upgrade) {
            return Err(python::Error::Elsewhere.into());
        }
        Ok(completed(version, description, since))
    }

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

    /// All of the way by Alembic itself, if `gate` admits it.
    async fn by_python(
        &self,
        gate: &Gate<'_>,
        session: &mut Session,
        options: &Options,
    ) -> Result<Applied, Error> {
        let Leave { plan, place, .. } = self.leave(gate, None, session).await?;
        let before = place.applied(&self.road.history);
        let target = gate.target.to_string();
        let since = Instant::now();
        let words = [gate.direction.as_str(), &target];
        let needs = "Alembic itself was asked for";
        self.call(words, needs, session, options).await?;
        let after = self.road.applied(session).await?;
        if !plan.is_empty() && after == before {
            return Err(python::Error::Elsewhere.into());
        }
        let moved: Vec<Ordinal> = match gate.direction {
            Direction::Upgrade => after.difference(&before).copied().collect(),
            Direction::Downgrade => {
                let gone: Vec<Ordinal> = before.difference(&after).copied().collect();
                gone.into_iter().rev().collect()
            }
        };
        let history = &self.road.history;
        let steps = moved.into_iter().map(|it| {
            let message = history.script(it).message();
            completed(history.version(it), message, since)
        });
        Ok(Applied {
            direction: gate.direction,
            steps: steps.collect(),
        })
    }

    /// The way as a script, for a database at `place`. What only Python can do is in it as Alembic
    /// prints it.
    async fn offline(
        &self,
        place: &Place,
        direction: Direction,
        target: &Target,
    ) -> Result<String, Error> {
        let start = self.road.from(place);
        let mut legs = start.legs(direction, target)?;
        self.look(direction, &mut legs).await?;
        let hidden: Vec<Leg> = legs.iter().filter(|it| it.is_hidden()).cloned().collect();
        match self.refusal(&hidden) {
            Some(error) => Err(error),
            None => Ok(offline::script(&start.way(direction, &legs)?)),
        }
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

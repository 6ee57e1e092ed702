//! `verify` on a history of Alembic's: every revision up, down and up again, on a scratch database,
//! by us or, where it must be, by Alembic.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::Alembic;
use super::python::Python;
use super::road::Road;
use crate::alembic::python::complaint::Complaint;
use crate::alembic::translate::raises;
use crate::alembic::{Leg, python};
use crate::cli::context::Context;
use crate::cli::migrate::Workplace;
use crate::cli::migrate::verify::{Args, tell};
use crate::error::Error;
use crate::ident::DatabaseName;
use crate::migration::runner::{self, Ended};
use crate::migration::verify::{self, Candidate, Gone, History};
use crate::migration::{self, Direction, Options, Session, Version};
use crate::report::Story;

/// Proves that every revision leads there and back.
pub(super) async fn run(
    context: &Context,
    workplace: &Workplace,
    alembic: &Alembic,
    args: Args,
) -> Result<u8, Error> {
    let road = Road::of(alembic)?;
    let mut session = workplace.connect(context).await?;
    let options = args.patience.options(context, None);
    let story = context.story();
    let mut proof = Proof {
        context,
        workplace,
        alembic,
        road: &road,
        options: &options,
        story: &story,
        python: None,
    };
    let verified = verify::verify(&mut proof, &mut session).await?;
    drop(story);
    let total = road.history.revisions().count();
    Ok(tell(context, &args, &verified, total))
}

/// What a history is run with.
struct Proof<'p> {
    context: &'p Context,
    workplace: &'p Workplace,
    alembic: &'p Alembic,
    road: &'p Road,
    options: &'p Options,
    story: &'p Story<'p>,
    /// A Python that has shown that it goes to the scratch database.
    python: Option<(Python<'p>, DatabaseName)>,
}

#[async_trait(?Send)]
impl History for Proof<'_> {
    type Error = Error;

    fn candidates(&self) -> Vec<Candidate> {
        let history = &self.road.history;
        let revisions = history.revisions();
        revisions
            .map(|(it, script)| Candidate {
                version: history.version(it),
                description: script.message().replace('\n', " "),
                has_way_back: !raises(&script.source.text, Direction::Downgrade),
            })
            .collect()
    }

    /// The version table is none of what a revision makes.
    async fn prepare(&mut self, scratch: &mut Session) -> Result<(), Error> {
        let heads = self.road.heads(BTreeSet::new());
        let mut on_event = |event: migration::Event<'_>| self.story.verification(&event);
        Ok(runner::ensure_heads(&heads, scratch, self.options, &mut on_event).await?)
    }

    async fn go(
        &mut self,
        direction: Direction,
        version: Version,
        scratch: &mut Session,
    ) -> Result<Gone, Error> {
        let place = self.road.place(scratch).await?;
        let start = self.road.from(&place);
        let Some(revision) = self.road.revision(version) else {
            return Err(migration::Error::Stale.into());
        };
        let legs = start.through(direction, &[revision]);
        if let Some(leg) = legs.first().filter(|it| it.needs_python()) {
            let target = self.road.single(direction, &place, revision);
            let target = match (target, leg.refusal(&self.road.history)) {
                (Some(target), _) => target,
                (None, Some(error)) => return Err(error.into()),
                (None, None) => return Err(migration::Error::Stale.into()),
            };
            return self.by_python(direction, leg, &target, scratch).await;
        }
        let way = match start.way(direction, &legs) {
            Ok(way) => way,
            Err(error) => return Ok(Gone::Failed(error.to_string())),
        };
        let mut on_event = |event: migration::Event<'_>| self.story.verification(&event);
        let (plan, heads) = (&way.plan, way.heads);
        let ended =
            runner::apply_noting_heads(plan, heads, scratch, self.options, &mut on_event).await;
        match ended {
            Ok(Ended::Done(_)) => Ok(Gone::Done),
            Ok(Ended::Overtaken(_)) => Err(migration::Error::Stale.into()),
            Err(error) => Ok(Gone::of(&error)),
        }
    }
}

impl Proof<'_> {
    async fn by_python(
        &mut self,
        direction: Direction,
        leg: &Leg,
        target: &str,
        scratch: &mut Session,
    ) -> Result<Gone, Error> {
        let id = self.road.history.id(leg.revision).to_owned();
        if self.python.is_none() {
            let needs = format!("revision `{id}` needs Python");
            let python = Python::find(self.context, self.workplace, self.alembic, &needs).await?;
            let name = DatabaseName::new(scratch.database().unwrap_or_default());
            let mut on_event = |event: migration::Event<'_>| self.story.verification(&event);
            python
                .arrives(&self.road.table, scratch, self.options, &mut on_event)
                .await??;
            self.python = Some((python, name));
        }
        let Some((python, name)) = &self.python else {
            return Err(python::Error::Elsewhere.into());
        };
        self.story.spin(&format!(
            "verifying {id}, {} by Alembic",
            direction.as_str()
        ));
        let words = [direction.as_str(), target].map(str::to_owned);
        match python.ask_in(name, &words).await {
            Ok(_) => {}
            Err(Error::OfPython(python::Error::Failed {
                complaint: Complaint::Raised { message, .. },
            })) => return Ok(raised(message)),
            Err(Error::OfPython(error @ python::Error::Failed { .. })) => {
                return Ok(Gone::Failed(error.to_string()));
            }
            Err(error) => return Err(error),
        }
        let is_applied = self.road.applied(scratch).await?.contains(&leg.revision);
        if is_applied != (direction == Direction::Upgrade) {
            return Err(python::Error::Elsewhere.into());
        }
        Ok(Gone::Done)
    }
}

/// How a step ended that raised an exception in Python. One of those that people raise themselves
/// is told apart from a slip.
fn raised(message: String) -> Gone {
    const OWN: [&str; 3] = ["NotImplementedError", "RuntimeError", "Exception"];
    let name = message.split(':').next().unwrap_or_default();
    if OWN.contains(&name) {
        Gone::Raised(message)
    } else {
        Gone::Failed(message)
    }
}

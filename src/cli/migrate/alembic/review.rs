//! `plan` and `lint` on a history of Alembic's: what is translated, and what Alembic prints.

use super::Alembic;
use super::look::look;
use super::road::Road;
use crate::alembic::{Ordinal, Place};
use crate::cli::context::Context;
use crate::cli::migrate::lint::{self, Subject};
use crate::cli::migrate::scope::Scope;
use crate::cli::migrate::{Workplace, plan};
use crate::error::Error;
use crate::migration::{Direction, Plan, Target};

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
    let place = match &mut session {
        Some(session) => road.place(session).await?,
        None => Place::default(),
    };
    let office = Reviewer {
        context,
        workplace,
        alembic,
        road: &road,
    };
    let plan = office.plan(&place, direction, &target).await?;
    plan::show(context, workplace, args, (&plan, &target), session).await
}

/// Looks for what revisions lose, block or break.
pub(super) async fn lint(
    context: &Context,
    workplace: &Workplace,
    alembic: &Alembic,
    args: &lint::Args,
) -> Result<u8, Error> {
    let road = Road::of(alembic)?;
    let reviewer = Reviewer {
        context,
        workplace,
        alembic,
        road: &road,
    };
    let up = Direction::Upgrade;
    let subject = if args.asks() && workplace.url.is_some() {
        let mut session = workplace.connect(context).await?;
        let place = road.place(&mut session).await?;
        Subject::Plans(vec![reviewer.plan(&place, up, &Target::heads()).await?])
    } else if args.scopes.is_empty() {
        let base = Place::default();
        Subject::History(reviewer.plan(&base, up, &Target::heads()).await?)
    } else {
        let mut plans = Vec::new();
        for scope in &args.scopes {
            let (place, target) = road.scope(scope)?;
            plans.push(reviewer.plan(&place, up, &target).await?);
        }
        Subject::Plans(plans)
    };
    subject.tell(context, args)
}

/// What a plan is made with that is only looked at.
struct Reviewer<'r> {
    context: &'r Context,
    workplace: &'r Workplace,
    alembic: &'r Alembic,
    road: &'r Road,
}

impl Reviewer<'_> {
    async fn plan(
        &self,
        place: &Place,
        direction: Direction,
        target: &Target,
    ) -> Result<Plan, Error> {
        let start = self.road.from(place);
        let mut legs = start.legs(direction, target)?;
        look(
            self.context,
            self.workplace,
            self.alembic,
            self.road,
            direction,
            &mut legs,
        )
        .await?;
        Ok(start.way(direction, &legs)?.plan)
    }
}

impl Road {
    /// Where a review begins, and where it ends.
    fn scope(&self, scope: &Scope) -> Result<(Place, Target), Error> {
        let graph = self.history.graph();
        let (rows, target) = match scope {
            Scope::One(target) => {
                let revisions = self.named(target)?;
                let parents = |it: &Ordinal| graph.parents(*it).to_vec();
                (revisions.iter().flat_map(parents).collect(), target)
            }
            Scope::Range(from, to) => (self.named(from)?, to),
        };
        Ok((Place { rows }, target.clone()))
    }

    /// The revisions that `target` names. Without a database nothing counts from where it stands.
    fn named(&self, target: &Target) -> Result<Vec<Ordinal>, Error> {
        if target.is_relative() {
            return Err(target.too_far().into());
        }
        Ok(target.revisions(&self.history, self.history.graph(), &[])?)
    }
}

//! Carries a reset out.
//!
//! The contents are reset by making the new database beside the old one and exchanging their
//! names in one transaction: at every moment there is a whole database of the right name. The
//! old one is not dropped but becomes the safety snapshot, which costs nothing. Where the
//! history is known a template of it is copied, so that migrating has nothing left to do.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    Error, Event, Provider, Target,
    maintenance::{Maintenance, Predecessor},
    note::{Purpose, SnapshotName},
    reset::{Depth, Plan, Safety},
    snapshot::{keep_cold, note, prune, prune_cold},
    template::Key,
    until_ready,
};
use crate::ident::DatabaseName;

/// How many templates are kept.
const KEPT: usize = 3;

/// What a reset left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The snapshot that `dev snapshot restore` takes to undo it.
    pub safety: Option<SnapshotName>,
    /// What the new database holds.
    pub contents: Contents,
    /// Where the server is reached now; a new container may have a new port.
    pub target: Target,
}

/// What a reset database holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contents {
    /// Nothing.
    Empty,
    /// The whole history, from a template.
    Migrated,
}

/// Carries out a plan. `history` is the key of the migrations that will be applied next, if they
/// will be. `patience` is how long a new server may take to answer.
pub async fn reset(
    provider: &dyn Provider,
    target: &Target,
    plan: &Plan,
    history: Option<&Key>,
    patience: Duration,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<Outcome, Error> {
    match plan.depth {
        Depth::Contents => contents(target, plan, history, on_event).await,
        Depth::Volume => volume(provider, target, plan, patience, on_event).await,
    }
}

async fn contents(
    target: &Target,
    plan: &Plan,
    history: Option<&Key>,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<Outcome, Error> {
    let database = &target.account.database;
    let mut maintenance = Maintenance::open(target).await?;
    let template = match history {
        Some(key) => find(&mut maintenance, key).await?,
        None => None,
    };
    let (new, contents) = if let Some(template) = template {
        on_event(Event::Step("copy the template of these migrations"));
        let copy = maintenance.copy(&template).await?;
        maintenance.dress_like(database, &copy).await?;
        (copy, Contents::Migrated)
    } else {
        on_event(Event::Step("create an empty database"));
        let empty = maintenance.create_empty().await?;
        maintenance.dress_like(database, &empty).await?;
        (empty, Contents::Empty)
    };
    let present = maintenance.current().await?.is_some();
    let safety = (present && plan.safety == Safety::Keep)
        .then(|| SnapshotName::safety("reset", Timestamp::now()));
    on_event(Event::Step(&format!("put it in place of `{database}`")));
    let predecessor = match &safety {
        Some(name) => Predecessor::Keep(note(target, Purpose::Safety, name)),
        None => Predecessor::Drop,
    };
    maintenance.swap(&new, &predecessor).await?;
    prune(&mut maintenance, target, on_event).await?;
    maintenance.close().await;
    Ok(Outcome {
        safety,
        contents,
        target: target.clone(),
    })
}

async fn volume(
    provider: &dyn Provider,
    target: &Target,
    plan: &Plan,
    patience: Duration,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<Outcome, Error> {
    let mut safety = None;
    provider.stop(on_event).await?;
    if plan.safety == Safety::Keep {
        let name = SnapshotName::safety("reset", Timestamp::now());
        on_event(Event::Step(&format!(
            "copy the data as safety snapshot `{name}`"
        )));
        keep_cold(provider, &name, on_event).await?;
        let kept = provider.saved().await?;
        safety = kept
            .iter()
            .any(|it| it.name == name.as_str())
            .then_some(name);
    }
    provider.destroy(on_event).await?;
    provider.start(on_event).await?;
    let target = Target::new(provider.endpoint().await?, target.account.clone());
    until_ready(provider, &target, patience, on_event).await?;
    prune_cold(provider, on_event).await?;
    Ok(Outcome {
        safety,
        contents: Contents::Empty,
        target,
    })
}

/// Keeps a copy of the freshly migrated database for the next reset. An application that is
/// already connected is not disturbed: then no copy is made, and the next reset migrates.
pub async fn keep_template(
    target: &Target,
    history: &Key,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<(), Error> {
    let database = &target.account.database;
    let mut maintenance = Maintenance::open(target).await?;
    if find(&mut maintenance, history).await?.is_none()
        && maintenance.sessions(database).await? == 0
    {
        on_event(Event::Step("keep a template for the next reset"));
        let copy = maintenance.copy(database).await?;
        maintenance.finish(&copy, &history.note(database)).await?;
        let mut templates: Vec<_> = maintenance
            .list()
            .await?
            .into_iter()
            .filter_map(|it| Some((it.note()?, it.name)))
            .filter(|(note, _)| note.purpose == Purpose::Template && note.of == *database)
            .collect();
        templates.sort_by_key(|(note, _)| note.created);
        let old = templates.len().saturating_sub(KEPT);
        for (_, name) in &templates[..old] {
            maintenance.drop(name).await?;
        }
    }
    maintenance.close().await;
    Ok(())
}

async fn find(maintenance: &mut Maintenance, key: &Key) -> Result<Option<DatabaseName>, Error> {
    let name = key.note(maintenance.database()).database();
    let found = maintenance.list().await?;
    Ok(found.into_iter().map(|it| it.name).find(|it| *it == name))
}

//! Named copies of the development database, and the way back.
//!
//! A snapshot is a closed database in the same cluster, so that saving and restoring is one
//! `CREATE DATABASE … TEMPLATE …`: about a second. Copies of the whole data directory, which
//! the provider keeps, stand in the same list; the reset of a volume makes one.

use std::{
    cmp::Reverse,
    time::{Duration, SystemTime},
};

use jiff::Timestamp;

use super::{
    Error, Event, Provider, Target,
    maintenance::{Found, Maintenance, Predecessor},
    note::{Note, Purpose, SnapshotName},
    provider::State,
    until_ready,
};
use crate::ident::DatabaseName;

/// How many safety snapshots are kept of each form.
const KEPT: usize = 3;
/// A safety snapshot younger than this is kept whatever their number: a reset that was killed
/// and begun again several times must not push out the one copy that matters.
const FRESH: Duration = Duration::from_hours(1);

/// A copy that can be restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Its name.
    pub name: String,
    /// Whether a person or a reset made it.
    pub purpose: Purpose,
    /// What was copied.
    pub form: Form,
    /// When.
    pub created: SystemTime,
    /// Bytes, where known.
    pub size: Option<u64>,
}

/// What a snapshot is a copy of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// One database.
    Database,
    /// The whole data directory with every database and role.
    Cluster,
}

/// Every snapshot, the newest first. Where the server does not run, those of the cluster's form
/// alone.
pub async fn list(provider: &dyn Provider, target: &Target) -> Result<Vec<Snapshot>, Error> {
    let mut snapshots = cold(provider).await?;
    if provider.observe().await?.state == State::Running {
        let mut maintenance = Maintenance::look(target).await?;
        let found = maintenance.list().await?;
        maintenance.close().await;
        snapshots.extend(warm(target, &found).map(|(_, snapshot)| snapshot));
    }
    // Engines know the second of a volume; the names of safety snapshots have more.
    snapshots.sort_by_key(|it| Reverse((it.created, it.name.clone())));
    Ok(snapshots)
}

/// Copies the database under a name. Sessions in it are ended; applications reconnect.
pub async fn save(
    provider: &dyn Provider,
    target: &Target,
    name: &SnapshotName,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<(), Error> {
    let mut maintenance = Maintenance::open(target).await?;
    let found = maintenance.list().await?;
    let taken = warm(target, &found)
        .map(|(_, it)| it)
        .chain(cold(provider).await?);
    if taken.into_iter().any(|it| it.name == name.as_str()) {
        return Err(Error::SnapshotExists { name: name.clone() });
    }
    let database = maintenance.database().clone();
    if !found.iter().any(|it| it.name == database) {
        return Err(missing(&database, &found));
    }
    if maintenance.sessions(&database).await? > 0 {
        on_event(Event::Note(
            "sessions in the database are ended for the copy",
        ));
    }
    on_event(Event::Step(&format!(
        "copy `{database}` as snapshot `{name}`"
    )));
    let copy = maintenance.copy(&database).await?;
    on_event(Event::Step("give the copy its name"));
    let note = note(target, Purpose::Snapshot, name);
    maintenance.finish(&copy, &note).await?;
    maintenance.close().await;
    Ok(())
}

/// Puts a snapshot in place of the database, which is kept as a safety snapshot. Returns that
/// one's name. The snapshot stays.
///
/// After a snapshot of the whole cluster the server was started anew, and may be reached at
/// another port.
pub async fn restore(
    provider: &dyn Provider,
    target: &Target,
    name: &SnapshotName,
    patience: Duration,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<SnapshotName, Error> {
    let safety = SnapshotName::safety("restore", Timestamp::now());
    if cold(provider)
        .await?
        .iter()
        .any(|it| it.name == name.as_str())
    {
        restore_cold(provider, target, name, &safety, patience, on_event).await?;
        return Ok(safety);
    }
    let mut maintenance = Maintenance::open(target).await?;
    let found = maintenance.list().await?;
    let source = warm(target, &found)
        .find(|(_, it)| it.name == name.as_str())
        .map(|(source, _)| source.name.clone())
        .ok_or_else(|| Error::SnapshotMissing { name: name.clone() })?;
    on_event(Event::Step(&format!("copy snapshot `{name}`")));
    let copy = maintenance.copy(&source).await?;
    maintenance.dress_like(&source, &copy).await?;
    on_event(Event::Step(&format!(
        "put it in place of `{}`",
        target.account.database
    )));
    let keep = Predecessor::Keep(note(target, Purpose::Safety, &safety));
    maintenance.swap(&copy, &keep).await?;
    prune(&mut maintenance, target, on_event).await?;
    maintenance.close().await;
    Ok(safety)
}

async fn restore_cold(
    provider: &dyn Provider,
    target: &Target,
    name: &SnapshotName,
    safety: &SnapshotName,
    patience: Duration,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<(), Error> {
    provider.stop(on_event).await?;
    on_event(Event::Step(&format!(
        "copy the data as safety snapshot `{safety}`"
    )));
    keep_cold(provider, safety, on_event).await?;
    on_event(Event::Step(&format!(
        "put snapshot `{name}` in place of the data"
    )));
    provider.restore(name.as_str(), on_event).await?;
    provider.start(on_event).await?;
    let target = Target::new(provider.endpoint().await?, target.account.clone());
    until_ready(provider, &target, patience, on_event).await?;
    prune_cold(provider, on_event).await
}

/// Copies the stopped server's data, if there is any.
pub(in crate::database) async fn keep_cold(
    provider: &dyn Provider,
    name: &SnapshotName,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<(), Error> {
    match provider.save(name.as_str(), on_event).await {
        Err(Error::NoData) => Ok(()),
        done => done,
    }
}

/// Deletes a snapshot.
pub async fn delete(
    provider: &dyn Provider,
    target: &Target,
    name: &SnapshotName,
) -> Result<(), Error> {
    if cold(provider)
        .await?
        .iter()
        .any(|it| it.name == name.as_str())
    {
        return provider.forget(name.as_str()).await;
    }
    let mut maintenance = Maintenance::open(target).await?;
    let found = maintenance.list().await?;
    let database = warm(target, &found)
        .find(|(_, it)| it.name == name.as_str())
        .map(|(found, _)| found.name.clone())
        .ok_or_else(|| Error::SnapshotMissing { name: name.clone() })?;
    maintenance.drop(&database).await?;
    maintenance.close().await;
    Ok(())
}

/// Drops the safety snapshots that newer ones have made superfluous.
pub(in crate::database) async fn prune(
    maintenance: &mut Maintenance,
    target: &Target,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<(), Error> {
    let found = maintenance.list().await?;
    let warm: Vec<_> = warm(target, &found).map(|(_, it)| it).collect();
    for name in superfluous(&warm, SystemTime::now()) {
        on_event(Event::Step(&format!("drop old safety snapshot `{name}`")));
        let gone = found
            .iter()
            .find(|it| it.note().is_some_and(|note| note.name == name));
        if let Some(gone) = gone {
            maintenance.drop(&gone.name).await?;
        }
    }
    Ok(())
}

/// The same for the copies that the provider keeps.
pub(in crate::database) async fn prune_cold(
    provider: &dyn Provider,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<(), Error> {
    for name in superfluous(&cold(provider).await?, SystemTime::now()) {
        on_event(Event::Step(&format!("delete old safety snapshot `{name}`")));
        provider.forget(&name).await?;
    }
    Ok(())
}

fn superfluous(snapshots: &[Snapshot], now: SystemTime) -> Vec<String> {
    let mut safeties: Vec<_> = snapshots
        .iter()
        .filter(|it| it.purpose == Purpose::Safety)
        .collect();
    safeties.sort_by_key(|it| Reverse(it.created));
    safeties
        .into_iter()
        .skip(KEPT)
        .filter(|it| now.duration_since(it.created).is_ok_and(|age| age > FRESH))
        .map(|it| it.name.clone())
        .collect()
}

fn warm<'a>(
    target: &'a Target,
    found: &'a [Found],
) -> impl Iterator<Item = (&'a Found, Snapshot)> + 'a {
    found.iter().filter_map(|found| {
        let note = found.note()?;
        let ours = note.of == target.account.database && note.purpose != Purpose::Template;
        ours.then(|| {
            let snapshot = Snapshot {
                name: note.name,
                purpose: note.purpose,
                form: Form::Database,
                created: note.created.into(),
                size: Some(found.size),
            };
            (found, snapshot)
        })
    })
}

async fn cold(provider: &dyn Provider) -> Result<Vec<Snapshot>, Error> {
    let saved = provider.saved().await?;
    Ok(saved
        .into_iter()
        .map(|saved| Snapshot {
            purpose: if SnapshotName::is_safety(&saved.name) {
                Purpose::Safety
            } else {
                Purpose::Snapshot
            },
            name: saved.name,
            form: Form::Cluster,
            created: saved.created,
            size: saved.size,
        })
        .collect())
}

pub(in crate::database) fn note(target: &Target, purpose: Purpose, name: &SnapshotName) -> Note {
    Note {
        purpose,
        of: target.account.database.clone(),
        name: name.as_str().to_owned(),
        created: Timestamp::now(),
    }
}

fn missing(database: &DatabaseName, found: &[Found]) -> Error {
    Error::DatabaseMissing {
        database: database.clone(),
        present: found
            .iter()
            .filter(|it| it.note().is_none())
            .map(|it| it.name.clone())
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::{Form, Snapshot, superfluous};
    use crate::database::note::Purpose;

    #[test]
    fn only_old_safety_snapshots_beyond_the_third_are_superfluous() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let snapshot = |name: &str, purpose, hours: u64| Snapshot {
            name: name.into(),
            purpose,
            form: Form::Database,
            created: now - Duration::from_secs(hours * 3600 + 60),
            size: None,
        };
        let snapshots = [
            snapshot("e", Purpose::Safety, 5),
            snapshot("named", Purpose::Snapshot, 9),
            snapshot("a", Purpose::Safety, 0),
            snapshot("b", Purpose::Safety, 0),
            snapshot("c", Purpose::Safety, 0),
            snapshot("d", Purpose::Safety, 0),
            snapshot("f", Purpose::Safety, 8),
        ];
        assert_eq!(superfluous(&snapshots, now), ["e", "f"]);
        assert!(superfluous(&snapshots[..4], now).is_empty());
    }
}

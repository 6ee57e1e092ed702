//! Obtains the binaries: looks, chooses, and fetches what is not there.

use super::{
    Error, Fetch, Settings, archive,
    binaries::{self, Choice, Found, Need, Origin},
    find::{self, Finds},
    pins, target,
    user::User,
};
use crate::database::Event;

/// Looks at what is on the machine and chooses, without fetching anything.
pub(in crate::database::embedded) async fn look(
    settings: &Settings,
    need: Need,
    user: &User,
) -> Result<(Choice, Finds), Error> {
    let unpacked = archive::unpacked(&settings.cache);
    let finds = find::find(&settings.search, &unpacked, user).await?;
    let pin = target::of_this_machine().and_then(|target| pins::newest(target, need.major()));
    // What is in the cache already needs no connection.
    let within_reach = pin.filter(|pin| match settings.fetch {
        Fetch::Online { .. } => true,
        Fetch::Offline => settings.cache.join(pin.stem()).is_dir(),
    });
    let choice = binaries::choose(&finds.found, need, within_reach);
    Ok((choice, finds))
}

/// The binaries that are needed, fetched where that is what it takes.
pub(in crate::database::embedded) async fn obtain(
    settings: &Settings,
    need: Need,
    user: &User,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<Found, Error> {
    let (choice, finds) = look(settings, need, user).await?;
    let mut tried: Vec<String> = Vec::new();
    let pin = match choice {
        Choice::Use(found) => return Ok(found),
        Choice::Fetch(pin) => pin,
        Choice::Nothing => return Err(nothing(settings, need, &finds, tried)),
    };
    let path = &settings.search.path;
    let trouble = match archive::fetch(&settings.fetch, path, &settings.cache, &pin, on_event)
        .await?
    {
        Ok(directory) => match find::try_out(&directory.join("bin"), Origin::Cache, user).await {
            Ok(found) => return Ok(found),
            Err(error) => Some(error),
        },
        Err(causes) => {
            tried.extend(causes);
            None
        }
    };
    match (binaries::second_best(&finds.found, need), trouble) {
        (Choice::Use(found), trouble) => {
            tried.extend(trouble.map(|it| it.to_string()));
            for cause in &tried {
                on_event(Event::Note(cause));
            }
            Ok(found)
        }
        (_, Some(error)) => Err(error),
        (_, None) => Err(nothing(settings, need, &finds, tried)),
    }
}

/// Says it where the major is not the one that the Compose file asks for.
pub(in crate::database::embedded) fn say_what_differs_from_the_wish(
    found: &Found,
    settings: &Settings,
    on_event: &mut dyn FnMut(Event<'_>),
) {
    let major = found.version.major;
    if let Some(wanted) = settings.wanted_major.filter(|it| *it != major) {
        on_event(Event::Warning(&format!(
            "the Compose file asks for PostgreSQL {wanted}; {found} is used instead"
        )));
    }
}

fn nothing(settings: &Settings, need: Need, finds: &Finds, causes: Vec<String>) -> Error {
    if let (Need::Data(major), Some(configured)) = (
        need,
        finds
            .found
            .iter()
            .find(|it| it.origin == Origin::Configured),
    ) {
        return Error::Configured {
            bin: configured.bin.clone(),
            because: format!(
                "it is PostgreSQL {}, and the data is of PostgreSQL {major}",
                configured.version
            ),
        };
    }
    let mut tried: Vec<String> = finds
        .found
        .iter()
        .map(|it| format!("{it} is of another major"))
        .collect();
    tried.extend(
        finds
            .unusable
            .iter()
            .map(|(bin, error)| format!("{}: {error}", bin.display())),
    );
    if causes.is_empty() {
        let cause = match (target::of_this_machine(), &settings.fetch) {
            (None, _) => "no archive is made for this system",
            (Some(_), Fetch::Offline) => "nothing was downloaded, since townpass is offline",
            (Some(_), Fetch::Online { .. }) => "there is no archive of this major",
        };
        tried.push(cause.to_owned());
    }
    tried.extend(causes);
    Error::NoBinaries {
        major: need.major(),
        tried,
    }
}

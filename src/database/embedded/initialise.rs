//! Makes a new cluster, aside, and gives it its name when it is complete.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use super::{
    Error,
    binaries::Found,
    configuration::{self, Listen, Locale},
    layout::Layout,
    port,
    process::{self, program},
    server::{Place, Started},
    session,
    unpack::remove,
};
use crate::{database::Account, ident::DatabaseName, sql::quote::Ident};

/// Initialises the cluster of the account. `mark` may write into it before it counts. Returns
/// the locale that it has.
pub(in crate::database::embedded) async fn initialise(
    place: &Place,
    found: &Found,
    account: &Account,
    mark: impl FnOnce(&Path) -> Result<(), Error>,
) -> Result<&'static str, Error> {
    let password = match &account.password {
        Some(password) if password.reveal().is_empty() => return Err(Error::EmptyPassword),
        password => password.as_ref(),
    };
    for rest in unfinished(&place.layout)? {
        // Its townpass was killed; its server may live.
        place.stop(&found.bin, &rest).await?;
        // An initdb may still be writing there; then it is removed another time.
        let _ = remove(&rest);
    }
    let data = place.layout.initialising(rand::random());
    place.make_private(&data)?;

    // What stands in the file is the verifier that the server keeps, not the password: so any
    // password will do, and none is ever on the disk.
    let verifier = place.layout.root().join("initial-verifier");
    let file = match password {
        Some(password) => {
            let text = postgres_protocol::password::scram_sha_256(password.reveal().as_bytes());
            place.write(&verifier, &format!("{text}\n"))?;
            Some(verifier.as_path())
        }
        None => None,
    };
    let locale = run_initdb(place, found, account, &data, file).await;
    let _ = fs::remove_file(&verifier);
    let locale = locale?;

    let settings = data.join("postgresql.conf");
    fs::OpenOptions::new()
        .append(true)
        .open(&settings)
        .and_then(|mut file| file.write_all(configuration::INCLUDE.as_bytes()))
        .map_err(Error::file("write", &settings))?;
    let rules = configuration::host_based_authentication(account, &place.layout.channel());
    place.write(&data.join("pg_hba.conf"), &rules)?;
    mark(&data)?;
    create_database(place, found, account, &data).await?;

    let complete = place.layout.data();
    fs::rename(&data, &complete).map_err(Error::file("make", &complete))?;
    Ok(locale)
}

/// What earlier attempts left.
pub(in crate::database::embedded) fn unfinished(layout: &Layout) -> Result<Vec<PathBuf>, Error> {
    let root = layout.root();
    let entries = fs::read_dir(root).map_err(Error::file("read", root))?;
    Ok(entries
        .flatten()
        .filter(|entry| Layout::is_initialising(&entry.file_name().to_string_lossy()))
        .map(|entry| entry.path())
        .collect())
}

async fn run_initdb(
    place: &Place,
    found: &Found,
    account: &Account,
    data: &Path,
    password_file: Option<&Path>,
) -> Result<&'static str, Error> {
    let locales: &[Locale] = configuration::locales(found.version.major);
    let mut said = String::new();
    for locale in locales {
        let mut command = place.user.command(&program(&found.bin, "initdb"));
        command.args(configuration::initdb(data, account, password_file, locale));
        let ended = process::run(command, b"").await?;
        if ended.well {
            return Ok(locale.name);
        }
        said = ended.complaint();
        // Not every system has every locale.
        if !said.contains("locale") {
            break;
        }
    }
    Err(Error::Initialise { said })
}

/// Creates the account's database, as the image does: through a server that nobody else sees.
async fn create_database(
    place: &Place,
    found: &Found,
    account: &Account,
    data: &Path,
) -> Result<(), Error> {
    let maintenance = DatabaseName::new("postgres");
    if account.database == maintenance {
        return Ok(());
    }
    let sql = format!("create database {};", Ident(account.database.as_str()));
    with_private_server(place, &found.bin, data, Listen::Initial, async |port| {
        session::admin(place, &found.bin, port, account, &maintenance, &sql).await
    })
    .await
    .map(drop)
}

/// Starts a server for us alone, does `work` on its port, and stops it.
pub(in crate::database::embedded) async fn with_private_server<T>(
    place: &Place,
    bin: &Path,
    data: &Path,
    listen: impl FnOnce(u16) -> Listen,
    work: impl AsyncFnOnce(u16) -> Result<T, Error>,
) -> Result<T, Error> {
    let port = port::choose(&[])?.number();
    match place.start(bin, data, listen(port)).await? {
        Started::Yes => {}
        Started::PortTaken => return Err(Error::NoPort),
    }
    let result = work(port).await;
    let stopped = place.stop(bin, data).await;
    let value = result?;
    stopped?;
    Ok(value)
}

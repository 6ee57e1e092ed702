//! Talks to a running server through its own psql.

use std::path::Path;

use tokio::process::Command;

use super::{
    Error,
    configuration::connection,
    layout::Channel,
    process::{self, program},
    server::Place,
    user::cleared,
};
use crate::{database::Account, ident::DatabaseName};

/// Runs `sql` as the superuser and returns what it printed, unaligned, tuples only.
pub(in crate::database::embedded) async fn admin(
    place: &Place,
    bin: &Path,
    port: u16,
    account: &Account,
    database: &DatabaseName,
    sql: &str,
) -> Result<String, Error> {
    let host = match place.layout.channel() {
        Channel::Socket(directory) => directory.display().to_string(),
        Channel::Loopback => "127.0.0.1".to_owned(),
    };
    let mut command = psql(bin, &host, port, account, database)?;
    command
        .args(["-X", "-q", "-A", "-t", "-w", "-v", "ON_ERROR_STOP=1"])
        .env("LC_ALL", "C")
        .kill_on_drop(true);
    let ended = process::run(command, sql.as_bytes()).await?;
    if ended.well {
        Ok(ended.printed.trim_end_matches(['\r', '\n']).to_owned())
    } else {
        Err(Error::Sql {
            said: ended.complaint(),
        })
    }
}

/// Opens psql on our own terminal and returns its exit code.
pub(in crate::database::embedded) async fn interactive(
    bin: &Path,
    port: u16,
    account: &Account,
    database: &DatabaseName,
    arguments: &[String],
) -> Result<u8, Error> {
    let mut command = psql(bin, "127.0.0.1", port, account, database)?;
    command.args(arguments);
    // What the loader has against it is said before the terminal is handed over.
    let mut trial = Command::new(program(bin, "psql"));
    trial.arg("--version").stdin(std::process::Stdio::null());
    process::run(trial, b"").await?;
    let status = command.status().await.map_err(|source| Error::Run {
        program: program(bin, "psql"),
        source,
    })?;
    let code = status.code().unwrap_or(1);
    Ok(u8::try_from(code).unwrap_or(1))
}

/// The psql of these binaries, with the password where no argument shows it.
fn psql(
    bin: &Path,
    host: &str,
    port: u16,
    account: &Account,
    database: &DatabaseName,
) -> Result<Command, Error> {
    let psql = program(bin, "psql");
    if !psql.exists() {
        return Err(Error::NoPsql {
            bin: bin.to_owned(),
        });
    }
    let mut command = Command::new(psql);
    cleared(&mut command);
    let user = account.user.as_str();
    command
        .arg("-d")
        .arg(connection(host, port, user, database.as_str()));
    if let Some(password) = &account.password {
        command.env("PGPASSWORD", password.reveal());
    }
    Ok(command)
}

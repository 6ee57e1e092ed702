//! The way into a cluster that asks for no password: psql in the container, on its socket.
//!
//! Over TCP even the container's own loopback would ask, or worse, would not: the image trusts
//! it, so that any password seems right there. SQL goes by standard input, since arguments can
//! be seen by `docker top`. Which role is the superuser depends on what the volume was
//! initialised with, not on what the Compose file says today; so several are tried.

use crate::database::{Account, Error};
use crate::docker::observed::Container;
use crate::docker::{Captured, Command, Engine};
use crate::ident::DatabaseName;

/// Variables that would send psql elsewhere or change what it does.
const CLEARED: &[&str] = &[
    "PGHOST",
    "PGHOSTADDR",
    "PGSERVICE",
    "PGSERVICEFILE",
    "PGUSER",
    "PGDATABASE",
    "PGPASSWORD",
    "PGPASSFILE",
    "PGOPTIONS",
    "PGSSLMODE",
];

/// psql's exit code where it could not connect.
const NO_CONNECTION: u8 = 2;

/// Runs SQL as a superuser and returns what it printed.
///
/// `known` is the role that worked before, and is told the one that works.
pub(super) async fn run(
    engine: &Engine,
    container: &Container,
    account: &Account,
    database: &DatabaseName,
    sql: &str,
    known: &mut Option<String>,
) -> Result<String, Error> {
    let candidates = match known {
        Some(role) => vec![role.clone()],
        None => candidates(engine, container, account).await,
    };
    let mut first = None;
    for role in candidates {
        let captured = attempt(engine, container, &role, database, sql).await?;
        let refusal = match judge(&captured) {
            Verdict::Done(printed) => {
                *known = Some(role);
                return Ok(printed);
            }
            Verdict::Failed(said) => return Err(failed(container, said)),
            Verdict::NotAdmitted(said) => said,
        };
        first.get_or_insert(refusal);
    }
    Err(failed(container, first.unwrap_or_default()))
}

/// psql for a person.
pub(super) fn interactive(role: &str, database: &DatabaseName, arguments: &[String]) -> Command {
    let words = cleared().chain(["psql", "-U", role, "-d", database.as_str()]);
    let words = words.map(str::to_owned);
    Command::new(words.chain(arguments.iter().cloned()))
}

/// The superuser's likely names, the likeliest first.
async fn candidates(engine: &Engine, container: &Container, account: &Account) -> Vec<String> {
    let mut names = Vec::new();
    if let Some(user) = container.variable("POSTGRES_USER") {
        names.push(user.reveal().to_owned());
    } else if let Some(file) = container.variable("POSTGRES_USER_FILE") {
        let command = Command::new(["cat", file.reveal()]);
        if let Ok(captured) = engine.exec_capture(&container.id, &command, &[]).await {
            let text = String::from_utf8_lossy(&captured.stdout);
            names.push(text.trim_end_matches(['\n', '\r']).to_owned());
        }
    }
    names.push(account.user.to_string());
    names.push("postgres".to_owned());
    names.retain(|it| !it.is_empty());
    let mut seen = Vec::new();
    for name in names {
        if !seen.contains(&name) {
            seen.push(name);
        }
    }
    seen
}

async fn attempt(
    engine: &Engine,
    container: &Container,
    role: &str,
    database: &DatabaseName,
    sql: &str,
) -> Result<Captured, Error> {
    let command = psql(role, database);
    let captured = engine
        .exec_capture(&container.id, &command, sql.as_bytes())
        .await?;
    // `peer` wants the system's user to be called as the role.
    if captured.code == NO_CONNECTION && says(&captured, "Peer authentication") {
        let command = command.user(role);
        if let Ok(captured) = engine
            .exec_capture(&container.id, &command, sql.as_bytes())
            .await
        {
            return Ok(captured);
        }
    }
    Ok(captured)
}

fn psql(role: &str, database: &DatabaseName) -> Command {
    let options = [
        "-X",
        "-q",
        "-A",
        "-t",
        "-v",
        "ON_ERROR_STOP=1",
        "-v",
        "VERBOSITY=verbose",
    ];
    let words = cleared()
        .chain(["PGCLIENTENCODING=UTF8", "psql"])
        .chain(options)
        .chain(["-U", role, "-d", database.as_str()]);
    Command::new(words)
}

fn cleared<'a>() -> impl Iterator<Item = &'a str> {
    let unset = CLEARED.iter().flat_map(|name| ["-u", *name]);
    std::iter::once("env").chain(unset)
}

fn says(captured: &Captured, words: &str) -> bool {
    String::from_utf8_lossy(&captured.stderr).contains(words)
}

/// What an attempt came to.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Done(String),
    /// The role is not there or is no superuser: another one may do.
    NotAdmitted(String),
    Failed(String),
}

fn judge(captured: &Captured) -> Verdict {
    let said = String::from_utf8_lossy(&captured.stderr);
    let said = said.trim();
    match captured.code {
        0 => {
            let printed = String::from_utf8_lossy(&captured.stdout);
            Verdict::Done(printed.trim_end_matches(['\n', '\r']).to_owned())
        }
        NO_CONNECTION => Verdict::NotAdmitted(brief(said)),
        // `permission denied`, whatever the server's language.
        _ if said.contains("ERROR:  42501:") => Verdict::NotAdmitted(brief(said)),
        _ => Verdict::Failed(brief(said)),
    }
}

/// The line that says it, without psql's own preamble. A statement is never repeated.
fn brief(said: &str) -> String {
    let line = said
        .lines()
        .find(|it| it.contains("FATAL:") || it.contains("ERROR:"))
        .or_else(|| said.lines().next())
        .unwrap_or_default();
    let start = line.find("FATAL:").or_else(|| line.find("ERROR:"));
    line[start.unwrap_or(0)..].to_owned()
}

fn failed(container: &Container, said: String) -> Error {
    Error::Admin {
        runner: format!("container `{}`", container.name),
        said,
    }
}

#[cfg(test)]
mod tests {
    use super::{Verdict, judge, psql};
    use crate::docker::Captured;
    use crate::ident::DatabaseName;

    fn captured(code: u8, stdout: &str, stderr: &str) -> Captured {
        Captured {
            code,
            stdout: stdout.into(),
            stderr: stderr.into(),
        }
    }

    #[test]
    fn a_failure_is_told_from_a_wrong_role() {
        for (code, stderr, expected) in [
            (
                2,
                "psql: error: connection to server on socket \"/run/x\" failed: FATAL:  role \"a\" does not exist",
                Verdict::NotAdmitted("FATAL:  role \"a\" does not exist".into()),
            ),
            (
                3,
                "psql:<stdin>:1: ERROR:  42501: permission denied for table pg_authid\nLOCATION:  aclcheck_error, aclchk.c:2843",
                Verdict::NotAdmitted("ERROR:  42501: permission denied for table pg_authid".into()),
            ),
            (
                3,
                "psql:<stdin>:1: ERROR:  42601: syntax error at or near \"x\"\nLINE 1: x;",
                Verdict::Failed("ERROR:  42601: syntax error at or near \"x\"".into()),
            ),
            (
                127,
                "env: 'psql': No such file or directory",
                Verdict::Failed("env: 'psql': No such file or directory".into()),
            ),
        ] {
            assert_eq!(judge(&captured(code, "", stderr)), expected);
        }
        assert_eq!(
            judge(&captured(0, "a\nb\n", "")),
            Verdict::Done("a\nb".into())
        );
    }

    #[test]
    fn psql_goes_to_the_socket_whatever_the_containers_environment() {
        let command = psql("admin", &DatabaseName::new("x"));
        let words = command.argv.join(" ");
        assert!(words.starts_with("env -u PGHOST -u PGHOSTADDR "), "{words}");
        assert!(words.ends_with("-U admin -d x"), "{words}");
        assert!(!words.contains(" -h"), "{words}");
    }
}

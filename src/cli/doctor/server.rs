//! What the database itself answers, from where we stand.

use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use crate::alembic::VersionTable;
use crate::cli::context::Context;
use crate::cli::dev::application::Application;
use crate::cli::dev::session::Session;
use crate::config::database_url::{self, Source};
use crate::config::dotenv;
use crate::database::facts::{self, Facts};
use crate::database::provider::{State, Status};
use crate::database::{self, PgConnection};
use crate::doctor::Trouble;
use crate::doctor::evidence::{self, Address, Connection, History, Strange};
use crate::error::Error;
use crate::host::{Answer, Vantage, detect, names};
use crate::migration::check::Severity;
use crate::migration::{self, Directory, Graph, journal, plan::repair};
use crate::url;

/// How long a server that was seen to answer may take to let us in.
const PATIENCE: Duration = Duration::from_secs(5);

/// What was answered.
#[derive(Default)]
pub(super) struct Answers {
    pub(super) address: Option<Result<Address, Trouble>>,
    pub(super) connection: Option<Connection>,
    pub(super) journal: Option<Result<evidence::Journal, Trouble>>,
}

/// Asks a server that runs.
pub(super) async fn ask(
    context: &Context,
    session: &Session,
    status: Option<&Status>,
    history: &History,
    version_table: &VersionTable,
) -> Answers {
    let mut answers = Answers::default();
    if status.map(|it| it.state) != Some(State::Running) {
        return answers;
    }
    let (application, address) = match find(context, session).await {
        Ok(found) => found,
        Err(error) => {
            answers.address = Some(Err(Trouble::of(&error)));
            return answers;
        }
    };
    let (connection, open) = knock(&application, &address, version_table).await;
    let lets_in = connection.facts.as_ref().is_some_and(Result::is_ok);
    (answers.address, answers.connection) = (Some(Ok(address)), Some(connection));
    if let (Some(mut open), true) = (open, lets_in)
        && is_sound(history)
    {
        let folder = session.migrations();
        let read = compare(&folder, &mut open).await;
        answers.journal = Some(read.map_err(|error| Trouble::of(&error)));
    }
    answers
}

/// The application's URL, and where it leads from here.
async fn find(context: &Context, session: &Session) -> Result<(Application, Address), Error> {
    let written = Application::written(context, session)?;
    let (text, source) = (written.url.to_string(), written.source.clone());
    let line = match &source {
        Some(Source::EnvFile) => {
            let project = &session.project;
            dotenv::line(
                &project.directory,
                &project.env_files,
                database_url::VARIABLE,
            )
        }
        Some(Source::Flag | Source::Environment | Source::Service(_)) | None => None,
    };
    let (seen, whereabouts) = tokio::join!(written.seen(session), session.provider.whereabouts());
    let (seen, warnings) = seen?;
    let strange = match seen.replaced() {
        Some(url::Address::Tcp(endpoint)) => Some(Strange {
            address: endpoint.to_string(),
            resolves: endpoint.host.parse::<IpAddr>().is_ok()
                || !detect::resolve(&endpoint.host).await.is_empty(),
            loopback: names::is_loopback(&endpoint.host),
            host: endpoint.host.clone(),
        }),
        Some(other @ (url::Address::Socket { .. } | url::Address::Unnamed { .. })) => {
            Some(Strange {
                address: other.to_string(),
                host: other.to_string(),
                resolves: true,
                loopback: true,
            })
        }
        None => None,
    };
    let address = Address {
        vantage: Vantage::of(&whereabouts?).to_string(),
        source: source.map(|it| it.to_string()),
        line,
        written: text,
        used: seen.url.to_string(),
        endpoint: match seen.url.address() {
            url::Address::Tcp(endpoint) => Some(endpoint),
            url::Address::Socket { .. } | url::Address::Unnamed { .. } => None,
        },
        why: seen.why.clone(),
        warnings,
        strange,
    };
    Ok((seen, address))
}

/// Resolves, knocks, and logs in, each only where the one before it went well.
async fn knock(
    application: &Application,
    address: &Address,
    version_table: &VersionTable,
) -> (Connection, Option<PgConnection>) {
    let url = &application.url;
    let mut connection = Connection {
        role: url.user().map_or_else(String::new, |it| it.to_string()),
        database: url.database().map_or_else(String::new, |it| it.to_string()),
        ..Connection::default()
    };
    if let Some(endpoint) = &address.endpoint {
        if endpoint.host.parse::<IpAddr>().is_err() {
            connection.resolved = Some(detect::resolve(&endpoint.host).await);
        }
        let answer = detect::probe(endpoint).await;
        let answers = answer == Answer::PostgreSql;
        connection.answer = Some(answer);
        if !answers {
            return (connection, None);
        }
    }
    let mut open = match database::open(url, PATIENCE).await {
        Ok((open, _)) => open,
        Err(database::Error::Unreachable { refusal, .. }) => {
            connection.refusal = Some(refusal);
            return (connection, None);
        }
        Err(error) => {
            connection.facts = Some(Err(Trouble::of(&error)));
            return (connection, None);
        }
    };
    let before = SystemTime::now();
    let facts = facts::facts(&mut open).await;
    let after = SystemTime::now();
    let facts = facts.map_err(|complaint| database::Error::Sql {
        doing: "ask the server about itself".to_owned(),
        complaint,
    });
    if facts.as_ref().is_ok_and(|it| it.locked.is_empty()) {
        let rows = version_table.rows(&mut open).await;
        connection.alembic_versions = rows.unwrap_or_default();
    }
    connection.skew = facts.as_ref().ok().map(|it| skew(it, before, after));
    connection.facts = Some(facts.map_err(|error| Trouble::of(&error)));
    (connection, Some(open))
}

/// How far the server's clock is from ours, at least: it was read at some time between these.
fn skew(facts: &Facts, before: SystemTime, after: SystemTime) -> Duration {
    let clock = Duration::try_from_secs_f64(facts.clock).unwrap_or_default();
    let clock = SystemTime::UNIX_EPOCH + clock;
    let early = before.duration_since(clock).unwrap_or_default();
    let late = clock.duration_since(after).unwrap_or_default();
    early.max(late)
}

/// Whether the folder makes a history that a journal can be compared with.
fn is_sound(history: &History) -> bool {
    match history {
        History::Absent { .. } | History::Unreadable(_) => false,
        History::Read { findings, .. } => findings.iter().all(|it| it.severity != Severity::Error),
    }
}

async fn compare(
    folder: &std::path::Path,
    open: &mut PgConnection,
) -> Result<evidence::Journal, migration::Error> {
    let directory = Directory::read(folder)?;
    let graph = Graph::of(&directory)?;
    let journal = journal::read(open).await?;
    let versions = journal.versions();
    let all: Vec<_> = versions.iter().copied().collect();
    let kept = journal::kept(open, &all).await?;
    let counted = graph.counted(&versions);
    let (known, _) = counted
        .iter()
        .copied()
        .partition::<std::collections::BTreeSet<_>, _>(|it| directory.get(*it).is_some());
    Ok(evidence::Journal {
        standing: graph.standing(&counted),
        known: graph.standing(&known),
        pending: directory
            .revisions()
            .filter(|it| !counted.contains(&it.version))
            .count(),
        flaws: repair::survey(&directory, &journal, &kept)?,
    })
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::skew;
    use crate::database::facts::Facts;
    use crate::ident::{DatabaseName, RoleName};

    #[test]
    fn a_clock_between_question_and_answer_is_right() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        for (clock, expected) in [(100.0, 0), (103.0, 0), (90.0, 10), (204.0, 100)] {
            let facts = Facts {
                version: String::new(),
                role: RoleName::new("admin"),
                database: DatabaseName::new("x"),
                size: 0,
                schema: None,
                creates_tables: false,
                creates_schemas: false,
                locked: Vec::new(),
                read_only: false,
                clock,
            };
            let found = skew(&facts, at(100), at(104));
            assert_eq!(found, Duration::from_secs(expected), "{clock}");
        }
    }
}

//! Evidence of a project in which all is well, for tests that break one thing of it.

use std::time::Duration;

use super::Verdict;
use super::evidence::{
    Address, Alembic, Compose, Configuration, Connection, Disk, Engine, Evidence, History, Image,
    Journal, Machine, Ports, Server, Service, Tenant, Volume,
};
use crate::database::Kind;
use crate::database::facts::Facts;
use crate::database::provider::State;
use crate::host::{Answer, Endpoint};
use crate::ident::{DatabaseName, RoleName, ServiceName};
use crate::migration::Version;

/// A project in which all is well.
pub(super) fn well() -> Evidence {
    Evidence {
        engine: Engine::Answers {
            endpoint: "unix:///var/run/docker.sock".to_owned(),
            api: "1.41".to_owned(),
        },
        provider: Some(Kind::Docker),
        compose: Ok(Compose {
            files: vec!["docker-compose.yml".to_owned()],
            project: "backend".to_owned(),
            services: vec!["db".to_owned()],
            warnings: Vec::new(),
        }),
        configuration: Ok(Configuration {
            written: false,
            production: false,
        }),
        service: Some(Ok(Service {
            name: ServiceName::new("db"),
            image: "postgres:16".to_owned(),
            role: "admin".to_owned(),
            database: DatabaseName::new("townpass_db"),
            admits: true,
            lines: Vec::new(),
        })),
        image: Some(Image {
            name: "postgres:16".to_owned(),
            present: true,
            built: false,
            major: Some(16),
            of_container: Some("postgres:16".to_owned()),
        }),
        server: Some(Server {
            runner: "container townpass_db".to_owned(),
            state: State::Running,
            health: Some("healthy".to_owned()),
            ailment: None,
            plan: None,
        }),
        volume: Some(Volume {
            data: "volume `backend_pgdata`".to_owned(),
            created: None,
            written_by: Some("16".to_owned()),
            read_by: Some(16),
            login: Some(Ok(())),
        }),
        ports: Some(Ports {
            wanted: vec![5433],
            published: vec![("0.0.0.0:5433".to_owned(), 5433)],
            taken: Vec::new(),
        }),
        address: Some(Ok(Address {
            vantage: "the host".to_owned(),
            source: Some("`DATABASE_URL` of `.env`".to_owned()),
            line: None,
            written: "postgresql://admin:****@db:5432/townpass_db".to_owned(),
            used: "postgresql://admin:****@127.0.0.1:5433/townpass_db".to_owned(),
            endpoint: Some(Endpoint::new("127.0.0.1", 5433)),
            why: Vec::new(),
            warnings: Vec::new(),
            strange: None,
        })),
        connection: Some(Connection {
            resolved: None,
            answer: Some(Answer::PostgreSql),
            refusal: None,
            role: "admin".to_owned(),
            database: "townpass_db".to_owned(),
            facts: Some(Ok(Facts {
                version: "16.4".to_owned(),
                role: RoleName::new("admin"),
                database: DatabaseName::new("townpass_db"),
                size: 7_600_000,
                schema: Some("public".to_owned()),
                creates_tables: true,
                creates_schemas: true,
                locked: Vec::new(),
                read_only: false,
                clock: 0.0,
            })),
            alembic_versions: Vec::new(),
            skew: Some(Duration::ZERO),
        }),
        history: History::Read {
            revisions: 2,
            heads: vec![Version::new(20_260_112_021_500)],
            findings: Vec::new(),
        },
        journal: Some(Ok(Journal::default())),
        alembic: Alembic::Absent,
        disks: vec![Disk {
            place: "the project".to_owned(),
            of: Tenant::Machine,
            free: 50_000_000_000,
        }],
        scripts: Vec::new(),
        machine: Machine::default(),
    }
}

/// A verdict in one line: `failure: what was seen -> what mends it`.
pub(super) fn words(verdict: &Verdict) -> String {
    let (word, seen, mend) = match verdict {
        Verdict::Well(seen) => return format!("well: {}", seen.line),
        Verdict::Skipped(because) => return format!("skipped: {because}"),
        Verdict::Idle(because) => return format!("idle: {because}"),
        Verdict::Warning(seen, mend) => ("warning", seen, mend),
        Verdict::Failure(seen, mend) => ("failure", seen, mend),
    };
    let mend = mend.command.as_ref().or(mend.words.as_ref());
    format!(
        "{word}: {} -> {}",
        seen.line,
        mend.expect("something mends it")
    )
}

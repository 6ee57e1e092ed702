//! All that the checks decide on, as values. What was not looked at is `None`.

use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use super::Trouble;
use crate::database::facts::Facts;
use crate::database::provider::State;
use crate::database::{Kind, Refusal};
use crate::host::{Answer, Endpoint};
use crate::ident::{DatabaseName, ServiceName};
use crate::migration::Version;
use crate::migration::check::Finding;
use crate::migration::plan::repair::Trouble as Flaw;

/// Everything that was seen.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// The engine.
    pub engine: Engine,
    /// What runs the database; nothing where it could not be chosen.
    pub provider: Option<Kind>,
    /// The Compose file.
    pub compose: Result<Compose, Trouble>,
    /// `townpass.toml`.
    pub configuration: Result<Configuration, Trouble>,
    /// The database's service, where the Compose file could be loaded.
    pub service: Option<Result<Service, Trouble>>,
    /// Its image.
    pub image: Option<Image>,
    /// What runs it.
    pub server: Option<Server>,
    /// Its data.
    pub volume: Option<Volume>,
    /// Its ports.
    pub ports: Option<Ports>,
    /// Where it is from here.
    pub address: Option<Result<Address, Trouble>>,
    /// What it answered.
    pub connection: Option<Connection>,
    /// The folder of migrations.
    pub history: History,
    /// What the database has of it.
    pub journal: Option<Result<Journal, Trouble>>,
    /// Alembic's project, if it is one.
    pub alembic: Alembic,
    /// How much room is left where.
    pub disks: Vec<Disk>,
    /// Scripts for the database's first start whose lines end as on Windows.
    pub scripts: Vec<String>,
    /// This machine.
    pub machine: Machine,
}

/// The engine.
#[derive(Clone, Debug)]
pub enum Engine {
    /// The embedded provider was asked for by name.
    NotAsked,
    /// It answers.
    Answers {
        /// Where, and who named that.
        endpoint: String,
        /// The newest API that it speaks.
        api: String,
    },
    /// None answers.
    Silent {
        /// What was tried.
        trouble: Trouble,
        /// Whether the embedded provider runs the database in its place, and nobody had named an
        /// engine.
        stands_in: bool,
    },
}

/// A Compose file that could be loaded.
#[derive(Clone, Debug)]
pub struct Compose {
    /// Its files.
    pub files: Vec<String>,
    /// The project's name.
    pub project: String,
    /// Its services.
    pub services: Vec<String>,
    /// What is allowed and probably not meant.
    pub warnings: Vec<Trouble>,
}

/// What is configured.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// Whether there is a `townpass.toml`.
    pub written: bool,
    /// Whether it is said to be production.
    pub production: bool,
}

/// The database's service.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its name.
    pub name: ServiceName,
    /// Its image.
    pub image: String,
    /// The role that it is to have.
    pub role: String,
    /// The database that it is to have.
    pub database: DatabaseName,
    /// Whether a password is set, or none is wanted.
    pub admits: bool,
    /// Where its key lines are: `POSTGRES_USER at docker-compose.yml:5:9`.
    pub lines: Vec<String>,
}

/// An image of the engine.
#[derive(Clone, Debug)]
pub struct Image {
    /// As the Compose file names it.
    pub name: String,
    /// Whether the engine has it.
    pub present: bool,
    /// Whether it can be built from the Compose file.
    pub built: bool,
    /// The major of its PostgreSQL, where that can be told.
    pub major: Option<u32>,
    /// The image that the container was made from, where there is one.
    pub of_container: Option<String>,
}

/// What runs the database.
#[derive(Clone, Debug)]
pub struct Server {
    /// As its user would call it.
    pub runner: String,
    /// How it stands.
    pub state: State,
    /// What its health check says.
    pub health: Option<String>,
    /// Why it does not run, or not well.
    pub ailment: Option<Ailment>,
    /// What `dev up` would do, where it does not run.
    pub plan: Option<Result<Vec<String>, Trouble>>,
}

/// Why a server does not run.
#[derive(Clone, Debug)]
pub struct Ailment {
    /// In words.
    pub trouble: Trouble,
    /// What is known of it.
    pub sort: Sort,
}

/// What is known of why a server does not run, or not well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Its log tells why.
    Told,
    /// It was killed, and says nothing.
    Untold,
    /// It runs, and its health check says no.
    Unhealthy,
}

/// Where the data is.
#[derive(Clone, Debug)]
pub struct Volume {
    /// In words.
    pub data: String,
    /// When it was made.
    pub created: Option<SystemTime>,
    /// The major that wrote it.
    pub written_by: Option<String>,
    /// The major that is to read it.
    pub read_by: Option<u32>,
    /// Whether its role takes the configured password; nothing where that could not be asked.
    pub login: Option<Result<(), Trouble>>,
}

/// The ports of this machine that the database is to have.
#[derive(Clone, Debug, Default)]
pub struct Ports {
    /// As the Compose file asks for them.
    pub wanted: Vec<u16>,
    /// As the container has them: `127.0.0.1:5433`.
    pub published: Vec<(String, u16)>,
    /// Those that somebody else has.
    pub taken: Vec<Trouble>,
}

/// Where the database is from here.
#[derive(Clone, Debug)]
pub struct Address {
    /// Where we stand.
    pub vantage: String,
    /// Who wrote the URL; nobody where it was made of the Compose file's account.
    pub source: Option<String>,
    /// The line of a file that says so, `.env:3`, where it is one.
    pub line: Option<String>,
    /// The URL as it was written, masked.
    pub written: String,
    /// The URL as it is right here, masked.
    pub used: String,
    /// Where that leads; nothing for a socket.
    pub endpoint: Option<Endpoint>,
    /// Why.
    pub why: Vec<String>,
    /// What may be wrong with it.
    pub warnings: Vec<String>,
    /// Where the written URL leads, if that is another server.
    pub strange: Option<Strange>,
}

/// Where a URL leads that is not the project's.
#[derive(Clone, Debug)]
pub struct Strange {
    /// The address.
    pub address: String,
    /// Its host.
    pub host: String,
    /// Whether that is known here.
    pub resolves: bool,
    /// Whether that is this machine.
    pub loopback: bool,
}

/// What the server answered.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    /// What the host's name resolves to; nothing for an address.
    pub resolved: Option<Vec<IpAddr>>,
    /// What answered a first knock.
    pub answer: Option<Answer>,
    /// Why the application is not let in.
    pub refusal: Option<Refusal>,
    /// The role that knocked.
    pub role: String,
    /// The database that was asked for.
    pub database: String,
    /// What the server says of itself and of the role.
    pub facts: Option<Result<Facts, Trouble>>,
    /// Where it is in Alembic's history; empty where it has none of it.
    pub alembic_versions: Vec<String>,
    /// How far its clock is from ours.
    pub skew: Option<Duration>,
}

/// The folder of migrations.
#[derive(Clone, Debug)]
pub enum History {
    /// There is none.
    Absent {
        /// Where it would be.
        folder: String,
    },
    /// It cannot be read.
    Unreadable(Trouble),
    /// It was read.
    Read {
        /// How many revisions there are.
        revisions: usize,
        /// Those that nothing follows.
        heads: Vec<Version>,
        /// What is wrong with it.
        findings: Vec<Finding>,
    },
}

/// What the database has of the history.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    /// Where it stands.
    pub standing: Vec<Version>,
    /// Where it stands among the revisions whose files are there.
    pub known: Vec<Version>,
    /// How many revisions are not applied.
    pub pending: usize,
    /// What is wrong.
    pub flaws: Vec<Flaw>,
}

/// How much room is left.
#[derive(Clone, Debug)]
pub struct Disk {
    /// Where, in words.
    pub place: String,
    /// What takes room there.
    pub of: Tenant,
    /// Free bytes.
    pub free: u64,
}

/// What takes room on a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tenant {
    /// The database's data, in the engine.
    Engine,
    /// The project's files, or the embedded provider's.
    Machine,
}

/// This machine.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    /// Whether it is Windows.
    pub windows: bool,
    /// The WSL distribution that this is.
    pub wsl: Option<String>,
    /// The project's directory.
    pub directory: String,
    /// The longest path that a file of the project has or will have.
    pub longest: String,
    /// The ports that Windows keeps for itself.
    pub excluded: Vec<(u16, u16)>,
}

/// A project whose history is Alembic's.
#[derive(Clone, Debug)]
pub enum Alembic {
    /// It is none.
    Absent,
    /// Its configuration cannot be understood.
    Broken(Trouble),
    /// It was read.
    Read {
        /// The file that says where all is.
        configuration: String,
        /// Its version files.
        history: AlembicHistory,
        /// What `env.py` knows of the models.
        models: Models,
        /// The command that would run Alembic; or else each place that was looked at.
        runner: Result<String, Vec<String>>,
    },
}

/// The version files of an Alembic project.
#[derive(Clone, Debug, Default)]
pub struct AlembicHistory {
    /// Their revisions.
    pub ids: Vec<String>,
    /// Those that nothing follows.
    pub heads: Vec<String>,
    /// Whether each head has a label of its own, so that several are meant.
    pub labelled: bool,
    /// What is wrong with them.
    pub faults: Vec<Trouble>,
}

/// What `env.py` knows of the models.
#[derive(Clone, Debug)]
pub enum Models {
    /// There is no such file.
    NoEnvPy(String),
    /// It cannot be read.
    Broken(Trouble),
    /// It knows none; this is the place.
    Unset(String),
    /// It knows these.
    Set(String),
}

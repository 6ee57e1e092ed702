//! What the project's files and this machine tell, before anybody is asked.

use std::path::{Path, PathBuf};

use crate::alembic::VersionTable;
use crate::cli::context::Context;
use crate::cli::dev::basis::Basis;
use crate::cli::dev::session::request;
use crate::compose::database::Wanted;
use crate::compose::source::Place;
use crate::compose::{self, Project};
use crate::config::file::{self, File};
use crate::config::{Environment, ProviderChoice, Settings};
use crate::doctor::evidence::{
    Compose, Configuration, Connection, Disk, Engine, Evidence, History, Machine, Service, Tenant,
};
use crate::doctor::{Trouble, room, scripts};
use crate::host::{Place as Standpoint, detect};
use crate::migration::{Directory, Error as MigrationError, Graph, check};

/// What was read, for those who ask further.
pub(super) struct Files {
    /// The project, where all of it could be read.
    pub(super) basis: Option<Basis>,
    /// The table in which Alembic says where a database stands.
    pub(super) version_table: VersionTable,
    settings: Settings,
}

impl Files {
    /// Reads all, and puts it down as evidence.
    pub(super) fn read(context: &Context) -> (Self, Evidence) {
        let loaded = compose::load(&request(context));
        let directory = match &loaded {
            Ok(project) => project.directory.clone(),
            Err(_) => context.directory.clone(),
        };
        let file = File::read(&directory);
        let configuration = match &file {
            Ok(_) => Ok(directory.join(file::NAME).exists()),
            Err(error) => Err(Trouble::of(error)),
        };
        let settings = Settings::resolve(context.flags(), file.unwrap_or_default());
        let production = settings.environment == Some(Environment::Production);
        let migrations = directory.join(&settings.migrations);
        let (history, longest) = history(&migrations);
        let (alembic, version_table) = super::alembic::read(context, &directory, &settings);
        let mut evidence = Evidence {
            engine: Engine::NotAsked,
            provider: None,
            compose: loaded.as_ref().map(described).map_err(|it| Trouble::of(it)),
            configuration: configuration.map(|written| Configuration {
                written,
                production,
            }),
            service: None,
            image: None,
            server: None,
            volume: None,
            ports: None,
            address: None,
            connection: None::<Connection>,
            history,
            journal: None,
            alembic,
            disks: disk(&directory).into_iter().collect(),
            scripts: Vec::new(),
            machine: machine(context, &directory, longest),
        };
        let mut basis = None;
        if let Ok(project) = loaded {
            match Basis::of(context, project, settings.clone(), None) {
                Ok(found) => {
                    evidence.service = Some(Ok(service(&found)));
                    evidence.scripts = unrunnable(&found);
                    basis = Some(found);
                }
                Err(error) => evidence.service = Some(Err(Trouble::of(&error))),
            }
        }
        let files = Self {
            basis,
            version_table,
            settings,
        };
        (files, evidence)
    }

    /// The provider that was asked for.
    pub(super) fn provider(&self) -> ProviderChoice {
        self.settings.provider
    }
}

fn described(project: &Project) -> Compose {
    let name = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    };
    let services = project.services.keys().map(ToString::to_string);
    Compose {
        files: project.files.iter().map(name).collect(),
        project: project.name.to_string(),
        services: services.collect(),
        warnings: project.warnings.iter().map(warning).collect(),
    }
}

/// A warning's own message says where it is; its words alone say what to do.
fn warning(warning: &compose::Warning) -> Trouble {
    Trouble {
        message: warning.to_string(),
        place: None,
        help: miette::Diagnostic::help(warning).map(|help| help.to_string()),
    }
}

fn service(basis: &Basis) -> Service {
    let Wanted {
        service,
        user,
        password,
        database,
        host_auth_method,
        password_place,
        user_place,
        database_place,
        image_place,
        ..
    } = &basis.wanted;
    let image = basis.project.service(service.as_str());
    let image = image.map_or_else(String::new, |it| basis.project.image_name(it));
    let at = |what: &str, place: &Option<Place>| {
        let place = place.as_ref()?;
        Some(format!("{what} at {place}"))
    };
    let lines = [
        at("image", image_place),
        at("user", user_place),
        at("password", password_place),
        at("database", database_place),
    ];
    Service {
        name: service.clone(),
        image,
        role: user.to_string(),
        database: database.clone(),
        admits: password.as_ref().is_some_and(|it| !it.reveal().is_empty())
            || host_auth_method.as_deref() == Some("trust"),
        lines: lines.into_iter().flatten().collect(),
    }
}

/// Scripts for the database's first start that a Linux shell would stumble over.
fn unrunnable(basis: &Basis) -> Vec<String> {
    let service = basis.project.service(basis.wanted.service.as_str());
    let found = service.map(scripts::with_windows_line_ends);
    let found = found.unwrap_or_default();
    found.iter().map(|it| it.display().to_string()).collect()
}

/// The folder, and the longest path that it has or will have.
fn history(folder: &Path) -> (History, String) {
    // As long as the name of a new revision can be.
    let next = folder.join(format!("20260101000000_{}.down.sql", "x".repeat(40)));
    let mut longest = next.display().to_string();
    let (directory, faults) = match Directory::survey(folder) {
        Ok(found) => found,
        Err(MigrationError::NoDirectory(_)) => {
            let folder = folder.display().to_string();
            return (History::Absent { folder }, longest);
        }
        Err(error) => return (History::Unreadable(Trouble::of(&error)), longest),
    };
    let (graph, _) = Graph::survey(&directory);
    let paths = directory
        .revisions()
        .map(|it| it.up.path.display().to_string());
    longest = paths
        .chain([longest])
        .max_by_key(String::len)
        .unwrap_or_default();
    let history = History::Read {
        revisions: directory.revisions().count(),
        heads: graph.heads(),
        findings: check::folder(&directory, &faults),
    };
    (history, longest)
}

fn disk(directory: &Path) -> Option<Disk> {
    Some(Disk {
        place: format!("`{}`", directory.display()),
        of: Tenant::Machine,
        free: room::free(directory)?,
    })
}

fn machine(context: &Context, directory: &Path, longest: String) -> Machine {
    let surroundings = detect::surroundings(context.env.variables());
    let wsl = match surroundings.place() {
        Standpoint::Wsl { distribution } => Some(distribution),
        Standpoint::Machine | Standpoint::Container(_) => None,
    };
    Machine {
        windows: cfg!(windows),
        wsl,
        directory: directory.display().to_string(),
        longest,
        excluded: Vec::new(),
    }
}

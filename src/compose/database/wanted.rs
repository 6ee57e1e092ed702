//! What a Compose file asks of its PostgreSQL.

use super::{
    image::{self, Family},
    password,
};
use crate::compose::{
    error::Error,
    model::{Mount, Project, Service},
    source::Place,
};
use crate::ident::{DatabaseName, RoleName, ServiceName};
use crate::secret::Secret;

/// The server, account and database that a service is to have.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// The service.
    pub service: ServiceName,
    /// Whose rules its image follows.
    pub family: Family,
    /// The role of the application. With the official image it is the superuser.
    pub user: RoleName,
    /// Its password; none under trust authentication.
    pub password: Option<Secret>,
    /// The database.
    pub database: DatabaseName,
    /// The image's name, if it is not only built.
    pub image: Option<String>,
    /// The major version, as far as the image's name tells.
    pub major: Option<u16>,
    /// The data directory in the container.
    pub data_directory: String,
    /// What is mounted where the data directory is.
    pub data_mount: Option<Mount>,
    /// `POSTGRES_HOST_AUTH_METHOD`, such as `trust`.
    pub host_auth_method: Option<String>,
    /// `POSTGRES_INITDB_ARGS`.
    pub initdb_args: Option<String>,
    /// The port that the server listens on in its container.
    pub port: u16,
    /// Where the password was written, or the variable that names its file.
    pub password_place: Option<Place>,
    /// Where the user was written.
    pub user_place: Option<Place>,
    /// Where the database was written.
    pub database_place: Option<Place>,
    /// Where the image was written.
    pub image_place: Option<Place>,
}

/// The names under which a family takes its account.
struct Names {
    user: &'static [&'static str],
    password: &'static [&'static str],
    database: &'static [&'static str],
    initdb_args: &'static str,
    home: &'static str,
}

const OFFICIAL: Names = Names {
    user: &["POSTGRES_USER"],
    password: &["POSTGRES_PASSWORD"],
    database: &["POSTGRES_DB"],
    initdb_args: "POSTGRES_INITDB_ARGS",
    home: "/var/lib/postgresql",
};

const BITNAMI: Names = Names {
    user: &["POSTGRESQL_USERNAME", "POSTGRES_USER"],
    password: &["POSTGRESQL_PASSWORD", "POSTGRES_PASSWORD"],
    database: &["POSTGRESQL_DATABASE", "POSTGRES_DB"],
    initdb_args: "POSTGRESQL_INITDB_ARGS",
    home: "/bitnami/postgresql",
};

/// Reads what a service asks for. A `_FILE` variable is followed to the file, where it can be.
pub fn wanted(project: &Project, service: &Service) -> Result<Wanted, Error> {
    let family = service
        .image
        .as_deref()
        .and_then(image::family)
        .unwrap_or(Family::Official);
    let names = match family {
        Family::Official => &OFFICIAL,
        Family::Bitnami => &BITNAMI,
    };
    let user = first(project, service, names.user)?
        .as_ref()
        .map_or_else(|| "postgres".to_owned(), clear);
    let database = match first(project, service, names.database)? {
        Some(name) => clear(&name),
        None if family == Family::Official => user.clone(),
        None => "postgres".to_owned(),
    };
    let major = service.image.as_deref().and_then(image::major);
    let data_directory = data_directory(service, family, names, major);
    Ok(Wanted {
        service: service.name.clone(),
        family,
        user: RoleName::new(user),
        password: first(project, service, names.password)?,
        database: DatabaseName::new(database),
        image: service.image.clone(),
        major,
        data_mount: data_mount(service, &data_directory).cloned(),
        data_directory,
        host_auth_method: text(service, "POSTGRES_HOST_AUTH_METHOD"),
        initdb_args: text(service, names.initdb_args),
        port: port(service),
        password_place: place(service, names.password),
        user_place: place(service, names.user),
        database_place: place(service, names.database),
        image_place: service
            .image
            .as_ref()
            .and_then(|_| service.place_of(&["image"]))
            .cloned(),
    })
}

fn first(project: &Project, service: &Service, names: &[&str]) -> Result<Option<Secret>, Error> {
    for name in names {
        if let Some(value) = password::value_or_file(project, service, name)? {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

/// Names of roles and databases are no secrets.
fn clear(name: &Secret) -> String {
    name.reveal().to_owned()
}

fn text(service: &Service, name: &str) -> Option<String> {
    service
        .variable(name)
        .filter(|value| !value.is_empty())
        .map(str::to_owned)
}

fn place(service: &Service, names: &[&str]) -> Option<Place> {
    names
        .iter()
        .flat_map(|name| [(*name).to_owned(), format!("{name}_FILE")])
        .find(|name| service.environment.contains_key(name))
        .map(|name| password::place(service, &name))
}

/// `PGDATA`, else the image's own: below a directory of the major since 18.
fn data_directory(service: &Service, family: Family, names: &Names, major: Option<u16>) -> String {
    let given = text(service, "PGDATA").or_else(|| text(service, "POSTGRESQL_DATA_DIR"));
    match (given, family, major) {
        (Some(given), _, _) => given,
        (None, Family::Official, Some(major)) if major >= 18 => {
            format!("{}/{major}/docker", names.home)
        }
        (None, _, _) => format!("{}/data", names.home),
    }
}

/// The mount that is nearest above the data directory.
fn data_mount<'a>(service: &'a Service, data_directory: &str) -> Option<&'a Mount> {
    let target = |mount: &'a Mount| {
        mount
            .target
            .as_deref()
            .unwrap_or_default()
            .trim_end_matches('/')
    };
    service
        .volumes
        .iter()
        .filter(|mount| {
            data_directory
                .strip_prefix(target(mount))
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
        .max_by_key(|mount| target(mount).len())
}

/// 5432, unless the command or a variable says otherwise.
fn port(service: &Service) -> u16 {
    let of_command = || {
        let words = service.command.as_deref().unwrap_or_default();
        let after = |flag: &str| {
            let at = words.iter().position(|word| word == flag)?;
            words.get(at + 1)?.parse().ok()
        };
        let setting = words.iter().find_map(|word| {
            let word = word.trim_start_matches("--").trim_start_matches("-c");
            word.strip_prefix("port=")?.parse().ok()
        });
        after("-p").or(setting)
    };
    let of_variable = || {
        ["PGPORT", "POSTGRESQL_PORT_NUMBER"]
            .iter()
            .find_map(|name| service.variable(name)?.parse().ok())
    };
    of_command().or_else(of_variable).unwrap_or(5432)
}

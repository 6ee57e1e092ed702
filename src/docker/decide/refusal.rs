//! Why a plan cannot be made: found before anything is touched.

use crate::failure::{Blame, Diagnose};

/// A reason not to begin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
pub enum Refusal {
    /// No service of that name is in the Compose file.
    #[error("there is no service `{service}` in the Compose file")]
    #[diagnostic(help("its services are {}", list(known)))]
    NoService {
        /// The name that was given.
        service: String,
        /// The services there are.
        known: Vec<String>,
    },
    /// Neither `image:` nor `build:` is set.
    #[error("service `{service}` has neither `image` nor `build`")]
    #[diagnostic(help("add `image: postgres:16` under `services.{service}`"))]
    NoImage {
        /// The service.
        service: String,
    },
    /// The container's name belongs to another.
    #[error("the name of container `{name}` is taken by {holder}")]
    #[diagnostic(help("{remedy}"))]
    NameTaken {
        /// The name.
        name: String,
        /// Who has it.
        holder: String,
        /// What to do.
        remedy: String,
    },
    /// A network or volume that is said to exist already does not.
    #[error("{kind} `{name}` is declared `external` and does not exist")]
    #[diagnostic(help(
        "create it with `docker {kind} create {name}`, or remove `external: true` from `{kind}s.{key}`"
    ))]
    ExternalMissing {
        /// `network` or `volume`.
        kind: &'static str,
        /// Its key in the Compose file.
        key: String,
        /// Its name in the engine.
        name: String,
    },
    /// A network of that name belongs to something else.
    #[error("network `{name}` exists, but its label `{label}` says {said}")]
    #[diagnostic(help(
        "remove it with `docker network rm {name}` if nothing uses it, or declare `networks.{key}` as `external: true`"
    ))]
    ForeignNetwork {
        /// Its name.
        name: String,
        /// Its key in the Compose file.
        key: String,
        /// The label that is wrong.
        label: &'static str,
        /// What it says.
        said: String,
    },
    /// Another server may be writing to the same data.
    #[error(
        "volume `{volume}` is in use by {holder}, and two servers on one data directory destroy it"
    )]
    #[diagnostic(help("stop the other one first with `docker stop {container}`"))]
    VolumeInUse {
        /// The volume.
        volume: String,
        /// Who uses it, described.
        holder: String,
        /// Its container's name.
        container: String,
    },
    /// Something to be removed is in use by a container that stays.
    #[error("volume `{volume}` is in use by {holder}, which is not part of this project")]
    #[diagnostic(help(
        "remove that container first with `docker rm --force {container}`, or keep the volume"
    ))]
    VolumeShared {
        /// The volume.
        volume: String,
        /// Who uses it, described.
        holder: String,
        /// Its container's name.
        container: String,
    },
    /// The mount that PostgreSQL's image refuses from 18 on.
    #[error(
        "`{image}` does not start with a volume at `/var/lib/postgresql/data`: from PostgreSQL 18 its data is kept in `/var/lib/postgresql`"
    )]
    #[diagnostic(help(
        "write `- {source_name}:/var/lib/postgresql` under `services.{service}.volumes`; a volume that an older major filled stays with the older image until it is migrated"
    ))]
    FormerMount {
        /// The service.
        service: String,
        /// Its image.
        image: String,
        /// What is mounted there.
        source_name: String,
    },
    /// The mount that PostgreSQL's image up to 17 does not use.
    #[error(
        "`{image}` does not keep its data in the volume at `/var/lib/postgresql`: before PostgreSQL 18 it is kept in `/var/lib/postgresql/data`, an unnamed volume here"
    )]
    #[diagnostic(help(
        "write `- {source_name}:/var/lib/postgresql/data` under `services.{service}.volumes`"
    ))]
    LaterMount {
        /// The service.
        service: String,
        /// Its image.
        image: String,
        /// What is mounted there.
        source_name: String,
    },
    /// The data is of another major.
    #[error(
        "volume `{volume}` holds the data of PostgreSQL {data}, and `{image}` is PostgreSQL {server}"
    )]
    #[diagnostic(help(
        "set `services.{service}.image` back to PostgreSQL {data}, or begin anew with `townpass dev reset-db --volume`, which keeps a snapshot"
    ))]
    OtherMajor {
        /// The service.
        service: String,
        /// Its image.
        image: String,
        /// The volume or directory.
        volume: String,
        /// The major that wrote it.
        data: String,
        /// The major of the image.
        server: String,
    },
    /// A key that we cannot carry out.
    #[error("service `{service}` cannot be started: `{key}` is not supported{because}")]
    #[diagnostic(help(
        "start it with `docker compose up -d {service}`: what Compose made is used from then on"
    ))]
    Unsupported {
        /// The service.
        service: String,
        /// The key, as a path under the service.
        key: String,
        /// Why, with the words that join it to the message; or nothing.
        because: String,
    },
    /// The engine is just removing it.
    #[error("container `{name}` is being removed")]
    #[diagnostic(help("run this again in a moment"))]
    BeingRemoved {
        /// Its name.
        name: String,
    },
}

impl Diagnose for Refusal {
    fn blame(&self) -> Blame {
        match self {
            Self::NoService { .. }
            | Self::NoImage { .. }
            | Self::FormerMount { .. }
            | Self::LaterMount { .. }
            | Self::Unsupported { .. } => Blame::Usage,
            Self::NameTaken { .. }
            | Self::ExternalMissing { .. }
            | Self::ForeignNetwork { .. }
            | Self::OtherMajor { .. }
            | Self::BeingRemoved { .. } => Blame::Environment,
            Self::VolumeInUse { .. } | Self::VolumeShared { .. } => Blame::Refusal,
        }
    }
}

fn list(names: &[String]) -> String {
    let quoted: Vec<_> = names.iter().map(|it| format!("`{it}`")).collect();
    quoted.join(", ")
}

//! Makes the provider that `database::choice` decides on.

use super::basis::Basis;
use crate::cli::context::Context;
use crate::cli::surroundings;
use crate::compose::database::Wanted;
use crate::config::{ProviderChoice, Settings};
use crate::database::choice::{self, Asked, Choice, Facts};
use crate::database::container::{self, Container};
use crate::database::embedded::{self, Embedded, settings as embedded_settings};
use crate::database::{Account, Kind, Provider};
use crate::docker::{self, Engine};
use crate::error::Error;
use crate::host::{Override, detect};

/// A provider, with the reason if nobody asked for it.
pub(super) struct Chosen {
    pub(super) provider: Box<dyn Provider>,
    pub(super) engine: Option<Engine>,
    pub(super) standing_in: Option<StandingIn>,
}

/// Why the embedded provider runs the database though nobody asked for it.
#[derive(Debug)]
pub(super) enum StandingIn {
    /// Not heard before, or a choice between two databases: told aloud.
    New(String),
    /// As the last time: told with `-v`.
    Known(String),
}

impl StandingIn {
    fn of(last: Option<Kind>, reason: String) -> Self {
        match last {
            Some(Kind::Embedded) => Self::Known(reason),
            Some(Kind::Docker) | None => Self::New(reason),
        }
    }
}

/// Asks for an engine unless the embedded provider was asked for, and chooses.
pub(super) async fn provider(context: &Context, basis: &Basis) -> Result<Chosen, Error> {
    let connected = match asked(&basis.settings) {
        Asked::For(Kind::Embedded) => None,
        Asked::Whichever | Asked::For(Kind::Docker) => {
            Some(docker::connect(&surroundings::docker(context)).await)
        }
    };
    among(context, basis, connected)
}

/// Chooses, after an engine was asked for, or was not since the embedded provider was.
pub(super) fn among(
    context: &Context,
    basis: &Basis,
    connected: Option<Result<Engine, docker::Error>>,
) -> Result<Chosen, Error> {
    let asked = asked(&basis.settings);
    let Some(connected) = connected else {
        let elsewhere = (basis.state.provider() == Some(Kind::Docker)).then(|| {
            let reason =
                "this project's usual database is in Docker; this run uses the embedded one";
            StandingIn::New(reason.to_owned())
        });
        return Ok(embedded(context, basis, None, elsewhere));
    };
    let engine = match &connected {
        Ok(_) => choice::Engine::Answers,
        Err(_) => choice::Engine::Silent,
    };
    let last = basis.state.provider();
    match (
        Choice::of(Facts {
            asked,
            engine,
            last,
        }),
        connected,
    ) {
        (Choice::Docker, connected) => Ok(docker(context, basis, connected?)),
        (Choice::DataInDocker, Err(because)) => Err(Error::DataInDocker { because }),
        (Choice::StayEmbedded, connected) => {
            let reason = "this project's data is in the embedded provider, which goes on; \
                          `--provider docker` uses Docker's instead";
            let reason = StandingIn::New(reason.to_owned());
            Ok(embedded(context, basis, connected.ok(), Some(reason)))
        }
        (Choice::Embedded | Choice::StandIn | Choice::DataInDocker, connected) => {
            let reason = connected.as_ref().err().map(stands_in);
            let reason = reason.map(|reason| StandingIn::of(last, reason));
            Ok(embedded(context, basis, connected.ok(), reason))
        }
    }
}

/// Chooses again, after an engine answered that has no way to the image.
pub(super) fn without_image(
    context: &Context,
    basis: &Basis,
    lacking: docker::Error,
) -> Result<Chosen, Error> {
    let facts = Facts {
        asked: asked(&basis.settings),
        engine: choice::Engine::LacksImage,
        last: basis.state.provider(),
    };
    match Choice::of(facts) {
        Choice::StandIn => {
            let reason = StandingIn::of(facts.last, stands_in(&lacking));
            Ok(embedded(context, basis, None, Some(reason)))
        }
        Choice::DataInDocker => Err(Error::DataInDocker { because: lacking }),
        Choice::Docker | Choice::Embedded | Choice::StayEmbedded => Err(lacking.into()),
    }
}

fn stands_in(because: &docker::Error) -> String {
    format!(
        "{because}\nso the embedded provider runs the database: a private PostgreSQL on this machine"
    )
}

/// What was asked for.
pub(in crate::cli) fn asked(settings: &Settings) -> Asked {
    match settings.provider {
        ProviderChoice::Auto => Asked::Whichever,
        ProviderChoice::Docker => Asked::For(Kind::Docker),
        ProviderChoice::Embedded => Asked::For(Kind::Embedded),
    }
}

fn docker(context: &Context, basis: &Basis, engine: Engine) -> Chosen {
    let environment = &context.env;
    let explicit = environment.get("TOWNPASS_DB_HOST");
    let container = Container::new(container::Settings {
        engine: engine.clone(),
        project: basis.project.clone(),
        service: basis.wanted.service.clone(),
        account: account(&basis.wanted),
        pull: basis.pull.clone(),
        patience: basis.settings.timeout,
        proxies: basis.proxies.clone(),
        surroundings: detect::surroundings(environment.variables()),
        explicit: explicit.and_then(|text| Override::parse(text, "TOWNPASS_DB_HOST")),
    });
    Chosen {
        provider: Box::new(container),
        engine: Some(engine),
        standing_in: None,
    }
}

fn embedded(
    context: &Context,
    basis: &Basis,
    engine: Option<Engine>,
    standing_in: Option<StandingIn>,
) -> Chosen {
    let Basis {
        wanted, settings, ..
    } = basis;
    let environment = &context.env;
    let get = |names: [&str; 2]| {
        let found = names.into_iter().find_map(|name| environment.get(name));
        found.map(str::to_owned)
    };
    let mut releases = embedded_settings::Releases {
        proxies: embedded_settings::Proxies {
            https: get(["HTTPS_PROXY", "https_proxy"]),
            http: get(["http_proxy", "HTTP_PROXY"]),
            all: get(["ALL_PROXY", "all_proxy"]),
            none: get(["NO_PROXY", "no_proxy"]),
        },
        ..embedded_settings::Releases::default()
    };
    if let Some(base) = &settings.archives {
        releases.base_url.clone_from(base);
    }
    let provider = Embedded::new(embedded::Settings {
        wanted_major: wanted.major,
        port: published(basis),
        search: embedded_settings::Search {
            configured: settings.pg_bin.clone(),
            path: environment.search_path(),
            ..embedded_settings::Search::default()
        },
        fetch: if settings.offline {
            embedded_settings::Fetch::Offline
        } else {
            embedded_settings::Fetch::Online {
                releases,
                python: embedded_settings::Python::Allowed,
            }
        },
        ..embedded::Settings::new(
            account(wanted),
            wanted.service.clone(),
            basis.project.name.clone(),
            basis.state.directory().join("postgres"),
            basis.places.cache.join("postgres"),
        )
    });
    Chosen {
        provider: Box::new(provider),
        engine,
        standing_in,
    }
}

/// The port of this machine that the Compose file gives to the database.
fn published(basis: &Basis) -> Option<u16> {
    let service = basis.project.service(basis.wanted.service.as_str())?;
    let port = service
        .ports
        .iter()
        .find(|it| it.target == basis.wanted.port)?;
    port.published.as_ref()?.parse().ok()
}

/// What the Compose file asks for.
fn account(wanted: &Wanted) -> Account {
    Account {
        user: wanted.user.clone(),
        password: wanted.password.clone(),
        database: wanted.database.clone(),
    }
}

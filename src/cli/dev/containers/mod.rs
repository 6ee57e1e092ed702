//! Alembic in the project's containers, where no Python of this machine has one.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use async_trait::async_trait;

mod heard;
mod probe;

use self::heard::Heard;
use self::probe::{PROBE, made_to_migrate, places, slashed, understood};
use super::application::Application;
use super::run::{MOUNT, of_project};
use super::session::Session;
use crate::alembic::python::process::{Ended, MANNERS, OnLine};
use crate::alembic::python::{self, Asked, Look, Runner};
use crate::cli::migrate::python::directory;
use crate::cli::migrate::{Alembic, Call, Containers, Errand};
use crate::compose::Service;
use crate::docker::observed::State;
use crate::docker::process::run::OneOff;
use crate::docker::process::run_service::ServiceRun;
use crate::docker::{Attachment, Audience, Channel, Command};
use crate::error::Error;
use crate::ident::ServiceName;
use crate::report::Story;
use crate::url::DatabaseUrl;

/// Installs what the project requires into a fresh image, unless it is there, and becomes Alembic.
const INSTALL: &str = r#"
python=$(command -v python || command -v python3) || { echo "the image has no Python" >&2; exit 127; }
if ! "$python" -c 'import alembic' 2>/dev/null; then
    pip="$python -m pip install --quiet --disable-pip-version-check --root-user-action ignore"
    if [ -f requirements.txt ]; then $pip -r requirements.txt >&2; else $pip . >&2; fi || exit 1
fi
exec "$python" -m alembic "$@"
"#;

/// The project's containers.
pub(super) struct ProjectContainers {
    session: Session,
    url: DatabaseUrl,
}

impl ProjectContainers {
    /// Those of a project whose database runs in Docker.
    pub(super) fn of(session: Session, written: Application) -> Self {
        let url = written.seen_by_containers(&session).url;
        Self { session, url }
    }

    /// The services that may hold an Alembic: all but the database.
    fn services(&self, asked: &Asked) -> Vec<&Service> {
        let database = &self.session.wanted.service;
        let services = self.session.project.services.values();
        services
            .filter(|it| it.name != *database)
            .filter(|it| match asked {
                Asked::Service(name) => it.name.as_str() == name,
                Asked::Auto | Asked::Command(_) | Asked::Image(_) => true,
            })
            .collect()
    }

    /// Looks into the running container of a service.
    async fn look(&self, service: &Service, alembic: &Alembic) -> Result<Look, Error> {
        let place = format!("running service `{}`", service.name);
        let engine = self.session.engine_for(&[])?;
        let container = engine.container_of(&self.session.project, service).await?;
        let Some(container) = container.filter(|it| it.state == State::Running) else {
            return Ok(Look {
                place,
                found: Err(format!(
                    "does not run; `townpass dev up {}` starts it",
                    service.name
                )),
            });
        };
        let section = alembic.section.as_deref().unwrap_or_default();
        let mut argv = vec!["sh", "-c", PROBE, "sh", section];
        let places = places(service, &alembic.project.configuration, self.top());
        argv.extend(places.iter().map(String::as_str));
        let command = Command::new(argv);
        let found = match engine.exec_capture(&container.id, &command, &[]).await {
            Ok(probed) => {
                let said = String::from_utf8_lossy(&probed.stdout).into_owned();
                let ours = heads(alembic)?;
                understood(probed.code, &said, &ours).map(|words| Runner::Service {
                    service: service.name.to_string(),
                    words,
                })
            }
            Err(error) => Err(error.to_string()),
        };
        Ok(Look { place, found })
    }

    fn top(&self) -> &Path {
        &self.session.project.directory
    }

    /// Runs a service's image, or any, once.
    async fn run_once(
        &self,
        runner: &Runner,
        alembic: &Alembic,
        call: &Call<'_>,
        environment: &[String],
        attachment: Attachment<'_>,
        story: &Story<'_>,
    ) -> Result<u8, Error> {
        let engine = self.session.engine_for(&[])?;
        if let Runner::OneOff { service, words } = runner {
            let service = self.session.project.find(service)?;
            let plan = match call.errand {
                Errand::Database => self.session.prepare(service, story).await?,
                Errand::Script => self.session.prepare_alone(service, story).await?,
            };
            let argv = [words, call.arguments].concat();
            let run = ServiceRun {
                plan: &plan,
                service,
                argv: &argv,
                user: None,
                environment,
                working_directory: None,
            };
            return Ok(engine.run_service(&run, attachment, &mut |_| {}).await?);
        }
        let Runner::Image(image) = runner else {
            return Err(python::Error::NoWords.into());
        };
        let configuration = inside(&alembic.project.configuration, self.top());
        let at = directory(alembic).strip_prefix(self.top());
        let at = at.map_or_else(
            |_| MOUNT.to_owned(),
            |it| format!("{MOUNT}/{}", slashed(it)),
        );
        let mut argv: Vec<String> = ["sh", "-c", INSTALL, "sh", "-c"]
            .map(str::to_owned)
            .to_vec();
        argv.push(configuration);
        argv.extend_from_slice(call.arguments);
        let database = self.session.service(self.session.wanted.service.as_str())?;
        // Nothing may have been started yet.
        if call.errand == Errand::Script {
            self.session.make_networks(database, story).await?;
        }
        let network = database.networks.keys().next();
        let network = network.and_then(|key| self.session.project.networks.get(key));
        let one_off = OneOff {
            project: &self.session.project.name,
            service: &ServiceName::new("townpass"),
            image,
            argv: &argv,
            user: None,
            environment,
            network: network.map(|it| it.name.as_str()),
            binds: &[format!("{}:{MOUNT}", self.top().display())],
            working_directory: Some(at.trim_end_matches('/')),
            labels: of_project(&self.session),
        };
        self.session.run_image(&one_off, attachment, story).await
    }
}

impl fmt::Debug for ProjectContainers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "containers of {}", self.session.project.name)
    }
}

#[async_trait(?Send)]
impl Containers for ProjectContainers {
    async fn looks(&self, alembic: &Alembic, asked: &Asked) -> Result<Vec<Look>, Error> {
        let mut looks = Vec::new();
        for service in self.services(asked) {
            let look = self.look(service, alembic).await?;
            let is_found = look.found.is_ok();
            looks.push(look);
            if is_found {
                return Ok(looks);
            }
        }
        if *asked == Asked::Auto {
            looks.extend(self.services(asked).into_iter().filter_map(made_to_migrate));
        }
        Ok(looks)
    }

    fn url(&self) -> DatabaseUrl {
        self.url.clone()
    }

    async fn run(
        &self,
        runner: &Runner,
        alembic: &Alembic,
        call: &Call<'_>,
        story: &Story<'_>,
        on_line: &mut OnLine<'_>,
    ) -> Result<Ended, Error> {
        let environment: Vec<String> = MANNERS
            .iter()
            .chain(call.environment)
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let heard = RefCell::new(Heard::default());
        let on_line = RefCell::new(on_line);
        let listener = RefCell::new(|channel: Channel, bytes: &[u8]| {
            heard
                .borrow_mut()
                .take(channel, bytes, &mut |line| on_line.borrow_mut()(line));
        });
        let attachment = Attachment::Listener(Audience {
            listener: &listener,
            joined: call.joined,
            patience: call.patience,
        });
        let code = if let Runner::Service { service, words } = runner {
            let engine = self.session.engine_for(&[])?;
            let service = self.session.project.find(service)?;
            let container = engine.container_of(&self.session.project, service).await?;
            let container = container.ok_or_else(|| Error::ServiceStopped {
                service: service.name.clone(),
            })?;
            let mut command = Command::new([words.as_slice(), call.arguments].concat());
            command.environment = environment;
            engine
                .exec_attached(&container.id, &command, attachment)
                .await?
        } else {
            self.run_once(runner, alembic, call, &environment, attachment, story)
                .await?
        };
        let heard = heard.take();
        Ok(heard.ended(code, &mut |line| on_line.borrow_mut()(line)))
    }

    async fn read(&self, runner: &Runner, path: &str) -> Result<String, Error> {
        let kept = || python::Error::KeptInside {
            runner: runner.to_string(),
            path: path.to_owned(),
        };
        let Runner::Service { service, .. } = runner else {
            return Err(kept().into());
        };
        let engine = self.session.engine_for(&[])?;
        let service = self.session.project.find(service)?;
        let container = engine.container_of(&self.session.project, service).await?;
        let container = container.ok_or_else(kept)?;
        let command = Command::new(["cat", "--", path]);
        let read = engine.exec_capture(&container.id, &command, &[]).await?;
        let text = String::from_utf8(read.stdout).ok();
        Ok(text.filter(|_| read.code == 0).ok_or_else(kept)?)
    }
}

/// A path of this machine where the project is mounted.
fn inside(path: &Path, top: &Path) -> String {
    match path.strip_prefix(top) {
        Ok(relative) => format!("{MOUNT}/{}", slashed(relative)),
        Err(_) => slashed(path),
    }
}

/// The heads of the files here.
fn heads(alembic: &Alembic) -> Result<BTreeSet<String>, Error> {
    let history = alembic.history()?;
    let heads = history.graph().heads();
    Ok(heads
        .into_iter()
        .map(|it| history.id(it).to_owned())
        .collect())
}

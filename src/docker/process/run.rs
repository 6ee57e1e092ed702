//! One-off containers: made, joined to our terminal or pipes, and removed when they end.
//!
//! They carry Compose's labels with `oneoff=True`, so `docker compose ps` leaves them out and
//! `docker compose down` takes them along. The engine itself removes them, so nothing is left
//! behind if we are killed.

use std::{collections::HashMap, time::Duration};

use bollard::{
    models::{ContainerCreateBody, HostConfig},
    query_parameters::{
        CreateContainerOptionsBuilder, RemoveContainerOptionsBuilder, StartContainerOptions,
    },
};
use serde_json::{Value, json};
use tokio::{sync::oneshot, time::sleep};

use crate::docker::{
    Engine, Error, Event,
    event::Thing,
    labels::{self, Labels},
    process::attach::{Attachment, DETACH_KEYS, Session, Target},
    process::hijack::Raw,
};
use crate::ident::{ProjectName, ServiceName};

/// A container for one command.
#[derive(Clone, Debug)]
pub struct OneOff<'a> {
    /// The project it belongs to.
    pub project: &'a ProjectName,
    /// The service it stands in for, or a name that no service has.
    pub service: &'a ServiceName,
    /// The image, which the engine must have.
    pub image: &'a str,
    /// The program and its arguments; the image's where empty.
    pub argv: &'a [String],
    /// The user; the image's where `None`.
    pub user: Option<&'a str>,
    /// Variables, as `NAME=value`.
    pub environment: &'a [String],
    /// The project's network, by its full name; the engine's own where `None`.
    pub network: Option<&'a str>,
    /// What is mounted, as `source:target[:mode]`.
    pub binds: &'a [String],
    /// The working directory; the image's where `None`.
    pub working_directory: Option<&'a str>,
    /// The project's directory and files, as Compose's labels name them. Those that say what
    /// the container is are set here.
    pub labels: Labels,
}

/// What a one-off container is called, as Compose calls it.
pub(in crate::docker) struct Named {
    pub(in crate::docker) name: String,
    /// The random part in full, for its label.
    pub(in crate::docker) slug: String,
}

impl Named {
    pub(in crate::docker) fn of(project: &ProjectName, service: &ServiceName) -> Self {
        let slug = format!(
            "{:016x}{:016x}",
            rand::random::<u64>(),
            rand::random::<u64>()
        );
        Self {
            name: format!("{project}-{service}-run-{}", &slug[..12]),
            slug,
        }
    }
}

impl Engine {
    /// Runs a one-off container on our terminal or pipes, and returns its exit code.
    pub async fn run(
        &self,
        one_off: &OneOff<'_>,
        attachment: Attachment<'_>,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<u8, Error> {
        let Named { name, slug } = Named::of(one_off.project, one_off.service);
        self.create_one_off(one_off, &name, &slug, attachment)
            .await?;
        let program = one_off.argv.first().map_or("", String::as_str);
        self.run_named(&name, program, attachment, on_event).await
    }

    /// Runs a container that has just been created, and removes it if it never starts.
    pub(in crate::docker) async fn run_named(
        &self,
        name: &str,
        program: &str,
        attachment: Attachment<'_>,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<u8, Error> {
        on_event(Event::Created {
            thing: Thing::Container,
            name,
        });
        let ended = self.run_created(program, name, attachment).await;
        if ended.is_err() {
            // The engine removes what has run; what never started is left to us.
            let options = RemoveContainerOptionsBuilder::default()
                .force(true)
                .v(true)
                .build();
            let _ = self.api().remove_container(name, Some(options)).await;
        }
        ended
    }

    async fn create_one_off(
        &self,
        one_off: &OneOff<'_>,
        name: &str,
        slug: &str,
        attachment: Attachment<'_>,
    ) -> Result<(), Error> {
        let options = CreateContainerOptionsBuilder::default().name(name).build();
        let created = self
            .api()
            .create_container(Some(options), body(one_off, slug, attachment))
            .await;
        created.map(drop).map_err(|error| {
            let error = Error::answer(format!("create container `{name}`"), error);
            match error.status() {
                Some(404) if says_no_image(&error) => Error::ImageAbsent {
                    image: one_off.image.to_owned(),
                },
                _ => error,
            }
        })
    }

    async fn run_created(
        &self,
        program: &str,
        name: &str,
        attachment: Attachment<'_>,
    ) -> Result<u8, Error> {
        let doing = format!("run container `{name}`");
        let path = format!(
            "/containers/{name}/attach?stream=1&stdin=1&stdout=1&stderr=1&detachKeys={}",
            DETACH_KEYS.replace('@', "%40").replace(',', "%2C")
        );
        let stream = self.hijack(&doing, &path, &json!({})).await?;
        // The engine has to listen for the end before the start, or a short command is missed.
        let path = format!("/containers/{name}/wait?condition=removed");
        let (accepted, is_accepted) = oneshot::channel();
        let end = self.long_request(&doing, &path, accepted);
        let work = async {
            tokio::select! {
                // An error here is told by the other request.
                _ = is_accepted => {}
                // Podman answers only at the end.
                () = sleep(Duration::from_millis(500)) => {}
            }
            self.start_and_join(program, name, &doing, stream, attachment)
                .await
        };
        tokio::pin!(end, work);
        let answer = tokio::select! {
            joined = &mut work => {
                joined?;
                end.await?
            }
            answer = &mut end => {
                // The last of the output may still be on its way.
                work.await?;
                answer?
            }
        };
        let code = answer.get("StatusCode").and_then(Value::as_i64);
        let code = code.ok_or_else(|| Error::Engine {
            doing: doing.clone(),
            status: None,
            message: format!("its answer names no exit code: {answer}"),
        })?;
        Ok(u8::try_from(code).unwrap_or(u8::MAX))
    }

    async fn start_and_join(
        &self,
        program: &str,
        name: &str,
        doing: &str,
        stream: Raw,
        attachment: Attachment<'_>,
    ) -> Result<(), Error> {
        let signals = attachment.signals()?;
        let started = self
            .api()
            .start_container(name, None::<StartContainerOptions>)
            .await;
        if let Err(error) = started {
            let error = Error::answer(doing, error);
            if let Error::Engine {
                status: Some(400),
                message,
                ..
            } = error
            {
                return Err(Error::Command {
                    command: program.to_owned(),
                    container: name.to_owned(),
                    because: message,
                });
            }
            return Err(error);
        }
        let session = Session {
            engine: self,
            attachment,
            doing,
            target: Target::Container { id: name },
        };
        session.pump(stream, signals).await
    }
}

fn says_no_image(error: &Error) -> bool {
    matches!(error, Error::Engine { message, .. } if message.to_lowercase().contains("no such image"))
}

fn body(one_off: &OneOff<'_>, slug: &str, attachment: Attachment<'_>) -> ContainerCreateBody {
    let mut labels: HashMap<String, String> = one_off
        .labels
        .iter()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    for (name, value) in [
        (labels::PROJECT, one_off.project.as_str()),
        (labels::SERVICE, one_off.service.as_str()),
        (labels::ONEOFF, "True"),
        (labels::NUMBER, "1"),
        (labels::SLUG, slug),
        (labels::VERSION, labels::COMPOSE_RELEASE),
    ] {
        labels.insert(name.to_owned(), value.to_owned());
    }
    // Compose sees only containers that have one, whatever it says.
    labels
        .entry(labels::CONFIG_HASH.to_owned())
        .or_insert_with(|| slug.to_owned());
    ContainerCreateBody {
        image: Some(one_off.image.to_owned()),
        cmd: (!one_off.argv.is_empty()).then(|| one_off.argv.to_vec()),
        user: one_off.user.map(str::to_owned),
        env: Some(one_off.environment.to_vec()),
        working_dir: one_off.working_directory.map(str::to_owned),
        labels: Some(labels),
        tty: Some(attachment.is_terminal()),
        attach_stdin: Some(true),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        open_stdin: Some(true),
        stdin_once: Some(true),
        host_config: Some(HostConfig {
            auto_remove: Some(true),
            binds: (!one_off.binds.is_empty()).then(|| one_off.binds.to_vec()),
            network_mode: one_off.network.map(str::to_owned),
            // Signals reach the command though it is not made to be process 1.
            init: Some(true),
            console_size: attachment
                .console_size()
                .map(|size| size.map(usize::from).to_vec()),

            ..HostConfig::default()
        }),
        ..ContainerCreateBody::default()
    }
}

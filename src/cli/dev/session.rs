//! A project and the provider of its database: what every `dev` command begins with.

use std::ops::Deref;
use std::path::PathBuf;
use std::time::Duration;

use super::basis::Basis;
use super::choose::{self, Chosen, StandingIn};
use crate::cli::context::Context;
use crate::cli::migrate::{Kind, Named};
use crate::compose::{self, PullPolicy};
use crate::config::file::File;
use crate::config::state::Lock;
use crate::config::{Environment, ProviderChoice, Settings};
use crate::database::{self, Provider, Ready, Target, until_admitted, until_ready};
use crate::docker::{self, Engine};
use crate::error::Error;
use crate::host::Endpoint;
use crate::report::Story;
use crate::report::words::Span;

/// One project in one run.
pub(crate) struct Session {
    basis: Basis,
    pub(crate) provider: Box<dyn Provider>,
    pub(in crate::cli) engine: Option<Engine>,
    /// Why the embedded provider was chosen, where nobody asked for it.
    standing_in: Option<StandingIn>,
    /// Where the database has answered in this run.
    pub(super) answered_at: Option<Endpoint>,
}

/// A session has all that the project's files tell.
impl Deref for Session {
    type Target = Basis;

    fn deref(&self) -> &Basis {
        &self.basis
    }
}

/// What a server is waited for.
#[derive(Clone, Copy, Debug)]
enum Until {
    /// The database answers.
    Ready,
    /// Its owner gets in, whether or not the database is there.
    Admitted,
}

/// A database that answers.
#[derive(Debug)]
pub(crate) struct Up {
    /// How its owner reaches it from here.
    pub(crate) target: Target,
    /// What it answered.
    pub(crate) ready: Ready,
}

impl Session {
    /// Loads the project and chooses the provider. Nothing is changed.
    pub(crate) async fn open(context: &Context) -> Result<Self, Error> {
        Self::open_with(context, None, None).await
    }

    /// The same, with what a command has to say about patience and images.
    pub(crate) async fn open_with(
        context: &Context,
        patience: Option<Duration>,
        pull: Option<PullPolicy>,
    ) -> Result<Self, Error> {
        let project = compose::load(&request(context))?;
        for warning in &project.warnings {
            context.printer.warn(&advised(warning));
        }
        let mut settings = Settings::resolve(context.flags(), File::read(&project.directory)?);
        settings.timeout = patience.unwrap_or(settings.timeout);
        if settings.environment == Some(Environment::Production) {
            return Err(Error::NotInProduction);
        }
        let basis = Basis::of(context, project, settings, pull)?;
        let chosen = choose::provider(context, &basis).await?;
        Ok(Self::with(basis, chosen))
    }

    /// With the engine that was asked for, or with none since none is wanted.
    pub(in crate::cli) fn among(
        context: &Context,
        basis: Basis,
        connected: Option<Result<Engine, docker::Error>>,
    ) -> Result<Self, Error> {
        let chosen = choose::among(context, &basis, connected)?;
        Ok(Self::with(basis, chosen))
    }

    fn with(basis: Basis, chosen: Chosen) -> Self {
        Self {
            basis,
            provider: chosen.provider,
            engine: chosen.engine,
            standing_in: chosen.standing_in,
            answered_at: None,
        }
    }

    /// Waits until no other command works on this project.
    pub(crate) async fn lock(&self, story: &Story<'_>) -> Result<Lock, Error> {
        let waiting = || story.note("another townpass works on this project, waiting for it");
        Ok(self.state.lock(waiting).await?)
    }

    /// Starts the database and waits until it answers its owner.
    pub(crate) async fn up(&mut self, context: &Context, story: &Story<'_>) -> Result<Up, Error> {
        self.up_until(Until::Ready, context, story).await
    }

    /// The same for a reset, which makes the database where it is missing.
    pub(crate) async fn up_to_reset(
        &mut self,
        context: &Context,
        story: &Story<'_>,
    ) -> Result<Up, Error> {
        self.up_until(Until::Admitted, context, story).await
    }

    async fn up_until(
        &mut self,
        until: Until,
        context: &Context,
        story: &Story<'_>,
    ) -> Result<Up, Error> {
        self.start(context, story).await?;
        let target = self.target().await?;
        let (provider, patience) = (&*self.provider, self.settings.timeout);
        let mut tell = |event: database::Event<'_>| story.database(&event);
        let ready = match until {
            Until::Ready => until_ready(provider, &target, patience, &mut tell).await,
            Until::Admitted => until_admitted(provider, &target, patience, &mut tell).await,
        };
        self.answered(target, ready?, story)
    }

    fn answered(&mut self, target: Target, ready: Ready, story: &Story<'_>) -> Result<Up, Error> {
        self.remember()?;
        self.answered_at = Some(target.endpoint.clone());
        story.ready(&format!(
            "PostgreSQL {} answers on {} after {}",
            ready.server_version,
            target.endpoint,
            Span(ready.elapsed)
        ));
        Ok(Up { target, ready })
    }

    /// Starts the server. Where Docker was the natural choice but its image cannot be had, the
    /// embedded provider stands in, and that is said.
    pub(crate) async fn start(
        &mut self,
        context: &Context,
        story: &Story<'_>,
    ) -> Result<(), Error> {
        say(context, story, self.standing_in.as_ref());
        let started = self
            .provider
            .start(&mut |event| story.database(&event))
            .await;
        let lacking = match started {
            Err(database::Error::Docker(error)) if error.lacks_image() => error,
            other => return Ok(other?),
        };
        let Chosen {
            provider,
            standing_in,
            ..
        } = choose::without_image(context, &self.basis, lacking)?;
        self.provider = provider;
        say(context, story, standing_in.as_ref());
        Ok(self
            .provider
            .start(&mut |event| story.database(&event))
            .await?)
    }

    /// Remembers which provider has the data. One that was asked for by name, beside another that
    /// is remembered, was meant for this run.
    pub(crate) fn remember(&self) -> Result<(), Error> {
        let by_name = self.settings.provider != ProviderChoice::Auto;
        if by_name && self.state.provider().is_some() {
            return Ok(());
        }
        Ok(self.state.remember(self.provider.kind())?)
    }

    /// Forgets the provider whose data is gone.
    pub(crate) fn forget(&self) -> Result<(), Error> {
        if self.state.provider() == Some(self.provider.kind()) {
            self.state.forget()?;
        }
        Ok(())
    }

    /// How the owner of the database reaches it from here.
    pub(crate) async fn target(&self) -> Result<Target, Error> {
        let endpoint = self.provider.endpoint().await?;
        Ok(Target::new(endpoint, self.provider.account().clone()))
    }

    /// The same; where the server does not run, an address that nobody listens on.
    pub(crate) async fn target_or_nowhere(&self) -> Target {
        self.target().await.unwrap_or_else(|_| {
            let nowhere = Endpoint::new("127.0.0.1", 0);
            Target::new(nowhere, self.provider.account().clone())
        })
    }

    /// The database as a container on the project's network reaches it.
    pub(crate) fn inner_endpoint(&self) -> Endpoint {
        Endpoint::new(self.wanted.service.as_str(), self.wanted.port)
    }

    /// Where the migrations are.
    pub(crate) fn migrations(&self) -> PathBuf {
        self.project.directory.join(&self.settings.migrations)
    }

    /// Which kind of history there is.
    pub(crate) fn kind(&self, context: &Context, named: &Named) -> Result<Kind, Error> {
        Kind::of(context, &self.project.directory, &self.settings, named)
    }
}

/// Says why the embedded provider was chosen; the same reason aloud only once.
fn say(context: &Context, story: &Story<'_>, standing_in: Option<&StandingIn>) {
    match standing_in {
        Some(StandingIn::New(reason)) => story.warning(reason),
        Some(StandingIn::Known(reason)) => context.printer.explain(reason),
        None => {}
    }
}

/// A warning, and what to do about it.
fn advised(warning: &compose::Warning) -> String {
    match miette::Diagnostic::help(warning) {
        Some(help) => format!("{warning}; {help}"),
        None => warning.to_string(),
    }
}

/// What was typed, as the loader of Compose files wants it.
pub(in crate::cli) fn request(context: &Context) -> compose::Request {
    let globals = &context.globals;
    compose::Request {
        files: globals.compose_files(),
        project_name: globals.project_name.clone(),
        profiles: globals.profiles.clone(),
        env_files: globals.env_files.clone(),
        ..compose::Request::in_directory(&context.directory, context.env.variables().clone())
    }
}

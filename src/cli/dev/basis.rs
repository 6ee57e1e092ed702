//! What is known of a project before it is known what runs its database.

use std::collections::BTreeMap;

use crate::cli::context::Context;
use crate::cli::surroundings;
use crate::compose::database::Wanted;
use crate::compose::{self, Project, PullPolicy};
use crate::config::Settings;
use crate::config::places::Places;
use crate::config::state::State;
use crate::docker::decide::Pull;
use crate::docker::proxies;
use crate::error::Error;

/// A project as its files tell it, and our own memory of it.
pub(crate) struct Basis {
    pub(crate) project: Project,
    /// What the Compose file asks of the database.
    pub(crate) wanted: Wanted,
    pub(crate) settings: Settings,
    pub(in crate::cli) places: Places,
    pub(in crate::cli) state: State,
    pub(super) pull: Pull,
    /// What containers are given to reach the world by.
    pub(super) proxies: BTreeMap<String, String>,
}

impl Basis {
    /// Finds the database's service, and our own memory of the project.
    pub(in crate::cli) fn of(
        context: &Context,
        project: Project,
        settings: Settings,
        pull: Option<PullPolicy>,
    ) -> Result<Self, Error> {
        let service = compose::database::find(&project, settings.service.as_deref())?;
        service.ensure_whole()?;
        let wanted = compose::database::wanted(&project, service)?;
        let places = Places::of(&context.env)?;
        let state = State::of(&places, &project.name, &project.directory);
        Ok(Self {
            pull: pull.map_or(Pull::AsWritten, Pull::Forced),
            proxies: proxies::configured(&surroundings::docker(context)),
            project,
            wanted,
            settings,
            places,
            state,
        })
    }
}

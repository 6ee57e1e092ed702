//! The whole: what `load` answers with.

use std::{collections::BTreeMap, path::PathBuf};

use super::{Config, Network, Secret, Service, Volume};
use crate::compose::{warning::Warning, yaml::Map};
use crate::ident::{ProjectName, ServiceName};

/// A loaded Compose project.
#[derive(Clone, Debug, PartialEq)]
pub struct Project {
    /// Its name.
    pub name: ProjectName,
    /// The project directory, absolute: the base of relative paths and of the default name.
    pub directory: PathBuf,
    /// The Compose files, absolute, in the order of merging.
    pub files: Vec<PathBuf>,
    /// The files given with `--env-file` or `COMPOSE_ENV_FILES`, absolute. Empty when the default
    /// `.env` was used, since then Compose writes no label for it.
    pub env_files: Vec<PathBuf>,
    /// What variables were replaced from: the operating system's environment over `.env`.
    pub environment: BTreeMap<String, String>,
    /// The services that are enabled.
    pub services: BTreeMap<ServiceName, Service>,
    /// The services that their profiles disable. Naming one enables it.
    pub disabled: BTreeMap<ServiceName, Service>,
    /// The networks, by key. `default` is here only if a service uses it.
    pub networks: BTreeMap<String, Network>,
    /// The volumes, by key.
    pub volumes: BTreeMap<String, Volume>,
    /// The secrets, by key.
    pub secrets: BTreeMap<String, Secret>,
    /// The configs, by key.
    pub configs: BTreeMap<String, Config>,
    /// The extensions (`x-…`) of the top level.
    pub extensions: Map,
    /// What is allowed and probably not meant.
    pub warnings: Vec<Warning>,
}

impl Project {
    /// A project of which nothing is said but its name and where it is.
    pub fn named(name: ProjectName, directory: PathBuf) -> Self {
        Self {
            name,
            directory,
            files: Vec::new(),
            env_files: Vec::new(),
            environment: BTreeMap::new(),
            services: BTreeMap::new(),
            disabled: BTreeMap::new(),
            networks: BTreeMap::new(),
            volumes: BTreeMap::new(),
            secrets: BTreeMap::new(),
            configs: BTreeMap::new(),
            extensions: Map::default(),
            warnings: Vec::new(),
        }
    }

    /// A service, enabled or not.
    pub fn service(&self, name: &str) -> Option<&Service> {
        self.services.get(name).or_else(|| self.disabled.get(name))
    }

    /// Enables the services of these profiles; `*` stands for all.
    pub(in crate::compose) fn enable_profiles(&mut self, profiles: &[String]) {
        let wanted = |service: &Service| {
            service.profiles.is_empty()
                || profiles
                    .iter()
                    .any(|profile| profile == "*" || service.profiles.contains(profile))
        };
        let (mut enabled, disabled): (BTreeMap<_, _>, BTreeMap<_, _>) =
            std::mem::take(&mut self.disabled)
                .into_iter()
                .partition(|(_, service)| wanted(service));
        self.services.append(&mut enabled);
        self.disabled = disabled;
    }

    /// Enables a service that is named, and with it the others of its profiles, as Compose does.
    pub fn enable(&mut self, name: &str) {
        if let Some(profiles) = self
            .disabled
            .get(name)
            .map(|service| service.profiles.clone())
        {
            self.enable_profiles(&profiles);
        }
    }

    /// The container's name: `container_name`, else `<project>-<service>-<number>`.
    pub fn container_name(&self, service: &Service, number: u32) -> String {
        service
            .container_name
            .clone()
            .unwrap_or_else(|| self.numbered_name(service, number))
    }

    /// The name of an image that this project builds for a service without `image:`.
    pub fn image_name(&self, service: &Service) -> String {
        let separator = self.separator();
        service
            .image
            .clone()
            .unwrap_or_else(|| format!("{}{separator}{}", self.name, service.name))
    }

    fn numbered_name(&self, service: &Service, number: u32) -> String {
        let separator = self.separator();
        format!(
            "{}{separator}{}{separator}{number}",
            self.name, service.name
        )
    }

    /// `-`, or `_` as the first Compose had it where `COMPOSE_COMPATIBILITY` asks for that.
    fn separator(&self) -> char {
        match self
            .environment
            .get("COMPOSE_COMPATIBILITY")
            .map(|value| value.to_ascii_lowercase())
            .as_deref()
        {
            Some("1" | "t" | "true") => '_',
            _ => '-',
        }
    }
}

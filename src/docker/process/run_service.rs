//! A one-off container of a service, as `docker compose run SERVICE` makes it.
//!
//! It is what the service's own container is, with another command: image, volumes, networks,
//! environment. It publishes no ports, does not answer to the service's name, is never restarted,
//! and the engine removes it when it ends.

use bollard::{models::ContainerCreateBody, query_parameters::CreateContainerOptionsBuilder};

use crate::compose::Service;
use crate::docker::{
    Engine, Error, Event,
    decide::plan::UpPlan,
    labels,
    payload::{self, Circumstances},
    process::attach::Attachment,
    process::run::Named,
};

/// A command in a container of a service.
#[derive(Clone, Copy, Debug)]
pub struct ServiceRun<'a> {
    /// The plan that has brought up what the service depends on.
    pub plan: &'a UpPlan<'a>,
    /// The service.
    pub service: &'a Service,
    /// The program and its arguments; the service's where empty.
    pub argv: &'a [String],
    /// The user, in place of the service's.
    pub user: Option<&'a str>,
    /// Variables over the service's, as `NAME=value`.
    pub environment: &'a [String],
    /// The working directory, in place of the service's.
    pub working_directory: Option<&'a str>,
}

impl Engine {
    /// Runs it on our terminal or pipes, and returns its exit code.
    pub async fn run_service(
        &self,
        run: &ServiceRun<'_>,
        attachment: Attachment<'_>,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<u8, Error> {
        let project = run.plan.project;
        let image = project.image_name(run.service);
        let Some(present) = self.image_if_there(&image).await? else {
            return Err(Error::ImageAbsent { image });
        };
        let Named { name, slug } = Named::of(&project.name, &run.service.name);
        let service = for_once(run);
        let around = Circumstances {
            project,
            name: &name,
            image: &image,
            image_id: &present.id,
            api: self.facts().api_version,
            release: labels::COMPOSE_RELEASE,
            proxies: &run.plan.proxies,
            peers: &run.plan.peers,
        };
        let mut body = payload::container(&service, &around)?;
        detach_from_service(&mut body, &slug, attachment);
        let platform = service.platform.as_deref().unwrap_or_default();
        let options = CreateContainerOptionsBuilder::default()
            .name(&name)
            .platform(platform)
            .build();
        self.api()
            .create_container(Some(options), body)
            .await
            .map_err(|error| Error::answer(format!("create container `{name}`"), error))?;
        let completed = self.complete_one_off(&service, &around).await;
        if completed.is_err() {
            // What went wrong says more than a failure to clean up after it.
            let _ = self.remove_container(&name, &name).await;
        }
        completed?;
        let program = run.argv.first().map_or("", String::as_str);
        self.run_named(&name, program, attachment, on_event).await
    }

    async fn complete_one_off(
        &self,
        service: &Service,
        around: &Circumstances<'_>,
    ) -> Result<(), Error> {
        for key in payload::further_networks(service, around.api) {
            let network = around.project.networks.get(key).map_or(key, |it| &it.name);
            let mut endpoint = payload::endpoint(service, key, around);
            endpoint.aliases = None;
            self.join_network(around.name, network, endpoint).await?;
        }
        let files = payload::inline_files(service, around.project);
        if !files.is_empty() {
            self.write_files(around.name, &files).await?;
        }
        Ok(())
    }
}

/// The service with the command and what was said beside it.
fn for_once(run: &ServiceRun<'_>) -> Service {
    let mut service = run.service.clone();
    service.ports.clear();
    service.container_name = None;
    if !run.argv.is_empty() {
        service.command = Some(run.argv.to_vec());
    }
    if let Some(user) = run.user {
        service.user = Some(user.to_owned());
    }
    if let Some(directory) = run.working_directory {
        service.working_dir = Some(directory.to_owned());
    }
    for variable in run.environment {
        let (name, value) = match variable.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (variable.as_str(), None),
        };
        service.environment.insert(name.to_owned(), value);
    }
    service
}

/// Takes from the request what only the service's own container has.
fn detach_from_service(body: &mut ContainerCreateBody, slug: &str, attachment: Attachment<'_>) {
    body.tty = Some(attachment.is_terminal());
    body.attach_stdin = Some(true);
    body.open_stdin = Some(true);
    body.stdin_once = Some(true);
    let own = body.labels.get_or_insert_default();
    own.insert(labels::ONEOFF.to_owned(), "True".to_owned());
    own.insert(labels::SLUG.to_owned(), slug.to_owned());
    if let Some(host) = &mut body.host_config {
        host.auto_remove = Some(true);
        host.restart_policy = None;
        // Signals reach the command though it is not made to be process 1.
        host.init = Some(true);
    }
    let networking = body.networking_config.as_mut();
    let endpoints = networking.and_then(|it| it.endpoints_config.as_mut());
    for endpoint in endpoints.into_iter().flat_map(|it| it.values_mut()) {
        endpoint.aliases = None;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashMap};

    use bollard::models::{
        ContainerCreateBody, EndpointSettings, HostConfig, NetworkingConfig, RestartPolicy,
    };

    use super::{ServiceRun, detach_from_service, for_once};
    use crate::compose::{Project, Service};
    use crate::docker::{Attachment, decide::plan::UpPlan, labels};
    use crate::ident::{ProjectName, ServiceName};

    #[test]
    fn what_is_typed_comes_before_what_is_written() {
        let project = Project::named(ProjectName::new("backend"), "/b".into());
        let plan = UpPlan {
            project: &project,
            steps: Vec::new(),
            notes: Vec::new(),
            peers: BTreeMap::new(),
            proxies: BTreeMap::new(),
            patience: std::time::Duration::ZERO,
        };
        let mut api = Service::named(ServiceName::new("api"));
        api.container_name = Some("the_api".to_owned());
        api.command = Some(vec!["serve".to_owned()]);
        api.user = Some("app".to_owned());
        api.environment = BTreeMap::from([
            ("PORT".to_owned(), Some("8000".to_owned())),
            ("MODE".to_owned(), Some("web".to_owned())),
        ]);
        let run = ServiceRun {
            plan: &plan,
            service: &api,
            argv: &["pytest".to_owned(), "-x".to_owned()],
            user: None,
            environment: &["MODE=test".to_owned(), "HOME".to_owned()],
            working_directory: Some("/tests"),
        };
        let once = for_once(&run);
        assert_eq!(once.container_name, None);
        assert_eq!(once.command, Some(run.argv.to_vec()));
        assert_eq!(once.user.as_deref(), Some("app"));
        assert_eq!(once.working_dir.as_deref(), Some("/tests"));
        let environment: Vec<_> = once.environment.into_iter().collect();
        let expected = [
            ("HOME".to_owned(), None),
            ("MODE".to_owned(), Some("test".to_owned())),
            ("PORT".to_owned(), Some("8000".to_owned())),
        ];
        assert_eq!(environment, expected);
        let own = for_once(&ServiceRun { argv: &[], ..run });
        assert_eq!(own.command, api.command);
    }

    #[test]
    fn it_does_not_pass_for_the_service() {
        let endpoint = EndpointSettings {
            aliases: Some(vec!["api".to_owned()]),
            ..EndpointSettings::default()
        };
        let mut body = ContainerCreateBody {
            labels: Some(HashMap::from([(
                labels::ONEOFF.to_owned(),
                "False".to_owned(),
            )])),
            host_config: Some(HostConfig {
                restart_policy: Some(RestartPolicy::default()),
                ..HostConfig::default()
            }),
            networking_config: Some(NetworkingConfig {
                endpoints_config: Some(HashMap::from([("n".to_owned(), endpoint)])),
            }),
            ..ContainerCreateBody::default()
        };
        detach_from_service(&mut body, "5106", Attachment::Pipes);
        let own = body.labels.expect("it has labels");
        assert_eq!(own[labels::ONEOFF], "True");
        assert_eq!(own[labels::SLUG], "5106");
        let host = body.host_config.expect("it has one");
        assert_eq!((host.auto_remove, host.restart_policy), (Some(true), None));
        let networks = body.networking_config.expect("it has one");
        let endpoints = networks.endpoints_config.expect("it has one");
        assert_eq!(endpoints["n"].aliases, None);
    }
}

//! A Compose project of a test's own, as values, and all that is made for it, gone when the test
//! ends, however it ends.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use townpass::compose::{
    self, Condition, Dependency, HealthCheck, Mount, MountKind, Network, Port, Project, Service,
};
use townpass::docker::decide::plan::UpPlan;
use townpass::docker::decide::{Policy, Pull};
use townpass::docker::{Engine, Error, Event, Platform, Surroundings, connect};
use townpass::ident::{ProjectName, ServiceName};

use crate::support::docker;

/// A project whose name nothing else has.
pub(crate) struct Fixture {
    pub(crate) project: Project,
    pub(crate) engine: Engine,
}

impl Fixture {
    /// The engine and an empty project, or `None` where the test is skipped.
    #[track_caller]
    pub(crate) fn demanded() -> bool {
        docker::demanded()
    }

    /// An empty project.
    pub(crate) async fn empty(what: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("townpass-test-{what}-{}-{count}", std::process::id());
        let directory = std::env::temp_dir().join(&name);
        let default = Network {
            name: format!("{name}_default"),
            ..Network::default()
        };
        let project = Project {
            files: vec![directory.join("docker-compose.yml")],
            networks: [("default".to_owned(), default)].into(),
            ..Project::named(ProjectName::new(name), directory)
        };
        let engine = connect(&surroundings()).await.expect("the engine answers");
        Self { project, engine }
    }

    /// The project of a Compose file in `directory`, under a name of its own.
    pub(crate) async fn load(what: &str, directory: &std::path::Path) -> Self {
        let mut fixture = Self::empty(what).await;
        let request = compose::Request {
            project_name: Some(fixture.project.name.to_string()),
            ..compose::Request::in_directory(directory, BTreeMap::new())
        };
        fixture.project = compose::load(&request).expect("the file is right");
        fixture
    }

    /// All services, dependencies first.
    pub(crate) fn all(&self) -> Vec<String> {
        let names: Vec<_> = self.project.services.keys().cloned().collect();
        let order = self.project.start_order(&names).expect("there is no cycle");
        order.iter().map(|it| it.name.to_string()).collect()
    }

    /// A project with the service `db`, as the reference has it but for the port.
    pub(crate) async fn reference(what: &str) -> Self {
        let mut fixture = Self::empty(what).await;
        let mut db = fixture.service("db", "postgres:16");
        for (name, value) in [
            ("POSTGRES_USER", "admin"),
            ("POSTGRES_PASSWORD", "password"),
            ("POSTGRES_DB", "townpass_db"),
        ] {
            db.environment
                .insert(name.to_owned(), Some(value.to_owned()));
        }
        db.ports.push(port("127.0.0.1", None, 5432));
        db.healthcheck = Some(HealthCheck {
            test: ["CMD-SHELL", "pg_isready -U admin -d townpass_db"]
                .map(str::to_owned)
                .into(),
            interval: compose::Duration::parse("1s"),
            timeout: compose::Duration::parse("3s"),
            retries: Some(100),
            ..HealthCheck::default()
        });
        db.volumes
            .push(named_volume("pgdata", "/var/lib/postgresql/data"));
        fixture.volume("pgdata");
        fixture.add(db);
        fixture
    }

    /// A service on the default network, not yet part of the project.
    #[expect(clippy::unused_self, reason = "reads as a thing of the fixture")]
    pub(crate) fn service(&self, name: &str, image: &str) -> Service {
        let mut service = Service::named(ServiceName::new(name));
        service.image = Some(image.to_owned());
        service.networks.insert("default".to_owned(), None);
        service
    }

    /// Makes a service part of the project.
    pub(crate) fn add(&mut self, service: Service) {
        self.project.services.insert(service.name.clone(), service);
    }

    /// Declares a volume.
    pub(crate) fn volume(&mut self, key: &str) -> String {
        let name = format!("{}_{key}", self.project.name);
        let volume = compose::Volume {
            name: name.clone(),
            ..compose::Volume::default()
        };
        self.project.volumes.insert(key.to_owned(), volume);
        name
    }

    /// The service to change.
    pub(crate) fn edit(&mut self, name: &str) -> &mut Service {
        self.project.services.get_mut(name).expect("it is there")
    }

    /// What the plan for these services says, a line each.
    pub(crate) async fn plan(&self, services: &[&str]) -> Result<Vec<String>, Error> {
        let services: Vec<_> = services.iter().map(|it| ServiceName::new(*it)).collect();
        let observed = self.engine.observe(&self.project, &services).await?;
        let plan = UpPlan::decide(&self.project, &services, &observed, &policy())?;
        Ok(plan.steps.iter().map(ToString::to_string).collect())
    }

    /// Plans and carries out, and returns what was told.
    pub(crate) async fn up(&self, services: &[&str]) -> Result<Vec<String>, Error> {
        let services: Vec<_> = services.iter().map(|it| ServiceName::new(*it)).collect();
        let observed = self.engine.observe(&self.project, &services).await?;
        let plan = UpPlan::decide(&self.project, &services, &observed, &policy())?;
        let mut told = Vec::new();
        let on_event = &mut |event: Event<'_>| told.push(format!("{event:?}"));
        self.engine.carry_out(&plan, on_event).await?;
        Ok(told)
    }

    /// The name of a service's container.
    pub(crate) fn container(&self, service: &str) -> String {
        let service = self.project.service(service).expect("it is there");
        self.project.container_name(service, 1)
    }

    /// The id of a service's container.
    pub(crate) fn id(&self, service: &str) -> String {
        self.inspect(service, "{{.Id}}")
    }

    /// What Docker's own client says of a service's container.
    pub(crate) fn inspect(&self, service: &str, format: &str) -> String {
        docker::docker(&["inspect", "--format", format, &self.container(service)])
            .expect("it is there")
    }

    /// Waits until the server answers on TCP, so that nothing is in the middle of its first start.
    pub(crate) async fn answers(&self, service: &str) {
        for _ in 0..300 {
            let container = self.container(service);
            let asked = ["exec", &container, "pg_isready", "-q", "-h", "127.0.0.1"];
            if docker::docker(&asked).is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{service} does not answer");
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        docker::remove_project(self.project.name.as_str());
        let ours = format!("label=io.townpass.helper={}", self.project.name);
        docker::remove(&["ps", "-aq", "--filter", &ours], &["rm", "-fv"]);
        let ours = format!("label=io.townpass.snapshot.project={}", self.project.name);
        docker::remove(
            &["volume", "ls", "-q", "--filter", &ours],
            &["volume", "rm", "-f"],
        );
    }
}

/// What `up` without flags asks for.
pub(crate) fn policy() -> Policy {
    Policy {
        pull: Pull::AsWritten,
        now: SystemTime::now(),
        patience: Duration::from_mins(1),
        proxies: BTreeMap::new(),
    }
}

/// A published port.
pub(crate) fn port(host_ip: &str, published: Option<u16>, target: u16) -> Port {
    Port {
        name: None,
        mode: Some("ingress".to_owned()),
        host_ip: (!host_ip.is_empty()).then(|| host_ip.to_owned()),
        target,
        published: published.map(|it| it.to_string()),
        protocol: Some("tcp".to_owned()),
        app_protocol: None,
    }
}

/// A named volume's mount.
pub(crate) fn named_volume(key: &str, target: &str) -> Mount {
    mount(MountKind::Volume, key, target)
}

/// A mount.
pub(crate) fn mount(kind: MountKind, source: &str, target: &str) -> Mount {
    Mount {
        source: Some(source.to_owned()),
        target: Some(target.to_owned()),
        ..Mount::of(kind)
    }
}

/// A dependency.
pub(crate) fn on(condition: Condition) -> Dependency {
    Dependency {
        condition,
        restart: false,
        required: true,
    }
}

fn surroundings() -> Surroundings {
    Surroundings {
        docker_host: std::env::var("DOCKER_HOST").ok(),
        // Where the Compose plugin is, whose release the hashes are of.
        docker_config: std::env::var_os("DOCKER_CONFIG").map(Into::into),
        home: std::env::home_dir(),
        ..Surroundings::new(Platform::Linux)
    }
}

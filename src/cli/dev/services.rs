//! Services beside the database: started with it, and taken down with the project.

use std::time::SystemTime;

use super::session::Session;
use crate::compose::Service;
use crate::database::Kind;
use crate::docker::Engine;
use crate::docker::decide::Policy;
use crate::docker::decide::plan::UpPlan;
use crate::docker::down::plan::{DownPlan, Scope, VolumeFate};
use crate::error::Error;
use crate::ident::ServiceName;
use crate::report::Story;

impl Session {
    /// The engine that runs this project's containers; `services` are what it is needed for.
    pub(super) fn engine_for(&self, services: &[String]) -> Result<&Engine, Error> {
        self.engine.as_ref().ok_or_else(|| Error::NeedsEngine {
            services: services.to_vec(),
        })
    }

    /// A service by its name.
    pub(super) fn service(&self, name: &str) -> Result<&Service, Error> {
        Ok(self.project.find(name)?)
    }

    /// What starting `services` and what they depend on would do, a line each.
    pub(super) async fn plan_services(&self, services: &[String]) -> Result<Vec<String>, Error> {
        if services.is_empty() {
            return Ok(Vec::new());
        }
        let plan = self.services_plan(services).await?;
        Ok(plan.steps.iter().map(ToString::to_string).collect())
    }

    /// Starts `services`, after what they depend on.
    pub(super) async fn start_services(
        &self,
        services: &[String],
        story: &Story<'_>,
    ) -> Result<(), Error> {
        if services.is_empty() {
            return Ok(());
        }
        self.ensure_docker(services)?;
        let plan = self.services_plan(services).await?;
        self.carry_out(&plan, story).await
    }

    /// Brings up what `service` depends on, and all that a container of its kind needs. The plan
    /// that is returned knows the containers that are there now.
    pub(super) async fn prepare(
        &self,
        service: &Service,
        story: &Story<'_>,
    ) -> Result<UpPlan<'_>, Error> {
        let services = [service.name.to_string()];
        self.ensure_docker(&services)?;
        let plan = self.services_plan(&services).await?.around(&service.name);
        self.carry_out(&plan, story).await?;
        self.services_plan(&services).await
    }

    /// The same for a container that has nothing to do with what `service` depends on, which is left
    /// as it is.
    pub(super) async fn prepare_alone(
        &self,
        service: &Service,
        story: &Story<'_>,
    ) -> Result<UpPlan<'_>, Error> {
        self.ensure_docker(&[service.name.to_string()])?;
        let order = [service.name.clone()];
        let plan = self.plan_of(&order).await?.beneath(&service.name);
        self.carry_out(&plan, story).await?;
        self.plan_of(&order).await
    }

    /// Makes the networks of `service`, and leaves all else as it is.
    pub(super) async fn make_networks(
        &self,
        service: &Service,
        story: &Story<'_>,
    ) -> Result<(), Error> {
        let plan = self.plan_of(std::slice::from_ref(&service.name)).await?;
        self.carry_out(&plan.networks(), story).await
    }

    /// Containers belong to the database in Docker.
    fn ensure_docker(&self, services: &[String]) -> Result<(), Error> {
        match self.provider.kind() {
            Kind::Docker => Ok(()),
            // Their `DATABASE_URL` means the database in Docker, which is another one.
            Kind::Embedded => Err(Error::NeedsEngine {
                services: services.to_vec(),
            }),
        }
    }

    async fn carry_out(&self, plan: &UpPlan<'_>, story: &Story<'_>) -> Result<(), Error> {
        let engine = self.engine_for(&[])?;
        engine
            .carry_out(plan, &mut |event| story.docker(&event))
            .await?;
        Ok(())
    }

    async fn services_plan(&self, services: &[String]) -> Result<UpPlan<'_>, Error> {
        let names: Vec<ServiceName> = services.iter().map(ServiceName::new).collect();
        let order = self.project.start_order(&names)?;
        let order: Vec<ServiceName> = order.into_iter().map(|it| it.name.clone()).collect();
        self.plan_of(&order).await
    }

    /// What brings up the services of `order`, in that order, and none beside them.
    async fn plan_of(&self, order: &[ServiceName]) -> Result<UpPlan<'_>, Error> {
        let services: Vec<String> = order.iter().map(ToString::to_string).collect();
        let engine = self.engine_for(&services)?;
        let observed = engine.observe(&self.project, order).await?;
        let policy = Policy {
            pull: self.pull.clone(),
            now: SystemTime::now(),
            patience: self.settings.timeout,
            proxies: self.proxies.clone(),
        };
        Ok(UpPlan::decide(&self.project, order, &observed, &policy)?)
    }

    /// What taking the project down would do.
    pub(super) async fn down_plan(&self, fate: VolumeFate) -> Result<DownPlan, Error> {
        let observed = self.engine_for(&[])?.survey().await?;
        Ok(
            DownPlan::decide(&self.project, Scope::Project, fate, &observed)
                .map_err(crate::docker::Error::Refused)?,
        )
    }
}

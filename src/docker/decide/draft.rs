//! A plan in the making, and the order of its steps.

use std::collections::BTreeSet;

use super::Policy;
use crate::compose::{Condition, Project, Service};
use crate::docker::decide::plan::{Need, Peer, Peers, Step, UpPlan};
use crate::docker::decide::refusal::Refusal;
use crate::docker::error::Error;
use crate::docker::observed::{Container, Observed, State};
use crate::ident::ServiceName;

impl<'a> UpPlan<'a> {
    /// Plans to bring `services` up, which stand in the order of starting: dependencies first.
    pub fn decide(
        project: &'a Project,
        services: &[ServiceName],
        observed: &Observed,
        policy: &Policy,
    ) -> Result<Self, Error> {
        let services = services
            .iter()
            .map(|name| {
                project
                    .service(name.as_str())
                    .ok_or_else(|| Refusal::NoService {
                        service: name.to_string(),
                        known: project.services.keys().map(ToString::to_string).collect(),
                    })
            })
            .collect::<Result<Vec<&Service>, _>>()?;
        let mut draft = Draft {
            project,
            observed,
            policy,
            starting: BTreeSet::new(),
            images: Vec::new(),
            networks: Vec::new(),
            volumes: Vec::new(),
            containers: Vec::new(),
            notes: Vec::new(),
        };
        draft.starting = services
            .iter()
            .filter(|it| draft.must_start(it, &services))
            .map(|it| &it.name)
            .collect();
        for service in &services {
            draft.service(service)?;
        }
        let Draft {
            images,
            networks,
            volumes,
            containers,
            notes,
            ..
        } = draft;
        let steps = [images, networks, volumes, containers].concat();
        Ok(Self {
            project,
            steps,
            notes,
            peers: peers(observed),
            proxies: policy.proxies.clone(),
            patience: policy.patience,
        })
    }
}

/// A plan in the making: images first, as they take longest and fail most, containers last.
pub(super) struct Draft<'a, 'o> {
    pub(super) project: &'a Project,
    pub(super) observed: &'o Observed,
    pub(super) policy: &'o Policy,
    pub(super) starting: BTreeSet<&'a ServiceName>,
    pub(super) images: Vec<Step<'a>>,
    pub(super) networks: Vec<Step<'a>>,
    pub(super) volumes: Vec<Step<'a>>,
    pub(super) containers: Vec<Step<'a>>,
    pub(super) notes: Vec<String>,
}

impl<'a> Draft<'a, '_> {
    /// Whether a service's container has to be started. One that has done its work is started
    /// again only for a dependent that starts.
    fn must_start(&self, service: &Service, all: &[&Service]) -> bool {
        let Some(container) = self.observed.containers.get(&service.name) else {
            return true;
        };
        match container.state {
            State::Running | State::Restarting | State::Paused => false,
            State::Exited if container.exit_code == 0 => {
                let mut dependents = all
                    .iter()
                    .filter(|it| {
                        it.depends_on.get(&service.name).is_some_and(|dependency| {
                            dependency.condition == Condition::CompletedSuccessfully
                        })
                    })
                    .peekable();
                dependents.peek().is_none() || dependents.any(|it| self.must_start(it, all))
            }
            State::Exited | State::Created | State::Dead | State::Removing => true,
        }
    }

    fn service(&mut self, service: &'a Service) -> Result<(), Error> {
        let observed = self.observed;
        match observed.containers.get(&service.name) {
            None => self.create(service),
            Some(container) => self.adopt(service, container),
        }
    }

    pub(super) fn await_dependencies(&mut self, service: &'a Service) {
        for (dependency, how) in &service.depends_on {
            let there = self.observed.containers.get(dependency);
            let starts = self.starting.contains(dependency);
            let met = !starts
                && there.is_some_and(|it| match how.condition {
                    Condition::Started => it.state == State::Running,
                    Condition::Healthy => it.health.word() == Some("healthy"),
                    Condition::CompletedSuccessfully => {
                        it.state == State::Exited && it.exit_code == 0
                    }
                });
            if met || (there.is_none() && !starts) {
                continue;
            }
            self.containers.push(Step::Await {
                dependent: &service.name,
                dependency,
                condition: how.condition,
                need: if how.required {
                    Need::Required
                } else {
                    Need::Optional
                },
            });
        }
    }
}

/// The containers of services that are there.
pub(super) fn peers(observed: &Observed) -> Peers {
    let one = |(service, it): (&ServiceName, &Container)| {
        let (id, name) = (it.id.clone(), it.name.clone());
        (service.clone(), Peer { id, name })
    };
    observed.containers.iter().map(one).collect()
}

//! In which order services start.

use std::collections::BTreeSet;

use super::{
    error::Error,
    model::{Project, Service},
    nearest::nearest,
};
use crate::ident::ServiceName;

impl Project {
    /// The named services and all that they need, each after what it depends on.
    ///
    /// A dependency that is not required and not enabled is left out. A named service that its
    /// profiles disable is started all the same.
    pub fn start_order(&self, names: &[ServiceName]) -> Result<Vec<&Service>, Error> {
        let mut walk = Walk {
            project: self,
            order: Vec::new(),
            done: BTreeSet::new(),
            path: Vec::new(),
        };
        for name in names {
            let service = self.find(name.as_str())?;
            walk.visit(service)?;
        }
        for service in &walk.order {
            service.ensure_whole()?;
        }
        Ok(walk.order)
    }

    /// A service by its name, or an error that says what there is.
    pub fn find(&self, name: &str) -> Result<&Service, Error> {
        self.service(name).ok_or_else(|| {
            let known: Vec<ServiceName> = self
                .services
                .keys()
                .chain(self.disabled.keys())
                .cloned()
                .collect();
            Error::UnknownService {
                name: name.to_owned(),
                nearest: nearest(name, known.iter().map(ServiceName::as_str)),
                known,
            }
        })
    }
}

struct Walk<'a> {
    project: &'a Project,
    order: Vec<&'a Service>,
    done: BTreeSet<&'a str>,
    path: Vec<ServiceName>,
}

impl<'a> Walk<'a> {
    fn visit(&mut self, service: &'a Service) -> Result<(), Error> {
        if self.done.contains(service.name.as_str()) {
            return Ok(());
        }
        if let Some(at) = self.path.iter().position(|name| *name == service.name) {
            let mut path = self.path.split_off(at);
            path.push(service.name.clone());
            return Err(Error::Cycle { path });
        }
        self.path.push(service.name.clone());
        for (name, dependency) in &service.depends_on {
            if let Some(needed) = self.project.services.get(name) {
                self.visit(needed)?;
            } else if dependency.required {
                let needed = self.project.find(name.as_str())?;
                return Err(Error::DisabledDependency {
                    service: service.name.clone(),
                    dependency: name.clone(),
                    profile: needed.profiles.first().cloned().unwrap_or_default(),
                });
            }
        }
        self.path.pop();
        self.done.insert(service.name.as_str());
        self.order.push(service);
        Ok(())
    }
}

//! Which service it is.

use super::image;
use crate::compose::{
    error::{Error, Problem},
    model::{Project, Service},
    source::Place,
};
use crate::ident::ServiceName;

/// The service that runs PostgreSQL: the one that is named, else the only one that does.
///
/// Services that a profile disables are looked at when no other is left.
pub fn find<'a>(project: &'a Project, named: Option<&str>) -> Result<&'a Service, Error> {
    if let Some(name) = named {
        let service = project.find(name)?;
        if is_database(service) {
            return Ok(service);
        }
        let place = service
            .place_of(&["image"])
            .or_else(|| service.place_of(&[]))
            .cloned()
            .unwrap_or_else(Place::nowhere);
        return Err(Problem::NotPostgres {
            service: name.to_owned(),
        }
        .at(&place));
    }
    let enabled: Vec<&Service> = project
        .services
        .values()
        .filter(|it| is_database(it))
        .collect();
    let candidates = if enabled.is_empty() {
        project
            .disabled
            .values()
            .filter(|it| is_database(it))
            .collect()
    } else {
        enabled
    };
    match candidates[..] {
        [only] => Ok(only),
        [] => Err(Error::NoDatabase {
            known: project
                .services
                .keys()
                .chain(project.disabled.keys())
                .cloned()
                .collect(),
        }),
        _ => Err(Error::SeveralDatabases {
            candidates: candidates.iter().map(|it| it.name.clone()).collect(),
        }),
    }
}

/// Whether a service runs PostgreSQL, by its image, or by its name and its variables.
pub fn is_database(service: &Service) -> bool {
    if service.image.as_deref().and_then(image::family).is_some() {
        return true;
    }
    sounds_like_one(&service.name)
        && [
            "POSTGRES_PASSWORD",
            "POSTGRES_PASSWORD_FILE",
            "POSTGRES_USER",
            "POSTGRES_DB",
        ]
        .iter()
        .any(|name| service.environment.contains_key(*name))
}

fn sounds_like_one(name: &ServiceName) -> bool {
    let lower = name.as_str().to_ascii_lowercase();
    let mut words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| {
        ["db", "database", "postgres", "postgresql", "pg", "postgis"]
            .contains(&word.trim_end_matches(char::is_numeric))
    })
}

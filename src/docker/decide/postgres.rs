//! What the official PostgreSQL image does with mounts, known before it is started.
//!
//! Up to 17 the image keeps its data in `/var/lib/postgresql/data`, and declares that as an
//! unnamed volume. From 18 it is `/var/lib/postgresql/<major>/docker`, and a mount at the old
//! path ends the first start. Only an explicit `PGDATA` changes that.

use crate::compose::{Mount, Service};
use crate::docker::decide::refusal::Refusal;
use crate::docker::observed::{Image, is_within};

/// The parent of all data directories.
const HOME: &str = "/var/lib/postgresql";
/// The data directory of the image up to 17.
const FORMER: &str = "/var/lib/postgresql/data";

/// The server in a service's image, as far as it can be known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Its major version.
    pub major: u32,
    /// Its data directory.
    pub data_directory: String,
}

impl Server {
    /// Reads the image's name and, where it is present, its environment. `None` where it is no
    /// PostgreSQL, or its major cannot be told.
    pub fn of(service: &Service, image_name: &str, image: Option<&Image>) -> Option<Self> {
        let of_image = |name: &str| image.and_then(|it| it.environment.get(name)).cloned();
        let major = match of_image("PG_MAJOR") {
            Some(major) => major.parse().ok()?,
            None if image.is_none() => major_of(image_name)?,
            None => return None,
        };
        let data_directory = service
            .environment
            .get("PGDATA")
            .cloned()
            .flatten()
            .or_else(|| of_image("PGDATA"))
            .unwrap_or_else(|| {
                if major >= 18 {
                    format!("{HOME}/{major}/docker")
                } else {
                    FORMER.to_owned()
                }
            });
        Some(Self {
            major,
            data_directory,
        })
    }

    /// Refuses mounts that this image would refuse, or leave unused.
    pub fn check_mounts(&self, service: &Service, image_name: &str) -> Result<(), Refusal> {
        let at = |path: &str| {
            service
                .volumes
                .iter()
                .find(|it| target(it) == path)
                .map(|it| it.source.clone().unwrap_or_else(|| "pgdata".to_owned()))
        };
        let service_name = service.name.to_string();
        let image = image_name.to_owned();
        let usual = format!("{HOME}/{}/docker", self.major);
        if self.major >= 18
            && self.data_directory == usual
            && let Some(source_name) = at(FORMER)
        {
            return Err(Refusal::FormerMount {
                service: service_name,
                image,
                source_name,
            });
        }
        if self.major < 18 && is_within(&self.data_directory, FORMER) {
            let reached = service
                .volumes
                .iter()
                .any(|it| target(it) != HOME && is_within(&self.data_directory, target(it)));
            if let (false, Some(source_name)) = (reached, at(HOME)) {
                return Err(Refusal::LaterMount {
                    service: service_name,
                    image,
                    source_name,
                });
            }
        }
        Ok(())
    }

    /// Where in its volume the data is: nothing, or a path that ends in a slash.
    pub(in crate::docker) fn below_mount(&self, service: &Service) -> Option<String> {
        let mount = self.data_mount(service)?;
        let below = self.data_directory.strip_prefix(target(mount))?;
        let below = below.trim_matches('/');
        Some(match below {
            "" => String::new(),
            below => format!("{below}/"),
        })
    }

    /// The mount of a service that the server's data goes to.
    pub fn data_mount<'a>(&self, service: &'a Service) -> Option<&'a Mount> {
        service
            .volumes
            .iter()
            .filter(|it| is_within(&self.data_directory, target(it)))
            .max_by_key(|it| target(it).len())
    }
}

fn target(mount: &Mount) -> &str {
    mount
        .target
        .as_deref()
        .unwrap_or_default()
        .trim_end_matches('/')
}

/// The major in a name such as `postgres:16-alpine`, `postgis/postgis:16-3.4`,
/// `pgvector/pgvector:pg16`.
fn major_of(image_name: &str) -> Option<u32> {
    let name = image_name.split('@').next().unwrap_or(image_name);
    let last = name.rsplit('/').next().unwrap_or(name);
    let (name, tag) = last.split_once(':')?;
    let known = ["postgres", "postgis", "pgvector", "timescaledb"]
        .iter()
        .any(|it| name.contains(it));
    if !known {
        return None;
    }
    let from = match tag.find("pg") {
        Some(at) => &tag[at + 2..],
        None if name.contains("timescaledb") => return None,
        None => tag,
    };
    let digits: String = from.chars().take_while(char::is_ascii_digit).collect();
    // One comes out a year: what is far from it is a typing error, of which nothing is known.
    digits.parse().ok().filter(|major| (8..40).contains(major))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Server, major_of};
    use crate::compose::{Mount, MountKind, Service};
    use crate::docker::decide::refusal::Refusal;
    use crate::docker::observed::Image;
    use crate::ident::ServiceName;

    fn service(targets: &[&str], pgdata: Option<&str>) -> Service {
        let mut service = Service::named(ServiceName::new("db"));
        service.volumes = targets
            .iter()
            .map(|target| Mount {
                source: Some("pgdata".to_owned()),
                target: Some((*target).to_owned()),
                ..Mount::of(MountKind::Volume)
            })
            .collect();
        if let Some(pgdata) = pgdata {
            service
                .environment
                .insert("PGDATA".to_owned(), Some(pgdata.to_owned()));
        }
        service
    }

    #[test]
    fn the_major_is_in_the_tag() {
        for (name, major) in [
            ("postgres:16", Some(16)),
            ("postgres:16.4-alpine3.20", Some(16)),
            ("docker.io/library/postgres:18@sha256:ab", Some(18)),
            ("postgis/postgis:17-3.5", Some(17)),
            ("pgvector/pgvector:pg16", Some(16)),
            ("timescale/timescaledb:2.17.2-pg16", Some(16)),
            ("timescale/timescaledb:2.17.2", None),
            ("localhost:5000/postgres", None),
            ("postgres:latest", None),
            ("postgres:61", None),
            ("postgres", None),
            ("redis:7", None),
        ] {
            assert_eq!(major_of(name), major, "{name}");
        }
    }

    #[test]
    fn mounts_that_the_image_would_not_use_are_refused() {
        let cases: &[(&str, &[&str], Option<&str>, &str)] = &[
            ("postgres:16", &["/var/lib/postgresql/data"], None, "fine"),
            ("postgres:16", &["/var/lib/postgresql/data/"], None, "fine"),
            ("postgres:16", &["/var/lib/postgresql"], None, "later"),
            (
                "postgres:16",
                &["/var/lib/postgresql"],
                Some("/var/lib/postgresql/x"),
                "fine",
            ),
            (
                "postgres:16",
                &["/var/lib/postgresql", "/var/lib/postgresql/data"],
                None,
                "fine",
            ),
            ("postgres:16", &[], None, "fine"),
            ("postgres:18", &["/var/lib/postgresql"], None, "fine"),
            ("postgres:18", &["/var/lib/postgresql/data"], None, "former"),
            (
                "postgres:18",
                &["/var/lib/postgresql/data"],
                Some("/var/lib/postgresql/data"),
                "fine",
            ),
            ("postgres:18", &[], None, "fine"),
        ];
        for (image, targets, pgdata, expected) in cases {
            let service = service(targets, *pgdata);
            let server = Server::of(&service, image, None).expect("a known tag");
            let found = match server.check_mounts(&service, image) {
                Ok(()) => "fine",
                Err(Refusal::FormerMount { .. }) => "former",
                Err(Refusal::LaterMount { .. }) => "later",
                Err(other) => panic!("{other}"),
            };
            assert_eq!(found, *expected, "{image} {targets:?} {pgdata:?}");
        }
    }

    #[test]
    fn the_data_may_be_below_the_mount() {
        for (image, mount, below) in [
            ("postgres:16", "/var/lib/postgresql/data", Some("")),
            ("postgres:16", "/var/lib/postgresql/", Some("data/")),
            ("postgres:18", "/var/lib/postgresql", Some("18/docker/")),
            ("postgres:18", "/srv", None),
        ] {
            let service = service(&[mount], None);
            let server = Server::of(&service, image, None).expect("a known tag");
            assert_eq!(server.below_mount(&service).as_deref(), below, "{image}");
        }
    }

    #[test]
    fn an_image_that_is_there_is_believed_over_its_tag() {
        let image = |environment: &[(&str, &str)]| Image {
            id: "sha256:1".to_owned(),
            environment: environment
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect::<BTreeMap<_, _>>(),
            tagged: None,
        };
        let service = service(&[], None);
        let eighteen = image(&[
            ("PG_MAJOR", "18"),
            ("PGDATA", "/var/lib/postgresql/18/docker"),
        ]);
        let server = Server::of(&service, "mine:latest", Some(&eighteen)).expect("it says so");
        assert_eq!(
            (server.major, server.data_directory.as_str()),
            (18, "/var/lib/postgresql/18/docker")
        );
        assert_eq!(Server::of(&service, "postgres:16", Some(&image(&[]))), None);
    }
}

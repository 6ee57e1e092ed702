//! A container as the engine's list shows it.

use bollard::models::ContainerSummary;

use super::container::bare;
use super::port::{container_port, host_ip};
use super::{Published, State};
use crate::docker::labels::{self, Labels};

/// A container as the engine's list shows it: enough to say whose it is and what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The engine's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
    /// How it stands.
    pub state: State,
    /// The volumes it uses.
    pub volumes: Vec<String>,
    /// The networks it is attached to.
    pub networks: Vec<String>,
    /// The host ports it publishes now.
    pub published: Vec<Published>,
}

impl Listed {
    /// Reads a row of the list.
    pub(in crate::docker) fn read(raw: ContainerSummary) -> Self {
        let networks = raw
            .network_settings
            .and_then(|it| it.networks)
            .unwrap_or_default();
        Self {
            id: raw.id.unwrap_or_default(),
            name: raw
                .names
                .unwrap_or_default()
                .first()
                .map(|it| bare(it))
                .unwrap_or_default(),
            labels: raw.labels.unwrap_or_default().into_iter().collect(),
            state: State::of_word(&raw.state.map(|it| it.to_string()).unwrap_or_default()),
            volumes: raw
                .mounts
                .unwrap_or_default()
                .into_iter()
                .filter(|it| it.typ.as_deref() == Some("volume"))
                .filter_map(|it| it.name)
                .collect(),
            networks: networks.into_keys().collect(),
            published: raw
                .ports
                .unwrap_or_default()
                .into_iter()
                .filter_map(|it| {
                    let protocol = it.typ.map(|typ| typ.to_string()).unwrap_or_default();
                    let (container_port, protocol) =
                        container_port(&format!("{}/{protocol}", it.private_port))?;
                    let host_port = it.public_port?;
                    let host_ip = host_ip(it.ip.as_deref());
                    Some(Published {
                        container_port,
                        protocol,
                        host_ip,
                        host_port,
                    })
                })
                .collect(),
        }
    }

    /// The project it belongs to, where a label says so.
    pub fn project(&self) -> Option<&str> {
        self.labels.get(labels::PROJECT).map(String::as_str)
    }

    /// Whether it is one of ours, through which `volume` was looked into.
    pub fn looks_into(&self, volume: &str) -> bool {
        self.labels.get(labels::LOOK).is_some_and(|it| it == volume)
    }

    /// The service it runs, where a label says so.
    pub fn service(&self) -> Option<&str> {
        self.labels.get(labels::SERVICE).map(String::as_str)
    }

    /// Which replica it is.
    pub fn number(&self) -> u32 {
        self.labels
            .get(labels::NUMBER)
            .and_then(|it| it.parse().ok())
            .unwrap_or(u32::MAX)
    }

    /// Whether it is the service's own, rather than made by `run`.
    pub fn is_oneoff(&self) -> bool {
        self.labels
            .get(labels::ONEOFF)
            .is_some_and(|it| it != "False")
    }

    /// Its name, with the project it belongs to.
    pub fn described(&self) -> String {
        match (self.project(), self.service()) {
            (Some(project), Some(service)) => {
                format!(
                    "container `{}` (service `{service}` of project `{project}`)",
                    self.name
                )
            }
            (Some(project), None) => format!("container `{}` (project `{project}`)", self.name),
            (None, _) => format!("container `{}`", self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use bollard::models::ContainerSummary;

    use super::{Listed, State};

    #[test]
    fn a_row_of_the_list_says_whose_it_is() {
        let raw: ContainerSummary = serde_json::from_str(
            r#"{"Id": "a", "Names": ["/x-db-1"], "State": "exited", "Image": "postgres:16",
                "Labels": {"com.docker.compose.project": "x", "com.docker.compose.service": "db",
                    "com.docker.compose.container-number": "1",
                    "com.docker.compose.oneoff": "False"},
                "Ports": [{"IP": "0.0.0.0", "PrivatePort": 5432, "PublicPort": 5433, "Type": "tcp"},
                          {"PrivatePort": 80, "Type": "tcp"}],
                "NetworkSettings": {"Networks": {"x_default": {}}},
                "Mounts": [{"Type": "volume", "Name": "x_pgdata"}, {"Type": "bind", "Source": "/"}]}"#,
        )
        .expect("valid JSON");
        let it = Listed::read(raw);
        assert_eq!(
            it.described(),
            "container `x-db-1` (service `db` of project `x`)"
        );
        assert_eq!(
            (it.number(), it.is_oneoff(), it.state),
            (1, false, State::Exited)
        );
        assert_eq!(
            (it.volumes, it.networks),
            (vec!["x_pgdata".into()], vec!["x_default".into()])
        );
        assert_eq!(it.published.len(), 1);
    }
}

//! A port that cannot be published: who has it, and what to write instead.

use std::fmt;
use std::net::SocketAddr;

use crate::compose::{Port, Service};
use crate::docker::observed::Listed;
use crate::docker::port::refusal::{PortReason, PortRefusal};

/// A port of the host that a container was to have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
#[error("port {} of the host cannot be published for service `{service}`: {}", at.port(), self.why())]
#[diagnostic(help("{}", self.help()))]
pub struct PortTaken {
    /// The service.
    pub service: String,
    /// The address and port.
    pub at: SocketAddr,
    /// Why.
    pub reason: PortReason,
    /// Who has it, where that can be seen.
    pub holder: Option<PortHolder>,
    /// The entry of `ports:` that asks for it.
    pub entry: Option<Port>,
    /// A port that is free.
    pub free: Option<u16>,
    /// The Compose file.
    pub file: String,
}

/// Who has a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PortHolder {
    /// Another container of the engine.
    Container(Listed),
    /// A process of this host.
    Process {
        /// Its name.
        name: String,
        /// Its id.
        pid: u32,
    },
}

impl fmt::Display for PortHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Container(listed) => f.write_str(&listed.described()),
            Self::Process { name, pid } => write!(f, "process `{name}` (pid {pid})"),
        }
    }
}

impl PortHolder {
    /// The command that stops it.
    fn stop(&self) -> String {
        match self {
            Self::Container(listed) => format!("docker stop {}", listed.name),
            Self::Process { pid, .. } if cfg!(windows) => format!("taskkill /PID {pid}"),
            Self::Process { name, .. } if name.starts_with("postgres") => {
                "sudo systemctl stop postgresql".to_owned()
            }
            Self::Process { pid, .. } => format!("kill {pid}"),
        }
    }
}

impl PortTaken {
    /// What a refusal means for a service.
    pub fn new(refusal: &PortRefusal, service: &Service, file: String) -> Self {
        let entry = entry_for(service, refusal.at.port()).cloned();
        let mut at = refusal.at;
        if at.port() == 0 {
            let published = entry
                .as_ref()
                .and_then(|it| it.published.as_deref()?.parse().ok());
            at.set_port(published.unwrap_or(0));
        }
        Self {
            service: service.name.to_string(),
            at,
            reason: refusal.reason,
            holder: None,
            entry,
            free: None,
            file,
        }
    }

    fn why(&self) -> String {
        match (self.reason, &self.holder) {
            (PortReason::Taken, Some(holder)) => format!("{holder} has it"),
            (PortReason::Taken, None) => "something else has it".to_owned(),
            (PortReason::Reserved, _) => {
                "Windows keeps it in a range of its own (Hyper-V, WSL)".to_owned()
            }
            (PortReason::Privileged, _) => {
                "it is below 1024, and the engine may not bind such a port".to_owned()
            }
            (PortReason::ForeignAddress, _) => {
                format!(
                    "the address {} belongs to no interface of the host",
                    self.at.ip()
                )
            }
        }
    }

    fn help(&self) -> String {
        let write = self.line().map(|line| {
            format!(
                "write `{line}` under `services.{}.ports` in `{}`",
                self.service, self.file
            )
        });
        let stop = self
            .holder
            .as_ref()
            .map(|it| format!("stop it with `{}`", it.stop()));
        let reserved = (self.reason == PortReason::Reserved).then(|| {
            "see the range with `netsh int ipv4 show excludedportrange protocol=tcp`".to_owned()
        });
        let mut ways: Vec<_> = [write, stop, reserved].into_iter().flatten().collect();
        if ways.is_empty() {
            ways.push(format!(
                "choose another port under `services.{}.ports` in `{}`",
                self.service, self.file
            ));
        }
        ways.join(", or ")
    }

    /// The line of `ports:` that avoids it.
    fn line(&self) -> Option<String> {
        let entry = self.entry.as_ref()?;
        let host = entry
            .host_ip
            .as_deref()
            .filter(|_| self.reason != PortReason::ForeignAddress);
        let host = match host {
            Some(ip) if ip.contains(':') => format!("[{ip}]:"),
            Some(ip) => format!("{ip}:"),
            None => String::new(),
        };
        let port = match self.reason {
            PortReason::ForeignAddress => self.at.port(),
            PortReason::Taken | PortReason::Reserved | PortReason::Privileged => self.free?,
        };
        let protocol = match entry.protocol.as_deref() {
            None | Some("tcp") => String::new(),
            Some(other) => format!("/{other}"),
        };
        Some(format!("- \"{host}{port}:{}{protocol}\"", entry.target))
    }
}

/// The entry of `ports:` that a host port comes from.
fn entry_for(service: &Service, port: u16) -> Option<&Port> {
    let asks = |it: &&Port| {
        let Some(published) = it.published.as_deref() else {
            return false;
        };
        let (first, last) = published.split_once('-').unwrap_or((published, published));
        match (first.parse::<u16>(), last.parse::<u16>()) {
            (Ok(first), Ok(last)) => (first..=last).contains(&port),
            _ => false,
        }
    };
    service
        .ports
        .iter()
        .find(asks)
        .or_else(|| service.ports.first())
}

#[cfg(test)]
mod tests {
    use super::{PortHolder, PortTaken};
    use crate::compose::{Port, Service};
    use crate::docker::port::refusal::{PortReason, PortRefusal};
    use crate::ident::ServiceName;

    fn service(host_ip: Option<&str>, published: &str) -> Service {
        let mut service = Service::named(ServiceName::new("db"));
        service.ports.push(Port {
            name: None,
            mode: None,
            host_ip: host_ip.map(str::to_owned),
            target: 5432,
            published: Some(published.to_owned()),
            protocol: Some("tcp".to_owned()),
            app_protocol: None,
        });
        service
    }

    fn taken(host_ip: Option<&str>, reason: PortReason) -> PortTaken {
        let at = "0.0.0.0:5433".parse().expect("an address");
        let refusal = PortRefusal { at, reason };
        let mut taken = PortTaken::new(
            &refusal,
            &service(host_ip, "5433"),
            "docker-compose.yml".to_owned(),
        );
        taken.free = Some(5434);
        taken
    }

    fn help(taken: &PortTaken) -> String {
        miette::Diagnostic::help(taken)
            .map(|it| it.to_string())
            .unwrap_or_default()
    }

    #[test]
    fn it_says_who_has_it_and_what_to_write() {
        let mut taken = taken(None, PortReason::Taken);
        taken.holder = Some(PortHolder::Process {
            name: "nginx".to_owned(),
            pid: 7,
        });
        assert_eq!(
            taken.to_string(),
            "port 5433 of the host cannot be published for service `db`: process `nginx` (pid 7) \
             has it"
        );
        let stop = if cfg!(windows) {
            "taskkill /PID 7"
        } else {
            "kill 7"
        };
        assert_eq!(
            help(&taken),
            format!(
                "write `- \"5434:5432\"` under `services.db.ports` in `docker-compose.yml`, or \
                 stop it with `{stop}`"
            )
        );
    }

    #[test]
    fn the_line_keeps_the_address() {
        for (host_ip, line) in [
            (Some("127.0.0.1"), "`- \"127.0.0.1:5434:5432\"`"),
            (Some("::1"), "`- \"[::1]:5434:5432\"`"),
            (None, "`- \"5434:5432\"`"),
        ] {
            let help = help(&taken(host_ip, PortReason::Taken));
            assert!(help.contains(line), "{help}");
        }
    }

    #[test]
    fn a_range_of_windows_is_explained() {
        let taken = taken(None, PortReason::Reserved);
        assert!(taken.to_string().contains("Windows"));
        assert!(help(&taken).contains("excludedportrange"));
    }

    #[test]
    fn an_unnamed_port_is_the_services_first() {
        let at = "0.0.0.0:0".parse().expect("an address");
        let refusal = PortRefusal {
            at,
            reason: PortReason::Privileged,
        };
        let taken = PortTaken::new(&refusal, &service(None, "80"), "compose.yaml".to_owned());
        assert_eq!(taken.at.port(), 80);
    }
}

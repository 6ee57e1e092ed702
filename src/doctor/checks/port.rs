//! Whether the ports that the Compose file asks for are the container's, or free.

use crate::database::Kind;
use crate::database::provider::State;
use crate::doctor::evidence::Evidence;
use crate::doctor::{Check, Mend, Seen, Verdict};

pub(in crate::doctor) const CHECK: Check = Check {
    name: "port",
    needs: &["engine", "service"],
    look,
};

fn look(evidence: &Evidence) -> Verdict {
    if evidence.provider == Some(Kind::Embedded) {
        return Verdict::Idle("the embedded provider takes a port that is free".to_owned());
    }
    let Some(ports) = &evidence.ports else {
        return Verdict::Skipped("the engine could not be asked".to_owned());
    };
    if let Some(first) = ports.taken.first() {
        return Verdict::failed(first);
    }
    let runs = evidence.server.as_ref().map(|it| it.state) == Some(State::Running)
        || !ports.published.is_empty();
    let published: Vec<String> = ports.published.iter().map(|(at, _)| at.clone()).collect();
    let is_published = |port: &&u16| ports.published.iter().any(|(_, it)| it == *port);
    let lacking = ports.wanted.iter().find(|port| !is_published(port));
    match lacking {
        Some(port) if runs => Verdict::Warning(
            Seen::new(format!(
                "the Compose file asks for port {port}, and the container has {}",
                if published.is_empty() {
                    "none".to_owned()
                } else {
                    published.join(", ")
                }
            )),
            Mend::run("townpass dev down")
                .saying("then `townpass dev up` makes the container anew; the data stays"),
        ),
        _ if runs && published.is_empty() => {
            Verdict::Well(Seen::new("it is published on no port of this machine"))
        }
        _ if runs => Verdict::Well(Seen::new(format!("published on {}", published.join(", ")))),
        _ => {
            let wanted: Vec<String> = ports.wanted.iter().map(ToString::to_string).collect();
            Verdict::Well(Seen::new(if wanted.is_empty() {
                "none is asked for".to_owned()
            } else {
                format!("{} is free", wanted.join(", "))
            }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::look;
    use crate::database::provider::State;
    use crate::doctor::evidence::Ports;
    use crate::doctor::{Trouble, cases};

    #[test]
    fn a_port_is_the_containers_or_free() {
        let at = |port: u16| (format!("0.0.0.0:{port}"), port);
        let ports = |wanted: &[u16], published: &[u16]| Ports {
            wanted: wanted.to_vec(),
            published: published.iter().map(|port| at(*port)).collect(),
            taken: Vec::new(),
        };
        let taken = Ports {
            taken: vec![Trouble::new(
                "port 5433 of the host cannot be published",
                "stop it with `docker stop other`",
            )],
            ..ports(&[5433], &[])
        };
        for (state, ports, expected) in [
            (
                State::Running,
                ports(&[5433], &[5433]),
                "well: published on 0.0.0.0:5433",
            ),
            (State::Stopped, ports(&[5433], &[]), "well: 5433 is free"),
            (State::Absent, ports(&[], &[]), "well: none is asked for"),
            (
                State::Running,
                ports(&[], &[]),
                "well: it is published on no port of this machine",
            ),
            (
                State::Running,
                ports(&[5434], &[5433]),
                "warning: the Compose file asks for port 5434, and the container has 0.0.0.0:5433 \
                 -> townpass dev down",
            ),
            (
                State::Stopped,
                taken,
                "failure: port 5433 of the host cannot be published -> docker stop other",
            ),
        ] {
            let mut evidence = cases::well();
            evidence.server.as_mut().expect("it is there").state = state;
            evidence.ports = Some(ports);
            assert_eq!(cases::words(&look(&evidence)), expected);
        }
    }
}

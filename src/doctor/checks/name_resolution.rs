//! Whether the host's name leads anywhere from here.

use super::address;
use crate::doctor::evidence::Evidence;
use crate::doctor::{Check, Mend, Seen, Verdict};

pub(in crate::doctor) const CHECK: Check = Check {
    name: "name-resolution",
    needs: &["address"],
    look,
};

fn look(evidence: &Evidence) -> Verdict {
    let endpoint = match address::endpoint(evidence) {
        Ok(endpoint) => endpoint,
        Err(verdict) => return verdict,
    };
    let host = &endpoint.host;
    let resolved = evidence
        .connection
        .as_ref()
        .and_then(|it| it.resolved.as_ref());
    match resolved {
        None => Verdict::Well(Seen::new(format!("`{host}` is an address already"))),
        Some(addresses) if addresses.is_empty() => Verdict::Failure(
            Seen::new(format!("the host name `{host}` is not known here")),
            Mend::run("townpass -v dev url").saying(
                "correct or unset `TOWNPASS_DB_HOST` if that names it; the command says where it \
                 comes from",
            ),
        ),
        Some(addresses) => {
            let addresses: Vec<String> = addresses.iter().map(ToString::to_string).collect();
            Verdict::Well(Seen::new(format!("`{host}` is {}", addresses.join(", "))))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::look;
    use crate::doctor::cases;

    #[test]
    fn a_name_leads_somewhere_or_nowhere() {
        for (resolved, expected) in [
            (None, "well: `127.0.0.1` is an address already"),
            (
                Some(vec![IpAddr::from([127, 0, 0, 1])]),
                "well: `127.0.0.1` is 127.0.0.1",
            ),
            (
                Some(Vec::new()),
                "failure: the host name `127.0.0.1` is not known here -> townpass -v dev url",
            ),
        ] {
            let mut evidence = cases::well();
            evidence.connection.as_mut().expect("it is there").resolved = resolved;
            assert_eq!(cases::words(&look(&evidence)), expected);
        }
    }
}

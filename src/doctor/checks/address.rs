//! Where we stand, and whether the application's URL means the project's database from there.

use crate::doctor::evidence::{Address, Evidence, Strange};
use crate::doctor::{Check, Mend, Seen, Verdict};
use crate::host::Endpoint;

pub(in crate::doctor) const CHECK: Check = Check {
    name: "address",
    needs: &["container"],
    look,
};

fn look(evidence: &Evidence) -> Verdict {
    let address = match &evidence.address {
        Some(Ok(address)) => address,
        Some(Err(trouble)) => return Verdict::failed(trouble),
        None => return Verdict::Skipped("the database could not be looked for".to_owned()),
    };
    let source = address.source.as_deref().unwrap_or("the Compose file");
    let details = [
        format!("seen from {}", address.vantage),
        format!("{source} says `{}`", address.written),
    ];
    let details = details.into_iter().chain(address.why.iter().cloned());
    if let Some(strange) = &address.strange {
        return lost(address, strange, source, details.collect());
    }
    let line = match &address.endpoint {
        Some(endpoint) => format!("`{endpoint}` from {}", address.vantage),
        None => format!("`{}` from {}", address.used, address.vantage),
    };
    match address.warnings.first() {
        Some(warning) => Verdict::Warning(
            Seen::new(warning).with(details),
            Mend::run("townpass -v dev url").saying("see where the address comes from"),
        ),
        None => Verdict::Well(Seen::new(line).with(details)),
    }
}

/// The mend of a URL: its line, where it stands in a file, and what to `write` there; else the
/// command that prints one, and what that `prints`.
pub(super) fn rewritten(address: &Address, write: String, prints: String) -> Mend {
    match &address.line {
        Some(line) => Mend::by_hand(write).at(line.clone()),
        None => Mend::run("townpass --database-url= dev url --for container").saying(prints),
    }
}

/// The address for the checks that follow; what they answer where there is none.
pub(super) fn endpoint(evidence: &Evidence) -> Result<&Endpoint, Verdict> {
    let Some(Ok(address)) = &evidence.address else {
        return Err(Verdict::Skipped("there is no address".to_owned()));
    };
    let behind_socket = || Verdict::Idle("the database is behind a socket".to_owned());
    address.endpoint.as_ref().ok_or_else(behind_socket)
}

/// A URL that leads elsewhere. One of another machine may be meant; one that leads nowhere, or to
/// another server of this machine, is not.
fn lost(address: &Address, strange: &Strange, source: &str, details: Vec<String>) -> Verdict {
    let at = &strange.address;
    let endpoint = address.endpoint.as_ref();
    let ours = endpoint.map_or_else(|| address.used.clone(), ToString::to_string);
    let mend = rewritten(
        address,
        format!(
            "the project's own database is `{ours}` from {}: write that as host and port of {source}",
            address.vantage
        ),
        format!("it prints the URL of the project's own database: write that as {source}"),
    );
    if strange.loopback {
        let line =
            format!("{source} names `{at}`, where another server answers; ours is at `{ours}`");
        return Verdict::Failure(Seen::new(line).with(details), mend);
    }
    if !strange.resolves {
        let line = format!(
            "{source} names host `{}`, which is neither a service of the Compose file nor known here",
            strange.host
        );
        return Verdict::Failure(Seen::new(line).with(details), mend);
    }
    let line = format!(
        "{source} names `{at}`, which is not this project's database; the `dev` commands leave it \
         alone"
    );
    Verdict::Warning(Seen::new(line).with(details), mend)
}

#[cfg(test)]
mod tests {
    use super::look;
    use crate::doctor::cases;
    use crate::doctor::evidence::Strange;

    #[test]
    fn a_url_that_leads_elsewhere_is_told() {
        let strange = |host: &str, resolves, loopback| Strange {
            address: format!("{host}:5432"),
            host: host.to_owned(),
            resolves,
            loopback,
        };
        let mend = " -> townpass --database-url= dev url --for container";
        for (strange, expected) in [
            (None, "well: `127.0.0.1:5433` from the host".to_owned()),
            (
                Some(strange("dbb", false, false)),
                format!(
                    "failure: `DATABASE_URL` of `.env` names host `dbb`, which is neither a \
                     service of the Compose file nor known here{mend}"
                ),
            ),
            (
                Some(strange("localhost", true, true)),
                format!(
                    "failure: `DATABASE_URL` of `.env` names `localhost:5432`, where another \
                     server answers; ours is at `127.0.0.1:5433`{mend}"
                ),
            ),
            (
                Some(strange("db.example.com", true, false)),
                format!(
                    "warning: `DATABASE_URL` of `.env` names `db.example.com:5432`, which is not \
                     this project's database; the `dev` commands leave it alone{mend}"
                ),
            ),
        ] {
            let mut evidence = cases::well();
            if let Some(Ok(address)) = &mut evidence.address {
                address.strange = strange;
            }
            assert_eq!(cases::words(&look(&evidence)), expected);
        }
    }
}

//! Whether the database is there, and takes connections and writes.

use super::address::rewritten;
use crate::database::Refusal;
use crate::doctor::evidence::Evidence;
use crate::doctor::{Check, Mend, Seen, Verdict};

pub(in crate::doctor) const CHECK: Check = Check {
    name: "database",
    needs: &["authentication"],
    look,
};

fn look(evidence: &Evidence) -> Verdict {
    let Some(connection) = &evidence.connection else {
        return Verdict::Skipped("nobody knocked".to_owned());
    };
    let name = &connection.database;
    match &connection.refusal {
        Some(Refusal::NoDatabase(_)) => return missing(evidence, name),
        Some(Refusal::ClosedDatabase(said)) => {
            let open = format!(
                "townpass dev psql -- -d postgres -c 'alter database \"{name}\" allow_connections true'"
            );
            return Verdict::Failure(Seen::new(said.clone()), Mend::run(open));
        }
        Some(_) | None => {}
    }
    match &connection.facts {
        Some(Ok(facts)) if facts.read_only => Verdict::Failure(
            Seen::new(format!(
                "`{name}` takes no writes: it is a standby, or set to read only"
            )),
            Mend::run(format!(
                "townpass dev psql -- -c 'alter database \"{name}\" reset default_transaction_read_only'"
            )),
        ),
        Some(Ok(facts)) => {
            let megabytes = facts.size / 1_000_000;
            let line = format!("`{name}`, {megabytes} MB, PostgreSQL {}", facts.version);
            Verdict::Well(Seen::new(line))
        }
        Some(Err(trouble)) => Verdict::failed(trouble),
        None => Verdict::Skipped("the server could not be asked".to_owned()),
    }
}

fn missing(evidence: &Evidence, name: &str) -> Verdict {
    let seen = Seen::new(format!("there is no database `{name}` in this server"));
    let configured = match &evidence.service {
        Some(Ok(service)) => Some(service.database.as_str()),
        Some(Err(_)) | None => None,
    };
    match (configured, &evidence.address) {
        (Some(ours), Some(Ok(address))) if ours != name => {
            let line = format!("the Compose file's database is `{ours}`");
            let mend = rewritten(
                address,
                format!(
                    "write `{ours}` as the database of `{}`, or `{name}` as the Compose file's",
                    address.written
                ),
                "it prints the URL of the Compose file's database".to_owned(),
            );
            Verdict::Failure(seen.with([line]), mend)
        }
        _ => Verdict::Failure(seen, Mend::run("townpass dev reset-db")),
    }
}

#[cfg(test)]
mod tests {
    use super::look;
    use crate::database::Refusal;
    use crate::doctor::cases;

    #[test]
    fn a_database_is_missing_closed_or_read_only() {
        let no = || Some(Refusal::NoDatabase("no".to_owned()));
        let closed = Some(Refusal::ClosedDatabase("it is closed".to_owned()));
        for (name, refusal, read_only, expected) in [
            (
                "townpass_db",
                None,
                false,
                "well: `townpass_db`, 7 MB, PostgreSQL 16.4",
            ),
            (
                "townpass_db",
                no(),
                false,
                "failure: there is no database `townpass_db` in this server \
                 -> townpass dev reset-db",
            ),
            (
                "other",
                no(),
                false,
                "failure: there is no database `other` in this server \
                 -> townpass --database-url= dev url --for container",
            ),
            (
                "townpass_db",
                closed,
                false,
                "failure: it is closed -> townpass dev psql -- -d postgres -c 'alter database \
                 \"townpass_db\" allow_connections true'",
            ),
            (
                "townpass_db",
                None,
                true,
                "failure: `townpass_db` takes no writes: it is a standby, or set to read only \
                 -> townpass dev psql -- -c 'alter database \"townpass_db\" reset \
                 default_transaction_read_only'",
            ),
        ] {
            let mut evidence = cases::well();
            let connection = evidence.connection.as_mut().expect("it is there");
            connection.database = name.to_owned();
            connection.refusal = refusal;
            if let Some(Ok(facts)) = &mut connection.facts {
                facts.read_only = read_only;
            }
            assert_eq!(cases::words(&look(&evidence)), expected);
        }
    }
}

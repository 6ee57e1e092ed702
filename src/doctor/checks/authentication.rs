//! Whether the server lets the application in. That the configured password is the data's was
//! seen before, so what is refused here is the URL's own.

use super::address::rewritten;
use crate::database::Refusal;
use crate::doctor::evidence::Evidence;
use crate::doctor::{Check, Mend, Seen, Verdict};

pub(in crate::doctor) const CHECK: Check = Check {
    name: "authentication",
    needs: &["volume", "connection"],
    look,
};

fn look(evidence: &Evidence) -> Verdict {
    let (Some(connection), Some(Ok(address))) = (&evidence.connection, &evidence.address) else {
        return Verdict::Skipped("nobody knocked".to_owned());
    };
    let role = &connection.role;
    let refusal = match &connection.refusal {
        Some(refusal) if !refusal.is_after_authentication() => refusal,
        Some(_) | None => return Verdict::Well(Seen::new(format!("role `{role}` is let in"))),
    };
    let source = address.source.as_deref().unwrap_or("the Compose file");
    let seen = Seen::new(format!(
        "the server refuses the role of {source}: {refusal}"
    ))
    .with([format!("`{}`", address.used)]);
    let mend = match refusal {
        Refusal::Password(_) | Refusal::Authorization(_) | Refusal::Unsendable => rewritten(
            address,
            format!(
                "give {source} the account of the Compose file{}, percent-encoded; the rest of \
                     `{}` stays",
                account(evidence),
                address.written
            ),
            format!(
                "it prints a URL with the role and password of the Compose file: write that \
                     as {source}"
            ),
        ),
        Refusal::Closed
        | Refusal::HungUp
        | Refusal::Silent
        | Refusal::Starting(_)
        | Refusal::NoDatabase(_)
        | Refusal::ClosedDatabase(_)
        | Refusal::ReadOnly
        | Refusal::Protocol(_)
        | Refusal::Network(_)
        | Refusal::Server { .. } => {
            Mend::run("townpass dev logs --tail 50").saying("see what the server says")
        }
    };
    Verdict::Failure(seen, mend)
}

/// Which role that is, and where its password is written.
fn account(evidence: &Evidence) -> String {
    let Some(Ok(service)) = &evidence.service else {
        return String::new();
    };
    let role = format!(": role `{}`", service.role);
    let password = service.lines.iter().find(|it| it.starts_with("password "));
    let password = password.map(|it| format!(", {it}"));
    role + &password.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::look;
    use crate::database::Refusal;
    use crate::doctor::{Verdict, cases};

    #[test]
    fn a_refused_password_is_the_urls() {
        for (refusal, expected) in [
            (None, "well: role `admin` is let in"),
            (
                Some(Refusal::NoDatabase("no".to_owned())),
                "well: role `admin` is let in",
            ),
            (
                Some(Refusal::Password("wrong".to_owned())),
                "failure: the server refuses the role of `DATABASE_URL` of `.env`: wrong \
                 -> townpass --database-url= dev url --for container",
            ),
            (
                Some(Refusal::Starting("it starts".to_owned())),
                "failure: the server refuses the role of `DATABASE_URL` of `.env`: it starts \
                 -> townpass dev logs --tail 50",
            ),
        ] {
            let mut evidence = cases::well();
            evidence.connection.as_mut().expect("it is there").refusal = refusal;
            assert_eq!(cases::words(&look(&evidence)), expected);
        }
    }

    #[test]
    fn a_url_in_a_file_is_mended_there() {
        let mut evidence = cases::well();
        let refusal = Some(Refusal::Password("wrong".to_owned()));
        evidence.connection.as_mut().expect("it is there").refusal = refusal;
        if let Some(Ok(address)) = &mut evidence.address {
            address.line = Some(".env:3".to_owned());
        }
        if let Some(Ok(service)) = &mut evidence.service {
            service.lines = vec!["password at docker-compose.yml:6:26".to_owned()];
        }
        let Verdict::Failure(_, mend) = look(&evidence) else {
            panic!("it is refused");
        };
        assert_eq!(mend.command, None);
        assert_eq!(mend.edit.as_deref(), Some(".env:3"));
        assert_eq!(
            mend.words.as_deref(),
            Some(
                "give `DATABASE_URL` of `.env` the account of the Compose file: role `admin`, \
                 password at docker-compose.yml:6:26, percent-encoded; the rest of \
                 `postgresql://admin:****@db:5432/townpass_db` stays"
            )
        );
    }
}

//! Whether the Compose file names one PostgreSQL service that can be initialised.

use crate::doctor::evidence::Evidence;
use crate::doctor::{Check, Mend, Seen, Verdict};

pub(in crate::doctor) const CHECK: Check = Check {
    name: "service",
    needs: &["compose-file", "configuration"],
    look,
};

fn look(evidence: &Evidence) -> Verdict {
    let service = match &evidence.service {
        Some(Ok(service)) => service,
        Some(Err(trouble)) => return Verdict::failed(trouble),
        None => return Verdict::Skipped("the Compose file was not loaded".to_owned()),
    };
    if !service.admits {
        let seen = Seen::new(format!(
            "service `{}` sets no `POSTGRES_PASSWORD`, without which the image does not initialise",
            service.name
        ));
        let words = format!(
            "set `POSTGRES_PASSWORD` under `services.{}.environment`",
            service.name
        );
        let mend = Mend::by_hand(words);
        return Verdict::Failure(seen.with(service.lines.clone()), mend);
    }
    let line = format!(
        "`{}`: {}, role `{}`, database `{}`",
        service.name, service.image, service.role, service.database
    );
    Verdict::Well(Seen::new(line).with(service.lines.clone()))
}

#[cfg(test)]
mod tests {
    use super::look;
    use crate::doctor::{Trouble, cases};

    #[test]
    fn a_service_needs_a_password() {
        let mut evidence = cases::well();
        assert_eq!(
            cases::words(&look(&evidence)),
            "well: `db`: postgres:16, role `admin`, database `townpass_db`"
        );
        if let Some(Ok(service)) = &mut evidence.service {
            service.admits = false;
        }
        let words = cases::words(&look(&evidence));
        assert!(
            words.starts_with("failure: service `db` sets no"),
            "{words}"
        );
        evidence.service = Some(Err(Trouble::new(
            "no service of this Compose file runs PostgreSQL",
            "name the one that does with `--service NAME`",
        )));
        let words = cases::words(&look(&evidence));
        assert!(words.starts_with("failure: no service of"), "{words}");
    }
}

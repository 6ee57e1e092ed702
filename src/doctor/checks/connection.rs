//! Whether a PostgreSQL answers there. That a connection is taken proves nothing: an engine's
//! proxy takes it before there is a server.

use super::address;
use crate::doctor::evidence::Evidence;
use crate::doctor::{Check, Mend, Seen, Verdict};
use crate::host::Answer;

pub(in crate::doctor) const CHECK: Check = Check {
    name: "connection",
    needs: &["name-resolution"],
    look,
};

fn look(evidence: &Evidence) -> Verdict {
    let endpoint = match address::endpoint(evidence) {
        Ok(endpoint) => endpoint,
        Err(verdict) => return verdict,
    };
    match evidence
        .connection
        .as_ref()
        .and_then(|it| it.answer.as_ref())
    {
        Some(Answer::PostgreSql) => {
            Verdict::Well(Seen::new(format!("a PostgreSQL answers on `{endpoint}`")))
        }
        Some(Answer::Other) => Verdict::Failure(
            Seen::new(format!("what answers on `{endpoint}` is no PostgreSQL")),
            Mend::run("townpass -v dev url").saying("see where the address comes from"),
        ),
        Some(Answer::Nothing(because)) => Verdict::Failure(
            Seen::new(format!("nothing answers on `{endpoint}`: {because}")),
            Mend::run("townpass dev up")
                .saying("it waits until the database answers, and says why it does not"),
        ),
        None => Verdict::Skipped("nobody knocked".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::look;
    use crate::doctor::cases;
    use crate::host::Answer;

    #[test]
    fn each_answer_has_its_meaning() {
        for (answer, expected) in [
            (
                Answer::PostgreSql,
                "well: a PostgreSQL answers on `127.0.0.1:5433`",
            ),
            (
                Answer::Other,
                "failure: what answers on `127.0.0.1:5433` is no PostgreSQL -> townpass -v dev url",
            ),
            (
                Answer::Nothing("connection refused".to_owned()),
                "failure: nothing answers on `127.0.0.1:5433`: connection refused \
                 -> townpass dev up",
            ),
        ] {
            let mut evidence = cases::well();
            evidence.connection.as_mut().expect("it is there").answer = Some(answer);
            assert_eq!(cases::words(&look(&evidence)), expected);
        }
    }
}

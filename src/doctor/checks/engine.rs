//! Whether a container engine answers, and where.

use crate::doctor::evidence::{Engine, Evidence};
use crate::doctor::{Check, Mend, Seen, Verdict};

pub(in crate::doctor) const CHECK: Check = Check {
    name: "engine",
    needs: &[],
    look,
};

fn look(evidence: &Evidence) -> Verdict {
    match &evidence.engine {
        Engine::NotAsked => Verdict::Idle("the embedded provider was asked for".to_owned()),
        Engine::Answers { endpoint, api } => {
            Verdict::Well(Seen::new(format!("{endpoint} answers, API {api}")))
        }
        Engine::Silent {
            trouble,
            stands_in: true,
        } => {
            let line = "no container engine answers, so the embedded provider runs the database";
            let seen = Seen::new(line).with(Seen::of(trouble).details);
            Verdict::Warning(seen, Mend::of(trouble))
        }
        Engine::Silent {
            trouble,
            stands_in: false,
        } => Verdict::failed(trouble),
    }
}

#[cfg(test)]
mod tests {
    use super::look;
    use crate::doctor::evidence::Engine;
    use crate::doctor::{Trouble, cases};

    #[test]
    fn an_engine_that_somebody_named_must_answer() {
        let silent = |stands_in| Engine::Silent {
            trouble: Trouble::new(
                "no container engine answers; tried:\n  unix:///x (DOCKER_HOST): not there",
                "start the engine: `sudo systemctl start docker`",
            ),
            stands_in,
        };
        for (engine, expected) in [
            (
                Engine::NotAsked,
                "idle: the embedded provider was asked for",
            ),
            (
                Engine::Answers {
                    endpoint: "unix:///var/run/docker.sock".to_owned(),
                    api: "1.41".to_owned(),
                },
                "well: unix:///var/run/docker.sock answers, API 1.41",
            ),
            (
                silent(true),
                "warning: no container engine answers, so the embedded provider runs the database \
                 -> sudo systemctl start docker",
            ),
            (
                silent(false),
                "failure: no container engine answers; tried: -> sudo systemctl start docker",
            ),
        ] {
            let mut evidence = cases::well();
            evidence.engine = engine;
            assert_eq!(cases::words(&look(&evidence)), expected);
        }
    }
}

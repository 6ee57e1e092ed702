//! Whether the server runs.

use super::{port, volume};
use crate::database::provider::State;
use crate::doctor::evidence::{Evidence, Server, Sort};
use crate::doctor::{Check, Mend, Seen, Verdict};

pub(in crate::doctor) const CHECK: Check = Check {
    name: "container",
    needs: &["engine", "service"],
    look,
};

fn look(evidence: &Evidence) -> Verdict {
    let Some(server) = &evidence.server else {
        return Verdict::Skipped("what runs the database could not be asked".to_owned());
    };
    if let Some(ailment) = &server.ailment {
        let trouble = &ailment.trouble;
        return match ailment.sort {
            Sort::Told => Verdict::failed(trouble),
            // The next start is the way to learn more.
            Sort::Untold => Verdict::Failure(Seen::of(trouble), Mend::run("townpass dev up")),
            // It may answer all the same, which is seen below; but whoever waits for it waits.
            Sort::Unhealthy => Verdict::warned(trouble),
        };
    }
    let runner = &server.runner;
    let state = match server.state {
        State::Running => {
            let health = server.health.as_ref();
            let health = health.map_or_else(String::new, |it| format!(", {it}"));
            return Verdict::Well(Seen::new(format!("{runner} runs{health}")));
        }
        State::Absent => "is not made yet",
        State::Stopped => "does not run",
        State::Restarting => "ends and is started again, over and over",
        State::Paused => "is paused",
    };
    let line = format!("{runner} {state}");
    match in_the_way(evidence) {
        Some((check, mend)) => {
            let line = format!("{line}, and cannot be started: {check} failed");
            Verdict::Failure(Seen::new(line), mend)
        }
        None => not_running(server, &line),
    }
}

/// The check before this one whose failure ends the next start as well.
fn in_the_way(evidence: &Evidence) -> Option<(&'static str, Mend)> {
    [port::CHECK, volume::CHECK]
        .iter()
        .find_map(|check| match (check.look)(evidence) {
            Verdict::Failure(_, mend) => Some((check.name, mend)),
            Verdict::Well(_) | Verdict::Warning(..) | Verdict::Skipped(_) | Verdict::Idle(_) => {
                None
            }
        })
}

fn not_running(server: &Server, line: &str) -> Verdict {
    match &server.plan {
        Some(Err(trouble)) => {
            let line = format!("{line}, and cannot be started: {}", trouble.message);
            let mut lines = line.lines().map(str::to_owned);
            let seen = Seen::new(lines.next().unwrap_or_default()).with(lines);
            Verdict::Failure(seen, Mend::of(trouble))
        }
        Some(Ok(steps)) => {
            let steps = steps.iter().map(|step| format!("`dev up` would {step}"));
            Verdict::Failure(Seen::new(line).with(steps), Mend::run("townpass dev up"))
        }
        None => Verdict::Failure(Seen::new(line), Mend::run("townpass dev up")),
    }
}

#[cfg(test)]
mod tests {
    use super::look;
    use crate::database::provider::State;
    use crate::doctor::evidence::{Ailment, Server, Sort};
    use crate::doctor::{Trouble, cases};

    #[test]
    fn each_state_has_its_word() {
        let server = |state| Server {
            runner: "container townpass_db".to_owned(),
            state,
            health: Some("healthy".to_owned()),
            ailment: None,
            plan: Some(Ok(vec!["start it".to_owned()])),
        };
        for (state, expected) in [
            (State::Running, "well: container townpass_db runs, healthy"),
            (
                State::Stopped,
                "failure: container townpass_db does not run -> townpass dev up",
            ),
            (
                State::Absent,
                "failure: container townpass_db is not made yet -> townpass dev up",
            ),
            (
                State::Paused,
                "failure: container townpass_db is paused -> townpass dev up",
            ),
        ] {
            let mut evidence = cases::well();
            evidence.server = Some(server(state));
            assert_eq!(cases::words(&look(&evidence)), expected);
        }
    }

    #[test]
    fn the_command_that_would_fail_is_not_the_mend() {
        let mut evidence = cases::well();
        evidence.server = Some(Server {
            runner: "container x".to_owned(),
            state: State::Absent,
            health: None,
            ailment: None,
            plan: Some(Ok(vec!["start it".to_owned()])),
        });
        if let Some(volume) = &mut evidence.volume {
            volume.written_by = Some("15".to_owned());
        }
        assert_eq!(
            cases::words(&look(&evidence)),
            "failure: container x is not made yet, and cannot be started: volume failed \
             -> townpass dev reset-db --volume"
        );
        if let Some(ports) = &mut evidence.ports {
            ports.taken = vec![Trouble::new("it is taken", "take another")];
        }
        assert_eq!(
            cases::words(&look(&evidence)),
            "failure: container x is not made yet, and cannot be started: port failed \
             -> take another"
        );
    }

    #[test]
    fn what_keeps_it_from_starting_is_told_first() {
        let mut evidence = cases::well();
        let ailment = |sort| Ailment {
            trouble: Trouble::new(
                "container `x` exited with code 1: its data is older",
                "run `townpass dev reset-db --volume`",
            ),
            sort,
        };
        let mut server = Server {
            runner: "container x".to_owned(),
            state: State::Stopped,
            health: None,
            ailment: Some(ailment(Sort::Told)),
            plan: None,
        };
        evidence.server = Some(server.clone());
        assert_eq!(
            cases::words(&look(&evidence)),
            "failure: container `x` exited with code 1: its data is older \
             -> townpass dev reset-db --volume"
        );
        server.ailment = Some(ailment(Sort::Unhealthy));
        evidence.server = Some(server.clone());
        let words = cases::words(&look(&evidence));
        assert!(words.starts_with("warning: "), "{words}");
        server.ailment = Some(ailment(Sort::Untold));
        evidence.server = Some(server.clone());
        let words = cases::words(&look(&evidence));
        assert!(words.ends_with("-> townpass dev up"), "{words}");
        server.ailment = None;
        server.plan = Some(Err(Trouble::new(
            "the name of container `x` is taken",
            "stop it with `docker stop x`",
        )));
        evidence.server = Some(server);
        assert_eq!(
            cases::words(&look(&evidence)),
            "failure: container x does not run, and cannot be started: the name of container `x` \
             is taken -> docker stop x"
        );
    }
}

//! Whether an Alembic project can be driven: its configuration, its history, `env.py`, and what
//! could run it.

use crate::doctor::evidence::{Alembic, Evidence, Models};
use crate::doctor::{Check, Mend, Seen, Verdict};

pub(in crate::doctor) const CHECK: Check = Check {
    name: "alembic",
    needs: &[],
    look,
};

fn look(evidence: &Evidence) -> Verdict {
    let (configuration, history, models, runner) = match &evidence.alembic {
        Alembic::Absent => return Verdict::Idle("this is no Alembic project".to_owned()),
        Alembic::Broken(trouble) => return Verdict::failed(trouble),
        Alembic::Read {
            configuration,
            history,
            models,
            runner,
        } => (configuration, history, models, runner),
    };
    if let Some(first) = history.faults.first() {
        let others = history.faults.iter().skip(1).map(|it| it.message.clone());
        return Verdict::Failure(Seen::of(first).with(others), Mend::of(first));
    }
    if history.heads.len() > 1 && !history.labelled {
        let line = format!(
            "Multiple head revisions are present: {}",
            history.heads.join(", ")
        );
        let mend = Mend::run("townpass dev migrate merge heads -m merge");
        return Verdict::Failure(Seen::new(line), mend);
    }
    let applied = evidence.connection.as_ref();
    let applied = applied.map_or(&[][..], |it| &it.alembic_versions);
    if let Some(unknown) = applied.iter().find(|it| !history.ids.contains(it)) {
        let line = format!("the database is at `{unknown}`, and no version file has that revision");
        let mend = Mend::run("townpass dev migrate stamp --purge heads").saying(
            "restore the file if a branch of git has it; if the database has all that the files \
             say, this sets it to the head and runs nothing",
        );
        return Verdict::Failure(Seen::new(line), mend);
    }
    match models {
        Models::NoEnvPy(path) => {
            return Verdict::Failure(
                Seen::new(format!("there is no `{path}`")),
                Mend::by_hand("restore it, or set `script_location` to the folder that has it")
                    .at(configuration),
            );
        }
        Models::Broken(trouble) => return Verdict::failed(trouble),
        Models::Unset(place) => {
            return Verdict::Warning(
                Seen::new(format!(
                    "{place}: `target_metadata` is not set, so `--autogenerate` cannot work"
                )),
                Mend::run("townpass init --fix-env-py"),
            );
        }
        Models::Set(_) => {}
    }
    let at = match applied {
        [] => "the database has none of it".to_owned(),
        applied => format!("the database is at {}", applied.join(", ")),
    };
    let line = format!(
        "`{configuration}`, {} revisions, head {}",
        history.ids.len(),
        history.heads.join(", ")
    );
    let runner = match runner {
        Ok(runner) => runner,
        Err(looks) => {
            let seen = Seen::new(format!("{line}; nothing is found that could run Alembic"));
            let mend = Mend::run("python -m venv .venv").saying(
                "then install the project's requirements into it; only `--autogenerate` and what no \
                 SQL can be made of need it",
            );
            return Verdict::Warning(seen.with(looks.iter().cloned().chain([at])), mend);
        }
    };
    let mut details = vec![format!("`{runner}` runs it"), at];
    if let Models::Set(target) = models {
        details.push(format!("target_metadata is {target}"));
    }
    Verdict::Well(Seen::new(line).with(details))
}

#[cfg(test)]
mod tests {
    use super::look;
    use crate::doctor::evidence::{Alembic, AlembicHistory, Models};
    use crate::doctor::{Trouble, cases};

    /// What is found in a project of these.
    fn found(
        history: AlembicHistory,
        models: Models,
        runner: Option<&str>,
        applied: &[&str],
    ) -> String {
        let mut evidence = cases::well();
        evidence.alembic = Alembic::Read {
            configuration: "alembic.ini".to_owned(),
            history,
            models,
            runner: runner
                .map(str::to_owned)
                .ok_or_else(|| vec!["`alembic` on PATH: not there".to_owned()]),
        };
        let connection = evidence.connection.as_mut().expect("it is there");
        connection.alembic_versions = applied.iter().map(|it| (*it).to_owned()).collect();
        cases::words(&look(&evidence))
    }

    fn history(heads: &[&str]) -> AlembicHistory {
        AlembicHistory {
            ids: vec!["a1".to_owned(), "b2".to_owned()],
            heads: heads.iter().map(|it| (*it).to_owned()).collect(),
            labelled: false,
            faults: Vec::new(),
        }
    }

    #[test]
    fn each_part_of_an_alembic_project_is_looked_at() {
        let set = || Models::Set("Base.metadata".to_owned());
        let unset = Models::Unset("alembic/env.py:21".to_owned());
        let faulty = AlembicHistory {
            faults: vec![Trouble::new("it is no Python", "mend it")],
            ..history(&["b2"])
        };
        for (found, expected) in [
            (
                found(history(&["b2"]), set(), Some("uv run alembic"), &["a1"]),
                "well: `alembic.ini`, 2 revisions, head b2",
            ),
            (
                found(history(&["b2"]), set(), None, &[]),
                "warning: `alembic.ini`, 2 revisions, head b2; nothing is found that could run \
                 Alembic -> python -m venv .venv",
            ),
            (
                found(history(&["b2"]), unset, Some("alembic"), &[]),
                "warning: alembic/env.py:21: `target_metadata` is not set, so `--autogenerate` \
                 cannot work -> townpass init --fix-env-py",
            ),
            (
                found(history(&["a1", "b2"]), set(), Some("uv run alembic"), &[]),
                "failure: Multiple head revisions are present: a1, b2 -> townpass dev migrate \
                 merge heads -m merge",
            ),
            (
                found(history(&["b2"]), set(), Some("alembic"), &["c3"]),
                "failure: the database is at `c3`, and no version file has that revision \
                 -> townpass dev migrate stamp --purge heads",
            ),
            (
                found(faulty, set(), None, &[]),
                "failure: it is no Python -> mend it",
            ),
            (
                found(
                    history(&["b2"]),
                    Models::NoEnvPy("x/env.py".to_owned()),
                    None,
                    &[],
                ),
                "failure: there is no `x/env.py` -> restore it, or set `script_location` to the \
                 folder that has it",
            ),
        ] {
            assert_eq!(found, expected);
        }
        let mut evidence = cases::well();
        evidence.alembic =
            Alembic::Broken(Trouble::new("there is no `script_location`", "write it"));
        assert_eq!(
            cases::words(&look(&evidence)),
            "failure: there is no `script_location` -> write it"
        );
    }
}

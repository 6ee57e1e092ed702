//! Who runs a migration, as the ledger keeps it.

use std::collections::BTreeMap;

use crate::cli::context::Context;
use crate::migration::Origin;

/// Where an account's name stands: first what a job says of who started it.
const ACTORS: [&str; 5] = [
    "GITHUB_ACTOR",
    "GITLAB_USER_LOGIN",
    "USER",
    "LOGNAME",
    "USERNAME",
];

/// Where a machine's name stands.
const MACHINES: [&str; 2] = ["HOSTNAME", "COMPUTERNAME"];

/// Where the commit stands that a job works on.
const COMMITS: [&str; 5] = [
    "GITHUB_SHA",
    "CI_COMMIT_SHA",
    "BITBUCKET_COMMIT",
    "BUILD_SOURCEVERSION",
    "COMMIT_SHA",
];

/// The origin that the environment tells.
pub(super) fn of(context: &Context, tag: Option<String>) -> Origin {
    read(context.env.variables(), tag)
}

fn read(variables: &BTreeMap<String, String>, tag: Option<String>) -> Origin {
    let first = |names: &[&str]| {
        let mut values = names.iter().filter_map(|&name| variables.get(name));
        values.find(|value| !value.is_empty()).cloned()
    };
    let who = first(&ACTORS).unwrap_or_else(|| "unknown".to_owned());
    let mut origin = Origin::new(match first(&MACHINES) {
        Some(machine) => format!("{who}@{machine}"),
        None => who,
    });
    origin.commit = first(&COMMITS);
    origin.tag = tag;
    origin
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_job_is_named_by_who_started_it() {
        for (variables, actor, commit) in [
            (&[] as &[(&str, &str)], "unknown", None),
            (&[("USER", "mei"), ("HOSTNAME", "desk")], "mei@desk", None),
            (
                &[("USER", ""), ("USERNAME", "mei"), ("COMPUTERNAME", "PC")],
                "mei@PC",
                None,
            ),
            (
                &[
                    ("GITHUB_ACTOR", "octo"),
                    ("USER", "runner"),
                    ("GITHUB_SHA", "abc"),
                ],
                "octo",
                Some("abc"),
            ),
        ] {
            let variables = variables
                .iter()
                .map(|&(name, value)| (name.to_owned(), value.to_owned()))
                .collect();
            let origin = read(&variables, None);
            assert_eq!(
                (origin.actor.as_str(), origin.commit.as_deref()),
                (actor, commit)
            );
        }
    }
}

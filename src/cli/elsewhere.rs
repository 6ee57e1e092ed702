//! A command that stands below another one than where it was typed.
//!
//! `townpass up` is what fingers do that know Compose, and `townpass upgrade` what those do that
//! know Alembic. clap only sees a name it does not know; here the whole tree is looked at, and the
//! answer names the commands that end in it.

use clap::Command;
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Adds to a usage error the commands that the unknown name may have meant.
pub(super) fn advise(mut usage: clap::Error, program: &Command) -> clap::Error {
    if usage.kind() == ErrorKind::UnknownArgument {
        if let Some(meant) = below(&usage, program) {
            let tip = StyledStr::from(format!("did you mean `{meant}`?"));
            usage.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
        }
        return usage;
    }
    if usage.kind() != ErrorKind::InvalidSubcommand {
        return usage;
    }
    let Some(ContextValue::String(typed)) = usage.get(ContextKind::InvalidSubcommand) else {
        return usage;
    };
    let found = paths(program, typed);
    if !found.is_empty() {
        let tips = found
            .iter()
            .map(|it| StyledStr::from(format!("did you mean `{it}`?")))
            .collect();
        usage.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips));
    }
    usage
}

/// The first command below the typed one that takes the option, which the typed one does not.
fn below(usage: &clap::Error, program: &Command) -> Option<String> {
    let Some(ContextValue::String(option)) = usage.get(ContextKind::InvalidArg) else {
        return None;
    };
    let long = option.strip_prefix("--")?;
    let Some(ContextValue::StyledStr(line)) = usage.get(ContextKind::Usage) else {
        return None;
    };
    let line = line.to_string();
    let words = line
        .split_whitespace()
        .skip_while(|it| *it != program.get_name());
    let path: Vec<&str> = words.take_while(|it| !it.starts_with(['[', '<'])).collect();
    let typed = path
        .iter()
        .skip(1)
        .try_fold(program, |command, word| command.find_subcommand(word))?;
    let takes = |it: &&Command| it.get_arguments().any(|it| it.get_long() == Some(long));
    let found = typed.get_subcommands().find(takes)?;
    Some(format!("{} {} {option}", path.join(" "), found.get_name()))
}

/// Every command called `name`, as it is typed in full; those with the fewest words first.
fn paths(program: &Command, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut level = vec![(program.get_name().to_owned(), program)];
    while !level.is_empty() {
        let below: Vec<_> = level
            .iter()
            .flat_map(|(path, command)| {
                command
                    .get_subcommands()
                    .map(move |it| (format!("{path} {}", it.get_name()), it))
            })
            .collect();
        let called = below.iter().filter(|(_, it)| it.get_name() == name);
        found.extend(called.map(|(path, _)| path.clone()));
        level = below;
    }
    found
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};

    use super::{advise, paths};
    use crate::cli::Cli;

    #[test]
    fn a_name_is_found_wherever_it_stands() {
        for (name, expected) in [
            ("up", &["townpass dev up"][..]),
            (
                "upgrade",
                &["townpass migrate upgrade", "townpass dev migrate upgrade"],
            ),
            ("restore", &["townpass dev snapshot restore"]),
            ("migrate", &["townpass migrate", "townpass dev migrate"]),
            ("nothing-like-it", &[]),
        ] {
            assert_eq!(paths(&Cli::command(), name), expected, "{name}");
        }
    }

    #[test]
    fn every_command_of_dev_and_migrate_is_found_from_the_top() {
        let program = Cli::command();
        for below in ["dev", "migrate"] {
            let group = program.find_subcommand(below).expect("it is there");
            let names = group.get_subcommands().map(clap::Command::get_name);
            for name in names.filter(|name| program.find_subcommand(name).is_none()) {
                let usage = Cli::try_parse_from(["townpass", name]).expect_err("it is not there");
                let said = advise(usage, &program).to_string();
                let meant = format!("did you mean `townpass {below} {name}`?");
                assert!(said.contains(&meant), "{said}");
            }
        }
    }

    #[test]
    fn the_answer_is_a_usage_error_with_the_command_in_full() {
        let usage = Cli::try_parse_from(["townpass", "up"]).expect_err("there is no `up`");
        let usage = advise(usage, &Cli::command());
        assert_eq!(usage.exit_code(), 2);
        insta::assert_snapshot!(usage.to_string(), @r"
        error: unrecognized subcommand 'up'

          tip: did you mean `townpass dev up`?

        Usage: townpass [OPTIONS] <COMMAND>

        For more information, try '--help'.
        ");
    }

    #[test]
    fn an_option_of_a_verb_names_the_verb() {
        for (words, meant) in [
            (
                &["townpass", "dev", "migrate", "--dry-run"][..],
                Some("did you mean `townpass dev migrate upgrade --dry-run`?"),
            ),
            (
                &["townpass", "migrate", "--dry-run"],
                Some("did you mean `townpass migrate upgrade --dry-run`?"),
            ),
            (&["townpass", "dev", "migrate", "--nonsense"], None),
        ] {
            let usage = Cli::try_parse_from(words).expect_err("there is no such option");
            let said = advise(usage, &Cli::command()).to_string();
            match meant {
                Some(meant) => assert!(said.contains(meant), "{said}"),
                None => assert!(!said.contains("did you mean"), "{said}"),
            }
        }
    }
}

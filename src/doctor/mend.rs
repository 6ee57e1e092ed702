//! What mends a finding: one command, or one place to edit.

use super::Trouble;

/// What mends a finding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mend {
    /// The command to run.
    pub command: Option<String>,
    /// The place of a file to edit.
    pub edit: Option<String>,
    /// What it does, or what to do where no command can.
    pub words: Option<String>,
}

/// The programs that a help's commands begin with. What else stands in backticks is a name.
const PROGRAMS: [&str; 9] = [
    "docker", "git", "kill", "netsh", "ssh", "sudo", "taskkill", "townpass", "wsl",
];

impl Mend {
    /// A command.
    pub fn run(command: impl Into<String>) -> Self {
        Self {
            command: Some(command.into()),
            ..Self::default()
        }
    }

    /// Something to do by hand.
    pub fn by_hand(words: impl Into<String>) -> Self {
        Self {
            words: Some(words.into()),
            ..Self::default()
        }
    }

    /// The same, with words about it.
    #[must_use]
    pub fn saying(mut self, words: impl Into<String>) -> Self {
        self.words = Some(words.into());
        self
    }

    /// The same, at a place of a file.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.edit = Some(place.into());
        self
    }

    /// What a trouble's own help says. Its first command is the one.
    pub fn of(trouble: &Trouble) -> Self {
        let help = trouble.help.as_deref();
        let place = trouble.place.as_ref().map(ToString::to_string);
        Self {
            command: help.and_then(first_command).filter(|_| place.is_none()),
            edit: place,
            words: help.map(str::to_owned),
        }
    }

    /// The same for a help that names the verbs of the deploy door: in a project it is
    /// `dev migrate` that finds the database.
    pub fn of_history(help: &str) -> Self {
        let help = help.replace("townpass migrate", "townpass dev migrate");
        Self {
            command: first_command(&help),
            edit: None,
            words: Some(help),
        }
    }
}

/// The first of the words in backticks that can be run as they stand.
fn first_command(help: &str) -> Option<String> {
    let quoted = help.split('`').skip(1).step_by(2);
    let mut commands = quoted.filter(|it| {
        let mut words = it.split_whitespace();
        let program = words.next().unwrap_or_default();
        // `REVISION` stands for one that somebody has to choose.
        let open = |word: &str| word.len() > 2 && word.chars().all(|it| it.is_ascii_uppercase());
        PROGRAMS.contains(&program) && !words.any(open)
    });
    commands.next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::{Mend, first_command};
    use crate::doctor::Trouble;
    use crate::failure::Place;

    #[test]
    fn the_first_command_of_a_help_is_the_one() {
        for (help, command) in [
            ("start it with `townpass dev up`", Some("townpass dev up")),
            (
                "set `services.db.image` back, or `townpass dev reset-db --volume`",
                Some("townpass dev reset-db --volume"),
            ),
            (
                "restore the file, or `townpass migrate stamp --purge REVISION`",
                None,
            ),
            (
                "try `ssh -T HOST docker version`, then `sudo systemctl start docker`",
                Some("sudo systemctl start docker"),
            ),
            ("write `- \"5434:5432\"` under `services.db.ports`", None),
            ("nothing in backticks", None),
        ] {
            assert_eq!(first_command(help).as_deref(), command, "{help}");
        }
    }

    #[test]
    fn a_place_in_a_file_is_edited_and_not_run_over() {
        let trouble = Trouble {
            place: Some(Place {
                file: "docker-compose.yml".to_owned(),
                line: 3,
                column: 5,
            }),
            ..Trouble::new("wrong", "mend it, then `townpass dev up`")
        };
        let mend = Mend::of(&trouble);
        assert_eq!(mend.edit.as_deref(), Some("docker-compose.yml:3:5"));
        assert_eq!(mend.command, None);
    }

    #[test]
    fn a_history_is_mended_through_the_door_of_the_project() {
        let mend = Mend::of_history("join them with `townpass migrate merge heads`");
        assert_eq!(
            mend.command.as_deref(),
            Some("townpass dev migrate merge heads")
        );
    }
}

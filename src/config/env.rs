//! The environment, taken once. Nothing else reads it and nothing ever sets it.

use std::{collections::BTreeMap, env, io::IsTerminal, path::PathBuf};

/// What the process was given: variables, directory, terminals.
#[derive(Clone, Debug)]
pub struct Env {
    variables: BTreeMap<String, String>,
    /// The directory it was started in.
    pub directory: PathBuf,
    /// The user's home, where there is one.
    pub home: Option<PathBuf>,
    /// The user's number, on a Unix with `/proc`.
    pub user_id: Option<u32>,
    /// Whether somebody can answer a question: stdin and stderr are both terminals.
    pub interactive: bool,
    /// Whether stdout is a terminal.
    pub stdout_terminal: bool,
    /// Whether stderr is a terminal.
    pub stderr_terminal: bool,
}

impl Env {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the environment"
    )]
    /// Takes the environment as it is now. A variable that is not Unicode is read lossily.
    pub fn snapshot() -> Self {
        let variables = env::vars_os()
            .map(|(key, value)| {
                (
                    key.to_string_lossy().into_owned(),
                    value.to_string_lossy().into_owned(),
                )
            })
            .collect();
        let stderr_terminal = std::io::stderr().is_terminal();
        Self {
            variables,
            directory: env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
            home: env::home_dir(),
            user_id: user_id(),
            interactive: stderr_terminal && std::io::stdin().is_terminal(),
            stdout_terminal: std::io::stdout().is_terminal(),
            stderr_terminal,
        }
    }

    /// A variable that is set and not empty. On Windows the case of its name does not matter:
    /// `PATH` is `Path` there.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.variables.get(name).or_else(|| {
            let mut all = self.variables.iter().filter(|_| cfg!(windows));
            let (_, value) = all.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
            Some(value)
        });
        found.map(String::as_str).filter(|value| !value.is_empty())
    }

    /// All variables.
    pub fn variables(&self) -> &BTreeMap<String, String> {
        &self.variables
    }

    /// The directories that programs are looked for in. A relative one is nobody's to trust.
    pub fn search_path(&self) -> Vec<PathBuf> {
        let path = self.get("PATH").unwrap_or_default();
        env::split_paths(path)
            .filter(|directory| directory.is_absolute())
            .collect()
    }

    /// Whether a CI service says that it runs us.
    pub fn is_ci(&self) -> bool {
        self.get("CI").is_some_and(|value| value != "false")
    }
}

/// `/proc/self` belongs to the effective user, so that no system call of our own is needed. On
/// macOS the user is not known, and is taken for an ordinary one.
fn user_id() -> Option<u32> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        std::fs::metadata("/proc/self").map(|it| it.uid()).ok()
    }
    #[cfg(not(unix))]
    None
}

#[cfg(test)]
mod tests {
    #[cfg(unix)]
    use std::path::Path;

    use super::Env;

    #[test]
    fn the_case_of_a_name_matters_on_unix_alone() {
        let mut env = Env::snapshot();
        env.variables = [("Path", "x"), ("empty", "")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        assert_eq!(env.get("Path"), Some("x"));
        assert_eq!(env.get("PATH"), cfg!(windows).then_some("x"));
        assert_eq!(env.get("empty"), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_relative_part_of_the_path_is_left_out() {
        let mut env = Env::snapshot();
        let path = "/usr/bin:.:bin::/opt/bin".to_owned();
        env.variables = [("PATH".to_owned(), path)].into();
        let found = env.search_path();
        assert_eq!(found, [Path::new("/usr/bin"), Path::new("/opt/bin")]);
    }
}

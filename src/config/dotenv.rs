//! One variable of `.env`, for commands that load no Compose file.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::{Env, Error};
use crate::compose::dotenv;

/// The value of `name` in `files`, the last one winning, or in `.env` of `directory` where none is
/// named. A `.env` that is not there has no variables; a file that was named must be there.
pub fn variable(
    directory: &Path,
    files: &[PathBuf],
    env: &Env,
    name: &str,
) -> Result<Option<String>, Error> {
    let usual = [PathBuf::from(".env")];
    let named = !files.is_empty();
    let mut found = None;
    for file in if named { files } else { &usual } {
        let path = directory.join(file);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if !named && error.kind() == io::ErrorKind::NotFound => continue,
            Err(source) => return Err(Error::Read { path, source }),
        };
        let lookup = |name: &str| env.get(name).map(str::to_owned);
        let mut variables = dotenv::parse(&text, &lookup).map_err(|bad| Error::Dotenv {
            path,
            line: bad.line,
            message: bad.message,
        })?;
        found = variables.remove(name).or(found);
    }
    Ok(found.filter(|value| !value.is_empty()))
}

/// The line that gives `name` its value, `.env:3`: the last of the last file that has one.
pub fn line(directory: &Path, files: &[PathBuf], name: &str) -> Option<String> {
    let usual = [PathBuf::from(".env")];
    let files = if files.is_empty() { &usual } else { files };
    files.iter().rev().find_map(|file| {
        let text = fs::read_to_string(directory.join(file)).ok()?;
        let at = text.lines().enumerate().filter(|(_, it)| gives(it, name));
        let (index, _) = at.last()?;
        let shown = file.strip_prefix(directory).unwrap_or(file);
        Some(format!("{}:{}", shown.display(), index + 1))
    })
}

/// Whether a line of such a file gives `name` a value.
fn gives(line: &str, name: &str) -> bool {
    let line = line.trim_start();
    let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
    let rest = line.strip_prefix(name).map(str::trim_start);
    rest.is_some_and(|rest| rest.starts_with(['=', ':']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_file_wins_and_a_missing_one_is_an_error_only_if_named() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path();
        let env = Env::snapshot();
        let read = |files: &[&str]| {
            let files: Vec<PathBuf> = files.iter().map(PathBuf::from).collect();
            variable(path, &files, &env, "TOWN")
        };
        assert_eq!(read(&[]).expect("none is fine"), None);
        fs::write(path.join(".env"), "# a\nexport TOWN='one two' # b\n").expect("written");
        fs::write(path.join("b.env"), "TOWN=three\n").expect("written");
        fs::write(path.join("bad.env"), "TO WN\n").expect("written");
        assert_eq!(read(&[]).expect("right").as_deref(), Some("one two"));
        let both = read(&[".env", "b.env"]).expect("right");
        assert_eq!(both.as_deref(), Some("three"));
        let at = |files: &[&str], name: &str| {
            let files: Vec<PathBuf> = files.iter().map(PathBuf::from).collect();
            line(path, &files, name)
        };
        assert_eq!(at(&[], "TOWN").as_deref(), Some(".env:2"));
        assert_eq!(at(&[], "TOW"), None);
        let both = at(&[".env", "b.env"], "TOWN");
        assert_eq!(both.as_deref(), Some("b.env:1"));
        assert!(matches!(read(&["c.env"]), Err(Error::Read { .. })));
        assert!(matches!(
            read(&["bad.env"]),
            Err(Error::Dotenv { line: 1, .. })
        ));
    }
}

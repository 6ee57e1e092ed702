//! Looks for binaries, and tries whether they run.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    Error, Search,
    binaries::{Candidate, Found, Origin},
    process::{self, program},
    user::User,
    version::Version,
};

/// What was found, and what was found but cannot be used.
#[derive(Debug, Default)]
pub(in crate::database::embedded) struct Finds {
    /// What runs.
    pub(in crate::database::embedded) found: Vec<Found>,
    /// What does not, each with its cause.
    pub(in crate::database::embedded) unusable: Vec<(PathBuf, Error)>,
}

/// Tries every candidate. A directory that the user named is the only one, and must run.
pub(in crate::database::embedded) async fn find(
    search: &Search,
    unpacked: &[PathBuf],
    user: &User,
) -> Result<Finds, Error> {
    if let Some(bin) = &search.configured {
        let bin = std::path::absolute(bin).map_err(Error::file("find", bin))?;
        if !program(&bin, "postgres").exists() {
            return Err(Error::Configured {
                bin,
                because: "there is no `postgres` in it".to_owned(),
            });
        }
        let found = try_out(&bin, Origin::Configured, user).await?;
        return Ok(Finds {
            found: vec![found],
            unusable: Vec::new(),
        });
    }
    let mut finds = Finds::default();
    for Candidate { bin, origin } in candidates(search, unpacked) {
        match try_out(&bin, origin, user).await {
            Ok(found) => finds.found.push(found),
            Err(error) => finds.unusable.push((bin, error)),
        }
    }
    Ok(finds)
}

/// Starts `postgres` and `initdb` for their versions, which must agree.
pub(in crate::database::embedded) async fn try_out(
    bin: &Path,
    origin: Origin,
    user: &User,
) -> Result<Found, Error> {
    let unusable = |because: &str| Error::Configured {
        bin: bin.to_owned(),
        because: because.to_owned(),
    };
    let mut versions = Vec::new();
    for name in ["postgres", "initdb", "pg_ctl"] {
        let program = program(bin, name);
        if !program.exists() {
            return Err(unusable(&format!("there is no `{name}` in it")));
        }
        let mut command = user.command(&program);
        command.arg("--version");
        let answer = process::run(command, b"").await?;
        let version = Version::from_answer(&answer.printed);
        versions.push(version.ok_or_else(|| unusable(&answer.complaint()))?);
    }
    let version = versions.swap_remove(0);
    if versions.iter().any(|it| it.major != version.major) {
        return Err(unusable("its programs are of different majors"));
    }
    Ok(Found {
        bin: bin.to_owned(),
        version,
        origin,
    })
}

/// Every directory that holds a `postgres`, once.
fn candidates(search: &Search, unpacked: &[PathBuf]) -> Vec<Candidate> {
    let on_path = search
        .path
        .iter()
        .map(|directory| (directory.clone(), Origin::Path));
    let usual = search
        .places
        .iter()
        .flat_map(|pattern| expand(pattern))
        .map(|directory| (directory, Origin::Place));
    let cached = unpacked
        .iter()
        .map(|directory| (directory.join("bin"), Origin::Cache));
    let mut candidates: Vec<Candidate> = Vec::new();
    for (directory, origin) in on_path.chain(usual).chain(cached) {
        let Some(bin) = real(&directory) else {
            continue;
        };
        if candidates.iter().all(|it| it.bin != bin) {
            candidates.push(Candidate { bin, origin });
        }
    }
    candidates
}

/// Where the `postgres` of a directory really lies: the server finds its files from there.
fn real(directory: &Path) -> Option<PathBuf> {
    let postgres = program(directory, "postgres");
    if !postgres.is_file() {
        return None;
    }
    let real = fs::canonicalize(&postgres).ok()?;
    let bin = real.parent()?;
    if program(bin, "initdb").is_file() && !cfg!(windows) {
        Some(bin.to_owned())
    } else {
        Some(directory.to_owned())
    }
}

/// The directories that a pattern with at most one starred component stands for.
fn expand(pattern: &str) -> Vec<PathBuf> {
    let path = Path::new(pattern);
    let components: Vec<_> = path.components().collect();
    let starred = components
        .iter()
        .position(|it| it.as_os_str().to_string_lossy().contains('*'));
    let Some(starred) = starred else {
        return vec![path.to_owned()];
    };
    let parent: PathBuf = components[..starred].iter().collect();
    let rest: PathBuf = components[starred + 1..].iter().collect();
    let star = components[starred].as_os_str().to_string_lossy();
    let (before, after) = star.split_once('*').unwrap_or((&star, ""));
    let Ok(entries) = fs::read_dir(parent) else {
        return Vec::new();
    };
    let mut directories: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.len() >= before.len() + after.len()
                && name.starts_with(before)
                && name.ends_with(after)
        })
        .map(|entry| entry.path().join(&rest))
        .filter(|it| it.is_dir())
        .collect();
    directories.sort();
    directories
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_what_is_there() {
        let root = tempfile::tempdir().expect("a directory");
        for name in ["pgsql-15/bin", "pgsql-16/bin", "pgsql-17", "other/bin"] {
            fs::create_dir_all(root.path().join(name)).expect("made");
        }
        let pattern = root.path().join("pgsql-*").join("bin");
        let found = expand(&pattern.to_string_lossy());
        let wanted: Vec<PathBuf> = ["pgsql-15", "pgsql-16"]
            .iter()
            .map(|it| root.path().join(it).join("bin"))
            .collect();
        assert_eq!(found, wanted);
        assert_eq!(expand("/no/such/*/bin"), Vec::<PathBuf>::new());
        assert_eq!(expand("/plain/bin"), [PathBuf::from("/plain/bin")]);
    }
}

//! Looks for an Alembic on this machine, in the order in which developers would try.

use std::fs;
use std::path::{Path, PathBuf};

use super::runner::{Look, Runner};

/// What a program may be called on Windows.
const SUFFIXES: &[&str] = if cfg!(windows) {
    &[".exe", ".cmd", ".bat"]
} else {
    &[""]
};

/// Where a virtual environment keeps its programs: here, and on the other platform.
const PROGRAMS: [&str; 2] = if cfg!(windows) {
    ["Scripts", "bin"]
} else {
    ["bin", "Scripts"]
};

/// The name of Alembic's program.
const ALEMBIC: &str = "alembic";

/// Looks at the virtual environment, uv, Poetry and the PATH. `directory` is the one with Alembic's
/// configuration; a project may keep its environment above it, up to `top`. `path` holds the
/// directories of PATH.
pub fn on_this_machine(directory: &Path, top: &Path, path: &[PathBuf]) -> Vec<Look> {
    let above = above(directory, top);
    vec![
        virtual_environment(&above, directory),
        tool(&UV, &above, path),
        tool(&POETRY, &above, path),
        Look {
            place: "`alembic` on PATH".to_owned(),
            found: on_path(ALEMBIC, path)
                .map(|program| Runner::Command(vec![shown(&program)]))
                .ok_or_else(|| "not there".to_owned()),
        },
    ]
}

/// What the project requires, as far as its own files beside the configuration say.
pub fn requirements(directory: &Path) -> String {
    let names = ["requirements.txt", "pyproject.toml", "Pipfile", "setup.cfg"];
    let texts = names.map(|name| fs::read_to_string(directory.join(name)).unwrap_or_default());
    texts.join("\n")
}

/// The directory and those above it, up to `top`, or alone where it is not below that.
fn above<'a>(directory: &'a Path, top: &Path) -> Vec<&'a Path> {
    if !directory.starts_with(top) {
        return vec![directory];
    }
    directory
        .ancestors()
        .take_while(|it| it.starts_with(top))
        .collect()
}

fn virtual_environment(above: &[&Path], directory: &Path) -> Look {
    let place = "virtual environment `.venv`".to_owned();
    let Some(environment) = above
        .iter()
        .map(|it| it.join(".venv"))
        .find(|it| it.is_dir())
    else {
        return Look {
            place,
            found: Err("not there".to_owned()),
        };
    };
    Look {
        found: in_environment(&environment, directory),
        place,
    }
}

/// Alembic, by the environment's own Python.
fn in_environment(environment: &Path, directory: &Path) -> Result<Runner, String> {
    let [here, elsewhere] = PROGRAMS;
    let programs = environment.join(here);
    if !programs.is_dir() {
        return Err(if environment.join(elsewhere).is_dir() {
            "was made on another platform: make it anew".to_owned()
        } else {
            format!("has no `{here}` in it: make it anew")
        });
    }
    let Some(python) = program_in(&programs, "python") else {
        let link = programs.join("python");
        return Err(match link.read_link() {
            Ok(target) => format!("its Python is gone (`{}`): make it anew", target.display()),
            Err(_) => "has no Python: make it anew".to_owned(),
        });
    };
    // The program's first line names a Python by its path, which is wrong once a project moved.
    match program_in(&programs, ALEMBIC) {
        Some(program) => Ok(Runner::Command(if !is_hidden(directory) {
            [&shown(&python), "-m", ALEMBIC].map(str::to_owned).to_vec()
        } else if cfg!(windows) {
            vec![shown(&program)]
        } else {
            vec![shown(&python), shown(&program)]
        })),
        None => Err("has no Alembic: install the project's requirements into it".to_owned()),
    }
}

/// Whether a module of the project has Alembic's name, which a Python that looks into `directory`
/// first would take for it: the folder with `env.py`, where that was made a package.
fn is_hidden(directory: &Path) -> bool {
    ["alembic.py", "alembic/__init__.py"]
        .iter()
        .any(|it| directory.join(it).is_file())
}

/// A tool that runs programs of a project.
struct Tool {
    name: &'static str,
    /// The file that it alone writes.
    lock: &'static str,
    /// A table of `pyproject.toml` that it alone reads.
    own: &'static str,
    /// One that every tool reads, and that is enough where no other has locked the project.
    common: Option<&'static str>,
}

const UV: Tool = Tool {
    name: "uv",
    lock: "uv.lock",
    own: "[tool.uv",
    common: Some("[project]"),
};

const POETRY: Tool = Tool {
    name: "poetry",
    lock: "poetry.lock",
    own: "[tool.poetry",
    common: None,
};

/// What tools lock a project with.
const LOCKS: [&str; 4] = ["uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock"];

impl Tool {
    /// Whether a project is made for it.
    fn is_for(&self, directory: &Path) -> bool {
        let has = |name: &str| directory.join(name).is_file();
        if has(self.lock) {
            return true;
        }
        let text = fs::read_to_string(directory.join("pyproject.toml")).unwrap_or_default();
        let begins = |table: &str| text.lines().any(|it| it.trim().starts_with(table));
        let is_free = || !LOCKS.iter().any(|it| has(it)) && !begins(POETRY.own);
        begins(self.own) || self.common.is_some_and(|it| begins(it) && is_free())
    }
}

/// A tool, where the project is made for it.
fn tool(tool: &Tool, above: &[&Path], path: &[PathBuf]) -> Look {
    let Tool { name, lock, .. } = tool;
    let place = format!("`{name} run`");
    let is_for_it = |directory: &&&Path| tool.is_for(directory);
    let found = match (above.iter().find(is_for_it), on_path(name, path)) {
        (None, _) => Err(format!("no `{lock}`, and no `pyproject.toml` for it")),
        (Some(_), None) => Err(format!(
            "the project is made for it, but {name} is not on PATH"
        )),
        (Some(_), Some(program)) => Ok(Runner::Command(
            [&shown(&program), "run", ALEMBIC]
                .map(str::to_owned)
                .to_vec(),
        )),
    };
    Look { place, found }
}

/// The first program of that name on the PATH.
fn on_path(name: &str, path: &[PathBuf]) -> Option<PathBuf> {
    path.iter()
        .find_map(|directory| program_in(directory, name))
}

fn program_in(directory: &Path, name: &str) -> Option<PathBuf> {
    let candidates = SUFFIXES.iter();
    let mut candidates = candidates.map(|suffix| directory.join(format!("{name}{suffix}")));
    candidates.find(|it| is_executable(it))
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata()
        .is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
}

#[cfg(windows)]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::path::Path;

    use super::on_this_machine;

    fn program(path: &Path) {
        fs::create_dir_all(path.parent().expect("it is in a directory")).expect("it is ours");
        fs::write(path, "#!/bin/sh\n").expect("it is ours");
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it is ours");
    }

    /// What is found, for a project with these files and a PATH with these programs.
    fn found(files: &[(&str, &str)], programs: &[&str], on_path: &[&str]) -> Vec<String> {
        let place = tempfile::tempdir().expect("a directory");
        let top = place.path().join("project");
        let directory = top.join("backend");
        fs::create_dir_all(&directory).expect("it is ours");
        for (name, text) in files {
            fs::write(top.join(name), text).expect("it is ours");
        }
        for name in programs {
            program(&top.join(name));
        }
        let bin = place.path().join("bin");
        for name in on_path {
            program(&bin.join(name));
        }
        let looks = on_this_machine(&directory, &top, &[bin]);
        let root = place.path().display().to_string();
        looks
            .iter()
            .map(|look| look.to_string().replace(&root, ""))
            .collect()
    }

    #[test]
    fn the_environment_comes_first_and_the_path_last() {
        assert_eq!(
            found(
                &[("uv.lock", "")],
                &["backend/.venv/bin/python", "backend/.venv/bin/alembic"],
                &["uv", "alembic"]
            ),
            [
                "virtual environment `.venv`: `/project/backend/.venv/bin/python -m alembic`",
                "`uv run`: `/bin/uv run alembic`",
                "`poetry run`: no `poetry.lock`, and no `pyproject.toml` for it",
                "`alembic` on PATH: `/bin/alembic`",
            ]
        );
    }

    #[test]
    fn a_package_of_alembics_name_is_gone_around() {
        assert_eq!(
            found(
                &[],
                &[
                    "backend/.venv/bin/python",
                    "backend/.venv/bin/alembic",
                    "backend/alembic/__init__.py"
                ],
                &[]
            )[0],
            "virtual environment `.venv`: `/project/backend/.venv/bin/python \
             /project/backend/.venv/bin/alembic`"
        );
    }

    #[test]
    fn what_is_above_counts_and_each_lack_has_its_reason() {
        assert_eq!(
            found(
                &[(
                    "pyproject.toml",
                    "[project]\nname = 'x'\n[tool.uv]\n[tool.poetry]\n"
                )],
                &[".venv/bin/python"],
                &["poetry"]
            ),
            [
                "virtual environment `.venv`: has no Alembic: install the project's requirements into it",
                "`uv run`: the project is made for it, but uv is not on PATH",
                "`poetry run`: `/bin/poetry run alembic`",
                "`alembic` on PATH: not there",
            ]
        );
    }

    #[test]
    fn the_tool_that_locked_a_project_is_the_one_that_runs_it() {
        let project = ("pyproject.toml", "[project]\nname = 'x'\n");
        let taken = |files: &[(&str, &str)]| {
            let looks = found(files, &[], &["uv", "poetry"]);
            let runs: Vec<String> = looks
                .into_iter()
                .filter(|it| it.contains("/bin/"))
                .collect();
            runs.join(", ")
        };
        let (uv, poetry) = (
            "`uv run`: `/bin/uv run alembic`",
            "`poetry run`: `/bin/poetry run alembic`",
        );
        for (files, expected) in [
            (&[project][..], uv),
            (&[project, ("uv.lock", "")], uv),
            (&[project, ("poetry.lock", "")], poetry),
            (&[project, ("pdm.lock", "")], ""),
            (&[("pyproject.toml", "[project]\n[tool.poetry]\n")], poetry),
            (&[("requirements.txt", "alembic\n")], ""),
        ] {
            assert_eq!(taken(files), expected, "{files:?}");
        }
    }

    #[test]
    fn an_environment_of_another_platform_or_without_its_python() {
        for (programs, link, expected) in [
            (
                &["backend/.venv/Scripts/python.exe"][..],
                None,
                "was made on another platform: make it anew",
            ),
            (
                &["backend/.venv/bin/alembic"],
                Some("/usr/local/bin/python3.9"),
                "its Python is gone (`/usr/local/bin/python3.9`): make it anew",
            ),
            (
                &["backend/.venv/bin/alembic"],
                None,
                "has no Python: make it anew",
            ),
        ] {
            let place = tempfile::tempdir().expect("a directory");
            for name in programs {
                program(&place.path().join(name));
            }
            if let Some(target) = link {
                symlink(target, place.path().join("backend/.venv/bin/python")).expect("it is ours");
            }
            let directory = place.path().join("backend");
            let looks = on_this_machine(&directory, place.path(), &[]);
            assert_eq!(looks[0].found, Err(expected.to_owned()));
        }
    }
}

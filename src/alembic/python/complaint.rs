//! What the output of a Python that failed says, in a developer's words.
//!
//! Alembic says `FAILED: …` for what it refuses itself, and lets every other exception end in a
//! traceback. Of that only the last exception is read, and the last frame in the project's own
//! folder: everything between is SQLAlchemy's and the driver's.

use std::path::Path;

use super::words::{connection, is_sql, lacks_alembic, module, without_exception};

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Complaint {
    /// Alembic refused, in its own words.
    Refused(String),
    /// `env.py` gives `--autogenerate` no models to compare with.
    NoTargetMetadata,
    /// A host's name leads nowhere.
    UnknownHost {
        /// The name, where it was said.
        host: Option<String>,
    },
    /// The server did not take the password.
    Password {
        /// Whose.
        user: String,
    },
    /// There is no such database.
    NoDatabase {
        /// Its name.
        database: String,
    },
    /// Nobody answered.
    Unreachable {
        /// What the driver said.
        message: String,
    },
    /// The command that runs Alembic finds none.
    NoAlembic,
    /// A module is not installed there.
    NoModule {
        /// Its name.
        module: String,
    },
    /// A module of the project itself is not found there.
    NotOnPath {
        /// Its name.
        module: String,
    },
    /// The server refused a statement.
    Sql {
        /// What it said.
        message: String,
        /// Where the project asked for it.
        place: Option<Place>,
    },
    /// Anything else that was raised.
    Raised {
        /// The exception.
        message: String,
        /// Where.
        place: Option<Place>,
    },
    /// Nothing that could be understood; its last line.
    Unclear(String),
}

/// A line of one of the project's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, as Python names it.
    pub file: String,
    /// The line, from one.
    pub line: usize,
}

/// Reads what was printed. `folder` is the one with `env.py`, as that Python sees it.
pub fn read(stdout: &str, stderr: &str, folder: &Path) -> Complaint {
    if let Some(start) = stdout.rfind("FAILED: ") {
        return refused(stdout[start + "FAILED: ".len()..].trim_end());
    }
    let Some(message) = last_exception(stderr) else {
        if stderr.lines().chain(stdout.lines()).any(lacks_alembic) {
            return Complaint::NoAlembic;
        }
        // What failed is said on standard error; a shell that finds no program says it there too.
        let said = |stream: &str| {
            let mut lines = stream.lines();
            let last = lines.rfind(|line| !line.trim().is_empty());
            last.map(|line| line.trim().to_owned())
        };
        // What uv adds to an error is advice, some lines long.
        let error = || stderr.lines().rfind(|line| line.starts_with("error: "));
        let error = error().map(|line| line["error: ".len()..].trim().to_owned());
        let last = error.or_else(|| said(stderr)).or_else(|| said(stdout));
        return Complaint::Unclear(last.unwrap_or_default());
    };
    let place = last_place(stderr, folder);
    connection(&message)
        .or_else(|| module(&message))
        .unwrap_or_else(|| {
            if is_sql(&message) {
                Complaint::Sql {
                    message: without_exception(&message).to_owned(),
                    place,
                }
            } else {
                Complaint::Raised { message, place }
            }
        })
}

impl Complaint {
    /// The same, where `is_own` tells whether a module is the project's.
    #[must_use]
    pub fn of_project(self, is_own: impl Fn(&str) -> bool) -> Self {
        match self {
            Self::NoModule { module } if is_own(&module) => Self::NotOnPath { module },
            other => other,
        }
    }

    /// Where in the project it came about, where that is known.
    pub fn place(&self) -> Option<&Place> {
        if let Self::Sql { place, .. } | Self::Raised { place, .. } = self {
            place.as_ref()
        } else {
            None
        }
    }
}

fn refused(message: &str) -> Complaint {
    if message.contains("does not provide a MetaData object") {
        Complaint::NoTargetMetadata
    } else {
        Complaint::Refused(message.to_owned())
    }
}

/// The last line that begins with the name of an exception, with what follows it, but for
/// SQLAlchemy's advice.
fn last_exception(stderr: &str) -> Option<String> {
    let lines: Vec<&str> = stderr.lines().collect();
    let after_frame = |at: usize| {
        lines[..at]
            .iter()
            .rev()
            .find(|line| !line.trim().is_empty())
            .is_some_and(|line| line.starts_with("  "))
    };
    let start = (1..lines.len())
        .rev()
        .find(|at| names_exception(lines[*at]) && after_frame(*at))?;
    let text: Vec<&str> = lines[start..]
        .iter()
        .copied()
        .take_while(|line| !line.starts_with("(Background on this error"))
        .take_while(|line| !line.starts_with("INFO  [") && !line.starts_with("ERROR ["))
        .collect();
    Some(text.join("\n").trim_end().to_owned())
}

/// Whether a line begins with a dotted name, alone or before a colon.
fn names_exception(line: &str) -> bool {
    let name = line.split(':').next().unwrap_or_default();
    let is_word = |word: &str| {
        word.starts_with(|it: char| it.is_alphabetic() || it == '_')
            && word.chars().all(|it| it.is_alphanumeric() || it == '_')
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    // `socket.gaierror` is one too.
    name.split('.').all(is_word) && (last.starts_with(char::is_uppercase) || name.contains('.'))
}

/// The last frame of a file in the folder.
fn last_place(stderr: &str, folder: &Path) -> Option<Place> {
    let folder = folder.display().to_string();
    stderr.lines().rev().find_map(|line| {
        let rest = line.trim_start().strip_prefix("File \"")?;
        let (file, rest) = rest.split_once("\", line ")?;
        let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
        let inside = file.strip_prefix(&folder)?;
        inside.starts_with(['/', '\\']).then_some(())?;
        Some(Place {
            file: file.to_owned(),
            line: number.parse().ok()?,
        })
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Complaint, Place, read};

    /// A traceback of `env.py` that ends with `last`.
    fn traceback(last: &str) -> String {
        format!(
            "INFO  [alembic.runtime.migration] Context impl PostgresqlImpl.\n\
             Traceback (most recent call last):\n\
             \x20 File \"/app/.venv/bin/alembic\", line 8, in <module>\n\
             \x20   sys.exit(main())\n\
             \x20 File \"/app/alembic/env.py\", line 78, in <module>\n\
             \x20   run_migrations_online()\n\
             \x20 File \"/app/alembic_tools/x.py\", line 3, in y\n\
             \x20   attempts = conninfo_attempts(params)\n\
             \x20              ^^^^^^^^^^^^^^^^^^^^^^^^^\n\
             {last}\n"
        )
    }

    fn here() -> Place {
        Place {
            file: "/app/alembic/env.py".to_owned(),
            line: 78,
        }
    }

    #[test]
    fn each_driver_says_it_in_its_own_way() {
        let unknown = |host: Option<&str>| Complaint::UnknownHost {
            host: host.map(str::to_owned),
        };
        let password = || Complaint::Password {
            user: "admin".to_owned(),
        };
        let no_database = || Complaint::NoDatabase {
            database: "nodb".to_owned(),
        };
        for (last, expected) in [
            (
                "sqlalchemy.exc.OperationalError: (psycopg.OperationalError) failed to resolve host 'db': [Errno -2] Name or service not known\n(Background on this error at: https://sqlalche.me/e/21/e3q8)",
                unknown(Some("db")),
            ),
            (
                "sqlalchemy.exc.OperationalError: (psycopg.OperationalError) [Errno 11001] getaddrinfo failed",
                unknown(None),
            ),
            (
                "sqlalchemy.exc.OperationalError: (psycopg2.OperationalError) could not translate host name \"db\" to address: Name or service not known",
                unknown(Some("db")),
            ),
            (
                "socket.gaierror: [Errno -3] Temporary failure in name resolution",
                unknown(None),
            ),
            (
                "sqlalchemy.exc.OperationalError: (psycopg.OperationalError) connection failed: connection to server at \"127.0.0.1\", port 5433 failed: FATAL:  password authentication failed for user \"admin\"",
                password(),
            ),
            (
                "asyncpg.exceptions.InvalidPasswordError: password authentication failed for user \"admin\"",
                password(),
            ),
            (
                "sqlalchemy.exc.OperationalError: (psycopg.OperationalError) connection failed: connection to server at \"127.0.0.1\", port 5433 failed: FATAL:  database \"nodb\" does not exist",
                no_database(),
            ),
            (
                "asyncpg.exceptions.InvalidCatalogNameError: database \"nodb\" does not exist",
                no_database(),
            ),
            (
                "sqlalchemy.exc.OperationalError: (psycopg.OperationalError) connection failed: connection to server at \"127.0.0.1\", port 5999 failed: Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?",
                Complaint::Unreachable {
                    message: "connection failed: connection to server at \"127.0.0.1\", port 5999 failed: Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?".to_owned(),
                },
            ),
            (
                "ConnectionRefusedError: [Errno 111] Connect call failed ('127.0.0.1', 5999)",
                Complaint::Unreachable {
                    message: "[Errno 111] Connect call failed ('127.0.0.1', 5999)".to_owned(),
                },
            ),
            (
                "ModuleNotFoundError: No module named 'psycopg2'",
                Complaint::NoModule {
                    module: "psycopg2".to_owned(),
                },
            ),
            (
                "sqlalchemy.exc.ProgrammingError: (psycopg.errors.SyntaxError) syntax error at or near \"tabl\"\nLINE 1: create tabl x ()\n               ^\n[SQL: create tabl x ()]\n(Background on this error at: https://sqlalche.me/e/21/f405)",
                Complaint::Sql {
                    message: "syntax error at or near \"tabl\"\nLINE 1: create tabl x ()\n               ^\n[SQL: create tabl x ()]".to_owned(),
                    place: Some(here()),
                },
            ),
            (
                "sqlalchemy.exc.ArgumentError: Could not parse SQLAlchemy URL from given URL string",
                Complaint::Raised {
                    message: "sqlalchemy.exc.ArgumentError: Could not parse SQLAlchemy URL from given URL string".to_owned(),
                    place: Some(here()),
                },
            ),
            (
                "KeyError: 'SECRET'",
                Complaint::Raised {
                    message: "KeyError: 'SECRET'".to_owned(),
                    place: Some(here()),
                },
            ),
            (
                "AssertionError",
                Complaint::Raised {
                    message: "AssertionError".to_owned(),
                    place: Some(here()),
                },
            ),
        ] {
            let found = read("", &traceback(last), Path::new("/app/alembic"));
            assert_eq!(found, expected, "{last}");
        }
    }

    #[test]
    fn what_alembic_itself_refuses() {
        for (stdout, expected) in [
            (
                "FAILED: Can't locate revision identified by 'nope'\n",
                Complaint::Refused("Can't locate revision identified by 'nope'".to_owned()),
            ),
            (
                "1a2b (head)\nFAILED: Can't proceed with --autogenerate option; environment script /app/alembic/env.py does not provide a MetaData object or sequence of objects to the context.\n",
                Complaint::NoTargetMetadata,
            ),
        ] {
            let stderr = "ERROR [alembic.util.messaging] the same\n";
            assert_eq!(read(stdout, stderr, Path::new("/app/alembic")), expected);
        }
    }

    #[test]
    fn each_tool_says_in_its_own_way_that_there_is_no_alembic() {
        for stderr in [
            "/bin/sh: 1: alembic: not found\n",
            "bash: line 1: alembic: command not found\n",
            "/usr/bin/python3: No module named alembic\n",
            "error: Failed to spawn: `alembic`\n  Caused by: No such file or directory (os error 2)\n",
            "error: Failed to spawn: alembic\n  cause: No such file or directory (os error 2)\n",
            "Command not found: alembic\n",
        ] {
            let found = read("", stderr, Path::new("/app/alembic"));
            assert_eq!(found, Complaint::NoAlembic, "{stderr}");
        }
    }

    #[test]
    fn what_is_no_traceback() {
        for (stdout, stderr, expected) in [
            ("", "", ""),
            (
                "",
                "error: No interpreter found for Python >=3.99\n\nhint: see the documentation\n",
                "No interpreter found for Python >=3.99",
            ),
            ("only this\n\n", "", "only this"),
            (
                "",
                "usage: alembic [-h]\nalembic: error: unrecognized arguments: -q\n",
                "alembic: error: unrecognized arguments: -q",
            ),
        ] {
            let found = read(stdout, stderr, Path::new("/app/alembic"));
            assert_eq!(found, Complaint::Unclear(expected.to_owned()), "{stderr}");
        }
    }
}

//! Which PostgreSQL of those at hand runs the database.
//!
//! The major that the Compose file asks for, wherever it is found, beats another major; and the
//! major of data that is there already beats everything, since no other can read it. A directory
//! that the user named is an order: nothing else is looked at then.

use std::{fmt, path::PathBuf};

use super::{pins::Pin, version::Version};

/// Where packages put the binaries: Debian, RHEL, Homebrew, Postgres.app, Windows.
pub const USUAL_PLACES: &[&str] = if cfg!(windows) {
    &[r"C:\Program Files\PostgreSQL\*\bin"]
} else if cfg!(target_os = "macos") {
    &[
        "/opt/homebrew/opt/*/bin",
        "/usr/local/opt/*/bin",
        "/Applications/Postgres.app/Contents/Versions/*/bin",
        "/Library/PostgreSQL/*/bin",
    ]
} else {
    &[
        "/usr/lib/postgresql/*/bin",
        "/usr/pgsql-*/bin",
        "/usr/libexec/postgresql*",
        "/opt/postgresql/*/bin",
        "/home/linuxbrew/.linuxbrew/opt/*/bin",
    ]
};

/// A directory that may hold the binaries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The directory.
    pub bin: PathBuf,
    /// Why it is looked at.
    pub origin: Origin,
}

/// Why a directory is looked at, the better reason first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The user named it.
    Configured,
    /// It is on `PATH`.
    Path,
    /// Packages put it there.
    Place,
    /// An archive was unpacked there.
    Cache,
}

/// Binaries that run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Their directory.
    pub bin: PathBuf,
    /// What `postgres --version` says.
    pub version: Version,
    /// Why they were looked at.
    pub origin: Origin,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgreSQL {} from {}", self.version, self.bin.display())
    }
}

/// The major that is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// The data is of this major: no other will do.
    Data(u16),
    /// The Compose file asks for this major: another will do, with a word.
    Wanted(u16),
    /// Any; the newest is the best.
    Any,
}

impl Need {
    /// The major, where one is named.
    pub fn major(self) -> Option<u16> {
        match self {
            Self::Data(major) | Self::Wanted(major) => Some(major),
            Self::Any => None,
        }
    }
}

/// What is done about binaries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// These are used.
    Use(Found),
    /// This archive is fetched; where it cannot be had, [`second_best`] is asked.
    Fetch(Pin),
    /// Nothing at hand will do.
    Nothing,
}

/// Chooses among what runs. `pin` is the archive that could be fetched, if any.
pub fn choose(found: &[Found], need: Need, pin: Option<Pin>) -> Choice {
    if let Some(configured) = found.iter().find(|it| it.origin == Origin::Configured) {
        return match need {
            Need::Data(major) if configured.version.major != major => Choice::Nothing,
            Need::Data(_) | Need::Wanted(_) | Need::Any => Choice::Use(configured.clone()),
        };
    }
    let fitting = match need.major() {
        Some(major) => found
            .iter()
            .filter(|it| it.version.major == major)
            .min_by_key(|it| it.origin),
        None => newest(found),
    };
    match (fitting, pin) {
        (Some(found), _) => Choice::Use(found.clone()),
        (None, Some(pin)) => Choice::Fetch(pin),
        (None, None) => second_best(found, need),
    }
}

/// What is used where the archive cannot be had: the major nearest to the wanted one.
pub fn second_best(found: &[Found], need: Need) -> Choice {
    let nearest = match need {
        Need::Data(_) => None,
        Need::Wanted(major) => found.iter().min_by_key(|it| {
            let older = it.version.major < major;
            (it.version.major.abs_diff(major), older, it.origin)
        }),
        Need::Any => newest(found),
    };
    nearest.map_or(Choice::Nothing, |it| Choice::Use(it.clone()))
}

fn newest(found: &[Found]) -> Option<&Found> {
    found
        .iter()
        .min_by_key(|it| (std::cmp::Reverse(it.version.clone()), it.origin))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Found {
        let (origin, number) = text.split_once(' ').expect("origin and version");
        let version = Version::from_number(number).expect("a version");
        let origin = match origin {
            "configured" => Origin::Configured,
            "path" => Origin::Path,
            "place" => Origin::Place,
            "cache" => Origin::Cache,
            other => panic!("{other}"),
        };
        Found {
            bin: PathBuf::from(text),
            version,
            origin,
        }
    }

    fn pin(number: &str) -> Pin {
        Pin {
            release: number.to_owned(),
            version: Version::from_number(number).expect("a version"),
            target: "x86_64-unknown-linux-gnu".to_owned(),
            sha256: String::new(),
        }
    }

    #[test]
    fn choices() {
        use Need::{Any, Data, Wanted};
        let cases: &[(&[&str], Need, Option<&str>, &str)] = &[
            // The wanted major beats another one, wherever it is.
            (
                &["path 15.1", "cache 16.15"],
                Wanted(16),
                None,
                "cache 16.15",
            ),
            (
                &["path 15.1", "place 16.2"],
                Wanted(16),
                Some("16.15"),
                "place 16.2",
            ),
            (&["place 16.2", "path 16.1"], Wanted(16), None, "path 16.1"),
            // An archive of the wanted major beats another major of the machine.
            (&["path 15.1"], Wanted(16), Some("16.15"), "fetch 16.15"),
            // Another major where there is nothing else: the nearest, the newer of two.
            (
                &["place 14.9", "place 17.2"],
                Wanted(16),
                None,
                "place 17.2",
            ),
            (
                &["place 15.9", "place 17.2"],
                Wanted(16),
                None,
                "place 17.2",
            ),
            (
                &["place 13.9", "place 15.2"],
                Wanted(16),
                None,
                "place 15.2",
            ),
            (&[], Wanted(16), None, "nothing"),
            // What the user named is an order.
            (
                &["configured 15.1"],
                Wanted(16),
                Some("16.15"),
                "configured 15.1",
            ),
            (&["configured 15.1"], Data(16), Some("16.15"), "nothing"),
            // Data can be read by its own major alone.
            (&["place 15.9", "place 17.2"], Data(16), None, "nothing"),
            (&["place 15.9"], Data(15), Some("15.19"), "place 15.9"),
            (&["place 15.9"], Data(16), Some("16.15"), "fetch 16.15"),
            // No wish: the newest at hand.
            (
                &["path 15.1", "place 17.2"],
                Any,
                Some("18.6"),
                "place 17.2",
            ),
            (&[], Any, Some("18.6"), "fetch 18.6"),
        ];
        for (at_hand, need, archive, wanted) in cases {
            let at_hand: Vec<Found> = at_hand.iter().map(|it| found(it)).collect();
            let choice = match choose(&at_hand, *need, archive.map(pin)) {
                Choice::Use(found) => found.bin.display().to_string(),
                Choice::Fetch(pin) => format!("fetch {}", pin.release),
                Choice::Nothing => "nothing".to_owned(),
            };
            assert_eq!(choice, *wanted, "{at_hand:?} for {need:?}");
        }
    }
}

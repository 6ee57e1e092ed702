//! The archives that may be downloaded, each with its SHA-256.
//!
//! `scripts/pin-postgres` computes the table; nothing else writes it. It is in the format of
//! `sha256sum`, a pin a line.

use super::version::Version;

const TABLE: &str = include_str!("pins.sha256");

/// One archive: nothing but these very bytes is ever unpacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The version as the releases spell it: `16.15.0`.
    pub release: String,
    /// The version as the server spells it.
    pub version: Version,
    /// The target triple.
    pub target: String,
    /// The SHA-256 of the archive in lower-case hexadecimal.
    pub sha256: String,
}

impl Pin {
    /// The archive's name: `postgresql-16.15.0-x86_64-unknown-linux-gnu.tar.gz`.
    pub fn archive(&self) -> String {
        format!("{}.tar.gz", self.stem())
    }

    /// The archive's name without its ending; the one directory in it is called so, too.
    pub fn stem(&self) -> String {
        format!("postgresql-{}-{}", self.release, self.target)
    }

    fn from_line(line: &str) -> Option<Self> {
        let (sha256, archive) = line.split_once("  ")?;
        let name = archive
            .strip_prefix("postgresql-")?
            .strip_suffix(".tar.gz")?;
        let (release, target) = name.split_once('-')?;
        Some(Self {
            release: release.to_owned(),
            version: Version::from_number(release)?,
            target: target.to_owned(),
            sha256: sha256.to_owned(),
        })
    }
}

/// The newest pinned archive for `target`: of `major` where one is asked for.
pub fn newest(target: &str, major: Option<u16>) -> Option<Pin> {
    all()
        .filter(|pin| pin.target == target)
        .filter(|pin| major.is_none_or(|major| pin.version.major == major))
        .max_by(|one, other| one.version.cmp(&other.version))
}

/// Every pin.
fn all() -> impl Iterator<Item = Pin> {
    TABLE.lines().filter_map(Pin::from_line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_a_pin() {
        assert_eq!(all().count(), TABLE.lines().count());
        for pin in all() {
            assert_eq!(pin.sha256.len(), 64, "{pin:?}");
            assert!(pin.sha256.bytes().all(|it| it.is_ascii_hexdigit()));
        }
    }

    #[test]
    fn every_major_is_there_for_every_target() {
        for target in [
            "x86_64-unknown-linux-gnu",
            "aarch64-unknown-linux-gnu",
            "x86_64-apple-darwin",
            "aarch64-apple-darwin",
            "x86_64-pc-windows-msvc",
        ] {
            for major in 14..=18 {
                let pin = newest(target, Some(major)).expect("a pin");
                assert_eq!(pin.version.major, major);
            }
            assert_eq!(
                newest(target, None).map(|pin| pin.version.major),
                Some(18),
                "the newest where none is asked for"
            );
        }
        assert_eq!(newest("x86_64-unknown-linux-gnu", Some(9)), None);
    }
}

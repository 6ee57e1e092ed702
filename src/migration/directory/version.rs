//! The number that names a revision.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

/// What stands before the first `_` of a file's name: the fourteen digits of a UTC time in
/// folders of ours, any whole number in those of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    number: i64,
    /// What it is called in a history whose revisions are words.
    word: Option<&'static str>,
}

/// The words that revisions are called by. A process meets a history or two, and keeps their words
/// to its end, so that a version can be passed around like a number.
static WORDS: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

/// As text: a script must not take it for a quantity, and revisions of other histories are words.
impl serde::Serialize for Version {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Version {
    /// Takes a number as it is.
    pub const fn new(number: i64) -> Self {
        Self { number, word: None }
    }

    /// The one at place `number` of a history whose revisions are called by words.
    pub fn named(number: i64, word: &str) -> Self {
        let mut words = WORDS.lock().unwrap_or_else(PoisonError::into_inner);
        let word = if let Some(known) = words.get(word) {
            known
        } else {
            let kept: &'static str = Box::leak(word.to_owned().into_boxed_str());
            words.insert(kept);
            kept
        };
        Self {
            number,
            word: Some(word),
        }
    }

    /// The number, as the journal holds it.
    pub const fn number(self) -> i64 {
        self.number
    }

    /// The number behind it.
    #[must_use]
    pub const fn next(self) -> Self {
        Self::new(self.number.saturating_add(1))
    }

    /// The version of a revision that is made at `time`.
    pub fn at(time: jiff::Timestamp) -> Self {
        let time = time.to_zoned(jiff::tz::TimeZone::UTC);
        let digits = time.strftime("%Y%m%d%H%M%S").to_string();
        Self::new(digits.parse().unwrap_or(1))
    }

    /// The time that a version of fourteen digits spells, as `2026-01-05 08:30:00`.
    pub fn created(self) -> Option<String> {
        let digits = self.number.to_string();
        if digits.len() != 14 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let number = |range: std::ops::Range<usize>| digits[range].parse::<i8>().ok();
        jiff::civil::DateTime::new(
            digits[..4].parse().ok()?,
            number(4..6)?,
            number(6..8)?,
            number(8..10)?,
            number(10..12)?,
            number(12..14)?,
            0,
        )
        .ok()
        .map(|time| time.strftime("%Y-%m-%d %H:%M:%S").to_string())
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.word {
            Some(word) => word.fmt(f),
            None => self.number.fmt(f),
        }
    }
}

impl FromStr for Version {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self::new)
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn a_version_is_the_time_in_utc() {
        let time = "2026-01-05T09:30:00.9+01:00".parse().expect("a time");
        assert_eq!(Version::at(time), Version::new(20_260_105_083_000));
    }

    #[test]
    fn a_word_is_what_a_version_is_called() {
        let (first, again) = (Version::named(1, "ae10"), Version::named(1, "ae10"));
        assert_eq!(first, again);
        assert_eq!(first.to_string(), "ae10");
        assert!(first < Version::named(2, "1b2c"));
        assert_eq!(Version::new(7).to_string(), "7");
    }

    #[test]
    fn fourteen_digits_tell_the_time_if_they_are_one() {
        for (number, created) in [
            (20_260_105_083_000, Some("2026-01-05 08:30:00")),
            (20_261_305_083_000, None),
            (20_260_230_000_000, None),
            (1, None),
            (-20_260_105_083_000, None),
        ] {
            assert_eq!(
                Version::new(number).created().as_deref(),
                created,
                "{number}"
            );
        }
    }
}

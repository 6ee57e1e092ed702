//! PostgreSQL's version numbers, as its programs print them.

use std::fmt;

/// A version: `16.4`, or `18beta1` with the rest kept as text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The major: data directories are bound to it.
    pub major: u16,
    /// The minor; 0 for a version that is not released yet.
    pub minor: u16,
}

impl Version {
    /// Reads the answer to `--version`: `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
    pub fn from_answer(answer: &str) -> Option<Self> {
        let number = answer.split_once("(PostgreSQL)")?.1.split_whitespace();
        Self::from_number(number.take(1).next()?)
    }

    /// Reads a number alone: `16.15`, `16.15.0`, `18beta1`.
    pub fn from_number(number: &str) -> Option<Self> {
        let digits = |text: &str| -> Option<u16> {
            let end = text
                .find(|letter: char| !letter.is_ascii_digit())
                .unwrap_or(text.len());
            text[..end].parse().ok()
        };
        let mut parts = number.split('.');
        let major = digits(parts.next()?)?;
        let minor = parts.next().and_then(digits).unwrap_or(0);
        Some(Self { major, minor })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn answers() {
        let cases = [
            (
                "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n",
                Some((15, 18)),
            ),
            ("postgres (PostgreSQL) 16.15\n", Some((16, 15))),
            ("initdb (PostgreSQL) 18beta1\n", Some((18, 0))),
            ("postgres (PostgreSQL) \n", None),
            ("postgres: command not found", None),
        ];
        for (answer, version) in cases {
            let version = version.map(|(major, minor)| Version { major, minor });
            assert_eq!(Version::from_answer(answer), version, "{answer}");
        }
    }

    #[test]
    fn numbers() {
        let version = |major, minor| Some(Version { major, minor });
        assert_eq!(Version::from_number("16.15.0"), version(16, 15));
        assert_eq!(Version::from_number("17"), version(17, 0));
        assert_eq!(Version::from_number("x"), None);
    }
}

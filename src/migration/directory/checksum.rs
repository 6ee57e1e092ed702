//! The fingerprint by which sqlx, and so we, recognise that an applied file was edited.

use std::fmt;

use sha2::{Digest, Sha384};

/// SHA-384 of the text of an up file.
#[derive(Clone, PartialEq, Eq)]
pub struct Checksum(Vec<u8>);

/// How a file compares to what was applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// Byte for byte the same.
    Same,
    /// Only the line ends differ, as they do in a checkout on Windows.
    LineEnds,
    /// Another text.
    Different,
}

impl Checksum {
    /// The fingerprint of `text`, as sqlx takes it: of the bytes as they are.
    pub fn of(text: &str) -> Self {
        Self(Sha384::digest(text.as_bytes()).to_vec())
    }

    /// A fingerprint as the journal holds it.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes that the journal holds.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// How `text` compares to the text this was taken of.
    pub fn compare(&self, text: &str) -> Likeness {
        if *self == Self::of(text) {
            return Likeness::Same;
        }
        let unix = text.replace("\r\n", "\n");
        if *self == Self::of(&unix) || *self == Self::of(&unix.replace('\n', "\r\n")) {
            Likeness::LineEnds
        } else {
            Likeness::Different
        }
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Checksum({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::{Checksum, Likeness};

    #[test]
    fn line_ends_do_not_make_another_migration() {
        let unix = "create table t (\n  a int\n);\n";
        let windows = "create table t (\r\n  a int\r\n);\r\n";
        for (applied, now, likeness) in [
            (unix, unix, Likeness::Same),
            (unix, windows, Likeness::LineEnds),
            (windows, unix, Likeness::LineEnds),
            (windows, windows, Likeness::Same),
            (unix, "create table t (\n  b int\n);\n", Likeness::Different),
            (unix, "create table t (\n  a int\n);", Likeness::Different),
        ] {
            assert_eq!(
                Checksum::of(applied).compare(now),
                likeness,
                "{applied:?} {now:?}"
            );
        }
    }

    #[test]
    fn it_is_what_sha384sum_prints() {
        assert_eq!(
            Checksum::of("abc").to_string(),
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed\
             8086072ba1e7cc2358baeca134c825a7"
        );
    }
}

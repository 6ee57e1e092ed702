//! Which prepared database may stand in for running the whole history again.
//!
//! The key is taken over everything that decides what the history makes of an empty database.
//! Two checkouts of the same files have the same key on every system: line ends and path
//! separators are made equal first.

use sha2::{Digest, Sha256};

use super::note::{Note, Purpose};
use crate::ident::DatabaseName;

/// What a template was made from, as 32 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// Takes the key of a history. `engine` is who runs it, name and version; `server` is the
    /// server's version; `files` are paths relative to the history's directory and contents, in
    /// any order.
    ///
    /// # Panics
    ///
    /// Never: half of a SHA-256 has 16 bytes.
    pub fn new<'a>(
        engine: &str,
        server: &str,
        files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    ) -> Self {
        let mut files: Vec<_> = files
            .into_iter()
            .map(|(path, contents)| (path.replace('\\', "/"), line_feeds(contents)))
            .collect();
        files.sort();
        let mut digest = Sha256::new();
        let mut take = |part: &[u8]| {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        };
        take(engine.as_bytes());
        take(server.as_bytes());
        for (path, contents) in &files {
            take(path.as_bytes());
            take(contents);
        }
        let digest = digest.finalize();
        let (half, _) = digest.split_at(16);
        let half = u128::from_be_bytes(half.try_into().expect("the half is 16 bytes"));
        Self(format!("{half:032x}"))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The note of the template with this key.
    pub(in crate::database) fn note(&self, of: &DatabaseName) -> Note {
        Note {
            purpose: Purpose::Template,
            of: of.clone(),
            name: self.0.clone(),
            created: jiff::Timestamp::now(),
        }
    }
}

fn line_feeds(contents: &[u8]) -> Vec<u8> {
    let mut bytes = contents.iter().copied().peekable();
    let mut normal = Vec::with_capacity(contents.len());
    while let Some(byte) = bytes.next() {
        if byte != b'\r' || bytes.peek() != Some(&b'\n') {
            normal.push(byte);
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::Key;

    #[test]
    fn the_key_sees_what_matters_and_nothing_else() {
        let key = |files: &[(&str, &str)], server: &str| {
            let files = files.iter().map(|(path, text)| (*path, text.as_bytes()));
            Key::new("townpass 1", server, files).0
        };
        let base = key(&[("a/1.sql", "x\ny\n"), ("a/2.sql", "z")], "16.4");
        assert_eq!(base.len(), 32);
        assert_eq!(
            base,
            key(&[("a\\2.sql", "z"), ("a\\1.sql", "x\r\ny\r\n")], "16.4")
        );
        for other in [
            key(&[("a/1.sql", "x\ny\n"), ("a/2.sql", "z")], "16.5"),
            key(&[("a/1.sql", "x\ny"), ("a/2.sql", "z")], "16.4"),
            key(&[("a/1.sql", "x\n\ry\n"), ("a/2.sql", "z")], "16.4"),
            key(&[("a/1.sql", "x\ny\n"), ("a/3.sql", "z")], "16.4"),
            key(&[("a/1.sql", "x\ny\n")], "16.4"),
            key(&[("a/1.sql", "x\ny\na/2.sqlz")], "16.4"),
        ] {
            assert_ne!(base, other);
        }
    }
}

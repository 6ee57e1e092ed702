//! The checksums that tools keep of their files, so that a file which was edited after it was applied
//! is noticed.
//!
//! Flyway keeps the CRC-32 of a file without its line ends, as a signed number; Prisma the SHA-256 of
//! all of it; refinery the `SipHash` 1-3 of name, version and text. The other tools keep none.

use std::hash::{Hash as _, Hasher as _};

use sha2::{Digest as _, Sha256};
use siphasher::sip::SipHasher13;

/// What Flyway keeps of a file.
pub(super) fn flyway(text: &str) -> Vec<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut crc = crc32fast::Hasher::new();
    for line in text.split(['\r', '\n']) {
        crc.update(line.as_bytes());
    }
    vec![crc.finalize().cast_signed().to_string()]
}

/// What Prisma keeps of a file. It takes one for the same whose lines end otherwise.
pub(super) fn prisma(text: &str) -> Vec<String> {
    let digest = |text: &String| hex(&Sha256::digest(text.as_bytes()));
    checkouts(text).iter().map(digest).collect()
}

/// What refinery keeps of `V1__name.sql`, wherever it was checked out, and built with versions of 32
/// or of 64 bits.
pub(super) fn refinery(name: &str, version: i64, text: &str) -> Vec<String> {
    let mut checksums = Vec::new();
    for text in checkouts(text) {
        let hashed = |version: &dyn Fn(&mut SipHasher13)| {
            let mut hasher = SipHasher13::new();
            name.hash(&mut hasher);
            version(&mut hasher);
            text.hash(&mut hasher);
            hasher.finish().to_string()
        };
        if let Ok(version) = i32::try_from(version) {
            checksums.push(hashed(&|hasher| version.hash(hasher)));
        }
        checksums.push(hashed(&|hasher| version.hash(hasher)));
    }
    checksums
}

/// Whether a tool that keeps `recorded` kept it of a file with one of `known`. Where either is not
/// known there is nothing to compare.
pub(super) fn agrees(recorded: Option<&str>, known: &[String]) -> bool {
    let Some(recorded) = recorded.filter(|it| !it.is_empty()) else {
        return true;
    };
    // Prisma once wrote each byte without the zero before it.
    let unpadded = |it: &String| {
        let bytes = it.as_bytes().chunks(2);
        let bytes = bytes.map(|byte| byte.strip_prefix(b"0").unwrap_or(byte));
        bytes.flatten().copied().eq(recorded.bytes())
    };
    known.is_empty()
        || known
            .iter()
            .any(|it| it == recorded || it.len() == 64 && unpadded(it))
}

/// A text as it is, and as it is where git writes line ends of Linux or of Windows.
fn checkouts(text: &str) -> Vec<String> {
    let linux = text.replace("\r\n", "\n");
    let windows = linux.replace('\n', "\r\n");
    let mut all = vec![text.to_owned()];
    for other in [linux, windows] {
        if !all.contains(&other) {
            all.push(other);
        }
    }
    all
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::{agrees, flyway, prisma, refinery};

    /// Files and what the tools themselves have kept of them.
    const FOODS: &str = "CREATE TABLE foods(\n    id SERIAL PRIMARY KEY,\n    title TEXT NOT NULL,\n    \
                         price INTEGER NOT NULL,\n    image TEXT\n);";

    #[test]
    fn flyway_keeps_the_lines_without_their_ends() {
        let windows = FOODS.replace('\n', "\r\n");
        let marked = format!("\u{feff}{FOODS}\n");
        for text in [FOODS, &windows, &marked] {
            assert_eq!(flyway(text), ["1458108831"]);
        }
        assert_eq!(flyway(""), ["0"]);
        assert_eq!(flyway("select 2;"), ["-33932038"]);
    }

    #[test]
    fn prisma_keeps_the_whole_with_either_line_end() {
        let hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
        assert_eq!(prisma("hello"), [hello]);
        let [linux, windows] = ["a;\nb;\n", "a;\r\nb;\r\n"].map(prisma);
        assert_eq!(linux.len(), 2);
        assert_ne!(linux, windows);
        assert!(linux.iter().all(|it| windows.contains(it)));
    }

    #[test]
    fn refinery_keeps_name_version_and_text() {
        let table = "create table t (a int primary key, b text);\n";
        for (name, version, text, expected) in [
            ("create_t", 1, table, "4648210155580852031"),
            (
                "index",
                3,
                "create index i on t (b);\n",
                "5645909395275342131",
            ),
        ] {
            assert_eq!(refinery(name, version, text)[0], expected, "{name}");
            let windows = refinery(name, version, &text.replace('\n', "\r\n"));
            assert!(windows.iter().any(|it| it == expected), "{name}");
            assert!(!refinery("other", version, text).contains(&expected.to_owned()));
        }
        assert_eq!(refinery("a", 20_260_105_083_000, "a").len(), 1);
    }

    #[test]
    fn what_is_not_known_is_no_difference() {
        let hello = &prisma("hello")[..];
        // Its bytes 0x0a.. and 0x0.. without their zeros, as an old Prisma wrote them.
        let unpadded = "2cf24dba5fb0a3e26e83b2ac5b9e29e1b161e5c1fa7425e7343362938b9824";
        for (recorded, known, expected) in [
            (None, hello, true),
            (Some(""), hello, true),
            (Some("12"), &[][..], true),
            (Some("12"), hello, false),
            (Some(hello[0].as_str()), hello, true),
            (Some(unpadded), hello, true),
            (Some(&unpadded[1..]), hello, false),
        ] {
            assert_eq!(agrees(recorded, known), expected, "{recorded:?}");
        }
    }
}

//! `townpass.sum`: what each revision holds and what it follows, in one file.
//!
//! Two branches that each add a revision both add a line at its end, so that git finds the conflict
//! when they are merged, before a database does. Each line is sealed with all above it: one that
//! was edited, taken out or put between two others shows. Line ends do not count, so a checkout on
//! Windows is the same folder. The file is optional, and sqlx passes it over.

use std::fmt;

use sha2::{Digest, Sha384};

use crate::migration::directory::located::Located;
use crate::migration::directory::source::Source;
use crate::migration::directory::version::Version;
use crate::migration::directory::{Directory, Revision};
use crate::migration::error::Error;
use crate::migration::graph::Graph;

/// How many bytes of a fingerprint are written.
const BYTES: usize = 12;

/// What stands at the head of the file.
const HEAD: &str = "\
# What each revision of this folder holds and follows; each line is sealed with those above it.
# Written by townpass. After a conflict here: townpass migrate repair --sum
";

/// How git marks a conflict.
const CONFLICT: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

/// What help a file that cannot be read gets.
const REPAIR: &str = "put the revisions in order (`townpass migrate heads`, then `merge` or \
    `rebase`), and write the file anew with `townpass migrate repair --sum`";

/// The lines of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    lines: Vec<Line>,
}

/// One revision.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    version: Version,
    parents: String,
    up: String,
    down: String,
    seal: String,
    /// Where it stands in the file, counted from one; nothing if it is in none.
    number: Option<usize>,
}

/// A place where the file and the folder do not agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Of which revision.
    pub version: Version,
    /// What is so.
    pub what: String,
    /// The line of the sum file, counted from one; nothing if it lacks one.
    pub line: Option<usize>,
}

impl Sum {
    /// Of the revisions of `directory`, all of whose files are read.
    pub fn of(directory: &Directory, graph: &Graph) -> Result<Self, Error> {
        directory.read_all()?;
        let mut seal = String::new();
        let lines = directory.revisions().map(|revision| {
            let mut line = Line::of(revision, graph)?;
            line.seal = line.sealed(&seal);
            seal.clone_from(&line.seal);
            Ok(line)
        });
        Ok(Self {
            lines: lines.collect::<Result<_, Error>>()?,
        })
    }

    /// Reads the file.
    pub fn parse(source: &Source) -> Result<Self, Error> {
        let mut lines = Vec::new();
        let mut start = 0;
        for (index, text) in source.text.split_inclusive('\n').enumerate() {
            let at = start..start + text.trim_end().len();
            start += text.len();
            let text = text.trim_end();
            let bad = |message: String| {
                let label = "here".to_owned();
                let help = REPAIR.to_owned();
                Error::BadSum(Box::new(Located::new(source, &at, message, label, help)))
            };
            if CONFLICT.iter().any(|mark| text.starts_with(mark)) {
                return Err(bad(
                    "git left a conflict here: two branches each added a revision".to_owned(),
                ));
            }
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            let line = Line::parse(text, index + 1)
                .ok_or_else(|| bad("this is no line that townpass wrote".to_owned()))?;
            lines.push(line);
        }
        Ok(Self { lines })
    }

    /// Where this, read from a file, and `actual`, made of the folder, do not agree.
    pub fn compare(&self, actual: &Self, directory: &Directory) -> Vec<Difference> {
        let mut found = Vec::new();
        for line in &actual.lines {
            let version = line.version;
            let Some(revision) = directory.get(version) else {
                continue;
            };
            let name = revision.up.name();
            let Some(recorded) = self.lines.iter().find(|it| it.version == version) else {
                let what = format!("`{name}` is not in it");
                found.push(Difference {
                    version,
                    what,
                    line: None,
                });
                continue;
            };
            let mut note = |what: String| {
                let line = recorded.number;
                found.push(Difference {
                    version,
                    what,
                    line,
                });
            };
            if recorded.up != line.up {
                note(format!("`{name}` was edited"));
            }
            match (recorded.down.as_str(), line.down.as_str()) {
                (recorded, actual) if recorded == actual => {}
                (_, NOTHING) => note(format!("the down file of `{version}` is gone")),
                (NOTHING, _) => note(format!("the down file of `{version}` is new")),
                _ => note(format!("the down file of `{version}` was edited")),
            }
            if recorded.parents != line.parents {
                note(format!(
                    "`{version}` follows {} and not {}",
                    line.parents, recorded.parents
                ));
            }
        }
        for line in &self.lines {
            if directory.get(line.version).is_none() {
                found.push(Difference {
                    version: line.version,
                    what: format!("the files of `{}` are gone", line.version),
                    line: line.number,
                });
            }
        }
        if found.is_empty() {
            found.extend(self.broken_seal(actual));
        }
        found
    }

    /// The first line that is not sealed with those above it, where all else agrees.
    fn broken_seal(&self, actual: &Self) -> Option<Difference> {
        let pairs = self.lines.iter().zip(&actual.lines);
        let broken = pairs
            .map(|(recorded, line)| (recorded, recorded.seal == line.seal))
            .find_map(|(recorded, sealed)| (!sealed).then_some(recorded));
        let more = self.lines.get(actual.lines.len());
        broken.or(more).map(|line| Difference {
            version: line.version,
            what: format!(
                "the line of `{}` is not sealed with those above it",
                line.version
            ),
            line: line.number,
        })
    }
}

/// What to do about `differences` between a sum file and `directory`.
pub fn advice(differences: &[Difference], directory: &Directory) -> &'static str {
    let newest = directory.revisions().next_back().map(|it| it.version);
    if differences.iter().all(|it| Some(it.version) == newest) {
        "if the newest revision is applied nowhere but on your own database, it may be edited: run \
         `townpass migrate repair --sum`, and commit `townpass.sum` with it. If it is applied \
         elsewhere, restore its files, and put the change into a new revision"
    } else {
        "if the files are right, run `townpass migrate repair --sum`, which writes it anew; if not, \
         restore them: `townpass migrate check` lists all that differs"
    }
}

/// What stands where there is no file.
const NOTHING: &str = "-";

impl Line {
    fn of(revision: &Revision, graph: &Graph) -> Result<Self, Error> {
        let parents: Vec<String> = graph
            .parents(revision.version)
            .iter()
            .map(ToString::to_string)
            .collect();
        Ok(Self {
            version: revision.version,
            parents: match parents.as_slice() {
                [] => "base".to_owned(),
                parents => parents.join(","),
            },
            up: fingerprint(&revision.up.text),
            down: match &revision.down {
                Some(down) => fingerprint(&down.read()?.text),
                None => NOTHING.to_owned(),
            },
            seal: String::new(),
            number: None,
        })
    }

    fn parse(text: &str, number: usize) -> Option<Self> {
        let words: Vec<&str> = text.split(' ').collect();
        let [version, parents, up, down, seal] = words.as_slice() else {
            return None;
        };
        let is_print = |word: &str| {
            word.len() == 2 * BYTES && word.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        let sound = is_print(up) && is_print(seal) && (*down == NOTHING || is_print(down));
        sound.then_some(())?;
        Some(Self {
            version: version.parse().ok()?,
            parents: (*parents).to_owned(),
            up: (*up).to_owned(),
            down: (*down).to_owned(),
            seal: (*seal).to_owned(),
            number: Some(number),
        })
    }

    /// The seal of this line below one with the seal `above`.
    fn sealed(&self, above: &str) -> String {
        fingerprint(&format!("{above}\n{self}"))
    }
}

/// All of it but the seal.
impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            version,
            parents,
            up,
            down,
            ..
        } = self;
        write!(f, "{version} {parents} {up} {down}")
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HEAD)?;
        for line in &self.lines {
            writeln!(f, "{line} {}", line.seal)?;
        }
        Ok(())
    }
}

/// Refuses a folder that its sum file contradicts. A folder without one is taken as it is.
pub fn verify(directory: &Directory) -> Result<(), Error> {
    let Some(source) = directory.sum() else {
        return Ok(());
    };
    let recorded = Sum::parse(source)?;
    let actual = Sum::of(directory, &Graph::of(directory)?)?;
    let differences = recorded.compare(&actual, directory);
    if differences.is_empty() {
        return Ok(());
    }
    Err(Error::SumContradicts {
        path: source.path.clone(),
        advice: advice(&differences, directory),
        differences: differences.into_iter().map(|it| it.what).collect(),
    })
}

/// The beginning of the SHA-384 of `text` with Unix line ends.
fn fingerprint(text: &str) -> String {
    let digest = Sha384::digest(text.replace("\r\n", "\n").as_bytes());
    digest[..BYTES]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Source, Sum};
    use crate::migration::directory::tests::directory;
    use crate::migration::{Directory, Graph};

    const FILES: [(&str, &str); 4] = [
        ("1_a.up.sql", "create table a ();\n"),
        ("1_a.down.sql", "drop table a;\n"),
        ("2_b.sql", "-- townpass:revises 1\n"),
        ("3_c.sql", "-- townpass:revises 1\n"),
    ];

    fn sum(directory: &Directory) -> Sum {
        Sum::of(directory, &Graph::of(directory).expect("builds")).expect("reads")
    }

    fn source(text: &str) -> Source {
        Source {
            path: Path::new("migrations/townpass.sum").to_owned(),
            text: text.into(),
        }
    }

    /// What `files` differ in from what `recorded` says.
    fn differences(recorded: &str, files: &[(&str, &str)]) -> Vec<String> {
        let directory = directory(files).expect("reads");
        let recorded = Sum::parse(&source(recorded)).expect("parses");
        let found = recorded.compare(&sum(&directory), &directory);
        found
            .into_iter()
            .map(|it| format!("{}: {}", it.line.unwrap_or(0), it.what))
            .collect()
    }

    #[test]
    fn a_line_a_revision() {
        insta::assert_snapshot!(sum(&directory(&FILES).expect("reads")), @"
        # What each revision of this folder holds and follows; each line is sealed with those above it.
        # Written by townpass. After a conflict here: townpass migrate repair --sum
        1 base d5b0372cc693ab518e2e3083 a762792fce2b2784faf0f199 1db5d092c060ae63f6199460
        2 1 29e979b1a58de4cafcf82fa2 - 40215a8f1ee6d3669023ba79
        3 1 29e979b1a58de4cafcf82fa2 - 95d4764d14aaad792dc53dd5
        ");
    }

    #[test]
    fn what_was_written_is_read_back_whatever_the_line_ends() {
        let text = sum(&directory(&FILES).expect("reads")).to_string();
        assert_eq!(differences(&text, &FILES), [""; 0]);
        assert_eq!(differences(&text.replace('\n', "\r\n"), &FILES), [""; 0]);
        let windows = FILES.map(|(name, text)| (name, text.replace('\n', "\r\n")));
        let windows = windows
            .each_ref()
            .map(|(name, text)| (*name, text.as_str()));
        assert_eq!(differences(&text, &windows), [""; 0]);
    }

    #[test]
    fn every_change_is_found() {
        let text = sum(&directory(&FILES).expect("reads")).to_string();
        let mut edited = FILES;
        edited[0].1 = "create table b ();\n";
        edited[1].1 = "drop table b;\n";
        assert_eq!(
            differences(&text, &edited),
            [
                "3: `1_a.up.sql` was edited",
                "3: the down file of `1` was edited"
            ]
        );
        let mut moved = FILES;
        moved[3].1 = "-- townpass:revises 2\n";
        assert_eq!(
            differences(&text, &moved),
            ["5: `3_c.sql` was edited", "5: `3` follows 2 and not 1"]
        );
        assert_eq!(
            differences(&text, &FILES[..3]),
            ["5: the files of `3` are gone"]
        );
        let mut more = FILES.to_vec();
        more.push(("4_d.sql", ""));
        assert_eq!(differences(&text, &more), ["0: `4_d.sql` is not in it"]);
    }

    #[test]
    fn lines_that_were_put_together_by_hand_are_not_sealed() {
        let short = sum(&directory(&FILES[..3]).expect("reads")).to_string();
        let other = [FILES[0], FILES[1], FILES[3]];
        let other = sum(&directory(&other).expect("reads")).to_string();
        let united = format!("{short}{}\n", other.lines().last().expect("a line"));
        assert_eq!(
            differences(&united, &FILES),
            ["5: the line of `3` is not sealed with those above it"]
        );
    }

    #[test]
    fn a_conflict_is_recognised() {
        let short = sum(&directory(&FILES[..2]).expect("reads")).to_string();
        for (text, message) in [
            (
                format!("{short}<<<<<<< HEAD\n"),
                "`migrations/townpass.sum:4:1`: git left a conflict here: two branches each \
                 added a revision",
            ),
            (
                format!("{short}2 1 abc - def\n"),
                "`migrations/townpass.sum:4:1`: this is no line that townpass wrote",
            ),
        ] {
            let error = Sum::parse(&source(&text)).expect_err(message);
            assert_eq!(error.to_string(), message);
        }
    }
}

//! What the comments at the head of an up file say about its place in the history.
//!
//! ```sql
//! -- townpass:revises 20260105083000
//! -- townpass:label payments
//! -- townpass:depends 20260103000000
//! -- townpass:author ada@example.org
//! -- townpass:replaces 20251201000000, 20251202000000
//! -- townpass:from flyway 2.1
//! -- townpass:from-checksum 1458108831
//! ```
//!
//! The header is the leading run of `--` lines. A file without a word of ours follows the one
//! before it, so that a folder made by `sqlx migrate add` is a plain line.

use std::ops::Range;

use crate::migration::Version;

/// The words that a header may use.
const KEYS: [&str; 8] = [
    "revises",
    "label",
    "depends",
    "author",
    "replaces",
    "approve",
    "from",
    "from-checksum",
];

/// Names that mean something already, and so can be no label.
const TAKEN: [&str; 4] = ["base", "head", "heads", "current"];

/// What a header says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// The revisions that this one follows.
    pub revises: Revises,
    /// The names of the branch that begins here.
    pub labels: Vec<String>,
    /// The revisions that must be applied before this one, though it does not follow them.
    pub depends: Vec<Version>,
    /// Who wrote it.
    pub author: Option<String>,
    /// The revisions that this one stands for, whose files are gone.
    pub replaces: Vec<Version>,
    /// What it was before, if another tool's history became this one.
    pub from: Option<Former>,
    /// What that tool keeps of the file that this was made from, once it is applied.
    pub from_checksums: Vec<String>,
}

/// A revision of another tool's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Former {
    /// The tool.
    pub tool: String,
    /// What the tool calls it.
    pub id: String,
}

/// Which revisions a file follows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Revises {
    /// It does not say: the one with the next lower version, if there is one.
    #[default]
    Previous,
    /// None: it begins a history.
    Base,
    /// These.
    Parents(Vec<Version>),
}

/// A line of a header that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Where it begins, in bytes.
    pub start: usize,
    /// How long it is, in bytes.
    pub length: usize,
    /// What is wrong with it.
    pub why: String,
    /// How such a line is written.
    pub help: &'static str,
}

/// Reads the header of `text`.
pub fn read(text: &str) -> Result<Header, BadLine> {
    let mut header = Header::default();
    for entry in entries(text) {
        header.take(&entry).map_err(|why| BadLine {
            start: entry.at.start,
            length: entry.at.len(),
            why,
            help: entry.help(),
        })?;
    }
    Ok(header)
}

/// The line of the header of `text` that says `key`, in bytes; where none does, the beginning.
pub fn line_of(text: &str, key: &str) -> Range<usize> {
    entries(text)
        .find(|entry| entry.key == key)
        .map_or(0..0, |entry| entry.at)
}

/// `text` with another word about what it follows and depends on. Everything else stays as it is.
pub fn rewrite(text: &str, revises: &Revises, depends: &[Version]) -> String {
    let ends = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut lines = vec![revises_line(revises)];
    if !depends.is_empty() {
        lines.push(format!("-- townpass:depends {}", commas(depends)));
    }
    let block: String = lines.iter().map(|line| format!("{line}{ends}")).collect();
    let ours: Vec<Range<usize>> = entries(text)
        .filter(|entry| matches!(entry.key, "revises" | "depends"))
        .map(|entry| entry.at)
        .collect();
    let first = ours
        .first()
        .map_or_else(|| after_marker(text), |at| at.start);
    let mut rewritten = String::with_capacity(text.len() + block.len());
    rewritten.push_str(&text[..first]);
    rewritten.push_str(&block);
    let mut kept = first;
    for at in ours {
        rewritten.push_str(&text[kept..at.start]);
        let rest = &text[at.end..];
        let end = rest.find('\n').map_or(rest.len(), |end| end + 1);
        kept = at.end + end;
    }
    rewritten.push_str(&text[kept..]);
    rewritten
}

/// The line that says what a file follows; nothing where that needs no word.
pub fn revises_line(revises: &Revises) -> String {
    match revises {
        Revises::Previous => String::new(),
        Revises::Base => "-- townpass:revises base".to_owned(),
        Revises::Parents(parents) => format!("-- townpass:revises {}", commas(parents)),
    }
}

/// What is wrong with `label` as the name of a branch, if anything is.
pub fn label_fault(label: &str) -> Option<String> {
    let bad = |c: char| matches!(c, '@' | '-' | '+' | ':') || c.is_whitespace();
    if let Some(found) = label.chars().find(|&c| bad(c)) {
        return Some(format!(
            "character(s) '{found}' not allowed in revision identifier '{label}'"
        ));
    }
    if TAKEN.contains(&label) {
        return Some(format!(
            "`{label}` means something else, and can be no label"
        ));
    }
    if label.chars().all(|c| c.is_ascii_digit()) {
        return Some(format!("`{label}` can be mistaken for a version"));
    }
    None
}

/// A line of a header that is meant for us.
struct Entry<'t> {
    key: &'t str,
    value: &'t str,
    /// Without its line end.
    at: Range<usize>,
}

impl Entry<'_> {
    /// How such a line is written.
    fn help(&self) -> &'static str {
        match self.key {
            "label" => "a label is a word of letters, digits and `_`; several with commas",
            "depends" | "replaces" => "write versions, several with commas",
            "author" => "write a name or an address",
            "from" => {
                "write the tool and what it calls this: `-- townpass:from alembic 1a34685c3b0f`"
            }
            "from-checksum" => "write what the tool keeps of the file; several with commas",
            _ => "write `-- townpass:revises <version>`, several with commas, or `base`",
        }
    }
}

impl Header {
    /// Takes in what `entry` says, or tells why it cannot be.
    fn take(&mut self, entry: &Entry<'_>) -> Result<(), String> {
        let value = entry.value;
        match entry.key {
            "revises" => {
                let said = revises(value)?;
                if self.revises != Revises::Previous && self.revises != said {
                    return Err("another line says what this revises".to_owned());
                }
                self.revises = said;
            }
            "label" => {
                for label in words(value) {
                    if let Some(fault) = label_fault(label) {
                        return Err(fault);
                    }
                    self.labels.push(label.to_owned());
                }
            }
            "depends" => self.depends.extend(versions(value)?),
            "replaces" => self.replaces.extend(versions(value)?),
            "author" => self.author = Some(value.to_owned()),
            "from" => self.from = Some(former(value)?),
            "from-checksum" => self.from_checksums.extend(words(value).map(str::to_owned)),
            // What somebody approved is read where it is looked for.
            "approve" => {}
            key => {
                let known = KEYS.join("`, `");
                return Err(format!("`{key}` is none of `{known}`"));
            }
        }
        if value.is_empty() {
            return Err(format!("`{}` says nothing", entry.key));
        }
        Ok(())
    }
}

/// The lines of the header of `text` that are meant for us.
fn entries(text: &str) -> impl Iterator<Item = Entry<'_>> {
    let mut start = 0;
    text.split_inclusive('\n')
        .map(move |line| {
            let here = start;
            start += line.len();
            // That a file begins with this mark is told where its statements are read.
            (here, line.trim_start_matches('\u{feff}').trim_end())
        })
        .take_while(|(_, line)| line.is_empty() || line.starts_with("--"))
        .filter_map(|(here, line)| {
            let (key, value) = entry(line.strip_prefix("--")?.trim_start())?;
            let at = here..here + line.len();
            Some(Entry { key, value, at })
        })
}

/// The key and value of a comment that is meant for us. `revises: 7` is, as Alembic's files say
/// it; `revises: the old plan` is somebody's prose.
fn entry(comment: &str) -> Option<(&str, &str)> {
    if let Some(value) = comment.strip_prefix("revises:") {
        let value = value.trim();
        let meant = value == "base" || value.starts_with(|c: char| c.is_ascii_digit());
        return meant.then_some(("revises", value));
    }
    let entry = comment.strip_prefix("townpass:")?.trim_start();
    let (key, value) = entry.split_once(char::is_whitespace).unwrap_or((entry, ""));
    Some((key.trim_end_matches(':'), value.trim()))
}

/// Where a line of ours goes in a file that has none: behind the marker that sqlx wants first.
fn after_marker(text: &str) -> usize {
    if text.starts_with("-- no-transaction") {
        text.find('\n').map_or(text.len(), |end| end + 1)
    } else {
        0
    }
}

fn revises(value: &str) -> Result<Revises, String> {
    if value == "base" {
        return Ok(Revises::Base);
    }
    let parents = versions(value)?;
    if parents.is_empty() {
        return Err("it names no version; a history begins with `base`".to_owned());
    }
    Ok(Revises::Parents(parents))
}

fn former(value: &str) -> Result<Former, String> {
    let Some((tool, id)) = value.split_once(char::is_whitespace) else {
        return Err("it names no revision of that tool".to_owned());
    };
    Ok(Former {
        tool: tool.to_owned(),
        id: id.trim().to_owned(),
    })
}

fn versions(value: &str) -> Result<Vec<Version>, String> {
    words(value)
        .map(|word| {
            word.parse()
                .map_err(|_| format!("`{word}` is not a version"))
        })
        .collect()
}

fn words(value: &str) -> impl Iterator<Item = &str> {
    value
        .split([',', ' ', '\t'])
        .filter(|word| !word.is_empty())
}

fn commas(versions: &[Version]) -> String {
    let words: Vec<String> = versions.iter().map(Version::to_string).collect();
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::{Former, Header, Revises, line_of, read, rewrite};
    use crate::migration::Version;

    fn versions(numbers: &[i64]) -> Vec<Version> {
        numbers.iter().copied().map(Version::new).collect()
    }

    fn parents(numbers: &[i64]) -> Revises {
        Revises::Parents(versions(numbers))
    }

    #[test]
    fn what_a_file_follows() {
        for (text, revises) in [
            ("", Revises::Previous),
            ("select 1;", Revises::Previous),
            ("-- townpass:revises base\nselect 1;", Revises::Base),
            ("-- townpass:revises 1", parents(&[1])),
            (
                "-- no-transaction\r\n-- townpass:revises 1,2\r\n",
                parents(&[1, 2]),
            ),
            ("-- words\n--townpass:revises: 1, 2\n", parents(&[1, 2])),
            ("-- revises: 7\n", parents(&[7])),
            ("-- revises: base\n", Revises::Base),
            ("-- revises: 7\n-- townpass:revises 7\n", parents(&[7])),
            ("-- it revises 7\n", Revises::Previous),
            ("-- revises: the old plan\n", Revises::Previous),
            ("select 1;\n-- townpass:revises 1\n", Revises::Previous),
            ("\n\n-- townpass:revises 3\n", parents(&[3])),
            ("\u{feff}-- townpass:revises 3\n", parents(&[3])),
        ] {
            let header = Header {
                revises,
                ..Header::default()
            };
            assert_eq!(read(text), Ok(header), "{text:?}");
        }
    }

    #[test]
    fn the_other_words() {
        let text = "-- townpass:revises 3\n\
             -- townpass:label pay, bill\n\
             -- townpass:label 帳單\n\
             -- townpass:depends 1 2\n\
             -- townpass:author Ada <a@example.org>\n\
             -- townpass:replaces 4,5\n\
             -- townpass:from prisma 0_init it all\n-- townpass:from-checksum 1f, 2e\n";
        let header = Header {
            revises: parents(&[3]),
            labels: ["pay", "bill", "帳單"].map(str::to_owned).to_vec(),
            depends: versions(&[1, 2]),
            author: Some("Ada <a@example.org>".to_owned()),
            replaces: versions(&[4, 5]),
            from: Some(Former {
                tool: "prisma".to_owned(),
                id: "0_init it all".to_owned(),
            }),
            from_checksums: vec!["1f".to_owned(), "2e".to_owned()],
        };
        assert_eq!(read(text), Ok(header));
        assert_eq!(&text[line_of(text, "depends")], "-- townpass:depends 1 2");
        assert_eq!(line_of("select 1;", "depends"), 0..0);
    }

    #[test]
    fn a_line_that_cannot_be_read_is_pointed_at() {
        for (text, start, why) in [
            (
                "-- a\n-- townpass:revises abc\n",
                5,
                "`abc` is not a version",
            ),
            (
                "-- townpass:revises\n",
                0,
                "it names no version; a history begins with `base`",
            ),
            ("-- revises: 7O\n", 0, "`7O` is not a version"),
            (
                "-- townpass:revises 1\n-- townpass:revises 2\n",
                22,
                "another line says what this revises",
            ),
            (
                "-- townpass:revise 1\n",
                0,
                "`revise` is none of `revises`, `label`, `depends`, `author`, `replaces`, `approve`, `from`, \
                 `from-checksum`",
            ),
            ("-- townpass:label\n", 0, "`label` says nothing"),
            (
                "-- townpass:from alembic\n",
                0,
                "it names no revision of that tool",
            ),
            (
                "-- townpass:label pay-roll\n",
                0,
                "character(s) '-' not allowed in revision identifier 'pay-roll'",
            ),
            (
                "-- townpass:label head\n",
                0,
                "`head` means something else, and can be no label",
            ),
            (
                "-- townpass:label 2026\n",
                0,
                "`2026` can be mistaken for a version",
            ),
        ] {
            let bad = read(text).expect_err(text);
            assert_eq!((bad.start, bad.why.as_str()), (start, why), "{text:?}");
        }
    }

    #[test]
    fn a_header_is_rewritten_and_nothing_else() {
        for (text, rewritten) in [
            ("select 1;", "-- townpass:revises 9\nselect 1;"),
            (
                "-- no-transaction\nselect 1;\n",
                "-- no-transaction\n-- townpass:revises 9\nselect 1;\n",
            ),
            (
                "-- a\r\n-- townpass:revises 1, 2\r\n-- townpass:label x\r\nselect 1;\r\n",
                "-- a\r\n-- townpass:revises 9\r\n-- townpass:label x\r\nselect 1;\r\n",
            ),
            (
                "-- townpass:depends 3\n-- b\n-- revises: 1\nselect 1;",
                "-- townpass:revises 9\n-- b\nselect 1;",
            ),
            ("-- townpass:revises 1", "-- townpass:revises 9\n"),
        ] {
            assert_eq!(rewrite(text, &parents(&[9]), &[]), rewritten, "{text:?}");
        }
        assert_eq!(
            rewrite(
                "-- townpass:revises 1\n",
                &parents(&[9]),
                &versions(&[4, 5])
            ),
            "-- townpass:revises 9\n-- townpass:depends 4, 5\n"
        );
    }
}

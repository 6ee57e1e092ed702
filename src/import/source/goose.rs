//! goose: `1_name.sql` with `-- +goose Up` and `-- +goose Down`, sent statement by statement as the
//! ends of lines and its own marks part them. Its table tells each version's ups and downs in their
//! order.

use std::sync::Arc;

use super::folder::{File, Folder};
use super::name::{number, plain, words};
use crate::import::error::Error;
use crate::import::history::{History, Revision};
use crate::import::script::{Script, Sending, Transaction};
use crate::import::tool::Tool;
use crate::migration::Source;

pub(in crate::import) fn journal(table: &str) -> String {
    format!(
        "SELECT DISTINCT ON (it.version_id) it.version_id::text AS id,
                CASE WHEN it.version_id = 0 OR NOT it.is_applied THEN 'undone' ELSE 'applied' END AS state,
                NULL AS checksum
         FROM {table} AS it ORDER BY it.version_id, it.id DESC"
    )
}

pub(in crate::import) fn read(folder: &Folder) -> Result<History, Error> {
    let mut found: Vec<(i64, &File, Revision)> = Vec::new();
    let mut programs = Vec::new();
    for file in folder.flat() {
        let Some((digits, rest)) = number(&file.name) else {
            continue;
        };
        if !rest.starts_with('_') {
            continue;
        }
        let program = rest.strip_suffix(".go");
        if program.is_some_and(|it| !it.ends_with("_test")) {
            programs.push(file.name.clone());
        }
        let Some(name) = rest.strip_suffix(".sql") else {
            continue;
        };
        let version: i64 = digits.parse().map_err(|_| Error::too_large(file))?;
        let [up, down] = scripts(file)?;
        let revision = Revision {
            id: version.to_string(),
            message: words(name),
            number: Some(version),
            path: file.source.path.clone(),
            up: up.ok_or_else(|| Error::lacks(file, "-- +goose Up"))?,
            down,
            ..Revision::default()
        };
        if let Some((_, first, _)) = found.iter().find(|(it, ..)| *it == version) {
            return Err(Error::twice(&plain(digits), first, file));
        }
        found.push((version, file, revision));
    }
    if !programs.is_empty() {
        return Err(Error::Programs {
            tool: Tool::Goose,
            language: "Go",
            files: programs,
        });
    }
    found.sort_by_key(|(version, ..)| *version);
    let revisions = found.into_iter().map(|(.., revision)| revision).collect();
    Ok(History::line(Tool::Goose, revisions))
}

/// What a line of goose's own says, in small letters.
fn mark(line: &str) -> Option<String> {
    let rest = line.strip_prefix("--")?.trim();
    let rest = rest.strip_prefix("+goose")?;
    let words: Vec<String> = rest.split_whitespace().map(str::to_lowercase).collect();
    Some(words.join(" "))
}

/// One direction of a file while it is read.
#[derive(Default)]
struct Part {
    is_there: bool,
    lines: Vec<String>,
    pieces: Vec<String>,
    piece: String,
}

impl Part {
    fn take(&mut self, line: &str, in_block: bool) {
        let is_comment = line.trim_start().starts_with("--");
        if self.piece.is_empty() && (line.trim().is_empty() || is_comment) {
            return;
        }
        self.piece.push_str(line);
        self.piece.push('\n');
        let ends = line
            .split_whitespace()
            .take_while(|word| !word.starts_with("--"))
            .last()
            .is_some_and(|word| word.ends_with(';'));
        if ends && !in_block {
            self.end();
        }
    }

    fn end(&mut self) {
        let piece = std::mem::take(&mut self.piece);
        if !piece.trim().is_empty() {
            self.pieces.push(piece.trim().to_owned());
        }
    }

    /// Ends the statement of a block, which may go without a semicolon.
    fn end_block(&mut self) {
        let ends = self.piece.trim_end().ends_with(';');
        if !ends && let Some(last) = self.lines.iter_mut().rfind(|line| !line.trim().is_empty()) {
            // Behind a comment it would be part of that.
            last.push_str(if last.contains("--") { "\n;" } else { ";" });
        }
        self.end();
    }

    fn script(self, file: &File, transaction: Transaction) -> Result<Option<Script>, Error> {
        if !self.is_there {
            return Ok(None);
        }
        let source = Source {
            path: file.source.path.clone(),
            text: Arc::from(self.lines.join("\n")),
        };
        Script::of(&source, Sending::Pieces(self.pieces), transaction).map(Some)
    }
}

/// The way there and the way back.
fn scripts(file: &File) -> Result<[Option<Script>; 2], Error> {
    let mut parts = [Part::default(), Part::default()];
    let mut now: Option<usize> = None;
    let mut in_block = false;
    let mut transaction = Transaction::Held;
    for line in file.source.text.split('\n') {
        let mark = mark(line);
        if let Some(mark) = &mark {
            match (mark.as_str(), now) {
                ("up", _) => now = Some(0),
                ("down", _) => now = Some(1),
                ("no transaction", _) => transaction = Transaction::Refused,
                ("statementbegin", Some(_)) => in_block = true,
                ("statementend", Some(now)) => {
                    in_block = false;
                    parts[now].end_block();
                }
                ("envsub on" | "envsubst on", _) => {
                    return Err(Error::Placeholder {
                        path: file.source.path.clone(),
                        what: line.to_owned(),
                    });
                }
                _ => {}
            }
            if let Some(now) = now {
                parts[now].is_there = true;
            }
        }
        for (at, part) in parts.iter_mut().enumerate() {
            let is_its = now == Some(at) && mark.is_none();
            // A line for each of the file's, so that what is wrong is found where it is.
            part.lines.push(if is_its {
                line.to_owned()
            } else {
                String::new()
            });
            if is_its {
                part.take(line, in_block);
            }
        }
    }
    let [mut up, mut down] = parts;
    up.end();
    down.end();
    Ok([
        up.script(file, transaction)?,
        down.script(file, transaction)?,
    ])
}

#[cfg(test)]
mod tests {
    use crate::import::source::folder::tests::folder;
    use crate::import::tool::Tool;

    #[test]
    fn a_file_is_parted_as_goose_parts_it() {
        let text = "-- +goose Up\n-- words\ncreate table t (a int); -- the first\n\
                    insert into t values\n  (1);\n\
                    -- +goose StatementBegin\ncreate function f() returns int as $$\nbegin return 1; end;\n\
                    $$ language plpgsql\n-- +goose StatementEnd\n\n\
                    -- +goose down\ndrop function f();\ndrop table t;\n";
        let history = Tool::Goose
            .read(&folder(&[("00012_a.sql", text)]))
            .expect("reads");
        let found = &history.revisions[0];
        assert_eq!(found.id, "12");
        assert!(!found.up.alone);
        let pieces: Vec<&str> = found.up.pieces.iter().map(|it| it.sql.as_str()).collect();
        assert_eq!(
            pieces,
            [
                "create table t (a int); -- the first",
                "insert into t values\n  (1);",
                "create function f() returns int as $$\nbegin return 1; end;\n$$ language plpgsql",
            ]
        );
        assert!(found.up.text.starts_with("-- words\ncreate table t"));
        assert!(
            found.up.text.ends_with("$$ language plpgsql;\n"),
            "{}",
            found.up.text
        );
        let down = found.down.as_ref().expect("it is there");
        assert_eq!(down.text, "drop function f();\ndrop table t;\n");
    }

    #[test]
    fn what_else_a_file_may_say() {
        let read = |files: &[(&str, &str)]| Tool::Goose.read(&folder(files));
        let text = "-- +goose NO TRANSACTION\n-- +goose Up\ncreate index concurrently i on t (a);";
        let history = read(&[("1_a.sql", text), ("2_a_test.go", "")]).expect("reads");
        assert!(history.revisions[0].up.alone);
        assert!(history.revisions[0].down.is_none());
        for (files, expected) in [
            (
                &[
                    ("1_a.sql", "-- +goose Up\n"),
                    ("2_b.go", ""),
                    ("3_c.go", ""),
                ][..],
                "goose's migrations in Go cannot be taken over: `2_b.go`, `3_c.go`",
            ),
            (
                &[("1_a.sql", "select 1;")],
                "`1_a.sql` has no line `-- +goose Up`",
            ),
            (
                &[("1_a.sql", "-- +goose ENVSUB ON\n-- +goose Up\nselect ${A};")],
                "`1_a.sql` leaves a value to its surroundings: `-- +goose ENVSUB ON`",
            ),
            (
                &[
                    ("1_a.sql", "-- +goose Up\n"),
                    ("001_b.sql", "-- +goose Up\n"),
                ],
                "`1` is there twice: `001_b.sql` and `1_a.sql`",
            ),
        ] {
            assert_eq!(read(files).expect_err(expected).to_string(), expected);
        }
    }
}

//! One way of a revision: the text that becomes a file of ours, and what the tool would send.

use std::ops::Range;
use std::sync::Arc;

use super::beyond::is_beyond;
use super::error::Error;
use crate::migration::Source;
use crate::migration::error::Located;
use crate::sql::{self, Obstacle, Refusal};

/// A way there or back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// What is written: without the tool's own words, and without `BEGIN` and `COMMIT` around it.
    pub text: String,
    /// What the tool sends, in its order.
    pub pieces: Vec<Piece>,
    /// Whether the tool holds a transaction around it.
    pub transaction: Transaction,
    /// Whether a statement of it must stand alone, or the tool says that it runs without one.
    pub alone: bool,
    statements: Vec<String>,
}

/// What is sent at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// It.
    pub sql: String,
    /// Whether what precedes it is committed first, and it runs outside a transaction.
    pub outside: bool,
}

/// Whether a tool holds a transaction around what it sends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transaction {
    /// Around all of it.
    #[default]
    Held,
    /// None of its own; PostgreSQL holds one around each piece.
    None,
    /// None, since the file says so.
    Refused,
}

/// In which pieces a tool sends a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sending {
    /// As it is.
    Whole,
    /// Statement by statement.
    Each,
    /// In these.
    Pieces(Vec<String>),
}

impl Script {
    /// Reads `source`, whose lines that are not the script's are blank.
    pub fn of(source: &Source, sending: Sending, transaction: Transaction) -> Result<Self, Error> {
        let (text, script) = without_control(source)?;
        let statements: Vec<String> = script
            .statements
            .iter()
            .map(|statement| statement.of(&text).to_owned())
            .collect();
        let outside: Vec<bool> = script
            .statements
            .iter()
            .map(|statement| statement.alone.is_some())
            .collect();
        let any = outside.contains(&true);
        let inside = |sql: String| Piece {
            sql,
            outside: false,
        };
        let pieces = match sending {
            Sending::Pieces(pieces) => pieces.into_iter().map(inside).collect(),
            // What cannot run beside another is sent by itself, or it could not be sent at all.
            Sending::Whole if !(any && statements.len() > 1) => {
                vec![inside(source.text.to_string())]
            }
            Sending::Whole | Sending::Each => statements
                .iter()
                .zip(outside)
                .map(|(sql, outside)| Piece {
                    sql: sql.clone(),
                    outside,
                })
                .collect(),
        };
        Ok(Self {
            text: trimmed(&text),
            pieces,
            transaction,
            alone: any || transaction == Transaction::Refused,
            statements,
        })
    }

    /// Statements that come from no text of SQL. `alone` if one must be outside a transaction that
    /// would not have to.
    pub fn made_of(statements: Vec<Piece>, source: &Source) -> Result<Self, Error> {
        let text: Vec<String> = statements
            .iter()
            .map(|it| format!("{};\n", it.sql.trim_end_matches(';')))
            .collect();
        let made = Source {
            path: source.path.clone(),
            text: text.join("\n").into(),
        };
        let mut script = Self::of(&made, Sending::Each, Transaction::Held)?;
        script.alone |= statements.iter().any(|it| it.outside);
        script.pieces = statements;
        Ok(script)
    }

    /// Whether it does anything.
    pub fn acts(&self) -> bool {
        !self.statements.is_empty()
    }

    /// The first statement that changes more than the database it is sent to.
    pub fn beyond_the_database(&self) -> Option<&str> {
        let statements = self.statements.iter().map(String::as_str);
        statements.into_iter().find(|it| is_beyond(it))
    }

    /// Whether all it does is to change rows.
    pub fn is_about_rows(&self) -> bool {
        const WORDS: [&str; 6] = ["insert", "update", "delete", "merge", "select", "with"];
        self.statements.iter().all(|statement| {
            let word: String = statement
                .chars()
                .take_while(char::is_ascii_alphabetic)
                .collect();
            WORDS.contains(&word.to_ascii_lowercase().as_str())
        })
    }
}

/// The text without a `BEGIN` and a `COMMIT` that hold all of it, and its statements.
fn without_control(source: &Source) -> Result<(String, sql::Script), Error> {
    let mut text = source.text.to_string();
    let mut controls: Vec<(&'static str, Range<usize>)> = Vec::new();
    let script = loop {
        match sql::split(&text) {
            Ok(script) => break script,
            Err(Refusal {
                obstacle: Obstacle::TransactionControl(name),
                at,
            }) => {
                // Its semicolon goes with it.
                let rest = &text[at.end..];
                let gap = rest.len() - rest.trim_start().len();
                let end = if rest[gap..].starts_with(';') {
                    at.end + gap + 1
                } else {
                    at.end
                };
                let blank: String = text[at.start..end]
                    .chars()
                    .map(|c| if c == '\n' { '\n' } else { ' ' })
                    .collect();
                controls.push((name, at.start..end));
                text.replace_range(at.start..end, &blank);
            }
            Err(refusal) => return Err(unfit(source, &refusal)),
        }
    };
    let first = script.statements.first().map(|it| it.body.start);
    let last = script.statements.last().map(|it| it.body.end);
    match controls.as_slice() {
        [] => {}
        [(open, begin), (close, end)]
            if is_begin(open)
                && is_commit(close)
                && first.is_none_or(|first| begin.end <= first)
                && last.is_none_or(|last| last <= end.start) => {}
        [(name, at), ..] => {
            return Err(Error::Located(Box::new(Located::new(
                source,
                at,
                format!("`{name}` parts the file into several transactions"),
                "here".to_owned(),
                "a revision is one transaction: split the file where it commits, or take these \
                 statements out of it"
                    .to_owned(),
            ))));
        }
    }
    Ok((text, script))
}

fn is_begin(name: &str) -> bool {
    name.starts_with("BEGIN") || name.starts_with("START")
}

fn is_commit(name: &str) -> bool {
    name.starts_with("COMMIT") || name.starts_with("END")
}

/// Says what cannot be sent.
fn unfit(source: &Source, refusal: &Refusal) -> Error {
    Error::Located(Box::new(Located::new(
        source,
        &refusal.at,
        refusal.obstacle.to_string(),
        "here".to_owned(),
        refusal.obstacle.help().to_owned(),
    )))
}

/// The text without blank lines at its ends and blanks at the ends of its first lines.
fn trimmed(text: &str) -> String {
    let text = text.trim_end();
    let start = text.find(|c: char| !c.is_whitespace()).map_or(0, |first| {
        text[..first].rfind('\n').map_or(0, |end| end + 1)
    });
    let text = text[start..].trim_start_matches([' ', '\t']);
    if text.is_empty() {
        String::new()
    } else {
        format!("{text}\n")
    }
}

/// `source` with only those lines that `keep` wants, the others blank: so what is wrong with it is
/// found where it is.
pub(super) fn only_lines(source: &Source, keep: impl Fn(usize) -> bool) -> Source {
    let lines: Vec<&str> = source
        .text
        .split('\n')
        .enumerate()
        .map(|(at, line)| if keep(at) { line } else { "" })
        .collect();
    Source {
        path: source.path.clone(),
        text: Arc::from(lines.join("\n")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Script, Sending, Transaction};
    use crate::migration::Source;

    fn script(text: &str, sending: Sending) -> Result<Script, String> {
        let source = Source {
            path: "x.sql".into(),
            text: text.into(),
        };
        Script::of(&source, sending, Transaction::None).map_err(|error| error.to_string())
    }

    #[test]
    fn a_transaction_around_all_of_it_is_ours_to_hold() {
        for (text, expected) in [
            ("create table t ();", "create table t ();\n"),
            (
                "-- a\nBEGIN;\n\ncreate table t ();\nselect 1;\nCOMMIT;\n",
                "-- a\n      \n\ncreate table t ();\nselect 1;\n",
            ),
            ("begin transaction;\nselect 1;\nend;", "select 1;\n"),
            ("start transaction ;\nselect 1;\ncommit", "select 1;\n"),
            ("begin; commit;", ""),
            ("\n\n  select 1", "select 1\n"),
        ] {
            let found = script(text, Sending::Whole).expect(text);
            assert_eq!(found.text, expected, "{text:?}");
            assert_eq!(found.pieces[0].sql, text, "as the tool sends it");
        }
        for text in [
            "begin; select 1; commit; select 2;",
            "select 1; commit;",
            "begin; select 1; commit; begin; select 2; commit;",
            "begin; select 1; rollback;",
        ] {
            let error = script(text, Sending::Whole).expect_err(text);
            assert!(error.contains("several transactions"), "{error}");
        }
        let error = script("select 1;\n\\connect x", Sending::Whole).expect_err("psql's");
        assert!(error.starts_with("`x.sql:2:1`"), "{error}");
    }

    #[test]
    fn what_changes_the_server_is_named() {
        for (text, expected) in [
            ("select 1; create role app;", Some("create role app")),
            ("-- a\ndrop role app;", Some("drop role app")),
            ("create table role (a int)", None),
        ] {
            let found = script(text, Sending::Whole).expect(text);
            assert_eq!(found.beyond_the_database(), expected, "{text}");
        }
    }

    #[test]
    fn what_must_be_alone_is_sent_alone() {
        let pieces = |text: &str, sending| {
            let script = script(text, sending).expect(text);
            let pieces = script.pieces.iter();
            let told: Vec<String> = pieces
                .map(|it| format!("{}{}", it.outside, it.sql))
                .collect();
            (script.alone, told.join("|"))
        };
        let index = "create index concurrently i on t (a)";
        for (text, sending, expected) in [
            ("a; b;", Sending::Whole, (false, "falsea; b;".to_owned())),
            ("a; b;", Sending::Each, (false, "falsea|falseb".to_owned())),
            (index, Sending::Whole, (true, format!("false{index}"))),
            (index, Sending::Each, (true, format!("true{index}"))),
            (
                &format!("{index}; b"),
                Sending::Whole,
                (true, format!("true{index}|falseb")),
            ),
            (
                "a; b",
                Sending::Pieces(vec!["a; b".to_owned()]),
                (false, "falsea; b".to_owned()),
            ),
        ] {
            assert_eq!(
                pieces(text, sending.clone()),
                expected,
                "{text} {sending:?}"
            );
        }
    }
}

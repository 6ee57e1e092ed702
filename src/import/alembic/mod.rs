//! A history of Alembic's: what each version file does, as SQL. Most of it is known without Python;
//! what Alembic itself has to print is read here.

mod by_hand;

use std::collections::BTreeMap;
use std::path::Path;

pub use self::by_hand::ByHand;
use crate::alembic;
use crate::alembic::Ordinal;
use crate::alembic::translate::{Memo, Naming, Outside, Statement, translate};
use crate::alembic::way::printed;
use crate::alembic::way::stretch::Stretch;
use crate::import::error::Error;
use crate::import::history::{History, Revision};
use crate::import::script::{Piece, Script, Sending, Transaction};
use crate::import::tool::Tool;
use crate::import::words::some;
use crate::migration::Direction;

/// What each revision does, as far as that is known.
#[derive(Clone, Debug)]
pub struct Ways<'h> {
    history: &'h alembic::History,
    ups: BTreeMap<Ordinal, Way>,
    downs: BTreeMap<Ordinal, Way>,
    by_hand: ByHand,
}

/// One way of a revision.
type Way = Result<Vec<Piece>, Vec<Outside>>;

/// A way that only Python can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// Whose.
    pub revision: Ordinal,
    /// Which.
    pub direction: Direction,
}

impl<'h> Ways<'h> {
    /// All that is known without Python, and what is written by hand, which counts for more. What a
    /// run of Alembic does once, it does once in all of the history: that is how an empty database
    /// comes by it.
    pub fn translated(history: &'h alembic::History, naming: Naming, by_hand: ByHand) -> Self {
        let mut memo = Memo::default();
        let mut ups = BTreeMap::new();
        let mut downs = BTreeMap::new();
        for (revision, script) in history.revisions() {
            let text = &script.source.text;
            let up = translate(text, Direction::Upgrade, naming, &mut memo);
            let down = translate(text, Direction::Downgrade, naming, &mut Memo::default());
            ups.insert(revision, up.map(pieces));
            downs.insert(revision, down.map(pieces));
        }
        Self {
            history,
            ups,
            downs,
            by_hand,
        }
    }

    /// What only Python can tell, in the order of the history.
    pub fn questions(&self) -> Vec<Question> {
        let mut questions = Vec::new();
        for (direction, ways) in [
            (Direction::Upgrade, &self.ups),
            (Direction::Downgrade, &self.downs),
        ] {
            let is_open = |way: &Way| match way {
                Ok(_) => false,
                Err(outside) => direction == Direction::Upgrade || !is_said(outside),
            };
            let is_told = |revision| self.by_hand.get(revision, direction).is_some();
            let open = ways
                .iter()
                .filter(|&(&revision, way)| is_open(way) && !is_told(revision));
            questions.extend(open.map(|(&revision, _)| Question {
                revision,
                direction,
            }));
        }
        questions
    }

    /// What Alembic is asked, so that it prints one revision, and perhaps others before it.
    pub fn words(&self, question: Question) -> Vec<String> {
        Stretch::from(question.revision).words(self.history, question.direction)
    }

    /// Takes in what Alembic printed, if that is all that the revision does. `table` is Alembic's own,
    /// as it names it.
    pub fn answer(&mut self, question: Question, printed: &str, table: &str) {
        let Question {
            revision,
            direction,
        } = question;
        if printed::is_reticent(&self.history.script(revision).source) {
            return;
        }
        let read = printed::read(printed, self.history, direction, revision, table);
        let ways = match direction {
            Direction::Upgrade => &mut self.ups,
            Direction::Downgrade => &mut self.downs,
        };
        if let Some(statements) = read {
            ways.insert(revision, Ok(pieces(statements)));
        }
    }

    /// The history, if all ways there are known. `python` says whether Alembic itself was asked.
    pub fn history(self, python: bool) -> Result<History, Error> {
        let history = self.history;
        let mut unknown = Vec::new();
        let mut lost = Vec::new();
        let mut by_hand = Vec::new();
        let mut revisions = Vec::new();
        let graph = history.graph();
        let ordinals: Vec<Ordinal> = history.revisions().map(|(it, _)| it).collect();
        let places = |them: &[Ordinal]| -> Vec<usize> {
            them.iter()
                .filter_map(|it| ordinals.iter().position(|other| other == it))
                .collect()
        };
        for (ordinal, script) in history.revisions() {
            let source = &script.source;
            let made = |direction, ways: &BTreeMap<Ordinal, Way>| {
                if let Some(by_hand) = self.by_hand.get(ordinal, direction) {
                    let script = Script::of(by_hand, Sending::Each, Transaction::Held)?;
                    return Ok::<_, Error>(Ok(script));
                }
                Ok(match ways.get(&ordinal) {
                    Some(Ok(pieces)) => Ok(Script::made_of(pieces.clone(), source)?),
                    Some(Err(outside)) => Err(outside.clone()),
                    None => Err(Vec::new()),
                })
            };
            let up = made(Direction::Upgrade, &self.ups)?;
            if let Err(outside) = &up {
                unknown.push((script.id.clone(), reasons(&source.path, outside)));
            }
            let down = made(Direction::Downgrade, &self.downs)?;
            if let Err(outside) = &down
                && !is_said(outside)
            {
                lost.push(script.id.clone());
            }
            let is_by_hand = self.by_hand.get(ordinal, Direction::Upgrade).is_some();
            if is_by_hand {
                by_hand.push(script.id.clone());
            }
            revisions.push(Revision {
                id: script.id.clone(),
                message: script.message().replace('\n', " "),
                number: script.created().and_then(number),
                parents: places(graph.parents(ordinal)),
                depends: places(graph.depends(ordinal)),
                labels: script.labels.clone(),
                path: script.source.path.clone(),
                checksums: Vec::new(),
                is_by_hand,
                up: up.unwrap_or_default(),
                down: down.ok(),
            });
        }
        if !unknown.is_empty() {
            return Err(Error::NotSql {
                revisions: unknown,
                python,
            });
        }
        let mut history = History::new(Tool::Alembic, revisions);
        if !lost.is_empty() {
            history.notes.push(format!(
                "the way back cannot be written as SQL, so there is none: {}",
                some(&lost)
            ));
        }
        if !by_hand.is_empty() {
            history.notes.push(format!(
                "written by hand, and what that does to rows is proved by nobody: {}",
                some(&by_hand)
            ));
        }
        history.settle(&lost);
        Ok(history)
    }
}

/// Whether a way says itself that it is none.
fn is_said(outside: &[Outside]) -> bool {
    outside.iter().any(|it| it.construct.starts_with("raise"))
}

fn pieces(statements: Vec<Statement>) -> Vec<Piece> {
    let piece = |it: Statement| Piece {
        sql: it.sql,
        outside: it.autocommit,
    };
    statements.into_iter().map(piece).collect()
}

/// What stands in the way, a line each.
fn reasons(path: &Path, outside: &[Outside]) -> String {
    let lines: Vec<String> = outside
        .iter()
        .map(|it| {
            let (place, construct, why) = (it.place, &it.construct, &it.why);
            format!("{}:{place}: `{construct}`: {why}", path.display())
        })
        .collect();
    lines.join("\n")
}

/// The time in `Create Date`, as fourteen digits.
fn number(created: &str) -> Option<i64> {
    let time = created.get(..19)?.replace(' ', "T");
    let time: jiff::civil::DateTime = time.parse().ok()?;
    time.strftime("%Y%m%d%H%M%S").to_string().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{ByHand, Ways, number};
    use crate::alembic::History;
    use crate::alembic::script::tests::script;
    use crate::alembic::translate::Naming;
    use crate::import::source::folder::tests::folder;

    fn history(files: &[(&str, &str, &str, &str)]) -> History {
        let scripts = files.iter().map(|(id, head, up, down)| {
            let text = format!(
                "\"\"\"make {id}\n\nCreate Date: 2026-01-05 08:30:00.123456\n\"\"\"\n\
                 from alembic import op\nimport sqlalchemy as sa\n\nrevision = '{id}'\n{head}\n\n\
                 def upgrade():\n    {up}\n\ndef downgrade():\n    {down}\n"
            );
            script(&format!("{id}.py"), &text).expect("parses")
        });
        History::of(scripts.collect()).expect("links")
    }

    #[test]
    fn what_needs_no_python_is_sql() {
        let history = history(&[
            (
                "a",
                "down_revision = None",
                "op.execute('create table t (a int)')",
                "op.drop_table('t')",
            ),
            (
                "b",
                "down_revision = 'a'\nbranch_labels = ('pay',)",
                "op.add_column('t', sa.Column('b', sa.Integer()))",
                "raise NotImplementedError()",
            ),
            ("c", "down_revision = 'a'\ndepends_on = 'b'", "pass", "pass"),
            ("d", "down_revision = ('b', 'c')", "pass", "pass"),
        ]);
        let ways = Ways::translated(&history, Naming::Plain, ByHand::default());
        let found = ways.history(false).expect("all of it is known");
        let ids: Vec<&str> = found.revisions.iter().map(|it| it.id.as_str()).collect();
        assert_eq!(ids[0], "a");
        let of = |id: &str| found.revisions.iter().find(|it| it.id == id).expect(id);
        assert_eq!(of("a").up.text, "create table t (a int);\n");
        assert_eq!(of("a").message, "make a");
        assert_eq!(of("a").number, Some(20_260_105_083_000));
        assert_eq!(
            of("a").down.as_ref().map(|it| it.text.as_str()),
            Some("DROP TABLE t;\n")
        );
        assert_eq!(of("b").labels, ["pay"]);
        assert!(of("b").down.is_none());
        assert!(!of("c").up.acts() && of("c").down.is_some());
        assert_eq!(of("d").parents.len(), 2);
        let place = |id: &str| ids.iter().position(|it| *it == id).expect(id);
        assert_eq!(of("c").depends, [place("b")]);
    }

    #[test]
    fn what_needs_python_is_asked_for_and_named() {
        let history = history(&[
            (
                "a",
                "down_revision = None",
                "for row in op.get_bind().execute(sa.text('select 1')): print(row)",
                "pass",
            ),
            (
                "b",
                "down_revision = 'a'",
                "pass",
                "op.get_bind().execute(x)",
            ),
        ]);
        let mut ways = Ways::translated(&history, Naming::Plain, ByHand::default());
        let questions = ways.questions();
        let words: Vec<String> = questions
            .iter()
            .map(|it| ways.words(*it).join(" "))
            .collect();
        assert_eq!(words, ["upgrade base:a --sql", "downgrade b:a --sql"]);
        let error = ways.clone().history(false).expect_err("`a` is not known");
        let said = error.to_string();
        assert!(
            said.starts_with("1 revision of Alembic's cannot be"),
            "{said}"
        );
        assert!(said.contains("a.py:"), "{said}");
        let nothing = "BEGIN;\n\n-- Running upgrade  -> a\n\nCOMMIT;\n";
        ways.answer(questions[0], nothing, "alembic_version");
        ways.clone()
            .history(true)
            .expect_err("`a` keeps it to itself");
        let printed = "BEGIN;\n\n-- Running upgrade  -> a\n\nSELECT 1;\n\nCOMMIT;\n";
        ways.answer(questions[0], printed, "alembic_version");
        let found = ways.history(true).expect("it is known now");
        assert_eq!(found.revisions[0].up.text, "SELECT 1;\n");
        assert!(found.revisions[1].down.is_none());
        assert_eq!(found.notes.len(), 1, "{:?}", found.notes);
    }

    #[test]
    fn what_is_written_by_hand_counts_for_more() {
        let history = history(&[(
            "a",
            "down_revision = None",
            "op.get_bind().execute(x)",
            "op.drop_table('t')",
        )]);
        let files = [
            ("a.up.sql", "-- rows only\n"),
            ("a.down.sql", "drop table u"),
        ];
        let by_hand = ByHand::of(&folder(&files), &history).expect("reads");
        let ways = Ways::translated(&history, Naming::Plain, by_hand);
        assert_eq!(ways.questions(), []);
        let found = ways.history(false).expect("all of it is known");
        let [revision] = &found.revisions[..] else {
            panic!("there is one: {found:?}");
        };
        assert!(revision.is_by_hand && !revision.up.acts());
        assert_eq!(revision.up.text, "-- rows only\n");
        let down = revision.down.as_ref().map(|it| it.text.as_str());
        assert_eq!(down, Some("drop table u\n"));
        assert!(found.notes[0].contains("`a`"), "{:?}", found.notes);
    }

    #[test]
    fn a_date_becomes_a_number() {
        for (created, number_) in [
            ("2026-01-05 08:30:00.123456", Some(20_260_105_083_000)),
            ("2026-01-05 08:30:00+08:00", Some(20_260_105_083_000)),
            ("2026-01-05", None),
            ("yesterday", None),
        ] {
            assert_eq!(number(created), number_, "{created}");
        }
    }
}

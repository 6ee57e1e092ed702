//! One version file: what it says of its place in the history.
//!
//! The assignments of the module are believed, never its docstring, which stays as it was when
//! somebody moves a revision by hand.

pub mod draft;
pub(in crate::alembic) mod file_name;
pub mod literal;
pub mod template;

use std::collections::BTreeMap;
use std::ops::Range;

use ruff_python_ast::{Expr, Stmt};
use ruff_python_parser::parse_module;

use crate::alembic::error::Error;
use crate::alembic::script::literal::{Literal, Names, place};
use crate::migration::Source;
use crate::migration::error::Located;

/// What an id cannot hold, since it means something in a target.
const ILLEGAL: [char; 4] = ['+', '-', ':', '@'];

/// A version file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// Its revision.
    pub id: String,
    /// What it follows, as written.
    pub parents: Vec<String>,
    /// What must be applied before it though it does not follow it: revisions or labels.
    pub depends: Vec<String>,
    /// The names of the branch that begins with it.
    pub labels: Vec<String>,
    /// The module's docstring, without blanks around it.
    pub docstring: String,
    /// The file.
    pub source: Source,
    /// Where it says so.
    pub(in crate::alembic) places: Places,
}

/// Where a version file says what, in bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::alembic) struct Places {
    pub(in crate::alembic) revision: Range<usize>,
    pub(in crate::alembic) down_revision: Range<usize>,
    pub(in crate::alembic) branch_labels: Range<usize>,
    pub(in crate::alembic) depends_on: Range<usize>,
}

impl Script {
    /// Understands a version file.
    pub fn parse(source: Source) -> Result<Self, Error> {
        let module = match parse_module(&source.text) {
            Ok(module) => module.into_syntax(),
            Err(error) => {
                let at = span(error.location.start().into(), error.location.end().into());
                let why = format!(
                    "this is no Python: {}",
                    uncapitalised(&error.error.to_string())
                );
                let help = "mend the file; Alembic cannot read it either";
                return Err(fault(&source, &at, why, help));
            }
        };
        let mut facts = Facts::default();
        for statement in &module.body {
            facts.take(statement);
        }
        let mut names = Names::new();
        let mut unknown = BTreeMap::new();
        let mut places = Places::default();
        for (name, value) in facts.assigned {
            let read = match value {
                Assigned::Value(value) => Literal::of(value, &names),
                Assigned::Somehow(_) => Err("it depends on how the file is run".to_owned()),
            };
            if let Some(place) = places.of(name) {
                *place = value.place();
            }
            // The last assignment counts.
            match read {
                Ok(literal) => {
                    unknown.remove(name);
                    names.insert(name.to_owned(), literal);
                }
                Err(why) => {
                    names.remove(name);
                    unknown.insert(name, why);
                }
            }
        }
        for name in ["revision", "down_revision", "branch_labels", "depends_on"] {
            if let (Some(why), Some(at)) = (unknown.get(name), places.of(name)) {
                let why = format!("`{name}` cannot be known without running the file: {why}");
                let help = "write the value itself: a string, `None`, or a tuple of strings";
                return Err(fault(&source, at, why, help));
            }
        }
        let id = match names.remove("revision") {
            Some(Literal::One(id)) => id,
            Some(_) => {
                let why = "`revision` is no string".to_owned();
                let help = "write the revision's id, in quotes";
                return Err(fault(&source, &places.revision, why, help));
            }
            None => legacy(&source)?,
        };
        if let Some(illegal) = illegal(&id) {
            let help = "rename it here, and in the files that follow it";
            return Err(fault(&source, &places.revision, illegal, help));
        }
        let Some(parents) = names.remove("down_revision") else {
            let why = "there is no `down_revision`".to_owned();
            let help = "write what it follows: `down_revision = None` for a first revision";
            return Err(fault(&source, &places.revision, why, help));
        };
        let strings = |it: Option<Literal>| it.map_or_else(Vec::new, Literal::into_strings);
        let mut labels = strings(names.remove("branch_labels"));
        labels.dedup();
        Ok(Self {
            id,
            parents: parents.into_strings(),
            depends: strings(names.remove("depends_on")),
            labels,
            docstring: facts.docstring.replace("\r\n", "\n").trim().to_owned(),
            source,
            places,
        })
    }

    /// The first paragraph of the docstring, which is what one-line listings tell.
    pub fn message(&self) -> &str {
        self.docstring.split("\n\n").next().unwrap_or_default()
    }

    /// When it was made, as its docstring says.
    pub fn created(&self) -> Option<&str> {
        let mut lines = self.docstring.lines();
        lines.find_map(|line| line.trim().strip_prefix("Create Date:").map(str::trim))
    }

    /// Something is wrong at one of its places.
    pub(in crate::alembic) fn fault(&self, at: &Range<usize>, why: String, help: &str) -> Error {
        fault(&self.source, at, why, help)
    }
}

impl Places {
    /// The place of one of the four names that mean something.
    fn of(&mut self, name: &str) -> Option<&mut Range<usize>> {
        match name {
            "revision" => Some(&mut self.revision),
            "down_revision" => Some(&mut self.down_revision),
            "branch_labels" => Some(&mut self.branch_labels),
            "depends_on" => Some(&mut self.depends_on),
            _ => None,
        }
    }
}

/// What is wrong with `id` as the id of a revision, in Alembic's words, if anything is.
pub(in crate::alembic) fn illegal(id: &str) -> Option<String> {
    let found: Vec<String> = ILLEGAL
        .into_iter()
        .filter(|&it| id.contains(it))
        .map(String::from)
        .collect();
    (!found.is_empty()).then(|| {
        let found = found.join(", ");
        format!("Character(s) '{found}' not allowed in revision identifier '{id}'")
    })
}

impl Assigned<'_> {
    fn place(&self) -> Range<usize> {
        match self {
            Self::Value(value) => place(*value),
            Self::Somehow(at) => at.clone(),
        }
    }
}

/// What the statements of a module say.
#[derive(Debug, Default)]
struct Facts<'m> {
    docstring: String,
    assigned: Vec<(&'m str, Assigned<'m>)>,
    begun: bool,
}

/// What a name is given.
#[derive(Debug)]
enum Assigned<'m> {
    /// This.
    Value(&'m Expr),
    /// Something, by a statement other than a plain assignment.
    Somehow(Range<usize>),
}

impl<'m> Facts<'m> {
    /// Takes in a statement of the module itself.
    fn take(&mut self, statement: &'m Stmt) {
        let first = !std::mem::replace(&mut self.begun, true);
        match statement {
            Stmt::Expr(alone) => {
                if first && let Expr::StringLiteral(text) = &*alone.value {
                    text.value.to_str().clone_into(&mut self.docstring);
                }
            }
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.give(target, &assign.value);
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.give(&assign.target, value);
                }
            }
            Stmt::AugAssign(assign) => self.lose(&assign.target),
            Stmt::Delete(delete) => delete.targets.iter().for_each(|it| self.lose(it)),
            Stmt::For(each) => {
                self.lose(&each.target);
                self.within(&each.body);
                self.within(&each.orelse);
            }
            Stmt::While(each) => {
                self.within(&each.body);
                self.within(&each.orelse);
            }
            Stmt::If(choice) => {
                self.within(&choice.body);
                for clause in &choice.elif_else_clauses {
                    self.within(&clause.body);
                }
            }
            Stmt::With(with) => self.within(&with.body),
            Stmt::Try(attempt) => {
                for body in [&attempt.body, &attempt.orelse, &attempt.finalbody] {
                    self.within(body);
                }
                for handler in &attempt.handlers {
                    let ruff_python_ast::ExceptHandler::ExceptHandler(handler) = handler;
                    self.within(&handler.body);
                }
            }
            Stmt::Match(choice) => choice.cases.iter().for_each(|case| self.within(&case.body)),
            _ => {}
        }
    }

    /// Statements that may run or not: what they assign is not known.
    fn within(&mut self, body: &'m [Stmt]) {
        let mut inner = Facts {
            begun: true,
            ..Facts::default()
        };
        for statement in body {
            inner.take(statement);
        }
        let names = inner.assigned.into_iter().map(|(name, value)| match value {
            Assigned::Value(value) => (name, Assigned::Somehow(place(value))),
            somehow @ Assigned::Somehow(_) => (name, somehow),
        });
        self.assigned.extend(names);
    }

    /// `target = value`; a tuple of names takes a tuple apart.
    fn give(&mut self, target: &'m Expr, value: &'m Expr) {
        match (target, value) {
            (Expr::Name(name), value) => {
                self.assigned
                    .push((name.id.as_str(), Assigned::Value(value)));
            }
            (Expr::Tuple(targets), Expr::Tuple(values))
                if targets.elts.len() == values.elts.len() =>
            {
                for (target, value) in targets.elts.iter().zip(&values.elts) {
                    self.give(target, value);
                }
            }
            (target, _) => self.lose(target),
        }
    }

    /// The names in `target` are given what is not known.
    fn lose(&mut self, target: &'m Expr) {
        match target {
            Expr::Name(name) => {
                let somehow = Assigned::Somehow(place(target));
                self.assigned.push((name.id.as_str(), somehow));
            }
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|it| self.lose(it)),
            Expr::List(list) => list.elts.iter().for_each(|it| self.lose(it)),
            _ => {}
        }
    }
}

/// The id that files of before Alembic 0.2 have in their names alone.
fn legacy(source: &Source) -> Result<String, Error> {
    let name = source.name();
    let id = name.strip_suffix(".py").unwrap_or_default();
    let hexadecimal = |c: char| matches!(c, '0'..='9' | 'a'..='f');
    if !id.is_empty() && id.chars().all(hexadecimal) {
        return Ok(id.to_owned());
    }
    let why = "there is no `revision` in this file".to_owned();
    let help = "write its id, `revision = \"...\"`; or move the file out of the folder if it is no \
                revision";
    Err(fault(source, &(0..0), why, help))
}

fn fault(source: &Source, at: &Range<usize>, why: String, help: &str) -> Error {
    let (label, help) = ("here".to_owned(), help.to_owned());
    Error::Script(Box::new(Located::new(source, at, why, label, help)))
}

fn span(start: u32, end: u32) -> Range<usize> {
    start as usize..end as usize
}

/// `text` as the rest of a sentence.
fn uncapitalised(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_lowercase().to_string());
    first.unwrap_or_default() + chars.as_str()
}

#[cfg(test)]
pub(crate) mod tests {
    use crate::alembic::Script;
    use crate::migration::Source;

    /// A version file that never was on a disk.
    pub(crate) fn script(name: &str, text: &str) -> Result<Script, crate::alembic::Error> {
        Script::parse(Source {
            path: std::path::Path::new("versions").join(name),
            text: text.into(),
        })
    }

    #[test]
    fn every_way_to_write_it() {
        let plain = |parents: &[&str], depends: &[&str], labels: &[&str]| {
            let own = |them: &[&str]| them.iter().map(|&it| it.to_owned()).collect::<Vec<_>>();
            (own(parents), own(depends), own(labels))
        };
        for (text, expected) in [
            (
                "revision = 'a1'\ndown_revision = None",
                plain(&[], &[], &[]),
            ),
            (
                "revision: str = \"a1\"\ndown_revision: Union[str, Sequence[str], None] = 'b2'\n\
                 branch_labels: Union[str, Sequence[str], None] = None\ndepends_on = None",
                plain(&["b2"], &[], &[]),
            ),
            (
                "revision = 'a1'\ndown_revision = ('b2', 'c3')\ndepends_on = ['d4', 'pay']\n\
                 branch_labels = {'x'}",
                plain(&["b2", "c3"], &["d4", "pay"], &["x"]),
            ),
            (
                "revision, down_revision = 'a1', ('b' '2')",
                plain(&["b2"], &[], &[]),
            ),
            (
                "PREVIOUS = 'b2'\nrevision = other = 'a1'\ndown_revision = (PREVIOUS,)\n",
                plain(&["b2"], &[], &[]),
            ),
            (
                "revision = 'z'\nrevision = 'a1'\ndown_revision = make()\ndown_revision = None",
                plain(&[], &[], &[]),
            ),
            (
                "import x\nif x.y:\n    z = 1\ndef f():\n    revision = g()\n\
                 revision = 'a1'; down_revision = None",
                plain(&[], &[], &[]),
            ),
        ] {
            let script = script("x.py", text).expect(text);
            assert_eq!(script.id, "a1", "{text}");
            assert_eq!(
                (script.parents, script.depends, script.labels),
                expected,
                "{text}"
            );
        }
    }
}

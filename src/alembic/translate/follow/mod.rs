//! The statements of a version file, followed one by one.

pub(in crate::alembic::translate) mod apply;
pub(in crate::alembic::translate) mod arguments;
pub(in crate::alembic::translate) mod excerpt;
pub(in crate::alembic::translate) mod expression;
pub(in crate::alembic::translate) mod value;

use std::collections::HashMap;

use ruff_python_ast::{
    ElifElseClause, Expr, ModModule, Stmt, StmtFor, StmtFunctionDef, StmtIf, StmtImport,
    StmtImportFrom, StmtWith,
};
use ruff_text_size::{Ranged as _, TextRange};

use crate::alembic::translate::follow::arguments::{Arguments, Refusal};
use crate::alembic::translate::follow::excerpt::excerpt;
use crate::alembic::translate::follow::value::Value;
use crate::alembic::translate::operation::Scene;
use crate::alembic::translate::operation::batch::Batch;
use crate::alembic::translate::{Memo, Naming, Outside, Statement};
use crate::migration::Direction;
use crate::sql::Place;

/// As many statements of Python are followed, and no more: nobody writes so many.
const MOST_STEPS: usize = 200_000;

/// As deep may functions of the file call each other.
const DEEPEST: usize = 32;

/// Follows `direction` of `module`.
pub(in crate::alembic::translate) fn follow(
    source: &str,
    module: &ModModule,
    direction: Direction,
    naming: Naming,
    memo: &mut Memo,
) -> Result<Vec<Statement>, Vec<Outside>> {
    let mut follower = Follower {
        source,
        functions: HashMap::new(),
        globals: HashMap::new(),
        frames: Vec::new(),
        scene: Scene { naming, memo },
        statements: Vec::new(),
        outside: Vec::new(),
        autocommit: false,
        batches: Vec::new(),
        steps: 0,
    };
    follower.module(&module.body);
    let name = match direction {
        Direction::Upgrade => "upgrade",
        Direction::Downgrade => "downgrade",
    };
    match follower.functions.get(name).copied() {
        Some(function) => {
            let none = Arguments::new(name.to_owned(), function.name.range(), vec![], vec![]);
            if let Err(refusal) = follower.enter(function, none) {
                follower.report(&refusal);
            }
        }
        None => follower.outside.push(Outside {
            place: Place { line: 1, column: 1 },
            construct: format!("def {name}()"),
            why: "the file has no such function".to_owned(),
        }),
    }
    if follower.outside.is_empty() {
        Ok(follower.statements)
    } else {
        follower.outside.sort_by_key(|it| it.place);
        follower.outside.dedup();
        Err(follower.outside)
    }
}

/// What is known while a file is followed.
pub(in crate::alembic::translate) struct Follower<'a> {
    source: &'a str,
    functions: HashMap<&'a str, &'a StmtFunctionDef>,
    /// The names of the module. What is not known there hurts only where it is used.
    globals: HashMap<String, Result<Value, Refusal>>,
    /// The names of the functions that are being followed.
    frames: Vec<HashMap<String, Value>>,
    pub(in crate::alembic::translate) scene: Scene<'a>,
    statements: Vec<Statement>,
    outside: Vec<Outside>,
    autocommit: bool,
    /// What blocks of tables keep until they end.
    batches: Vec<Vec<Statement>>,
    steps: usize,
}

/// How a statement ends.
enum Flow {
    Next,
    Return(Box<Value>),
    Break,
    Continue,
}

impl<'a> Follower<'a> {
    /// The text at `range`, in one line.
    pub(in crate::alembic::translate) fn source_of(&self, range: TextRange) -> String {
        excerpt(self.source, range)
    }

    fn report(&mut self, refusal: &Refusal) {
        if let Some(why) = &refusal.why {
            self.outside.push(Outside {
                place: Place::of(self.source, refusal.range.start().to_usize()),
                construct: excerpt(self.source, refusal.range),
                why: why.clone(),
            });
        }
    }

    fn module(&mut self, body: &'a [Stmt]) {
        for statement in body {
            match statement {
                Stmt::Import(it) => self.import(it),
                Stmt::ImportFrom(it) => self.import_from(it),
                Stmt::FunctionDef(it) => {
                    let name = it.name.as_str();
                    self.functions.insert(name, it);
                    let function = Ok(Value::Function(name.to_owned()));
                    self.globals.insert(name.to_owned(), function);
                }
                Stmt::ClassDef(it) => {
                    let why = "a class of the file";
                    let unknown = Err(Refusal::new(it.name.range(), why));
                    self.globals.insert(it.name.as_str().to_owned(), unknown);
                }
                Stmt::Assign(it) => {
                    let value = self.evaluate(&it.value);
                    for target in &it.targets {
                        self.global(target, value.clone());
                    }
                }
                Stmt::AnnAssign(it) => {
                    if let Some(value) = &it.value {
                        let value = self.evaluate(value);
                        self.global(&it.target, value);
                    }
                }
                Stmt::Expr(it) if it.value.is_string_literal_expr() => {}
                // Names that only a checker of types sees.
                Stmt::If(it) if is_for_checkers(&it.test) => {}
                Stmt::Pass(_) | Stmt::TypeAlias(_) => {}
                _ => self.report(&Refusal::new(
                    statement.range(),
                    "a statement that the module runs when it is imported",
                )),
            }
        }
    }

    fn global(&mut self, target: &'a Expr, value: Result<Value, Refusal>) {
        match target {
            Expr::Name(it) => {
                self.globals.insert(it.id.as_str().to_owned(), value);
            }
            _ => self.report(&Refusal::new(target.range(), "an assignment to no name")),
        }
    }

    fn import(&mut self, import: &'a StmtImport) {
        for alias in &import.names {
            let path = alias.name.as_str();
            let first = path.split('.').next().unwrap_or(path);
            let (name, path) = match &alias.asname {
                Some(name) => (name.as_str(), path),
                None => (first, first),
            };
            self.bind(
                name,
                Value::Path(crate::alembic::translate::construct::vocabulary::canonical(
                    path,
                )),
            );
        }
    }

    fn import_from(&mut self, import: &'a StmtImportFrom) {
        let module = import.module.as_ref().map_or("", |it| it.as_str());
        let module = format!("{}{module}", ".".repeat(import.level as usize));
        for alias in &import.names {
            let path = crate::alembic::translate::construct::vocabulary::canonical(&format!(
                "{module}.{}",
                alias.name
            ));
            let name = alias.asname.as_ref().unwrap_or(&alias.name);
            self.bind(name.as_str(), Value::Path(path));
        }
    }

    /// Gives `value` a name, in the function that is being followed or in the module.
    fn bind(&mut self, name: &str, value: Value) {
        match self.frames.last_mut() {
            Some(frame) => {
                frame.insert(name.to_owned(), value);
            }
            None => {
                self.globals.insert(name.to_owned(), Ok(value));
            }
        }
    }

    /// What `name` is.
    pub(in crate::alembic::translate) fn lookup(
        &mut self,
        name: &str,
        range: TextRange,
    ) -> Result<Value, Refusal> {
        if let Some(value) = self.frames.last().and_then(|frame| frame.get(name)) {
            return Ok(value.clone());
        }
        match self.globals.get(name) {
            Some(Ok(value)) => Ok(value.clone()),
            Some(Err(refusal)) => {
                let why = match &refusal.why {
                    Some(why) => {
                        let line = Place::of(self.source, refusal.range.start().to_usize()).line;
                        format!("its value in line {line} is not known: {why}")
                    }
                    None => return Err(Refusal::told(range)),
                };
                Err(Refusal::new(range, why))
            }
            None if name == "print" => Ok(Value::Path("builtins.print".to_owned())),
            None => Err(Refusal::new(range, "a name that is not known")),
        }
    }

    /// Runs `function`.
    pub(in crate::alembic::translate) fn enter(
        &mut self,
        function: &'a StmtFunctionDef,
        mut from: Arguments,
    ) -> Result<Value, Refusal> {
        let parameters = &function.parameters;
        if function.is_async || !function.decorator_list.is_empty() {
            let why = "a function that is not a plain one";
            return Err(Refusal::new(function.name.range(), why));
        }
        if parameters.vararg.is_some() || parameters.kwarg.is_some() {
            let why = "a function of any number of arguments";
            return Err(Refusal::new(function.name.range(), why));
        }
        if self.frames.len() >= DEEPEST {
            return Err(Refusal::new(
                from.range,
                "functions that call each other without end",
            ));
        }
        let mut frame = HashMap::new();
        let positional = parameters.posonlyargs.iter().chain(&parameters.args);
        let named = positional
            .map(|it| (it, true))
            .chain(parameters.kwonlyargs.iter().map(|it| (it, false)));
        for (parameter, by_place) in named {
            let name = parameter.name().as_str();
            let given = if by_place {
                from.next(name)
            } else {
                from.keyword(name)
            };
            let value = match (given, parameter.default()) {
                (Some(argument), _) => argument.value,
                (None, Some(default)) => self.evaluate(default)?,
                (None, None) => {
                    return Err(from
                        .required(name)
                        .err()
                        .unwrap_or_else(|| Refusal::new(from.range, "an argument is missing")));
                }
            };
            frame.insert(name.to_owned(), value);
        }
        from.finish()?;
        self.frames.push(frame);
        let flow = self.block(&function.body);
        self.frames.pop();
        Ok(match flow {
            Flow::Return(value) => *value,
            Flow::Next | Flow::Break | Flow::Continue => Value::None,
        })
    }

    /// The function `name` of the file.
    pub(in crate::alembic::translate) fn function(
        &self,
        name: &str,
    ) -> Option<&'a StmtFunctionDef> {
        self.functions.get(name).copied()
    }

    fn block(&mut self, body: &'a [Stmt]) -> Flow {
        for statement in body {
            self.steps += 1;
            if self.steps > MOST_STEPS {
                let why = "more statements than anyone would write";
                self.report(&Refusal::new(statement.range(), why));
                return Flow::Return(Box::new(Value::Unknown));
            }
            match self.statement(statement) {
                Ok(Flow::Next) => {}
                Ok(flow) => return flow,
                Err(refusal) => self.report(&refusal),
            }
        }
        Flow::Next
    }

    fn statement(&mut self, statement: &'a Stmt) -> Result<Flow, Refusal> {
        match statement {
            Stmt::Pass(_) => {}
            Stmt::Import(it) => self.import(it),
            Stmt::ImportFrom(it) => self.import_from(it),
            Stmt::Expr(it) => {
                if !it.value.is_string_literal_expr() {
                    self.evaluate(&it.value)?;
                }
            }
            Stmt::Assign(it) => {
                let value = self.evaluate(&it.value);
                for target in &it.targets {
                    let value = value.as_ref().map_or(Value::Unknown, Value::clone);
                    self.assign(target, value)?;
                }
                value?;
            }
            Stmt::AnnAssign(it) => {
                if let Some(value) = &it.value {
                    let value = self.evaluate(value);
                    let known = value.as_ref().map_or(Value::Unknown, Value::clone);
                    self.assign(&it.target, known)?;
                    value?;
                }
            }
            Stmt::Return(it) => {
                let value = match &it.value {
                    Some(value) => self.evaluate(value)?,
                    None => Value::None,
                };
                return Ok(Flow::Return(Box::new(value)));
            }
            Stmt::Break(_) => return Ok(Flow::Break),
            Stmt::Continue(_) => return Ok(Flow::Continue),
            Stmt::If(it) => return self.choose(it),
            Stmt::For(it) => return self.repeat(it),
            Stmt::With(it) => return self.within(it),
            _ => {
                let why = "a statement that is not followed";
                return Err(Refusal::new(statement.range(), why));
            }
        }
        Ok(Flow::Next)
    }

    /// Gives `value` to a name, or its elements to several.
    fn assign(&mut self, target: &'a Expr, value: Value) -> Result<(), Refusal> {
        let refuse = || Refusal::new(target.range(), "an assignment to no name");
        match target {
            Expr::Name(it) => self.bind(it.id.as_str(), value),
            Expr::Tuple(it) => {
                if matches!(value, Value::Unknown) {
                    for target in &it.elts {
                        self.assign(target, Value::Unknown)?;
                    }
                    return Ok(());
                }
                let elements = value.elements().ok_or_else(refuse)?;
                if elements.len() != it.elts.len() {
                    return Err(refuse());
                }
                for (target, element) in it.elts.iter().zip(elements) {
                    self.assign(target, element.clone())?;
                }
            }
            _ => return Err(refuse()),
        }
        Ok(())
    }

    fn choose(&mut self, it: &'a StmtIf) -> Result<Flow, Refusal> {
        if self.holds(&it.test)? {
            return Ok(self.block(&it.body));
        }
        for ElifElseClause { test, body, .. } in &it.elif_else_clauses {
            let holds = match test {
                Some(test) => self.holds(test)?,
                None => true,
            };
            if holds {
                return Ok(self.block(body));
            }
        }
        Ok(Flow::Next)
    }

    fn holds(&mut self, test: &'a Expr) -> Result<bool, Refusal> {
        let value = self.evaluate(test)?;
        match (value.truth(), value) {
            (Some(truth), _) => Ok(truth),
            (None, Value::Unknown) => Err(Refusal::told(test.range())),
            (None, _) => {
                let why = "a condition that the file alone does not decide";
                Err(Refusal::new(test.range(), why))
            }
        }
    }

    fn repeat(&mut self, it: &'a StmtFor) -> Result<Flow, Refusal> {
        let over = self.evaluate(&it.iter)?;
        let elements = match &over {
            Value::Dict(entries) => entries.iter().map(|(key, _)| key.clone()).collect(),
            Value::Unknown => return Err(Refusal::told(it.iter.range())),
            _ => {
                let why = "a loop over something that is no literal list";
                let elements = over.elements().map(<[Value]>::to_vec);
                elements.ok_or_else(|| Refusal::new(it.iter.range(), why))?
            }
        };
        for element in elements {
            self.assign(&it.target, element)?;
            match self.block(&it.body) {
                Flow::Next | Flow::Continue => {}
                Flow::Break => return Ok(Flow::Next),
                Flow::Return(value) => return Ok(Flow::Return(value)),
            }
            if self.steps > MOST_STEPS {
                return Ok(Flow::Return(Box::new(Value::Unknown)));
            }
        }
        Ok(self.block(&it.orelse))
    }

    fn within(&mut self, it: &'a StmtWith) -> Result<Flow, Refusal> {
        let [item] = it.items.as_slice() else {
            return Err(Refusal::new(it.range, "a with-statement of several"));
        };
        let manager = self.evaluate(&item.context_expr)?;
        if let Some(name) = &item.optional_vars {
            self.assign(name, manager.clone())?;
        }
        match manager {
            Value::AutocommitBlock => {
                let before = std::mem::replace(&mut self.autocommit, true);
                let flow = self.block(&it.body);
                self.autocommit = before;
                Ok(flow)
            }
            Value::Batch(_) => {
                self.batches.push(Vec::new());
                let flow = self.block(&it.body);
                let kept = self.batches.pop().unwrap_or_default();
                self.statements.extend(kept);
                Ok(flow)
            }
            Value::Unknown => Err(Refusal::told(item.context_expr.range())),
            _ => {
                let why = "a with-statement that is not followed";
                Err(Refusal::new(item.context_expr.range(), why))
            }
        }
    }

    /// Adds what a call makes; in a block of a table, when that ends.
    pub(in crate::alembic::translate) fn emit(
        &mut self,
        made: Vec<String>,
        from: (TextRange, &str),
        batch: Option<&Batch>,
    ) {
        let (range, call) = from;
        let place = Place::of(self.source, range.start().to_usize());
        let autocommit = self.autocommit;
        let statements = made.into_iter().map(|sql| Statement {
            sql,
            place,
            call: call.to_owned(),
            autocommit,
        });
        match (batch, self.batches.last_mut()) {
            (Some(_), Some(kept)) => kept.extend(statements),
            _ => self.statements.extend(statements),
        }
    }
}

/// Whether `test` is `TYPE_CHECKING`.
fn is_for_checkers(test: &Expr) -> bool {
    match test {
        Expr::Name(it) => it.id.as_str() == "TYPE_CHECKING",
        Expr::Attribute(it) => it.attr.as_str() == "TYPE_CHECKING",
        _ => false,
    }
}

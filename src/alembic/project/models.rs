//! Where a project defines its tables: the classes that SQLAlchemy's models derive from, and the
//! modules that must be imported for their tables to be known.
//!
//! Python is parsed and never run, so that a class is known by its name alone.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use ruff_python_ast::{Expr, Stmt, StmtClassDef};
use ruff_python_parser::parse_module;

/// Folders of others' files, and of tests, whose tables are not the project's.
const STRANGE: [&str; 9] = [
    "__pycache__",
    "build",
    "dist",
    "env",
    "node_modules",
    "site-packages",
    "test",
    "tests",
    "venv",
];

/// What SQLAlchemy's and its companions' bases derive from.
const DECLARATIVE: [&str; 2] = ["DeclarativeBase", "DeclarativeBaseNoMeta"];

/// What the tables of a project belong to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Base {
    /// The module that it is imported from.
    pub module: String,
    /// Its name there.
    pub name: String,
    /// The expression for its `MetaData`.
    pub metadata: String,
}

impl Base {
    /// The base that was named as `module:Name`; nothing where that is no such name.
    pub fn named(text: &str) -> Option<Self> {
        let (module, name) = text.split_once(':')?;
        let word = |it: &str| {
            let mut chars = it.chars();
            chars
                .next()
                .is_some_and(|it| it.is_alphabetic() || it == '_')
                && chars.all(|it| it.is_alphanumeric() || it == '_')
        };
        if !word(name) || !module.split('.').all(word) {
            return None;
        }
        Some(Self::of(module, name))
    }

    fn of(module: &str, name: &str) -> Self {
        Self {
            module: module.to_owned(),
            name: name.to_owned(),
            metadata: format!("{name}.metadata"),
        }
    }
}

impl std::fmt::Display for Base {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.module, self.name)
    }
}

/// The Python modules of a project.
#[derive(Clone, Debug, Default)]
pub struct Models {
    modules: Vec<Module>,
}

/// What a module defines.
#[derive(Clone, Debug, Default)]
struct Module {
    name: String,
    classes: Vec<Class>,
    bases: Vec<Base>,
    /// `MetaData()` by itself, which stands for the tables where no class does.
    metadata: Vec<Base>,
}

#[derive(Clone, Debug)]
struct Class {
    name: String,
    parents: Vec<String>,
    /// Whether it says `table=True`, as the tables of `SQLModel` do.
    table: bool,
}

impl Models {
    /// Reads the modules below `root`, except those of Alembic's own `folder`. A file that is no
    /// Python says nothing.
    pub fn read(root: &Path, folder: &Path) -> Self {
        let mut files = Vec::new();
        list(root, folder, &mut files);
        files.sort();
        let modules = files.iter().filter_map(|path| {
            let name = module_of(root, path)?;
            let text = fs::read_to_string(path).ok()?;
            Module::parse(name, &text)
        });
        Self {
            modules: modules.collect(),
        }
    }

    /// What the tables may belong to.
    pub fn bases(&self) -> Vec<Base> {
        let declared = self.modules.iter().flat_map(|it| it.bases.iter().cloned());
        let mut found: BTreeSet<Base> = declared.collect();
        let mut classes = self.modules.iter().flat_map(|it| &it.classes);
        if classes.any(|it| it.table) {
            found.insert(Base::of("sqlmodel", "SQLModel"));
        }
        if found.is_empty() {
            let alone = self
                .modules
                .iter()
                .flat_map(|it| it.metadata.iter().cloned());
            found.extend(alone);
        }
        found.into_iter().collect()
    }

    /// The modules with tables of `base`.
    pub fn of(&self, base: &Base) -> Vec<String> {
        let mut kin: BTreeSet<&str> = [base.name.as_str()].into();
        let mut found: BTreeSet<&str> = BTreeSet::new();
        loop {
            let before = kin.len();
            for module in &self.modules {
                for class in &module.classes {
                    // `db.Model` is what Flask's extension calls the base of `db`.
                    let flask = format!("{}.Model", base.name);
                    let derives = class.parents.iter().any(|parent| {
                        *parent == flask
                            || kin.contains(parent.rsplit('.').next().unwrap_or(parent))
                    });
                    if derives {
                        kin.insert(&class.name);
                        found.insert(&module.name);
                    }
                }
            }
            if kin.len() == before {
                break;
            }
        }
        found.into_iter().map(str::to_owned).collect()
    }
}

impl Module {
    fn parse(name: String, text: &str) -> Option<Self> {
        let parsed = parse_module(text).ok()?.into_syntax();
        let mut module = Self {
            name,
            ..Self::default()
        };
        for statement in &parsed.body {
            match statement {
                Stmt::ClassDef(class) => module.take(class),
                Stmt::Assign(assign) => {
                    if let ([Expr::Name(name)], Expr::Call(call)) =
                        (assign.targets.as_slice(), &*assign.value)
                    {
                        module.give(name.id.as_str(), &dotted(&call.func));
                    }
                }
                _ => {}
            }
        }
        Some(module)
    }

    fn take(&mut self, class: &StmtClassDef) {
        let parents: Vec<String> = class.bases().iter().map(dotted).collect();
        let table = class.keywords().iter().any(|keyword| {
            let named = keyword
                .arg
                .as_ref()
                .is_some_and(|name| name.as_str() == "table");
            named && matches!(&keyword.value, Expr::BooleanLiteral(it) if it.value)
        });
        let last = |parent: &String| parent.rsplit('.').next().map(str::to_owned);
        let is_base = parents
            .iter()
            .filter_map(last)
            .any(|it| DECLARATIVE.contains(&it.as_str()));
        if is_base {
            self.bases.push(Base::of(&self.name, class.name.as_str()));
        }
        self.classes.push(Class {
            name: class.name.to_string(),
            parents,
            table,
        });
    }

    /// `name = function(…)`
    fn give(&mut self, name: &str, function: &str) {
        match function.rsplit('.').next() {
            Some("declarative_base" | "SQLAlchemy" | "generate_base") => {
                self.bases.push(Base::of(&self.name, name));
            }
            Some("MetaData") => self.metadata.push(Base {
                metadata: name.to_owned(),
                ..Base::of(&self.name, name)
            }),
            Some(_) | None => {}
        }
    }
}

/// `a.b.c`; what is subscripted or called is taken for what it is made of.
fn dotted(expression: &Expr) -> String {
    match expression {
        Expr::Name(name) => name.id.to_string(),
        Expr::Attribute(attribute) => {
            format!("{}.{}", dotted(&attribute.value), attribute.attr.as_str())
        }
        Expr::Subscript(subscript) => dotted(&subscript.value),
        Expr::Call(call) => dotted(&call.func),
        _ => String::new(),
    }
}

fn list(directory: &Path, folder: &Path, files: &mut Vec<PathBuf>) {
    if directory == folder {
        return;
    }
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        if entry.file_type().is_ok_and(|it| it.is_dir()) {
            if !name.starts_with('.') && !STRANGE.contains(&name.as_str()) {
                list(&path, folder, files);
            }
        } else if path.extension().is_some_and(|it| it == "py") {
            files.push(path);
        }
    }
}

/// The name by which a file is imported from `root`, or from `src` where that is no package.
fn module_of(root: &Path, path: &Path) -> Option<String> {
    let source = root.join("src");
    let within = match path.strip_prefix(&source) {
        Ok(within) if !source.join("__init__.py").exists() => within,
        Ok(_) | Err(_) => path.strip_prefix(root).ok()?,
    };
    let parts = within.with_extension("");
    let mut parts: Vec<String> = parts
        .components()
        .map(|it| it.as_os_str().to_string_lossy().into_owned())
        .collect();
    if parts.last().is_some_and(|it| it == "__init__") {
        parts.pop();
    }
    (!parts.is_empty()).then(|| parts.join("."))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Base, Models};

    /// The bases of a project with these files, and the modules of the first.
    fn found(files: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
        let root = tempfile::tempdir().expect("a directory");
        for (name, text) in files {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            fs::write(path, text).expect("written");
        }
        let models = Models::read(root.path(), &root.path().join("alembic"));
        let bases = models.bases();
        let modules = bases.first().map(|it| models.of(it)).unwrap_or_default();
        (bases.iter().map(Base::to_string).collect(), modules)
    }

    #[test]
    fn each_way_to_make_a_base_is_known() {
        for (text, expected) in [
            ("class Base(DeclarativeBase): pass\n", &["app.db:Base"][..]),
            (
                "class Base(AsyncAttrs, orm.DeclarativeBase): pass\n",
                &["app.db:Base"],
            ),
            ("Base = declarative_base()\n", &["app.db:Base"]),
            (
                "Base = orm.declarative_base(metadata=metadata)\n",
                &["app.db:Base"],
            ),
            ("db = SQLAlchemy()\n", &["app.db:db"]),
            (
                "class Hero(SQLModel, table=True): pass\n",
                &["sqlmodel:SQLModel"],
            ),
            ("class Hero(SQLModel): pass\n", &[]),
            ("metadata = MetaData()\n", &["app.db:metadata"]),
            (
                "metadata = MetaData()\nBase = declarative_base()\n",
                &["app.db:Base"],
            ),
            ("def f(:\n", &[]),
        ] {
            let (bases, _) = found(&[("app/db.py", text)]);
            assert_eq!(bases, expected, "{text}");
        }
    }

    #[test]
    fn modules_with_tables_are_imported_too() {
        let (bases, modules) = found(&[
            ("app/__init__.py", ""),
            ("app/db/__init__.py", "class Base(DeclarativeBase): pass\n"),
            (
                "app/models/dated.py",
                "class Dated(Base):\n    __abstract__ = True\n",
            ),
            ("app/models/user.py", "class User(Dated): pass\n"),
            (
                "app/models/order.py",
                "import app.db\nclass Order(app.db.Base): pass\n",
            ),
            ("app/main.py", "class Settings(BaseSettings): pass\n"),
            ("tests/conftest.py", "class Base(DeclarativeBase): pass\n"),
            ("alembic/env.py", "Base = declarative_base()\n"),
            (".venv/lib/x.py", "Base = declarative_base()\n"),
        ]);
        assert_eq!(bases, ["app.db:Base"]);
        assert_eq!(
            modules,
            ["app.models.dated", "app.models.order", "app.models.user"]
        );
        let (bases, _) = found(&[("src/shop/db.py", "Base = declarative_base()\n")]);
        assert_eq!(bases, ["shop.db:Base"]);
        let (_, modules) = found(&[
            ("app/ext.py", "db = SQLAlchemy()\n"),
            ("app/user.py", "class User(db.Model): pass\n"),
        ]);
        assert_eq!(modules, ["app.user"]);
    }

    #[test]
    fn a_base_is_named_by_module_and_name() {
        for (text, named) in [
            ("app.db:Base", true),
            ("db:Base", true),
            ("app.db", false),
            ("app.db:", false),
            ("app/db:Base", false),
            ("app.db:Base; import os", false),
            ("app..db:Base", false),
        ] {
            assert_eq!(Base::named(text).is_some(), named, "{text}");
        }
    }
}

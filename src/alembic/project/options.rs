//! Options by name, out of the two files that may have them: the `.ini` file goes first.

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml_edit::{Document, Item, Value};

use crate::alembic::error::Error;
use crate::alembic::project::ini::Ini;
use crate::migration::Source;
use crate::migration::error::Located;

/// What separates paths on this system in a list of them.
const OS: char = if cfg!(windows) { ';' } else { ':' };

/// The files.
#[derive(Debug)]
pub(in crate::alembic) struct Options {
    pub(in crate::alembic) ini: Option<Ini>,
    pub(in crate::alembic) pyproject: Option<Pyproject>,
    /// The section of the `.ini` file.
    pub(in crate::alembic) section: String,
}

/// `[tool.alembic]` of a `pyproject.toml`.
#[derive(Debug)]
pub(in crate::alembic) struct Pyproject {
    source: Source,
    table: toml_edit::Table,
}

impl Pyproject {
    /// Understands a file; nothing where it does not speak of Alembic.
    pub(in crate::alembic) fn parse(source: Source) -> Result<Option<Self>, Error> {
        let document = match Document::parse(source.text.to_string()) {
            Ok(document) => document,
            Err(error) => {
                let at = error.span().unwrap_or(0..0);
                let why = error.message().trim().to_owned();
                return Err(wrong(&source, at, why, "mend the file"));
            }
        };
        let table = document.get("tool").and_then(|tool| tool.get("alembic"));
        match table {
            None => Ok(None),
            Some(Item::Table(table)) => {
                let table = table.clone();
                Ok(Some(Self { source, table }))
            }
            Some(other) => {
                let at = other.span().unwrap_or(0..0);
                let why = "`tool.alembic` is no table".to_owned();
                Err(wrong(&source, at, why, "write `[tool.alembic]`"))
            }
        }
    }

    fn get(&self, key: &str) -> Option<&Value> {
        self.table.get(key)?.as_value()
    }

    /// `text` with the directory of the file put in.
    fn format(&self, value: &Value, text: &str) -> Result<String, Error> {
        let here = here(&self.source.path);
        let mut whole = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('%') {
            whole.push_str(before);
            if let Some(after) = after.strip_prefix("(here)s") {
                whole.push_str(&here);
                rest = after;
            } else if let Some(after) = after.strip_prefix('%') {
                whole.push('%');
                rest = after;
            } else {
                let why = format!("`%` must be followed by `%` or `(here)s`, as in `{text}`");
                return Err(self.wrong(value, why, "write `%%` for a `%`"));
            }
        }
        Ok(whole + rest)
    }

    fn wrong(&self, value: &Value, why: String, help: &str) -> Error {
        wrong(&self.source, value.span().unwrap_or(0..0), why, help)
    }
}

impl Options {
    /// The file that has them, for messages: the `.ini` file unless only the other speaks of the
    /// history.
    pub(in crate::alembic) fn path(&self) -> Option<PathBuf> {
        let ini = self.ini.as_ref().map(|ini| &ini.source().path);
        let pyproject = self.pyproject.as_ref().map(|it| &it.source.path);
        let has = self.ini.as_ref().is_some_and(|ini| ini.has(&self.section));
        match (ini, pyproject) {
            (Some(_), Some(pyproject)) if !has => Some(pyproject.clone()),
            (ini, pyproject) => ini.or(pyproject).cloned(),
        }
    }

    /// Refuses a section that was asked for and is not there.
    pub(in crate::alembic) fn ensure_section(&self, asked: Option<&str>) -> Result<(), Error> {
        match (asked, &self.ini) {
            (Some(section), Some(ini)) if !ini.has(section) => Err(Error::NoSection {
                path: ini.source().path.clone(),
                section: section.to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// A text.
    pub(in crate::alembic) fn text(&self, key: &str) -> Result<Option<String>, Error> {
        if let Some(text) = self.ini_text(key)? {
            return Ok(Some(text));
        }
        match self.toml(key) {
            None => Ok(None),
            Some((file, value)) => match value.as_str() {
                Some(text) => file.format(value, text).map(Some),
                None => {
                    Err(file.wrong(value, format!("`{key}` is no string"), "write it in quotes"))
                }
            },
        }
    }

    /// Paths: in the `.ini` file a text, with what the first of `separators` that is there says
    /// between them, or without such a word any of `usual`; in the other file a list.
    pub(in crate::alembic) fn paths(
        &self,
        key: &str,
        separators: &[&str],
        usual: &[char],
    ) -> Result<Vec<String>, Error> {
        if let Some(text) = self.ini_text(key)?.filter(|text| !text.is_empty()) {
            let parts = match self.separator(separators)? {
                Some(separator) => text.split(separator).collect::<Vec<_>>(),
                None => text.split(usual).collect(),
            };
            let parts = parts.into_iter().map(str::trim);
            return Ok(parts
                .filter(|it| !it.is_empty())
                .map(str::to_owned)
                .collect());
        }
        let Some((file, value)) = self.toml(key) else {
            return Ok(Vec::new());
        };
        let wrong = || {
            let why = format!("`{key}` is no list of strings");
            file.wrong(value, why, "write paths in quotes, between `[` and `]`")
        };
        let texts = value.as_array().ok_or_else(wrong)?.iter();
        texts
            .map(|it| file.format(it, it.as_str().ok_or_else(wrong)?))
            .collect()
    }

    /// What stands between paths, as the first of the options `names` that is there says.
    fn separator(&self, names: &[&str]) -> Result<Option<char>, Error> {
        for name in names {
            let Some(said) = self.ini_text(name)? else {
                continue;
            };
            return match said.as_str() {
                "space" => Ok(Some(' ')),
                "newline" => Ok(Some('\n')),
                "os" => Ok(Some(OS)),
                ":" => Ok(Some(':')),
                ";" => Ok(Some(';')),
                _ => {
                    let why = format!(
                        "'{said}' is not a valid value for {name}; expected 'space', 'newline', \
                         'os', ':', ';'"
                    );
                    Err(self.ini_wrong(name, why, "`os` is what new projects have"))
                }
            };
        }
        Ok(None)
    }

    /// A number that counts something.
    pub(in crate::alembic) fn number(&self, key: &str) -> Result<Option<usize>, Error> {
        let help = "write a whole number";
        if let Some(text) = self.ini_text(key)? {
            let why = || self.ini_wrong(key, format!("`{text}` is no number"), help);
            return text.trim().parse().map(Some).map_err(|_| why());
        }
        let Some((file, value)) = self.toml(key) else {
            return Ok(None);
        };
        let number = match (value.as_integer(), value.as_str()) {
            (Some(number), _) => usize::try_from(number).ok(),
            (None, Some(text)) => text.trim().parse().ok(),
            (None, None) => None,
        };
        let why = || file.wrong(value, format!("`{key}` is no number"), help);
        number.map(Some).ok_or_else(why)
    }

    /// A switch that only the word `true` turns on.
    pub(in crate::alembic) fn flag(&self, key: &str) -> Result<bool, Error> {
        match self.ini_text(key)? {
            Some(text) => Ok(text == "true"),
            None => self.toml_flag(key),
        }
    }

    /// A switch that several words turn on.
    pub(in crate::alembic) fn truth(&self, key: &str) -> Result<bool, Error> {
        let Some(text) = self.ini_text(key)? else {
            return self.toml_flag(key);
        };
        match text.trim().to_lowercase().as_str() {
            "true" | "yes" | "on" | "y" | "t" | "1" => Ok(true),
            "false" | "no" | "off" | "n" | "f" | "0" => Ok(false),
            _ => {
                let why = format!("`{text}` is neither true nor false");
                Err(self.ini_wrong(key, why, "write `true` or `false`"))
            }
        }
    }

    fn toml_flag(&self, key: &str) -> Result<bool, Error> {
        let Some((file, value)) = self.toml(key) else {
            return Ok(false);
        };
        let why = || format!("boolean value expected for TOML parameter '{key}'");
        let wrong = || file.wrong(value, why(), "write `true` or `false`, without quotes");
        value.as_bool().ok_or_else(wrong)
    }

    /// The names of the programs that are to run on each new file.
    pub(in crate::alembic) fn hooks(&self) -> Result<Vec<String>, Error> {
        const SECTION: &str = "post_write_hooks";
        if let Some(ini) = self.ini.as_ref().filter(|ini| ini.has(SECTION)) {
            let names = ini.get(SECTION, "hooks", &here(&ini.source().path))?;
            let names = names.unwrap_or_default();
            let names = names.split([',', ' ']).map(str::trim);
            return Ok(names
                .filter(|it| !it.is_empty())
                .map(str::to_owned)
                .collect());
        }
        let hooks = self.pyproject.as_ref().and_then(|it| it.table.get(SECTION));
        let name = |hook: &dyn toml_edit::TableLike| -> String {
            let name = hook.get("name").and_then(Item::as_str);
            name.unwrap_or_default().to_owned()
        };
        Ok(match hooks {
            Some(Item::ArrayOfTables(hooks)) => hooks.iter().map(|it| name(it)).collect(),
            Some(Item::Value(Value::Array(hooks))) => {
                let tables = hooks.iter().filter_map(Value::as_inline_table);
                tables.map(|it| name(it)).collect()
            }
            _ => Vec::new(),
        })
    }

    fn ini_text(&self, key: &str) -> Result<Option<String>, Error> {
        match &self.ini {
            Some(ini) => ini.get(&self.section, key, &here(&ini.source().path)),
            None => Ok(None),
        }
    }

    fn toml(&self, key: &str) -> Option<(&Pyproject, &Value)> {
        let file = self.pyproject.as_ref()?;
        Some((file, file.get(key)?))
    }

    /// Something is wrong with an option of the `.ini` file.
    fn ini_wrong(&self, key: &str, why: String, help: &str) -> Error {
        let ini = self.ini.as_ref();
        let place = ini.map_or(0..0, |ini| ini.place(&self.section, key));
        let nothing = Source {
            path: PathBuf::new(),
            text: "".into(),
        };
        wrong(ini.map_or(&nothing, Ini::source), place, why, help)
    }
}

/// What `%(here)s` stands for in the file at `path`.
fn here(path: &Path) -> String {
    let parent = path.parent().unwrap_or(path).display().to_string();
    if cfg!(windows) {
        parent.replace('\\', "/")
    } else {
        parent
    }
}

fn wrong(source: &Source, at: Range<usize>, why: String, help: &str) -> Error {
    let (label, help) = ("here".to_owned(), help.to_owned());
    Error::Configuration(Box::new(Located::new(source, &at, why, label, help)))
}

//! `alembic.ini`, read as Python's `configparser` reads it.
//!
//! Options are put in each other's values only when a value is asked for: `sqlalchemy.url =
//! %(DATABASE_URL)s` is right in a file whose `env.py` sets that option, and hurts nobody who does
//! not ask for it.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::alembic::error::Error;
use crate::migration::Source;
use crate::migration::error::Located;

/// How deep values may be nested in each other.
const DEPTH: usize = 10;

/// A file of sections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ini {
    source: Source,
    sections: BTreeMap<String, Section>,
}

type Section = BTreeMap<String, Value>;

/// A value as written, before others are put into it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Value {
    text: String,
    at: Range<usize>,
}

/// The section whose options all others have too.
const DEFAULT: &str = "DEFAULT";

impl Ini {
    /// Understands a file.
    pub fn parse(source: Source) -> Result<Self, Error> {
        let mut reader = Reader::default();
        let mut start = 0;
        for line in source.text.split_inclusive('\n') {
            let read = reader.line(line, start);
            read.map_err(|(at, why)| {
                let help = "sections are written `[alembic]`, options `key = value`";
                wrong(&source, &at, why, help)
            })?;
            start += line.len();
        }
        let mut sections = reader.sections;
        for value in sections.values_mut().flat_map(BTreeMap::values_mut) {
            value.text.truncate(value.text.trim_end().len());
        }
        Ok(Self { source, sections })
    }

    /// Whether there is a section of that name.
    pub fn has(&self, section: &str) -> bool {
        section != DEFAULT && self.sections.contains_key(section)
    }

    /// The option `key` of `section`; `here` is what `%(here)s` stands for.
    pub fn get(&self, section: &str, key: &str, here: &str) -> Result<Option<String>, Error> {
        if !self.has(section) {
            return Ok(None);
        }
        let Some(value) = self.find(section, key) else {
            return Ok(None);
        };
        let find = |name: &str| match self.find(section, name) {
            Some(value) => Some(value.text.clone()),
            None => (name == "here").then(|| here.to_owned()),
        };
        match interpolate(&value.text, &find, DEPTH) {
            Ok(text) => Ok(Some(text)),
            Err(why) => {
                let help = "define the option it names, or write `%%` for a `%`";
                Err(wrong(&self.source, &value.at, why, help))
            }
        }
    }

    /// The keys of `section`, and those of all sections.
    pub fn keys(&self, section: &str) -> impl Iterator<Item = &str> {
        let all = self.sections.get(DEFAULT).into_iter().flatten();
        let own = self.sections.get(section).into_iter().flatten();
        own.chain(all).map(|(key, _)| key.as_str())
    }

    /// The file.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Where the value of an option stands.
    pub fn place(&self, section: &str, key: &str) -> Range<usize> {
        self.find(section, key).map_or(0..0, |it| it.at.clone())
    }

    fn find(&self, section: &str, key: &str) -> Option<&Value> {
        let key = key.to_lowercase();
        let mut sections = [section, DEFAULT].into_iter();
        sections.find_map(|section| self.sections.get(section)?.get(&key))
    }
}

/// Puts what `find` knows into `text`: `%(name)s`, and `%%` for a `%`.
pub(in crate::alembic) fn interpolate(
    text: &str,
    find: &impl Fn(&str) -> Option<String>,
    depth: usize,
) -> Result<String, String> {
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        whole.push_str(before);
        if let Some(after) = after.strip_prefix('%') {
            whole.push('%');
            rest = after;
            continue;
        }
        let (name, after) = after
            .strip_prefix('(')
            .and_then(|it| it.split_once(")s"))
            .ok_or_else(|| format!("`%` must be followed by `%` or `(name)s`, as in `{text}`"))?;
        let value = find(name).ok_or_else(|| format!("`%({name})s` names no option"))?;
        if depth == 0 {
            return Err(format!("`%({name})s` is nested in itself, or too deep"));
        }
        whole.push_str(&interpolate(&value, find, depth - 1)?);
        rest = after;
    }
    whole.push_str(rest);
    Ok(whole)
}

/// What was read so far.
#[derive(Debug, Default)]
struct Reader {
    sections: BTreeMap<String, Section>,
    /// The section that lines belong to.
    section: Option<String>,
    /// The option that indented lines continue, and how far it is indented itself.
    option: Option<String>,
    indent: usize,
}

impl Reader {
    /// Takes in a line that begins at `start`, or says where and why it cannot be.
    fn line(&mut self, line: &str, start: usize) -> Result<(), (Range<usize>, String)> {
        let line = line.trim_end();
        let text = line.trim_start();
        if text.starts_with(['#', ';']) {
            return Ok(());
        }
        if text.is_empty() {
            if let Some(value) = self.continued() {
                value.text.push('\n');
            }
            return Ok(());
        }
        let indent = line.len() - text.len();
        let at = start + indent..start + line.len();
        if self.section.is_some() && self.option.is_some() && indent > self.indent {
            if let Some(value) = self.continued() {
                value.text.push('\n');
                value.text.push_str(text);
                value.at.end = at.end;
            }
            return Ok(());
        }
        self.indent = indent;
        if let Some(name) = text.strip_prefix('[').and_then(|it| it.rsplit_once(']')) {
            return self.header(name.0).map_err(|why| (at, why));
        }
        let Some(section) = &self.section else {
            return Err((at, "this stands before the first section".to_owned()));
        };
        let Some((key, value)) = text.split_once(['=', ':']) else {
            return Err((at, "this is neither a section nor an option".to_owned()));
        };
        let key = key.trim_end().to_lowercase();
        let value = Value {
            text: value.trim().to_owned(),
            at: at.clone(),
        };
        let options = self.sections.entry(section.clone()).or_default();
        if key.is_empty() {
            return Err((at, "this option has no name".to_owned()));
        }
        if options.insert(key.clone(), value).is_some() {
            return Err((at, format!("option `{key}` is here for the second time")));
        }
        self.option = Some(key);
        Ok(())
    }

    fn header(&mut self, name: &str) -> Result<(), String> {
        self.option = None;
        self.section = Some(name.to_owned());
        if name != DEFAULT && self.sections.contains_key(name) {
            return Err(format!("section `[{name}]` is here for the second time"));
        }
        self.sections.entry(name.to_owned()).or_default();
        Ok(())
    }

    /// The value that the next line can continue.
    fn continued(&mut self) -> Option<&mut Value> {
        let section = self.sections.get_mut(self.section.as_ref()?)?;
        section.get_mut(self.option.as_ref()?)
    }
}

fn wrong(source: &Source, at: &Range<usize>, why: String, help: &str) -> Error {
    let (label, help) = ("here".to_owned(), help.to_owned());
    Error::Configuration(Box::new(Located::new(source, at, why, label, help)))
}

#[cfg(test)]
mod tests {
    use super::Ini;
    use crate::migration::Source;

    fn parse(text: &str) -> Result<Ini, String> {
        Ini::parse(Source {
            path: "alembic.ini".into(),
            text: text.into(),
        })
        .map_err(|error| error.to_string())
    }

    #[test]
    fn values_are_as_configparser_reads_them() {
        let ini = parse(
            "# words\n[DEFAULT]\nroot = /srv\n[alembic]\nScript_Location = %(here)s/alembic\n\
             sqlalchemy.url = %(DATABASE_URL)s\n; more words\nfile_template = %%(rev)s_%%(slug)s\n\
             version_locations =\n    %(root)s/a\n\n    # not this\n    %(root)s/b\n\
             empty =\ncolon: a = b\n\n[logger_root]\nlevel = WARN ; kept\n",
        )
        .expect("reads");
        for (key, value) in [
            ("script_location", Some("/p/alembic")),
            ("file_template", Some("%(rev)s_%(slug)s")),
            ("version_locations", Some("\n/srv/a\n\n/srv/b")),
            ("empty", Some("")),
            ("colon", Some("a = b")),
            ("root", Some("/srv")),
            ("level", None),
        ] {
            let found = ini.get("alembic", key, "/p").expect(key);
            assert_eq!(found.as_deref(), value, "{key}");
        }
        let level = ini.get("logger_root", "level", "/p").expect("reads");
        assert_eq!(level.as_deref(), Some("WARN ; kept"));
        assert_eq!(ini.get("nothing", "root", "/p").expect("reads"), None);
        assert!(!ini.has("DEFAULT"));
        let error = ini.get("alembic", "sqlalchemy.url", "/p");
        assert_eq!(
            error.expect_err("undefined").to_string(),
            "`alembic.ini:6:1`: `%(DATABASE_URL)s` names no option"
        );
    }

    #[test]
    fn what_cannot_be_read_is_pointed_at() {
        for (text, message) in [
            ("a = 1\n", "1:1`: this stands before the first section"),
            ("[a]\nb\n", "2:1`: this is neither a section nor an option"),
            ("[a]\n= b\n", "2:1`: this option has no name"),
            (
                "[a]\nb = 1\nB = 2\n",
                "3:1`: option `b` is here for the second time",
            ),
            (
                "[a]\n[b]\n[a]\n",
                "3:1`: section `[a]` is here for the second time",
            ),
        ] {
            let error = parse(text).expect_err(text);
            assert_eq!(error, format!("`alembic.ini:{message}"));
        }
        for (value, why) in [
            (
                "100%",
                "`%` must be followed by `%` or `(name)s`, as in `100%`",
            ),
            ("%(a)s", "`%(a)s` is nested in itself, or too deep"),
        ] {
            let ini = parse(&format!("[alembic]\na = {value}\n")).expect("reads");
            let error = ini.get("alembic", "a", "/p").expect_err(value);
            assert_eq!(error.to_string(), format!("`alembic.ini:2:1`: {why}"));
        }
    }
}

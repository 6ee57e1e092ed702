//! A new version file, before it is written: named and filled in as Alembic would.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use jiff::Zoned;

use crate::alembic::error::Error;
use crate::alembic::history::{History, Ordinal};
use crate::alembic::project::Project;
use crate::alembic::script::file_name;
use crate::alembic::script::template::{self, Value};
use crate::alembic::script::{Script, illegal};
use crate::migration::Source;
use crate::migration::directory::write::NewFile;
use crate::migration::error::Located;

/// What a new revision is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// What it does.
    pub message: Option<String>,
    /// What it follows, each once.
    pub parents: Vec<Ordinal>,
    /// What must be applied before it: ids, or labels that stay labels.
    pub depends: Vec<String>,
    /// The name of the branch that begins with it.
    pub label: Option<String>,
    /// Its id.
    pub id: String,
    /// The folder it is to be in, where that was chosen.
    pub folder: Option<PathBuf>,
}

/// A new revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What its file says.
    pub script: Script,
    /// Its file.
    pub file: NewFile,
}

impl Draft {
    /// Plans the file that `wish` asks for, from `template`, at `now`.
    pub fn plan(
        project: &Project,
        history: &History,
        wish: &Wish,
        template: &Source,
        now: &Zoned,
    ) -> Result<Self, Error> {
        refuse_python(project)?;
        if let Some(why) = illegal(&wish.id) {
            return Err(Error::BadId(why));
        }
        if let Some(taken) = history.find(&wish.id) {
            return Err(Error::Taken {
                name: wish.id.clone(),
                path: history.script(taken).source.path.clone(),
            });
        }
        if let Some(label) = &wish.label {
            if let Some(why) = illegal(label) {
                return Err(Error::BadId(why));
            }
            let taken = history
                .graph()
                .labelled(label)
                .or_else(|| history.find(label));
            if let Some(taken) = taken {
                return Err(Error::Taken {
                    name: label.clone(),
                    path: history.script(taken).source.path.clone(),
                });
            }
        }
        let folder = folder(project, history, wish)?;
        let now = match &project.timezone {
            Some(name) => now.with_time_zone(zone(name)?),
            None => now.clone(),
        };
        let slug = slug(
            wish.message.as_deref().unwrap_or_default(),
            project.slug_length,
        );
        let name =
            file_name::fill(&project.file_template, &wish.id, &slug, &now).map_err(|why| {
                Error::FileTemplate {
                    template: project.file_template.clone(),
                    why,
                }
            })?;
        let text = template::render(&template.text, &|name| {
            value(history, wish, project, &now, name)
        })
        .map_err(|beyond| needs_python(template, &beyond))?;
        let path = folder.join(format!("{name}.py"));
        let source = Source {
            path: path.clone(),
            text: text.as_str().into(),
        };
        let script = Script::parse(source)?;
        faithful(&script, history, wish, template)?;
        Ok(Self {
            script,
            file: NewFile { path, text },
        })
    }
}

/// Refuses what Alembic would run Python for, beside the template.
fn refuse_python(project: &Project) -> Result<(), Error> {
    let why = if project.revision_environment {
        "`revision_environment` is true, so `env.py` must run".to_owned()
    } else if let Some(hook) = project.hooks.first() {
        format!("the hook `{hook}` must run on the new file")
    } else if !matches!(
        project
            .output_encoding
            .to_lowercase()
            .replace('_', "-")
            .as_str(),
        "utf-8" | "utf8"
    ) {
        format!("the file must be in `{}`", project.output_encoding)
    } else {
        return Ok(());
    };
    Err(Error::NeedsPython {
        path: project.configuration.clone(),
        why,
    })
}

/// Where the new file belongs: where it was said, or where the files are; of several folders, the
/// one of the first revision that it follows.
fn folder(project: &Project, history: &History, wish: &Wish) -> Result<PathBuf, Error> {
    if let Some(folder) = &wish.folder {
        let same = |it: &&PathBuf| **it == *folder || (it.exists() && real(it) == real(folder));
        let found = project.locations.iter().find(same);
        return found.cloned().ok_or_else(|| Error::NotALocation {
            path: folder.clone(),
            locations: told(&project.locations),
        });
    }
    match (project.locations.as_slice(), wish.parents.first()) {
        ([only], _) => Ok(only.clone()),
        (_, Some(&parent)) => {
            let path = &history.script(parent).source.path;
            Ok(path.parent().unwrap_or(path).to_owned())
        }
        (locations, None) => Err(Error::WhichLocation {
            locations: told(locations),
        }),
    }
}

fn told(paths: &[PathBuf]) -> Vec<String> {
    paths.iter().map(|it| it.display().to_string()).collect()
}

fn real(path: &Path) -> Option<PathBuf> {
    path.canonicalize().ok()
}

/// The part of a file's name that `message` becomes.
fn slug(message: &str, length: usize) -> String {
    let words: Vec<&str> = message
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty())
        .collect();
    let slug = words.join("_").to_lowercase();
    let Some((end, _)) = slug.char_indices().nth(length) else {
        return slug;
    };
    let cut = slug[..end]
        .rsplit_once('_')
        .map_or(&slug[..end], |(cut, _)| cut);
    format!("{cut}_")
}

/// The time zone that a configuration names.
fn zone(name: &str) -> Result<jiff::tz::TimeZone, Error> {
    let found = jiff::tz::TimeZone::get(name);
    let found = found.or_else(|_| jiff::tz::TimeZone::get(&name.to_uppercase()));
    found.map_err(|_| Error::NoZone(name.to_owned()))
}

/// What `name` stands for in a template.
fn value(
    history: &History,
    wish: &Wish,
    project: &Project,
    now: &Zoned,
    name: &str,
) -> Option<Value> {
    let scalar = |mut texts: Vec<String>, several: fn(Vec<String>) -> Value| match texts.len() {
        0 => Value::Nothing,
        1 => Value::Text(texts.swap_remove(0)),
        _ => several(texts),
    };
    let parents = wish.parents.iter().map(|&it| history.id(it).to_owned());
    Some(match name {
        "up_revision" => Value::Text(wish.id.clone()),
        "down_revision" => scalar(parents.collect(), Value::Tuple),
        "branch_labels" => match &wish.label {
            Some(label) => Value::Tuple(vec![label.clone()]),
            None => Value::Nothing,
        },
        "depends_on" => scalar(wish.depends.clone(), Value::List),
        "create_date" => Value::Text(time(now, project.timezone.is_some())),
        "message" => {
            let message = wish.message.as_deref().unwrap_or("empty message");
            Value::Text(message.to_owned())
        }
        "upgrades" | "downgrades" | "imports" => Value::Undefined,
        _ => return None,
    })
}

/// `now` as Python writes it, with its distance from UTC if the zone was named.
fn time(now: &Zoned, is_zoned: bool) -> String {
    let mut text = now.strftime("%Y-%m-%d %H:%M:%S").to_string();
    let microseconds = now.subsec_nanosecond() / 1000;
    if microseconds != 0 {
        // Writing to a string cannot fail.
        let _ = write!(text, ".{microseconds:06}");
    }
    if is_zoned {
        text.push_str(&now.strftime("%:z").to_string());
    }
    text
}

fn needs_python(template: &Source, beyond: &template::Beyond) -> Error {
    let at = beyond.start..beyond.start + beyond.length;
    Error::Script(Box::new(Located::new(
        template,
        &at,
        "this part of the template needs Python".to_owned(),
        "here".to_owned(),
        "let Alembic write this revision: `alembic revision -m ...`; or write the template with no \
         more than Alembic's own has"
            .to_owned(),
    )))
}

/// Makes sure that a template let the new file say what it must.
fn faithful(
    script: &Script,
    history: &History,
    wish: &Wish,
    template: &Source,
) -> Result<(), Error> {
    let parents: Vec<&str> = wish.parents.iter().map(|&it| history.id(it)).collect();
    let lost = if script.id != wish.id {
        "revision"
    } else if script.parents != parents {
        "down_revision"
    } else if script.labels != Vec::from_iter(wish.label.clone()) {
        "branch_labels"
    } else if script.depends != wish.depends {
        "depends_on"
    } else {
        return Ok(());
    };
    Err(Error::Template {
        path: template.path.clone(),
        lost,
    })
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn a_message_becomes_a_slug() {
        for (message, length, expected) in [
            ("Create  users!", 40, "create_users"),
            ("", 40, ""),
            ("加入 email、電話", 40, "加入_email_電話"),
            ("one two three", 8, "one_two_"),
            ("one two three", 7, "one_"),
            ("onetwothree", 5, "onetw_"),
        ] {
            assert_eq!(slug(message, length), expected, "{message}");
        }
    }
}

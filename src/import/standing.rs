//! What of our folder is applied, by what another tool's table says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::checksum;
use super::error::Error;
use super::source::flyway;
use super::tool::Tool;
use crate::migration::directory::header::Former;
use crate::migration::{Directory, Graph, Version};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What it is about.
    pub id: String,
    /// What it says.
    pub state: State,
    /// What it keeps of the file that was applied, if anything.
    pub checksum: Option<String>,
}

/// What a row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is applied.
    Applied,
    /// It and all before it are.
    Head,
    /// It and all that have a lower number are.
    Through,
    /// The same, and there may be no such file.
    Baseline,
    /// It is not applied any more.
    Undone,
    /// It failed.
    Failed,
    /// It failed, or is being run.
    Dirty,
}

impl State {
    /// The state of that word.
    pub(super) fn of(word: &str) -> Self {
        match word {
            "applied" => Self::Applied,
            "head" => Self::Head,
            "through" => Self::Through,
            "baseline" => Self::Baseline,
            "undone" => Self::Undone,
            "dirty" => Self::Dirty,
            _ => Self::Failed,
        }
    }
}

/// Whether golang-migrate reads `directory` as it is: it names its files as sqlx names those that
/// lead both ways.
pub fn is_golang_migrate_s(directory: &Directory) -> bool {
    let mut revisions = directory.revisions();
    revisions.all(|it| it.up.name().ends_with(".up.sql") && it.header.from.is_none())
        && !directory.is_empty()
}

/// The tool that the revisions of `directory` come from: `asked`, or the only one. What no tool
/// wrote for us may still be golang-migrate's as it is.
pub fn origin(directory: &Directory, asked: Option<Tool>) -> Result<Tool, Error> {
    let found: BTreeSet<Tool> = directory
        .revisions()
        .filter_map(|it| Tool::of(&it.header.from.as_ref()?.tool))
        .collect();
    let path = || directory.path().to_owned();
    match (asked, found.len()) {
        (Some(tool), _) if found.contains(&tool) => Ok(tool),
        (Some(Tool::GolangMigrate), 0) if is_golang_migrate_s(directory) => Ok(Tool::GolangMigrate),
        (None, 1) => Ok(found.into_iter().next().unwrap_or(Tool::Alembic)),
        (Some(_), _) | (None, 0) => Err(Error::NotImported(path())),
        (None, _) => Err(Error::SeveralOrigins {
            path: path(),
            found: found.into_iter().collect(),
        }),
    }
}

/// The revisions of `directory` that `tool` knows, by what it calls them.
pub fn known(directory: &Directory, tool: Tool) -> BTreeMap<String, Version> {
    let mut versions = BTreeMap::new();
    for revision in directory.revisions() {
        match &revision.header.from {
            Some(former) if former.tool == tool.word() => {
                versions.insert(spelled(tool, &former.id), revision.version);
            }
            None if tool == Tool::GolangMigrate => {
                versions.insert(revision.version.to_string(), revision.version);
            }
            Some(_) | None => {}
        }
    }
    versions
}

/// What of `directory` is applied.
pub fn applied(
    directory: &Directory,
    tool: Tool,
    table: &str,
    records: &[Record],
) -> Result<BTreeSet<Version>, Error> {
    let graph = Graph::of(directory)?;
    let versions = known(directory, tool);
    let up_to = |last: Version| versions.values().copied().filter(move |it| *it <= last);
    let mut applied = BTreeSet::new();
    let (mut unknown, mut unfinished) = (Vec::new(), Vec::new());
    for record in records {
        let version = versions.get(&spelled(tool, &record.id)).copied();
        match (record.state, version) {
            (State::Undone, _) => {}
            (State::Failed | State::Dirty, _) => unfinished.push(record.id.clone()),
            (State::Applied, Some(version)) => {
                applied.insert(version);
            }
            (State::Head, Some(version)) => applied.extend(graph.with_ancestors(&[version])),
            (State::Through | State::Baseline, Some(version)) => applied.extend(up_to(version)),
            (State::Baseline, None) => {
                let last = flyway::parts(&record.id);
                let before = versions.iter().filter(|(id, _)| {
                    let parts = flyway::parts(id);
                    parts.is_some() && parts <= last
                });
                applied.extend(before.map(|(_, version)| *version));
            }
            (State::Applied | State::Head | State::Through, None) => {
                unknown.push(record.id.clone());
            }
        }
    }
    let table = table.to_owned();
    if !unfinished.is_empty() {
        return Err(Error::Unfinished {
            table,
            tool,
            ids: unfinished,
        });
    }
    if !unknown.is_empty() {
        return Err(Error::Unknown {
            table,
            tool,
            ids: unknown,
        });
    }
    Ok(applied)
}

/// A revision whose file was another when it was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// What the tool calls it.
    pub id: String,
    /// Our file.
    pub path: PathBuf,
    /// What the table keeps of the file that was applied.
    pub recorded: String,
    /// What it would keep of the one that ours was made from.
    pub found: String,
}

/// The revisions of `directory` whose files were others when they were applied, by what `records`
/// keep of them; without those whose ids are `accepted`.
pub fn edited(
    directory: &Directory,
    tool: Tool,
    records: &[Record],
    accepted: &[String],
) -> Vec<Edited> {
    let accepted: BTreeSet<String> = accepted.iter().map(|id| spelled(tool, id)).collect();
    let revision = |id: &str| {
        let is_its =
            |former: &Former| former.tool == tool.word() && spelled(tool, &former.id) == id;
        let mut revisions = directory.revisions();
        revisions.find(|it| it.header.from.as_ref().is_some_and(is_its))
    };
    let applied = records.iter().filter(|it| it.state == State::Applied);
    let edited = applied.filter_map(|record| {
        let id = spelled(tool, &record.id);
        let revision = revision(&id)?;
        let known = &revision.header.from_checksums;
        let agrees = checksum::agrees(record.checksum.as_deref(), known);
        (!agrees && !accepted.contains(&id)).then(|| Edited {
            id: record.id.clone(),
            path: revision.up.path.clone(),
            recorded: record.checksum.clone().unwrap_or_default(),
            found: known.first().cloned().unwrap_or_default(),
        })
    });
    edited.collect()
}

/// An id in the one spelling in which ids are compared.
fn spelled(tool: Tool, id: &str) -> String {
    match tool {
        Tool::Flyway => flyway::spelled(id),
        Tool::Alembic
        | Tool::Sqlx
        | Tool::Dbmate
        | Tool::GolangMigrate
        | Tool::Goose
        | Tool::Refinery
        | Tool::Diesel
        | Tool::Prisma => id.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Record, State, applied, edited, origin};
    use crate::import::draft::Draft;
    use crate::import::history::{History, Revision};
    use crate::import::tool::Tool;
    use crate::migration::Directory;

    /// A folder that came from `tool`: a branch, and what joins it.
    fn directory(tool: Tool, ids: &[(&str, &[usize])]) -> Directory {
        let revisions = ids.iter().map(|&(id, parents)| Revision {
            id: id.to_owned(),
            parents: parents.to_vec(),
            ..Revision::default()
        });
        let history = History::new(tool, revisions.collect());
        let draft = Draft::plan(&history, Path::new("m")).expect("plans");
        draft.directory
    }

    const BRANCHED: &[(&str, &[usize])] = &[
        ("a", &[]),
        ("b", &[0]),
        ("c", &[0]),
        ("d", &[1, 2]),
        ("e", &[3]),
    ];
    const LINE: &[(&str, &[usize])] = &[("1", &[]), ("2", &[0]), ("2.5", &[1]), ("R__v", &[2])];

    #[test]
    fn every_tool_has_a_way_of_saying_it() {
        use State::{Applied, Baseline, Dirty, Failed, Head, Through, Undone};
        for (tool, ids, records, expected) in [
            (Tool::Alembic, BRANCHED, &[][..], Ok("")),
            (Tool::Alembic, BRANCHED, &[("c", Head)], Ok("1 3")),
            (
                Tool::Alembic,
                BRANCHED,
                &[("b", Head), ("c", Head)],
                Ok("1 2 3"),
            ),
            (Tool::Alembic, BRANCHED, &[("d", Head)], Ok("1 2 3 4")),
            (
                Tool::Alembic,
                BRANCHED,
                &[("x", Head)],
                Err("`t` has `x`, which no file here says it was"),
            ),
            (Tool::Goose, LINE, &[("1", Applied), ("2", Undone)], Ok("1")),
            (
                Tool::Dbmate,
                LINE,
                &[("1", Applied), ("2.5", Applied)],
                Ok("1 3"),
            ),
            (Tool::GolangMigrate, LINE, &[("2", Through)], Ok("1 2")),
            (
                Tool::GolangMigrate,
                LINE,
                &[("2", Dirty)],
                Err("`t` says that `2` did not come to its end"),
            ),
            (Tool::Flyway, LINE, &[("02.0", Baseline)], Ok("1 2")),
            (Tool::Flyway, LINE, &[("2.1", Baseline)], Ok("1 2")),
            (
                Tool::Flyway,
                LINE,
                &[("1.0", Applied), ("R__v", Applied)],
                Ok("1 4"),
            ),
            (
                Tool::Flyway,
                LINE,
                &[("1", Applied), ("2", Failed)],
                Err("`t` says that `2` did not come to its end"),
            ),
        ] {
            let records: Vec<Record> = records
                .iter()
                .map(|&(id, state)| Record {
                    id: id.to_owned(),
                    state,
                    checksum: None,
                })
                .collect();
            let found = applied(&directory(tool, ids), tool, "t", &records);
            let found = found
                .map(|them| {
                    let words: Vec<String> = them.iter().map(ToString::to_string).collect();
                    words.join(" ")
                })
                .map_err(|error| error.to_string());
            let expected = expected.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(found, expected, "{tool} {records:?}");
        }
    }

    #[test]
    fn a_file_that_was_another_when_it_was_applied_is_told() {
        use State::{Applied, Baseline, Undone};
        let checksums = |at: usize| vec![format!("{at}0"), format!("{at}1")];
        let revisions = ["1", "2", "2.5"].into_iter().enumerate();
        let revisions = revisions.map(|(at, id)| Revision {
            id: id.to_owned(),
            checksums: if id == "2.5" {
                Vec::new()
            } else {
                checksums(at)
            },
            ..Revision::default()
        });
        let history = History::line(Tool::Flyway, revisions.collect());
        let draft = Draft::plan(&history, Path::new("m")).expect("plans");
        for (records, accepted, expected) in [
            (
                &[("1", Applied, Some("00")), ("2", Applied, Some("11"))][..],
                &[][..],
                &[][..],
            ),
            (
                &[("1", Applied, None), ("1.9", Applied, Some("7"))],
                &[],
                &[],
            ),
            (&[("2.5", Applied, Some("7"))], &[], &[]),
            (
                &[("1", Applied, Some("7")), ("2", Applied, Some("8"))],
                &[],
                &["1", "2"],
            ),
            (
                &[("1.0", Applied, Some("7")), ("2", Applied, Some("8"))],
                &["1"],
                &["2"],
            ),
            (&[("2", Applied, Some("8"))], &["02"], &[]),
            (
                &[("1", Baseline, Some("7")), ("2", Undone, Some("8"))],
                &[],
                &[],
            ),
        ] {
            let records: Vec<Record> = records
                .iter()
                .map(|&(id, state, checksum)| Record {
                    id: id.to_owned(),
                    state,
                    checksum: checksum.map(str::to_owned),
                })
                .collect();
            let accepted: Vec<String> = accepted.iter().map(|&it: &&str| it.to_owned()).collect();
            let found = edited(&draft.directory, Tool::Flyway, &records, &accepted);
            let ids: Vec<&str> = found.iter().map(|it| it.id.as_str()).collect();
            assert_eq!(ids, expected, "{records:?}");
        }
    }

    #[test]
    fn the_files_say_which_tool_it_was() {
        let directory = directory(Tool::Goose, LINE);
        assert_eq!(origin(&directory, None).expect("the only one"), Tool::Goose);
        let other = origin(&directory, Some(Tool::Flyway)).expect_err("another");
        assert!(other.to_string().contains("what it was before"), "{other}");
        origin(&Directory::empty(Path::new("m")), None).expect_err("there is none");
    }
}

//! golang-migrate: `1_name.up.sql` and `1_name.down.sql`, each sent as it is. Its table has one row:
//! all up to that version is applied.

use std::collections::BTreeMap;

use super::folder::{File, Folder};
use super::name::{number, plain, words};
use crate::import::error::Error;
use crate::import::history::{History, Revision};
use crate::import::script::{Script, Sending, Transaction};
use crate::import::tool::Tool;

pub(in crate::import) fn journal(table: &str) -> String {
    format!(
        "SELECT version::text AS id, CASE WHEN dirty THEN 'dirty' ELSE 'through' END AS state,
                NULL AS checksum
         FROM {table}"
    )
}

pub(in crate::import) fn read(folder: &Folder) -> Result<History, Error> {
    let mut found: BTreeMap<i64, (Option<&File>, Option<&File>, &str)> = BTreeMap::new();
    for file in folder.flat() {
        let Some((digits, rest)) = number(&file.name) else {
            continue;
        };
        let Some(rest) = rest.strip_prefix('_') else {
            continue;
        };
        let (name, is_up) = match (rest.strip_suffix(".up.sql"), rest.strip_suffix(".down.sql")) {
            (Some(name), _) => (name, true),
            (None, Some(name)) => (name, false),
            (None, None) => continue,
        };
        let version = digits.parse().map_err(|_| Error::too_large(file))?;
        let (up, down, _) = found.entry(version).or_insert((None, None, name));
        let place = if is_up { up } else { down };
        if let Some(first) = place.replace(file) {
            return Err(Error::twice(&plain(digits), first, file));
        }
    }
    let script = |file: &File| Script::of(&file.source, Sending::Whole, Transaction::None);
    let mut revisions = Vec::with_capacity(found.len());
    for (version, (up, down, name)) in found {
        let up = up.ok_or_else(|| Error::without_way_there(down))?;
        revisions.push(Revision {
            id: version.to_string(),
            message: words(name),
            number: Some(version),
            path: up.source.path.clone(),
            up: script(up)?,
            down: down.map(script).transpose()?,
            ..Revision::default()
        });
    }
    Ok(History::line(Tool::GolangMigrate, revisions))
}

#[cfg(test)]
mod tests {
    use crate::import::source::folder::tests::folder;
    use crate::import::tool::Tool;

    #[test]
    fn pairs_of_files_by_number() {
        let history = Tool::GolangMigrate
            .read(&folder(&[
                ("000010_add_index.up.sql", "create index on t (a);"),
                ("000002_t.down.sql", "drop table t;"),
                (
                    "000002_t.up.sql",
                    "BEGIN;\ncreate table t (a int);\nCOMMIT;\n",
                ),
                ("README.md", ""),
                ("000003_x.up.json", ""),
            ]))
            .expect("reads");
        let told: Vec<_> = history
            .revisions
            .iter()
            .map(|it| (it.id.as_str(), it.message.as_str(), it.parents.as_slice()))
            .collect();
        assert_eq!(told, [("2", "t", &[][..]), ("10", "add index", &[0])]);
        assert_eq!(history.revisions[0].up.text, "create table t (a int);\n");
        assert!(history.revisions[0].down.is_some());
        assert!(history.revisions[1].down.is_none());
        assert_eq!(history.notes.len(), 1, "{:?}", history.notes);
    }

    #[test]
    fn what_is_no_history_is_told() {
        for (files, expected) in [
            (
                &[("1_a.up.sql", ""), ("01_b.up.sql", "")][..],
                "`1` is there twice: `01_b.up.sql` and `1_a.up.sql`",
            ),
            (
                &[("1_a.down.sql", "")],
                "`1_a.down.sql` leads back from a revision that has no way there",
            ),
            (
                &[("99999999999999999999_a.up.sql", "")],
                "the number of `99999999999999999999_a.up.sql` is too large",
            ),
            (
                &[("a.sql", "")],
                "there are no files of golang-migrate's in `source`",
            ),
        ] {
            let error = Tool::GolangMigrate
                .read(&folder(files))
                .expect_err(expected);
            assert_eq!(error.to_string(), expected);
        }
    }
}

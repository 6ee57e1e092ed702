//! Diesel: a folder for each migration, `2026-01-05-083000_name`, with `up.sql`, `down.sql` and
//! perhaps `metadata.toml`. Its table names each version that is applied.

use super::folder::Folder;
use super::name::words;
use crate::import::error::Error;
use crate::import::history::{History, Revision};
use crate::import::script::{Script, Sending, Transaction};
use crate::import::tool::Tool;

pub(in crate::import) fn journal(table: &str) -> String {
    format!("SELECT version::text AS id, 'applied' AS state, NULL AS checksum FROM {table}")
}

pub(in crate::import) fn read(folder: &Folder) -> Result<History, Error> {
    let mut revisions: Vec<Revision> = Vec::new();
    for (name, up) in folder.with("up.sql") {
        let (version, rest) = name.split_once('_').unwrap_or((name, ""));
        let id = version.replace('-', "");
        if let Some(first) = revisions.iter().find(|it| it.id == id) {
            return Err(Error::Duplicate {
                id,
                first: first.path.clone(),
                second: up.source.path.clone(),
            });
        }
        let metadata = folder.get(&format!("{name}/metadata.toml"));
        let refused = metadata.is_some_and(|file| {
            file.source.text.lines().any(|line| {
                line.split_once('=').is_some_and(|(key, value)| {
                    let value = value.split('#').next().unwrap_or_default();
                    key.trim() == "run_in_transaction" && value.trim() == "false"
                })
            })
        });
        let transaction = if refused {
            Transaction::Refused
        } else {
            Transaction::Held
        };
        let script = |source| Script::of(source, Sending::Whole, transaction);
        let down = folder.get(&format!("{name}/down.sql"));
        revisions.push(Revision {
            message: words(rest),
            number: id.parse().ok(),
            id,
            path: up.source.path.clone(),
            up: script(&up.source)?,
            down: down.map(|down| script(&down.source)).transpose()?,
            ..Revision::default()
        });
    }
    revisions.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(History::line(Tool::Diesel, revisions))
}

#[cfg(test)]
mod tests {
    use crate::import::source::folder::tests::folder;
    use crate::import::tool::Tool;

    #[test]
    fn a_folder_each() {
        let history = Tool::Diesel
            .read(&folder(&[
                (
                    "2026-01-05-083000_create_t/up.sql",
                    "create table t (a int);",
                ),
                ("2026-01-05-083000_create_t/down.sql", "drop table t;"),
                ("00000000000000_diesel_initial_setup/up.sql", "select 1;"),
                (
                    "20260106083000_index/up.sql",
                    "create index concurrently i on t (a);",
                ),
                (
                    "20260106083000_index/metadata.toml",
                    "run_in_transaction = false # alone\n",
                ),
                (".keep", ""),
            ]))
            .expect("reads");
        let told: Vec<_> = history
            .revisions
            .iter()
            .map(|it| (it.id.as_str(), it.message.as_str(), it.up.alone))
            .collect();
        assert_eq!(
            told,
            [
                ("00000000000000", "diesel initial setup", false),
                ("20260105083000", "create t", false),
                ("20260106083000", "index", true),
            ]
        );
        assert!(history.revisions[1].down.is_some());
        let twice = [("2026-01_a/up.sql", ""), ("202601_b/up.sql", "")];
        let error = Tool::Diesel.read(&folder(&twice)).expect_err("twice");
        assert!(
            error.to_string().starts_with("`202601` is there twice"),
            "{error}"
        );
    }
}

//! Prisma: a folder for each migration, `20260105083000_name`, with `migration.sql`, and `down.sql`
//! where somebody wrote one. Its table names each folder that is applied.

use super::folder::Folder;
use super::name::{number, words};
use crate::import::checksum;
use crate::import::error::Error;
use crate::import::history::{History, Revision};
use crate::import::script::{Script, Sending, Transaction};
use crate::import::tool::Tool;

pub(in crate::import) fn journal(table: &str) -> String {
    format!(
        "SELECT migration_name::text AS id,
                CASE WHEN rolled_back_at IS NOT NULL THEN 'undone'
                     WHEN finished_at IS NULL THEN 'failed' ELSE 'applied' END AS state,
                checksum::text AS checksum
         FROM {table} ORDER BY started_at"
    )
}

pub(in crate::import) fn read(folder: &Folder) -> Result<History, Error> {
    if let Some(lock) = folder.get("migration_lock.toml")
        && let Some(provider) = provider(&lock.source.text)
        && !matches!(provider, "postgresql" | "postgres" | "cockroachdb")
    {
        return Err(Error::OtherDatabase {
            path: lock.source.path.clone(),
            provider: provider.to_owned(),
        });
    }
    let script = |source| Script::of(source, Sending::Whole, Transaction::None);
    let mut revisions = Vec::new();
    for (name, file) in folder.with("migration.sql") {
        let (digits, rest) = number(name).unwrap_or(("", name));
        let down = folder.get(&format!("{name}/down.sql"));
        revisions.push(Revision {
            id: name.to_owned(),
            message: words(rest),
            number: digits.parse().ok(),
            path: file.source.path.clone(),
            checksums: checksum::prisma(&file.original),
            up: script(&file.source)?,
            down: down.map(|down| script(&down.source)).transpose()?,
            ..Revision::default()
        });
    }
    Ok(History::line(Tool::Prisma, revisions))
}

/// What `migration_lock.toml` says.
fn provider(text: &str) -> Option<&str> {
    text.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "provider").then(|| value.trim().trim_matches('"'))
    })
}

#[cfg(test)]
mod tests {
    use crate::import::source::folder::tests::folder;
    use crate::import::tool::Tool;

    #[test]
    fn a_folder_each_in_the_order_of_their_names() {
        let lock = "# Please do not edit\nprovider = \"postgresql\"\n";
        let history = Tool::Prisma
            .read(&folder(&[
                (
                    "20260105083000_add_x/migration.sql",
                    "alter table t add x int;",
                ),
                ("20260105083000_add_x/down.sql", "alter table t drop x;"),
                ("0_init/migration.sql", "create table t ();"),
                ("migration_lock.toml", lock),
            ]))
            .expect("reads");
        let told: Vec<_> = history
            .revisions
            .iter()
            .map(|it| (it.id.as_str(), it.number, it.down.is_some()))
            .collect();
        assert_eq!(
            told,
            [
                ("0_init", Some(0), false),
                ("20260105083000_add_x", Some(20_260_105_083_000), true),
            ]
        );
        let other = [
            ("0_init/migration.sql", ""),
            ("migration_lock.toml", "provider = \"mysql\""),
        ];
        let error = Tool::Prisma.read(&folder(&other)).expect_err("MySQL's");
        assert_eq!(
            error.to_string(),
            "`migration_lock.toml` is of a history for `mysql`"
        );
    }
}

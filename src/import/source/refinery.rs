//! refinery: `V1__name.sql`, and `U1__name.sql` for one that may come out of order; neither has a way
//! back. Its table names each version that is applied.

use super::folder::Folder;
use super::name::{number, plain, words};
use crate::import::checksum;
use crate::import::error::Error;
use crate::import::history::{History, Revision};
use crate::import::script::{Script, Sending, Transaction};
use crate::import::tool::Tool;

pub(in crate::import) fn journal(table: &str) -> String {
    format!(
        "SELECT version::text AS id, 'applied' AS state, checksum::text AS checksum FROM {table}"
    )
}

/// The digits and the words of a name such as `V1__name`.
fn parts<'n>(name: &'n str, ends: &str) -> Option<(&'n str, &'n str)> {
    let name = name.strip_prefix(['V', 'U'])?.strip_suffix(ends)?;
    let (digits, rest) = number(name)?;
    let rest = rest.strip_prefix("__")?;
    (!rest.is_empty()).then_some((digits, rest))
}

/// Whether a file's name is one of refinery's.
pub(in crate::import) fn is_meant(name: &str) -> bool {
    parts(name, ".sql").is_some()
}

pub(in crate::import) fn read(folder: &Folder) -> Result<History, Error> {
    let mut found = Vec::new();
    let mut programs = Vec::new();
    for file in &folder.files {
        if parts(file.base(), ".rs").is_some() {
            programs.push(file.name.clone());
        }
        let Some((digits, name)) = parts(file.base(), ".sql") else {
            continue;
        };
        let version: i64 = digits.parse().map_err(|_| Error::too_large(file))?;
        found.push((version, file, name));
    }
    if !programs.is_empty() {
        return Err(Error::Programs {
            tool: Tool::Refinery,
            language: "Rust",
            files: programs,
        });
    }
    found.sort_by_key(|(version, ..)| *version);
    if let Some([(_, first, _), (version, second, _)]) = found
        .array_windows()
        .find(|[(one, ..), (other, ..)]| one == other)
    {
        return Err(Error::twice(&plain(&version.to_string()), first, second));
    }
    let mut revisions = Vec::with_capacity(found.len());
    for (version, file, name) in found {
        revisions.push(Revision {
            id: version.to_string(),
            message: words(name),
            number: Some(version),
            path: file.source.path.clone(),
            checksums: checksum::refinery(name, version, &file.original),
            up: Script::of(&file.source, Sending::Whole, Transaction::Held)?,
            ..Revision::default()
        });
    }
    Ok(History::line(Tool::Refinery, revisions))
}

#[cfg(test)]
mod tests {
    use crate::import::source::folder::tests::folder;
    use crate::import::tool::Tool;

    #[test]
    fn both_letters_are_one_line() {
        let history = Tool::Refinery
            .read(&folder(&[
                ("V1__initial.sql", "create table t ();"),
                ("U10__add_x.sql", "alter table t add x int;"),
                ("V2__add_y.sql", "alter table t add y int;"),
                ("mod.rs", ""),
            ]))
            .expect("reads");
        let told: Vec<_> = history
            .revisions
            .iter()
            .map(|it| (it.id.as_str(), it.message.as_str()))
            .collect();
        assert_eq!(told, [("1", "initial"), ("2", "add y"), ("10", "add x")]);
        for (files, expected) in [
            (
                &[("V1__a.sql", ""), ("V2__b.rs", "")][..],
                "refinery's migrations in Rust cannot be taken over: `V2__b.rs`",
            ),
            (
                &[("V1__a.sql", ""), ("U1__b.sql", "")],
                "`1` is there twice: `U1__b.sql` and `V1__a.sql`",
            ),
        ] {
            let error = Tool::Refinery.read(&folder(files)).expect_err(expected);
            assert_eq!(error.to_string(), expected);
        }
    }
}

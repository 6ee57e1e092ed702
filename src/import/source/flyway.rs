//! Flyway: `V1.2__name.sql` there, `U1.2__name.sql` back, and `R__name.sql` whenever it changed,
//! behind all others. Its table tells all that happened in its order.

use super::folder::{File, Folder};
use super::name::words;
use crate::import::checksum;
use crate::import::error::Error;
use crate::import::history::{History, Revision};
use crate::import::script::{Script, Sending, Transaction};
use crate::import::tool::Tool;
use crate::migration::error::Located;

pub(in crate::import) fn journal(table: &str) -> String {
    format!(
        "SELECT id, state, checksum FROM (
             SELECT DISTINCT ON (coalesce(version, script))
                    coalesce(version, regexp_replace(script, '^.*/|[.]sql$', '', 'g'))::text AS id,
                    CASE WHEN NOT success THEN 'failed'
                         WHEN type = 'BASELINE' THEN 'baseline'
                         WHEN type LIKE 'UNDO%' OR type = 'DELETE' THEN 'undone'
                         ELSE 'applied' END AS state,
                    checksum::text AS checksum,
                    installed_rank
             FROM {table} WHERE type <> 'SCHEMA'
             ORDER BY coalesce(version, script), installed_rank DESC) AS last
         ORDER BY installed_rank"
    )
}

/// The version as Flyway compares it: `1.0` and `01` are `1`.
pub(in crate::import) fn parts(version: &str) -> Option<Vec<u64>> {
    let parts = version.split(['.', '_']).map(str::parse);
    let mut parts: Vec<u64> = parts.collect::<Result<_, _>>().ok()?;
    while parts.len() > 1 && parts.last() == Some(&0) {
        parts.pop();
    }
    Some(parts)
}

/// The same in one spelling; what is no version stays as it is.
pub(in crate::import) fn spelled(version: &str) -> String {
    match parts(version) {
        Some(parts) => {
            let parts: Vec<String> = parts.iter().map(u64::to_string).collect();
            parts.join(".")
        }
        None => version.to_owned(),
    }
}

/// A file of Flyway's by its name.
struct Named<'f> {
    version: Vec<u64>,
    words: &'f str,
    file: &'f File,
}

/// The letter and the rest of a name such as `V1__name`.
fn named<'f>(file: &'f File, letter: char, ends: &str) -> Option<Named<'f>> {
    let name = file.base().strip_prefix(letter)?.strip_suffix(ends)?;
    let (version, words) = name.split_once("__").unwrap_or((name, ""));
    let version = match (letter, version) {
        ('R', "") => Vec::new(),
        ('R', _) => return None,
        _ => parts(version)?,
    };
    Some(Named {
        version,
        words,
        file,
    })
}

/// Whether a file's name is one of Flyway's.
pub(in crate::import) fn is_meant(file: &File) -> bool {
    ['V', 'R']
        .into_iter()
        .any(|it| named(file, it, ".sql").is_some())
}

pub(in crate::import) fn read(folder: &Folder) -> Result<History, Error> {
    let all = |letter: char, ends: &'static str| {
        let files = folder.files.iter();
        files.filter_map(move |file| named(file, letter, ends))
    };
    let programs: Vec<String> = ['V', 'U', 'R']
        .into_iter()
        .flat_map(|letter| [".java", ".kt", ".groovy", ".scala"].map(|ends| (letter, ends)))
        .flat_map(|(letter, ends)| all(letter, ends))
        .map(|it| it.file.name.clone())
        .collect();
    if !programs.is_empty() {
        return Err(Error::Programs {
            tool: Tool::Flyway,
            language: "Java",
            files: programs,
        });
    }
    if let Some(baseline) = all('B', ".sql").next() {
        return Err(Error::Baseline(baseline.file.source.path.clone()));
    }
    let mut ups: Vec<Named<'_>> = all('V', ".sql").collect();
    ups.sort_by(|a, b| a.version.cmp(&b.version));
    let mut downs: Vec<Named<'_>> = all('U', ".sql").collect();
    let plain = ups.iter().all(|it| it.version.len() == 1);
    let mut revisions: Vec<Revision> = Vec::with_capacity(ups.len());
    for (at, up) in ups.iter().enumerate() {
        let id = up.version.iter().map(u64::to_string).collect::<Vec<_>>();
        let id = id.join(".");
        if let Some(first) = ups[..at].iter().find(|it| it.version == up.version) {
            return Err(Error::twice(&id, first.file, up.file));
        }
        let down = downs.iter().position(|it| it.version == up.version);
        let down = down.map(|at| script(folder, downs.swap_remove(at).file));
        revisions.push(Revision {
            id,
            message: words(up.words),
            number: plain.then(|| i64::try_from(up.version[0]).unwrap_or(i64::MAX)),
            path: up.file.source.path.clone(),
            checksums: checksum::flyway(&up.file.original),
            up: script(folder, up.file)?,
            down: down.transpose()?,
            ..Revision::default()
        });
    }
    if let Some(down) = downs.first() {
        return Err(Error::without_way_there(Some(down.file)));
    }
    let mut repeatable: Vec<Named<'_>> = all('R', ".sql").collect();
    repeatable.sort_by(|a, b| a.words.cmp(b.words));
    for it in &repeatable {
        revisions.push(Revision {
            id: it.file.base().trim_end_matches(".sql").to_owned(),
            message: words(it.words),
            path: it.file.source.path.clone(),
            checksums: checksum::flyway(&it.file.original),
            up: script(folder, it.file)?,
            ..Revision::default()
        });
    }
    let mut history = History::line(Tool::Flyway, revisions);
    if !repeatable.is_empty() {
        history.notes.push(
            "repeatable migrations are revisions now, which run once: what they make is changed by a \
             new revision; let Flyway run them a last time before a database changes over"
                .to_owned(),
        );
    }
    Ok(history)
}

fn script(folder: &Folder, file: &File) -> Result<Script, Error> {
    let source = &file.source;
    let conf = folder.get(&format!("{}.conf", file.name));
    let says = |key: &str, value: &str| {
        conf.is_some_and(|conf| {
            conf.source.text.lines().any(|line| {
                line.split_once('=')
                    .is_some_and(|(k, v)| k.trim() == key && v.trim().eq_ignore_ascii_case(value))
            })
        })
    };
    if !says("placeholderReplacement", "false")
        && let Some(start) = source.text.find("${")
    {
        let length = source.text[start..].find('}').map_or(2, |end| end + 1);
        let at = start..start + length;
        return Err(Error::Located(Box::new(Located::new(
            source,
            &at,
            format!("`{}` is a placeholder", &source.text[at.clone()]),
            "Flyway puts a value here".to_owned(),
            "write the value in its place; or, if it is meant as it is, say \
             `placeholderReplacement=false` in a file of the same name with `.conf` behind it"
                .to_owned(),
        ))));
    }
    let transaction = if says("executeInTransaction", "false") {
        Transaction::Refused
    } else {
        Transaction::Held
    };
    Script::of(source, Sending::Each, transaction)
}

#[cfg(test)]
mod tests {
    use super::spelled;
    use crate::import::source::folder::tests::folder;
    use crate::import::tool::Tool;

    #[test]
    fn versions_are_compared_by_their_parts() {
        for (version, expected) in [
            ("1", "1"),
            ("01", "1"),
            ("1.0", "1"),
            ("1_2", "1.2"),
            ("2026.01.05", "2026.1.5"),
            ("R__views", "R__views"),
        ] {
            assert_eq!(spelled(version), expected);
        }
    }

    #[test]
    fn there_back_and_whenever_it_changed() {
        let history = Tool::Flyway
            .read(&folder(&[
                ("V10__later.sql", "select 10;"),
                ("V2_1__between.sql", "select 2;"),
                ("first/V1__create_t.sql", "create table t (a int);"),
                ("U1__create_t.sql", "drop table t;"),
                ("R__b_view.sql", "create or replace view b as select 1;"),
                ("R__a_view.sql", "create or replace view a as select 1;"),
                (
                    "V3__index.sql",
                    "create index concurrently i on t (a); select 1;",
                ),
                ("V4__set.sql", "vacuum;"),
                ("V4__set.sql.conf", "executeInTransaction = false\n"),
                ("notes.sql", ""),
            ]))
            .expect("reads");
        let told: Vec<_> = history.revisions.iter().map(|it| it.id.as_str()).collect();
        let expected = ["1", "2.1", "3", "4", "10", "R__a_view", "R__b_view"];
        assert_eq!(told, expected);
        assert!(history.revisions.iter().all(|it| it.number.is_none()));
        assert!(history.revisions[0].down.is_some());
        assert!(history.revisions[2].up.pieces[0].outside);
        assert!(history.revisions[3].up.alone);
        assert_eq!(history.notes.len(), 2, "{:?}", history.notes);
    }

    #[test]
    fn what_is_not_sql_or_not_known_is_told() {
        for (files, expected) in [
            (
                &[("V1__a.sql", ""), ("V2__B.java", "")][..],
                "Flyway's migrations in Java cannot be taken over: `V2__B.java`",
            ),
            (
                &[("V1__a.sql", "select 1;\ncreate role ${app};")],
                "`V1__a.sql:2:13`: `${app}` is a placeholder",
            ),
            (
                &[("V1__a.sql", ""), ("V1_0__b.sql", "")],
                "`1` is there twice: `V1_0__b.sql` and `V1__a.sql`",
            ),
            (
                &[("V1__a.sql", ""), ("U2__b.sql", "")],
                "`U2__b.sql` leads back from a revision that has no way there",
            ),
            (
                &[("B5__all.sql", "")],
                "`B5__all.sql` is a baseline, which stands for other migrations",
            ),
        ] {
            let error = Tool::Flyway.read(&folder(files)).expect_err(expected);
            assert_eq!(error.to_string(), expected);
        }
        let files = [
            ("V1__a.sql", "select '${a}';"),
            ("V1__a.sql.conf", "placeholderReplacement=false"),
        ];
        Tool::Flyway.read(&folder(&files)).expect("it is meant");
    }
}

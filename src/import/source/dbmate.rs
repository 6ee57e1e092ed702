//! dbmate: `1_name.sql` with `-- migrate:up` and `-- migrate:down`. Its table names each version that
//! is applied.

use super::folder::{File, Folder};
use super::name::{number, words};
use crate::import::error::Error;
use crate::import::history::{History, Revision};
use crate::import::script::{Script, Sending, Transaction, only_lines};
use crate::import::tool::Tool;

/// Where a block begins, and whether it wants a transaction.
type Block = (usize, Transaction);

pub(in crate::import) fn read(folder: &Folder) -> Result<History, Error> {
    let mut revisions: Vec<Revision> = Vec::new();
    for file in folder.flat() {
        let Some((digits, rest)) = number(&file.name) else {
            continue;
        };
        let Some(name) = rest.strip_suffix(".sql") else {
            continue;
        };
        let (up, down) = scripts(file)?;
        if let Some(first) = revisions.iter().find(|it| it.id == digits) {
            return Err(Error::Duplicate {
                id: digits.to_owned(),
                first: first.path.clone(),
                second: file.source.path.clone(),
            });
        }
        revisions.push(Revision {
            id: digits.to_owned(),
            message: words(name),
            number: digits.parse().ok(),
            path: file.source.path.clone(),
            up,
            down,
            ..Revision::default()
        });
    }
    Ok(History::line(Tool::Dbmate, revisions))
}

fn scripts(file: &File) -> Result<(Script, Option<Script>), Error> {
    let source = &file.source;
    let lines: Vec<&str> = source.text.split('\n').collect();
    let find = |word: &str| -> Option<Block> {
        let mut lines = lines.iter().enumerate();
        lines.find_map(|(at, line)| mark(line, word).map(|transaction| (at, transaction)))
    };
    let Some((up, up_transaction)) = find("up") else {
        return Err(Error::lacks(file, "-- migrate:up"));
    };
    let down = find("down").filter(|(down, _)| *down > up);
    let end = down.map_or(lines.len(), |(down, _)| down);
    let part = |from: usize, to: usize, transaction| {
        let part = only_lines(source, |line| from < line && line < to);
        // dbmate sends a block as it is.
        Script::of(&part, Sending::Whole, transaction)
    };
    let stray = lines[..up].iter().position(|line| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with("--")
    });
    if stray.is_some() {
        return Err(Error::lacks(file, "-- migrate:up"));
    }
    let back = down.map(|(down, transaction)| part(down, lines.len(), transaction));
    Ok((part(up, end, up_transaction)?, back.transpose()?))
}

/// Whether `line` begins the block `word`, and what it says of the transaction.
fn mark(line: &str, word: &str) -> Option<Transaction> {
    let rest = line.strip_prefix("--")?.trim_start();
    let rest = rest.strip_prefix("migrate:")?.strip_prefix(word)?;
    if !rest.is_empty() && !rest.starts_with(char::is_whitespace) {
        return None;
    }
    let refused = rest.split_whitespace().any(|it| it == "transaction:false");
    Some(if refused {
        Transaction::Refused
    } else {
        Transaction::Held
    })
}

#[cfg(test)]
mod tests {
    use crate::import::source::folder::tests::folder;
    use crate::import::tool::Tool;

    #[test]
    fn a_file_is_two_blocks() {
        for (text, up, down, alone) in [
            (
                "-- migrate:up\ncreate table t ();\n\n-- migrate:down\ndrop table t;\n",
                "create table t ();\n",
                Some("drop table t;\n"),
                false,
            ),
            (
                "-- words\n\n--migrate:up transaction:false\nselect 1;\n-- migrate:down\n",
                "select 1;\n",
                Some(""),
                true,
            ),
            ("-- migrate:up\nselect 1;", "select 1;\n", None, false),
        ] {
            let history = Tool::Dbmate.read(&folder(&[("20260105_a_b.sql", text)]));
            let history = history.expect(text);
            let found = &history.revisions[0];
            assert_eq!((found.id.as_str(), &*found.message), ("20260105", "a b"));
            assert_eq!(found.up.text, up, "{text}");
            assert_eq!(found.up.alone, alone, "{text}");
            let found = found.down.as_ref().map(|down| down.text.as_str());
            assert_eq!(found, down, "{text}");
        }
        for text in [
            "select 1;",
            "select 1;\n-- migrate:up\n",
            "-- migrate:upward\n",
        ] {
            let error = Tool::Dbmate
                .read(&folder(&[("1_a.sql", text)]))
                .expect_err(text);
            assert!(error.to_string().contains("`-- migrate:up`"), "{error}");
        }
    }
}

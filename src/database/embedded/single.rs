//! The way in where there is no socket and the password is not known: a stand-alone backend.
//!
//! It asks for no password, since whoever can start it owns the files. No server may run on the
//! data meanwhile. What it prints is meant for debugging; [`tuples`] makes of it what psql would
//! have printed.

use std::path::Path;

use super::{
    Error,
    process::{self, program},
    server::Place,
};
use crate::{ident::DatabaseName, sql::split};

/// Runs `sql` on the stopped server's data as the superuser.
pub(in crate::database::embedded) async fn admin(
    place: &Place,
    bin: &Path,
    data: &Path,
    database: &DatabaseName,
    sql: &str,
) -> Result<String, Error> {
    let mut command = place.user.command(&program(bin, "postgres"));
    command
        .args(["--single", "-j", "-c", "exit_on_error=true"])
        .args(["-c", "log_min_messages=error", "-D"])
        .arg(data)
        .arg(database.as_str());
    let ended = process::run(command, input(sql)?.as_bytes()).await?;
    if ended.well {
        Ok(tuples(&ended.printed))
    } else {
        Err(Error::Sql {
            said: ended.complaint(),
        })
    }
}

/// The statements as the backend reads them: each ends with a semicolon and an empty line, and
/// that must not stand within one.
fn input(sql: &str) -> Result<String, Error> {
    let script = split(sql).map_err(|refusal| Error::Sql {
        said: refusal.obstacle.to_string(),
    })?;
    let mut text = String::new();
    for statement in &script.statements {
        let body = sql[statement.body.clone()].trim_end_matches([';', ' ', '\n']);
        text.push_str(&body.replace(";\n\n", "; \n\n"));
        text.push_str(";\n\n");
    }
    Ok(text)
}

/// What a backend printed, as unaligned tuples.
fn tuples(printed: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut row: Vec<String> = Vec::new();
    let mut columns = 0;
    let mut heading = true;
    let mut rest = printed.lines();
    while let Some(line) = rest.next() {
        let line = match line.strip_prefix("backend> ") {
            Some(line) => {
                (heading, columns) = (true, 0);
                line.trim_start_matches("backend> ")
            }
            None => line,
        };
        if line == "\t----" {
            if heading {
                heading = false;
            } else {
                lines.push(row.join("|"));
            }
            row = vec![String::new(); columns];
            continue;
        }
        let field = line.strip_prefix('\t').and_then(|it| it.split_once(": "));
        let Some((Ok(number), field)) = field.map(|(it, rest)| (it.trim().parse::<usize>(), rest))
        else {
            continue;
        };
        if heading {
            columns = columns.max(number);
            continue;
        }
        let Some((_, value)) = field.split_once(" = \"") else {
            continue;
        };
        let mut value = value.to_owned();
        while !is_whole(&value) {
            let Some(more) = rest.next() else { break };
            value.push('\n');
            value.push_str(more);
        }
        let end = value.rfind("\"\t(typeid = ").unwrap_or(value.len());
        value.truncate(end);
        if let Some(place) = row.get_mut(number - 1) {
            *place = value;
        }
    }
    lines.join("\n")
}

/// Whether a value has come to its end, which is marked by its type.
fn is_whole(value: &str) -> bool {
    value
        .rsplit_once("\"\t(typeid = ")
        .is_some_and(|(_, kind)| kind.ends_with("byval = t)") || kind.ends_with("byval = f)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_backend_prints_is_made_what_psql_prints() {
        let printed = "\nPostgreSQL stand-alone backend 15.18\n\
backend> \t 1: ?column?\t(typeid = 23, len = 4, typmod = -1, byval = t)\n\
\t 2: ?column?\t(typeid = 25, len = -1, typmod = -1, byval = f)\n\
\t 3: b\t(typeid = 25, len = -1, typmod = -1, byval = f)\n\
\t----\n\
\t 1: ?column? = \"1\"\t(typeid = 23, len = 4, typmod = -1, byval = t)\n\
\t 3: b = \"x\"\ty\n\
z|\"\t(typeid = 25, len = -1, typmod = -1, byval = f)\n\
\t----\n\
backend> \t 1: ?column?\t(typeid = 23, len = 4, typmod = -1, byval = t)\n\
\t----\n\
backend> backend> \t 1: ?column?\t(typeid = 16, len = 1, typmod = -1, byval = t)\n\
\t----\n\
\t 1: ?column? = \"t\"\t(typeid = 16, len = 1, typmod = -1, byval = t)\n\
\t----\n\
backend> ";
        assert_eq!(tuples(printed), "1||x\"\ty\nz|\nt");
        assert_eq!(tuples(""), "");
    }

    #[test]
    fn statements_are_told_apart() {
        let sql = "select 1;\nselect ';\n\n';\n-- a word\nselect 3";
        assert_eq!(
            input(sql).expect("sound"),
            "select 1;\n\nselect '; \n\n';\n\nselect 3;\n\n"
        );
    }
}

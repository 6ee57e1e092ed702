//! A journal that names only the heads of what is applied: Alembic's `alembic_version`.
//!
//! What each step makes of it is worked out with the plan; the runner only writes the difference.
//! Rows are changed in Alembic's way: one that has a successor is updated, the others come and go.

use std::collections::{BTreeMap, BTreeSet};

use crate::migration::directory::version::Version;
use crate::sql::Literal;

/// The table of heads, and what a plan makes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heads {
    /// Its name as SQL, with its schema where it has one.
    pub table: String,
    /// The rows before the plan.
    pub now: BTreeSet<String>,
    /// The rows after each of its steps.
    pub after: BTreeMap<Version, BTreeSet<String>>,
}

impl Heads {
    /// The table as it is, with nothing to come.
    pub fn standing(table: String, now: BTreeSet<String>) -> Self {
        Self {
            table,
            now,
            after: BTreeMap::new(),
        }
    }

    /// Whether the table is there, as a question.
    pub(in crate::migration) fn exists(&self) -> String {
        format!(
            "SELECT pg_catalog.to_regclass({}) IS NOT NULL AS present",
            Literal(&self.table)
        )
    }

    /// As Alembic creates it.
    pub fn create(&self) -> String {
        format!(
            "CREATE TABLE IF NOT EXISTS {} (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
)",
            self.table
        )
    }

    /// Asks for the rows, and keeps others from changing them until the transaction ends: Alembic
    /// itself asks for no lock.
    pub(in crate::migration) fn fence(&self) -> String {
        format!(
            "LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE;
             SELECT count(*) AS rows, '0' AS sum, 0::bigint AS begun,
                    coalesce(string_agg(version_num, ' ' ORDER BY version_num COLLATE \"C\"), '')
                        AS heads
             FROM {table}",
            table = self.table
        )
    }

    /// For a script: keeps others from changing the rows, and refuses a database that has others
    /// than `rows`.
    pub fn guard(&self, rows: &BTreeSet<String>) -> String {
        let table = &self.table;
        let expected = rows.iter().cloned().collect::<Vec<_>>().join(", ");
        let wanted = if expected.is_empty() {
            "with no revision".to_owned()
        } else {
            format!("at exactly {expected}")
        };
        format!(
            "LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE;

DO $townpass$
DECLARE
    found text := (SELECT coalesce(string_agg(version_num, ', ' ORDER BY version_num COLLATE \"C\"), '') FROM {table});
BEGIN
    IF found <> {} THEN
        RAISE EXCEPTION {}
            USING DETAIL = 'It has: ' || found, HINT = 'Make the script anew, from where this database stands.';
    END IF;
END
$townpass$",
            Literal(&expected),
            Literal(&format!("this script is for a database {wanted}").replace('%', "%%")),
        )
    }

    /// The rows as the fence tells them.
    pub(in crate::migration) fn told(&self) -> String {
        let rows: Vec<&str> = self.now.iter().map(String::as_str).collect();
        rows.join(" ")
    }

    /// The statements that note a step, and the rows from then on.
    pub fn note(&self, rows: &BTreeSet<String>, step: Version) -> (Vec<String>, BTreeSet<String>) {
        let after = self.after.get(&step).unwrap_or(rows).clone();
        (self.change(rows, &after), after)
    }

    /// The statements that make `to` of the rows `from`.
    pub fn change(&self, from: &BTreeSet<String>, to: &BTreeSet<String>) -> Vec<String> {
        let table = &self.table;
        let mut gone: Vec<&String> = from.difference(to).collect();
        let mut come: Vec<&String> = to.difference(from).collect();
        let updated = if gone.is_empty() || come.is_empty() {
            None
        } else {
            gone.pop().zip(come.pop())
        };
        let mut sql = Vec::new();
        for row in gone {
            sql.push(format!(
                "DELETE FROM {table} WHERE version_num = {}",
                Literal(row)
            ));
        }
        for row in come {
            sql.push(format!(
                "INSERT INTO {table} (version_num) VALUES ({})",
                Literal(row)
            ));
        }
        if let Some((old, new)) = updated {
            sql.push(format!(
                "UPDATE {table} SET version_num = {} WHERE version_num = {}",
                Literal(new),
                Literal(old)
            ));
        }
        sql
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::Heads;

    #[test]
    fn rows_change_as_alembic_changes_them() {
        let set = |rows: &[&str]| -> BTreeSet<String> {
            rows.iter().map(|&row| row.to_owned()).collect()
        };
        let heads = Heads {
            table: "t".to_owned(),
            now: BTreeSet::new(),
            after: BTreeMap::new(),
        };
        for (from, to, statements) in [
            (
                &[][..],
                &["a"][..],
                &["INSERT INTO t (version_num) VALUES ('a')"][..],
            ),
            (&["a"], &[], &["DELETE FROM t WHERE version_num = 'a'"]),
            (
                &["a"],
                &["b"],
                &["UPDATE t SET version_num = 'b' WHERE version_num = 'a'"],
            ),
            (
                &["a", "b"],
                &["m"],
                &[
                    "DELETE FROM t WHERE version_num = 'a'",
                    "UPDATE t SET version_num = 'm' WHERE version_num = 'b'",
                ],
            ),
            (
                &["m"],
                &["a", "b"],
                &[
                    "INSERT INTO t (version_num) VALUES ('a')",
                    "UPDATE t SET version_num = 'b' WHERE version_num = 'm'",
                ],
            ),
            (&["a", "x"], &["a", "x"], &[]),
        ] {
            assert_eq!(heads.change(&set(from), &set(to)), statements, "{from:?}");
        }
    }
}

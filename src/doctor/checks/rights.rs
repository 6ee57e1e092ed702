//! Whether the role may do what migrations do.

use crate::doctor::evidence::Evidence;
use crate::doctor::{Check, Mend, Seen, Verdict};
use crate::sql::Ident;

pub(in crate::doctor) const CHECK: Check = Check {
    name: "rights",
    needs: &["database"],
    look,
};

fn look(evidence: &Evidence) -> Verdict {
    let facts = evidence
        .connection
        .as_ref()
        .and_then(|it| it.facts.as_ref());
    let facts = match facts {
        Some(Ok(facts)) => facts,
        Some(Err(trouble)) => return Verdict::failed(trouble),
        None => return Verdict::Skipped("the server could not be asked".to_owned()),
    };
    let role = facts.role.as_str();
    let grant = |sql: String| {
        let database = facts.database.as_str();
        Mend::run(format!("townpass dev psql -- -d {database} -c '{sql}'"))
    };
    let Some(schema) = &facts.schema else {
        let seen = format!("role `{role}` may use no schema of its `search_path`");
        let sql = format!("grant usage, create on schema public to {}", Ident(role));
        return Verdict::Failure(Seen::new(seen), grant(sql));
    };
    if !facts.creates_tables {
        let seen = format!("role `{role}` may not create tables in schema `{schema}`");
        let sql = format!(
            "grant create on schema {} to {}",
            Ident(schema),
            Ident(role)
        );
        return Verdict::Failure(Seen::new(seen), grant(sql));
    }
    if !facts.locked.is_empty() {
        let tables = facts.locked.join(", ");
        let seen = format!("role `{role}` may not write the journal: {tables}");
        let sql = format!("grant all on {tables} to {}", Ident(role));
        return Verdict::Failure(Seen::new(seen), grant(sql));
    }
    let schemas = if facts.creates_schemas {
        "it may create schemas and extensions too"
    } else {
        "it may not create schemas and extensions"
    };
    let line = format!("role `{role}` may create tables in schema `{schema}`");
    Verdict::Well(Seen::new(line).with([schemas]))
}

#[cfg(test)]
mod tests {
    use super::look;
    use crate::doctor::cases;

    #[test]
    fn a_role_needs_a_schema_to_write_in() {
        let psql = " -> townpass dev psql -- -d townpass_db -c 'grant ";
        for (schema, creates_tables, locked, expected) in [
            (
                Some("public"),
                true,
                &[][..],
                "well: role `admin` may create tables in schema `public`".to_owned(),
            ),
            (
                None,
                false,
                &[],
                format!(
                    "failure: role `admin` may use no schema of its `search_path`{psql}usage, \
                     create on schema public to \"admin\"'"
                ),
            ),
            (
                Some("public"),
                false,
                &[],
                format!(
                    "failure: role `admin` may not create tables in schema `public`{psql}create \
                     on schema \"public\" to \"admin\"'"
                ),
            ),
            (
                Some("public"),
                true,
                &["_sqlx_migrations", "_townpass_migrations"],
                format!(
                    "failure: role `admin` may not write the journal: _sqlx_migrations, _townpass_migrations{psql}all \
                     on _sqlx_migrations, _townpass_migrations to \"admin\"'"
                ),
            ),
        ] {
            let mut evidence = cases::well();
            let connection = evidence.connection.as_mut().expect("it is there");
            if let Some(Ok(facts)) = &mut connection.facts {
                facts.schema = schema.map(str::to_owned);
                facts.creates_tables = creates_tables;
                facts.locked = locked.iter().map(|it: &&str| (*it).to_owned()).collect();
            }
            assert_eq!(cases::words(&look(&evidence)), expected);
        }
    }
}

//! Which of SQLAlchemy's drivers a URL is to name.

use crate::url::Client;

/// The drivers, as projects require them, from the one whose name holds another's.
const DRIVERS: [(&str, Client); 4] = [
    ("psycopg2", Client::Psycopg2),
    ("psycopg", Client::Psycopg),
    ("asyncpg", Client::Asyncpg),
    ("pg8000", Client::Pg8000),
];

/// The client that a URL has to be spelled for: the one driver that the project requires, where the
/// URL names none. `None` where it is to stay as it is.
///
/// `postgres` is a scheme that SQLAlchemy has refused since 1.4.
pub fn of(dialect: &str, requirements: &str) -> Option<Client> {
    if dialect.contains('+') {
        return None;
    }
    let mut required = DRIVERS
        .into_iter()
        .filter(|(name, _)| requires(requirements, name))
        .map(|(_, client)| client);
    match (required.next(), required.next()) {
        (Some(client), None) => Some(client),
        // SQLAlchemy's own default, whichever that is in the project's release.
        _ => (dialect == "postgres").then_some(Client::Libpq),
    }
}

/// Whether a list of requirements has a package of that name: as a word, before its extras and its
/// version. `psycopg2-binary` is `psycopg2`.
fn requires(requirements: &str, name: &str) -> bool {
    let words = requirements.split(|it: char| !(it.is_ascii_alphanumeric() || "-_.".contains(it)));
    words
        .filter_map(|word| word.strip_prefix(name))
        .any(|rest| rest.is_empty() || rest == "-binary" || rest == "-c" || rest == "-pool")
}

#[cfg(test)]
mod tests {
    use super::of;
    use crate::url::Client;

    #[test]
    fn the_one_driver_that_the_project_requires() {
        for (dialect, requirements, expected) in [
            ("postgresql+psycopg", "asyncpg", None),
            ("postgresql", "", None),
            ("postgres", "", Some(Client::Libpq)),
            ("postgresql", "psycopg[binary]>=3.1", Some(Client::Psycopg)),
            (
                "postgres",
                "dependencies = [\"psycopg[binary]\"]",
                Some(Client::Psycopg),
            ),
            ("postgresql", "psycopg2-binary==2.9", Some(Client::Psycopg2)),
            ("postgresql", "asyncpg\npsycopg2", None),
            ("postgresql", "asyncpg-stubs\nnot-psycopg", None),
            (
                "postgresql",
                "fastapi\nasyncpg~=0.29",
                Some(Client::Asyncpg),
            ),
        ] {
            assert_eq!(
                of(dialect, requirements),
                expected,
                "{dialect}: {requirements}"
            );
        }
    }
}

//! Which schemes mean PostgreSQL.

/// Schemes that name PostgreSQL, by themselves or before a `+driver`.
const NAMES: &[&str] = &[
    "postgresql",
    "postgres",
    "psql",
    "pgsql",
    "postgis",
    "timescale",
    "timescalegis",
];

/// Words that stand before a scheme, with their colon.
const PREFIXES: &[&str] = &["jdbc:", "r2dbc:pool:", "r2dbc:"];

/// Where the scheme of `text` ends: at `://`, if what stands before it can be a scheme.
pub(in crate::url) fn scheme_end(text: &str) -> Option<usize> {
    let end = text.find("://")?;
    let scheme = &text[..end];
    let bare = without_prefix(scheme);
    let proper = bare.starts_with(|it: char| it.is_ascii_alphabetic())
        && bare
            .bytes()
            .all(|it| it.is_ascii_alphanumeric() || b"+-._".contains(&it));
    proper.then_some(end)
}

fn without_prefix(scheme: &str) -> &str {
    PREFIXES
        .iter()
        .find_map(|prefix| {
            let head = scheme.get(..prefix.len())?;
            head.eq_ignore_ascii_case(prefix)
                .then(|| &scheme[prefix.len()..])
        })
        .unwrap_or(scheme)
}

/// Whether `scheme`, all that stands before `://`, is some dialect of PostgreSQL's.
pub(in crate::url) fn is_postgres(scheme: &str) -> bool {
    let bare = without_prefix(scheme).to_ascii_lowercase();
    let name = bare.split('+').next().unwrap_or(&bare);
    NAMES.contains(&name)
}

/// Whether user and password stand in the query, as JDBC's driver wants them.
pub(in crate::url) fn keeps_account_in_query(scheme: &str) -> bool {
    scheme
        .get(..5)
        .is_some_and(|it| it.eq_ignore_ascii_case("jdbc:"))
}

/// Whether a `+` in a query is a space: form decoding, as in SQLAlchemy and JDBC. To libpq, and
/// so in a bare `postgresql://`, it is a plus.
pub(in crate::url) fn plus_is_space(scheme: &str) -> bool {
    scheme.contains(['+', ':'])
}

/// The parameter in which a dialect says how TLS is used.
pub(in crate::url) fn tls_parameter(scheme: &str) -> &'static str {
    if scheme.to_ascii_lowercase().ends_with("+asyncpg") {
        "ssl"
    } else {
        "sslmode"
    }
}

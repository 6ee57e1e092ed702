//! What drivers, shells and tools say, each in its own words, of the same few things.

use super::complaint::Complaint;

/// Whether a shell, a Python, uv or Poetry says that it finds no Alembic.
pub(super) fn lacks_alembic(line: &str) -> bool {
    let line = line.trim_end().replace('`', "");
    let ends = [
        "Failed to spawn: alembic",
        "Command not found: alembic",
        "alembic: not found",
        "alembic: command not found",
        "No module named alembic",
    ];
    ends.iter().any(|end| line.ends_with(end))
}

/// What every driver says in its own way of a server that could not be reached.
pub(super) fn connection(message: &str) -> Option<Complaint> {
    let has = |part: &str| message.contains(part);
    if let Some(user) = after(message, "password authentication failed for user ") {
        return Some(Complaint::Password { user });
    }
    if has("getaddrinfo failed")
        || has("Name or service not known")
        || has("nodename nor servname provided")
        || has("Temporary failure in name resolution")
        || has("could not translate host name")
        || has("failed to resolve host")
        || has("No address associated with hostname")
    {
        let host = after(message, "failed to resolve host ")
            .or_else(|| after(message, "could not translate host name "));
        return Some(Complaint::UnknownHost { host });
    }
    if has("database ") && has(" does not exist") && (has("FATAL") || has("InvalidCatalogName")) {
        let database = after(message, "database ")?;
        return Some(Complaint::NoDatabase { database });
    }
    let unreachable = [
        "onnection refused",
        "Connect call failed",
        "connection timeout expired",
        "imeout expired",
        "server closed the connection unexpectedly",
        "No route to host",
        "Network is unreachable",
    ];
    unreachable
        .iter()
        .any(|part| has(part))
        .then(|| Complaint::Unreachable {
            message: without_exception(message).to_owned(),
        })
}

pub(super) fn module(message: &str) -> Option<Complaint> {
    let name = after(
        message.strip_prefix("ModuleNotFoundError: ")?,
        "No module named ",
    )?;
    Some(Complaint::NoModule { module: name })
}

/// The quoted word that follows `words`.
fn after(message: &str, words: &str) -> Option<String> {
    let start = message.find(words)? + words.len();
    let rest = &message[start..];
    let quote = rest.chars().next().filter(|it| ['"', '\''].contains(it))?;
    let name = &rest[1..];
    Some(name[..name.find(quote)?].to_owned())
}

/// Whether it is an answer of the server: SQLAlchemy's own name for it, or a driver's.
pub(super) fn is_sql(message: &str) -> bool {
    const NAMES: [&str; 5] = [
        "sqlalchemy.exc.",
        "psycopg.errors.",
        "psycopg2.errors.",
        "asyncpg.exceptions.",
        "pg8000.",
    ];
    let name = message.split(':').next().unwrap_or_default();
    // These speak of a URL or an argument, before there is a server.
    let of_ours = ["ArgumentError", "NoSuchModuleError", "InvalidRequestError"];
    NAMES.iter().any(|it| name.starts_with(it)) && !of_ours.iter().any(|it| name.ends_with(it))
}

/// The message without the names in front of it.
pub(super) fn without_exception(message: &str) -> &str {
    let rest = message.split_once(": ").map_or(message, |(_, rest)| rest);
    match rest.strip_prefix('(').and_then(|it| it.split_once(") ")) {
        Some((_, rest)) => rest,
        None => rest,
    }
}

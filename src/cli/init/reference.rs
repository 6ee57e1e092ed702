//! The files of a new project: a Compose file with a PostgreSQL, and a first migration.

use std::path::Path;

/// The name of a new Compose file.
pub(super) const NAME: &str = "docker-compose.yml";

/// What a first migration is called.
pub(super) const MESSAGE: &str = "create users";

/// What it does.
pub(super) const UP: &str = "\
create table users (
    id bigint generated always as identity primary key,
    email text not null unique,
    created_at timestamptz not null default now()
);
";

/// What takes it back.
pub(super) const DOWN: &str = "drop table users;\n";

/// A Compose file with `database` on `port` of this machine.
pub(super) fn compose(database: &str, port: u16) -> String {
    format!(
        "\
services:
  db:
    image: postgres:16
    environment:
      POSTGRES_USER: admin
      POSTGRES_PASSWORD: password
      POSTGRES_DB: {database}
    ports:
      - \"{port}:5432\"
    healthcheck:
      test: [\"CMD-SHELL\", \"pg_isready -U admin -d {database}\"]
      interval: 3s
      timeout: 3s
      retries: 10
    volumes:
      - pgdata:/var/lib/postgresql/data

volumes:
  pgdata:
"
    )
}

/// The name of a new project's database, after its directory.
pub(super) fn database(directory: &Path) -> String {
    let name = directory.file_name().unwrap_or_default().to_string_lossy();
    let plain = |it: char| {
        if it.is_ascii_alphanumeric() {
            it.to_ascii_lowercase()
        } else {
            '_'
        }
    };
    let name: String = name.chars().map(plain).collect();
    let name = name.trim_matches(|it: char| it == '_' || it.is_ascii_digit());
    if name.is_empty() {
        "app_db".to_owned()
    } else {
        format!("{name}_db")
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::database;

    #[test]
    fn a_database_is_called_after_the_directory() {
        for (directory, expected) in [
            ("/src/backend", "backend_db"),
            ("/src/My Shop-2", "my_shop_db"),
            ("/src/城鎮", "app_db"),
            ("/", "app_db"),
        ] {
            assert_eq!(database(Path::new(directory)), expected);
        }
    }
}

//! Where a project's files still name the old password.
//!
//! A password that was changed in the database alone is wrong in every file that holds it. The
//! files are the user's and stay as they are; what is said is which lines to change, and how the
//! new password is spelled there. A value that is only a reference (`${DB_PASSWORD}`) is no
//! mention: the line that defines the variable is.

use std::path::{Path, PathBuf};

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::Account;
use crate::secret::Secret;

/// A line that names the old password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// The key or variable on that line.
    pub key: String,
    /// How a password is spelled there.
    pub spelling: Spelling,
}

/// How a password is spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spelling {
    /// A value of a Compose file: quoted, `$` doubled.
    Yaml,
    /// A value of a `.env` file: quoted.
    Dotenv,
    /// The password of a URL: percent-encoded.
    Url,
}

impl Spelling {
    /// The password as it is written there.
    pub fn of(self, password: &Secret) -> Secret {
        let clear = password.reveal();
        Secret::new(match self {
            Self::Yaml => format!("'{}'", clear.replace('\'', "''").replace('$', "$$")),
            Self::Dotenv if clear.contains('\'') => format!(
                "\"{}\"",
                clear
                    .replace('\\', "\\\\")
                    .replace('"', "\\\"")
                    .replace('$', "\\$")
            ),
            Self::Dotenv => format!("'{clear}'"),
            Self::Url => utf8_percent_encode(clear, NON_ALPHANUMERIC).to_string(),
        })
    }
}

/// The lines of `files` (path and text) that name the password of `old`.
pub fn mentions<'a>(
    old: &Account,
    files: impl IntoIterator<Item = (&'a Path, &'a str)>,
) -> Vec<Mention> {
    let mut found = Vec::new();
    for (file, text) in files {
        let yaml = file
            .extension()
            .is_some_and(|it| it == "yaml" || it == "yml");
        for (index, line) in text.lines().enumerate() {
            if line.trim_start().starts_with('#') {
                continue;
            }
            for (key, value) in pairs(line) {
                let spelling = if url_of(old, value) {
                    Spelling::Url
                } else if password_of(old, key, value) {
                    if yaml {
                        Spelling::Yaml
                    } else {
                        Spelling::Dotenv
                    }
                } else {
                    continue;
                };
                found.push(Mention {
                    file: file.to_owned(),
                    line: index + 1,
                    key: key.to_owned(),
                    spelling,
                });
            }
        }
    }
    found
}

/// Whether the value is the password under a key that means one.
fn password_of(old: &Account, key: &str, value: &str) -> bool {
    let key = key.to_ascii_uppercase();
    let value = value.trim_matches(['"', '\'']);
    let names_it = key.contains("PASSWORD") || key.ends_with("_PASS") || key.ends_with("PASSWD");
    let same = old
        .password
        .as_ref()
        .is_some_and(|it| value == it.reveal() || value == it.reveal().replace('$', "$$"));
    names_it && !value.is_empty() && same
}

/// Whether the value holds a PostgreSQL URL of this role with a password in it.
fn url_of(old: &Account, value: &str) -> bool {
    let Some((scheme, rest)) = value.split_once("://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '"', '\'']).next().unwrap_or_default();
    let Some((user, password)) = authority
        .rsplit_once('@')
        .and_then(|(userinfo, _)| userinfo.split_once(':'))
    else {
        return false;
    };
    scheme.trim_matches(['"', '\'']).starts_with("postgres")
        && percent_decode_str(user).decode_utf8_lossy() == old.user.as_str()
        && !password.starts_with('$')
}

/// Every `key: value` and `key=value` of a line; flow mappings hold several.
fn pairs(line: &str) -> impl Iterator<Item = (&str, &str)> {
    line.split([',', '{', '}']).filter_map(|part| {
        let part = part
            .trim()
            .trim_start_matches("- ")
            .trim_start_matches("export ");
        let part = part.trim().trim_matches(['"', '[', ']']);
        let end = part.find(|it: char| !it.is_ascii_alphanumeric() && it != '_')?;
        let (key, rest) = part.split_at(end);
        let value = rest.strip_prefix('=').or_else(|| rest.strip_prefix(": "))?;
        (!key.is_empty()).then(|| (key, value.trim()))
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Mention, Spelling, mentions};
    use crate::{
        database::Account,
        ident::{DatabaseName, RoleName},
        secret::Secret,
    };

    fn account(password: &str) -> Account {
        Account {
            user: RoleName::new("admin"),
            password: Some(Secret::new(password)),
            database: DatabaseName::new("townpass_db"),
        }
    }

    fn found(password: &str, file: &str, text: &str) -> Vec<(usize, String, Spelling)> {
        mentions(&account(password), [(Path::new(file), text)])
            .into_iter()
            .map(
                |Mention {
                     line,
                     key,
                     spelling,
                     ..
                 }| (line, key, spelling),
            )
            .collect()
    }

    #[test]
    fn every_line_that_names_the_password_is_found() {
        let compose = "services:\n  db:\n    environment: { POSTGRES_USER: admin, POSTGRES_PASSWORD: password, POSTGRES_DB: townpass_db }\n  api:\n    environment:\n      - DATABASE_URL=postgresql+psycopg://admin:password@db:5432/townpass_db\n      # - DATABASE_URL=postgresql://admin:password@old/x\n      PGPASSWORD: \"password\"\n      OTHER: password\n";
        assert_eq!(
            found("password", "docker-compose.yml", compose),
            [
                (3, "POSTGRES_PASSWORD".into(), Spelling::Yaml),
                (6, "DATABASE_URL".into(), Spelling::Url),
                (8, "PGPASSWORD".into(), Spelling::Yaml),
            ]
        );
        let dotenv = "DB_PASSWORD='p$w'\nexport DATABASE_URL=\"postgres://admin:p%24w@localhost/x\"\nNEXT=postgres://other:p@h/x\nURL=postgres://admin:${DB_PASSWORD}@h/x\n";
        assert_eq!(
            found("p$w", ".env", dotenv),
            [
                (1, "DB_PASSWORD".into(), Spelling::Dotenv),
                (2, "DATABASE_URL".into(), Spelling::Url),
            ]
        );
    }

    #[test]
    fn each_place_spells_a_password_in_its_own_way() {
        for (spelling, password, expected) in [
            (Spelling::Yaml, "it's $5", "'it''s $$5'"),
            (Spelling::Dotenv, "a b$c", "'a b$c'"),
            (Spelling::Dotenv, "it's \"$5\"", r#""it's \"\$5\"""#),
            (Spelling::Url, "p@ss/é", "p%40ss%2F%C3%A9"),
        ] {
            assert_eq!(spelling.of(&Secret::new(password)).reveal(), expected);
        }
    }
}

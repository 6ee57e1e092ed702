//! Encoding and locale, which a database has from its birth.

use serde::Deserialize;

use crate::ident::DatabaseName;
use crate::sql::quote::Literal;

/// Encoding and locale of one database, and whether `template1` has the same.
#[derive(Debug, Deserialize)]
pub(in crate::database) struct Locale {
    same: bool,
    encoding: String,
    collate: String,
    ctype: String,
    provider: Option<String>,
    icu_or_builtin: Option<String>,
}

impl Locale {
    /// What `create database` has to say.
    pub(in crate::database) fn clause(&self) -> String {
        if self.same {
            return String::new();
        }
        let provider = match (self.provider.as_deref(), &self.icu_or_builtin) {
            (Some("i"), Some(locale)) => {
                format!(" locale_provider icu icu_locale {}", Literal(locale))
            }
            (Some("b"), Some(locale)) => {
                format!(
                    " locale_provider builtin builtin_locale {}",
                    Literal(locale)
                )
            }
            (Some("c"), _) => " locale_provider libc".to_owned(),
            _ => String::new(),
        };
        format!(
            " template template0 encoding {} lc_collate {} lc_ctype {}{provider}",
            Literal(&self.encoding),
            Literal(&self.collate),
            Literal(&self.ctype)
        )
    }
}

/// The question that a [`Locale`] answers: `to_jsonb` of the row, since the columns differ between majors.
pub(in crate::database) fn question(database: &DatabaseName) -> String {
    format!(
        "with found as (select datname, pg_encoding_to_char(encoding) as encoding, to_jsonb(d) as row \
         from pg_database d where datname in ({0}, 'template1')), \
         wanted as (select datname, json_build_object('encoding', encoding, \
         'collate', row->>'datcollate', 'ctype', row->>'datctype', \
         'provider', row->>'datlocprovider', \
         'locale', coalesce(row->>'datlocale', row->>'daticulocale')) as it from found) \
         select json_build_object('same', (select count(distinct it::text) from wanted) = 1, \
         'encoding', it->>'encoding', 'collate', it->>'collate', 'ctype', it->>'ctype', \
         'provider', it->>'provider', 'icu_or_builtin', it->>'locale') \
         from wanted where datname = {0}",
        Literal(database.as_str())
    )
}

//! What a `CREATE INDEX CONCURRENTLY` is about: which index, on which table.
//!
//! Such a build that fails, or is killed, leaves an invalid index behind. To find it, its table
//! must be known.

use crate::sql::lex::{Kind, Token, lex};

/// An index that is built without blocking writers, in the statement's own spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConcurrentIndex<'t> {
    /// Its name, unless PostgreSQL is to choose one.
    pub name: Option<&'t str>,
    /// The table, with its schema where the statement names it, quotes and all.
    pub table: &'t str,
}

impl<'t> ConcurrentIndex<'t> {
    /// Reads a statement; `None` if it is another one.
    pub fn read(statement: &'t str) -> Option<Self> {
        let tokens: Vec<Token> = lex(statement)
            .into_iter()
            .filter(|token| !matches!(token.kind, Kind::Space | Kind::Comment))
            .collect();
        let mut words = Words {
            text: statement,
            rest: &tokens,
        };
        words.expect("CREATE")?;
        words.skip("UNIQUE");
        words.expect("INDEX")?;
        words.expect("CONCURRENTLY")?;
        if words.skip("IF") {
            words.expect("NOT")?;
            words.expect("EXISTS")?;
        }
        let name = if words.is("ON") {
            None
        } else {
            Some(words.name()?)
        };
        words.expect("ON")?;
        words.skip("ONLY");
        let table = words.name()?;
        Some(Self { name, table })
    }

    /// The name as the catalog has it: without quotes, and in small letters if it had none.
    pub fn catalog_name(&self) -> Option<String> {
        self.name.map(|name| {
            match name
                .strip_prefix('"')
                .and_then(|rest| rest.strip_suffix('"'))
            {
                Some(quoted) => quoted.replace("\"\"", "\""),
                None => name.to_lowercase(),
            }
        })
    }
}

/// The significant tokens of a statement, from the front.
struct Words<'t, 'k> {
    text: &'t str,
    rest: &'k [Token],
}

impl<'t> Words<'t, '_> {
    fn is(&self, word: &str) -> bool {
        self.rest.first().is_some_and(|token| {
            token.kind == Kind::Word && self.text[token.span.clone()].eq_ignore_ascii_case(word)
        })
    }

    fn skip(&mut self, word: &str) -> bool {
        let found = self.is(word);
        if found {
            self.rest = &self.rest[1..];
        }
        found
    }

    fn expect(&mut self, word: &str) -> Option<()> {
        self.skip(word).then_some(())
    }

    /// A name, qualified or not.
    fn name(&mut self) -> Option<&'t str> {
        let part = |token: &Token| matches!(token.kind, Kind::Word | Kind::Name);
        let first = self.rest.first().filter(|token| part(token))?;
        let start = first.span.start;
        let mut end = first.span.end;
        self.rest = &self.rest[1..];
        while let [dot, next, rest @ ..] = self.rest
            && &self.text[dot.span.clone()] == "."
            && part(next)
        {
            end = next.span.end;
            self.rest = rest;
        }
        Some(&self.text[start..end])
    }
}

#[cfg(test)]
mod tests {
    use super::ConcurrentIndex;

    #[test]
    fn the_index_and_its_table() {
        for (statement, name, table) in [
            ("create index concurrently i on t (a)", Some("i"), "t"),
            (
                "CREATE UNIQUE INDEX /* now */ CONCURRENTLY IF NOT EXISTS \"I\" ON ONLY app.\"T\" USING btree (a)",
                Some("I"),
                "app.\"T\"",
            ),
            ("create index concurrently on s . t(a)", None, "s . t"),
            ("create index concurrently Big on t (a)", Some("big"), "t"),
        ] {
            let read = ConcurrentIndex::read(statement).expect(statement);
            assert_eq!(read.catalog_name().as_deref(), name, "{statement}");
            assert_eq!(read.table, table, "{statement}");
        }
    }

    #[test]
    fn other_statements_are_none() {
        for statement in [
            "create index i on t (a)",
            "drop index concurrently i",
            "reindex index concurrently i",
            "create index concurrently",
            "create index concurrently i",
            "",
        ] {
            assert_eq!(ConcurrentIndex::read(statement), None, "{statement}");
        }
    }
}

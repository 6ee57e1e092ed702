//! A `DO` block, of which no more is known than its words.

use squawk_syntax::ast;

use super::{Impact, Object, Peril};
use crate::sql::lex::{self, lex};

/// `DO`
pub(super) fn block(impact: &mut Impact, statement: &ast::Stmt) -> bool {
    let ast::Stmt::Do(block) = statement else {
        return false;
    };
    hidden(impact, block);
    true
}

/// A block of a procedural language is read only for words that lose data.
fn hidden(impact: &mut Impact, block: &ast::Do) {
    let Some(body) = block.body().and_then(|it| it.string_value()) else {
        impact.hazard(Peril::Unread, &Object::unknown("block"));
        return;
    };
    let found = losing_words(&body);
    if let Some(word) = found {
        impact.part_hazard(Peril::HiddenLoss, &Object::unknown("block"), Some(word));
    }
}

/// `DROP`, `TRUNCATE` or `DELETE` outside comments, in strings too: they may be executed.
fn losing_words(text: &str) -> Option<String> {
    lex(text).iter().find_map(|token| {
        let piece = &text[token.span.clone()];
        match token.kind {
            lex::Kind::Word => losing(piece),
            lex::Kind::Text => piece
                .split(|it: char| !it.is_ascii_alphabetic())
                .find_map(losing),
            _ => None,
        }
    })
}

fn losing(word: &str) -> Option<String> {
    let word = word.to_ascii_uppercase();
    matches!(word.as_str(), "DROP" | "TRUNCATE" | "DELETE").then_some(word)
}

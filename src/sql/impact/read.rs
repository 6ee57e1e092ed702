//! From the text of a statement to its impact.

use squawk_syntax::SourceFile;
use squawk_syntax::ast;

use super::{Impact, Object, Peril, alter, block, create, drop, query, upkeep};

/// Reads what a statement does. `text` is one statement, without its semicolon.
pub fn impact(text: &str) -> Impact {
    let parse = SourceFile::parse(text);
    let mut impact = Impact::default();
    let mut count = 0_usize;
    for statement in parse.tree().stmts() {
        count += 1;
        take(&mut impact, &statement);
    }
    if count != 1 || !parse.errors().is_empty() {
        impact.hazard(Peril::Unread, &Object::unknown("statement"));
    }
    impact
}

/// Adds one statement, by the family it belongs to.
fn take(impact: &mut Impact, statement: &ast::Stmt) {
    let families = [
        create::relation,
        create::object,
        create::attachment,
        drop::relation,
        drop::object,
        alter::alter,
        upkeep::upkeep,
        block::block,
        query::query,
    ];
    for family in families {
        if family(impact, statement) {
            return;
        }
    }
}

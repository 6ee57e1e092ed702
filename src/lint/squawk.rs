//! squawk's linter, at arm's length: the one file that names it.

use std::ops::Range;

use squawk_linter::Linter;
use squawk_syntax::SourceFile;

use super::rule::{RULES, Rule, Selection};
use crate::migration::plan::step::Mode;

/// What squawk finds in a file.
pub(in crate::lint) struct Remark {
    /// By which rule.
    pub(in crate::lint) rule: &'static Rule,
    /// At which bytes.
    pub(in crate::lint) span: Range<usize>,
    /// What it says.
    pub(in crate::lint) message: String,
    /// What it advises.
    pub(in crate::lint) help: Option<String>,
}

/// Lints `text` by those of squawk's rules that `selection` has.
pub(in crate::lint) fn remarks(text: &str, mode: Mode, selection: &Selection) -> Vec<Remark> {
    let wanted: Vec<squawk_linter::Rule> = RULES
        .iter()
        .filter(|rule| selection.has(rule))
        .filter_map(|rule| squawk_linter::Rule::try_from(rule.name).ok())
        .collect();
    let mut linter = Linter::from(wanted);
    linter.settings.assume_in_transaction = mode == Mode::Transaction;
    let violations = linter.lint(&SourceFile::parse(text), text);
    let remarks = violations.into_iter().filter_map(|violation| {
        let rule = Rule::find(&violation.code.to_string())?;
        Some(Remark {
            rule,
            span: violation.text_range.start().into()..violation.text_range.end().into(),
            message: sentence(&violation.message),
            help: violation.help,
        })
    });
    remarks.collect()
}

/// In the form of our own: no capital in front and no stop behind, if it is one sentence.
fn sentence(message: &str) -> String {
    message.trim_end_matches('.').to_owned()
}

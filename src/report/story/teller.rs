//! The teller: lines on stderr and what moves below them.

use std::{cell::RefCell, collections::BTreeMap, time::Duration};

use console::{Term, truncate_str};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use crate::report::{Printer, Shade, Verbosity, sanitise::Sanitised, words::Bytes};

/// Tells what happens while it happens.
#[derive(Debug)]
pub struct Story<'a> {
    printer: &'a Printer,
    bar: RefCell<Option<ProgressBar>>,
    layers: RefCell<BTreeMap<String, ProgressBar>>,
}

impl<'a> Story<'a> {
    /// A story told by `printer`.
    pub fn new(printer: &'a Printer) -> Self {
        Self {
            printer,
            bar: RefCell::new(None),
            layers: RefCell::new(BTreeMap::new()),
        }
    }

    /// Something worth knowing.
    pub fn note(&self, text: &str) {
        self.printer
            .event(&json!({ "event": "note", "message": text }));
        self.printer
            .tell("note:", Shade::Name, &Sanitised(text).to_string());
    }

    /// Something worth doing something about.
    pub fn warning(&self, text: &str) {
        self.printer.warn(&Sanitised(text).to_string());
    }

    /// A thing that was done.
    pub(super) fn done(&self, text: &str) {
        self.end_bar();
        self.printer
            .tell("•", Shade::Good, &Sanitised(text).to_string());
    }

    /// A step that begins. Its line is not yet a promise that it went well.
    pub(super) fn step(&self, text: &str) {
        self.end_bar();
        self.printer
            .tell("•", Shade::Faint, &Sanitised(text).to_string());
    }

    /// The end of a wait, in words.
    pub fn ready(&self, text: &str) {
        self.record(&json!({ "event": "ready", "message": text }));
        self.done(text);
    }

    /// A thing that begins and lasts: a spinner, or a line where nothing moves.
    pub(super) fn begin(&self, text: &str) {
        if self.printer.moves() {
            self.spin(text);
        } else {
            self.printer.tell("•", Shade::Faint, text);
        }
    }

    /// A line beside the story: what a build prints.
    pub(super) fn aside(&self, text: &str) {
        let text = Sanitised(text).to_string();
        if self.printer.moves() && self.printer.verbosity() < Verbosity::Verbose {
            self.spin(&text);
        } else {
            self.printer.tell("│", Shade::Faint, &text);
        }
    }

    /// Something that a server says.
    pub(super) fn remark(&self, text: &str) {
        self.printer
            .tell("│", Shade::Faint, &Sanitised(text).to_string());
    }

    /// A line for a script.
    pub(super) fn record(&self, event: &Value) {
        self.printer.event(event);
    }

    /// Shows that something goes on.
    pub fn spin(&self, text: &str) {
        if !self.printer.moves() {
            return;
        }
        let bar = self.bar(|| {
            let bar = ProgressBar::new_spinner();
            bar.set_style(style("{spinner} {msg}"));
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        bar.set_message(fitting(text));
    }

    /// Shows how far a transfer is.
    pub(super) fn progress(&self, what: &str, done: u64, total: Option<u64>) {
        if total == Some(done) {
            return self.done(&format!("{what}, {}", Bytes(done)));
        }
        if !self.printer.moves() {
            return;
        }
        let bar = self.bar(|| {
            let bar = ProgressBar::new(total.unwrap_or_default());
            bar.set_style(style(match total {
                Some(_) => "  {msg} [{bar:30}] {bytes} of {total_bytes}, {eta} left",
                None => "{spinner} {msg} {bytes}",
            }));
            bar
        });
        bar.set_message(what.to_owned());
        bar.set_position(done);
    }

    /// Shows how far one of several transfers is.
    pub(super) fn layer(&self, id: &str, status: &str, done: u64, total: Option<u64>) {
        if !self.printer.moves() {
            return;
        }
        let mut layers = self.layers.borrow_mut();
        let bar = layers.entry(id.to_owned()).or_insert_with(|| {
            let bar = self.printer.bars().add(ProgressBar::new(0));
            bar.set_style(style("  {prefix} {msg:17}"));
            bar.set_prefix(id.to_owned());
            bar
        });
        if let Some(total) = total
            && bar.length() != Some(total)
        {
            bar.set_length(total);
            bar.set_style(style(
                "  {prefix} {msg:17} [{bar:24}] {bytes} of {total_bytes}",
            ));
        }
        bar.set_message(status.to_owned());
        bar.set_position(done);
    }

    fn bar(&self, make: impl FnOnce() -> ProgressBar) -> ProgressBar {
        self.bar
            .borrow_mut()
            .get_or_insert_with(|| self.printer.bars().add(make()))
            .clone()
    }

    /// Ends what moves.
    pub fn end_bar(&self) {
        for bar in self.layers.take().into_values().chain(self.bar.take()) {
            bar.finish_and_clear();
            // A bar that stays a member leaves its first frame behind the next one.
            self.printer.bars().remove(&bar);
        }
    }
}

impl Drop for Story<'_> {
    fn drop(&mut self) {
        self.end_bar();
    }
}

/// As much as fits beside a spinner: a line that is folded cannot be taken back.
fn fitting(text: &str) -> String {
    let columns = usize::from(Term::stderr().size().1);
    truncate_str(text, columns.saturating_sub(6), "…").into_owned()
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

//! Events as a person follows them: a line when something is done, a spinner while it lasts.

use std::{cell::RefCell, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::{
    Printer, Shade,
    sanitise::Sanitised,
    words::{Bytes, Span},
};
use crate::database;

/// Tells what happens while it happens.
#[derive(Debug)]
pub struct Story<'a> {
    printer: &'a Printer,
    bar: RefCell<Option<ProgressBar>>,
}

impl<'a> Story<'a> {
    /// A story told by `printer`.
    pub fn new(printer: &'a Printer) -> Self {
        Self {
            printer,
            bar: RefCell::new(None),
        }
    }

    /// Tells an event of the database.
    pub fn database(&self, event: &database::Event<'_>) {
        match *event {
            database::Event::Step(what) => {
                self.printer
                    .event(&json!({ "event": "step", "step": what }));
                self.end_bar();
                self.printer
                    .tell("•", Shade::Good, &Sanitised(what).to_string());
            }
            database::Event::Progress { what, done, total } => {
                self.printer.event(
                    &json!({ "event": "progress", "what": what, "done": done, "total": total }),
                );
                self.progress(what, done, total);
            }
            database::Event::Waiting { elapsed, because } => {
                self.printer.event(&json!({
                    "event": "waiting",
                    "elapsed-ms": u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
                    "because": because,
                }));
                self.spin(&format!(
                    "waiting for the database, {}: {}",
                    Span(elapsed),
                    Sanitised(because)
                ));
            }
            database::Event::Note(text) => self.note(text),
            database::Event::Warning(text) => self.warning(text),
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
        bar.set_message(text.to_owned());
    }

    fn progress(&self, what: &str, done: u64, total: Option<u64>) {
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
        if total == Some(done) {
            self.end_bar();
            self.printer
                .tell("•", Shade::Good, &format!("{what}, {}", Bytes(done)));
        }
    }

    fn bar(&self, make: impl FnOnce() -> ProgressBar) -> ProgressBar {
        self.bar
            .borrow_mut()
            .get_or_insert_with(|| self.printer.bars().add(make()))
            .clone()
    }

    /// Ends what moves.
    pub fn end_bar(&self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Story<'_> {
    fn drop(&mut self) {
        self.end_bar();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

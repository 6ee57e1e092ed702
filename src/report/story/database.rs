//! The database's part of the story.

use serde_json::json;

use super::Story;
use crate::database::Event;
use crate::report::{sanitise::Sanitised, words::Span};

impl Story<'_> {
    /// Tells an event of the database.
    pub fn database(&self, event: &Event<'_>) {
        match *event {
            Event::Step(what) => {
                self.record(&json!({ "event": "step", "step": what }));
                self.step(what);
            }
            Event::Progress { what, done, total } => {
                self.record(
                    &json!({ "event": "progress", "what": what, "done": done, "total": total }),
                );
                self.progress(what, done, total);
            }
            Event::Waiting { elapsed, because } => {
                self.record(&json!({
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
            Event::Docker(ref event) => self.docker(event),
            Event::Note(text) => self.note(text),
            Event::Warning(text) => self.warning(text),
        }
    }
}

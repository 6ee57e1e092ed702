//! The history's part of the story.

use serde_json::json;

use super::Story;
use crate::migration::Event;
use crate::report::words::Span;

impl Story<'_> {
    /// Tells an event of the migration runner.
    pub fn migration(&self, event: &Event<'_>) {
        match *event {
            Event::Waiting { holder, elapsed } => {
                let holder = holder.map(ToString::to_string);
                self.record(&json!({ "event": "waiting-for-lock", "holder": &holder }));
                self.begin(&format!(
                    "another process migrates this database, waiting for {}: {}",
                    Span(elapsed),
                    holder.as_deref().unwrap_or("it cannot be seen which"),
                ));
            }
            Event::Begin {
                direction,
                step,
                number,
                total,
            } => {
                self.record(&json!({
                    "event": "revision-begins", "direction": direction.as_str(),
                    "revision": step.version, "number": number, "total": total,
                }));
                self.spin(&format!(
                    "{} {number} of {total}: {}, {}",
                    direction.as_str(),
                    step.version,
                    step.description
                ));
            }
            Event::Statement {
                step,
                number,
                total,
                sql,
            } => {
                if total > 1 {
                    let line = sql.lines().next().unwrap_or_default();
                    self.spin(&format!("{} {number} of {total}: {line}", step.version));
                }
            }
            Event::Done {
                direction,
                step,
                elapsed,
            } => {
                self.record(&json!({
                    "event": "revision-done", "direction": direction.as_str(),
                    "revision": step.version,
                    "elapsed-ms": u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
                }));
                self.done(&format!(
                    "{} {}, {} ({})",
                    direction.as_str(),
                    step.version,
                    step.description,
                    Span(elapsed)
                ));
            }
        }
    }
}

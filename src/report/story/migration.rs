//! The history's part of the story.

use std::fmt;

use serde_json::json;

use super::Story;
use crate::migration::Event;
use crate::migration::journal::lock::Holder;
use crate::migration::runner::notice::Severity;
use crate::report::words::{Count, Span};

impl Story<'_> {
    /// Tells an event of the migration runner.
    pub fn migration(&self, event: &Event<'_>) {
        match *event {
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
            Event::Waiting { .. }
            | Event::Busy { .. }
            | Event::Blocked { .. }
            | Event::Retry { .. } => {
                self.others_in_the_way(event);
            }
            Event::Building { .. }
            | Event::Invalid { .. }
            | Event::Notice { .. }
            | Event::Warning(_)
            | Event::Resume { .. } => self.on_the_way(event),
        }
    }

    /// Tells an event of the runner while it verifies: only what is out of the ordinary is worth a
    /// line, since each revision is run three times.
    pub fn verification(&self, event: &Event<'_>) {
        match event {
            Event::Begin { step, .. } => {
                self.spin(&format!("verifying {}, {}", step.version, step.description));
            }
            Event::Done { .. } | Event::Statement { .. } | Event::Notice { .. } => {}
            _ => self.migration(event),
        }
    }

    /// Tells who is waited for.
    fn others_in_the_way(&self, event: &Event<'_>) {
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
            Event::Busy {
                version,
                tenant,
                elapsed,
            } => {
                let tenant = tenant.to_string();
                self.record(&json!({
                    "event": "waiting-for-run", "revision": version, "by": &tenant,
                }));
                self.begin(&format!(
                    "revision {version} is being run by {tenant}, waiting for {}",
                    Span(elapsed)
                ));
            }
            Event::Blocked { step, by, elapsed } => {
                self.record(&json!({
                    "event": "blocked", "revision": step.version, "by": Names(by).list(),
                }));
                self.begin(&format!(
                    "{} waits for {}, for {}",
                    step.version,
                    Names(by),
                    Span(elapsed)
                ));
            }
            Event::Retry { step, by } => {
                self.record(&json!({
                    "event": "retry", "revision": step.version, "by": Names(by).list(),
                }));
                self.warning(&format!(
                    "{} let those behind it pass and will be tried again; in the way is {}",
                    step.version,
                    Names(by)
                ));
            }
            _ => {}
        }
    }

    /// Tells what is seen and heard while a revision runs.
    fn on_the_way(&self, event: &Event<'_>) {
        match *event {
            Event::Building { step, build } => {
                self.record(&json!({
                    "event": "building-index", "revision": step.version, "phase": &build.phase,
                    "done": build.done, "total": build.total,
                }));
                let percent = match build.total {
                    0 => String::new(),
                    total => format!(", {} %", build.done.saturating_mul(100) / total),
                };
                self.spin(&format!("{} {}{percent}", step.version, build.phase));
            }
            Event::Invalid { index } => {
                self.record(&json!({ "event": "invalid-index", "index": index }));
                self.warning(&format!(
                    "index {index} is invalid, left behind by a build that failed: it is dropped"
                ));
            }
            Event::Notice { step, notice } => {
                self.record(&json!({
                    "event": "notice", "revision": step.version,
                    "severity": notice.severity, "message": &notice.message,
                }));
                match notice.severity {
                    Severity::Warning => self.warning(&notice.message),
                    Severity::Notice | Severity::Info => self.remark(&notice.message),
                }
            }
            Event::Warning(text) => self.warning(text),
            Event::Resume { step, done } => {
                self.record(&json!({
                    "event": "resume", "revision": step.version, "statements-done": done,
                }));
                self.step(&format!(
                    "{} goes on after {}, which an earlier run did",
                    step.version,
                    Count(done, "statement")
                ));
            }
            _ => {}
        }
    }
}

/// Other sessions, by name.
struct Names<'a>(&'a [Holder]);

impl Names<'_> {
    fn list(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }
}

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("a session that cannot be seen");
        }
        f.write_str(&self.list().join("; "))
    }
}

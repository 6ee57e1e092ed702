//! What the server says beside its answers: `RAISE NOTICE`, `relation "t" already exists, skipping`.
//!
//! sqlx hands these to `tracing` and to nobody else, so they are collected there, for the time of
//! a run.

use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Dispatch, Event, Level, Metadata, Subscriber};

/// The target that sqlx gives them.
const TARGET: &str = "sqlx::postgres::notice";

/// How many are held between two looks. A statement that says more in a second has lost its reader.
const ROOM: usize = 10_000;

/// Something the server said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How loudly.
    pub severity: Severity,
    /// What.
    pub message: String,
}

/// How loudly it was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// `WARNING`
    Warning,
    /// `NOTICE`
    Notice,
    /// `INFO`
    Info,
}

/// Where they are collected.
#[derive(Clone, Debug, Default)]
pub(in crate::migration) struct Notices(Arc<Mutex<Vec<Notice>>>);

impl Notices {
    /// What `tracing` is to speak to meanwhile.
    pub(in crate::migration) fn dispatch(&self) -> Dispatch {
        Dispatch::new(self.clone())
    }

    /// Those that came since this was last asked.
    pub(in crate::migration) fn take(&self) -> Vec<Notice> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Subscriber for Notices {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == TARGET && *metadata.level() != Level::DEBUG
    }

    fn event(&self, event: &Event<'_>) {
        let mut message = Message::default();
        event.record(&mut message);
        let level = *event.metadata().level();
        let severity = if level == Level::WARN || level == Level::ERROR {
            Severity::Warning
        } else if level == Level::INFO {
            Severity::Notice
        } else {
            Severity::Info
        };
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() < ROOM {
            held.push(Notice {
                severity,
                message: message.0,
            });
        }
    }

    // There are no spans to follow.
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// The field of that name.
#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            // Writing to a string cannot fail.
            let _ = write!(self.0, "{value:?}");
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            value.clone_into(&mut self.0);
        }
    }
}

//! A proof's part of the story.

use serde_json::json;

use super::Story;
use crate::import::proof::Sight;

/// After how many revisions a line is told where nothing moves.
const EVERY: usize = 25;

impl Story<'_> {
    /// Tells what is seen while a proof is made.
    pub fn proof(&self, sight: &Sight<'_>) {
        match sight {
            Sight::Begin(revision, number, total) => {
                self.record(&json!({
                    "event": "proving", "revision": revision.id, "number": number, "total": total,
                }));
                if *number == 1 {
                    self.step(&format!("proving on scratch databases, {total} to compare"));
                }
                let text = format!("proving {number} of {total}: {}", revision.id);
                // A log wants a sign of life, and not each of hundreds.
                if number % EVERY == 0 {
                    self.begin(&text);
                } else {
                    self.spin(&text);
                }
            }
            Sight::Ours(event) => {
                if !matches!(event, crate::migration::Event::Begin { .. }) {
                    self.verification(event);
                }
            }
        }
    }
}

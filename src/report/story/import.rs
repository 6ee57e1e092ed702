//! A proof's part of the story.

use serde_json::json;

use super::Story;
use crate::import::proof::Sight;

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
                self.spin(&format!("proving {number} of {total}: {}", revision.id));
            }
            Sight::Ours(event) => {
                if !matches!(event, crate::migration::Event::Begin { .. }) {
                    self.verification(event);
                }
            }
        }
    }
}

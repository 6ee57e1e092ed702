//! What Alembic prints where Python runs it.

use serde_json::json;

use super::Story;

impl Story<'_> {
    /// Tells a line of it.
    pub fn alembic(&self, line: &str) {
        self.record(&json!({ "event": "alembic", "line": line }));
        self.remark(line);
    }
}

//! What Alembic prints where Python runs it.

use serde_json::json;

use super::Story;

impl Story<'_> {
    /// Tells a line of it.
    pub fn alembic(&self, line: &str) {
        self.record(&json!({ "event": "alembic", "line": line }));
        if !names_a_new_file(line) {
            self.remark(line);
        }
    }
}

/// Whether a line only says which file is written, which is the result that is shown behind it. A
/// long path is folded into a line of its own.
fn names_a_new_file(line: &str) -> bool {
    let line = line.trim();
    line.starts_with("Generating ") || line == "Generating" || line.ends_with(".py ...  done")
}

#[cfg(test)]
mod tests {
    use super::names_a_new_file;

    #[test]
    fn the_file_is_named_once() {
        for (line, named) in [
            ("  Generating /app/versions/1a_x.py ...  done", true),
            ("  Generating ", true),
            ("  /app/versions/1a_x.py ...  done", true),
            ("  Running post write hook 'black' ...  done", false),
            (
                "INFO  [alembic.autogenerate.compare] Detected added table 'town'",
                false,
            ),
        ] {
            assert_eq!(names_a_new_file(line), named, "{line}");
        }
    }
}

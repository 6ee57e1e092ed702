//! `.gitattributes`: line ends, of which a checkout on Windows would make others.

use std::fmt::Write as _;
use std::path::Path;

use super::find::Found;
use super::proposal::Change;

/// The lines of `.gitattributes` that keep a checkout on Windows from changing migrations.
pub(super) fn attributes(found: &Found, folder: &Path) -> Option<Change> {
    let folder = folder.to_string_lossy().replace('\\', "/");
    let folder = folder.trim_start_matches("./").trim_end_matches('/');
    let pattern = format!("{folder}/*.sql");
    let above = found.attributes_above.iter();
    let texts = found.attributes.iter().chain(above);
    if texts
        .flat_map(|it| it.lines())
        .any(|line| covers(line, &pattern))
    {
        return None;
    }
    let mut after = found.attributes.clone().unwrap_or_default();
    if !after.is_empty() && !after.ends_with('\n') {
        after.push('\n');
    }
    let _ = write!(
        after,
        "# A checksum counts line ends: the same ones everywhere.\n{pattern} text eol=lf\n"
    );
    Some(Change {
        path: found.directory.join(".gitattributes"),
        before: found.attributes.clone(),
        after,
    })
}

/// Whether a line of `.gitattributes` gives files of `pattern` the line ends of Linux.
fn covers(line: &str, pattern: &str) -> bool {
    let mut words = line.split_whitespace();
    let Some(named) = words.next() else {
        return false;
    };
    let of_all = ["*", "*.sql", "**/*.sql"].contains(&named);
    let of_folder = named.trim_start_matches('/') == pattern;
    (of_all || of_folder) && words.any(|word| word == "eol=lf")
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn line_ends_may_be_settled_already() {
        for (line, covered) in [
            ("migrations/*.sql text eol=lf", true),
            ("/migrations/*.sql eol=lf", true),
            ("*.sql text eol=lf", true),
            ("* text=auto eol=lf", true),
            ("*.sql text", false),
            ("# *.sql text eol=lf", false),
            ("other/*.sql text eol=lf", false),
            ("", false),
        ] {
            assert_eq!(covers(line, "migrations/*.sql"), covered, "{line}");
        }
    }
}

//! Listings as text, in Alembic's layout.

use std::fmt::Write as _;

use crate::migration::listing::{BranchPoint, Entry};

/// How much is told of each revision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// A line.
    #[default]
    Short,
    /// A block, as with `-v`.
    Verbose,
}

/// What a line may tell beside the revision and whether it is a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// What it follows, before an arrow.
    Parents,
    /// The labels of its branch.
    Labels,
    /// Whether branches grow from it or join in it.
    Tree,
    /// Its words, behind a comma.
    Words,
}

/// `current` as text: `20260105083000 (head)`.
pub fn render_current(entries: &[Entry], detail: Detail) -> String {
    // All of them are current: no need to say it of each.
    let unmarked = |entry: &Entry| Entry {
        current: None,
        ..entry.clone()
    };
    let entries: Vec<Entry> = entries.iter().map(unmarked).collect();
    render(&entries, detail, &[Part::Tree])
}

/// `history` as text: `<base> -> 20260105083000 (head), create users`.
pub fn render_history(entries: &[Entry], detail: Detail) -> String {
    let all = [Part::Parents, Part::Labels, Part::Tree, Part::Words];
    render(entries, detail, &all)
}

/// `heads` as text: `20260105083000 (payments) (head)`.
pub fn render_heads(entries: &[Entry], detail: Detail) -> String {
    render(entries, detail, &[Part::Labels])
}

/// `show` as text: a block each.
pub fn render_show(entries: &[Entry]) -> String {
    render(entries, Detail::Verbose, &[])
}

/// `branches` as text: the branch point, and below it an arrow to each branch.
pub fn render_branches(points: &[BranchPoint], detail: Detail) -> String {
    let named = [Part::Labels, Part::Tree, Part::Words];
    points.iter().fold(String::new(), |mut text, point| {
        match detail {
            Detail::Short => {
                text.push_str(&line(&point.at, &named[..2]));
                text.push('\n');
            }
            Detail::Verbose => text.push_str(&block(&point.at)),
        }
        let indent = " ".repeat(point.at.revision.chars().count());
        for child in &point.into {
            let parts = match detail {
                Detail::Short => &named[..2],
                Detail::Verbose => &named,
            };
            let child = line(child, parts);
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{indent} -> {child}");
        }
        text.push('\n');
        text
    })
}

/// What stands beside a revision that is drawn: all but what the drawing shows.
pub fn beside(entry: &Entry, detail: Detail) -> Vec<String> {
    match detail {
        Detail::Short => {
            let mut told = line(entry, &[Part::Labels]);
            if !entry.depends.is_empty() {
                // Writing to a string cannot fail.
                let _ = write!(told, " (depends on {})", commas(&entry.depends));
            }
            vec![format!("{told}, {}", entry.description)]
        }
        Detail::Verbose => block(entry).lines().map(str::to_owned).collect(),
    }
}

fn render(entries: &[Entry], detail: Detail, how: &[Part]) -> String {
    entries.iter().fold(String::new(), |mut text, entry| {
        match detail {
            Detail::Short => {
                text.push_str(&line(entry, how));
                text.push('\n');
            }
            Detail::Verbose => text.push_str(&block(entry)),
        }
        text
    })
}

fn line(entry: &Entry, how: &[Part]) -> String {
    let depends = if entry.depends.is_empty() {
        String::new()
    } else {
        format!(" ({})", commas(&entry.depends))
    };
    let before = if how.contains(&Part::Parents) {
        format!("{}{depends} -> ", parents(entry))
    } else {
        String::new()
    };
    let labels = if how.contains(&Part::Labels) && !entry.labels.is_empty() {
        format!(" ({})", entry.labels.join(", "))
    } else {
        String::new()
    };
    let words = if how.contains(&Part::Words) {
        format!(", {}", entry.description)
    } else {
        String::new()
    };
    let marks = marks([
        (entry.head && !entry.depended_on, " (head)"),
        (entry.head && entry.depended_on, " (effective head)"),
        (entry.current == Some(true), " (current)"),
        (
            how.contains(&Part::Tree) && entry.children.len() > 1,
            " (branchpoint)",
        ),
        (
            how.contains(&Part::Tree) && entry.parents.len() > 1,
            " (mergepoint)",
        ),
        (entry.partial, " (partially applied)"),
        (entry.path.is_none(), " (file is missing)"),
    ]);
    format!("{before}{}{labels}{marks}{words}", entry.revision)
}

fn block(entry: &Entry) -> String {
    let marks = marks([
        (entry.head, " (head)"),
        (entry.children.len() > 1, " (branchpoint)"),
        (entry.parents.len() > 1, " (mergepoint)"),
        (entry.current == Some(true), " (current)"),
        (entry.partial, " (partially applied)"),
    ]);
    let mut lines = vec![
        format!("Rev: {}{marks}", entry.revision),
        match entry.parents.len() {
            0 | 1 => format!("Parent: {}", parents(entry)),
            _ => format!("Merges: {}", parents(entry)),
        },
    ];
    if !entry.depends.is_empty() {
        lines.push(format!("Also depends on: {}", commas(&entry.depends)));
    }
    if entry.children.len() > 1 {
        lines.push(format!("Branches into: {}", commas(&entry.children)));
    }
    if !entry.labels.is_empty() {
        lines.push(format!("Branch names: {}", entry.labels.join(", ")));
    }
    lines.push(format!(
        "Path: {}",
        entry.path.as_deref().unwrap_or("(file is missing)")
    ));
    lines.push(String::new());
    match &entry.docstring {
        None => lines.push(format!("    {}", entry.description)),
        Some(text) if text.is_empty() => lines.push(String::new()),
        Some(text) => lines.extend(python_lines(text).map(|line| format!("    {line}"))),
    }
    let mut facts = Vec::new();
    if !entry.replaces.is_empty() {
        facts.push(format!("    Replaces: {}", commas(&entry.replaces)));
    }
    facts.extend(entry.author.iter().map(|it| format!("    Author: {it}")));
    // A docstring tells it itself.
    let created = entry.created.iter().filter(|_| entry.docstring.is_none());
    facts.extend(created.map(|it| format!("    Create Date: {it}")));
    if !facts.is_empty() {
        lines.push(String::new());
        lines.extend(facts);
    }
    lines.push(String::new());
    lines.iter().fold(String::new(), |mut text, line| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{line}");
        text
    })
}

/// The lines of `text`, ended by all that ends a line for Python.
fn python_lines(text: &str) -> impl Iterator<Item = &str> {
    const ENDS: [char; 10] = [
        '\n', '\r', '\x0b', '\x0c', '\x1c', '\x1d', '\x1e', '\u{85}', '\u{2028}', '\u{2029}',
    ];
    let mut rest = Some(text).filter(|text| !text.is_empty());
    std::iter::from_fn(move || {
        let text = rest?;
        let Some(end) = text.find(ENDS) else {
            rest = None;
            return Some(text);
        };
        let width = if text[end..].starts_with("\r\n") {
            2
        } else {
            text[end..].chars().next().map_or(0, char::len_utf8)
        };
        rest = Some(&text[end + width..]).filter(|rest| !rest.is_empty());
        Some(&text[..end])
    })
}

fn marks<const N: usize>(marks: [(bool, &str); N]) -> String {
    marks
        .into_iter()
        .filter_map(|(holds, mark)| holds.then_some(mark))
        .collect()
}

fn parents(entry: &Entry) -> String {
    if entry.parents.is_empty() {
        "<base>".to_owned()
    } else {
        commas(&entry.parents)
    }
}

fn commas(revisions: &[String]) -> String {
    revisions.join(", ")
}

#[cfg(test)]
mod tests {
    use super::{Detail, render_branches, render_current, render_heads, render_history};
    use crate::migration::directory::tests::directory;
    use crate::migration::journal::Row;
    use crate::migration::listing::{branches, current, heads, history};
    use crate::migration::{Checksum, Directory, Journal, Version};

    fn folder() -> Directory {
        directory(&[
            (
                "20260105083000_create_users.sql",
                "-- townpass:revises base",
            ),
            ("2_b.sql", "-- townpass:revises base"),
            (
                "20260106083000_join.sql",
                "-- townpass:revises 2, 20260105083000",
            ),
            (
                "20260107083000_left.sql",
                "-- townpass:revises 20260106083000",
            ),
            (
                "20260108083000_right.sql",
                "-- townpass:revises 20260106083000",
            ),
        ])
        .expect("reads")
    }

    fn journal(versions: &[(i64, bool)]) -> Journal {
        Journal::of(versions.iter().map(|&(version, success)| Row {
            version: Version::new(version),
            description: "of the journal".to_owned(),
            installed_on: jiff::Timestamp::UNIX_EPOCH,
            success,
            checksum: Checksum::of(""),
            execution_time: None,
        }))
    }

    #[test]
    fn current_names_where_the_database_stands() {
        let long = 20_260_107_083_000;
        for (applied, text) in [
            (&[] as &[(i64, bool)], ""),
            (&[(2, true)], "2\n"),
            (
                &[
                    (2, true),
                    (20_260_105_083_000, true),
                    (20_260_106_083_000, true),
                ],
                "20260106083000 (branchpoint) (mergepoint)\n",
            ),
            (&[(2, true), (long, true)], "20260107083000 (head)\n"),
            (
                &[(long, false)],
                "20260107083000 (head) (partially applied)\n",
            ),
            (&[(2, true), (99, true)], "2\n99 (file is missing)\n"),
        ] {
            let entries = current(&folder(), &journal(applied)).expect("a graph");
            assert_eq!(render_current(&entries, Detail::Short), text, "{applied:?}");
        }
    }

    #[test]
    fn history_is_laid_out_as_alembic_does() {
        let entries = history(&folder(), Some(&journal(&[(2, true)]))).expect("a graph");
        assert_eq!(
            render_history(&entries, Detail::Short),
            "20260106083000 -> 20260108083000 (head), right\n\
             20260106083000 -> 20260107083000 (head), left\n\
             2, 20260105083000 -> 20260106083000 (branchpoint) (mergepoint), join\n\
             <base> -> 20260105083000, create users\n\
             <base> -> 2 (current), b\n"
        );
    }

    #[test]
    fn verbose_tells_a_block_each() {
        let entries = history(&folder(), None).expect("a graph");
        let path = std::path::Path::new("migrations").join("20260106083000_join.sql");
        assert_eq!(
            render_history(&entries[2..3], Detail::Verbose),
            format!(
                "Rev: 20260106083000 (branchpoint) (mergepoint)\n\
                 Merges: 2, 20260105083000\n\
                 Branches into: 20260107083000, 20260108083000\n\
                 Path: {}\n\n    join\n\n    Create Date: 2026-01-06 08:30:00\n\n",
                path.display()
            )
        );
        let block = render_history(&entries[4..], Detail::Verbose);
        assert!(block.starts_with("Rev: 2\nParent: <base>\n"), "{block}");
    }

    fn labelled() -> Directory {
        directory(&[
            ("1_a.sql", ""),
            ("2_b.sql", "-- townpass:label pay"),
            ("3_c.sql", "-- townpass:revises 1\n-- townpass:depends 2"),
        ])
        .expect("reads")
    }

    #[test]
    fn labels_and_dependencies_are_told_as_alembic_tells_them() {
        let folder = labelled();
        let all = history(&folder, None).expect("a graph");
        assert_eq!(
            render_history(&all, Detail::Short),
            "1 (2) -> 3 (head), c\n\
             1 -> 2 (pay) (effective head), b\n\
             <base> -> 1 (branchpoint), a\n"
        );
        let heads = heads(&folder).expect("a graph");
        assert_eq!(
            render_heads(&heads, Detail::Short),
            "2 (pay) (effective head)\n3 (head)\n"
        );
        let block = render_history(&all[..1], Detail::Verbose);
        assert!(
            block.starts_with("Rev: 3 (head)\nParent: 1\nAlso depends on: 2\nPath: "),
            "{block}"
        );
        let block = render_history(&all[1..2], Detail::Verbose);
        assert!(block.contains("\nBranch names: pay\n"), "{block}");
    }

    #[test]
    fn branches_point_to_where_they_begin() {
        let points = branches(&labelled()).expect("a graph");
        assert_eq!(
            render_branches(&points, Detail::Short),
            "1 (branchpoint)\n  -> 2 (pay) (effective head)\n  -> 3 (head)\n\n"
        );
        let verbose = render_branches(&points, Detail::Verbose);
        assert!(
            verbose.ends_with("\n\n  -> 2 (pay) (effective head), b\n  -> 3 (head), c\n\n"),
            "{verbose}"
        );
    }
}

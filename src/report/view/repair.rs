//! What is wrong between a folder and a journal, and what was put right.

use std::fmt::{self, Write as _};

use serde::Serialize;
use similar::{ChangeTag, TextDiff};

use super::Report;
use crate::migration::Version;
use crate::migration::plan::repair::{Repair, Trouble, Wish};
use crate::report::{Painter, Shade};

/// What `repair` found.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Troubles {
    /// Oldest revision first.
    pub troubles: Vec<Row>,
}

/// Something wrong with one revision.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Row {
    /// Which.
    pub revision: Version,
    /// Its slug as words.
    pub description: String,
    /// What is wrong.
    pub trouble: String,
    /// Whether it keeps `upgrade` from going on.
    pub in_the_way: bool,
    /// What to do.
    pub remedy: String,
}

impl From<&[Trouble]> for Troubles {
    fn from(troubles: &[Trouble]) -> Self {
        let row = |trouble: &Trouble| Row {
            revision: trouble.version,
            description: trouble.description.clone(),
            trouble: trouble.kind.to_string(),
            in_the_way: trouble.kind.is_in_the_way(),
            remedy: trouble.kind.remedy(trouble.version),
        };
        Self {
            troubles: troubles.iter().map(row).collect(),
        }
    }
}

impl Troubles {
    /// Whether anything keeps `upgrade` from going on.
    pub fn in_the_way(&self) -> bool {
        self.troubles.iter().any(|row| row.in_the_way)
    }
}

impl Report for Troubles {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        if self.troubles.is_empty() {
            return writeln!(out, "nothing to repair");
        }
        for row in &self.troubles {
            let shade = if row.in_the_way {
                Shade::Bad
            } else {
                Shade::Faint
            };
            let version = out.shade(shade, row.revision);
            writeln!(out, "{version} ({}) {}", row.description, row.trouble)?;
            writeln!(out, "    {}", row.remedy)?;
        }
        Ok(())
    }
}

/// What `repair` did to one revision.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Repaired {
    /// `nothing`, or `accept`, `applied` or `reverted`.
    pub repair: &'static str,
    /// Which revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<Version>,
    /// Whether it was only shown.
    pub dry_run: bool,
}

impl Repaired {
    /// It was so already.
    pub fn nothing() -> Self {
        Self {
            repair: "nothing",
            revision: None,
            dry_run: false,
        }
    }

    /// It would be done.
    pub fn would(repair: &Repair) -> Self {
        Self {
            dry_run: true,
            ..Self::done(repair)
        }
    }

    /// It was done.
    pub fn done(repair: &Repair) -> Self {
        Self {
            repair: match repair.wish {
                Wish::Accept => "accept",
                Wish::Applied => "applied",
                Wish::Reverted => "reverted",
            },
            revision: Some(repair.step.version),
            dry_run: false,
        }
    }
}

impl Report for Repaired {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        let Some(revision) = self.revision else {
            return writeln!(out, "nothing to repair");
        };
        let (has, counts) = if self.dry_run {
            ("would now have", "would now count")
        } else {
            ("now has", "now counts")
        };
        match self.repair {
            "accept" => writeln!(out, "the journal {has} `{revision}` as its file is"),
            word => writeln!(out, "`{revision}` {counts} as {word}"),
        }
    }
}

/// How a file differs from what was applied.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Difference {
    /// The file.
    pub path: String,
    /// What changed, and a little of what did not; nothing where the text that was applied is
    /// not kept.
    pub lines: Option<Vec<Line>>,
}

/// A line of a difference.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Line {
    /// ` `, `-` or `+`.
    pub sign: char,
    /// Its text; a carriage return is visible.
    pub text: String,
}

impl Difference {
    /// Of the file that `repair` accepts.
    pub fn of(repair: &Repair) -> Self {
        let now = &repair.step.up;
        Self {
            path: repair.path.display().to_string(),
            lines: repair.before.as_ref().map(|before| lines(before, now)),
        }
    }
}

/// What differs, with three lines around it.
fn lines(before: &str, now: &str) -> Vec<Line> {
    let diff = TextDiff::from_lines(before, now);
    let mut lines = Vec::new();
    for op in diff.grouped_ops(3).iter().flatten() {
        lines.extend(diff.iter_changes(op).map(|change| Line {
            sign: match change.tag() {
                ChangeTag::Equal => ' ',
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
            },
            text: change.value().trim_end_matches('\n').replace('\r', "␍"),
        }));
    }
    lines
}

impl Report for Difference {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        let path = out.shade(Shade::Name, &self.path);
        let Some(lines) = &self.lines else {
            return writeln!(out, "{path}: the text that was applied is not kept");
        };
        writeln!(out, "{path}: what was applied (-), and what it is now (+)")?;
        for Line { sign, text } in lines {
            let shade = match sign {
                '-' => Shade::Bad,
                '+' => Shade::Good,
                _ => Shade::Faint,
            };
            let line = out.shade(shade, format_args!("{sign} {text}"));
            writeln!(out, "{line}")?;
        }
        Ok(())
    }
}

//! What `history`, `heads`, `branches`, `show` and `current` found.

use std::fmt::{self, Write as _};

use serde::Serialize;

use super::Report;
use crate::migration::listing::lanes;
use crate::migration::listing::layout::{self, Detail};
use crate::migration::listing::{BranchPoint, Entry};
use crate::report::{Painter, Shade};

/// What `current` found.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Current {
    /// Where the database stands; empty at the base.
    pub revisions: Vec<Entry>,
    /// The database, by its URL without the password.
    pub database: Option<String>,
    /// How much is told to a person.
    #[serde(skip)]
    pub detail: Detail,
}

impl Report for Current {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        if self.detail == Detail::Verbose
            && let Some(database) = &self.database
        {
            writeln!(out, "Current revision(s) for {database}:")?;
        }
        out.write_str(&layout::render_current(&self.revisions, self.detail))
    }
}

/// How a history is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Drawing {
    /// One revision after the other, as Alembic does.
    #[default]
    List,
    /// As a graph.
    Graph,
}

/// What `history` found, newest first.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct History {
    /// The revisions.
    pub revisions: Vec<Entry>,
    /// How much is told to a person.
    #[serde(skip)]
    pub detail: Detail,
    /// How it is shown to a person.
    #[serde(skip)]
    pub drawing: Drawing,
}

impl Report for History {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        match self.drawing {
            Drawing::List => out.write_str(&layout::render_history(&self.revisions, self.detail)),
            Drawing::Graph => self.graph(out),
        }
    }
}

impl History {
    /// The lanes in one column, what is told in another.
    fn graph(&self, out: &mut Painter) -> fmt::Result {
        let rows = lanes::draw(&self.revisions);
        let width = rows.iter().map(|row| row.lanes.chars().count()).max();
        let width = width.unwrap_or_default();
        for row in rows {
            let Some(entry) = row.entry.map(|at| &self.revisions[at]) else {
                writeln!(out, "{}", out.shade(Shade::Faint, row.lanes))?;
                continue;
            };
            let shade = match (entry.current, entry.applied) {
                (Some(true), _) => Shade::Name,
                (_, Some(false)) => Shade::Warning,
                (_, Some(true)) => Shade::Good,
                (_, None) => Shade::Command,
            };
            let pending = if entry.applied == Some(false) {
                " (pending)"
            } else {
                ""
            };
            let mut told = layout::beside(entry, self.detail).into_iter();
            let first = told.next().unwrap_or_default();
            let (name, rest) = split_name(&first);
            let name = out.shade(shade, name);
            let lanes = out.shade(Shade::Faint, format_args!("{:width$}", row.lanes));
            writeln!(out, "{lanes}  {name}{pending}{rest}")?;
            for line in told {
                let lanes = out.shade(Shade::Faint, format_args!("{:width$}", row.below));
                writeln!(out, "{}", format!("{lanes}  {line}").trim_end())?;
            }
        }
        Ok(())
    }
}

/// The revision's number, with the word before it if there is one, and what follows.
fn split_name(line: &str) -> (&str, &str) {
    let number = line.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
    let end = line[number..].find(|c: char| !c.is_ascii_digit());
    line.split_at(end.map_or(line.len(), |end| number + end))
}

/// What `heads` found, oldest first.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Heads {
    /// The revisions.
    pub revisions: Vec<Entry>,
    /// How much is told to a person.
    #[serde(skip)]
    pub detail: Detail,
}

impl Report for Heads {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        out.write_str(&layout::render_heads(&self.revisions, self.detail))
    }
}

/// What `branches` found, newest first.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Branches {
    /// The branch points.
    pub branch_points: Vec<BranchPoint>,
    /// How much is told to a person.
    #[serde(skip)]
    pub detail: Detail,
}

impl Report for Branches {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        out.write_str(&layout::render_branches(&self.branch_points, self.detail))
    }
}

/// What `show` found.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Shown {
    /// The revisions; none at the base.
    pub revisions: Vec<Entry>,
}

impl Report for Shown {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        out.write_str(&layout::render_show(&self.revisions))
    }
}

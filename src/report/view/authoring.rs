//! What the verbs that write into the folder wrote.

use std::fmt::{self, Write as _};
use std::path::Path;

use serde::Serialize;

use super::Report;
use crate::alembic;
use crate::migration::directory::draft::Draft;
use crate::migration::plan::rebase::Rebase;
use crate::report::words::Count;
use crate::report::{Painter, Shade};

/// What `revision` or `merge` wrote.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Written {
    /// The new revision.
    pub revision: String,
    /// What it follows; empty where it begins a history.
    pub parents: Vec<String>,
    /// Its slug as words.
    pub description: String,
    /// Its files: up, then down.
    pub files: Vec<String>,
}

impl From<&Draft> for Written {
    fn from(draft: &Draft) -> Self {
        Self {
            revision: draft.version.to_string(),
            parents: draft.parents.iter().map(ToString::to_string).collect(),
            description: draft.description.clone(),
            files: draft
                .files
                .iter()
                .map(|file| file.path.display().to_string())
                .collect(),
        }
    }
}

impl From<&alembic::script::draft::Draft> for Written {
    fn from(draft: &alembic::script::draft::Draft) -> Self {
        Self {
            revision: draft.script.id.clone(),
            parents: draft.script.parents.clone(),
            description: draft.script.message().to_owned(),
            files: vec![draft.file.path.display().to_string()],
        }
    }
}

impl Report for Written {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        for file in &self.files {
            let done = out.shade(Shade::Good, "done");
            writeln!(out, "  Generating {file} ...  {done}")?;
        }
        Ok(())
    }
}

/// What `rebase` moved, or would move.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Rebased {
    /// The revisions, oldest first.
    pub revisions: Vec<Moved>,
    /// How many rows of the journal went along.
    pub journal_rows: usize,
    /// Rows of Alembic's table that nobody needs any more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub needless_rows: Vec<String>,
    /// Whether nothing was done.
    pub dry_run: bool,
}

/// A revision that got another version.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Moved {
    /// Its version so far.
    pub from: String,
    /// Its version from now on.
    pub to: String,
    /// What it follows from now on.
    pub parents: Vec<String>,
    /// Its slug as words.
    pub description: String,
    /// Its files.
    pub files: Vec<String>,
}

impl Rebased {
    /// What `rebase` does.
    pub fn of(rebase: &Rebase, journal_rows: usize, dry_run: bool) -> Self {
        let moved = |it: &crate::migration::plan::rebase::Move| Moved {
            from: it.from.to_string(),
            to: it.to.to_string(),
            parents: it.parents.iter().map(ToString::to_string).collect(),
            description: it.description.clone(),
            files: it
                .new
                .iter()
                .map(|file| file.path.display().to_string())
                .collect(),
        };
        Self {
            revisions: rebase.moves.iter().map(moved).collect(),
            journal_rows,
            needless_rows: Vec::new(),
            dry_run,
        }
    }
}

impl Report for Rebased {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        let verb = if self.dry_run { "would move" } else { "moved" };
        for it in &self.revisions {
            let to = out.shade(Shade::Name, &it.to);
            let parents = it.parents.join(", ");
            let description = &it.description;
            if it.from == it.to {
                writeln!(
                    out,
                    "{verb} {to}, {description}, which now follows {parents}"
                )?;
                continue;
            }
            writeln!(
                out,
                "{verb} {} to {to}, {description}, which now follows {parents}",
                it.from,
            )?;
        }
        if self.journal_rows > 0 {
            let rows = Count(self.journal_rows, "row");
            writeln!(out, "{verb} {rows} of the journal with them")?;
        }
        for row in &self.needless_rows {
            let verb = if self.dry_run { "would take" } else { "took" };
            writeln!(
                out,
                "{verb} out the database's row for {row}, which another needs now"
            )?;
        }
        Ok(())
    }
}

/// What `repair --sum` changes in the sum file.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Resealed {
    /// The sum file.
    pub path: String,
    /// Lines that are taken out.
    pub removed: Vec<String>,
    /// Lines that are put in.
    pub added: Vec<String>,
    /// Whether there was such a file before.
    pub existed: bool,
    /// Whether nothing was done.
    pub dry_run: bool,
}

impl Resealed {
    /// The lines in which `after` differs from `before`. Both are sorted by version, so no line
    /// only changes its place.
    pub fn of(path: &Path, before: Option<&str>, after: &str, dry_run: bool) -> Self {
        let lines = |text: &str| -> Vec<String> { text.lines().map(str::to_owned).collect() };
        let (old, new) = (lines(before.unwrap_or_default()), lines(after));
        let without = |these: &[String], those: &[String]| -> Vec<String> {
            let kept = these.iter().filter(|line| !those.contains(line));
            kept.cloned().collect()
        };
        Self {
            path: path.display().to_string(),
            removed: without(&old, &new),
            added: without(&new, &old),
            existed: before.is_some(),
            dry_run,
        }
    }
}

impl Report for Resealed {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        if self.removed.is_empty() && self.added.is_empty() {
            return writeln!(out, "`{}` agrees with the files", self.path);
        }
        for line in &self.removed {
            let line = out.shade(Shade::Bad, format_args!("- {line}"));
            writeln!(out, "{line}")?;
        }
        for line in &self.added {
            let line = out.shade(Shade::Good, format_args!("+ {line}"));
            writeln!(out, "{line}")?;
        }
        let verb = match (self.dry_run, self.existed) {
            (true, _) => "would write",
            (false, true) => "wrote",
            (false, false) => "created",
        };
        writeln!(out, "{verb} `{}`", self.path)
    }
}

//! What `import` read, proved, wrote and told a database.

use std::fmt::{self, Write as _};
use std::path::Path;

use serde::Serialize;

use super::Report;
use crate::import::proof::{Proved, Verdict};
use crate::import::{Draft, History};
use crate::migration::verify::Difference;
use crate::migration::{Direction, Stamp, Version};
use crate::report::words::Count;
use crate::report::{Painter, Shade};

/// What `import` did, or would do.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Imported {
    /// Whose history it is.
    pub tool: &'static str,
    /// As it is said.
    #[serde(skip)]
    pub called: String,
    /// Where it was read.
    pub folder: String,
    /// Where it is written.
    pub to: String,
    /// What it is now, oldest first.
    pub revisions: Vec<Row>,
    /// What a person should know about it.
    pub notes: Vec<String>,
    /// How it was proved; absent where it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
    /// Whether the files were written.
    pub written: bool,
    /// What the database was told; absent where it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stamped: Option<TakenOver>,
    /// What is left to do.
    pub next: Vec<Next>,
}

/// A revision.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Row {
    /// What it is now.
    pub revision: Version,
    /// What the tool calls it.
    pub from: String,
    /// What it does.
    pub description: String,
    /// What it follows.
    pub parents: Vec<Version>,
    /// Its up file and its down file.
    pub files: Vec<String>,
    /// Whether there is a way back.
    pub reversible: bool,
}

/// How both histories were compared.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Proof {
    /// With what: `alembic` itself, the SQL `translated` from its files, or the tool's `files` as it
    /// sends them.
    pub by: &'static str,
    /// How many revisions were the same there.
    pub up: usize,
    /// How many of them were the same back.
    pub down: usize,
    /// The one that was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

/// A revision that is not the same.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Failure {
    /// What it would be.
    pub revision: Version,
    /// What the tool calls it.
    pub from: String,
    /// `upgrade` or `downgrade`.
    pub direction: &'static str,
    /// `theirs-fails`, `ours-fails` or `differs`.
    pub verdict: &'static str,
    /// What was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// In what ours is unlike theirs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<String>,
}

/// Something left to do.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Next {
    /// What for.
    pub why: String,
    /// What to run or to write.
    pub command: String,
}

/// What a database was told.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct TakenOver {
    /// Whose table was read.
    pub tool: &'static str,
    /// Which.
    pub table: String,
    /// What came of it.
    #[serde(flatten)]
    pub told: Told,
}

/// What came of a stamp.
#[derive(Debug, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Told {
    /// The tool's table is not there: it never moved this database.
    NoTable,
    /// These count as applied now.
    Stamped {
        /// Oldest first.
        added: Vec<Version>,
    },
    /// These would count as applied.
    WouldStamp {
        /// Oldest first.
        added: Vec<Version>,
    },
}

/// There is nothing to import: the folder is ours as it is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Nothing {
    /// Whose history it is.
    pub tool: &'static str,
    /// Where it is.
    pub folder: String,
    /// What is left to do.
    pub next: Vec<Next>,
}

impl Imported {
    /// What `draft` makes of `history`.
    pub fn of(history: &History, draft: &Draft, folder: &Path, to: &Path) -> Self {
        let row = |(at, version): (usize, &Version)| {
            let revision = &history.revisions[at];
            let files = &draft.files[2 * at..2 * at + 2];
            Row {
                revision: *version,
                from: revision.id.clone(),
                description: revision.message.clone(),
                parents: revision
                    .parents
                    .iter()
                    .map(|&at| draft.versions[at])
                    .collect(),
                files: files
                    .iter()
                    .map(|it| it.path.display().to_string())
                    .collect(),
                reversible: revision.down.is_some() || !revision.up.acts(),
            }
        };
        Self {
            tool: history.tool.word(),
            called: history.tool.to_string(),
            folder: folder.display().to_string(),
            to: to.display().to_string(),
            revisions: draft.versions.iter().enumerate().map(row).collect(),
            notes: history.notes.iter().chain(&draft.notes).cloned().collect(),
            proof: None,
            written: false,
            stamped: None,
            next: Vec::new(),
        }
    }
}

impl Proof {
    /// What was proved of `history`, compared `by` what.
    pub fn of(by: &'static str, history: &History, proved: &[Proved]) -> Self {
        let well = |it: &&Proved| it.verdict.is_well();
        let back = |it: &&Proved| {
            let revision = &history.revisions[it.place];
            matches!(it.verdict, Verdict::Same) && revision.up.acts()
        };
        Self {
            by,
            up: proved.iter().filter(well).count(),
            down: proved.iter().filter(back).count(),
            failure: proved.iter().find_map(|it| Failure::of(history, it)),
        }
    }

    /// Whether all is the same.
    pub fn is_well(&self) -> bool {
        self.failure.is_none()
    }
}

impl Failure {
    fn of(history: &History, proved: &Proved) -> Option<Self> {
        let told =
            |differences: &[Difference]| differences.iter().map(ToString::to_string).collect();
        let (direction, verdict, error, differences): (_, _, _, Vec<String>) = match &proved.verdict
        {
            Verdict::Same | Verdict::NoWayBack => return None,
            Verdict::TheirsFails(direction, why) => {
                (direction, "theirs-fails", Some(why.clone()), Vec::new())
            }
            Verdict::OursFails(direction, why) => {
                (direction, "ours-fails", Some(why.clone()), Vec::new())
            }
            Verdict::Differs(direction, them) => (direction, "differs", None, told(them)),
        };
        Some(Self {
            revision: proved.version,
            from: history.revisions[proved.place].id.clone(),
            direction: direction.as_str(),
            verdict,
            error,
            differences,
        })
    }

    fn human(&self, called: &str, out: &mut Painter) -> fmt::Result {
        let from = out.shade(Shade::Bad, &self.from);
        let way = if self.direction == Direction::Upgrade.as_str() {
            "there"
        } else {
            "back"
        };
        let what = match self.verdict {
            "theirs-fails" => format!("{called}'s own way {way} fails on an empty database"),
            "ours-fails" => format!("our way {way} fails, and {called}'s own does not"),
            _ => format!("the ways {way} lead to different places; by our file"),
        };
        writeln!(out, "{from} ({}): {what}", self.revision)?;
        for line in self.error.iter().chain(&self.differences) {
            writeln!(out, "    {}", line.replace('\n', "\n    "))?;
        }
        Ok(())
    }
}

impl Told {
    /// What a stamp did.
    pub fn did(stamp: &Stamp) -> Self {
        Self::Stamped {
            added: added(stamp),
        }
    }

    /// What a stamp would do.
    pub fn would(stamp: &Stamp) -> Self {
        Self::WouldStamp {
            added: added(stamp),
        }
    }
}

fn added(stamp: &Stamp) -> Vec<Version> {
    stamp.added.iter().map(|step| step.version).collect()
}

impl Report for TakenOver {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        let table = &self.table;
        let (added, word) = match &self.told {
            Told::NoTable => {
                return writeln!(
                    out,
                    "nothing to stamp: there is no `{table}` in this database"
                );
            }
            Told::Stamped { added } => (added, "now"),
            Told::WouldStamp { added } => (added, "would be"),
        };
        match added.last() {
            None => writeln!(
                out,
                "nothing to stamp: the journal has all that `{table}` says"
            ),
            Some(last) => writeln!(
                out,
                "{} {word} applied, as `{table}` says; the last is {last}",
                Count(added.len(), "revision")
            ),
        }
    }
}

impl Report for Nothing {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        writeln!(
            out,
            "nothing to import: `{}` is a folder of sqlx's, which is ours as it is, with the journal \
             that databases have",
            self.folder
        )?;
        nexts(&self.next, out)
    }
}

impl Report for Imported {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        let Self { called, to, .. } = self;
        let count = Count(self.revisions.len(), "revision");
        if let Some(failure) = self.proof.as_ref().and_then(|it| it.failure.as_ref()) {
            failure.human(called, out)?;
            let proof = self.proof.as_ref().map_or(0, |it| it.up);
            writeln!(
                out,
                "nothing was written: {proof} of {count} are proved, and this one is not the same"
            )?;
            return writeln!(
                out,
                "to have the files nevertheless, and mend them by hand, add `--no-verify`"
            );
        }
        if !self.written {
            for row in &self.revisions {
                let version = out.shade(Shade::Name, row.revision);
                writeln!(out, "{version} {} ({})", row.description, row.from)?;
            }
        }
        for note in &self.notes {
            let label = out.shade(Shade::Warning, "note:");
            writeln!(out, "{label} {note}")?;
        }
        match &self.proof {
            Some(proof) => {
                let with = match proof.by {
                    "alembic" => "what Alembic itself makes of a database".to_owned(),
                    "translated" => "what the SQL of its files makes of a database".to_owned(),
                    _ => format!("what its files make of a database, sent as {called} sends them"),
                };
                writeln!(
                    out,
                    "proved: the same as {with}, {} up and {} of them down",
                    Count(proof.up, "revision"),
                    proof.down
                )?;
            }
            None if self.written => writeln!(out, "not proved, as `--no-verify` asks")?,
            None => {}
        }
        if self.written {
            writeln!(out, "wrote {count} of {called}'s to `{to}`")?;
        } else {
            writeln!(out, "{count} of {called}'s would be written to `{to}`")?;
        }
        if let Some(taken) = &self.stamped {
            taken.human(out)?;
        }
        nexts(&self.next, out)
    }
}

fn nexts(next: &[Next], out: &mut Painter) -> fmt::Result {
    if !next.is_empty() {
        writeln!(out, "\nnext:")?;
    }
    for it in next {
        let command = out.shade(Shade::Command, &it.command);
        writeln!(out, "  {}:\n    {command}", it.why)?;
    }
    Ok(())
}

//! What `verify` found.

use std::fmt::{self, Write as _};

use serde::Serialize;

use super::Report;
use crate::migration::Version;
use crate::migration::verify::{self, Difference, Verdict};
use crate::report::words::Count;
use crate::report::{Painter, Shade};

/// The verdict on every revision that was reached.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Verified {
    /// Oldest first.
    pub revisions: Vec<Row>,
    /// How many could not be reached, since one before them has no way up.
    pub not_reached: usize,
}

/// The verdict on one revision.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Row {
    /// Which.
    pub revision: Version,
    /// Its slug as words.
    pub description: String,
    /// `proved`, `irreversible`, `no-way-up`, `no-way-down`, `comes-back-elsewhere`, `not-again` or
    /// `goes-elsewhere`.
    pub verdict: &'static str,
    /// What the server said, where it said anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What is not as it should be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<String>,
}

impl Verified {
    /// Of `total` revisions.
    pub fn new(verified: &[verify::Verified], total: usize) -> Self {
        Self {
            revisions: verified.iter().map(Row::from).collect(),
            not_reached: total.saturating_sub(verified.len()),
        }
    }

    /// Whether nothing is wrong; where every revision must be `reversible`, that all are.
    pub fn is_well(&self, reversible: bool) -> bool {
        let well = |row: &Row| match row.verdict {
            "proved" => true,
            "irreversible" => !reversible,
            _ => false,
        };
        self.revisions.iter().all(well)
    }
}

impl From<&verify::Verified> for Row {
    fn from(verified: &verify::Verified) -> Self {
        let told =
            |differences: &[Difference]| differences.iter().map(ToString::to_string).collect();
        let (verdict, error, differences) = match &verified.verdict {
            Verdict::Proved => ("proved", None, Vec::new()),
            Verdict::Irreversible => ("irreversible", None, Vec::new()),
            Verdict::NoWayUp(error) => ("no-way-up", Some(error.clone()), Vec::new()),
            Verdict::NoWayDown(error) => ("no-way-down", Some(error.clone()), Vec::new()),
            Verdict::NotAgain(error) => ("not-again", Some(error.clone()), Vec::new()),
            Verdict::ComesBackElsewhere(them) => ("comes-back-elsewhere", None, told(them)),
            Verdict::GoesElsewhere(them) => ("goes-elsewhere", None, told(them)),
        };
        Self {
            revision: verified.version,
            description: verified.description.clone(),
            verdict,
            error,
            differences,
        }
    }
}

impl Report for Verified {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        for row in &self.revisions {
            let (shade, words) = match row.verdict {
                "proved" => continue,
                "irreversible" => (Shade::Faint, "has no way back, and says so"),
                "no-way-up" => (Shade::Bad, "does not go up"),
                "no-way-down" => (Shade::Bad, "does not go down"),
                "not-again" => (Shade::Bad, "does not go up again after going down"),
                "comes-back-elsewhere" => (
                    Shade::Bad,
                    "does not come back to where it began after going down",
                ),
                _ => (Shade::Bad, "goes elsewhere when it goes up again"),
            };
            let version = out.shade(shade, row.revision);
            writeln!(out, "{version} {}: {words}", row.description)?;
            for line in row.error.iter().chain(&row.differences) {
                writeln!(out, "    {line}")?;
            }
        }
        let proved = self.revisions.iter().filter(|row| row.verdict == "proved");
        writeln!(
            out,
            "{} proved: up, down and up again",
            Count(proved.count(), "revision")
        )?;
        if self.not_reached > 0 {
            writeln!(out, "{} not reached", Count(self.not_reached, "revision"))?;
        }
        Ok(())
    }
}

//! A plan as it is reviewed: each statement with its locks and its dangers.

use std::fmt::{self, Write as _};

use serde::Serialize;

use super::Report;
use crate::lint::survey::{UNREAD, UNREAD_HELP};
use crate::lint::{Examined, Rule, Survey, Surveyed};
use crate::migration::journal::size::{Size, Sizes};
use crate::migration::plan::fingerprint::Fingerprint;
use crate::migration::plan::step::{Mode, Reason};
use crate::migration::{Direction, Version};
use crate::report::words::{Bytes, Count};
use crate::report::{Painter, Shade};
use crate::sql::Place;
use crate::sql::impact::{Danger, LockMode, Object};

/// Who was asked about the tables.
#[derive(Clone, Copy, Debug)]
pub enum Asked<'s> {
    /// The database.
    Database(&'s Sizes),
    /// Nobody: the plan is one for an empty database.
    Nobody,
}

/// What a plan would do.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Review {
    /// The hash of the plan, which approves it.
    pub hash: Fingerprint,
    /// `upgrade` or `downgrade`.
    pub direction: Direction,
    /// Where it leads, as it was typed.
    pub target: String,
    /// What the database has.
    pub start: Vec<Version>,
    /// Whether a database was asked what it has.
    pub database: bool,
    /// How many dangers lose data and are not approved in their file.
    pub unapproved: usize,
    /// Whether those must be approved here.
    pub approval_required: bool,
    /// The revisions, in order.
    pub steps: Vec<Step>,
}

/// A revision of a plan.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Step {
    /// Its version.
    pub revision: Version,
    /// Its slug as words.
    pub description: String,
    /// The file that is run.
    pub file: String,
    /// Whether all of it is one transaction.
    pub transaction: bool,
    /// Why it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alone_because: Option<&'static str>,
    /// Whether Alembic runs it, in Python. Its statements are then what Alembic prints of it.
    pub python: bool,
    /// What is dangerous about all of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hazards: Vec<Hazard>,
    /// Its statements, in order.
    pub statements: Vec<Statement>,
}

/// A statement of a plan.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Statement {
    /// Where it begins.
    #[serde(flatten)]
    pub place: Place,
    /// What is sent.
    pub sql: String,
    /// What it locks of what is there.
    pub locks: Vec<Lock>,
    /// What is dangerous about it.
    pub hazards: Vec<Hazard>,
}

/// A lock on something that is there.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Lock {
    /// On what.
    pub object: String,
    /// What that is.
    pub kind: &'static str,
    /// `ACCESS EXCLUSIVE`
    pub mode: &'static str,
    /// Whether nobody can read meanwhile.
    pub blocks_reads: bool,
    /// Whether nobody can write meanwhile.
    pub blocks_writes: bool,
    #[serde(flatten)]
    size: Known,
}

/// A danger.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Hazard {
    /// The name of the rule about it.
    pub rule: &'static str,
    /// How it is dangerous.
    pub danger: Danger,
    /// To what.
    pub object: String,
    /// What it does.
    pub message: String,
    /// What to do about it.
    pub help: &'static str,
    /// Why it may be so, if the file says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved: Option<String>,
    #[serde(flatten)]
    size: Known,
}

/// How large something is, where a database was asked and knows.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Known {
    #[serde(skip_serializing_if = "Option::is_none")]
    estimated_rows: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
}

impl Review {
    /// The view of `survey`, whose target was typed as `target`. Where `approval_required`, what
    /// is not approved will be refused.
    pub fn of(
        survey: &Survey<'_>,
        target: &str,
        asked: Asked<'_>,
        approval_required: bool,
    ) -> Self {
        let steps: Vec<Step> = survey.steps.iter().map(|it| Step::of(it, asked)).collect();
        let hazards = steps.iter().flat_map(|step| {
            let parts = step.statements.iter().flat_map(|it| &it.hazards);
            step.hazards.iter().chain(parts)
        });
        let unapproved = hazards
            .filter(|it| it.danger == Danger::LosesData && it.approved.is_none())
            .count();
        let plan = survey.plan;
        Self {
            hash: plan.fingerprint(),
            direction: plan.direction(),
            target: target.to_owned(),
            start: plan.start().versions().into_iter().collect(),
            database: matches!(asked, Asked::Database(_)),
            unapproved,
            approval_required,
            steps,
        }
    }
}

impl Step {
    fn of(surveyed: &Surveyed<'_>, asked: Asked<'_>) -> Self {
        let step = surveyed.step;
        let alone_because = match step.mode {
            Mode::Transaction => None,
            Mode::Alone(Reason::Marker) => Some("the file says so"),
            Mode::Alone(Reason::Statement(name)) => Some(name),
            Mode::Alone(Reason::EnumValue) => Some("a new value of an enumeration, and its use"),
        };
        let statements = surveyed.statements.iter();
        Self {
            revision: step.version,
            description: step.description.clone(),
            file: step.source.path.display().to_string(),
            transaction: step.mode == Mode::Transaction,
            alone_because,
            python: step.foreign.is_some(),
            hazards: Hazard::of_all(surveyed).into_iter().collect(),
            statements: statements
                .map(|it| Statement::of(surveyed, it, asked))
                .collect(),
        }
    }
}

impl Statement {
    fn of(surveyed: &Surveyed<'_>, examined: &Examined<'_>, asked: Asked<'_>) -> Self {
        let text = &surveyed.step.source.text;
        let impact = &examined.impact;
        let lock = |(object, mode): &(Object, LockMode)| Lock {
            object: object.to_string(),
            kind: object.kind.as_str(),
            mode: mode.as_str(),
            blocks_reads: mode.blocks_reads(),
            blocks_writes: mode.blocks_writes(),
            size: Known::of(object, asked),
        };
        let hazards = impact.hazards.iter().map(|hazard| {
            let rule = hazard.peril.rule();
            let approved = Rule::find(rule).and_then(|it| surveyed.approval(it, examined));
            Hazard {
                rule,
                danger: hazard.peril.danger(),
                object: hazard.object.to_string(),
                message: hazard.to_string(),
                help: hazard.peril.help(),
                approved: approved.map(str::to_owned),
                size: Known::of(&hazard.object, asked),
            }
        });
        Self {
            place: match surveyed.step.source.made_by(examined.statement.body.start) {
                Some((place, _)) => place,
                None => Place::of(text, examined.statement.body.start),
            },
            sql: examined.statement.of(text).to_owned(),
            locks: impact.locks.iter().map(lock).collect(),
            hazards: hazards.collect(),
        }
    }
}

impl Known {
    fn of(object: &Object, asked: Asked<'_>) -> Self {
        let size: Option<&Size> = match asked {
            Asked::Database(sizes) => sizes.get(object),
            Asked::Nobody => None,
        };
        size.map_or_else(Self::default, |size| Self {
            estimated_rows: Some(size.rows),
            bytes: Some(size.bytes),
        })
    }
}

/// ` (about 12,000 rows, 1.5 MB)`
impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.estimated_rows, self.bytes) {
            (Some(rows), Some(bytes)) => {
                let rows = usize::try_from(rows).unwrap_or(usize::MAX);
                write!(f, " (about {}, {})", Count(rows, "row"), Bytes(bytes))
            }
            _ => Ok(()),
        }
    }
}

impl Report for Review {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        if self.steps.is_empty() {
            return writeln!(out, "nothing to {}", self.direction);
        }
        if !self.database {
            writeln!(
                out,
                "no database was asked: this is the plan for an empty one"
            )?;
        }
        for step in &self.steps {
            step.human(self.direction, out)?;
        }
        let hash = out.shade(Shade::Name, &self.hash);
        writeln!(out, "plan {hash}")?;
        if self.unapproved == 0 {
            return Ok(());
        }
        let loss = out.shade(Shade::Bad, "not approved:");
        let count = Count(self.unapproved, "danger");
        writeln!(out, "{loss} {count} of losing data")?;
        let command = format!(
            "townpass migrate {} {} --approve {}",
            self.direction, self.target, self.hash
        );
        writeln!(
            out,
            "to run exactly this: {}",
            out.shade(Shade::Command, command)
        )
    }
}

impl Step {
    fn human(&self, direction: Direction, out: &mut Painter) -> fmt::Result {
        let name = out.shade(Shade::Name, self.revision);
        writeln!(out, "{direction} {name}, {}", self.description)?;
        if self.python {
            let how = match self.statements.as_slice() {
                [] => "    runs with Python",
                _ => "    runs with Python; this is what Alembic prints of it",
            };
            writeln!(out, "{}", out.shade(Shade::Faint, how))?;
        } else if let Some(reason) = self.alone_because {
            let why = format!("    not in a transaction: {reason}");
            writeln!(out, "{}", out.shade(Shade::Faint, why))?;
        }
        for hazard in &self.hazards {
            hazard.human(out)?;
        }
        for statement in &self.statements {
            statement.human(out)?;
        }
        Ok(())
    }
}

impl Statement {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        let line = out.shade(Shade::Faint, format_args!("{:>4}", self.place.line));
        writeln!(out, "{line}  {}", first_words(&self.sql))?;
        for lock in self.locks.iter().filter(|it| it.blocks_writes) {
            writeln!(
                out,
                "      locks {}{}: {}",
                lock.object, lock.size, lock.mode
            )?;
        }
        for hazard in &self.hazards {
            hazard.human(out)?;
        }
        Ok(())
    }
}

impl Hazard {
    /// What is dangerous about a step of which nobody can say what it does.
    fn of_all(surveyed: &Surveyed<'_>) -> Option<Self> {
        let hidden = surveyed.step.foreign.as_ref()?.hidden.as_ref()?;
        let rule = Rule::find(UNREAD)?;
        Some(Self {
            rule: rule.name,
            danger: Danger::LosesData,
            object: surveyed.step.version.to_string(),
            message: hidden.why.clone(),
            help: UNREAD_HELP,
            approved: surveyed.written(rule).map(str::to_owned),
            size: Known::default(),
        })
    }

    fn human(&self, out: &mut Painter) -> fmt::Result {
        let (shade, word) = match self.danger {
            _ if self.rule == UNREAD && self.approved.is_none() => (Shade::Bad, "not known:"),
            _ if self.rule == UNREAD => (Shade::Good, "not known, approved:"),
            Danger::LosesData if self.approved.is_none() => (Shade::Bad, "loses data:"),
            Danger::LosesData => (Shade::Good, "loses data, approved:"),
            Danger::RewritesTable => (Shade::Warning, "rewrites:"),
            Danger::BlocksReads => (Shade::Warning, "blocks readers:"),
            Danger::BlocksWrites => (Shade::Warning, "blocks writers:"),
            Danger::BreaksPrograms => (Shade::Warning, "breaks programs:"),
        };
        writeln!(out, "      {} {}", out.shade(shade, word), self.message)
    }
}

/// A statement in one line that fits a terminal.
fn first_words(sql: &str) -> String {
    const ENOUGH: usize = 90;
    let line = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= ENOUGH {
        return line;
    }
    let cut: String = line.chars().take(ENOUGH - 1).collect();
    format!("{cut}…")
}

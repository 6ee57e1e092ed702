//! A plan, and what each of its statements does to what was there before.

use std::collections::BTreeSet;

use super::approval::{self, Approval};
use super::finding::Finding;
use super::fresh::Fresh;
use super::rule::{Class, Rule};
use super::suppress::Suppressions;
use crate::migration::{Error, Plan, Step};
use crate::sql::impact::{Hazard, Impact, Object};
use crate::sql::{Statement, impact};

/// The rule about steps of which nobody can say what they do.
pub const UNREAD: &str = "unread-revision";

/// What to do about one.
pub const UNREAD_HELP: &str = "read it; then approve it in the function itself, with \
    `# townpass:approve unread-revision reason=\"…\"`";

/// A plan that was looked at.
#[derive(Clone, Debug)]
pub struct Survey<'p> {
    /// The plan.
    pub plan: &'p Plan,
    /// Its steps, in order.
    pub steps: Vec<Surveyed<'p>>,
}

/// A step that was looked at.
#[derive(Clone, Debug)]
pub struct Surveyed<'p> {
    /// The step.
    pub step: &'p Step,
    /// Its statements, in order.
    pub statements: Vec<Examined<'p>>,
    /// What its file approves.
    pub approvals: Vec<Approval>,
    pub(in crate::lint) suppressions: Suppressions,
}

/// A statement that was looked at.
#[derive(Clone, Debug)]
pub struct Examined<'p> {
    /// The statement.
    pub statement: &'p Statement,
    /// What it does, apart from what concerns only things that the plan itself makes.
    pub impact: Impact,
    /// Whether it does something to things that the plan itself makes, and to no others.
    pub only_fresh: bool,
}

/// Whether time passes between the steps of a plan.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pace {
    AtOnce,
    StepByStep,
}

impl<'p> Survey<'p> {
    /// Looks at `plan`, which is carried out at once: what an early step makes is nobody's yet when
    /// a later one changes it.
    pub fn of(plan: &'p Plan) -> Result<Self, Error> {
        Self::look(plan, Pace::AtOnce)
    }

    /// Looks at `plan` as if each of its steps had been in use for long before the next.
    pub fn step_by_step(plan: &'p Plan) -> Result<Self, Error> {
        Self::look(plan, Pace::StepByStep)
    }

    fn look(plan: &'p Plan, pace: Pace) -> Result<Self, Error> {
        let mut fresh = Fresh::default();
        let steps = plan.steps().iter().map(|step| {
            if pace == Pace::StepByStep {
                fresh = Fresh::default();
            }
            let text = &step.source.text;
            let statements = step.script.statements.iter().map(|statement| {
                let whole = impact(statement.of(text));
                let mut seen = whole.clone();
                fresh.leave_out(&mut seen);
                fresh.pass(&whole);
                Examined {
                    statement,
                    only_fresh: !whole.locks.is_empty() && seen.locks.is_empty(),
                    impact: seen,
                }
            });
            Ok(Surveyed {
                step,
                statements: statements.collect(),
                approvals: approval::read(&step.source)?,
                suppressions: Suppressions::read(text),
            })
        });
        Ok(Self {
            plan,
            steps: steps.collect::<Result<_, Error>>()?,
        })
    }

    /// What would lose data, each with its approval if its file has one.
    pub fn losses(&self) -> Vec<Finding> {
        self.hazards()
            .filter(|finding| finding.rule.class == Class::Destructive)
            .collect()
    }

    /// The objects that are locked or in danger, each once.
    pub fn objects(&self) -> Vec<Object> {
        let impacts = self.steps.iter().flat_map(|step| &step.statements);
        let objects: BTreeSet<Object> = impacts
            .flat_map(|it| {
                let locked = it.impact.locks.iter().map(|(object, _)| object.clone());
                let hazards = it.impact.hazards.iter();
                locked.chain(hazards.map(|hazard| hazard.object.clone()))
            })
            .collect();
        objects.into_iter().collect()
    }

    /// All hazards, as findings.
    pub(in crate::lint) fn hazards(&self) -> impl Iterator<Item = Finding> + '_ {
        self.steps.iter().flat_map(|step| {
            let known = step.statements.iter().flat_map(move |examined| {
                let hazards = examined.impact.hazards.iter();
                hazards.filter_map(move |hazard| step.finding(examined, hazard))
            });
            step.unread().into_iter().chain(known)
        })
    }
}

impl Surveyed<'_> {
    /// The finding about a hazard.
    fn finding(&self, examined: &Examined<'_>, hazard: &Hazard) -> Option<Finding> {
        let rule = Rule::find(hazard.peril.rule())?;
        let span = examined.statement.body.clone();
        let help = Some(hazard.peril.help().to_owned());
        let finding = Finding::new(rule, &self.step.source, span, hazard.to_string(), help);
        Some(finding.approved(self.approval(rule, examined)))
    }

    /// The finding that nobody can say what the step does.
    fn unread(&self) -> Option<Finding> {
        let hidden = self.step.foreign.as_ref()?.hidden.as_ref()?;
        let rule = Rule::find(UNREAD)?;
        let help = Some(UNREAD_HELP.to_owned());
        let finding = Finding::new(rule, &self.step.source, 0..0, hidden.why.clone(), help);
        let finding = finding.standing_at(hidden.place);
        Some(finding.approved(self.written(rule)))
    }

    /// Why findings of `rule` may be so, if a line of the file says.
    pub fn written(&self, rule: &Rule) -> Option<&str> {
        let written = self.approvals.iter().find(|it| it.rule.name == rule.name);
        written.map(|it| it.reason.as_str())
    }

    /// Why findings of `rule` about a statement may be so, if the file says.
    pub fn approval(&self, rule: &Rule, examined: &Examined<'_>) -> Option<&str> {
        if rule.class != Class::Destructive {
            return None;
        }
        self.written(rule).or_else(|| {
            let statement = examined.statement;
            let text = &self.step.source.text;
            let silent = self
                .suppressions
                .has(text, rule, statement.body.start, &statement.piece);
            silent.then_some("squawk-ignore")
        })
    }
}

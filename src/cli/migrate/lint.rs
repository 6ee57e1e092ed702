//! `lint`: what migrations lose, block or break, before they are run.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::Workplace;
use super::scope::{self, Scope};
use crate::cli::context::Context;
use crate::error::Error;
use crate::lint::rule::Choice;
use crate::lint::{self, Selection, Survey};
use crate::migration::{Plan, Target};
use crate::report::Format;
use crate::report::view::lint::Lint;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Revisions, or the way `a:b` from one to another; by default what is pending, and all where
    /// there is no database
    #[arg(value_name = "REVISION")]
    pub(super) scopes: Vec<Scope>,
    /// Look at every revision by itself, and ask no database
    #[arg(long, conflicts_with = "scopes")]
    all: bool,
    /// How findings are written
    #[arg(long, value_enum, value_name = "FORMAT", env = "TOWNPASS_LINT_FORMAT")]
    format: Option<Shape>,
    /// Go by this rule too, or by a class of rules: style; may be given several times
    #[arg(long = "rule", value_name = "RULE")]
    rules: Vec<Choice>,
    /// Do not go by this rule, or by this class of rules; may be given several times
    #[arg(long = "ignore", value_name = "RULE")]
    ignored: Vec<Choice>,
}

/// How findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Shape {
    /// For a person.
    Human,
    /// For a script.
    Json,
    /// As annotations of a GitHub workflow.
    Github,
    /// As a SARIF 2.1.0 log, for code scanners.
    Sarif,
}

impl Args {
    /// Whether a database is asked, where there is one.
    pub(super) fn asks(&self) -> bool {
        self.scopes.is_empty() && !self.all
    }
}

pub(super) async fn run(
    context: &Context,
    workplace: &Workplace,
    args: &Args,
) -> Result<u8, Error> {
    let subject = Subject::of(context, workplace, args).await?;
    subject.tell(context, args)
}

/// Shows what is found in `surveys`, and says how the command ends.
fn tell(context: &Context, args: &Args, surveys: &[Survey<'_>]) -> u8 {
    let selection = Selection::new(&args.rules, &args.ignored);
    let (mut migrations, mut findings) = (0, Vec::new());
    for survey in surveys {
        migrations += survey.steps.len();
        findings.extend(lint::examine(survey, &selection));
    }
    let usual = match context.printer.format() {
        Format::Human => Shape::Human,
        Format::Json => Shape::Json,
    };
    let shape = args.format.unwrap_or(usual);
    let root = root(context, shape);
    let view = Lint::of(migrations, &findings, |path| named(&root, path, shape));
    match shape {
        Shape::Human => context.printer.show_as(Format::Human, &view),
        Shape::Json => context.printer.show_as(Format::Json, &view),
        Shape::Github => context.printer.out(view.github().as_bytes()),
        Shape::Sarif => context.printer.out(view.sarif().as_bytes()),
    }
    u8::from(view.errors > 0)
}

/// What is looked at.
pub(super) enum Subject {
    /// Plans, each carried out at once.
    Plans(Vec<Plan>),
    /// The whole history. How much of it is in use nobody said, so that each revision is looked
    /// at by itself.
    History(Plan),
}

impl Subject {
    async fn of(context: &Context, workplace: &Workplace, args: &Args) -> Result<Self, Error> {
        let directory = workplace.history()?;
        if args.asks() && workplace.url.is_some() {
            let journal = workplace.journal(context).await?;
            let target: Target = "heads".parse()?;
            let pending = Plan::upgrade(&directory, &journal, &target)?;
            return Ok(Self::Plans(vec![pending]));
        }
        if args.scopes.is_empty() {
            return Ok(Self::History(scope::whole(&directory)?));
        }
        let plans = args.scopes.iter().map(|scope| scope.plan(&directory));
        Ok(Self::Plans(plans.collect::<Result<_, Error>>()?))
    }

    /// Shows what is found in it, and says how the command ends.
    pub(super) fn tell(&self, context: &Context, args: &Args) -> Result<u8, Error> {
        let surveys: Result<Vec<_>, _> = match self {
            Self::Plans(plans) => plans.iter().map(Survey::of).collect(),
            Self::History(plan) => Survey::step_by_step(plan).map(|survey| vec![survey]),
        };
        Ok(tell(context, args, &surveys?))
    }
}

/// What paths are shown relative to: whoever reads an annotation counts from the checkout.
fn root(context: &Context, shape: Shape) -> PathBuf {
    let checkout = match shape {
        Shape::Github | Shape::Sarif => context.env.get("GITHUB_WORKSPACE"),
        Shape::Human | Shape::Json => None,
    };
    checkout.map_or_else(|| context.env.directory.clone(), PathBuf::from)
}

fn named(root: &Path, path: &str, shape: Shape) -> String {
    let path = Path::new(path);
    let near = path
        .strip_prefix(root)
        .unwrap_or(path)
        .display()
        .to_string();
    match shape {
        Shape::Github | Shape::Sarif => near.replace('\\', "/"),
        Shape::Human | Shape::Json => near,
    }
}

//! The options that every command takes, each also as an environment variable.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::{ArgAction, Args, ValueEnum};

use crate::report::{Format, Verbosity};

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColourChoice {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The global options.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Globals {
    /// Run as if started in DIRECTORY
    #[arg(
        short = 'C',
        long,
        global = true,
        value_name = "DIRECTORY",
        env = "TOWNPASS_DIRECTORY"
    )]
    pub(crate) directory: Option<PathBuf>,

    /// Compose file; may be given several times
    #[arg(
        long = "file",
        global = true,
        value_name = "FILE",
        env = "TOWNPASS_FILE"
    )]
    pub(crate) files: Vec<PathBuf>,

    /// The same, before the command; after `logs`, `-f` means to follow
    #[arg(short = 'f', value_name = "FILE")]
    pub(crate) files_first: Vec<PathBuf>,

    /// Project name
    #[arg(
        short,
        long,
        global = true,
        value_name = "NAME",
        env = "TOWNPASS_PROJECT_NAME"
    )]
    pub(crate) project_name: Option<String>,

    /// Compose profile to enable; may be given several times
    #[arg(
        long = "profile",
        global = true,
        value_name = "PROFILE",
        env = "TOWNPASS_PROFILE"
    )]
    pub(crate) profiles: Vec<String>,

    /// Environment file in place of `.env`; may be given several times
    #[arg(
        long = "env-file",
        global = true,
        value_name = "FILE",
        env = "TOWNPASS_ENV_FILE"
    )]
    pub(crate) env_files: Vec<PathBuf>,

    /// Docker context
    #[arg(long, global = true, value_name = "CONTEXT", env = "TOWNPASS_CONTEXT")]
    pub(crate) context: Option<String>,

    /// Service of the Compose file that is the database
    #[arg(long, global = true, value_name = "SERVICE", env = "TOWNPASS_SERVICE")]
    pub(crate) service: Option<String>,

    /// What runs the database
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "PROVIDER",
        env = "TOWNPASS_PROVIDER"
    )]
    pub(crate) provider: Option<crate::config::ProviderChoice>,

    /// Directory of the migrations, from the project's
    #[arg(
        long,
        global = true,
        value_name = "DIRECTORY",
        env = "TOWNPASS_MIGRATIONS"
    )]
    pub(crate) migrations: Option<PathBuf>,

    /// What the database is for; in production, what loses data must be approved
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "ENVIRONMENT",
        env = "TOWNPASS_ENVIRONMENT"
    )]
    pub(crate) environment: Option<crate::config::Environment>,

    /// URL of the database, in place of DATABASE_URL
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "TOWNPASS_DATABASE_URL",
        hide_env_values = true
    )]
    pub(crate) database_url: Option<String>,

    /// How results are written
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "FORMAT",
        env = "TOWNPASS_OUTPUT",
        default_value_t
    )]
    pub(crate) output: Format,

    /// Tell only warnings and errors
    #[arg(
        short,
        long,
        global = true,
        env = "TOWNPASS_QUIET",
        value_parser = FalseyValueParser::new(),
        conflicts_with = "verbose"
    )]
    pub(crate) quiet: bool,

    /// Tell the reasons too
    #[arg(short, long, global = true, env = "TOWNPASS_VERBOSE",
        value_parser = FalseyValueParser::new(), action = ArgAction::SetTrue)]
    pub(crate) verbose: bool,

    /// When to use colours
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        env = "TOWNPASS_COLOR",
        default_value_t
    )]
    pub(crate) color: ColourChoice,

    /// Answer yes to every question
    #[arg(short, long, global = true, env = "TOWNPASS_YES",
        value_parser = FalseyValueParser::new())]
    pub(crate) yes: bool,
}

impl Globals {
    /// The Compose files that were named.
    pub(crate) fn compose_files(&self) -> Vec<PathBuf> {
        self.files_first
            .iter()
            .chain(&self.files)
            .cloned()
            .collect()
    }

    /// How much is told.
    pub(crate) fn verbosity(&self) -> Verbosity {
        match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (false, true) => Verbosity::Verbose,
            (false, false) => Verbosity::Normal,
        }
    }
}

//! `townpass dev exec`: a command in the running container of a service.

use super::session::Session;
use crate::cli::context::Context;
use crate::docker::observed::State;
use crate::docker::{Attachment, Command};
use crate::error::Error;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The service
    #[arg(value_name = "SERVICE")]
    in_service: String,
    /// The command and its arguments
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<String>,
    /// As this user
    #[arg(short, long)]
    user: Option<String>,
    /// In this directory
    #[arg(short, long)]
    workdir: Option<String>,
    /// With this variable, NAME=VALUE; may be given several times
    #[arg(short, long, value_name = "NAME=VALUE")]
    env: Vec<String>,
    /// Without a terminal, though there is one
    #[arg(short = 'T', long)]
    no_tty: bool,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<u8, Error> {
    let session = Session::open(context).await?;
    let service = session.service(&args.in_service)?;
    let engine = session.engine_for(std::slice::from_ref(&args.in_service))?;
    let container = engine
        .container_of(&session.project, service)
        .await?
        .filter(|it| it.state == State::Running)
        .ok_or_else(|| Error::ServiceStopped {
            service: service.name.clone(),
        })?;
    let command = Command {
        argv: args.command,
        user: args.user,
        environment: args.env,
        working_directory: args.workdir,
    };
    let attachment = if args.no_tty {
        Attachment::Pipes
    } else {
        Attachment::here()
    };
    Ok(engine
        .exec_attached(&container.id, &command, attachment)
        .await?)
}

//! `townpass dev run`: a command in a container of its own, on the project's network, with the
//! project's directory mounted and `DATABASE_URL` as it is right there.

use super::application::Application;
use super::session::Session;
use crate::cli::context::Context;
use crate::config::database_url::VARIABLE;
use crate::docker::labels::{self, Labels};
use crate::docker::run::OneOff;
use crate::docker::{self, Attachment, image, plan::ImageSource};
use crate::error::Error;
use crate::ident::ServiceName;

/// Where the project's directory is mounted.
const MOUNT: &str = "/app";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The command and its arguments
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<String>,
    /// The image; the database's own where none is given
    #[arg(long)]
    image: Option<String>,
    /// As this user
    #[arg(short, long)]
    user: Option<String>,
    /// In this directory; the project's is mounted at /app
    #[arg(short, long, default_value = MOUNT)]
    workdir: String,
    /// With this variable, NAME=VALUE; may be given several times
    #[arg(short, long, value_name = "NAME=VALUE")]
    env: Vec<String>,
    /// Without a terminal, though there is one
    #[arg(short = 'T', long)]
    no_tty: bool,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<u8, Error> {
    let mut session = Session::open(context).await?;
    session.engine_for(&[])?;
    let story = context.story();
    let lock = session.lock(&story).await?;
    session.up(context, &story).await?;
    drop(lock);
    let engine = session.engine_for(&[])?;
    let project = &session.project;
    let database = session.service(session.wanted.service.as_str())?;
    let network = database.networks.keys().next();
    let network = network.and_then(|key| project.networks.get(key));
    let image = args.image.unwrap_or_else(|| project.image_name(database));
    let url = Application::written(context, &session)?.seen_by_containers(&session);
    let mut environment = vec![format!("{VARIABLE}={}", url.url.reveal())];
    environment.extend(args.env);
    let one_off = OneOff {
        project: &project.name,
        service: &ServiceName::new("townpass"),
        image: &image,
        argv: &args.command,
        user: args.user.as_deref(),
        environment: &environment,
        network: network.map(|it| it.name.as_str()),
        binds: &[format!("{}:{MOUNT}", project.directory.display())],
        working_directory: Some(&args.workdir),
        labels: of_project(&session),
    };
    let attachment = if args.no_tty {
        Attachment::Pipes
    } else {
        Attachment::here()
    };
    let first = engine.run(&one_off, attachment, &mut |_| {}).await;
    let Err(docker::Error::ImageAbsent { .. }) = first else {
        return Ok(first?);
    };
    let wanted = image::Wanted {
        project: one_off.project,
        service: one_off.service,
        image: &image,
        build: None,
        platform: None,
    };
    engine
        .fetch_image(&wanted, ImageSource::Pull, &mut |event| {
            story.docker(&event);
        })
        .await?;
    drop(story);
    Ok(engine.run(&one_off, attachment, &mut |_| {}).await?)
}

/// The labels by which Compose finds the project's files.
fn of_project(session: &Session) -> Labels {
    let files: Vec<String> = session
        .project
        .files
        .iter()
        .map(|it| it.display().to_string())
        .collect();
    Labels::from([
        (
            labels::WORKING_DIR.to_owned(),
            session.project.directory.display().to_string(),
        ),
        (labels::CONFIG_FILES.to_owned(), files.join(",")),
    ])
}

//! `townpass dev run`: a command in a container of its own, on the project's network, with
//! `DATABASE_URL` as it is right there.
//!
//! Where the first word is a service of the Compose file, the container is one of that service, as
//! with `docker compose run`. Else the project's directory is mounted into any image. The
//! database's own service lends no more than its image: a second server must not meet its data.

use super::application::Application;
use super::session::Session;
use crate::cli::context::Context;
use crate::compose::{Project, Service};
use crate::config::database_url::VARIABLE;
use crate::docker::labels::{self, Labels};
use crate::docker::process::run::OneOff;
use crate::docker::process::run_service::ServiceRun;
use crate::docker::{self, Attachment, decide::plan::ImageSource, image};
use crate::error::Error;
use crate::ident::ServiceName;
use crate::report::Story;

/// Where the project's directory is mounted.
pub(super) const MOUNT: &str = "/app";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The command and its arguments; before it the service that lends its container, if one does
    #[arg(
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "COMMAND"
    )]
    words: Vec<String>,
    /// The image, without a service; the database's own where none is given
    #[arg(long)]
    image: Option<String>,
    /// As this user
    #[arg(short, long)]
    user: Option<String>,
    /// In this directory; without a service the project's is mounted at /app
    #[arg(short, long)]
    workdir: Option<String>,
    /// With this variable, NAME=VALUE; may be given several times
    #[arg(short, long, value_name = "NAME=VALUE")]
    env: Vec<String>,
    /// Without a terminal, though there is one
    #[arg(short = 'T', long)]
    no_tty: bool,
}

/// Whose container the command gets.
#[derive(Debug)]
enum Lender<'a> {
    /// A service of the Compose file.
    Service(&'a Service),
    /// An image.
    Image(String),
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<u8, Error> {
    let mut session = Session::open(context).await?;
    session.engine_for(&[])?;
    // A name that is mistyped is no reason to start anything.
    lender(&session.project, &session.wanted.service, &args)?;
    let story = context.story();
    let lock = session.lock(&story).await?;
    session.up(context, &story).await?;
    let attachment = if args.no_tty {
        Attachment::Pipes
    } else {
        Attachment::here()
    };
    let url = Application::written(context, &session)?.seen_by_containers(&session);
    let ours = format!("{VARIABLE}={}", url.url.reveal());
    let (lender, command) = lender(&session.project, &session.wanted.service, &args)?;
    match lender {
        Lender::Service(service) => {
            let plan = session.prepare(service, &story).await?;
            drop(lock);
            let own = service.environment.contains_key(VARIABLE);
            let mut environment = if own { Vec::new() } else { vec![ours] };
            environment.extend(args.env.iter().cloned());
            let run = ServiceRun {
                plan: &plan,
                service,
                argv: command,
                user: args.user.as_deref(),
                environment: &environment,
                working_directory: args.workdir.as_deref(),
            };
            let engine = session.engine_for(&[])?;
            drop(story);
            Ok(engine.run_service(&run, attachment, &mut |_| {}).await?)
        }
        Lender::Image(image) => {
            drop(lock);
            let mut environment = vec![ours];
            environment.extend(args.env.iter().cloned());
            let database = session.service(session.wanted.service.as_str())?;
            let network = database.networks.keys().next();
            let network = network.and_then(|key| session.project.networks.get(key));
            let one_off = OneOff {
                project: &session.project.name,
                service: &ServiceName::new("townpass"),
                image: &image,
                argv: command,
                user: args.user.as_deref(),
                environment: &environment,
                network: network.map(|it| it.name.as_str()),
                binds: &[format!("{}:{MOUNT}", session.project.directory.display())],
                working_directory: Some(args.workdir.as_deref().unwrap_or(MOUNT)),
                labels: of_project(&session),
            };
            session.run_image(&one_off, attachment, &story).await
        }
    }
}

impl Session {
    /// Runs it, after its image was pulled where it is absent.
    pub(super) async fn run_image(
        &self,
        one_off: &OneOff<'_>,
        attachment: Attachment<'_>,
        story: &Story<'_>,
    ) -> Result<u8, Error> {
        let engine = self.engine_for(&[])?;
        let first = engine.run(one_off, attachment, &mut |_| {}).await;
        let Err(docker::Error::ImageAbsent { .. }) = first else {
            return Ok(first?);
        };
        let wanted = image::Wanted {
            project: one_off.project,
            service: one_off.service,
            image: one_off.image,
            build: None,
            platform: None,
        };
        engine
            .fetch_image(&wanted, ImageSource::Pull, &mut |event| {
                story.docker(&event);
            })
            .await?;
        story.end_bar();
        Ok(engine.run(one_off, attachment, &mut |_| {}).await?)
    }
}

/// Who lends the container, and the command in it: none where the service's own is meant.
fn lender<'a>(
    project: &'a Project,
    database: &ServiceName,
    args: &'a Args,
) -> Result<(Lender<'a>, &'a [String]), Error> {
    let words = &args.words[..];
    if let Some(image) = &args.image {
        return Ok((Lender::Image(image.clone()), words));
    }
    let (first, rest) = match words {
        [first, dashes, rest @ ..] if dashes == "--" => (project.find(first)?, rest),
        [first, rest @ ..] if project.service(first).is_some() => (project.find(first)?, rest),
        words => (project.find(database.as_str())?, words),
    };
    if first.name == *database {
        return Ok((Lender::Image(project.image_name(first)), rest));
    }
    first.ensure_whole()?;
    Ok((Lender::Service(first), rest))
}

/// The labels by which Compose finds the project's files.
pub(super) fn of_project(session: &Session) -> Labels {
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

#[cfg(test)]
mod tests {
    use super::{Args, Lender, lender};
    use crate::compose::{Project, Service};
    use crate::ident::{ProjectName, ServiceName};

    fn project() -> Project {
        let mut project = Project::named(ProjectName::new("backend"), "/b".into());
        for name in ["db", "api"] {
            let mut service = Service::named(ServiceName::new(name));
            service.image = Some(format!("the-{name}"));
            project.services.insert(service.name.clone(), service);
        }
        project
    }

    #[test]
    fn the_first_word_may_be_a_service() {
        for (words, image, expected) in [
            (&["psql", "-l"][..], None, "image the-db: psql -l"),
            (&["api", "--", "pytest"], None, "service api: pytest"),
            (&["api", "pytest", "-x"], None, "service api: pytest -x"),
            (&["api"], None, "service api: "),
            (&["db", "--", "psql"], None, "image the-db: psql"),
            (
                &["api", "x"],
                Some("python:3.11"),
                "image python:3.11: api x",
            ),
            (&["apu", "--", "pytest"], None, "refused"),
        ] {
            let args = Args {
                words: words.iter().map(ToString::to_string).collect(),
                image: image.map(str::to_owned),
                user: None,
                workdir: None,
                env: Vec::new(),
                no_tty: true,
            };
            let project = project();
            let found = match lender(&project, &ServiceName::new("db"), &args) {
                Ok((Lender::Service(service), command)) => {
                    format!("service {}: {}", service.name, command.join(" "))
                }
                Ok((Lender::Image(image), command)) => {
                    format!("image {image}: {}", command.join(" "))
                }
                Err(_) => "refused".to_owned(),
            };
            assert_eq!(found, expected, "{words:?}");
        }
    }
}

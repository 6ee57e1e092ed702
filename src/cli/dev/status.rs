//! `townpass dev status`: how the database stands, without changing it.

use miette::Diagnostic as _;

use super::application::Application;
use super::history::ProjectHistory;
use super::session::Session;
use crate::cli::context::Context;
use crate::database::provider::State;
use crate::database::{self, reset};
use crate::error::Error;
use crate::report::view::status::{Answer, Status};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Exit with 1 unless the database answers and nothing is pending
    #[arg(long)]
    check: bool,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<u8, Error> {
    let session = Session::open(context).await?;
    let observed = session.provider.observe().await?;
    let mut view = Status {
        project: session.project.name.to_string(),
        service: session.wanted.service.to_string(),
        provider: session.provider.kind().to_string(),
        runner: observed.runner,
        source: observed.source,
        state: observed.state,
        health: observed.health,
        data: reset::words(&observed.data),
        endpoint: None,
        url: None,
        answer: None,
        trouble: None,
        help: None,
    };
    if observed.state == State::Running {
        match look(context, &session, &mut view).await {
            Ok(answer) => view.answer = Some(answer),
            Err(error) => {
                view.trouble = Some(error.to_string());
                view.help = error.help().map(|help| help.to_string());
            }
        }
    }
    let well = view
        .answer
        .as_ref()
        .is_some_and(|it| it.pending.unwrap_or(0) == 0);
    context.printer.show(&view);
    Ok(u8::from(args.check && !well))
}

/// Asks the server itself.
async fn look(context: &Context, session: &Session, view: &mut Status) -> Result<Answer, Error> {
    let story = context.story();
    let application = Application::written(context, session)?
        .seen_from_here(session, &story)
        .await?;
    application.warn(&story);
    view.endpoint = Some(application.url.address().to_string());
    view.url = Some(application.url.to_string());
    let target = session.target().await?;
    let mut server = database::Session::open(&target, session.settings.timeout)
        .await
        .map_err(|refusal| database::Error::Unreachable {
            address: target.endpoint.to_string(),
            refusal,
        })?;
    let facts = server
        .rows(
            "select current_setting('server_version'), pg_database_size(current_database())::text",
        )
        .await
        .unwrap_or_default();
    let mut facts = facts.into_iter().flatten().map(Option::unwrap_or_default);
    server.close().await;
    let mut answer = Answer {
        server_version: facts.next().unwrap_or_default(),
        size: facts.next().and_then(|it| it.parse().ok()).unwrap_or(0),
        revisions: Vec::new(),
        heads: Vec::new(),
        pending: None,
    };
    if let Some(history) = ProjectHistory::of(context, session)? {
        let standing = history.standing(session, &application.url).await?;
        answer.revisions = standing.current;
        answer.heads = standing.heads;
        answer.pending = Some(standing.pending);
    }
    Ok(answer)
}

//! `townpass dev url`: the address for the tool that asks.

use clap::ValueEnum;

use super::application::Application;
use super::session::Session;
use crate::cli::context::Context;
use crate::error::Error;
use crate::url::Client;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// For whom: this place, or a container on the project's network
    #[arg(long = "for", value_enum, default_value_t)]
    reader: Reader,
    /// For which client: libpq, psycopg, psycopg2, asyncpg, pg8000, sqlx, jdbc, node, prisma; or a
    /// scheme, which changes nothing else
    #[arg(long)]
    dialect: Option<String>,
}

/// Who will read the URL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Reader {
    /// Whoever stands where this command does.
    #[default]
    Host,
    /// A container on the project's network.
    Container,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<u8, Error> {
    let session = Session::open(context).await?;
    let written = Application::written(context, &session)?;
    let mut application = match args.reader {
        Reader::Host => written.seen_from_here(&session, &context.story()).await?,
        Reader::Container => written.seen_by_containers(&session),
    };
    application.warn(&context.story());
    application.explain(context);
    if let Some(dialect) = &args.dialect {
        application.url = match dialect.parse::<Client>() {
            Ok(client) => {
                let spelled = application.url.spelled_for(client)?;
                for warning in &spelled.warnings {
                    context.printer.warn(warning);
                }
                spelled.url
            }
            Err(()) => application.url.with_dialect(dialect)?,
        };
    }
    let mut view = application.view(&session);
    // The one command that is asked for the URL itself: masked it would be of no use to a script.
    view.url.clone_from(&view.usable);
    context.printer.show(&view);
    Ok(0)
}

//! `townpass dev logs`: what the server says.

use super::session::Session;
use crate::cli::context::Context;
use crate::error::Error;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Go on with what comes, until Ctrl-C
    #[arg(short, long)]
    follow: bool,
    /// Show only the last lines
    #[arg(long, value_name = "LINES")]
    tail: Option<u32>,
}

impl Args {
    /// Whether Ctrl-C is how it ends.
    pub(super) fn lasts_until_interrupted(&self) -> bool {
        self.follow
    }
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<u8, Error> {
    let session = Session::open(context).await?;
    session
        .provider
        .logs(args.follow, args.tail, &mut |bytes| {
            context.printer.out(bytes);
        })
        .await?;
    Ok(0)
}

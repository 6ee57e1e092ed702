//! `townpass dev psql`: a prompt in the database, with the right role and no password to type.

use super::session::Session;
use crate::cli::context::Context;
use crate::error::Error;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Arguments for psql
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "ARGUMENT"
    )]
    arguments: Vec<String>,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<u8, Error> {
    let session = Session::open(context).await?;
    let database = &session.provider.account().database;
    Ok(session.provider.psql(database, &args.arguments).await?)
}

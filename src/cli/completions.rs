//! `townpass completions`: what a shell needs to complete our words.

use clap_complete::Shell;

use super::context::Context;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(crate) fn run(context: &Context, args: &Args, mut command: clap::Command) -> u8 {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "townpass", &mut script);
    context.printer.out(&script);
    0
}

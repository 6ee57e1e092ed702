//! `townpass dev logs`: what the server says, or what services beside it say.

use std::cell::RefCell;

use futures_util::future::try_join_all;

use super::session::Session;
use crate::cli::context::Context;
use crate::docker::process::logs::Follow;
use crate::error::Error;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The services; the database's own where none is given
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
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
    let mut names: Vec<&str> = args.services.iter().map(String::as_str).collect();
    if names.is_empty() {
        names.push(session.wanted.service.as_str());
    }
    // A name that is mistyped is told before anything else is.
    for name in &names {
        session.service(name)?;
    }
    if let [name] = names[..] {
        of(&session, name, &args, &mut |bytes| {
            context.printer.out(bytes);
        })
        .await?;
        return Ok(0);
    }
    let width = names.iter().map(|it| it.len()).max().unwrap_or_default();
    let each = names.iter().map(|name| {
        let lines = RefCell::new(Lines::new(format!("{name:<width$} | ")));
        let session = &session;
        let args = &args;
        async move {
            let mut sink = |bytes: &[u8]| {
                context.printer.out(&lines.borrow_mut().take(bytes));
            };
            of(session, name, args, &mut sink).await?;
            context.printer.out(&lines.borrow_mut().rest());
            Ok::<_, Error>(())
        }
    });
    if args.follow {
        try_join_all(each).await?;
    } else {
        for one in each {
            one.await?;
        }
    }
    Ok(0)
}

/// What one service says.
async fn of(
    session: &Session,
    name: &str,
    args: &Args,
    sink: &mut dyn FnMut(&[u8]),
) -> Result<(), Error> {
    if name == session.wanted.service.as_str() {
        return Ok(session.provider.logs(args.follow, args.tail, sink).await?);
    }
    let service = session.service(name)?;
    let engine = session.engine_for(&[name.to_owned()])?;
    let container = engine.container_of(&session.project, service).await?;
    let container = container.ok_or_else(|| Error::ServiceStopped {
        service: service.name.clone(),
    })?;
    let follow = if args.follow { Follow::Yes } else { Follow::No };
    let mut pass_on = |_, bytes: &[u8]| sink(bytes);
    engine
        .container_logs(&container.id, follow, args.tail, &mut pass_on)
        .await?;
    Ok(())
}

/// The lines of one service among several, each behind its name. A line comes whole.
struct Lines {
    name: String,
    begun: Vec<u8>,
}

impl Lines {
    fn new(name: String) -> Self {
        Self {
            name,
            begun: Vec::new(),
        }
    }

    /// The lines that are whole now.
    fn take(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.begun.extend_from_slice(bytes);
        let end = self.begun.iter().rposition(|it| *it == b'\n');
        let whole: Vec<u8> = self.begun.drain(..end.map_or(0, |it| it + 1)).collect();
        let lines = whole.split_inclusive(|it| *it == b'\n');
        lines
            .flat_map(|line| [self.name.as_bytes(), line].concat())
            .collect()
    }

    /// What has no end yet, when nothing more comes.
    fn rest(&mut self) -> Vec<u8> {
        if self.begun.is_empty() {
            return Vec::new();
        }
        self.take(b"\n")
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn each_line_comes_whole_and_behind_its_name() {
        let mut lines = Lines::new("api | ".to_owned());
        assert_eq!(lines.take(b"one\ntw"), b"api | one\n");
        assert_eq!(lines.take(b""), b"");
        assert_eq!(lines.take(b"o\nthree"), b"api | two\n");
        assert_eq!(lines.rest(), b"api | three\n");
        assert_eq!(lines.rest(), b"");
    }
}

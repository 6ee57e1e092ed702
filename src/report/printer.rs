//! The one owner of the streams.

use std::{
    cell::{Cell, RefCell},
    io::{self, Write},
};

use console::Term;
use indicatif::{MultiProgress, ProgressDrawTarget};
use serde::Serialize;

use super::{Painter, Report, Shade, margin::Margin, paint::Colour};

/// How results are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a person.
    #[default]
    Human,
    /// For a script: one JSON value on stdout, events and errors as JSON lines on stderr.
    Json,
}

/// How much is told on stderr.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Errors and warnings alone.
    Quiet,
    /// The story.
    #[default]
    Normal,
    /// And the reasons.
    Verbose,
}

/// What a printer needs to know about its streams.
#[derive(Clone, Copy, Debug)]
pub struct Streams {
    /// Colours on stdout.
    pub stdout: Colour,
    /// Colours on stderr.
    pub stderr: Colour,
    /// Whether stderr can show lines that move.
    pub movement: bool,
}

/// Writes results to stdout and everything else to stderr.
#[derive(Debug)]
pub struct Printer {
    format: Format,
    verbosity: Verbosity,
    streams: Streams,
    bars: MultiProgress,
    /// A stdout whose reader went away ends the output and is no failure.
    broken: RefCell<Option<io::Error>>,
    /// Whether the cursor stands behind a question.
    asking: Cell<bool>,
}

impl Printer {
    /// A printer for these streams.
    pub fn new(format: Format, verbosity: Verbosity, streams: Streams) -> Self {
        let moves = streams.movement && format == Format::Human && verbosity > Verbosity::Quiet;
        let target = if moves {
            ProgressDrawTarget::term_like_with_hz(Box::new(Margin::stderr()), 20)
        } else {
            ProgressDrawTarget::hidden()
        };
        if cfg!(windows) {
            // A Windows console understands colours once it was asked whether it does.
            for stream in [Term::stdout(), Term::stderr()] {
                let _ = stream.features().colors_supported();
            }
        }
        Self {
            format,
            verbosity,
            streams: Streams {
                movement: moves,
                ..streams
            },
            bars: MultiProgress::with_draw_target(target),
            broken: RefCell::new(None),
            asking: Cell::new(false),
        }
    }

    /// How results are written.
    pub fn format(&self) -> Format {
        self.format
    }

    /// How much is told.
    pub fn verbosity(&self) -> Verbosity {
        self.verbosity
    }

    /// Whether lines may move.
    pub fn moves(&self) -> bool {
        self.streams.movement
    }

    /// Where bars and spinners are drawn.
    pub fn bars(&self) -> &MultiProgress {
        &self.bars
    }

    /// Shows a result.
    pub fn show(&self, report: &impl Report) {
        self.show_as(self.format, report);
    }

    /// Shows a result in a format of its own.
    pub fn show_as(&self, format: Format, report: &impl Report) {
        match format {
            Format::Human => {
                let mut painter = Painter::new(self.streams.stdout);
                if report.human(&mut painter).is_ok() {
                    self.out(painter.finish().as_bytes());
                }
            }
            Format::Json => {
                if let Ok(mut text) = serde_json::to_vec(report) {
                    text.push(b'\n');
                    self.out(&text);
                }
            }
        }
    }

    /// Shows on stderr what a person should see before the result: what would change.
    pub fn show_first(&self, report: &impl Report) {
        match self.format {
            Format::Human => {
                let mut painter = self.painter();
                if report.human(&mut painter).is_ok() {
                    self.line(painter.finish().trim_end());
                }
            }
            Format::Json => self.event(report),
        }
    }

    /// Passes bytes through to stdout: a server's log, a dump.
    pub fn out(&self, bytes: &[u8]) {
        if self.broken.borrow().is_some() {
            return;
        }
        let written = self.bars.suspend(|| {
            let mut stdout = io::stdout().lock();
            stdout.write_all(bytes).and_then(|()| stdout.flush())
        });
        if let Err(error) = written {
            self.broken.replace(Some(error));
        }
    }

    /// A line of the story: a mark in its shade, then the text.
    pub fn tell(&self, mark: &str, shade: Shade, text: &str) {
        if self.verbosity > Verbosity::Quiet && self.format == Format::Human {
            let mark = self.painter().shade(shade, mark);
            self.line(&format!("{mark} {text}"));
        }
    }

    /// A line told only with `-v`.
    pub fn explain(&self, text: &str) {
        if self.verbosity == Verbosity::Verbose {
            self.tell("·", Shade::Faint, text);
        }
    }

    /// A warning, told even with `-q`.
    pub fn warn(&self, text: &str) {
        match self.format {
            Format::Human => {
                let label = self.painter().shade(Shade::Warning, "warning:");
                self.line(&format!("{label} {text}"));
            }
            Format::Json => self.event(&serde_json::json!({ "event": "warning", "message": text })),
        }
    }

    /// A JSON line on stderr, in JSON mode.
    pub fn event(&self, event: &impl Serialize) {
        if self.format == Format::Json
            && let Ok(text) = serde_json::to_string(event)
        {
            self.line(&text);
        }
    }

    /// Writes a line to stderr, above any bar.
    pub fn line(&self, line: &str) {
        let behind = if self.asking.take() { "\n" } else { "" };
        self.bars.suspend(|| {
            // Nobody is left to be told that stderr is closed.
            let _ = writeln!(io::stderr().lock(), "{behind}{line}");
        });
    }

    /// Writes a question to stderr and leaves the cursor behind it, until [`answered`](Self::answered).
    pub fn ask(&self, question: &str) {
        self.asking.set(true);
        self.bars.suspend(|| {
            let mut stderr = io::stderr().lock();
            let _ = write!(stderr, "{question}").and_then(|()| stderr.flush());
        });
    }

    /// Says that the person's own line end moved the cursor on.
    pub fn answered(&self) {
        self.asking.set(false);
    }

    /// A painter for stderr.
    pub fn painter(&self) -> Painter {
        Painter::new(self.streams.stderr)
    }

    /// Whether stderr has colours.
    pub fn colour(&self) -> Colour {
        self.streams.stderr
    }

    /// What went wrong on stdout; a reader that went away is nothing wrong.
    pub fn finish(&self) -> io::Result<()> {
        match self.broken.take() {
            Some(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
            _ => Ok(()),
        }
    }
}

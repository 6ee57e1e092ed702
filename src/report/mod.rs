//! Everything a person or a script sees.
//!
//! [`Printer`] alone touches the streams: results on stdout, the story on stderr. A result is a
//! view (`view/`): its own JSON model and its own words, apart from the domain's types. Progress
//! comes as events, and [`Story`] reads them as spinner, plain lines or JSON lines.

pub mod failure;
mod margin;
pub mod paint;
pub mod printer;
pub mod sanitise;
pub mod story;
pub mod view;
pub mod words;

pub use failure::Door;
pub use paint::{Painter, Shade};
pub use printer::{Format, Printer, Verbosity};
pub use story::Story;
pub use view::Report;

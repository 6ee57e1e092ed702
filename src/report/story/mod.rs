//! Events as a person follows them: a line when something is done, a bar or a spinner while it
//! lasts. The same events are JSON lines for a script.

mod alembic;
mod database;
mod docker;
mod import;
mod loss;
mod migration;
mod teller;

pub use teller::Story;

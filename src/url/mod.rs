//! Database URLs in every dialect, byte for byte.
//!
//! A URL comes from somebody's `.env` and goes on to somebody's driver, so it is kept as it was
//! written: percent-encoding, dialect, parameters nobody here knows. What is understood of it is
//! where its parts begin and end. Only what a caller asks to change is changed.
//!
//! Written anywhere a person can see, the password is masked; [`DatabaseUrl::reveal`] is the one
//! way to the whole text, for a child's environment and for a pipe the user asked for.
//!
//! Which parts there are follows libpq first and SQLAlchemy where libpq has no word (dialects,
//! a password with a raw `/`). See PostgreSQL's documentation, "Connection URIs" under "Database
//! Connection Control Functions".

pub mod client;
mod dialect;
mod edit;
mod encoding;
pub mod endpoint;
pub mod error;
mod layout;
mod mask;
mod parameters;
mod query;
mod value;

#[cfg(test)]
mod cases;

pub use client::{Client, Spelled};
pub use endpoint::{Address, Endpoint};
pub use error::Error;
pub use parameters::{Parameters, Server, SslMode};
pub use value::DatabaseUrl;

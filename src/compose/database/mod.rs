//! Which service runs PostgreSQL, and what its file says of the account.
//!
//! All of this is read from the Compose file. What really runs, only the engine and the server
//! know.

pub mod find;
pub mod image;
pub mod password;
pub mod wanted;

pub use find::find;
pub use image::Family;
pub use wanted::{Wanted, wanted};

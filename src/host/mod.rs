//! Where this process stands, and how an address is seen from there.

pub use crate::url::Endpoint;

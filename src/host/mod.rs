//! Where this process stands, and how an address is seen from there.

pub mod endpoint;

pub use endpoint::Endpoint;

//! The short forms of ports, mounts and devices.

pub mod mount;
pub mod port;

pub use mount::mount;
pub use port::ports;

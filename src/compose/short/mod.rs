//! The short forms of ports, mounts and devices.

pub(in crate::compose) mod mount;
pub(in crate::compose) mod port;

pub(in crate::compose) use mount::mount;
pub(in crate::compose) use port::ports;

//! A free port on the loopback address.

use std::net::{Ipv4Addr, TcpListener};

use super::Error;

/// A port, and whether it is the one that was wished for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::database::embedded) enum Port {
    /// The first wish came true.
    Wished(u16),
    /// Somebody else has the wished one.
    Instead {
        /// The port that was found.
        of: u16,
        /// The port that is taken.
        taken: u16,
    },
    /// Nothing was wished for.
    Any(u16),
}

impl Port {
    /// The number.
    pub(in crate::database::embedded) fn number(self) -> u16 {
        match self {
            Self::Wished(port) | Self::Instead { of: port, .. } | Self::Any(port) => port,
        }
    }
}

/// The first of `wishes` that is free, else any free port.
pub(in crate::database::embedded) fn choose(wishes: &[u16]) -> Result<Port, Error> {
    if let Some(port) = wishes.first().and_then(|&port| free(port)) {
        return Ok(Port::Wished(port));
    }
    let of = wishes
        .iter()
        .skip(1)
        .chain(&[0])
        .find_map(|&port| free(port))
        .ok_or(Error::NoPort)?;
    Ok(match wishes.first() {
        Some(&taken) => Port::Instead { of, taken },
        None => Port::Any(of),
    })
}

/// Whether `port` can be listened on now; 0 stands for any.
fn free(port: u16) -> Option<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok()?;
    Some(listener.local_addr().ok()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_replaced() {
        let holder = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let taken = holder.local_addr().expect("an address").port();
        let chosen = choose(&[taken]).expect("a port");
        assert!(matches!(chosen, Port::Instead { taken: it, of } if it == taken && of != taken));
        drop(holder);
        assert_eq!(choose(&[taken]).expect("a port"), Port::Wished(taken));
        assert!(matches!(choose(&[]).expect("a port"), Port::Any(port) if port != 0));
    }
}

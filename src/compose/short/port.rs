//! `127.0.0.1:5433:5432/tcp`.

use std::net::IpAddr;

use crate::compose::{
    error::{Error, Problem},
    model::Port,
    source::Place,
};

/// Reads the short form of a port, which a range makes several.
pub(in crate::compose) fn ports(spec: &str, place: &Place) -> Result<Vec<Port>, Error> {
    parse(spec).map_err(|reason| {
        Problem::Port {
            port: spec.to_owned(),
            reason,
        }
        .at(place)
    })
}

fn parse(spec: &str) -> Result<Vec<Port>, String> {
    let (address, published, target) = parts(spec);
    let (target, protocol) = match target.split_once('/') {
        None | Some((_, "")) => (target.trim_end_matches('/'), "tcp".to_owned()),
        Some((target, protocol)) => (target, protocol.to_ascii_lowercase()),
    };
    if !["tcp", "udp", "sctp"].contains(&protocol.as_str()) {
        return Err(format!(
            "`{protocol}` is not a protocol; use tcp, udp or sctp"
        ));
    }
    if target.is_empty() {
        return Err("the container's port is missing".to_owned());
    }
    let address = address_of(address)?;
    let (first, last) = range(target)?;
    let outside = if published.is_empty() {
        None
    } else {
        Some(range(published)?)
    };
    if let Some((low, high)) = outside
        && high - low != last - first
        && first != last
    {
        return Err(format!(
            "the ranges `{published}` and `{target}` differ in length"
        ));
    }
    let mut ports: Vec<Port> = (first..=last)
        .map(|target| Port {
            name: None,
            mode: Some("ingress".to_owned()),
            host_ip: address.clone(),
            target,
            published: outside.map(|(low, high)| {
                if first == last && low != high {
                    format!("{low}-{high}")
                } else {
                    (low + (target - first)).to_string()
                }
            }),
            protocol: Some(protocol.clone()),
            app_protocol: None,
        })
        .collect();
    // Compose sorts the ports of a range as texts: 10 before 9.
    ports.sort_by_key(|port| format!("{}/{protocol}", port.target));
    Ok(ports)
}

/// Address, published port and container's port.
fn parts(spec: &str) -> (&str, &str, &str) {
    let Some((rest, target)) = spec.rsplit_once(':') else {
        return ("", "", spec);
    };
    match rest.rsplit_once(':') {
        None => ("", rest, target),
        Some((address, published)) => (address, published, target),
    }
}

fn address_of(text: &str) -> Result<Option<String>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let inner = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    if inner.is_none() && text.contains(':') {
        return Err(format!("an IPv6 address stands in brackets: `[{text}]`"));
    }
    let inner = inner.unwrap_or(text);
    match inner.parse::<IpAddr>() {
        Ok(_) => Ok(Some(inner.to_owned())),
        Err(_) => Err(format!("`{inner}` is not an IP address")),
    }
}

fn range(text: &str) -> Result<(u16, u16), String> {
    let one = |text: &str| {
        text.parse::<u16>()
            .map_err(|_| format!("`{text}` is not a number from 0 to 65535"))
    };
    let (first, last) = match text.split_once('-') {
        None => (one(text)?, one(text)?),
        Some((first, last)) => (one(first)?, one(last)?),
    };
    if last < first {
        return Err(format!("the range `{text}` runs backwards"));
    }
    Ok((first, last))
}

#[cfg(test)]
mod tests {
    use super::parse;

    /// `address|published|target/protocol` of each.
    fn shown(spec: &str) -> Result<Vec<String>, String> {
        let ports = parse(spec)?;
        let show = |text: &Option<String>| text.clone().unwrap_or_default();
        Ok(ports
            .iter()
            .map(|port| {
                format!(
                    "{}|{}|{}/{}",
                    show(&port.host_ip),
                    show(&port.published),
                    port.target,
                    show(&port.protocol)
                )
            })
            .collect())
    }

    #[test]
    fn every_short_form_is_read() {
        let cases: [(&str, &[&str]); 13] = [
            ("5432", &["||5432/tcp"]),
            ("15432:5432", &["|15432|5432/tcp"]),
            ("127.0.0.1:25432:5432", &["127.0.0.1|25432|5432/tcp"]),
            ("[::1]:25433:5432", &["::1|25433|5432/tcp"]),
            ("127.0.0.1::5432", &["127.0.0.1||5432/tcp"]),
            (
                "6000-6002:6000-6002",
                &["|6000|6000/tcp", "|6001|6001/tcp", "|6002|6002/tcp"],
            ),
            ("7000-7010:5432", &["|7000-7010|5432/tcp"]),
            ("8000:8000/udp", &["|8000|8000/udp"]),
            ("8000:8000/UDP", &["|8000|8000/udp"]),
            ("9-10", &["||10/tcp", "||9/tcp"]),
            (":5432", &["||5432/tcp"]),
            ("5432/", &["||5432/tcp"]),
            ("5432:5432/tcp", &["|5432|5432/tcp"]),
        ];
        for (spec, ports) in cases {
            assert_eq!(
                shown(spec)
                    .as_deref()
                    .map(|all| all.iter().map(String::as_str).collect::<Vec<_>>()),
                Ok(ports.to_vec()),
                "{spec}"
            );
        }
    }

    #[test]
    fn what_is_no_port_is_refused() {
        for spec in [
            "localhost:5433:5432",
            "70000",
            "a:b",
            "1-3:1-2",
            "3-1",
            "80/http",
            "",
            "80:",
            "::1:80:80",
        ] {
            assert!(parse(spec).is_err(), "{spec}");
        }
    }
}

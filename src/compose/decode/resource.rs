//! Networks, volumes, secrets and configs of the top level.

use std::{collections::BTreeMap, path::PathBuf};

use super::{field, listing};
use crate::compose::{
    assemble::CONTENT_KEY,
    error::{Error, Problem},
    model::{Config, Ipam, Network, Pool, Secret, Volume},
    yaml::{Map, Node, node::Entry},
};
use crate::secret;

/// The things below a top-level key, each read by `read`.
pub(in crate::compose) fn all<T>(
    model: &Node,
    key: &str,
    read: impl Fn(&Entry, &Map) -> Result<T, Error>,
) -> Result<BTreeMap<String, T>, Error> {
    let Some(map) = model.get(key).and_then(Node::as_map) else {
        return Ok(BTreeMap::new());
    };
    map.iter()
        .filter_map(|entry| Some((entry, entry.node.as_map()?)))
        .map(|(entry, map)| Ok((entry.key.clone(), read(entry, map)?)))
        .collect()
}

/// A network.
pub(in crate::compose) fn network(entry: &Entry, map: &Map) -> Result<Network, Error> {
    let ipam = match field::section(map, "ipam") {
        Some(ipam) => Ipam {
            driver: field::text(ipam, "driver"),
            config: pools(ipam),
        },
        None => Ipam::default(),
    };
    Ok(Network {
        name: field::text(map, "name").unwrap_or_else(|| entry.key.clone()),
        external: field::flag(map, "external")?,
        driver: field::text(map, "driver"),
        driver_opts: listing::mapping(map, "driver_opts"),
        ipam,
        internal: field::flag(map, "internal")?,
        attachable: field::flag(map, "attachable")?,
        labels: listing::mapping(map, "labels"),
        enable_ipv4: field::boolean(map, "enable_ipv4")?,
        enable_ipv6: field::boolean(map, "enable_ipv6")?,
    })
}

fn pools(ipam: &Map) -> Vec<Pool> {
    let pools = ipam
        .get("config")
        .and_then(Node::as_list)
        .unwrap_or_default();
    pools
        .iter()
        .filter_map(Node::as_map)
        .map(|pool| Pool {
            subnet: field::text(pool, "subnet"),
            gateway: field::text(pool, "gateway"),
            ip_range: field::text(pool, "ip_range"),
            aux_addresses: listing::mapping(pool, "aux_addresses"),
        })
        .collect()
}

/// A volume.
pub(in crate::compose) fn volume(entry: &Entry, map: &Map) -> Result<Volume, Error> {
    let external = field::flag(map, "external")?;
    let other = map.iter().find(|entry| {
        !entry.key.starts_with("x-") && entry.key != "name" && entry.key != "external"
    });
    if let (true, Some(other)) = (external, other) {
        return Err(Problem::Exclusive {
            first: format!("volumes.{}.external", entry.key),
            second: other.key.clone(),
        }
        .at(&other.place));
    }
    Ok(Volume {
        name: field::text(map, "name").unwrap_or_else(|| entry.key.clone()),
        external,
        driver: field::text(map, "driver"),
        driver_opts: listing::mapping(map, "driver_opts"),
        labels: listing::mapping(map, "labels"),
    })
}

/// A secret.
pub(in crate::compose) fn secret(entry: &Entry, map: &Map) -> Result<Secret, Error> {
    one_origin(entry, map, &["file", "environment"])?;
    Ok(Secret {
        name: field::text(map, "name").unwrap_or_else(|| entry.key.clone()),
        file: field::text(map, "file").map(PathBuf::from),
        environment: field::text(map, "environment"),
        content: map
            .get(CONTENT_KEY)
            .and_then(Node::rendered)
            .map(secret::Secret::new),
        external: field::flag(map, "external")?,
        labels: listing::mapping(map, "labels"),
    })
}

/// A config.
pub(in crate::compose) fn config(entry: &Entry, map: &Map) -> Result<Config, Error> {
    one_origin(entry, map, &["file", "environment", "content"])?;
    Ok(Config {
        name: field::text(map, "name").unwrap_or_else(|| entry.key.clone()),
        file: field::text(map, "file").map(PathBuf::from),
        environment: field::text(map, "environment"),
        content: map
            .get("content")
            .or_else(|| map.get(CONTENT_KEY))
            .and_then(Node::rendered),
        external: field::flag(map, "external")?,
        labels: listing::mapping(map, "labels"),
    })
}

/// Exactly one of the keys, unless somebody else keeps the thing.
fn one_origin(entry: &Entry, map: &Map, keys: &[&'static str]) -> Result<(), Error> {
    let mut found = keys.iter().filter(|key| map.get(key).is_some());
    match (found.next(), found.next()) {
        (Some(first), Some(second)) => Err(Problem::Exclusive {
            first: (*first).to_owned(),
            second: (*second).to_owned(),
        }
        .at(&entry.place)),
        (None, _) if map.get("external").is_none() && map.get("driver").is_none() => {
            Err(Problem::MissingKey {
                parent: format!("`{}`", entry.key),
                key: keys.first().copied().unwrap_or("file"),
            }
            .at(&entry.place))
        }
        _ => Ok(()),
    }
}

//! What an image's name tells of the PostgreSQL in it.

/// Whose rules the entry point of an image follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// The official image, and those made from it: `POSTGRES_USER` and its kin.
    Official,
    /// Bitnami's image: `POSTGRESQL_USERNAME` and its kin.
    Bitnami,
}

/// The family of an image, if it is a PostgreSQL server at all.
pub fn family(image: &str) -> Option<Family> {
    let (path, _) = path_and_tag(image);
    let base = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let words: Vec<&str> = base.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let server = words.iter().any(|word| SERVERS.contains(word));
    let companion = words.iter().any(|word| COMPANIONS.contains(word));
    if !server || companion {
        return None;
    }
    let owner = path.rsplit('/').nth(1).unwrap_or("");
    Some(if owner.starts_with("bitnami") {
        Family::Bitnami
    } else {
        Family::Official
    })
}

const SERVERS: [&str; 10] = [
    "postgres",
    "postgresql",
    "postgis",
    "pgvector",
    "timescaledb",
    "citus",
    "paradedb",
    "pgrouting",
    "spilo",
    "alloydbomni",
];

/// Words of images that speak to a server without being one.
const COMPANIONS: [&str; 13] = [
    "admin", "backup", "backups", "bouncer", "client", "dump", "exporter", "migrate", "operator",
    "proxy", "restore", "s3", "upgrade",
];

/// The major version that a tag names: `16`, `16.4-alpine`, `16-3.4` of `PostGIS`, `pg16`,
/// `2.14.2-pg16`, `18beta2`.
pub fn major(image: &str) -> Option<u16> {
    let (path, tag) = path_and_tag(image);
    let tag = tag?;
    let after_pg = tag
        .match_indices("pg")
        .find_map(|(at, _)| leading_number(&tag[at + 2..]));
    let of_extension = ["timescaledb", "pgvector", "citus", "paradedb", "pgrouting"]
        .iter()
        .any(|name| path.contains(name));
    let number = match after_pg {
        Some(number) => Some(number),
        None if of_extension => None,
        None => leading_number(tag),
    };
    number.filter(|major| (9..100).contains(major))
}

fn leading_number(text: &str) -> Option<u16> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    text[..digits].parse().ok()
}

/// The name without tag and digest, and the tag.
fn path_and_tag(image: &str) -> (&str, Option<&str>) {
    let name = image.split('@').next().unwrap_or(image);
    let base = name.rfind('/').map_or(0, |at| at + 1);
    match name[base..].find(':') {
        Some(colon) => (&name[..base + colon], Some(&name[base + colon + 1..])),
        None => (name, None),
    }
}

#[cfg(test)]
mod tests {
    use super::{Family, family, major};

    #[test]
    fn servers_and_their_majors_are_recognised() {
        for (image, expected, version) in [
            ("postgres", Some(Family::Official), None),
            ("postgres:16", Some(Family::Official), Some(16)),
            ("postgres:16.4-alpine3.20", Some(Family::Official), Some(16)),
            ("postgres:latest", Some(Family::Official), None),
            ("postgres:alpine", Some(Family::Official), None),
            ("postgres:18beta2", Some(Family::Official), Some(18)),
            (
                "localhost:5000/library/postgres:17@sha256:00",
                Some(Family::Official),
                Some(17),
            ),
            ("localhost:5000/postgres", Some(Family::Official), None),
            (
                "ghcr.io/acme/my-postgres:15",
                Some(Family::Official),
                Some(15),
            ),
            ("postgis/postgis:16-3.4", Some(Family::Official), Some(16)),
            ("pgvector/pgvector:pg16", Some(Family::Official), Some(16)),
            (
                "pgvector/pgvector:0.8.0-pg17",
                Some(Family::Official),
                Some(17),
            ),
            (
                "timescale/timescaledb:2.14.2-pg16",
                Some(Family::Official),
                Some(16),
            ),
            ("timescale/timescaledb:2.14.2", Some(Family::Official), None),
            (
                "supabase/postgres:15.1.0.147",
                Some(Family::Official),
                Some(15),
            ),
            (
                "bitnami/postgresql:16.3.0-debian-12-r5",
                Some(Family::Bitnami),
                Some(16),
            ),
            (
                "bitnamilegacy/postgresql:17",
                Some(Family::Bitnami),
                Some(17),
            ),
            ("postgrest/postgrest:v12", None, None),
            ("prometheuscommunity/postgres-exporter:v0.15", None, None),
            ("dpage/pgadmin4:8", None, None),
            ("edoburu/pgbouncer:1.23", None, None),
            ("prodrigestivill/postgres-backup-local:16", None, None),
            ("redis:7", None, None),
        ] {
            assert_eq!(family(image), expected, "{image}");
            if expected.is_some() {
                assert_eq!(major(image), version, "{image}");
            }
        }
    }
}

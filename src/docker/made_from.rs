//! The hash by which a container's configuration is told from another's.

use sha2::{Digest, Sha256};

use crate::compose::Service;

/// The hash that Compose writes on a container of this service.
pub(in crate::docker) fn config_hash(service: &Service) -> String {
    let json = serde_json::to_string(service).unwrap_or_default();
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' => escaped.push_str("\\u003c"),
            '>' => escaped.push_str("\\u003e"),
            '&' => escaped.push_str("\\u0026"),
            '\u{2028}' => escaped.push_str("\\u2028"),
            '\u{2029}' => escaped.push_str("\\u2029"),
            c => escaped.push(c),
        }
    }
    Sha256::digest(escaped)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

//! Keys of a service that is to be started and that we cannot do.
//!
//! What Compose itself leaves alone on `up` (`develop`, Swarm's part of `deploy`) is not among
//! them. What an engine is too old for is known only to the engine's module.

use super::{
    error::{Error, Problem},
    model::Service,
    source::Place,
};

/// The keys, with the reason for each.
const KEYS: [(&[&str], &str); 15] = [
    (&["provider"], "the service is run by a program of its own"),
    (&["models"], "it needs Docker's model runner"),
    (
        &["use_api_socket"],
        "mount the engine's socket under `volumes` instead",
    ),
    (&["credential_spec"], "it is for containers of Windows"),
    (&["post_start"], "no command is run after the start"),
    (&["pre_start"], "no command is run before the start"),
    (&["pre_stop"], "no command is run before the stop"),
    (&["build", "additional_contexts"], "it needs BuildKit"),
    (&["build", "ssh"], "it needs BuildKit"),
    (&["build", "secrets"], "it needs BuildKit"),
    (&["build", "entitlements"], "it needs BuildKit"),
    (&["build", "privileged"], "it needs BuildKit"),
    (&["build", "cache_to"], "it needs BuildKit"),
    (&["build", "provenance"], "it needs BuildKit"),
    (&["build", "sbom"], "it needs BuildKit"),
];

/// What of a service we do not do: an error for each key, at its place.
pub fn unsupported(service: &Service) -> Vec<Error> {
    let Some(written) = &service.written else {
        return Vec::new();
    };
    KEYS.iter()
        .filter_map(|(path, reason)| {
            let node = path.iter().try_fold(written, |node, key| node.get(key))?;
            if node.is_null() || node.rendered().as_deref() == Some("false") {
                return None;
            }
            let keys: Vec<&str> = ["services", service.name.as_str()]
                .iter()
                .chain(path.iter())
                .copied()
                .collect();
            let place = service
                .place_of_key(path)
                .cloned()
                .unwrap_or_else(Place::nowhere);
            let problem = Problem::Unsupported {
                key: keys.join("."),
                reason: (*reason).to_owned(),
            };
            Some(problem.at(&place))
        })
        .collect()
}

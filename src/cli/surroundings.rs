//! What the engine's client needs to know of the environment.

use std::path::PathBuf;

use super::context::Context;
use crate::docker::{Platform, Surroundings};

/// Reads `--context` and Docker's variables.
pub(crate) fn docker(context: &Context) -> Surroundings {
    let get = |name| context.env.get(name).map(str::to_owned);
    let path = |name| context.env.get(name).map(PathBuf::from);
    Surroundings {
        context: context.globals.context.clone(),
        docker_host: get("DOCKER_HOST"),
        docker_context: get("DOCKER_CONTEXT"),
        docker_config: path("DOCKER_CONFIG"),
        tls_verify: get("DOCKER_TLS_VERIFY").is_some(),
        cert_path: path("DOCKER_CERT_PATH"),
        home: context.env.home.clone(),
        runtime_directory: path("XDG_RUNTIME_DIR"),
        user_id: context.env.user_id,
        ..Surroundings::new(Platform::here())
    }
}

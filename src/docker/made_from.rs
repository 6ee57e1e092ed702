//! The hash by which a container's configuration is told from another's.

use crate::compose::{Generation, Service};
use crate::docker::labels;

/// The hash that the Compose whose labels we write stores on a container of this service.
pub(in crate::docker) fn config_hash(service: &Service) -> String {
    service.config_hash_for(Generation::of(labels::COMPOSE_RELEASE))
}

//! The health check.

use bollard::models::HealthConfig;

use crate::compose::{Duration, HealthCheck};
use crate::docker::engine::ApiVersion;

/// A health check as the engine wants it. Zero, here as there, means its default.
pub(super) fn check(check: &HealthCheck, api: ApiVersion) -> HealthConfig {
    let nanoseconds = |it: Option<Duration>| it.map(Duration::nanoseconds);
    let start_interval = (api >= START_INTERVAL)
        .then_some(check.start_interval)
        .flatten();
    HealthConfig {
        test: if check.disable {
            Some(vec!["NONE".to_owned()])
        } else {
            (!check.test.is_empty()).then(|| check.test.clone())
        },
        interval: nanoseconds(check.interval),
        timeout: nanoseconds(check.timeout),
        retries: check.retries.and_then(|it| i64::try_from(it).ok()),
        start_period: nanoseconds(check.start_period),
        start_interval: nanoseconds(start_interval),
    }
}

/// The first API with a start interval. It only makes the first probes come sooner, so an older
/// engine does without, and the plan says so.
pub(in crate::docker) const START_INTERVAL: ApiVersion = ApiVersion {
    major: 1,
    minor: 44,
};

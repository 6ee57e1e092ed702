//! How a new container comes by its image.

use std::time::Duration;

use super::Pull;
use super::draft::Draft;
use crate::compose::{PullPolicy, Service};
use crate::docker::decide::plan::ImageSource;
use crate::docker::error::Error;
use crate::docker::observed::Image;

impl Draft<'_, '_> {
    pub(super) fn image_source(
        &self,
        service: &Service,
        image: &str,
        present: Option<&Image>,
    ) -> Result<Option<ImageSource>, Error> {
        let policy = match &self.policy.pull {
            Pull::AsWritten => service.pull_policy(),
            Pull::Forced(policy) => policy.clone(),
        };
        let fetched = match (&service.build, &service.image) {
            (Some(_), None) => ImageSource::Build,
            (Some(_), Some(_)) => ImageSource::PullOrBuild,
            (None, _) => ImageSource::Pull,
        };
        Ok(match policy {
            PullPolicy::Build if service.build.is_some() => Some(ImageSource::Build),
            PullPolicy::Never if present.is_none() && service.build.is_none() => {
                return Err(Error::ImageAbsent {
                    image: image.to_owned(),
                });
            }
            PullPolicy::Never => present.is_none().then_some(ImageSource::Build),
            PullPolicy::Missing | PullPolicy::Build => present.is_none().then_some(fetched),
            PullPolicy::Always if fetched == ImageSource::Build => {
                present.is_none().then_some(fetched)
            }
            PullPolicy::Always => Some(fetched),
            PullPolicy::Every(word) => {
                let age = present
                    .and_then(|it| it.tagged)
                    .and_then(|it| self.policy.now.duration_since(it).ok());
                let fresh = age.is_some_and(|age| age < period(&word));
                (present.is_none() || !fresh).then_some(fetched)
            }
        })
    }
}

/// How long an image pulled under `daily`, `weekly` or `every_12h` stays fresh.
fn period(word: &str) -> Duration {
    const DAY: u64 = 24 * 60 * 60;
    match word {
        "daily" => Duration::from_secs(DAY),
        "weekly" => Duration::from_secs(7 * DAY),
        other => {
            let asked = other.strip_prefix("every_").unwrap_or(other);
            let (number, unit) = asked.split_at(asked.len().saturating_sub(1));
            let days = match unit {
                "d" => Some(DAY),
                "w" => Some(7 * DAY),
                _ => None,
            };
            match (days, number.parse::<u64>()) {
                (Some(days), Ok(number)) => Duration::from_secs(days * number),
                _ => crate::compose::Duration::parse(asked)
                    .and_then(|it| u64::try_from(it.nanoseconds()).ok())
                    .map_or(Duration::ZERO, Duration::from_nanos),
            }
        }
    }
}

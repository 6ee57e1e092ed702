//! Whether an image is pulled, built or taken as it is.

use std::time::Duration;

use super::{Error, image::Image};
use crate::compose::PullPolicy;

/// What to do for a service's image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fetch {
    /// Nothing: it is there.
    Keep,
    /// Pull it.
    Pull,
    /// Pull it; if that cannot be, build it.
    PullOrBuild,
    /// Build it.
    Build,
    /// It has to be there and is not.
    Refuse,
}

/// What a service says of where its image comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// `image:` alone.
    Image,
    /// `build:` alone.
    Build,
    /// Both: a pull is tried before a build.
    Both,
}

/// Decides; `now` is compared with the time of the last pull.
pub fn decide(
    policy: &PullPolicy,
    source: Source,
    present: Option<&Image>,
    now: jiff::Timestamp,
) -> Result<Fetch, Error> {
    let fetch = match source {
        Source::Image => Fetch::Pull,
        Source::Both => Fetch::PullOrBuild,
        Source::Build => Fetch::Build,
    };
    Ok(match (policy, present, source) {
        (PullPolicy::Never, None, Source::Image) => Fetch::Refuse,
        (PullPolicy::Never, None, Source::Both | Source::Build) => Fetch::Build,
        (PullPolicy::Always, _, Source::Image | Source::Both) => fetch,
        (PullPolicy::Build, _, Source::Both | Source::Build) => Fetch::Build,
        (PullPolicy::Every(word), Some(image), Source::Image | Source::Both) => {
            let limit = period(word)?;
            let old = image.last_tagged.is_none_or(|tagged| {
                now.duration_since(tagged).unsigned_abs() > limit && now > tagged
            });
            if old { fetch } else { Fetch::Keep }
        }
        (_, Some(_), _) => Fetch::Keep,
        (_, None, _) => fetch,
    })
}

/// Reads `daily`, `weekly` and `every_1d12h`.
fn period(word: &str) -> Result<Duration, Error> {
    const DAY: u64 = 24 * 60 * 60;
    let malformed = || Error::PullPolicy {
        policy: word.to_owned(),
    };
    let mut rest = match word {
        "daily" => return Ok(Duration::from_secs(DAY)),
        "weekly" => return Ok(Duration::from_secs(7 * DAY)),
        _ => word.strip_prefix("every_").ok_or_else(malformed)?,
    };
    let mut seconds = 0.0;
    if rest.is_empty() {
        return Err(malformed());
    }
    while !rest.is_empty() {
        let number_end = rest
            .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
            .ok_or_else(malformed)?;
        let (number, after) = rest.split_at(number_end);
        let number: f64 = number.parse().map_err(|_| malformed())?;
        let unit_end = after
            .find(|letter: char| letter.is_ascii_digit())
            .unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_end);
        let unit = match unit {
            "w" => 604_800.0,
            "d" => 86_400.0,
            "h" => 3_600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" | "µs" => 1e-6,
            "ns" => 1e-9,
            _ => return Err(malformed()),
        };
        seconds += number * unit;
        rest = after;
    }
    Duration::try_from_secs_f64(seconds).map_err(|_| malformed())
}

#[cfg(test)]
mod tests {
    use super::{Fetch, Image, PullPolicy, Source, decide, period};

    #[test]
    fn each_policy_with_and_without_the_image() {
        use Fetch::{Build, Keep, Pull, PullOrBuild, Refuse};
        let now: jiff::Timestamp = "2026-05-02T00:00:00Z".parse().expect("a time");
        let image = Image {
            last_tagged: Some("2026-05-01T06:00:00Z".parse().expect("a time")),
            ..Image::default()
        };
        let every = |word: &str| PullPolicy::Every(word.to_owned());
        // policy; absent: image, build, both; present: image, build, both
        let cases = [
            (
                PullPolicy::Missing,
                [Pull, Build, PullOrBuild, Keep, Keep, Keep],
            ),
            (
                PullPolicy::Always,
                [Pull, Build, PullOrBuild, Pull, Keep, PullOrBuild],
            ),
            (PullPolicy::Never, [Refuse, Build, Build, Keep, Keep, Keep]),
            (PullPolicy::Build, [Pull, Build, Build, Keep, Build, Build]),
            (every("daily"), [Pull, Build, PullOrBuild, Keep, Keep, Keep]),
            (
                every("every_17h59m"),
                [Pull, Build, PullOrBuild, Pull, Keep, PullOrBuild],
            ),
            (
                every("every_18h1m"),
                [Pull, Build, PullOrBuild, Keep, Keep, Keep],
            ),
        ];
        for (policy, expected) in cases {
            let mut got = Vec::new();
            for present in [None, Some(&image)] {
                for source in [Source::Image, Source::Build, Source::Both] {
                    got.push(decide(&policy, source, present, now).expect("a policy"));
                }
            }
            assert_eq!(got, expected, "{policy:?}");
        }
    }

    #[test]
    fn an_image_that_was_never_tagged_is_old() {
        let daily = PullPolicy::Every("daily".to_owned());
        let now = jiff::Timestamp::UNIX_EPOCH;
        let image = Image::default();
        let answer = decide(&daily, Source::Image, Some(&image), now);
        assert_eq!(answer.expect("a policy"), Fetch::Pull);
    }

    #[test]
    fn periods() {
        let cases = [
            ("daily", Some(86_400)),
            ("weekly", Some(604_800)),
            ("every_12h", Some(43_200)),
            ("every_1d12h", Some(129_600)),
            ("every_1.5h", Some(5_400)),
            ("every_2w", Some(1_209_600)),
            ("every_", None),
            ("every_12", None),
            ("every_h", None),
            ("every_3y", None),
            ("hourly", None),
        ];
        for (word, expected) in cases {
            let seconds = period(word).ok().map(|period| period.as_secs());
            assert_eq!(seconds, expected, "{word}");
        }
    }
}

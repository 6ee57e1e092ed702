//! Durations as they are typed: `90`, `90s`, `2m`, `1m 30s`.

use std::time::Duration;

use jiff::SignedDuration;

/// Reads whole seconds, or a number with its unit.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    if let Ok(seconds) = text.parse() {
        return Ok(Duration::from_secs(seconds));
    }
    text.parse::<SignedDuration>()
        .ok()
        .and_then(|duration| Duration::try_from(duration).ok())
        .ok_or_else(|| "write seconds, or a number with its unit: 90, 90s, 2m".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_as_typed() {
        let cases = [
            ("90", Some(90)),
            ("90s", Some(90)),
            ("2m", Some(120)),
            ("1m 30s", Some(90)),
            ("-2s", None),
            ("soon", None),
            ("", None),
        ];
        for (typed, seconds) in cases {
            assert_eq!(
                parse(typed).ok(),
                seconds.map(Duration::from_secs),
                "{typed}"
            );
        }
    }
}

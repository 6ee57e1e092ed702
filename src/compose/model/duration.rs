//! Durations in Go's notation, which is Compose's.

use std::fmt;

use serde::{Serialize, Serializer};

/// A duration such as `1m30s`. It displays and hashes as Go renders it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration {
    nanoseconds: i64,
}

impl Duration {
    /// From nanoseconds, which Go allows to be negative.
    pub fn from_nanoseconds(nanoseconds: i64) -> Self {
        Self { nanoseconds }
    }

    /// As the Engine's API wants it.
    pub fn nanoseconds(self) -> i64 {
        self.nanoseconds
    }

    /// Reads `1h2m3.5s`, `500ms`, `0`. A number needs a unit.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, mut rest) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        if rest == "0" {
            return Some(Self::default());
        }
        if rest.is_empty() {
            return None;
        }
        let mut total: u128 = 0;
        while !rest.is_empty() {
            let number = rest.len()
                - rest
                    .trim_start_matches(|c: char| c.is_ascii_digit() || c == '.')
                    .len();
            let (digits, after) = rest.split_at(number);
            let unit = after.len()
                - after
                    .trim_start_matches(|c: char| !c.is_ascii_digit() && c != '.')
                    .len();
            let (unit, after) = after.split_at(unit);
            total = total.checked_add(scaled(digits, unit_nanoseconds(unit)?)?)?;
            rest = after;
        }
        let nanoseconds = i64::try_from(total).ok()?;
        Some(Self::from_nanoseconds(if negative {
            -nanoseconds
        } else {
            nanoseconds
        }))
    }
}

fn unit_nanoseconds(unit: &str) -> Option<u128> {
    Some(match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    })
}

/// `digits` times `unit`, cut off below a nanosecond.
fn scaled(digits: &str, unit: u128) -> Option<u128> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let whole: u128 = if whole.is_empty() {
        0
    } else {
        whole.parse().ok()?
    };
    let kept = &fraction[..fraction.len().min(18)];
    let part = if kept.is_empty() {
        0
    } else {
        let denominator = 10_u128.checked_pow(u32::try_from(kept.len()).ok()?)?;
        kept.parse::<u128>().ok()? * unit / denominator
    };
    whole.checked_mul(unit)?.checked_add(part)
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.nanoseconds.unsigned_abs();
        if all == 0 {
            return f.write_str("0s");
        }
        if self.nanoseconds < 0 {
            f.write_str("-")?;
        }
        match all {
            0..1_000 => return write!(f, "{all}ns"),
            1_000..1_000_000 => return write!(f, "{}µs", decimal(all, 1_000)),
            1_000_000..1_000_000_000 => return write!(f, "{}ms", decimal(all, 1_000_000)),
            1_000_000_000.. => {}
        }
        let (hours, rest) = (all / 3_600_000_000_000, all % 3_600_000_000_000);
        let (minutes, rest) = (rest / 60_000_000_000, rest % 60_000_000_000);
        if hours > 0 {
            write!(f, "{hours}h")?;
        }
        if hours > 0 || minutes > 0 {
            write!(f, "{minutes}m")?;
        }
        write!(f, "{}s", decimal(rest, 1_000_000_000))
    }
}

/// `value / unit` with as many decimals as it has.
fn decimal(value: u64, unit: u64) -> String {
    let width = unit.ilog10() as usize;
    let text = format!("{}.{:0width$}", value / unit, value % unit);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::Duration;

    #[test]
    fn renders_as_go_does() {
        for (typed, rendered) in [
            ("3s", "3s"),
            ("90s", "1m30s"),
            ("1h", "1h0m0s"),
            ("0.5s", "500ms"),
            ("1.5s", "1.5s"),
            ("100us", "100µs"),
            ("1m0.25s", "1m0.25s"),
            ("1h1ns", "1h0m0.000000001s"),
            ("0", "0s"),
            ("-5s", "-5s"),
            ("2562047h", "2562047h0m0s"),
            (".5m", "30s"),
        ] {
            assert_eq!(
                Duration::parse(typed).map(|d| d.to_string()).as_deref(),
                Some(rendered),
                "{typed}"
            );
        }
    }

    #[test]
    fn refuses_what_go_refuses() {
        for typed in ["", "5", "s", "5 s", "1.2.3s", "1d", "99999999h", "-", "."] {
            assert_eq!(Duration::parse(typed), None, "{typed}");
        }
    }
}

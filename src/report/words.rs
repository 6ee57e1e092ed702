//! Counts, durations and sizes in words, so that all messages agree.

use std::{fmt, time::Duration};

/// `1 revision`, `2 revisions`.
#[derive(Clone, Copy, Debug)]
pub struct Count(pub usize, pub &'static str);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}{}",
            self.0,
            self.1,
            if self.0 == 1 { "" } else { "s" }
        )
    }
}

/// `12 ms`, `1.9 s`, `2 min 5 s`.
#[derive(Clone, Copy, Debug)]
pub struct Span(pub Duration);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        match seconds {
            0 => write!(f, "{} ms", self.0.as_millis()),
            1..60 => write!(f, "{:.1} s", self.0.as_secs_f64()),
            _ => write!(f, "{} min {} s", seconds / 60, seconds % 60),
        }
    }
}

/// `7.6 MB`, in powers of 1,000 as Docker prints sizes.
#[derive(Clone, Copy, Debug)]
pub struct Bytes(pub u64);

impl fmt::Display for Bytes {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a size is shown with one decimal"
    )]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
        if self.0 < 1000 {
            return write!(f, "{} B", self.0);
        }
        let mut size = self.0 as f64 / 1000.0;
        let mut unit = UNITS[0];
        for larger in &UNITS[1..] {
            if size < 999.95 {
                break;
            }
            size /= 1000.0;
            unit = larger;
        }
        write!(f, "{size:.1} {unit}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        let cases = [
            (Count(1, "table").to_string(), "1 table"),
            (Count(0, "table").to_string(), "0 tables"),
            (Span(Duration::from_millis(12)).to_string(), "12 ms"),
            (Span(Duration::from_millis(1940)).to_string(), "1.9 s"),
            (Span(Duration::from_secs(125)).to_string(), "2 min 5 s"),
            (Bytes(999).to_string(), "999 B"),
            (Bytes(7_632_384).to_string(), "7.6 MB"),
            (Bytes(999_960).to_string(), "1.0 MB"),
            (Bytes(u64::MAX).to_string(), "18446744.1 TB"),
        ];
        for (said, expected) in cases {
            assert_eq!(said, expected);
        }
    }
}

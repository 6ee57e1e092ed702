//! Amounts of bytes and of processors.

use serde::{Serialize, Serializer};

/// A number of bytes. It hashes as a quoted number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(pub i64);

impl ByteSize {
    /// Reads `64m`, `1.5g`, `512 KiB`, `1024`: units are powers of 1024, case does not matter.
    pub fn parse(text: &str) -> Option<Self> {
        let number = text.trim_end_matches(|c: char| !c.is_ascii_digit() && c != '.');
        let unit = text[number.len()..]
            .strip_prefix(' ')
            .unwrap_or(&text[number.len()..]);
        let value: f64 = number.parse().ok()?;
        if value < 0.0 {
            return None;
        }
        let unit = unit.to_ascii_lowercase();
        let power = match unit
            .strip_suffix("ib")
            .or_else(|| unit.strip_suffix('b'))
            .unwrap_or(&unit)
        {
            "" if unit == "ib" => return None,
            "" => 0,
            "k" => 1,
            "m" => 2,
            "g" => 3,
            "t" => 4,
            "p" => 5,
            _ => return None,
        };
        #[expect(
            clippy::cast_possible_truncation,
            reason = "Go truncates here too, and the hash depends on it"
        )]
        let bytes = (value * 1024_f64.powi(power)) as i64;
        Some(Self(bytes))
    }
}

impl Serialize for ByteSize {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// A number of processors, such as 0.5. It hashes as Go renders a 32-bit float.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Cpus(pub f32);

impl Serialize for Cpus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.fract() == 0.0 && self.0.abs() < 1e15 {
            #[expect(clippy::cast_possible_truncation, reason = "it is whole and small")]
            return serializer.serialize_i64(self.0 as i64);
        }
        // The shortest decimal of the 32-bit float, which a 64-bit one must not lengthen.
        let shortest: f64 = self.0.to_string().parse().unwrap_or_default();
        serializer.serialize_f64(shortest)
    }
}

#[cfg(test)]
mod tests {
    use super::{ByteSize, Cpus};

    #[test]
    fn sizes_are_powers_of_1024() {
        for (typed, bytes) in [
            ("1024", 1024),
            ("64m", 67_108_864),
            ("64MB", 67_108_864),
            ("64 MiB", 67_108_864),
            ("1.5g", 1_610_612_736),
            ("0", 0),
            ("2b", 2),
            ("1K", 1024),
        ] {
            assert_eq!(ByteSize::parse(typed), Some(ByteSize(bytes)), "{typed}");
        }
        for typed in ["", "m", "1x", "-1", "1  m", "1ib"] {
            assert_eq!(ByteSize::parse(typed), None, "{typed}");
        }
    }

    #[test]
    fn processors_hash_without_a_needless_fraction() {
        let render = |cpus| serde_json::to_string(&Cpus(cpus)).expect("a number");
        assert_eq!([render(0.5), render(2.0), render(0.1)], ["0.5", "2", "0.1"]);
    }
}

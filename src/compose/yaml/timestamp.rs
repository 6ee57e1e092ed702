//! Dates, which YAML takes for time stamps and Go prints at full length.

/// `2024-01-01` and its longer forms, as Go prints a time; `None` for anything else.
pub fn render(text: &str) -> Option<String> {
    if text.len() < 8 || text.as_bytes().get(4) != Some(&b'-') {
        return None;
    }
    let (date, clock) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some((text.as_bytes()[at], &text[at + 1..]))),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
    if !(1..=12).contains(&month) || !(1..=days(year, month)).contains(&day) {
        return None;
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    let Some((separator, clock)) = clock else {
        return Some(format!("{date} 00:00:00 +0000 UTC"));
    };
    let (clock, zone) = if separator == b' ' {
        (clock, "+0000 UTC".to_owned())
    } else {
        split_zone(clock)?
    };
    Some(format!("{date} {} {zone}", time_of_day(clock)?))
}

fn time_of_day(clock: &str) -> Option<String> {
    let (whole, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut parts = whole.split(':');
    let (hour, minute, second) = (
        number(parts.next()?, 2)?,
        number(parts.next()?, 2)?,
        number(parts.next()?, 2)?,
    );
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let fraction = match fraction.trim_end_matches('0') {
        "" if clock.ends_with('.') => return None,
        "" => String::new(),
        digits if digits.len() <= 9 && digits.chars().all(|c| c.is_ascii_digit()) => {
            format!(".{digits}")
        }
        _ => return None,
    };
    Some(format!("{hour:02}:{minute:02}:{second:02}{fraction}"))
}

/// `…Z` or `…+02:00`, and how Go prints that zone.
fn split_zone(clock: &str) -> Option<(&str, String)> {
    if let Some(clock) = clock.strip_suffix('Z') {
        return Some((clock, "+0000 UTC".to_owned()));
    }
    let at = clock.rfind(['+', '-'])?;
    let (hours, minutes) = clock[at + 1..].split_once(':')?;
    number(hours, 2)?;
    number(minutes, 2)?;
    if hours.len() != 2 || minutes.len() != 2 {
        return None;
    }
    let zone = format!("{}{hours}{minutes}", &clock[at..=at]);
    let name = if hours == "00" && minutes == "00" {
        "UTC"
    } else {
        &zone
    };
    let zone = format!("{zone} {name}");
    Some((&clock[..at], zone))
}

fn number(digits: &str, most: usize) -> Option<u32> {
    (!digits.is_empty() && digits.len() <= most && digits.chars().all(|c| c.is_ascii_digit()))
        .then(|| digits.parse().ok())
        .flatten()
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::render;

    #[test]
    fn dates_are_printed_as_go_prints_times() {
        for (typed, printed) in [
            ("2024-01-01", Some("2024-01-01 00:00:00 +0000 UTC")),
            ("2024-1-2", Some("2024-01-02 00:00:00 +0000 UTC")),
            (
                "2024-02-29T10:20:30Z",
                Some("2024-02-29 10:20:30 +0000 UTC"),
            ),
            (
                "2024-02-29T10:20:30.50+02:00",
                Some("2024-02-29 10:20:30.5 +0200 +0200"),
            ),
            ("2024-02-29 10:20:30", Some("2024-02-29 10:20:30 +0000 UTC")),
            ("2023-02-29", None),
            ("2024-13-01", None),
            ("2024-01", None),
            ("1234-5678", None),
            ("2024-01-01-02", None),
        ] {
            assert_eq!(render(typed).as_deref(), printed, "{typed}");
        }
    }
}

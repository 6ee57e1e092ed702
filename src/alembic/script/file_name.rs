//! `file_template`: the name of a version file, by Python's `%` with a name in brackets.

use jiff::Zoned;

/// A part of a name.
enum Part<'a> {
    Text(&'a str),
    Number(i64),
}

/// Fills in `template`, or says what of it cannot be.
pub(in crate::alembic) fn fill(
    template: &str,
    rev: &str,
    slug: &str,
    now: &Zoned,
) -> Result<String, String> {
    let mut whole = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('%') {
        whole.push_str(before);
        if let Some(after) = after.strip_prefix('%') {
            whole.push('%');
            rest = after;
            continue;
        }
        let named = after.strip_prefix('(').and_then(|it| it.split_once(')'));
        let (name, after) = named.ok_or("`%` must be followed by `(name)s` or `(name)d`")?;
        let part = part(name, rev, slug, now).ok_or_else(|| {
            format!(
                "`%({name})` is none of rev, slug, epoch, year, month, day, hour, minute, second"
            )
        })?;
        let end = after.find(|c: char| c.is_ascii_alphabetic());
        let (format, after) = after.split_at(end.map_or(after.len(), |end| end + 1));
        let told = told(&part, format);
        whole.push_str(&told.ok_or_else(|| format!("`%({name}){format}` is no format we know"))?);
        rest = after;
    }
    Ok(whole + rest)
}

fn part<'a>(name: &str, rev: &'a str, slug: &'a str, now: &Zoned) -> Option<Part<'a>> {
    Some(match name {
        "rev" => Part::Text(rev),
        "slug" => Part::Text(slug),
        "epoch" => Part::Number(now.timestamp().as_second()),
        "year" => Part::Number(now.year().into()),
        "month" => Part::Number(now.month().into()),
        "day" => Part::Number(now.day().into()),
        "hour" => Part::Number(now.hour().into()),
        "minute" => Part::Number(now.minute().into()),
        "second" => Part::Number(now.second().into()),
        _ => return None,
    })
}

/// `part` by a format such as `s`, `d`, `02d` or `.2d`.
fn told(part: &Part<'_>, format: &str) -> Option<String> {
    let kind = format.chars().last()?;
    let format = &format[..format.len() - 1];
    let flags = format.trim_start_matches(['-', '0']);
    let (is_left, is_padded) = {
        let given = &format[..format.len() - flags.len()];
        (given.contains('-'), given.contains('0'))
    };
    let (width, precision) = match flags.split_once('.') {
        Some((width, precision)) => (width, Some(number(precision)?)),
        None => (flags, None),
    };
    let width = number(width)?;
    let text = match (part, kind) {
        (Part::Number(it), 'd' | 'i') => {
            let precision = precision.unwrap_or_default();
            format!("{it:0precision$}")
        }
        (Part::Number(it), 's') => cut(&it.to_string(), precision),
        (Part::Text(it), 's') => cut(it, precision),
        _ => return None,
    };
    let is_number = matches!(kind, 'd' | 'i');
    Some(match (is_left, is_padded && is_number) {
        (true, _) => format!("{text:<width$}"),
        (false, true) => format!("{text:0>width$}"),
        (false, false) => format!("{text:>width$}"),
    })
}

fn cut(text: &str, precision: Option<usize>) -> String {
    text.chars().take(precision.unwrap_or(usize::MAX)).collect()
}

/// A number of digits; none means nothing.
fn number(text: &str) -> Option<usize> {
    match text {
        "" => Some(0),
        // A name of more characters is no name.
        text if text.len() < 4 => text.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn names_are_formatted_as_by_python() {
        let now = "2026-01-05T08:30:07[UTC]".parse().expect("a time");
        for (template, name) in [
            ("%(rev)s_%(slug)s", Ok("a1_users")),
            (
                "%(year)d_%(month).2d_%(day).2d_%(hour).2d%(minute).2d-%(rev)s",
                Ok("2026_01_05_0830-a1"),
            ),
            ("%(year)s/%(month)02d/%(second)3d|", Ok("2026/01/  7|")),
            (
                "%(epoch)s %(rev)-4s|%(slug).3s%%",
                Ok("1767601807 a1  |use%"),
            ),
            ("%(rev)d", Err("`%(rev)d` is no format we know")),
            (
                "%(nothing)s",
                Err(
                    "`%(nothing)` is none of rev, slug, epoch, year, month, day, hour, minute, second",
                ),
            ),
            ("%s", Err("`%` must be followed by `(name)s` or `(name)d`")),
        ] {
            let filled = fill(template, "a1", "users", &now);
            assert_eq!(
                filled,
                name.map(str::to_owned).map_err(str::to_owned),
                "{template}"
            );
        }
    }
}

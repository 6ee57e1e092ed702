//! Which line of a log tells most. Clients that were turned away also write `FATAL`, and a health
//! check without a user writes one at each probe, so such lines do not count.

/// The line of a log that most likely tells why its process ended.
pub fn telling_line(log: &str) -> Option<&str> {
    telling(log.lines())
        .or_else(|| {
            log.lines()
                .rev()
                .find(|it| !it.trim().is_empty() && !is_of_a_client(it))
        })
        .map(str::trim)
}

pub(super) fn telling<'a>(lines: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let lines: Vec<_> = lines.filter(|it| !is_of_a_client(it)).collect();
    ["PANIC:", "FATAL:", "ERROR:", "error:", "Error:"]
        .iter()
        .find_map(|sign| lines.iter().rev().find(|it| has(it, sign)))
        .copied()
}

/// Whether a line was written since a client was turned away, which ends no server.
pub(super) fn is_of_a_client(line: &str) -> bool {
    has(line, "FATAL:")
        && [
            "password authentication failed",
            "the database system is starting up",
            "the database system is shutting down",
            "the database system is not yet accepting connections",
            "terminating connection due to",
            "no pg_hba.conf entry",
            "sorry, too many clients already",
            "connection to client lost",
            "unsupported frontend protocol",
        ]
        .iter()
        .any(|sign| has(line, sign))
        || (has(line, "FATAL:") && has(line, "does not exist"))
            && (has(line, "role \"") || has(line, "database \""))
}

/// What a line says, without the time and process before it.
pub(super) fn worth(line: &str) -> String {
    [
        "PANIC:",
        "FATAL:",
        "ERROR:",
        "initdb: error:",
        "chown:",
        "chmod:",
        "mkdir:",
    ]
    .iter()
    .find_map(|sign| line.find(sign).map(|at| &line[at..]))
    .unwrap_or(line)
    .trim()
    .to_owned()
}

pub(super) fn has(text: &str, sign: &str) -> bool {
    text.contains(sign)
}

pub(super) fn line_with<'a>(log: &'a str, sign: &str) -> Option<&'a str> {
    log.lines().rev().find(|it| has(it, sign))
}

pub(super) fn between<'a>(line: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(before)?;
    rest.split_once(after).map(|(it, _)| it)
}

#[cfg(test)]
mod tests {
    use super::telling_line;

    #[test]
    fn what_clients_were_told_tells_nothing() {
        let log = "LOG:  all well\nFATAL:  password authentication failed for user \"admin\"\n\
                   FATAL:  database \"x\" does not exist\n";
        assert_eq!(telling_line(log), Some("LOG:  all well"));
    }
}

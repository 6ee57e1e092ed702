//! What differs from run to run and is not the town's: times, sizes, versions.

use crate::support::Output;

/// A run with these replaced by words in brackets.
pub(super) fn shown(output: &Output) -> String {
    let text = output.to_string();
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn line(line: &str) -> String {
    // The statistics of a table come in when the server finds the time.
    let line = match line.find(", about ") {
        Some(at) => format!("{}, [ROWS]", &line[..at]),
        None => line.to_owned(),
    };
    let words: Vec<&str> = line.split(' ').collect();
    let mut told: Vec<String> = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let before = index.checked_sub(1).map(|it| words[it]);
        let number = |it: &str| it.trim_start_matches('(').parse::<f64>().is_ok();
        let unit = word.trim_end_matches(|it: char| !it.is_alphanumeric());
        match (before, unit) {
            (Some(amount), "ms" | "s") if number(amount) => {
                told.pop();
                let open = if amount.starts_with('(') { "(" } else { "" };
                told.push(format!("{open}[TIME]{}", &word[unit.len()..]));
            }
            (Some(amount), "kB" | "MB") if number(amount) => {
                told.pop();
                told.push(format!("[SIZE]{}", &word[unit.len()..]));
            }
            (Some(server), _) if server.ends_with("PostgreSQL") && word.contains('.') => {
                told.push("[VERSION]".to_owned());
            }
            _ => told.push((*word).to_owned()),
        }
    }
    told.join(" ")
}

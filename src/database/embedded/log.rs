//! Reads the server's log.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
    time::Duration,
};

use super::{
    Error,
    layout::Layout,
    records::{self, Record},
    server::{length, read_from, running},
};

/// Why the server ended, as far as its log tells.
pub(in crate::database::embedded) fn last_words(layout: &Layout, record: &Record) -> String {
    let log = read_from(&layout.log(), record.log_from);
    match records::last_words(&log) {
        Some(words) => words.to_owned(),
        None if log.contains("database system is shut down") => "it was stopped".to_owned(),
        None => "without a word, as if it had been killed".to_owned(),
    }
}

/// Hands the log to `sink`, its last `tail` lines where given. Returns where it ended.
pub(in crate::database::embedded) fn show(
    layout: &Layout,
    tail: Option<u32>,
    sink: &mut dyn FnMut(&[u8]),
) -> Result<u64, Error> {
    let path = layout.log();
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(Error::file("read", &path)(error)),
    };
    let shown = tail.map_or(&bytes[..], |lines| last_lines(&bytes, lines as usize));
    if !shown.is_empty() {
        sink(shown);
    }
    Ok(bytes.len() as u64)
}

/// Hands on what is appended after `position`, until the server has ended.
pub(in crate::database::embedded) async fn follow(
    layout: &Layout,
    mut position: u64,
    sink: &mut dyn FnMut(&[u8]),
) -> Result<(), Error> {
    let path = layout.log();
    loop {
        // Asked before the file is read: what a server says at its end is not missed.
        let over = running(&layout.data()).is_none();
        let now = length(&path);
        if now < position {
            // It was put aside; the new one is read from its beginning.
            position = 0;
        }
        if now > position {
            let mut bytes = Vec::new();
            let read = || -> io::Result<usize> {
                let mut file = File::open(&path)?;
                file.seek(SeekFrom::Start(position))?;
                file.read_to_end(&mut bytes)
            };
            position += { read }().map_err(Error::file("read", &path))? as u64;
            sink(&bytes);
        }
        if over {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

fn last_lines(bytes: &[u8], lines: usize) -> &[u8] {
    let body = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let begin = match lines {
        0 => bytes.len(),
        lines => body
            .iter()
            .enumerate()
            .rev()
            .filter(|(_, byte)| **byte == b'\n')
            .nth(lines - 1)
            .map_or(0, |(at, _)| at + 1),
    };
    &bytes[begin..]
}

#[cfg(test)]
mod tests {
    use super::last_lines;

    #[test]
    fn the_last_lines() {
        let cases: &[(&str, usize, &str)] = &[
            ("a\nb\nc\n", 2, "b\nc\n"),
            ("a\nb\nc", 2, "b\nc"),
            ("a\nb\n", 5, "a\nb\n"),
            ("a\nb\n", 0, ""),
            ("", 3, ""),
        ];
        for (log, lines, last) in cases {
            assert_eq!(last_lines(log.as_bytes(), *lines), last.as_bytes());
        }
    }
}

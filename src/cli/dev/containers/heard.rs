//! What a process in a container prints, line by line.

use crate::alembic::python::process::Ended;
use crate::docker::Channel;

/// What a process in a container has printed, and the last line of each stream as far as it is.
#[derive(Debug, Default)]
pub(super) struct Heard {
    ended: Ended,
    begun: [Vec<u8>; 2],
}

impl Heard {
    pub(super) fn take(&mut self, channel: Channel, bytes: &[u8], on_line: &mut dyn FnMut(&str)) {
        let (begun, kept) = self.stream(channel);
        begun.extend_from_slice(bytes);
        while let Some(end) = begun.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = begun.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            let line = line.trim_end_matches(['\r', '\n']);
            on_line(line);
            Ended::keep(kept, line);
        }
    }

    fn stream(&mut self, channel: Channel) -> (&mut Vec<u8>, &mut String) {
        let [output, errors] = &mut self.begun;
        match channel {
            Channel::Output => (output, &mut self.ended.stdout),
            Channel::Errors => (errors, &mut self.ended.stderr),
        }
    }

    /// All of it, the lines without an end too.
    pub(super) fn ended(mut self, code: u8, on_line: &mut dyn FnMut(&str)) -> Ended {
        for channel in [Channel::Output, Channel::Errors] {
            if !self.stream(channel).0.is_empty() {
                self.take(channel, b"\n", on_line);
            }
        }
        self.ended.code = Some(i32::from(code));
        self.ended
    }
}

#[cfg(test)]
mod tests {
    use super::Heard;
    use crate::docker::Channel;

    #[test]
    fn lines_come_in_pieces() {
        let mut heard = Heard::default();
        let mut lines = Vec::new();
        let mut on_line = |line: &str| lines.push(line.to_owned());
        heard.take(Channel::Output, b"Gener", &mut on_line);
        heard.take(Channel::Errors, b"INFO\n", &mut on_line);
        heard.take(Channel::Output, b"ating x\r\nlast", &mut on_line);
        let ended = heard.ended(7, &mut on_line);
        assert_eq!(lines, ["INFO", "Generating x", "last"]);
        assert_eq!(ended.stdout, "Generating x\nlast\n");
        assert_eq!(ended.stderr, "INFO\n");
        assert_eq!(ended.code, Some(7));
    }
}

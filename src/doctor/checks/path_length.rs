//! Whether the paths are short enough for Windows.

use crate::doctor::evidence::Evidence;
use crate::doctor::{Check, Mend, Seen, Verdict};

pub(in crate::doctor) const CHECK: Check = Check {
    name: "path-length",
    needs: &[],
    look,
};

/// What most programs of Windows take, the closing zero not counted.
const LIMIT: usize = 259;

fn look(evidence: &Evidence) -> Verdict {
    if !evidence.machine.windows {
        return Verdict::Idle("only Windows limits paths".to_owned());
    }
    let longest = &evidence.machine.longest;
    let length = longest.encode_utf16().count();
    if length > LIMIT {
        return Verdict::Warning(
            Seen::new(format!(
                "`{longest}` has {length} characters; many programs take {LIMIT}"
            )),
            Mend::run("git config --global core.longpaths true")
                .saying("or move the project to a shorter path, such as `C:\\src`"),
        );
    }
    Verdict::Well(Seen::new(format!(
        "the longest path has {length} characters"
    )))
}

#[cfg(test)]
mod tests {
    use super::look;
    use crate::doctor::cases;

    #[test]
    fn only_windows_minds() {
        let long = "x".repeat(300);
        for (windows, longest, expected) in [
            (false, long.as_str(), "idle: only Windows limits paths"),
            (true, "C:\\src", "well: the longest path has 6 characters"),
        ] {
            let mut evidence = cases::well();
            evidence.machine.windows = windows;
            evidence.machine.longest = longest.to_owned();
            assert_eq!(cases::words(&look(&evidence)), expected);
        }
        let mut evidence = cases::well();
        evidence.machine.windows = true;
        evidence.machine.longest = long;
        let words = cases::words(&look(&evidence));
        assert!(
            words.ends_with("-> git config --global core.longpaths true"),
            "{words}"
        );
    }
}

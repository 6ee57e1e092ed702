//! Whether a project in WSL lies on a disk of Windows, where every file is slow and no change is
//! told to who watches.

use crate::doctor::evidence::Evidence;
use crate::doctor::{Check, Mend, Seen, Verdict};

pub(in crate::doctor) const CHECK: Check = Check {
    name: "wsl",
    needs: &[],
    look,
};

fn look(evidence: &Evidence) -> Verdict {
    let machine = &evidence.machine;
    let Some(distribution) = &machine.wsl else {
        return Verdict::Idle("this is no WSL".to_owned());
    };
    if is_of_windows(&machine.directory) {
        return Verdict::Warning(
            Seen::new(format!(
                "`{}` lies on a disk of Windows, which is slow from {distribution}",
                machine.directory
            )),
            Mend::run("git clone . ~/project")
                .saying("work on a clone below your home in the distribution"),
        );
    }
    Verdict::Well(Seen::new(format!(
        "the project lies in {distribution} itself"
    )))
}

/// `/mnt/c/…`
fn is_of_windows(directory: &str) -> bool {
    let drive = directory.strip_prefix("/mnt/");
    let drive = drive.and_then(|rest| rest.split('/').next());
    drive.is_some_and(|drive| drive.len() == 1)
}

#[cfg(test)]
mod tests {
    use super::look;
    use crate::doctor::cases;

    #[test]
    fn a_disk_of_windows_is_told() {
        for (wsl, directory, expected) in [
            (None, "/mnt/c/src", "idle: this is no WSL"),
            (
                Some("Ubuntu"),
                "/home/mei/src",
                "well: the project lies in Ubuntu itself",
            ),
            (
                Some("Ubuntu"),
                "/mnt/data/src",
                "well: the project lies in Ubuntu itself",
            ),
            (
                Some("Ubuntu"),
                "/mnt/c/src",
                "warning: `/mnt/c/src` lies on a disk of Windows, which is slow from Ubuntu \
                 -> git clone . ~/project",
            ),
        ] {
            let mut evidence = cases::well();
            evidence.machine.wsl = wsl.map(str::to_owned);
            evidence.machine.directory = directory.to_owned();
            assert_eq!(cases::words(&look(&evidence)), expected);
        }
    }
}

//! Whether the server's clock and ours agree. The virtual machine of an engine falls behind while
//! the machine sleeps; then tokens and certificates are refused that are valid.

use std::time::Duration;

use crate::doctor::evidence::Evidence;
use crate::doctor::{Check, Mend, Seen, Verdict};

pub(in crate::doctor) const CHECK: Check = Check {
    name: "clock",
    needs: &["database"],
    look,
};

/// From here on somebody will be surprised.
const NOTICEABLE: Duration = Duration::from_secs(2);
/// From here on tokens and certificates are refused.
const HARMFUL: Duration = Duration::from_mins(1);

fn look(evidence: &Evidence) -> Verdict {
    let Some(skew) = evidence.connection.as_ref().and_then(|it| it.skew) else {
        return Verdict::Skipped("the server could not be asked".to_owned());
    };
    if skew < NOTICEABLE {
        return Verdict::Well(Seen::new("the server's clock is ours"));
    }
    let seen = Seen::new(format!(
        "the server's clock and ours are {} s apart",
        skew.as_secs()
    ));
    let mend = if evidence.machine.windows || evidence.machine.wsl.is_some() {
        Mend::run("wsl --shutdown").saying("then start the engine again: its clock starts anew")
    } else {
        Mend::run("sudo timedatectl set-ntp true")
            .saying("on both machines; where the engine has a virtual machine, start that anew")
    };
    if skew < HARMFUL {
        Verdict::Warning(seen, mend)
    } else {
        Verdict::Failure(seen, mend)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::look;
    use crate::doctor::cases;

    #[test]
    fn a_clock_that_is_far_off_does_harm() {
        for (seconds, windows, expected) in [
            (0, false, "well: the server's clock is ours"),
            (
                30,
                false,
                "warning: the server's clock and ours are 30 s apart \
                 -> sudo timedatectl set-ntp true",
            ),
            (
                3600,
                true,
                "failure: the server's clock and ours are 3600 s apart -> wsl --shutdown",
            ),
        ] {
            let mut evidence = cases::well();
            evidence.machine.windows = windows;
            let connection = evidence.connection.as_mut().expect("it is there");
            connection.skew = Some(Duration::from_secs(seconds));
            assert_eq!(cases::words(&look(&evidence)), expected);
        }
    }
}

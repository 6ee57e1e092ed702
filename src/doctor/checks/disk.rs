//! Whether there is room for the data and for the project's files.

use crate::doctor::evidence::{Disk, Evidence, Tenant};
use crate::doctor::{Check, Mend, Seen, Verdict};

pub(in crate::doctor) const CHECK: Check = Check {
    name: "disk",
    needs: &[],
    look,
};

/// Below this a server stops: it writes its log of changes in pieces of 16 MB, several at once.
const FULL: u64 = 128_000_000;
/// Below this a reset, which keeps a copy, may not fit.
const TIGHT: u64 = 1_000_000_000;

fn look(evidence: &Evidence) -> Verdict {
    let mut disks: Vec<&Disk> = evidence.disks.iter().collect();
    disks.sort_by_key(|it| it.free);
    let Some(fullest) = disks.first() else {
        return Verdict::Skipped("no disk could be asked".to_owned());
    };
    let told = |it: &Disk| format!("{} MB are free for {}", it.free / 1_000_000, it.place);
    let seen = Seen::new(told(fullest)).with(disks[1..].iter().map(|it| told(it)));
    if fullest.free >= TIGHT {
        return Verdict::Well(seen);
    }
    let mend = match fullest.of {
        Tenant::Engine => {
            Mend::run("docker system prune").saying("`docker system df` shows what takes the room")
        }
        Tenant::Machine => Mend::by_hand("make room on that disk"),
    };
    if fullest.free < FULL {
        Verdict::Failure(seen, mend)
    } else {
        Verdict::Warning(seen, mend)
    }
}

#[cfg(test)]
mod tests {
    use super::look;
    use crate::doctor::cases;
    use crate::doctor::evidence::{Disk, Tenant};

    #[test]
    fn the_fullest_disk_decides() {
        let disk = |place: &str, of, free| Disk {
            place: place.to_owned(),
            of,
            free,
        };
        for (engine, machine, expected) in [
            (
                5_000_000_000,
                6_000_000_000,
                "well: 5000 MB are free for the data",
            ),
            (
                500_000_000,
                6_000_000_000,
                "warning: 500 MB are free for the data -> docker system prune",
            ),
            (
                50_000_000,
                6_000_000_000,
                "failure: 50 MB are free for the data -> docker system prune",
            ),
            (
                5_000_000_000,
                6_000_000,
                "failure: 6 MB are free for the project -> make room on that disk",
            ),
        ] {
            let mut evidence = cases::well();
            evidence.disks = vec![
                disk("the data", Tenant::Engine, engine),
                disk("the project", Tenant::Machine, machine),
            ];
            assert_eq!(cases::words(&look(&evidence)), expected);
        }
    }
}

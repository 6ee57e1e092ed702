//! Whether Windows keeps a wanted port for itself: Hyper-V and WSL reserve ranges of them, others
//! after each start.

use crate::doctor::evidence::Evidence;
use crate::doctor::{Check, Mend, Seen, Verdict};

pub(in crate::doctor) const CHECK: Check = Check {
    name: "excluded-ports",
    needs: &[],
    look,
};

fn look(evidence: &Evidence) -> Verdict {
    let machine = &evidence.machine;
    if !machine.windows && machine.wsl.is_none() {
        return Verdict::Idle("only Windows reserves ports".to_owned());
    }
    if !matches!(evidence.service, Some(Ok(_))) {
        return Verdict::Skipped("service failed".to_owned());
    }
    let wanted = evidence.ports.as_ref().map_or(&[][..], |it| &it.wanted);
    let excluded = wanted.iter().find_map(|port| {
        let within = |(first, last): &&(u16, u16)| (first..=last).contains(&port);
        machine
            .excluded
            .iter()
            .find(within)
            .map(|range| (port, range))
    });
    match excluded {
        Some((port, (first, last))) => Verdict::Failure(
            Seen::new(format!(
                "Windows keeps port {port} for itself, in the range {first} to {last}"
            )),
            Mend::run("netsh int ipv4 show excludedportrange protocol=tcp")
                .saying("publish the database on a port outside of all these ranges"),
        ),
        None => Verdict::Well(Seen::new("Windows reserves none of the database's ports")),
    }
}

#[cfg(test)]
mod tests {
    use super::look;
    use crate::doctor::cases;

    #[test]
    fn elsewhere_it_is_not_even_skipped() {
        let mut evidence = cases::well();
        evidence.service = None;
        assert_eq!(
            cases::words(&look(&evidence)),
            "idle: only Windows reserves ports"
        );
        evidence.machine.windows = true;
        assert_eq!(cases::words(&look(&evidence)), "skipped: service failed");
    }

    #[test]
    fn a_port_within_a_range_cannot_be_had() {
        for (windows, excluded, expected) in [
            (false, vec![], "idle: only Windows reserves ports"),
            (
                true,
                vec![(5357, 5357)],
                "well: Windows reserves none of the database's ports",
            ),
            (
                true,
                vec![(5400, 5499)],
                "failure: Windows keeps port 5433 for itself, in the range 5400 to 5499 \
                 -> netsh int ipv4 show excludedportrange protocol=tcp",
            ),
        ] {
            let mut evidence = cases::well();
            evidence.machine.windows = windows;
            evidence.machine.excluded = excluded;
            assert_eq!(cases::words(&look(&evidence)), expected);
        }
    }
}

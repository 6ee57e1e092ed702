//! Whether `townpass.toml` can be read, and lets the development commands run.

use crate::doctor::evidence::Evidence;
use crate::doctor::{Check, Mend, Seen, Verdict};

pub(in crate::doctor) const CHECK: Check = Check {
    name: "configuration",
    needs: &[],
    look,
};

fn look(evidence: &Evidence) -> Verdict {
    let configuration = match &evidence.configuration {
        Ok(configuration) => configuration,
        Err(trouble) => return Verdict::failed(trouble),
    };
    if configuration.production {
        return Verdict::Warning(
            Seen::new("this is said to be production, where the `dev` commands refuse to run"),
            Mend::run("townpass --environment development doctor")
                .saying("say `--environment development` if this is no production"),
        );
    }
    Verdict::Well(Seen::new(if configuration.written {
        "`townpass.toml` is understood"
    } else {
        "no `townpass.toml`, so the defaults hold"
    }))
}

#[cfg(test)]
mod tests {
    use super::look;
    use crate::doctor::evidence::Configuration;
    use crate::doctor::{Trouble, cases};

    #[test]
    fn production_is_no_place_for_development() {
        let configured = |written, production| {
            Ok(Configuration {
                written,
                production,
            })
        };
        for (configuration, expected) in [
            (
                configured(false, false),
                "well: no `townpass.toml`, so the defaults hold",
            ),
            (
                configured(true, false),
                "well: `townpass.toml` is understood",
            ),
            (
                configured(true, true),
                "warning: this is said to be production, where the `dev` commands refuse to run \
                 -> townpass --environment development doctor",
            ),
            (
                Err(Trouble::new(
                    "unknown field `servce`",
                    "the keys are: service",
                )),
                "failure: unknown field `servce` -> the keys are: service",
            ),
        ] {
            let mut evidence = cases::well();
            evidence.configuration = configuration;
            assert_eq!(cases::words(&look(&evidence)), expected);
        }
    }
}

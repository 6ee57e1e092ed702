//! Whether the Compose file can be loaded.

use crate::doctor::evidence::Evidence;
use crate::doctor::{Check, Mend, Seen, Verdict};

pub(in crate::doctor) const CHECK: Check = Check {
    name: "compose-file",
    needs: &[],
    look,
};

fn look(evidence: &Evidence) -> Verdict {
    let compose = match &evidence.compose {
        Ok(compose) => compose,
        Err(trouble) => return Verdict::failed(trouble),
    };
    let details = [
        format!("project `{}`", compose.project),
        format!("services {}", compose.services.join(", ")),
    ];
    let Some(first) = compose.warnings.first() else {
        let line = format!(
            "{}, project `{}`",
            compose.files.join(", "),
            compose.project
        );
        return Verdict::Well(Seen::new(line).with(details));
    };
    let others = compose.warnings.iter().skip(1).map(|it| it.message.clone());
    let seen = Seen::of(first).with(others).with(details);
    Verdict::Warning(seen, Mend::of(first))
}

#[cfg(test)]
mod tests {
    use super::look;
    use crate::doctor::{Trouble, cases};

    #[test]
    fn what_is_probably_not_meant_is_a_warning() {
        let mut evidence = cases::well();
        assert_eq!(
            cases::words(&look(&evidence)),
            "well: docker-compose.yml, project `backend`"
        );
        if let Ok(compose) = &mut evidence.compose {
            compose.warnings = vec![Trouble::new("`version` is ignored", "take the line out")];
        }
        assert_eq!(
            cases::words(&look(&evidence)),
            "warning: `version` is ignored -> take the line out"
        );
        evidence.compose = Err(Trouble::new("it is no YAML", "mend it"));
        assert_eq!(
            cases::words(&look(&evidence)),
            "failure: it is no YAML -> mend it"
        );
    }
}

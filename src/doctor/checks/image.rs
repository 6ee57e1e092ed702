//! Whether the image is there, and is the one that the container was made from.

use crate::database::Kind;
use crate::doctor::evidence::Evidence;
use crate::doctor::{Check, Mend, Seen, Verdict};

pub(in crate::doctor) const CHECK: Check = Check {
    name: "image",
    needs: &["engine", "service"],
    look,
};

fn look(evidence: &Evidence) -> Verdict {
    if evidence.provider == Some(Kind::Embedded) {
        return Verdict::Idle("the embedded provider needs no image".to_owned());
    }
    let Some(image) = &evidence.image else {
        return Verdict::Skipped("the engine could not be asked".to_owned());
    };
    let name = &image.name;
    if let Some(other) = image.of_container.as_ref().filter(|it| *it != name) {
        let seen = Seen::new(format!(
            "the Compose file says `{name}`, and the container was made from `{other}`"
        ));
        let written = evidence.volume.as_ref();
        let written = written.and_then(|it| it.written_by.as_ref());
        let mend = match (written, image.major) {
            (Some(written), Some(major)) if *written != major.to_string() => {
                Mend::run("townpass dev reset-db --volume").saying(format!(
                    "PostgreSQL {major} cannot read the data of PostgreSQL {written}: set the \
                     image back; or begin anew, with a snapshot kept"
                ))
            }
            _ => Mend::run("townpass dev down")
                .saying("then `townpass dev up` makes the container anew; the data stays"),
        };
        return Verdict::Warning(seen, mend);
    }
    if image.present || image.of_container.is_some() {
        let line = match image.major {
            Some(major) => format!("`{name}`, PostgreSQL {major}"),
            None => format!("`{name}`"),
        };
        return Verdict::Well(Seen::new(line));
    }
    if image.built {
        let line = format!("`{name}` is not built yet; `dev up` builds it");
        return Verdict::Well(Seen::new(line));
    }
    Verdict::Warning(
        Seen::new(format!("`{name}` is not here yet; `dev up` fetches it")),
        Mend::run(format!("docker pull {name}")),
    )
}

#[cfg(test)]
mod tests {
    use super::look;
    use crate::doctor::cases;
    use crate::doctor::evidence::Image;

    #[test]
    fn an_image_is_here_or_can_be_had() {
        let image = |present, built, of_container: Option<&str>| Image {
            name: "postgres:16".to_owned(),
            present,
            built,
            major: Some(16),
            of_container: of_container.map(str::to_owned),
        };
        for (image, expected) in [
            (
                image(true, false, Some("postgres:16")),
                "well: `postgres:16`, PostgreSQL 16",
            ),
            (
                image(true, false, None),
                "well: `postgres:16`, PostgreSQL 16",
            ),
            (
                image(true, false, Some("postgres:16-alpine")),
                "warning: the Compose file says `postgres:16`, and the container was made from \
                 `postgres:16-alpine` -> townpass dev down",
            ),
            (
                Image {
                    major: Some(17),
                    ..image(true, false, Some("postgres:15"))
                },
                "warning: the Compose file says `postgres:16`, and the container was made from \
                 `postgres:15` -> townpass dev reset-db --volume",
            ),
            (
                image(false, false, None),
                "warning: `postgres:16` is not here yet; `dev up` fetches it \
                 -> docker pull postgres:16",
            ),
            (
                image(false, true, None),
                "well: `postgres:16` is not built yet; `dev up` builds it",
            ),
        ] {
            let mut evidence = cases::well();
            evidence.image = Some(image);
            assert_eq!(cases::words(&look(&evidence)), expected);
        }
    }
}

//! Whether a container has an Alembic, and with which words it runs there.

use std::collections::BTreeSet;
use std::path::Path;

use crate::alembic::python::{Look, Runner};
use crate::compose::{MountKind, Service};

/// Says with which words Alembic runs in there, where its configuration is, and its heads. The
/// arguments are the section of the configuration, which may be empty, and the places where the
/// configuration may be.
pub(super) const PROBE: &str = r#"
section=$1
shift
for config in "$@"; do [ -f "$config" ] && break; config=; done
[ -n "$config" ] || { echo "its files are not in it"; exit 3; }
for words in alembic .venv/bin/alembic "uv run --no-sync alembic" "poetry run alembic" "python -m alembic" "python3 -m alembic"; do
    if heads=$($words -c "$config" ${section:+-n "$section"} heads 2>/dev/null); then
        printf '%s\n%s\n%s\n' "$words" "$config" "$heads"
        exit 0
    fi
done
echo "it has no Alembic"
exit 4
"#;

/// A service whose command is Alembic's, and the words with which it runs there.
pub(super) fn made_to_migrate(service: &Service) -> Option<Look> {
    let words = alembic_words(service.command.as_deref().unwrap_or_default())?;
    Some(Look {
        place: format!("service `{}`, whose command is Alembic", service.name),
        found: Ok(Runner::OneOff {
            service: service.name.to_string(),
            words,
        }),
    })
}

/// The words of a command up to its verb: the program, and the configuration that it names.
pub(super) fn alembic_words(command: &[String]) -> Option<Vec<String>> {
    let is_program = |word: &String| word.rsplit(['/', '\\']).next() == Some("alembic");
    let program = command.iter().position(is_program)?;
    let mut end = program + 1;
    while let Some(option) = command.get(end).filter(|it| it.starts_with('-')) {
        let takes_value = matches!(&**option, "-c" | "--config" | "-n" | "--name" | "-x");
        end += if takes_value { 2 } else { 1 };
    }
    Some(command[..end.min(command.len())].to_vec())
}

/// Where the configuration may be in a container of `service`: where it is mounted, else where a
/// build copied it to, from the working directory.
pub(super) fn places(service: &Service, configuration: &Path, top: &Path) -> Vec<String> {
    let mut places = Vec::new();
    for mount in service
        .volumes
        .iter()
        .filter(|it| it.kind == MountKind::Bind)
    {
        if let (Some(source), Some(target)) = (&mount.source, &mount.target)
            && let Ok(rest) = configuration.strip_prefix(source)
        {
            places.push(format!(
                "{}/{}",
                target.trim_end_matches('/'),
                slashed(rest)
            ));
        }
    }
    if let Ok(relative) = configuration.strip_prefix(top) {
        places.push(slashed(relative));
    }
    if let Some(name) = configuration.file_name() {
        places.push(name.to_string_lossy().into_owned());
    }
    let mut seen = BTreeSet::new();
    places.retain(|it| seen.insert(it.clone()));
    places
}

/// The words with which Alembic runs there, if its revisions are those of `heads`.
pub(super) fn understood(
    code: u8,
    said: &str,
    heads: &BTreeSet<String>,
) -> Result<Vec<String>, String> {
    let mut lines = said.lines();
    if code != 0 {
        let why = lines.next().filter(|it| !it.is_empty());
        return Err(why.unwrap_or("it has no shell").to_owned());
    }
    let words = lines
        .next()
        .unwrap_or_default()
        .split(' ')
        .map(str::to_owned);
    let configuration = lines.next().unwrap_or_default().to_owned();
    let theirs: BTreeSet<String> = lines
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect();
    if theirs != *heads {
        let list = |heads: &BTreeSet<String>| {
            if heads.is_empty() {
                "none".to_owned()
            } else {
                heads.iter().cloned().collect::<Vec<_>>().join(", ")
            }
        };
        return Err(format!(
            "its copy of the revisions is not the one here (head {}, here {}): build it anew, or \
             mount the project into it",
            list(&theirs),
            list(heads)
        ));
    }
    Ok(words.chain(["-c".to_owned(), configuration]).collect())
}

pub(super) fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{alembic_words, understood};

    #[test]
    fn a_command_of_alembics_lends_its_words() {
        for (command, expected) in [
            (
                "uv run alembic -c alembic.ini upgrade head",
                Some("uv run alembic -c alembic.ini"),
            ),
            (
                "/app/.venv/bin/alembic upgrade head",
                Some("/app/.venv/bin/alembic"),
            ),
            (
                "alembic -x a=b --raiseerr -n tenants upgrade head",
                Some("alembic -x a=b --raiseerr -n tenants"),
            ),
            ("alembic", Some("alembic")),
            ("uvicorn app:app", None),
            ("", None),
        ] {
            let words: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
            let found = alembic_words(&words).map(|words| words.join(" "));
            assert_eq!(found.as_deref(), expected, "{command}");
        }
    }

    #[test]
    fn what_a_container_answers() {
        let heads = BTreeSet::from(["1a".to_owned()]);
        for (code, said, expected) in [
            (
                0,
                "uv run --no-sync alembic\nalembic.ini\n1a (head)\n",
                Ok("uv run --no-sync alembic -c alembic.ini"),
            ),
            (
                0,
                "alembic\nalembic.ini\n0b (head)\n",
                Err(
                    "its copy of the revisions is not the one here (head 0b, here 1a): build it anew, or mount the project into it",
                ),
            ),
            (4, "it has no Alembic\n", Err("it has no Alembic")),
            (127, "", Err("it has no shell")),
        ] {
            let found = understood(code, said, &heads).map(|words| words.join(" "));
            let expected = expected.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(found, expected, "{said}");
        }
    }
}

//! What a Dockerfile asks of its builder, read as far as we must know it.

use std::collections::BTreeSet;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// The images that stages begin with.
    pub bases: BTreeSet<String>,
    /// The first instruction that only `BuildKit` follows, as it is written, and its line.
    pub build_kit: Option<(usize, String)>,
}

/// Arguments that `BuildKit` sets by itself, and the classic builder does not.
const PLATFORM_ARGUMENTS: [&str; 8] = [
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETARCH",
    "TARGETVARIANT",
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDARCH",
    "BUILDVARIANT",
];

/// Reads a Dockerfile.
pub fn read(text: &str) -> Needs {
    let mut needs = Needs::default();
    let mut stages = BTreeSet::new();
    for (number, instruction) in instructions(text) {
        let mut words = instruction.split_whitespace();
        let Some(name) = words.next().map(str::to_ascii_uppercase) else {
            continue;
        };
        let flags: Vec<&str> = words
            .clone()
            .take_while(|word| word.starts_with("--"))
            .collect();
        if name == "FROM" {
            let mut rest = words.skip(flags.len());
            if let Some(base) = rest.next()
                && !stages.contains(base)
                && base != "scratch"
                && !base.contains('$')
            {
                needs.bases.insert(base.to_owned());
            }
            if let (Some(word), Some(stage)) = (rest.next(), rest.next())
                && word.eq_ignore_ascii_case("as")
            {
                stages.insert(stage.to_owned());
            }
        }
        if needs.build_kit.is_none() && is_for_build_kit(&name, &flags, &instruction) {
            let first_line = instruction.lines().next().unwrap_or_default();
            needs.build_kit = Some((number, first_line.trim().to_owned()));
        }
    }
    if let Some(syntax) = foreign_syntax(text) {
        needs.build_kit = Some((1, syntax));
    }
    needs
}

fn is_for_build_kit(name: &str, flags: &[&str], instruction: &str) -> bool {
    let flag = |prefixes: &[&str]| {
        flags
            .iter()
            .any(|flag| prefixes.iter().any(|prefix| flag.starts_with(prefix)))
    };
    match name {
        "RUN" => flag(&["--mount", "--network", "--security"]) || has_here_document(instruction),
        "COPY" | "ADD" => {
            flag(&[
                "--link",
                "--chmod",
                "--checksum",
                "--keep-git-dir",
                "--parents",
                "--exclude",
                "--unpack",
            ]) || has_here_document(instruction)
        }
        "FROM" => flags
            .iter()
            .any(|flag| PLATFORM_ARGUMENTS.iter().any(|name| flag.contains(name))),
        "ARG" => instruction
            .split_whitespace()
            .skip(1)
            .any(|argument| PLATFORM_ARGUMENTS.contains(&argument)),
        _ => false,
    }
}

/// `<<EOF` or `<<-"EOF"` at the beginning of a word. In a shell's words it may also be a here
/// document of the shell's own, but that needs lines that the classic builder does not read.
fn has_here_document(instruction: &str) -> bool {
    instruction.split_whitespace().any(|word| {
        let Some(rest) = word.strip_prefix("<<") else {
            return false;
        };
        rest.trim_start_matches(['-', '"', '\''])
            .starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
    })
}

/// A `# syntax=` that names another language than Dockerfile's own. That of
/// `docker/dockerfile` is read by the classic builder as the comment it looks like.
fn foreign_syntax(text: &str) -> Option<String> {
    for line in text.trim_start_matches('\u{feff}').lines() {
        let (name, value) = line.trim().strip_prefix('#')?.split_once('=')?;
        if name.trim().eq_ignore_ascii_case("syntax") {
            let value = value.trim();
            let own = ["docker/dockerfile", "docker.io/docker/dockerfile"]
                .iter()
                .any(|own| {
                    value
                        .strip_prefix(own)
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '@']))
                });
            return (!own).then(|| line.trim().to_owned());
        }
    }
    None
}

/// The instructions with their line numbers, continued lines joined, comments left out.
fn instructions(text: &str) -> Vec<(usize, String)> {
    let escape = if escape_is_backtick(text) { '`' } else { '\\' };
    let mut instructions = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let (part, goes_on) = match trimmed.strip_suffix(escape) {
            Some(part) => (part, true),
            None => (trimmed, false),
        };
        let (number, mut instruction) = open.take().unwrap_or((index + 1, String::new()));
        if !instruction.is_empty() {
            instruction.push('\n');
        }
        instruction.push_str(part);
        if goes_on {
            open = Some((number, instruction));
        } else {
            instructions.push((number, instruction));
        }
    }
    instructions.extend(open);
    instructions
}

fn escape_is_backtick(text: &str) -> bool {
    text.lines()
        .map(str::trim)
        .take_while(|line| line.starts_with('#'))
        .any(|line| {
            let directive: String = line.chars().filter(|letter| *letter != ' ').collect();
            directive.eq_ignore_ascii_case("#escape=`")
        })
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn what_needs_build_kit() {
        let cases = [
            ("FROM a\nRUN echo hi\n", None),
            (
                "FROM a\nRUN --mount=type=cache,target=/x pip install\n",
                Some(2),
            ),
            (
                "FROM a\n\n# note\nrun \\\n  --mount=type=bind true\n",
                Some(4),
            ),
            ("FROM a\nRUN echo --mount\n", None),
            ("FROM a\nRUN <<EOF\necho\nEOF\n", Some(2)),
            ("FROM a\nRUN cat <<'EOF' > /x\nhi\nEOF\n", Some(2)),
            ("FROM a\nRUN echo $((1 << 2))\n", None),
            ("FROM a\nCOPY <<-EOF /x\nhi\nEOF\n", Some(2)),
            ("FROM a\nCOPY --link a b\n", Some(2)),
            ("FROM a\nCOPY --chmod=755 a b\n", Some(2)),
            ("FROM a\nCOPY --chown=1:1 --from=b a b\n", None),
            ("FROM --platform=$BUILDPLATFORM a\n", Some(1)),
            ("FROM --platform=linux/amd64 a\n", None),
            ("FROM a\nARG TARGETARCH\n", Some(2)),
            ("FROM a\nARG TARGETARCH=amd64\n", None),
            ("# syntax=docker/dockerfile:1\nFROM a\n", None),
            (
                "# syntax=docker/dockerfile-upstream:master\nFROM a\n",
                Some(1),
            ),
            ("#syntax = example/other:1\nFROM a\n", Some(1)),
            ("# a comment\n# syntax=example/other\nFROM a\n", None),
        ];
        for (text, expected) in cases {
            let line = read(text).build_kit.map(|(line, _)| line);
            assert_eq!(line, expected, "{text}");
        }
    }

    #[test]
    fn bases_are_the_images_that_are_no_stages() {
        let needs = read(
            "ARG V=1\nFROM python:3.12 AS build\nFROM build AS test\nFROM scratch\nFROM --platform=linux/amd64 ghcr.io/a/b:1 as last\nFROM x:$V\n",
        );
        let bases: Vec<_> = needs.bases.iter().map(String::as_str).collect();
        assert_eq!(bases, ["ghcr.io/a/b:1", "python:3.12"]);
    }
}

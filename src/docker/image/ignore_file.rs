//! `.dockerignore`: which files of a directory a build does not get.
//!
//! Its patterns are not those of git: they are anchored at the root, a pattern that names a
//! directory takes all below it, `!` brings back, and the last pattern that matches decides.

/// The patterns of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IgnoreFile {
    patterns: Vec<Pattern>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern {
    glob: Vec<char>,
    effect: Effect,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    Leave,
    BringBack,
}

impl IgnoreFile {
    /// Reads the text of a file.
    pub fn parse(text: &str) -> Self {
        let patterns = text
            .trim_start_matches('\u{feff}')
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| {
                let line = line.trim();
                let (line, effect) = match line.strip_prefix('!') {
                    Some(rest) => (rest.trim(), Effect::BringBack),
                    None => (line, Effect::Leave),
                };
                let clean = clean(line);
                (!clean.is_empty()).then(|| Pattern {
                    glob: clean.chars().collect(),
                    effect,
                })
            })
            .collect();
        Self { patterns }
    }

    /// Whether a path, with `/` between its parts, is left out.
    pub fn leaves(&self, path: &str) -> bool {
        let mut effect = Effect::BringBack;
        for pattern in &self.patterns {
            if pattern.effect != effect && pattern.takes(path) {
                effect = pattern.effect;
            }
        }
        effect == Effect::Leave
    }

    /// Whether something below a directory that is left out might still be wanted.
    pub fn brings_back(&self) -> bool {
        self.patterns
            .iter()
            .any(|pattern| pattern.effect == Effect::BringBack)
    }
}

impl Pattern {
    /// Whether it names the path or a directory above it.
    fn takes(&self, path: &str) -> bool {
        let path: Vec<char> = path.chars().collect();
        let ends = path
            .iter()
            .enumerate()
            .filter(|(_, letter)| **letter == '/');
        ends.map(|(end, _)| end)
            .chain([path.len()])
            .any(|end| matches(&self.glob, &path[..end]))
    }
}

/// A path without `.`, `..` and doubled or outer slashes.
fn clean(pattern: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in pattern.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn matches(glob: &[char], path: &[char]) -> bool {
    match glob {
        [] => path.is_empty(),
        ['*', '*', rest @ ..] => {
            let rest = rest.strip_prefix(&['/']).unwrap_or(rest);
            if rest.is_empty() {
                return true;
            }
            // Any number of whole directories.
            let starts = path
                .iter()
                .enumerate()
                .filter(|(_, letter)| **letter == '/');
            matches(rest, path)
                || starts
                    .into_iter()
                    .any(|(at, _)| matches(rest, &path[at + 1..]))
        }
        ['*', rest @ ..] => {
            let reach = path
                .iter()
                .position(|letter| *letter == '/')
                .unwrap_or(path.len());
            (0..=reach).any(|taken| matches(rest, &path[taken..]))
        }
        ['?', rest @ ..] => {
            matches!(path, [letter, after @ ..] if *letter != '/' && matches(rest, after))
        }
        ['[', rest @ ..] => match (class(rest), path) {
            (Some((accepts, rest)), [letter, after @ ..]) => {
                accepts(*letter) && matches(rest, after)
            }
            _ => false,
        },
        ['\\', literal, rest @ ..] | [literal, rest @ ..] => {
            matches!(path, [letter, after @ ..] if letter == literal && matches(rest, after))
        }
    }
}

/// Reads `a-z]` or `^a-z]`, and gives what follows.
fn class(glob: &[char]) -> Option<(impl Fn(char) -> bool, &[char])> {
    let (negated, body) = match glob {
        ['^', body @ ..] => (true, body),
        body => (false, body),
    };
    let end = body.iter().position(|letter| *letter == ']')?;
    let (members, rest) = (&body[..end], &body[end + 1..]);
    let accepts = move |letter: char| {
        let mut members = members;
        let mut found = false;
        while let [first, rest @ ..] = members {
            if let ['-', last, rest @ ..] = rest {
                found |= (*first..=*last).contains(&letter);
                members = rest;
            } else {
                found |= *first == letter;
                members = rest;
            }
        }
        found != negated && letter != '/'
    };
    Some((accepts, rest))
}

#[cfg(test)]
mod tests {
    use super::IgnoreFile;

    #[test]
    fn patterns_and_paths() {
        let cases = [
            ("node_modules", "node_modules", true),
            ("node_modules", "node_modules/a/b.js", true),
            ("node_modules", "web/node_modules", false),
            ("**/node_modules", "web/node_modules/a", true),
            ("**/node_modules", "node_modules", true),
            ("*.md", "README.md", true),
            ("*.md", "docs/README.md", false),
            ("**/*.md", "docs/README.md", true),
            ("docs/*.md", "docs/a.md", true),
            ("docs/*.md", "docs/x/a.md", false),
            ("docs/**", "docs/x/a.md", true),
            ("docs/**/a.md", "docs/a.md", true),
            ("docs/**/a.md", "docs/x/y/a.md", true),
            ("/target/", "target/debug", true),
            ("./a/../b", "b", true),
            ("?.txt", "a.txt", true),
            ("?.txt", "ab.txt", false),
            ("[a-c].txt", "b.txt", true),
            ("[^a-c].txt", "b.txt", false),
            ("[^a-c].txt", "d.txt", true),
            ("\\*.txt", "*.txt", true),
            ("\\*.txt", "a.txt", false),
            ("# comment", "# comment", false),
            ("", "a", false),
            ("*", "a/b", true),
            ("*\n!keep", "keep/a", false),
            ("*\n!keep", "other", true),
            ("*\n!src/main.rs", "src/main.rs", false),
            ("*\n!src/main.rs", "src/lib.rs", true),
            ("!keep\n*", "keep", true),
            (
                "*.md\n!README*.md\nREADME-secret.md",
                "README-secret.md",
                true,
            ),
            ("*.md\n!README*.md\nREADME-secret.md", "README-a.md", false),
            (".git\r\n.env\r\n", ".env", true),
            ("a.b", "axb", false),
        ];
        for (text, path, left) in cases {
            assert_eq!(
                IgnoreFile::parse(text).leaves(path),
                left,
                "{text:?} {path}"
            );
        }
    }
}

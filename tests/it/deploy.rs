//! The documents about deploying, held against the program: each file parses, and every command
//! line in it is one that the program takes.

use std::{fs, path::Path, sync::Arc};

use townpass::cli;
use townpass::compose::source::Source;
use townpass::compose::yaml::{Node, Value, parse};

use crate::support::Town;

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn document(name: &str) -> Node {
    let text = read(name);
    let mut documents = parse(&Arc::new(Source::new(name, &text)), &text).expect(name);
    assert_eq!(documents.len(), 1, "{name} is one document");
    documents.remove(0).root
}

/// Every command line under `node`: lines of scripts, and lists of arguments of a container.
fn commands(node: &Node, found: &mut Vec<Vec<String>>) {
    match &node.value {
        Value::Text(text) => {
            let lines = text.lines().map(str::trim);
            let ours = lines.filter_map(|line| line.strip_prefix("townpass "));
            found.extend(ours.map(|line| line.split_whitespace().map(str::to_owned).collect()));
        }
        Value::List(items) => items.iter().for_each(|item| commands(item, found)),
        Value::Map(map) => {
            for entry in map {
                let list = entry.node.as_list();
                if let ("args", Some(list)) = (entry.key.as_str(), list) {
                    found.push(list.iter().filter_map(Node::rendered).collect());
                } else {
                    commands(&entry.node, found);
                }
            }
        }
        _ => {}
    }
}

#[test]
fn every_command_in_a_job_is_understood() {
    for (name, count) in [
        ("docs/deploy/github-actions.yml", 7),
        ("docs/deploy/cloud-run-job.yaml", 1),
        ("docs/deploy/kubernetes-job.yaml", 1),
    ] {
        let mut found = Vec::new();
        commands(&document(name), &mut found);
        assert_eq!(found.len(), count, "{name}: {found:?}");
        for words in found {
            let taken = cli::understands(words.iter().map(String::as_str));
            assert_eq!(taken, Ok(()), "{name}: {words:?}");
            // A verb that takes `-1` takes any word that begins so: its help has the options.
            let help = Town::bare().run(&format!("{} --help", words[..2].join(" ")));
            let help = help.success().stdout;
            for option in words.iter().filter(|word| word.starts_with("--")) {
                assert!(
                    help.contains(option.as_str()),
                    "{name}: {option} of {words:?}"
                );
            }
        }
    }
    assert!(cli::understands(["migrate", "upgrad"]).is_err());
    assert!(cli::understands(["migrate", "lint", "--no-such"]).is_err());
}

#[test]
fn every_job_says_what_its_database_is_and_where() {
    for name in [
        "docs/deploy/cloud-run-job.yaml",
        "docs/deploy/kubernetes-job.yaml",
    ] {
        let text = read(name);
        for word in ["TOWNPASS_ENVIRONMENT", "DATABASE_URL", "production"] {
            assert!(text.contains(word), "{name} has no {word}");
        }
    }
    let text = read("docs/deploy/github-actions.yml");
    for careless in ["|| true", "set +e", "continue-on-error"] {
        assert!(!text.contains(careless), "a failure must stop the deploy");
    }
}

#[test]
fn the_image_is_the_binary_and_nothing_else() {
    let text = read("Dockerfile");
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    assert_eq!(
        lines,
        [
            "FROM scratch",
            "COPY townpass /townpass",
            "USER 65532:65532",
            "WORKDIR /project",
            "ENTRYPOINT [\"/townpass\"]",
            "CMD [\"--help\"]",
        ]
    );
}

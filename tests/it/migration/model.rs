//! The graph, its targets and its plans against a model that is too simple to be wrong.
//!
//! Histories are made at random, with branches, merges, dependencies and several roots. The model
//! is a table of who must come before whom, filled in by brute force.

use std::collections::BTreeSet;
use std::path::Path;

use proptest::prelude::*;
use townpass::migration::directory::file::{Reading, read};
use townpass::migration::listing::history;
use townpass::migration::{
    Checksum, Direction, Directory, Graph, Journal, Plan, Source, Version, directory::SUM,
    directory::sum::Sum, graph::target::Destination, listing::lanes, plan::rebase::Rebase,
};

/// A history: what each revision follows, and what it depends on. Revision `i` has version `i + 1`.
#[derive(Clone, Debug)]
struct History {
    parents: Vec<BTreeSet<usize>>,
    depends: Vec<BTreeSet<usize>>,
}

impl History {
    fn len(&self) -> usize {
        self.parents.len()
    }

    /// Whether `a` must come before `b`, by trying every way.
    fn before(&self, a: usize, b: usize) -> bool {
        self.parents[b]
            .iter()
            .chain(&self.depends[b])
            .any(|&c| c == a || self.before(a, c))
    }

    fn heads(&self) -> Vec<usize> {
        let followed: BTreeSet<usize> = self.parents.iter().flatten().copied().collect();
        (0..self.len())
            .filter(|it| !followed.contains(it))
            .collect()
    }

    /// The folder that says all this in headers.
    fn directory(&self) -> Directory {
        let list = |links: &BTreeSet<usize>| {
            let words: Vec<String> = links.iter().map(|it| (it + 1).to_string()).collect();
            words.join(", ")
        };
        let files = (0..self.len()).flat_map(|it| {
            let revises = match list(&self.parents[it]) {
                none if none.is_empty() => "base".to_owned(),
                parents => parents,
            };
            let depends = match list(&self.depends[it]) {
                none if none.is_empty() => String::new(),
                depends => format!("-- townpass:depends {depends}\n"),
            };
            let version = it + 1;
            [
                (
                    format!("{version}_r.up.sql"),
                    format!("-- townpass:revises {revises}\n{depends}select {version};"),
                ),
                (format!("{version}_r.down.sql"), "select 0;".to_owned()),
            ]
        });
        folder(files.collect())
    }

    /// Some set of revisions that can be applied, all of whose needs are met; `chosen` says which
    /// are wanted.
    fn closed(&self, chosen: &BTreeSet<usize>) -> BTreeSet<usize> {
        (0..self.len())
            .filter(|&it| chosen.iter().any(|&b| it == b || self.before(it, b)))
            .collect()
    }
}

/// A folder that never was on a disk.
fn folder(files: Vec<(String, String)>) -> Directory {
    let files = files
        .into_iter()
        .map(|(name, text)| match read(&name) {
            Reading::Migration(file) => {
                let path = Path::new("migrations").join(name);
                let text = text.into();
                (file, Source { path, text })
            }
            Reading::Other | Reading::NoVersion => panic!("{name}"),
        })
        .collect();
    Directory::assemble(Path::new("migrations"), files).expect("in order")
}

fn version(index: usize) -> Version {
    Version::new(i64::try_from(index + 1).expect("small"))
}

fn index(version: Version) -> usize {
    usize::try_from(version.number() - 1).expect("ours")
}

fn indices(versions: impl IntoIterator<Item = Version>) -> Vec<usize> {
    versions.into_iter().map(index).collect()
}

fn journal(directory: &Directory, applied: &BTreeSet<usize>) -> Journal {
    Journal::of(applied.iter().map(|&it| {
        let revision = directory.get(version(it)).expect("there");
        townpass::migration::journal::Row {
            version: revision.version,
            description: revision.description.clone(),
            installed_on: jiff::Timestamp::UNIX_EPOCH,
            success: true,
            checksum: Checksum::of(&revision.up.text),
            execution_time: None,
        }
    }))
}

/// Up to twelve revisions; most follow one, some two, a few none; some depend on another.
fn histories() -> impl Strategy<Value = History> {
    let revision = (
        prop::collection::vec(0.0..1.0_f64, 0..3),
        prop::option::weighted(0.2, 0.0..1.0_f64),
        0.0..1.0_f64,
    );
    prop::collection::vec(revision, 1..12).prop_map(|revisions| {
        let mut history = History {
            parents: Vec::new(),
            depends: Vec::new(),
        };
        for (at, (parents, depends, root)) in revisions.into_iter().enumerate() {
            let pick = |fraction: f64| {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    clippy::cast_precision_loss,
                    reason = "a fraction of a small number"
                )]
                let picked = (fraction * at as f64) as usize;
                picked
            };
            let mut own: BTreeSet<usize> = parents.into_iter().map(pick).collect();
            if at == 0 || root < 0.05 {
                own.clear();
            }
            let mut depends: BTreeSet<usize> = depends.into_iter().map(pick).collect();
            if at == 0 {
                depends.clear();
            }
            history.parents.push(own);
            history.depends.push(depends);
        }
        history
    })
}

fn with_choice() -> impl Strategy<Value = (History, BTreeSet<usize>, usize)> {
    histories().prop_flat_map(|history| {
        let len = history.len();
        let chosen = prop::collection::btree_set(0..len, 0..=len);
        (Just(history), chosen, 0..len)
    })
}

proptest! {
    #[test]
    fn heads_and_what_comes_before_them((history, chosen, at) in with_choice()) {
        let directory = history.directory();
        let graph = Graph::of(&directory).expect("builds");
        prop_assert_eq!(indices(graph.heads()), history.heads());
        let before = graph.with_ancestors(&[version(at)]);
        let expected: Vec<usize> = (0..history.len())
            .filter(|&it| it == at || history.before(it, at))
            .collect();
        prop_assert_eq!(indices(before), expected);
        let after = graph.with_descendants(&[version(at)]);
        let expected: Vec<usize> = (0..history.len())
            .filter(|&it| it == at || history.before(at, it))
            .collect();
        prop_assert_eq!(indices(after), expected);
        let applied = history.closed(&chosen);
        let standing = graph.standing(&applied.iter().copied().map(version).collect());
        let expected: Vec<usize> = applied
            .iter()
            .copied()
            .filter(|&it| !applied.iter().any(|&other| history.before(it, other)))
            .collect();
        prop_assert_eq!(indices(standing), expected);
    }

    #[test]
    fn a_plan_is_in_order_and_no_longer_than_needed((history, chosen, at) in with_choice()) {
        let directory = history.directory();
        let applied = history.closed(&chosen);
        let now = journal(&directory, &applied);
        let target = version(at).to_string().parse().expect("a target");
        let steps = |direction| {
            Plan::make(direction, &directory, &now, &target)
                .map(|plan| plan.steps().iter().map(|step| index(step.version)).collect::<Vec<_>>())
        };
        let up = steps(Direction::Upgrade).expect("up is always there");
        let mut have = applied.clone();
        for &step in &up {
            let mut needs = history.parents[step].iter().chain(&history.depends[step]);
            prop_assert!(needs.all(|need| have.contains(need)), "{step} too early in {up:?}");
            prop_assert!(have.insert(step), "{step} twice in {up:?}");
            prop_assert!(step == at || history.before(step, at), "{step} is not needed");
        }
        prop_assert!(have.contains(&at));

        match steps(Direction::Downgrade) {
            Err(_) => prop_assert!(!applied.contains(&at)),
            Ok(down) => {
                let mut have = applied.clone();
                for &step in &down {
                    prop_assert!(have.remove(&step));
                    prop_assert!(history.before(at, step), "{step} does not follow {at}");
                    let orphans = have.iter().any(|&it| history.before(step, it));
                    prop_assert!(!orphans, "{step} is still needed after {down:?}");
                }
                prop_assert!(have.contains(&at));
                prop_assert!(!have.iter().any(|&it| history.before(at, it)));
            }
        }
    }

    #[test]
    fn steps_are_counted((history, chosen, at) in with_choice()) {
        let directory = history.directory();
        let applied = history.closed(&chosen);
        let now = journal(&directory, &applied);
        let pending = history.len() - applied.len();
        let steps = |direction, target: String| {
            let target = target.parse().expect("a target");
            let plan = Plan::make(direction, &directory, &now, &target)?;
            let versions = plan.steps().iter().map(|step| index(step.version));
            Ok::<_, townpass::migration::Error>(versions.collect::<Vec<_>>())
        };
        match steps(Direction::Upgrade, format!("+{at}")) {
            Ok(up) => {
                prop_assert_eq!(up.len(), at);
                let mut have = applied.clone();
                for step in up {
                    let mut needs = history.parents[step].iter().chain(&history.depends[step]);
                    prop_assert!(needs.all(|need| have.contains(need)));
                    have.insert(step);
                }
            }
            Err(_) => prop_assert!(at > pending),
        }
        match steps(Direction::Downgrade, format!("-{at}")) {
            Ok(down) => {
                prop_assert_eq!(down.len(), at);
                let mut have = applied.clone();
                for step in down {
                    have.remove(&step);
                    prop_assert!(!have.iter().any(|&it| history.before(step, it)));
                }
            }
            Err(_) => prop_assert!(at > applied.len()),
        }
    }

    #[test]
    fn a_walk_takes_single_steps((history, _, at) in with_choice(), steps in 0..6_i64) {
        let directory = history.directory();
        let graph = Graph::of(&directory).expect("builds");
        let children = |it: usize| -> Vec<usize> {
            (0..history.len()).filter(|&b| history.parents[b].contains(&it)).collect()
        };
        for (sign, next) in [('+', &children as &dyn Fn(usize) -> Vec<usize>), ('-', &|it| {
            history.parents[it].iter().copied().collect()
        })] {
            // The model: follow the only way there is, or fail.
            let mut here = Some(Some(at));
            for _ in 0..steps {
                here = match here {
                    Some(Some(it)) => match (next(it).as_slice(), sign) {
                        ([only], _) => Some(Some(*only)),
                        ([], '-') => Some(None),
                        _ => None,
                    },
                    _ => None,
                };
            }
            let text = format!("{}{sign}{steps}", version(at));
            let target: townpass::migration::Target = text.parse().expect("a target");
            let found = target.resolve(&directory, &graph);
            match (here, found) {
                (Some(Some(it)), Ok(Destination::Revisions(found))) => {
                    prop_assert_eq!(found, [version(it)]);
                }
                (Some(None), Ok(Destination::Base)) | (None, Err(_)) => {}
                (here, found) => prop_assert!(false, "{text}: {here:?} and {found:?}"),
            }
        }
    }

    #[test]
    fn a_drawing_has_every_revision_once_and_no_loose_end(history in histories()) {
        let directory = history.directory();
        let entries = history_of(&directory);
        let rows = lanes::draw(&entries);
        let drawn: Vec<usize> = rows.iter().filter_map(|row| row.entry).collect();
        prop_assert_eq!(drawn, (0..entries.len()).collect::<Vec<_>>());
        let last = rows.last().expect("a row");
        prop_assert!(!last.lanes.contains('│'), "{}", last.lanes);
    }

    #[test]
    fn a_sum_knows_its_own_folder_and_no_other((history, _, at) in with_choice()) {
        let directory = history.directory();
        let graph = Graph::of(&directory).expect("builds");
        let text = Sum::of(&directory, &graph).expect("reads").to_string();
        let source = Source { path: SUM.into(), text: text.as_str().into() };
        let recorded = Sum::parse(&source).expect("parses");
        prop_assert!(recorded.compare(&Sum::of(&directory, &graph).expect("reads"), &directory).is_empty());
        let mut other = history.clone();
        other.parents[at] = if other.parents[at].is_empty() && at > 0 {
            [at - 1].into()
        } else {
            BTreeSet::new()
        };
        prop_assume!(other.parents[at] != history.parents[at]);
        let directory = other.directory();
        let graph = Graph::of(&directory).expect("builds");
        prop_assert!(!recorded.compare(&Sum::of(&directory, &graph).expect("reads"), &directory).is_empty());
    }

    #[test]
    fn a_rebase_leaves_one_line_less((history, _, at) in with_choice(), onto in 0..12_usize) {
        prop_assume!(onto < history.len());
        let directory = history.directory();
        let graph = Graph::of(&directory).expect("builds");
        let now = Version::new(1000);
        let Ok(rebase) = Rebase::plan(&directory, &graph, version(at), version(onto), now) else {
            let apart = at != onto && !history.before(at, onto) && !history.before(onto, at);
            prop_assert!(!apart);
            return Ok(());
        };
        let moved: BTreeSet<Version> = rebase.moves.iter().map(|it| it.from).collect();
        let kept = directory.revisions().filter(|it| !moved.contains(&it.version));
        let kept = kept.flat_map(|it| {
            let down = it.down.as_ref().map(|down| down.read().expect("in hand"));
            std::iter::once(it.up.clone()).chain(down)
        });
        let kept = kept.map(|source| (source.name(), source.text.to_string()));
        let new = rebase.new_files().into_iter().map(|file| {
            let name = file.path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, file.text)
        });
        let after = folder(kept.chain(new).collect());
        prop_assert_eq!(after.revisions().count(), history.len());
        let graph = Graph::of(&after).expect("still a graph");
        let head = rebase.moves.iter().find(|it| it.from == version(at)).expect("it moved").to;
        let before = graph.with_ancestors(&[head]);
        prop_assert!(before.contains(&version(onto)));
        prop_assert!(!graph.heads().contains(&version(onto)));
        for it in &rebase.moves {
            let revision = after.get(it.to).expect("there");
            prop_assert_eq!(&revision.checksum(), &it.checksum);
            prop_assert_eq!(graph.parents(it.to), it.parents.as_slice());
        }
    }
}

fn history_of(directory: &Directory) -> Vec<townpass::migration::listing::Entry> {
    history(directory, None).expect("a graph")
}

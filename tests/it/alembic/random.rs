//! Random histories: where Alembic answers, we answer the same, character for character but for the
//! order in which it tells labels and children, which is another in each of its runs.
//!
//! The histories are the same in every run; `PROPTEST_CASES=100` makes as many new ones.

use std::cell::RefCell;
use std::env;
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use townpass::alembic::project::Request;
use townpass::alembic::{History, Project, history::listing, history::versions};
use townpass::migration::listing::layout::{
    Detail, render_branches, render_heads, render_history, render_show,
};
use townpass::migration::{Range, Target};

use super::histories::{Revision, end, histories, lay_out, target};
use super::real::{Answer, RELEASES, Real, steady};

/// A question, and our answer to it.
type Question = (Vec<String>, Result<String, String>);

#[test]
fn where_alembic_answers_we_answer_the_same() {
    let choices = prop::collection::vec((any::<u16>(), any::<u16>()), 24);
    for release in RELEASES {
        let real = RefCell::new(Real::start(release));
        let mut runner = TestRunner::new(config());
        let outcome = runner.run(&(histories(), choices.clone()), |(revisions, choices)| {
            let directory = tempfile::tempdir().expect("a directory");
            lay_out(directory.path(), &revisions);
            let questions = questions(directory.path(), &revisions, &choices);
            let asked: Vec<Vec<String>> = questions.iter().map(|(it, _)| it.clone()).collect();
            let answers = real.borrow_mut().run(directory.path(), &asked);
            for ((question, ours), theirs) in questions.iter().zip(answers) {
                compare(question, ours, &theirs)?;
            }
            Ok(())
        });
        if let Err(error) = outcome {
            panic!("Alembic {release}: {error}");
        }
    }
}

fn config() -> Config {
    let some = Config {
        max_shrink_iters: 48,
        failure_persistence: None,
        ..Config::default()
    };
    if env::var_os("PROPTEST_CASES").is_some() {
        return some;
    }
    Config {
        cases: 12,
        rng_seed: RngSeed::Fixed(7),
        ..some
    }
}

fn compare(
    question: &[String],
    ours: &Result<String, String>,
    theirs: &Answer,
) -> Result<(), TestCaseError> {
    if theirs.code != 0 {
        // Ours may be wider.
        return Ok(());
    }
    match ours {
        Ok(ours) => prop_assert_eq!(steady(ours), steady(&theirs.stdout), "{:?}", question),
        Err(error) => prop_assert!(
            false,
            "{question:?}: we say {error}, Alembic says\n{}",
            theirs.stdout
        ),
    }
    Ok(())
}

fn read(directory: &Path) -> History {
    let request = Request {
        directory: directory.to_owned(),
        ..Request::default()
    };
    let project = Project::find(&request).expect("reads").expect("is there");
    versions::read(&project).expect("reads")
}

fn questions(directory: &Path, revisions: &[Revision], choices: &[(u16, u16)]) -> Vec<Question> {
    let history = read(directory);
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let told = |it: Result<String, townpass::migration::Error>| it.map_err(|it| it.to_string());
    let heads = |which, detail| Ok(render_heads(&listing::heads(&history, which), detail));
    let branches =
        |detail| told(listing::branches(&history).map(|points| render_branches(&points, detail)));
    let mut asked: Vec<Question> = vec![
        (
            words("heads"),
            heads(listing::Heads::OfBranches, Detail::Short),
        ),
        (
            words("heads -v"),
            heads(listing::Heads::OfBranches, Detail::Verbose),
        ),
        (
            words("heads --resolve-dependencies"),
            heads(listing::Heads::Effective, Detail::Short),
        ),
        (words("history"), told(part(&history, None, Detail::Short))),
        (
            words("history -v"),
            told(part(&history, None, Detail::Verbose)),
        ),
        (words("branches"), branches(Detail::Short)),
        (words("branches -v"), branches(Detail::Verbose)),
    ];
    for pair in choices.chunks_exact(2) {
        let [(a, b), (c, d)] = [pair[0], pair[1]].map(|(a, b)| (usize::from(a), usize::from(b)));
        let name = target(revisions, a, b);
        let shown = name
            .parse::<Target>()
            .and_then(|target| listing::show(&history, None, &target))
            .map(|shown| render_show(&shown));
        asked.push((vec!["show".to_owned(), name], told(shown)));
        let range = format!("{}:{}", end(revisions, a, b), end(revisions, c, d));
        let listed = part(&history, Some(&range), Detail::Short);
        asked.push((
            vec!["history".to_owned(), format!("-r{range}")],
            told(listed),
        ));
    }
    asked
}

fn part(
    history: &History,
    range: Option<&str>,
    detail: Detail,
) -> Result<String, townpass::migration::Error> {
    let range = range.map(str::parse::<Range>).transpose()?;
    let entries = listing::part(history, None, range.as_ref())?;
    Ok(render_history(&entries, detail))
}

/// What was found once among random histories.
#[test]
fn known_traps() {
    // Identifiers, what they revise, what they depend on, a label.
    type Line<'l> = (&'l str, &'l [&'l str], &'l [&'l str], &'l str);
    let traps: [(&[Line<'_>], &[&str]); 2] = [
        (
            &[
                ("aaaa1", &[], &[], ""),
                ("bbbb1", &[], &[], ""),
                ("bbbb2", &["bbbb1"], &["aaaa1"], ""),
            ],
            // There are two heads, but one thing on which nothing depends.
            &[":heads-1", ":heads+1"],
        ),
        (
            &[
                ("aaaa1", &[], &[], "side"),
                ("bbbb1", &[], &[], ""),
                ("bbbb2", &["bbbb1"], &[], ""),
                ("bbbb3", &["bbbb2"], &[], ""),
                ("cccc1", &["bbbb2", "aaaa1"], &[], ""),
            ],
            // `bbbb1` is not on a line with the label, so that this counts from the base.
            &["bbbb1:side@+2", "bbbb2:side@+2", "aaaa1:side@+1"],
        ),
    ];
    for (lines, ranges) in traps {
        let directory = tempfile::tempdir().expect("a directory");
        let owned = |words: &[&str]| words.iter().map(|&it| it.to_owned()).collect::<Vec<_>>();
        let revisions: Vec<Revision> = lines
            .iter()
            .map(|(id, parents, depends, label)| Revision {
                id: (*id).to_owned(),
                parents: owned(parents),
                depends: owned(depends),
                labels: owned(&[*label])
                    .into_iter()
                    .filter(|it| !it.is_empty())
                    .collect(),
                message: format!("step {id}"),
            })
            .collect();
        lay_out(directory.path(), &revisions);
        let asked: Vec<Vec<String>> = ranges
            .iter()
            .map(|range| vec!["history".to_owned(), format!("-r{range}")])
            .collect();
        let history = read(directory.path());
        for release in RELEASES {
            let answers = Real::start(release).run(directory.path(), &asked);
            for ((range, question), theirs) in ranges.iter().zip(&asked).zip(&answers) {
                assert_eq!(theirs.code, 0, "{release} {range}");
                let ours = part(&history, Some(range), Detail::Short).map_err(|it| it.to_string());
                compare(question, &ours, theirs).expect("the same");
            }
        }
    }
}

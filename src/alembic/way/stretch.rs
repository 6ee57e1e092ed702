//! Which revisions Alembic prints in one go: to start a Python for each of a hundred takes a minute.

use crate::alembic::history::{History, Ordinal};
use crate::migration::Direction;

/// Revisions to be printed that nothing stands between but others on the same line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    first: Ordinal,
    /// As the way goes.
    others: Vec<Ordinal>,
}

impl From<Ordinal> for Stretch {
    fn from(only: Ordinal) -> Self {
        Self {
            first: only,
            others: Vec::new(),
        }
    }
}

impl Stretch {
    /// Where it begins, and where it ends.
    pub fn ends(&self) -> (Ordinal, Ordinal) {
        (
            self.first,
            self.others.last().copied().unwrap_or(self.first),
        )
    }

    /// The revisions that are to be printed.
    pub fn revisions(&self) -> impl Iterator<Item = Ordinal> {
        std::iter::once(self.first).chain(self.others.iter().copied())
    }

    /// The words that let Alembic print it. Where a merge is printed, what lies beside it may come
    /// along.
    pub fn words(&self, history: &History, direction: Direction) -> Vec<String> {
        let id = |it: Ordinal| history.id(it);
        let before = |it: Ordinal| {
            history
                .graph()
                .parents(it)
                .first()
                .map_or("base", |&it| id(it))
        };
        let (first, last) = self.ends();
        let range = match direction {
            Direction::Upgrade => format!("{}:{}", before(first), id(last)),
            Direction::Downgrade => format!("{}:{}", id(first), before(last)),
        };
        vec![direction.as_str().to_owned(), range, "--sql".to_owned()]
    }

    /// What is left of it without the revision that could not be printed; each by itself where it
    /// is not known which that is.
    pub fn without(&self, revision: Option<Ordinal>) -> Vec<Self> {
        let Some(revision) = revision else {
            return self.revisions().map(Self::from).collect();
        };
        let all: Vec<Ordinal> = self.revisions().collect();
        let parts = all.split(|&it| it == revision);
        parts.filter_map(Self::of).collect()
    }

    fn of(revisions: &[Ordinal]) -> Option<Self> {
        let (&first, others) = revisions.split_first()?;
        let others = others.to_vec();
        Some(Self { first, others })
    }
}

/// Those of the way `revisions` that are `wanted`, as few stretches.
pub fn stretches(
    history: &History,
    direction: Direction,
    revisions: &[Ordinal],
    wanted: impl Fn(Ordinal) -> bool,
) -> Vec<Stretch> {
    let mut found: Vec<Stretch> = Vec::new();
    let mut is_joined = false;
    for (at, &revision) in revisions.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| revisions[at]);
        is_joined &= before.is_some_and(|it| is_next(history, direction, it, revision));
        if !wanted(revision) {
            continue;
        }
        match found.last_mut() {
            Some(stretch) if is_joined => stretch.others.push(revision),
            Some(_) | None => found.push(revision.into()),
        }
        is_joined = true;
    }
    found
}

/// Whether Alembic comes from the one to the other, and past nothing else.
fn is_next(history: &History, direction: Direction, from: Ordinal, to: Ordinal) -> bool {
    let (below, above) = match direction {
        Direction::Upgrade => (from, to),
        Direction::Downgrade => (to, from),
    };
    let graph = history.graph();
    let stands_alone = |it: Ordinal| graph.depends(it).is_empty() && graph.parents(it).len() < 2;
    graph.parents(above) == [below]
        && graph.children(below) == [above]
        && [below, above].into_iter().all(stands_alone)
}

#[cfg(test)]
mod tests {
    use super::{Stretch, stretches};
    use crate::alembic::{History, Ordinal, Script};
    use crate::migration::{Direction, Source};

    /// `a` to `d` on a line, `x` beside it, and `m`, which joins both, below `n`, which depends on `x`.
    fn history() -> History {
        let file = |id: &str, parents: &str, depends: &str| {
            let text =
                format!("revision = '{id}'\ndown_revision = {parents}\ndepends_on = {depends}\n");
            Script::parse(Source {
                path: format!("{id}.py").into(),
                text: text.into(),
            })
            .expect("reads")
        };
        let scripts = vec![
            file("a", "None", "None"),
            file("b", "'a'", "None"),
            file("c", "'b'", "None"),
            file("d", "'c'", "None"),
            file("x", "None", "None"),
            file("m", "('d', 'x')", "None"),
            file("n", "'m'", "'x'"),
        ];
        History::of(scripts).expect("links")
    }

    #[test]
    fn what_is_printed_in_one_go() {
        let history = history();
        let find = |id: &str| history.find(id).expect("it is there");
        let (up, down) = (Direction::Upgrade, Direction::Downgrade);
        for (direction, way, wanted, expected) in [
            (up, "a b c d", "a b c d", &["upgrade base:d --sql"][..]),
            (up, "a b c d", "b d", &["upgrade a:d --sql"]),
            (up, "a b c d", "c", &["upgrade b:c --sql"]),
            (up, "a b c d", "", &[]),
            (down, "d c b a", "d c a", &["downgrade d:base --sql"]),
            (down, "d c b a", "c b", &["downgrade c:a --sql"]),
            // Another way may come between, and what is beside a merge would come along.
            (
                up,
                "a x b c d",
                "a b c",
                &["upgrade base:a --sql", "upgrade a:c --sql"],
            ),
            (
                up,
                "c d m n",
                "c d m n",
                &[
                    "upgrade b:d --sql",
                    "upgrade d:m --sql",
                    "upgrade m:n --sql",
                ],
            ),
            (
                down,
                "m d c",
                "m d c",
                &["downgrade m:d --sql", "downgrade d:b --sql"],
            ),
        ] {
            let way: Vec<Ordinal> = way.split_whitespace().map(find).collect();
            let wanted: Vec<Ordinal> = wanted.split_whitespace().map(find).collect();
            let found = stretches(&history, direction, &way, |it| wanted.contains(&it));
            let told: Vec<String> = found
                .iter()
                .map(|it| it.words(&history, direction).join(" "))
                .collect();
            assert_eq!(told, expected, "{direction:?} {way:?} {wanted:?}");
            let printed: Vec<Ordinal> = found.iter().flat_map(Stretch::revisions).collect();
            assert_eq!(printed, wanted);
        }
    }

    #[test]
    fn what_is_left_beside_one_that_fails() {
        let history = history();
        let find = |id: &str| history.find(id).expect("it is there");
        let way = ["a", "b", "c", "d"].map(find);
        let all = Stretch::of(&way).expect("it is not empty");
        for (failed, expected) in [
            (Some("a"), &["a:d"][..]),
            (Some("c"), &["base:b", "c:d"]),
            (Some("d"), &["base:c"]),
            (None, &["base:a", "a:b", "b:c", "c:d"]),
        ] {
            let left = all.without(failed.map(find));
            let told = left
                .iter()
                .map(|it| it.words(&history, Direction::Upgrade).remove(1));
            assert_eq!(told.collect::<Vec<_>>(), expected, "{failed:?}");
        }
        assert_eq!(Stretch::from(find("a")).without(Some(find("a"))), []);
    }
}

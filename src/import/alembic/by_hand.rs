//! Ways that a person wrote as SQL: of revisions that only Python can tell, or that are to be told
//! otherwise. Each is a file called by the whole identifier, `1a34685c3b0f.up.sql` or `….down.sql`.

use std::collections::BTreeMap;

use crate::alembic;
use crate::alembic::Ordinal;
use crate::import::error::Error;
use crate::import::source::folder::Folder;
use crate::migration::{Direction, Source};

/// Those of a folder.
#[derive(Clone, Debug, Default)]
pub struct ByHand {
    ups: BTreeMap<Ordinal, Source>,
    downs: BTreeMap<Ordinal, Source>,
}

impl ByHand {
    /// Reads those of `folder`, which must be ways of `history`; what is no SQL is passed over.
    pub fn of(folder: &Folder, history: &alembic::History) -> Result<Self, Error> {
        let mut found = Self::default();
        for file in folder.flat() {
            let Some(name) = file.name.strip_suffix(".sql") else {
                continue;
            };
            let (id, ways) = match (name.strip_suffix(".up"), name.strip_suffix(".down")) {
                (Some(id), _) => (id, &mut found.ups),
                (None, Some(id)) => (id, &mut found.downs),
                (None, None) => (name, &mut found.ups),
            };
            match history.find(id).filter(|_| id != name) {
                Some(revision) => ways.insert(revision, file.source.clone()),
                None => return Err(Error::NoWayByHand(file.source.path.clone())),
            };
        }
        Ok(found)
    }

    /// What was written of a way.
    pub(super) fn get(&self, revision: Ordinal, direction: Direction) -> Option<&Source> {
        match direction {
            Direction::Upgrade => self.ups.get(&revision),
            Direction::Downgrade => self.downs.get(&revision),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ByHand;
    use crate::alembic::History;
    use crate::alembic::script::tests::script;
    use crate::import::source::folder::tests::folder;
    use crate::migration::Direction;

    #[test]
    fn a_file_is_called_by_the_whole_identifier() {
        let text = "revision = '1a2b'\ndown_revision = None\n";
        let history = History::of(vec![script("a.py", text).expect("parses")]).expect("links");
        let revision = history.find("1a2b").expect("it is there");
        let files = [
            ("1a2b.down.sql", "b"),
            ("1a2b.up.sql", "a"),
            ("README.md", ""),
        ];
        let found = ByHand::of(&folder(&files), &history).expect("reads");
        for (direction, text) in [(Direction::Upgrade, "a"), (Direction::Downgrade, "b")] {
            let source = found.get(revision, direction).expect("it is there");
            assert_eq!(&*source.text, text);
        }
        for name in ["1a2b.sql", "1a.up.sql", "x.down.sql", "1A2B.up.sql"] {
            let error = ByHand::of(&folder(&[(name, "")]), &history).expect_err(name);
            assert!(error.to_string().contains(name), "{error}");
        }
    }
}

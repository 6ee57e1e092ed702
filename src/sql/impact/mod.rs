//! What a statement does to what is there: which objects it touches, how it locks them, and what
//! is dangerous about that.
//!
//! All of it is read from the text, by PostgreSQL's grammar; no server is asked. Where the text
//! does not tell (a `DO` block, a statement that the grammar does not know), the impact says that
//! too, instead of being empty. Which rows or dependants a statement meets is not known here.

mod alter;
mod alter_column;
mod alter_table;
mod block;
mod create;
mod drop;
mod hazard;
mod lock_mode;
mod object;
mod query;
mod read;
mod upkeep;
mod volatile;

#[cfg(test)]
mod cases;

pub use hazard::{Danger, Hazard, Peril};
pub use lock_mode::LockMode;
pub use object::{Kind, Object};
pub use read::impact;

/// What a statement does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Impact {
    /// The objects that were there before and are locked, each with its strongest lock.
    pub locks: Vec<(Object, LockMode)>,
    /// The objects that are made, if they are made for certain: `IF NOT EXISTS` makes none.
    pub creates: Vec<Object>,
    /// Columns that are added to a table, if they are for certain.
    pub adds: Vec<(Object, String)>,
    /// A relation that goes on under another name.
    pub renames: Option<(Object, Object)>,
    /// What is dangerous about it.
    pub hazards: Vec<Hazard>,
}

impl Impact {
    fn lock(&mut self, object: Object, mode: LockMode) {
        match self.locks.iter_mut().find(|(known, _)| *known == object) {
            Some((_, known)) => *known = mode.max(*known),
            None => self.locks.push((object, mode)),
        }
    }

    fn hazard(&mut self, peril: Peril, object: &Object) {
        self.part_hazard(peril, object, None);
    }

    fn part_hazard(&mut self, peril: Peril, object: &Object, part: Option<String>) {
        self.hazards.push(Hazard {
            peril,
            object: object.clone(),
            part,
        });
    }
}

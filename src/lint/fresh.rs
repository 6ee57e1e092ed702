//! What a plan has made so far. Nobody else uses it yet, so there is nothing to lose and nobody to
//! block.

use crate::sql::impact::{Impact, Object, Peril};

/// Objects and columns that statements before this one made.
#[derive(Clone, Debug, Default)]
pub struct Fresh {
    objects: Vec<Object>,
    columns: Vec<(Object, String)>,
}

impl Fresh {
    /// Whether the plan itself made `object`.
    pub fn has(&self, object: &Object) -> bool {
        self.objects.iter().any(|known| known.is_same(object))
    }

    /// Takes out of `impact` what concerns only things that the plan made.
    pub fn leave_out(&self, impact: &mut Impact) {
        impact.locks.retain(|(object, _)| !self.has(object));
        impact.hazards.retain(|hazard| {
            let column = hazard.part.as_deref().unwrap_or_default();
            let new_column = hazard.peril == Peril::DropColumn
                && self
                    .columns
                    .iter()
                    .any(|(table, known)| table.is_same(&hazard.object) && known == column);
            !new_column && !self.has(&hazard.object)
        });
    }

    /// Goes past a statement that does `impact`.
    pub fn pass(&mut self, impact: &Impact) {
        self.objects.retain(|object| {
            !impact
                .hazards
                .iter()
                .any(|hazard| hazard.object.is_same(object) && is_drop(hazard.peril))
        });
        if let Some((from, to)) = &impact.renames {
            for object in &mut self.objects {
                if object.is_same(from) {
                    *object = to.clone();
                }
            }
        }
        self.objects.extend(impact.creates.iter().cloned());
        self.columns.extend(impact.adds.iter().cloned());
    }
}

fn is_drop(peril: Peril) -> bool {
    matches!(
        peril,
        Peril::DropTable
            | Peril::DropView
            | Peril::DropSequence
            | Peril::DropType
            | Peril::DropDomain
            | Peril::DropSchema
            | Peril::DropExtension
            | Peril::DropFunction
            | Peril::DropDatabase
    )
}

#[cfg(test)]
mod tests {
    use super::Fresh;
    use crate::sql::impact;

    #[test]
    fn what_the_plan_made_is_nobodys_yet() {
        for (script, left) in [
            (&["create table a ()", "drop table a"][..], 0),
            (&["create table a ()", "drop table public.a"], 0),
            (&["create table b.a ()", "drop table a"], 1),
            (&["create table if not exists a ()", "drop table a"], 1),
            (&["create table a ()", "drop table a", "drop table a"], 1),
            (
                &[
                    "create table a ()",
                    "alter table a rename to b",
                    "drop table b",
                ],
                0,
            ),
            (
                &[
                    "create table a ()",
                    "alter table a rename to b",
                    "drop table a",
                ],
                1,
            ),
            (
                &["alter table a add x int", "alter table a drop column x"],
                0,
            ),
            (
                &["alter table a add x int", "alter table a drop column y"],
                1,
            ),
            (&["create table a ()", "create index on a (x)"], 0),
            (&["create index i on a (x)"], 1),
            (&["create view v as select 1", "drop view v"], 0),
        ] {
            let mut fresh = Fresh::default();
            let mut last = 0;
            for statement in script {
                let whole = impact(statement);
                let mut seen = whole.clone();
                fresh.leave_out(&mut seen);
                fresh.pass(&whole);
                last = seen.hazards.len();
            }
            assert_eq!(last, left, "{script:?}");
        }
    }
}

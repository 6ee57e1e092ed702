//! What dies, said before it does.

use jiff::Timestamp;

use super::Story;
use crate::database::reset::{Holding, Loss, Plan, Safety, words};
use crate::report::words::{Bytes, Count};

impl Story<'_> {
    /// Says what a reset would destroy, and whether a copy is kept.
    pub fn loss(&self, plan: &Plan) {
        let place = words(&plan.data);
        match &plan.loss {
            Loss::Unknown => {
                self.warning(&format!(
                    "{place} will be removed; no server answers, so what is in it cannot be told"
                ));
            }
            Loss::Known { holdings, roles } => {
                for holding in holdings {
                    if holding.is_empty() && holding.name != plan.database {
                        continue;
                    }
                    self.warning(&format!("this removes {}", told(holding)));
                }
                if let Ok(roles @ 1..) = usize::try_from(*roles) {
                    self.warning(&format!("this removes {}", Count(roles, "role")));
                }
            }
        }
        if plan.safety == Safety::Keep {
            self.note("a snapshot is kept first; `townpass dev snapshot restore` undoes this");
        }
    }
}

fn told(holding: &Holding) -> String {
    let name = &holding.name;
    let size = Bytes(holding.size);
    if let Some(note) = holding.note() {
        return format!("snapshot `{}`, {size}, which is within the data", note.name);
    }
    match &holding.inside {
        None => format!("database `{name}`, {size}"),
        Some(inside) => {
            let tables = Count(
                usize::try_from(inside.tables).unwrap_or(usize::MAX),
                "table",
            );
            let written = inside
                .last_written()
                .and_then(|time| Timestamp::try_from(time).ok())
                .map(|time| format!(", last written {}", time.strftime("%Y-%m-%d %H:%M UTC")))
                .unwrap_or_default();
            let rows = match inside.rows {
                // After a restore the statistics begin anew.
                None => "its rows not counted yet".to_owned(),
                Some(rows) => {
                    let rows = Count(usize::try_from(rows).unwrap_or(usize::MAX), "row");
                    format!("about {rows}")
                }
            };
            format!("database `{name}`, {size}, {tables}, {rows}{written}")
        }
    }
}

//! The history as a drawing: a column a branch, newest on top, as `git log --graph` draws commits.
//!
//! What a revision *revises* is drawn; what it merely depends on is told beside it.

use std::collections::BTreeSet;

use crate::migration::listing::Entry;

/// A line of the drawing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The columns.
    pub lanes: String,
    /// Which of the entries stands on it; none where lines only join or part.
    pub entry: Option<usize>,
    /// The columns below it, for what else is told of the entry.
    pub below: String,
}

/// Draws `entries`, which are newest first. What leads out of them ends at the bottom.
pub fn draw(entries: &[Entry]) -> Vec<Row> {
    let drawn: BTreeSet<&str> = entries
        .iter()
        .map(|entry| entry.revision.as_str())
        .collect();
    let mut lanes = Lanes::default();
    let mut rows = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let joining = lanes.awaiting(&entry.revision);
        let column = match joining.as_slice() {
            [] => lanes.open(&entry.revision, 0),
            [column, rest @ ..] => {
                if !rest.is_empty() {
                    rows.push(line(lanes.fan(*column, rest, '╯')));
                    lanes.close(rest);
                }
                *column
            }
        };
        let mark = mark(entry);
        let row = lanes.row(column, mark);
        let parents: Vec<&str> = entry
            .parents
            .iter()
            .map(String::as_str)
            .filter(|parent| drawn.contains(parent))
            .collect();
        // A lane that leads to what is not drawn goes on to the end of the drawing.
        let outside = parents.is_empty() && !entry.parents.is_empty();
        lanes.0[column] = match parents.first() {
            Some(&first) => Some(Lane::To(first)),
            None if outside => Some(Lane::Out),
            None => None,
        };
        let others: Vec<usize> = parents
            .iter()
            .skip(1)
            .map(|&parent| lanes.open(parent, column + 1))
            .collect();
        let below = if others.is_empty() {
            lanes.plain()
        } else {
            let before: Vec<usize> = others.clone();
            let mut above = lanes.clone();
            above.close(&before);
            above.plain()
        };
        rows.push(Row {
            lanes: row,
            entry: Some(at),
            below,
        });
        if !others.is_empty() {
            rows.push(line(lanes.fan(column, &others, '╮')));
        }
        lanes.trim();
    }
    rows
}

/// `◉` where the database stands, `●` what it has, `○` what is pending or not known.
fn mark(entry: &Entry) -> char {
    match (entry.current, entry.applied) {
        (Some(true), _) => '◉',
        (_, Some(true)) => '●',
        _ => '○',
    }
}

fn line(lanes: String) -> Row {
    Row {
        below: String::new(),
        lanes,
        entry: None,
    }
}

/// The columns, and what each leads to.
#[derive(Clone, Debug, Default)]
struct Lanes<'e>(Vec<Option<Lane<'e>>>);

/// Where a column leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lane<'e> {
    /// To this revision, further down.
    To(&'e str),
    /// Out of the drawing.
    Out,
}

impl<'e> Lanes<'e> {
    /// The columns that lead to `version`.
    fn awaiting(&self, version: &str) -> Vec<usize> {
        let to = Some(Lane::To(version));
        (0..self.0.len()).filter(|&at| self.0[at] == to).collect()
    }

    /// A column for `version`: the first free one at or behind `from`.
    fn open(&mut self, version: &'e str, from: usize) -> usize {
        let free = (from..self.0.len()).find(|&at| self.0[at].is_none());
        let at = free.unwrap_or(self.0.len());
        if at == self.0.len() {
            self.0.push(None);
        }
        self.0[at] = Some(Lane::To(version));
        at
    }

    fn close(&mut self, columns: &[usize]) {
        for &column in columns {
            self.0[column] = None;
        }
    }

    /// Forgets free columns at the right end.
    fn trim(&mut self) {
        while self.0.last().is_some_and(Option::is_none) {
            self.0.pop();
        }
    }

    /// A row with `mark` in `column`.
    fn row(&self, column: usize, mark: char) -> String {
        self.text(|at, lane| match lane {
            _ if at == column => (mark, ' '),
            Some(_) => ('│', ' '),
            None => (' ', ' '),
        })
    }

    /// A row of nothing but what goes on.
    fn plain(&self) -> String {
        self.text(|_, lane| (if lane.is_some() { '│' } else { ' ' }, ' '))
    }

    /// A row where `others` and `column` meet; `corner` is how the last of them turns.
    fn fan(&self, column: usize, others: &[usize], corner: char) -> String {
        let last = others.iter().copied().max().unwrap_or(column);
        let inner = if corner == '╯' { '┴' } else { '┬' };
        self.text(|at, lane| {
            let sign = match lane {
                _ if at == column => '├',
                _ if at == last => corner,
                _ if others.contains(&at) => inner,
                Some(_) if (column..last).contains(&at) => '┼',
                None if (column..last).contains(&at) => '─',
                Some(_) => '│',
                None => ' ',
            };
            let gap = if (column..last).contains(&at) {
                '─'
            } else {
                ' '
            };
            (sign, gap)
        })
    }

    fn text(&self, sign: impl Fn(usize, Option<Lane<'e>>) -> (char, char)) -> String {
        let mut text = String::new();
        for (at, lane) in self.0.iter().enumerate() {
            let (sign, gap) = sign(at, *lane);
            text.push(sign);
            text.push(gap);
        }
        text.truncate(text.trim_end().len());
        text
    }
}

#[cfg(test)]
mod tests {
    use super::draw;
    use crate::migration::directory::tests::directory;
    use crate::migration::listing::history;

    fn drawing(files: &[(&str, &str)]) -> String {
        let entries = history(&directory(files).expect("reads"), None).expect("a graph");
        draw(&entries)
            .iter()
            .map(|row| {
                let name = row.entry.map(|at| format!(" {}", entries[at].revision));
                format!("{}{}\n", row.lanes, name.unwrap_or_default())
            })
            .collect()
    }

    #[test]
    fn a_line_is_a_column() {
        insta::assert_snapshot!(drawing(&[("1_a.sql", ""), ("2_b.sql", "")]), @"
        ○ 2
        ○ 1
        ");
    }

    #[test]
    fn branches_part_and_join() {
        let files = [
            ("1_a.sql", ""),
            ("2_b.sql", "-- townpass:revises 1"),
            ("3_c.sql", "-- townpass:revises 1"),
            ("4_d.sql", "-- townpass:revises 3"),
            ("5_e.sql", "-- townpass:revises 2, 4"),
            ("6_f.sql", "-- townpass:revises 5"),
            ("7_g.sql", "-- townpass:revises 3"),
        ];
        insta::assert_snapshot!(drawing(&files), @"
        ○ 7
        │ ○ 6
        │ ○ 5
        │ ├─╮
        │ │ ○ 4
        ├─┼─╯
        ○ │ 3
        │ ○ 2
        ├─╯
        ○ 1
        ");
    }

    #[test]
    fn three_ways_and_two_roots() {
        let files = [
            ("1_a.sql", "-- townpass:revises base"),
            ("2_b.sql", "-- townpass:revises base"),
            ("3_c.sql", "-- townpass:revises 1"),
            ("4_d.sql", "-- townpass:revises 1"),
            ("5_e.sql", "-- townpass:revises 1"),
            ("6_f.sql", "-- townpass:revises 2, 3, 5"),
            ("7_g.sql", "-- townpass:revises 4"),
        ];
        insta::assert_snapshot!(drawing(&files), @"
        ○ 7
        │ ○ 6
        │ ├─┬─╮
        │ │ │ ○ 5
        ○ │ │ │ 4
        │ │ ○ │ 3
        │ ○ │ │ 2
        ├───┴─╯
        ○ 1
        ");
    }
}

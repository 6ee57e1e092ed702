//! What `alembic check` finds that the models have and the database has not, or the other way round.
//!
//! Alembic tells it as the `repr` of a list of tuples, some of them in lists of their own. It is no
//! Python that could be parsed: tables stand in it as `<users>`.

use serde::Serialize;

/// How Alembic begins.
const BEGINNING: &str = "New upgrade operations detected: ";

/// Something that a new revision would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Operation {
    /// What: `add_column`.
    pub kind: String,
    /// To what, in Alembic's own words.
    pub subject: String,
}

/// The operations that `message`, with which Alembic refused, tells of; `None` if it tells of none.
pub fn read(message: &str) -> Option<Vec<Operation>> {
    let list = message.strip_prefix(BEGINNING)?;
    let mut found = Vec::new();
    gather(list.trim(), &mut found);
    Some(found)
}

/// Takes apart a list of tuples and of lists of them.
fn gather(text: &str, found: &mut Vec<Operation>) {
    if let Some(elements) = within(text, '[', ']') {
        for element in elements {
            gather(element, found);
        }
        return;
    }
    let elements = within(text, '(', ')').unwrap_or_else(|| vec![text]);
    let mut elements = elements.into_iter();
    let Some(kind) = elements.next() else {
        return;
    };
    // The schema where there is none, and what is known of the column that is to be changed.
    let is_said = |it: &&str| *it != "None" && !it.starts_with('{');
    let subject: Vec<&str> = elements.filter(is_said).collect();
    found.push(Operation {
        kind: kind.trim_matches(['\'', '"']).to_owned(),
        subject: subject.join(", ").replace("MetaData(), ", ""),
    });
}

/// The elements of a list or a tuple; `None` if it is none.
fn within(text: &str, open: char, close: char) -> Option<Vec<&str>> {
    let inner = text.strip_prefix(open)?.strip_suffix(close)?;
    let mut elements = Vec::new();
    let (mut depth, mut start, mut quote) = (0_usize, 0, None);
    let mut characters = inner.char_indices();
    while let Some((at, character)) = characters.next() {
        match (character, quote) {
            ('\\', Some(_)) => drop(characters.next()),
            (_, Some(ends)) if character == ends => quote = None,
            (_, Some(_)) => {}
            ('\'' | '"', None) => quote = Some(character),
            ('(' | '[' | '{', None) => depth += 1,
            (')' | ']' | '}', None) => depth = depth.saturating_sub(1),
            (',', None) if depth == 0 => {
                elements.push(inner[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    elements.push(inner[start..].trim());
    elements.retain(|it| !it.is_empty());
    Some(elements)
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn operations() {
        let message = "New upgrade operations detected: [('remove_table', Table('old', MetaData(), \
            Column('id', INTEGER(), table=<old>), schema=None)), ('add_column', None, 'users', \
            Column('email', String(length=120), table=<users>, comment=\"it's (so]\")), \
            [('modify_type', 'app', 'users', 'id', {'existing_nullable': True, 'existing_comment': None}, \
            VARCHAR(length=3), Integer()), ('modify_nullable', None, 'users', 'id', {}, True, False)], \
            ('add_constraint', UniqueConstraint(Column('email', NullType(), table=<users>)))]";
        let told = read(message).expect("it is one");
        let told: Vec<String> = told
            .iter()
            .map(|it| format!("{}: {}", it.kind, it.subject))
            .collect();
        assert_eq!(
            told,
            [
                "remove_table: Table('old', Column('id', INTEGER(), table=<old>), schema=None)",
                "add_column: 'users', Column('email', String(length=120), table=<users>, \
                 comment=\"it's (so]\")",
                "modify_type: 'app', 'users', 'id', VARCHAR(length=3), Integer()",
                "modify_nullable: 'users', 'id', True, False",
                "add_constraint: UniqueConstraint(Column('email', NullType(), table=<users>))",
            ]
        );
        assert_eq!(read("Target database is not up to date."), None);
        let odd = read("New upgrade operations detected: [('it\\'s').").expect("it is one");
        assert_eq!(odd.len(), 1, "what cannot be taken apart is told whole");
    }
}

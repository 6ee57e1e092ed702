//! The rules by name: squawk's names, and names of ours where squawk has none.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Data may be lost: it needs an approval.
    Destructive,
    /// Programs that still run may stop working.
    Breaking,
    /// Others are kept from reading or writing for long.
    Blocking,
    /// A matter of taste; not looked for unless asked.
    Style,
}

/// A rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rule {
    /// Its name.
    pub name: &'static str,
    /// How much it matters.
    pub class: Class,
    /// What it is about.
    pub about: &'static str,
}

const fn rule(class: Class, name: &'static str, about: &'static str) -> Rule {
    Rule { name, class, about }
}

use Class::{Blocking, Breaking, Destructive, Style};

/// All rules.
#[rustfmt::skip]
pub const RULES: &[Rule] = &[
    rule(Destructive, "ban-delete-all", "DELETE without WHERE"),
    rule(Destructive, "ban-drop-attribute", "ALTER TYPE … DROP ATTRIBUTE"),
    rule(Destructive, "ban-drop-column", "DROP COLUMN"),
    rule(Destructive, "ban-drop-database", "DROP DATABASE"),
    rule(Destructive, "ban-drop-domain", "DROP DOMAIN"),
    rule(Destructive, "ban-drop-extension", "DROP EXTENSION"),
    rule(Destructive, "ban-drop-owned", "DROP OWNED"),
    rule(Destructive, "ban-drop-schema", "DROP SCHEMA"),
    rule(Destructive, "ban-drop-sequence", "DROP SEQUENCE"),
    rule(Destructive, "ban-drop-table", "DROP TABLE"),
    rule(Destructive, "ban-drop-type", "DROP TYPE"),
    rule(Destructive, "ban-hidden-loss", "DROP, TRUNCATE or DELETE inside a DO block"),
    rule(Destructive, "ban-truncate", "TRUNCATE"),
    rule(Destructive, "ban-update-all", "UPDATE without WHERE"),
    rule(Destructive, "changing-column-type", "a type that may not hold every value"),
    rule(Destructive, "unread-revision", "a revision of which nobody can say what it does"),
    rule(Destructive, "unread-statement", "a statement that could not be read"),
    rule(Breaking, "adding-required-field", "a NOT NULL column without a default"),
    rule(Breaking, "ban-alter-identity", "a change of an identity column"),
    rule(Breaking, "ban-drop-constraint", "DROP CONSTRAINT"),
    rule(Breaking, "ban-drop-default", "DROP DEFAULT"),
    rule(Breaking, "ban-drop-function", "DROP FUNCTION"),
    rule(Breaking, "ban-drop-generated-expression", "DROP EXPRESSION"),
    rule(Breaking, "ban-drop-not-null", "DROP NOT NULL"),
    rule(Breaking, "ban-drop-view", "DROP VIEW"),
    rule(Breaking, "ban-duplicate-column-assignments", "one column set twice"),
    rule(Breaking, "ban-set-schema", "SET SCHEMA"),
    rule(Breaking, "renaming-column", "RENAME COLUMN"),
    rule(Breaking, "renaming-object", "a new name for something"),
    rule(Breaking, "renaming-table", "RENAME TO"),
    rule(Blocking, "adding-field-with-default", "a column that is filled row by row"),
    rule(Blocking, "adding-foreign-key-constraint", "ADD FOREIGN KEY without NOT VALID"),
    rule(Blocking, "adding-not-nullable-field", "SET NOT NULL"),
    rule(Blocking, "adding-serial-primary-key-field", "a primary key that builds its index"),
    rule(Blocking, "ban-alter-domain-with-add-constraint", "a constraint added to a domain"),
    rule(Blocking, "constraint-missing-not-valid", "ADD CONSTRAINT without NOT VALID"),
    rule(Blocking, "disallowed-unique-constraint", "a unique constraint that builds its index"),
    rule(Blocking, "locking-table", "LOCK TABLE against readers"),
    rule(Blocking, "require-concurrent-index-creation", "CREATE INDEX without CONCURRENTLY"),
    rule(Blocking, "require-concurrent-index-deletion", "DROP INDEX without CONCURRENTLY"),
    rule(Blocking, "require-concurrent-partition-detach", "DETACH PARTITION without CONCURRENTLY"),
    rule(Blocking, "require-concurrent-refresh", "REFRESH without CONCURRENTLY"),
    rule(Blocking, "require-concurrent-reindex", "REINDEX without CONCURRENTLY"),
    rule(Blocking, "rewriting-table", "every row written anew"),
    rule(Style, "ban-add-column", "ADD COLUMN"),
    rule(Style, "ban-add-composite-attribute", "ALTER TYPE … ADD ATTRIBUTE"),
    rule(Style, "ban-add-enum-value", "ALTER TYPE … ADD VALUE"),
    rule(Style, "ban-char-field", "the type char(n)"),
    rule(Style, "ban-create-domain-with-constraint", "a domain with a constraint"),
    rule(Style, "ban-create-policy", "CREATE POLICY"),
    rule(Style, "ban-detach-inheritance", "NO INHERIT"),
    rule(Style, "ban-disable-trigger", "DISABLE TRIGGER"),
    rule(Style, "ban-drop-index", "DROP INDEX"),
    rule(Style, "ban-drop-policy", "DROP POLICY"),
    rule(Style, "ban-drop-trigger", "DROP TRIGGER"),
    rule(Style, "ban-new-write-restriction", "a constraint that existing programs may not meet"),
    rule(Style, "ban-replace-view-function", "CREATE OR REPLACE of a view or function"),
    rule(Style, "ban-replica-identity", "REPLICA IDENTITY"),
    rule(Style, "ban-revoke", "REVOKE"),
    rule(Style, "ban-set-default", "SET DEFAULT"),
    rule(Style, "identifier-too-long", "a name that PostgreSQL cuts off"),
    rule(Style, "prefer-bigint-over-int", "the type integer"),
    rule(Style, "prefer-bigint-over-smallint", "the type smallint"),
    rule(Style, "prefer-identity", "serial in place of an identity column"),
    rule(Style, "prefer-repack", "VACUUM FULL or CLUSTER"),
    rule(Style, "prefer-robust-stmts", "a statement that cannot be run twice"),
    rule(Style, "prefer-text-field", "the type varchar(n)"),
    rule(Style, "prefer-timestamp-tz", "a timestamp without time zone"),
    rule(Style, "require-enum-value-ordering", "a new enum value without BEFORE or AFTER"),
    rule(Style, "require-lock-timeout", "no lock_timeout is set; the runner sets one"),
    rule(Style, "require-statement-timeout", "no statement_timeout is set; `--statement-timeout` does"),
    rule(Style, "require-table-schema", "a table without its schema"),
];

impl Rule {
    /// The rule of that name; `drop-column` means `ban-drop-column`.
    pub fn find(name: &str) -> Option<&'static Self> {
        RULES
            .iter()
            .find(|rule| rule.name == name || rule.name.strip_prefix("ban-") == Some(name))
    }
}

impl Class {
    /// All of them.
    pub const ALL: [Self; 4] = [Destructive, Breaking, Blocking, Style];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Destructive => "destructive",
            Breaking => "breaking",
            Blocking => "blocking",
            Style => "style",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One rule, or all of a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice(Vec<&'static Rule>);

impl FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(class) = Class::ALL.into_iter().find(|it| it.as_str() == text) {
            return Ok(Self(RULES.iter().filter(|it| it.class == class).collect()));
        }
        match Rule::find(text) {
            Some(rule) => Ok(Self(vec![rule])),
            None => Err(match nearest(text) {
                Some(name) => format!("there is no rule `{text}`; did you mean `{name}`?"),
                None => format!(
                    "there is no rule `{text}`; classes of rules are `destructive`, `breaking`, `blocking`, `style`"
                ),
            }),
        }
    }
}

/// The rule whose name is most like `text`.
pub(in crate::lint) fn nearest(text: &str) -> Option<&'static str> {
    RULES
        .iter()
        .map(|rule| {
            let short = rule.name.strip_prefix("ban-").unwrap_or(rule.name);
            let distance = [rule.name, short].map(|it| strsim::damerau_levenshtein(it, text));
            (distance[0].min(distance[1]), rule.name)
        })
        .filter(|(distance, _)| *distance <= 1 + text.len() / 4)
        .min()
        .map(|(_, name)| name)
}

/// The rules to go by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection(BTreeSet<&'static str>);

impl Selection {
    /// All but the style ones, with `more` and without `fewer`.
    pub fn new(more: &[Choice], fewer: &[Choice]) -> Self {
        let mut names: BTreeSet<&str> = RULES
            .iter()
            .filter(|rule| rule.class != Style)
            .chain(more.iter().flat_map(|choice| choice.0.iter().copied()))
            .map(|rule| rule.name)
            .collect();
        for rule in fewer.iter().flat_map(|choice| &choice.0) {
            names.remove(rule.name);
        }
        Self(names)
    }

    /// Whether `rule` is one of them.
    pub fn has(&self, rule: &Rule) -> bool {
        self.0.contains(rule.name)
    }
}

impl Default for Selection {
    fn default() -> Self {
        Self::new(&[], &[])
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Choice, Class, RULES, Rule, Selection};

    #[test]
    fn every_rule_stands_there_once() {
        let names: BTreeSet<&str> = RULES.iter().map(|rule| rule.name).collect();
        assert_eq!(names.len(), RULES.len());
    }

    #[test]
    fn rules_are_chosen_by_name_and_by_class() {
        let choice = |text: &str| text.parse::<Choice>().expect(text);
        let is = |selection: &Selection, name| selection.has(Rule::find(name).expect("a rule"));
        let usual = Selection::default();
        assert!(is(&usual, "drop-column") && !is(&usual, "prefer-text-field"));
        let chosen = Selection::new(
            &[choice("style")],
            &[choice("prefer-identity"), choice("blocking")],
        );
        assert!(is(&chosen, "prefer-text-field") && !is(&chosen, "prefer-identity"));
        assert!(!is(&chosen, "locking-table") && is(&chosen, "drop-table"));
        let error = "ban-drop-colum".parse::<Choice>().expect_err("a slip");
        assert_eq!(
            error,
            "there is no rule `ban-drop-colum`; did you mean `ban-drop-column`?"
        );
        assert!("nonsense".parse::<Choice>().is_err());
        assert_eq!(Class::ALL.map(Class::as_str).len(), 4);
    }
}

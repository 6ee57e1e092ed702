//! All findings about a plan: its hazards, and what squawk's rules add.

use super::finding::Finding;
use super::rule::{Class, Rule, Selection};
use super::squawk;
use super::survey::{Examined, Survey, Surveyed};

/// The findings about `survey` by the rules of `selection`, in the order of the plan.
///
/// About lost data only the hazards speak, so that this review and the gate before production
/// never disagree.
pub fn examine(survey: &Survey<'_>, selection: &Selection) -> Vec<Finding> {
    let hazards: Vec<Finding> = survey
        .hazards()
        .filter(|finding| selection.has(finding.rule))
        .collect();
    let mut found = Vec::new();
    for step in &survey.steps {
        let path = step.step.source.path.display().to_string();
        let known: Vec<&Finding> = hazards.iter().filter(|it| it.path == path).collect();
        let mut here: Vec<Finding> = known
            .iter()
            .filter(|it| !is_silent(step, it))
            .map(|it| (*it).clone())
            .collect();
        here.extend(remarks(step, selection, &known));
        here.sort_by_key(|it| (it.span.start, it.rule.class));
        found.extend(here);
    }
    found
}

/// What squawk adds to the hazards that are `known` of a file.
fn remarks<'s>(
    step: &'s Surveyed<'_>,
    selection: &Selection,
    known: &'s [&Finding],
) -> impl Iterator<Item = Finding> + 's {
    let source = &step.step.source;
    let remarks = squawk::remarks(&source.text, step.step.mode, selection);
    remarks.into_iter().filter_map(move |remark| {
        let class = remark.rule.class;
        let examined = examined(step, remark.span.start);
        let settled = examined.is_some_and(|it| it.only_fresh && class != Class::Style);
        let said = examined.is_some_and(|it| {
            let body = &it.statement.body;
            known
                .iter()
                .any(|known| known.span == *body && covers(known.rule, remark.rule))
        });
        if class == Class::Destructive || settled || said {
            return None;
        }
        let finding = Finding::new(
            remark.rule,
            source,
            remark.span,
            remark.message,
            remark.help,
        );
        (!is_silent(step, &finding)).then_some(finding)
    })
}

/// Whether a finding by `known` says what one by `other` would say again.
fn covers(known: &Rule, other: &Rule) -> bool {
    let keys = [
        "adding-foreign-key-constraint",
        "disallowed-unique-constraint",
    ];
    known == other || (other.name == "constraint-missing-not-valid" && keys.contains(&known.name))
}

/// Whether a comment of the file asks not to be told. What loses data is told as approved.
fn is_silent(step: &Surveyed<'_>, finding: &Finding) -> bool {
    let piece = examined(step, finding.span.start).map(|it| it.statement.piece.clone());
    finding.rule.class != Class::Destructive
        && step.suppressions.has(
            &step.step.source.text,
            finding.rule,
            finding.span.start,
            &piece.unwrap_or(finding.span.clone()),
        )
}

/// The statement at a byte of the file.
fn examined<'s, 'p>(step: &'s Surveyed<'p>, at: usize) -> Option<&'s Examined<'p>> {
    step.statements
        .iter()
        .find(|it| it.statement.piece.contains(&at))
}

#[cfg(test)]
mod tests {
    use super::examine;
    use crate::lint::rule::{Choice, Class, Rule, Selection};
    use crate::lint::survey::Survey;
    use crate::migration::directory::tests::directory;
    use crate::migration::{Journal, Plan};
    use crate::sql::impact::{Danger, Peril};

    /// `level rule line:column` of each finding, in a plan of all files.
    fn found(files: &[(&str, &str)], more: &[&str]) -> Vec<String> {
        let folder = directory(files).expect("reads");
        let target = "heads".parse().expect("a target");
        let plan = Plan::upgrade(&folder, &Journal::default(), &target).expect("plans");
        let survey = Survey::of(&plan).expect("reads");
        let more: Vec<Choice> = more.iter().map(|it| it.parse().expect("a rule")).collect();
        examine(&survey, &Selection::new(&more, &[]))
            .iter()
            .map(|it| format!("{:?} {} {}", it.level, it.rule.name, it.start))
            .collect()
    }

    #[test]
    fn every_peril_has_a_rule_and_its_class() {
        for peril in Peril::ALL {
            let rule = Rule::find(peril.rule()).expect("every peril has a rule");
            let loses = peril.danger() == Danger::LosesData;
            assert_eq!(rule.class == Class::Destructive, loses, "{peril:?}");
        }
    }

    #[test]
    fn findings_by_file() {
        for (text, expected) in [
            (
                "create table a (id int primary key);\ncreate index on a (id);",
                &[][..],
            ),
            ("\ndrop table a;", &["Error ban-drop-table 2:1"]),
            (
                "-- townpass:approve drop-table reason=\"it is empty\"\ndrop table a;",
                &["Note ban-drop-table 2:1"],
            ),
            (
                "-- squawk-ignore ban-drop-table\ndrop table a;",
                &["Note ban-drop-table 2:1"],
            ),
            (
                "create index on a (x);",
                &["Warning require-concurrent-index-creation 1:1"],
            ),
            (
                "-- squawk-ignore require-concurrent-index-creation\ncreate index on a (x);",
                &[],
            ),
            (
                "drop index i;",
                &["Warning require-concurrent-index-deletion 1:1"],
            ),
            (
                "alter table a add constraint c foreign key (x) references b (id);",
                &["Warning adding-foreign-key-constraint 1:1"],
            ),
            (
                "alter table a alter x set not null;",
                &["Warning adding-not-nullable-field 1:1"],
            ),
            (
                "alter table a rename x to y;",
                &["Warning renaming-column 1:1"],
            ),
            (
                "alter table a add x int not null;",
                &["Warning adding-required-field 1:15"],
            ),
            (
                "alter table a alter x type text;",
                &["Warning rewriting-table 1:1"],
            ),
            (
                "alter table a alter x type int;",
                &[
                    "Error changing-column-type 1:1",
                    "Warning rewriting-table 1:1",
                ],
            ),
            ("create index concurrently i on a (x);", &[]),
            ("frobnicate;", &["Error unread-statement 1:1"]),
            ("create table a (x varchar(5));", &[]),
        ] {
            assert_eq!(found(&[("1_a.sql", text)], &[]), expected, "{text}");
        }
        let style = found(
            &[("1_a.sql", "create table a (x varchar(5));")],
            &["prefer-text-field"],
        );
        assert_eq!(style, ["Note prefer-text-field 1:19"]);
    }

    #[test]
    fn what_one_file_makes_another_may_change() {
        let files = [
            ("1_a.sql", "create table a (id int);"),
            (
                "2_b.sql",
                "create index on a (id); alter table a alter id set not null; drop table a;",
            ),
        ];
        assert_eq!(found(&files, &[]), [""; 0]);
        assert_eq!(
            found(&files[1..], &[]),
            [
                "Warning require-concurrent-index-creation 1:1",
                "Warning adding-not-nullable-field 1:25",
                "Error ban-drop-table 1:62",
            ]
        );
    }
}

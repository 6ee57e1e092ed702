//! Constraints: what their constructs say, and how a statement writes them.

use std::fmt::Write as _;

use crate::alembic::translate::Naming;
use crate::alembic::translate::construct::column::Target;
use crate::alembic::translate::construct::exclude::Exclude;
use crate::alembic::translate::follow::arguments::{Argument, Arguments, Refusal};
use crate::alembic::translate::follow::value::{Text, Value};
use crate::alembic::translate::quote::text::literal_sql;
use crate::alembic::translate::quote::{LONGEST_NAME, ident, list, qualified};

/// A constraint of a table.
#[derive(Clone, Debug)]
pub(in crate::alembic::translate) enum Constraint {
    Primary(Key),
    Unique(Key),
    Foreign(Foreign),
    Check(Check),
    Exclude(Exclude),
}

/// A primary key or a unique constraint.
#[derive(Clone, Debug)]
pub(in crate::alembic::translate) struct Key {
    pub(in crate::alembic::translate) name: Option<Text>,
    pub(in crate::alembic::translate) columns: Vec<String>,
    pub(in crate::alembic::translate) include: Vec<String>,
    /// Whether nulls are not distinct, or are, where that is said.
    pub(in crate::alembic::translate) nulls_not_distinct: Option<bool>,
    pub(in crate::alembic::translate) deferral: Deferral,
}

/// A foreign key of some columns.
#[derive(Clone, Debug)]
pub(in crate::alembic::translate) struct Foreign {
    pub(in crate::alembic::translate) name: Option<Text>,
    pub(in crate::alembic::translate) columns: Vec<String>,
    pub(in crate::alembic::translate) schema: Option<String>,
    pub(in crate::alembic::translate) table: String,
    pub(in crate::alembic::translate) targets: Vec<String>,
    pub(in crate::alembic::translate) link: Link,
}

/// A condition that rows must meet.
#[derive(Clone, Debug)]
pub(in crate::alembic::translate) struct Check {
    pub(in crate::alembic::translate) name: Option<Text>,
    pub(in crate::alembic::translate) condition: String,
    pub(in crate::alembic::translate) not_valid: bool,
    pub(in crate::alembic::translate) deferral: Deferral,
}

/// How a foreign key behaves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::alembic::translate) struct Link {
    on_delete: Option<String>,
    on_update: Option<String>,
    matching: Option<String>,
    not_valid: bool,
    deferral: Deferral,
    /// Whether it is left out of the statement that creates its table.
    pub(in crate::alembic::translate) use_alter: bool,
}

/// When a constraint is looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::alembic::translate) struct Deferral {
    deferrable: Option<bool>,
    initially: Option<String>,
}

impl Deferral {
    /// `deferrable` and `initially`.
    pub(in crate::alembic::translate) fn take(from: &mut Arguments) -> Result<Self, Refusal> {
        Ok(Self {
            deferrable: from.keyword_bool("deferrable")?,
            initially: phrase(from, "initially", &["DEFERRED", "IMMEDIATE"])?,
        })
    }

    /// As a statement says it.
    pub(in crate::alembic::translate) fn sql(&self) -> String {
        let mut sql = match self.deferrable {
            Some(true) => " DEFERRABLE".to_owned(),
            Some(false) => " NOT DEFERRABLE".to_owned(),
            None => String::new(),
        };
        if let Some(when) = &self.initially {
            let _ = write!(sql, " INITIALLY {when}");
        }
        sql
    }
}

/// The words of an argument, which must be among `known`.
fn phrase(from: &mut Arguments, name: &str, known: &[&str]) -> Result<Option<String>, Refusal> {
    let Some(argument) = from.keyword(name) else {
        return Ok(None);
    };
    let range = argument.range;
    match argument.into_optional_string()? {
        Some(words) if known.iter().any(|it| it.eq_ignore_ascii_case(&words)) => Ok(Some(words)),
        Some(words) => Err(Refusal::new(range, format!("`{name}` is `{words}`"))),
        None => Ok(None),
    }
}

impl Link {
    const ACTIONS: [&str; 5] = [
        "CASCADE",
        "RESTRICT",
        "SET NULL",
        "SET DEFAULT",
        "NO ACTION",
    ];

    /// `ondelete` and its like.
    pub(in crate::alembic::translate) fn take(from: &mut Arguments) -> Result<Self, Refusal> {
        Ok(Self {
            on_delete: phrase(from, "ondelete", &Self::ACTIONS)?,
            on_update: phrase(from, "onupdate", &Self::ACTIONS)?,
            matching: phrase(from, "match", &["FULL", "PARTIAL", "SIMPLE"])?,
            not_valid: from.keyword_bool("postgresql_not_valid")?.unwrap_or(false),
            deferral: Deferral::take(from)?,
            use_alter: from.keyword_bool("use_alter")?.unwrap_or(false),
        })
    }

    fn sql(&self) -> String {
        let mut sql = String::new();
        for (words, value) in [
            (" MATCH ", &self.matching),
            (" ON DELETE ", &self.on_delete),
            (" ON UPDATE ", &self.on_update),
        ] {
            if let Some(value) = value {
                sql.push_str(words);
                sql.push_str(value);
            }
        }
        sql.push_str(&self.deferral.sql());
        if self.not_valid {
            sql.push_str(" NOT VALID");
        }
        sql
    }
}

/// `CONSTRAINT name `, where the name is known.
pub(in crate::alembic::translate) fn preamble(
    name: Option<&Text>,
    naming: Naming,
    at: &Argument,
) -> Result<String, Refusal> {
    match name {
        None if naming == Naming::Plain => Ok(String::new()),
        None => Err(Refusal::new(
            at.range,
            "a constraint without a name, which the naming convention of the project gives it",
        )),
        Some(name) => Ok(format!("CONSTRAINT {} ", final_name(name, naming, at)?)),
    }
}

/// A name of a constraint or an index, if it is known to be final.
pub(in crate::alembic::translate) fn final_name(
    name: &Text,
    naming: Naming,
    at: &Argument,
) -> Result<String, Refusal> {
    if name.text.chars().count() > LONGEST_NAME {
        return Err(Refusal::new(
            at.range,
            format!(
                "the name `{}` is longer than {LONGEST_NAME} characters",
                name.text
            ),
        ));
    }
    if naming == Naming::Convention && !name.last_word {
        return Err(Refusal::new(
            at.range,
            format!(
                "the name `{}`, which the naming convention of the project may change; \
                 `op.f()` makes it final",
                name.text
            ),
        ));
    }
    Ok(ident(&name.text))
}

/// A condition, as literal SQL or as an expression.
pub(in crate::alembic::translate) fn condition(argument: &Argument) -> Result<String, Refusal> {
    match &argument.value {
        Value::Str(it) => literal_sql(&it.text).map_err(|name| parameter(argument, &name)),
        Value::Clause(it) => Ok(it.sql.clone()),
        _ => Err(argument.is_not("literal SQL")),
    }
}

/// The refusal of a parameter in literal SQL.
pub(in crate::alembic::translate) fn parameter(argument: &Argument, name: &str) -> Refusal {
    Refusal::new(
        argument.range,
        format!("the parameter `:{name}`; a colon that is meant as one is written `\\:`"),
    )
}

impl Constraint {
    /// `sa.PrimaryKeyConstraint(…)`.
    pub(in crate::alembic::translate) fn primary(from: &mut Arguments) -> Result<Self, Refusal> {
        Key::take(from).map(Self::Primary)
    }

    /// `sa.UniqueConstraint(…)`.
    pub(in crate::alembic::translate) fn unique(from: &mut Arguments) -> Result<Self, Refusal> {
        Key::take(from).map(Self::Unique)
    }

    /// `sa.ForeignKeyConstraint(…)`.
    pub(in crate::alembic::translate) fn foreign(from: &mut Arguments) -> Result<Self, Refusal> {
        let columns = from.required("columns")?.into_strings()?;
        let argument = from.required("refcolumns")?;
        let range = argument.range;
        let targets: Option<Vec<Target>> = argument
            .into_strings()?
            .iter()
            .map(|it| Target::parse(it))
            .collect();
        let unknown = || Refusal::new(range, "targets that are not columns of one table");
        let targets = targets.ok_or_else(unknown)?;
        let first = targets.first().cloned().ok_or_else(unknown)?;
        let same = |it: &Target| it.schema == first.schema && it.table == first.table;
        if targets.len() != columns.len() || !targets.iter().all(same) {
            return Err(unknown());
        }
        let name = from.next("name").map_or(Ok(None), Argument::into_name)?;
        let link = Link::take(from)?;
        for name in ["info", "link_to_name", "comment"] {
            from.keyword(name);
        }
        from.finish()?;
        Ok(Self::Foreign(Foreign {
            name,
            columns,
            schema: first.schema,
            table: first.table,
            targets: targets.into_iter().map(|it| it.column).collect(),
            link,
        }))
    }

    /// `sa.CheckConstraint(…)`.
    pub(in crate::alembic::translate) fn check(from: &mut Arguments) -> Result<Self, Refusal> {
        let condition = condition(&from.required("sqltext")?)?;
        let name = from.next("name").map_or(Ok(None), Argument::into_name)?;
        let check = Check::take(name, condition, from)?;
        for name in ["info", "comment"] {
            from.keyword(name);
        }
        from.finish()?;
        Ok(Self::Check(check))
    }

    /// As a statement says it; nothing where there is nothing to say.
    pub(in crate::alembic::translate) fn sql(
        &self,
        naming: Naming,
        at: &Argument,
    ) -> Result<String, Refusal> {
        let name = match self {
            Self::Primary(it) | Self::Unique(it) => it.name.as_ref(),
            Self::Foreign(it) => it.name.as_ref(),
            Self::Check(it) => return it.sql(naming, at),
            Self::Exclude(it) => return it.sql(naming, at),
        };
        let preamble = preamble(name, naming, at)?;
        Ok(match self {
            Self::Primary(it) => format!("{preamble}PRIMARY KEY {}", it.sql()),
            Self::Unique(it) => {
                let nulls = match it.nulls_not_distinct {
                    Some(true) => "NULLS NOT DISTINCT ",
                    Some(false) => "NULLS DISTINCT ",
                    None => "",
                };
                format!("{preamble}UNIQUE {nulls}{}", it.sql())
            }
            Self::Foreign(it) => format!("{preamble}{}", it.sql()),
            Self::Check(_) | Self::Exclude(_) => preamble,
        })
    }
}

impl Key {
    fn take(from: &mut Arguments) -> Result<Self, Refusal> {
        let columns: Result<Vec<String>, Refusal> =
            from.rest().into_iter().map(Argument::into_string).collect();
        let name = from.keyword("name").map_or(Ok(None), Argument::into_name)?;
        let mut key = Self::of(name, columns?, from)?;
        if let Some(argument) = from.keyword("postgresql_include")
            && !matches!(argument.value, Value::None)
        {
            key.include = argument.into_strings()?;
        }
        from.keyword("info");
        from.finish()?;
        Ok(key)
    }

    /// Of `columns`, with what the rest of the arguments says.
    pub(in crate::alembic::translate) fn of(
        name: Option<Text>,
        columns: Vec<String>,
        from: &mut Arguments,
    ) -> Result<Self, Refusal> {
        Ok(Self {
            name,
            columns,
            include: Vec::new(),
            nulls_not_distinct: from.keyword_bool("postgresql_nulls_not_distinct")?,
            deferral: Deferral::take(from)?,
        })
    }

    /// Of one column, without a name.
    pub(in crate::alembic::translate) fn bare(column: &str) -> Self {
        Self {
            name: None,
            columns: vec![column.to_owned()],
            include: Vec::new(),
            nulls_not_distinct: None,
            deferral: Deferral::default(),
        }
    }

    fn sql(&self) -> String {
        let mut sql = format!("({})", list(&self.columns));
        if !self.include.is_empty() {
            let _ = write!(sql, " INCLUDE ({})", list(&self.include));
        }
        sql.push_str(&self.deferral.sql());
        sql
    }
}

impl Foreign {
    fn sql(&self) -> String {
        format!(
            "FOREIGN KEY({}) REFERENCES {} ({}){}",
            list(&self.columns),
            qualified(self.schema.as_deref(), &self.table),
            list(&self.targets),
            self.link.sql()
        )
    }
}

impl Check {
    /// Of `condition`, with what the rest of the arguments says.
    pub(in crate::alembic::translate) fn take(
        name: Option<Text>,
        condition: String,
        from: &mut Arguments,
    ) -> Result<Self, Refusal> {
        Ok(Self {
            name,
            condition,
            not_valid: from.keyword_bool("postgresql_not_valid")?.unwrap_or(false),
            deferral: Deferral::take(from)?,
        })
    }

    /// As a statement says it.
    pub(in crate::alembic::translate) fn sql(
        &self,
        naming: Naming,
        at: &Argument,
    ) -> Result<String, Refusal> {
        Ok(format!(
            "{}CHECK ({}){}{}",
            preamble(self.name.as_ref(), naming, at)?,
            self.condition,
            self.deferral.sql(),
            if self.not_valid { " NOT VALID" } else { "" },
        ))
    }
}

//! The names of `SQLAlchemy` that a version file may use, and what their calls make.

use crate::alembic::translate::construct::kind::{Enumeration, Family, Type, is_built_in, text};
use crate::alembic::translate::follow::arguments::{Argument, Arguments, Refusal};
use crate::alembic::translate::follow::value::Value;

/// The one name of something that can be imported from several places.
pub(in crate::alembic::translate) fn canonical(path: &str) -> String {
    const TYPES: [&str; 4] = [
        "sqlalchemy.types.",
        "sqlalchemy.sql.sqltypes.",
        "sqlalchemy.sql.schema.",
        "sqlalchemy.schema.",
    ];
    const EXPRESSIONS: [&str; 4] = [
        "sqlalchemy.sql.expression.",
        "sqlalchemy.sql.elements.",
        "sqlalchemy.sql.functions.",
        "sqlalchemy.sql.",
    ];
    const POSTGRESQL: &str = "sqlalchemy.dialects.postgresql.";
    for prefix in TYPES.iter().chain(&EXPRESSIONS) {
        if let Some(name) = path.strip_prefix(prefix)
            && (!name.contains('.') || name.starts_with("func."))
        {
            return format!("sqlalchemy.{name}");
        }
    }
    if let Some(name) = path.strip_prefix(POSTGRESQL) {
        // Its modules are where its names really live: `postgresql.json.JSONB`.
        let last = name.rsplit('.').next().unwrap_or(name);
        return format!("{POSTGRESQL}{last}");
    }
    path.to_owned()
}

/// What `path` names as a type: with or without a call, since a class does as well.
pub(in crate::alembic::translate) fn make_type(
    path: &str,
    arguments: &mut Arguments,
) -> Option<Result<Type, Refusal>> {
    let canonical = canonical(path);
    let (of_dialect, name) =
        if let Some(name) = canonical.strip_prefix("sqlalchemy.dialects.postgresql.") {
            (true, name)
        } else if let Some(name) = canonical.strip_prefix("sqlalchemy.") {
            (false, name)
        } else if canonical == "sqlmodel.sql.sqltypes.AutoString" {
            (false, "String")
        } else {
            return None;
        };
    let made = by_name(name, of_dialect, arguments)?;
    Some(made.and_then(|made| arguments.finish().map(|()| made)))
}

/// The type that an argument is, or is the class of.
pub(in crate::alembic::translate) fn as_type(argument: &Argument) -> Result<Type, Refusal> {
    match &argument.value {
        Value::Type(it) => Ok(it.clone()),
        Value::Path(path) => {
            let mut none = Arguments::new(path.clone(), argument.range, Vec::new(), Vec::new());
            match make_type(path, &mut none) {
                Some(made) => made,
                None => Err(Refusal::new(
                    argument.range,
                    format!("`{path}` is no type that is known"),
                )),
            }
        }
        _ => Err(argument.is_not("a type")),
    }
}

fn by_name(name: &str, of_dialect: bool, from: &mut Arguments) -> Option<Result<Type, Refusal>> {
    let plain = |sql: &str, family| Some(Ok(Type::plain(sql, family)));
    match name {
        "Integer" | "INTEGER" | "INT" => plain("INTEGER", Family::Integer),
        "BigInteger" | "BIGINT" => plain("BIGINT", Family::BigInteger),
        "SmallInteger" | "SMALLINT" => plain("SMALLINT", Family::SmallInteger),
        "Date" | "DATE" => plain("DATE", Family::Other),
        "String" | "VARCHAR" | "Unicode" => Some(string("VARCHAR", from)),
        "Text" | "TEXT" | "UnicodeText" => Some(string("TEXT", from)),
        "CHAR" => Some(string("CHAR", from)),
        "CITEXT" if of_dialect => {
            from.next("length");
            from.keyword("collation");
            plain("CITEXT", Family::Text)
        }
        "Numeric" | "NUMERIC" => Some(number("NUMERIC", from)),
        "DECIMAL" if !of_dialect => Some(number("DECIMAL", from)),
        "Float" | "FLOAT" => Some(float("FLOAT", from)),
        "REAL" => Some(float_without_precision("REAL", from)),
        "Double" | "DOUBLE_PRECISION" => Some(float_without_precision("DOUBLE PRECISION", from)),
        "Boolean" | "BOOLEAN" => Some(boolean(from)),
        "DateTime" if !of_dialect => Some(clock("TIMESTAMP", from, false)),
        "TIMESTAMP" => Some(clock("TIMESTAMP", from, of_dialect)),
        "Time" if !of_dialect => Some(clock("TIME", from, false)),
        "TIME" => Some(clock("TIME", from, of_dialect)),
        "Interval" if !of_dialect => Some(interval(from)),
        "INTERVAL" if of_dialect => Some(interval_of_dialect(from)),
        "LargeBinary" if !of_dialect => Some(binary(from)),
        "BYTEA" if of_dialect => Some(binary(from)),
        "PickleType" if !of_dialect => plain("BYTEA", Family::Other),
        "JSON" | "JSONB" => Some(json(name, of_dialect, from)),
        "UUID" | "Uuid" => Some(uuid(name, from)),
        "ARRAY" => Some(array(from)),
        "Enum" if !of_dialect => Some(enumeration(false, from)),
        "ENUM" if of_dialect => Some(enumeration(true, from)),
        "HSTORE" if of_dialect => {
            from.keyword("text_type");
            plain("HSTORE", Family::Other)
        }
        "BIT" if of_dialect => Some(bits(from)),
        "INET" | "CIDR" | "MACADDR" | "MACADDR8" | "MONEY" | "OID" | "REGCLASS" | "REGCONFIG"
        | "TSVECTOR" | "TSQUERY" | "INT4RANGE" | "INT8RANGE" | "NUMRANGE" | "DATERANGE"
        | "TSRANGE" | "TSTZRANGE" | "INT4MULTIRANGE" | "INT8MULTIRANGE" | "NUMMULTIRANGE"
        | "DATEMULTIRANGE" | "TSMULTIRANGE" | "TSTZMULTIRANGE" | "JSONPATH"
            if of_dialect =>
        {
            plain(name, Family::Other)
        }
        _ => None,
    }
}

fn string(name: &str, from: &mut Arguments) -> Result<Type, Refusal> {
    let length = from.optional_int("length")?;
    let collation = from.optional_string("collation")?;
    Ok(text(name, length, collation.as_deref()))
}

fn number(name: &str, from: &mut Arguments) -> Result<Type, Refusal> {
    let precision = from.optional_int("precision")?;
    let scale = from.optional_int("scale")?;
    of_python(from);
    let sql = match (precision, scale) {
        (None, _) => name.to_owned(),
        (Some(precision), None) => format!("{name}({precision})"),
        (Some(precision), Some(scale)) => format!("{name}({precision}, {scale})"),
    };
    Ok(Type::plain(sql, Family::Number))
}

/// What only matters to Python.
fn of_python(from: &mut Arguments) {
    for name in ["decimal_return_scale", "asdecimal"] {
        from.keyword(name);
    }
}

fn float(name: &str, from: &mut Arguments) -> Result<Type, Refusal> {
    let precision = from.optional_int("precision")?.filter(|it| *it != 0);
    of_python(from);
    let sql = match precision {
        Some(precision) => format!("{name}({precision})"),
        None => name.to_owned(),
    };
    Ok(Type::plain(sql, Family::Number))
}

fn float_without_precision(name: &str, from: &mut Arguments) -> Result<Type, Refusal> {
    from.optional_int("precision")?;
    of_python(from);
    Ok(Type::plain(name, Family::Number))
}

fn boolean(from: &mut Arguments) -> Result<Type, Refusal> {
    // PostgreSQL has the type, so there is never a constraint.
    from.optional_bool("create_constraint")?;
    from.optional_string("name")?;
    Ok(Type::plain("BOOLEAN", Family::Boolean))
}

fn clock(name: &str, from: &mut Arguments, has_precision: bool) -> Result<Type, Refusal> {
    let zone = from.optional_bool("timezone")?.unwrap_or(false);
    let precision = if has_precision {
        from.optional_int("precision")?
    } else {
        None
    };
    let precision = precision.map_or_else(String::new, |it| format!("({it})"));
    let with = if zone { "WITH" } else { "WITHOUT" };
    Ok(Type::plain(
        format!("{name}{precision} {with} TIME ZONE"),
        Family::Other,
    ))
}

fn interval(from: &mut Arguments) -> Result<Type, Refusal> {
    if from.optional_bool("native")? == Some(false) {
        return Err(Refusal::new(
            from.range,
            "an interval that is kept as a timestamp",
        ));
    }
    let precision = from.optional_int("second_precision")?;
    from.optional_int("day_precision")?;
    let precision = precision.map_or_else(String::new, |it| format!(" ({it})"));
    Ok(Type::plain(format!("INTERVAL{precision}"), Family::Other))
}

fn interval_of_dialect(from: &mut Arguments) -> Result<Type, Refusal> {
    let precision = from.optional_int("precision")?;
    let fields = from.optional_string("fields")?;
    let fields = fields.map_or_else(String::new, |it| format!(" {it}"));
    let precision = precision.map_or_else(String::new, |it| format!(" ({it})"));
    Ok(Type::plain(
        format!("INTERVAL{fields}{precision}"),
        Family::Other,
    ))
}

fn binary(from: &mut Arguments) -> Result<Type, Refusal> {
    from.optional_int("length")?;
    Ok(Type::plain("BYTEA", Family::Other))
}

fn json(name: &str, of_dialect: bool, from: &mut Arguments) -> Result<Type, Refusal> {
    if name == "JSONB" && !of_dialect {
        return Err(Refusal::new(from.range, "`sqlalchemy` has no `JSONB`"));
    }
    from.optional_bool("none_as_null")?;
    if of_dialect && let Some(astext) = from.next("astext_type") {
        as_type(&astext)?;
    }
    Ok(Type::plain(name, Family::Json))
}

fn uuid(name: &str, from: &mut Arguments) -> Result<Type, Refusal> {
    from.optional_bool("as_uuid")?;
    if name == "Uuid" && from.optional_bool("native_uuid")? == Some(false) {
        return Ok(Type::plain("CHAR(32)", Family::Other));
    }
    Ok(Type::plain("UUID", Family::Uuid))
}

fn array(from: &mut Arguments) -> Result<Type, Refusal> {
    let item = as_type(&from.required("item_type")?)?;
    if matches!(item, Type::Array { .. }) {
        let why = "arrays are not nested, they have `dimensions`; SQLAlchemy refuses it too";
        return Err(Refusal::new(from.range, why));
    }
    from.optional_bool("as_tuple")?;
    let dimensions = from.optional_int("dimensions")?;
    from.optional_bool("zero_indexes")?;
    let dimensions = usize::try_from(dimensions.unwrap_or(1))
        .map_err(|_| Refusal::new(from.range, "a negative number of dimensions"))?;
    Ok(Type::Array {
        item: Box::new(item),
        dimensions,
    })
}

fn bits(from: &mut Arguments) -> Result<Type, Refusal> {
    let length = from.optional_int("length")?;
    let varying = from.optional_bool("varying")?.unwrap_or(false);
    let sql = match (varying, length) {
        (true, None) => "BIT VARYING".to_owned(),
        (true, Some(length)) => format!("BIT VARYING({length})"),
        (false, length) => format!("BIT({})", length.filter(|it| *it != 0).unwrap_or(1)),
    };
    Ok(Type::plain(sql, Family::Other))
}

fn enumeration(of_dialect: bool, from: &mut Arguments) -> Result<Type, Refusal> {
    let range = from.range;
    let mut labels = Vec::new();
    for label in from.rest() {
        labels.push(label.into_string()?);
    }
    let native = from.keyword_bool("native_enum")?.unwrap_or(true) || of_dialect;
    let create_type = if of_dialect {
        from.keyword_bool("create_type")?.unwrap_or(true)
    } else {
        true
    };
    let length = match from.keyword("length") {
        Some(length) => length.into_int()?,
        None => None,
    };
    let name = from.keyword_string("name")?;
    let made = Enumeration {
        name,
        schema: from.schema()?,
        labels,
        native,
        create_type,
        create_constraint: from.keyword_bool("create_constraint")?.unwrap_or(false),
        length: length.and_then(|it| usize::try_from(it).ok()),
        of_dialect,
    };
    if from.keyword_bool("inherit_schema")?.unwrap_or(false) {
        return Err(Refusal::new(
            range,
            "an enumeration whose schema is that of its table; give it `schema`",
        ));
    }
    for name in ["validate_strings", "omit_aliases"] {
        from.keyword(name);
    }
    if !made.native && made.length.is_some_and(|it| it < made.longest()) {
        let why = "a `length` that is less than its longest value; SQLAlchemy refuses it too";
        return Err(Refusal::new(range, why));
    }
    match &made.name {
        None if made.native => Err(Refusal::new(range, "an enumeration without a name")),
        Some(name) if made.native && made.schema.is_none() && is_built_in(name) => {
            Err(Refusal::new(
                range,
                format!("PostgreSQL has a type `{name}` of its own, so this one needs a schema"),
            ))
        }
        Some(_) | None => Ok(Type::Enumeration(made)),
    }
}

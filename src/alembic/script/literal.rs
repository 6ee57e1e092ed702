//! What a version file says of itself, as values: `None`, a string, or several.

use std::collections::BTreeMap;
use std::ops::Range;

use ruff_python_ast::Expr;
use ruff_text_size::Ranged;

/// A value that is known without running anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// `None`
    Nothing,
    /// `"ae1027a6acf"`
    One(String),
    /// `("ae1027a6acf", "27c6a30d7c24")`, or the same as a list or a set.
    Several(Vec<String>),
}

/// Names that a module gave a value to.
pub type Names = BTreeMap<String, Literal>;

impl Literal {
    /// Understands `expression`, where `names` are known; or tells why it cannot be.
    pub fn of(expression: &Expr, names: &Names) -> Result<Self, String> {
        let elements = match expression {
            Expr::NoneLiteral(_) => return Ok(Self::Nothing),
            Expr::StringLiteral(text) => return Ok(Self::One(text.value.to_str().to_owned())),
            Expr::Name(name) => {
                let known = names.get(name.id.as_str()).cloned();
                return known.ok_or_else(|| format!("`{}` is no string of this file", name.id));
            }
            Expr::Tuple(tuple) => &tuple.elts,
            Expr::List(list) => &list.elts,
            Expr::Set(set) => &set.elts,
            _ => return Err("it is no string, nor `None`, nor a tuple of strings".to_owned()),
        };
        let one = |element: &Expr| match Self::of(element, names)? {
            Self::One(text) => Ok(text),
            Self::Nothing | Self::Several(_) => {
                Err("it is a tuple of other things than strings".to_owned())
            }
        };
        elements
            .iter()
            .map(one)
            .collect::<Result<_, _>>()
            .map(Self::Several)
    }

    /// All of its strings.
    pub fn into_strings(self) -> Vec<String> {
        match self {
            Self::Nothing => Vec::new(),
            Self::One(text) => vec![text],
            Self::Several(texts) => texts,
        }
    }
}

/// Where a part of a module stands, in bytes.
pub(in crate::alembic) fn place(part: &impl Ranged) -> Range<usize> {
    part.range().start().to_usize()..part.range().end().to_usize()
}

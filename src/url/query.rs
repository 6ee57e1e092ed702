//! The parameters after the `?`, each with its place in the text.

use std::ops::Range;

use super::encoding;

/// One `key=value`.
#[derive(Clone, Debug)]
pub(in crate::url) struct Parameter {
    /// The key, decoded.
    pub(in crate::url) key: String,
    /// The value, decoded.
    pub(in crate::url) value: String,
    /// Where the whole of it stands in the URL.
    pub(in crate::url) span: Range<usize>,
    /// Where the value stands in the URL.
    pub(in crate::url) value_span: Range<usize>,
}

/// The parameters in `range` of `text`, in order. `None` in place of one that does not decode.
pub(in crate::url) fn read(
    text: &str,
    range: &Range<usize>,
    plus_is_space: bool,
) -> Vec<Result<Parameter, Range<usize>>> {
    let decode = |part: &str| {
        if plus_is_space {
            encoding::decode(&part.replace('+', " "))
        } else {
            encoding::decode(part)
        }
    };
    pieces(text, range)
        .map(|span| {
            let piece = &text[span.clone()];
            let equals = piece.find('=').unwrap_or(piece.len());
            let value_span = (span.start + equals + 1).min(span.end)..span.end;
            let key = decode(&piece[..equals]);
            let value = decode(&text[value_span.clone()]);
            match (key, value) {
                (Some(key), Some(value)) => Ok(Parameter {
                    key,
                    value,
                    span,
                    value_span,
                }),
                (None, _) | (_, None) => Err(span),
            }
        })
        .collect()
}

/// Where the values of parameters that hold secrets stand.
pub(in crate::url) fn secrets<'a>(
    text: &'a str,
    range: &'a Range<usize>,
) -> impl Iterator<Item = Range<usize>> + 'a {
    pieces(text, range).filter_map(|span| {
        let piece = &text[span.clone()];
        let equals = piece.find('=')?;
        let key = encoding::decode(&piece[..equals])?.to_ascii_lowercase();
        let secret = ["password", "passwd", "pwd", "secret", "token"]
            .iter()
            .any(|word| key.contains(word));
        (secret && equals + 1 < piece.len()).then(|| span.start + equals + 1..span.end)
    })
}

fn pieces<'a>(text: &'a str, range: &Range<usize>) -> impl Iterator<Item = Range<usize>> + 'a {
    let mut from = range.start;
    text[range.clone()].split('&').filter_map(move |piece| {
        let span = from..from + piece.len();
        from = span.end + 1;
        (!piece.is_empty()).then_some(span)
    })
}

//! Percent-encoding, both ways.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// All but RFC 3986's unreserved characters, so that no driver can read one differently.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Encodes a value for any place in a URL.
pub(in crate::url) fn encode(value: &str) -> String {
    utf8_percent_encode(value, RESERVED).to_string()
}

/// Decodes a part. A stray `%` stays as it is, as in SQLAlchemy.
///
/// `None` where the bytes are not UTF-8 or hold a NUL, which no PostgreSQL name or password can.
pub(in crate::url) fn decode(part: &str) -> Option<String> {
    let text = percent_decode_str(part).decode_utf8().ok()?;
    (!text.contains('\0')).then(|| text.into_owned())
}

/// Whether every `%` begins a proper escape; libpq refuses the URL otherwise.
pub(in crate::url) fn is_well_escaped(part: &str) -> bool {
    part.split('%').skip(1).all(|rest| {
        let bytes = rest.as_bytes();
        bytes.len() >= 2 && bytes[..2].iter().all(u8::is_ascii_hexdigit)
    })
}

//! Where the parts of a URL begin and end.

use std::ops::Range;

use super::dialect;
use super::encoding;
use super::error::Error;
use super::query;

/// The places of a URL's parts, as byte ranges of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::url) struct Layout {
    /// All before `://`, with `jdbc:` and the driver.
    pub(in crate::url) scheme: Range<usize>,
    /// From behind `//` up to the hosts: `user:password@`, or nothing.
    pub(in crate::url) userinfo: Range<usize>,
    /// The user, where there is an `@`.
    pub(in crate::url) user: Option<Range<usize>>,
    /// The password, where there is a colon before the `@`.
    pub(in crate::url) password: Option<Range<usize>>,
    /// All hosts with their ports and commas.
    pub(in crate::url) hosts: Range<usize>,
    /// Each host, with brackets, and its port.
    pub(in crate::url) each: Vec<Host>,
    /// The path behind its slash, where there is one.
    pub(in crate::url) path: Option<Range<usize>>,
    /// The query behind its question mark, where there is one.
    pub(in crate::url) query: Option<Range<usize>>,
}

/// One host of possibly several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::url) struct Host {
    /// The name or address as written, an IPv6 address without its brackets.
    pub(in crate::url) name: Range<usize>,
    /// The port, where one is given.
    pub(in crate::url) port: Option<u16>,
}

const SHAPE: &str = "write it as `postgresql://USER:PASSWORD@HOST:5432/DATABASE`";

impl Layout {
    /// Finds the parts of `text`.
    pub(in crate::url) fn read(text: &str) -> Result<Self, Error> {
        let scheme = scheme(text)?;
        let start = scheme.end + 3;
        let end = authority_end(text, start);
        let (userinfo, user, password) = userinfo(text, start, end);
        let hosts = userinfo.end..end;
        let each = each_host(text, &hosts)?;

        let (mut path, mut query) = (None, None);
        let fragment = text[end..].find('#').map_or(text.len(), |at| end + at);
        let question = text[end..fragment].find('?').map(|at| end + at);
        if text[end..].starts_with('/') {
            path = Some(end + 1..question.unwrap_or(fragment));
        }
        if let Some(question) = question {
            query = Some(question + 1..fragment);
        }
        if text[fragment..].contains('@') {
            return Err(Error::malformed(
                text,
                fragment..text.len(),
                "a fragment holds an `@`",
                "if the `#` belongs to the password, write it as `%23`",
            ));
        }
        let layout = Self {
            scheme,
            userinfo,
            user,
            password,
            hosts,
            each,
            path,
            query,
        };
        layout.check(text)?;
        Ok(layout)
    }

    /// `user:12/3@host/x` is a password with a slash to SQLAlchemy and a database called
    /// `3@host/x` to libpq. Whoever guessed wrong would show a password in clear.
    pub(in crate::url) fn refuse_doubt(&self, text: &str) -> Result<(), Error> {
        if !self.userinfo.is_empty() || dialect::keeps_account_in_query(&text[self.scheme.clone()])
        {
            return Ok(());
        }
        match self.path.as_ref().or(self.query.as_ref()) {
            Some(place) if text[place.clone()].contains('@') => Err(Error::malformed(
                text,
                place.clone(),
                "it can be read in two ways",
                "in a password, write `/` as `%2F`, `?` as `%3F` and `@` as `%40`; in a database's name, `@` as `%40`",
            )),
            Some(_) | None => Ok(()),
        }
    }

    /// Every part must decode, so that the accessors cannot fail.
    fn check(&self, text: &str) -> Result<(), Error> {
        let refuse = |at: Range<usize>, what: &str| {
            Err(Error::malformed(
                text,
                at,
                format!("the {what} is not UTF-8 text once decoded, or holds a NUL"),
                "encode it as UTF-8, each byte as `%` and two hexadecimal digits",
            ))
        };
        for (part, what) in [
            (&self.user, "user"),
            (&self.password, "password"),
            (&self.path, "database name"),
        ] {
            if let Some(range) = part
                && encoding::decode(&text[range.clone()]).is_none()
            {
                return refuse(range.clone(), what);
            }
        }
        for host in &self.each {
            if encoding::decode(&text[host.name.clone()]).is_none() {
                return refuse(host.name.clone(), "host");
            }
        }
        let plus_is_space = dialect::plus_is_space(&text[self.scheme.clone()]);
        for parameter in self
            .query
            .iter()
            .flat_map(|range| query::read(text, range, plus_is_space))
        {
            match parameter {
                Ok(parameter) if parameter.key == "port" => {
                    for port in parameter.value.split(',').filter(|it| !it.is_empty()) {
                        self::port(text, port, &parameter.value_span)?;
                    }
                }
                Ok(_) => {}
                Err(span) => return refuse(span, "parameter"),
            }
        }
        Ok(())
    }
}

fn scheme(text: &str) -> Result<Range<usize>, Error> {
    if text.starts_with(['"', '\'']) {
        return Err(Error::malformed(
            text,
            0..1,
            "it begins with a quote",
            "take the quotes away: here they are part of the value",
        ));
    }
    let Some(end) = dialect::scheme_end(text) else {
        let problem = if text.contains("://") {
            "what stands before `://` is no scheme"
        } else if text.contains("host=") || text.contains("dbname=") {
            "it is a list of keywords, not a URL"
        } else {
            "it has no `://` after a scheme"
        };
        return Err(Error::malformed(text, 0..text.len(), problem, SHAPE));
    };
    let scheme = &text[..end];
    if !dialect::is_postgres(scheme) {
        return Err(Error::OtherDatabase {
            scheme: scheme.to_owned(),
        });
    }
    Ok(0..end)
}

/// Refuses what a copied line brings along.
pub(in crate::url) fn refuse_blanks(text: &str) -> Result<(), Error> {
    let trimmed = text.trim_start().len();
    if trimmed != text.len() || text.trim_end() != text {
        let at = if trimmed == text.len() {
            text.trim_end().len()..text.len()
        } else {
            0..text.len() - trimmed
        };
        return Err(Error::malformed(
            text,
            at,
            "there is a blank around it",
            "take it out: here it is part of the value",
        ));
    }
    if let Some(at) = text.find(char::is_control) {
        return Err(Error::malformed(
            text,
            at..at + 1,
            "it holds a control character",
            "take it out, or write it as `%` and two hexadecimal digits where it belongs to the password",
        ));
    }
    Ok(())
}

/// The authority ends at the first `/`, `?` or `#`, unless these belong to a password that was
/// not encoded: SQLAlchemy reads on to the `@`, so what works there is read the same way here.
fn authority_end(text: &str, start: usize) -> usize {
    let stop = |from: usize| {
        text[from..]
            .find(['/', '?', '#'])
            .map_or(text.len(), |at| from + at)
    };
    let end = stop(start);
    let authority = &text[start..end];
    let Some(colon) = authority.find(':') else {
        return end;
    };
    if authority.contains('@') || authority.starts_with('[') {
        return end;
    }
    let port = &authority[colon + 1..];
    let is_port = port.bytes().all(|it| it.is_ascii_digit() || it == b',');
    if is_port && !text[end..].starts_with('#') {
        return end;
    }
    let Some(at) = text[end..].find('@') else {
        return end;
    };
    let further = stop(end + at);
    let hosts = userinfo(text, start, further).0.end..further;
    if each_host(text, &hosts).is_ok() {
        further
    } else {
        end
    }
}

type Userinfo = (Range<usize>, Option<Range<usize>>, Option<Range<usize>>);

fn userinfo(text: &str, start: usize, end: usize) -> Userinfo {
    let Some(at) = text[start..end].rfind('@').map(|it| start + it) else {
        return (start..start, None, None);
    };
    match text[start..at].find(':').map(|it| start + it) {
        Some(colon) => (start..at + 1, Some(start..colon), Some(colon + 1..at)),
        None => (start..at + 1, Some(start..at), None),
    }
}

fn each_host(text: &str, hosts: &Range<usize>) -> Result<Vec<Host>, Error> {
    let mut each = Vec::new();
    let mut from = hosts.start;
    for piece in text[hosts.clone()].split(',') {
        each.push(host(text, from..from + piece.len())?);
        from += piece.len() + 1;
    }
    Ok(each)
}

fn host(text: &str, span: Range<usize>) -> Result<Host, Error> {
    let piece = &text[span.clone()];
    let (name, rest) = if piece.starts_with('[') {
        let Some(close) = piece.find(']') else {
            return Err(Error::malformed(
                text,
                span,
                "the bracket of an IPv6 address is not closed",
                "write the address as `[::1]`, the port behind it",
            ));
        };
        (span.start + 1..span.start + close, span.start + close + 1)
    } else {
        let colon = piece.find(':').unwrap_or(piece.len());
        (span.start..span.start + colon, span.start + colon)
    };
    match &text[rest..span.end] {
        "" | ":" => Ok(Host { name, port: None }),
        behind => match behind.strip_prefix(':') {
            Some(digits) if !digits.contains(':') => {
                let port = port(text, digits, &(rest + 1..span.end))?;
                Ok(Host {
                    name,
                    port: Some(port),
                })
            }
            Some(_) if !piece.starts_with('[') => Err(Error::malformed(
                text,
                span,
                "the host has more than one colon",
                "write an IPv6 address in brackets, as `[::1]:5432`; in a password write `:` as `%3A` and `@` as `%40`",
            )),
            Some(_) | None => Err(Error::malformed(
                text,
                rest..span.end,
                "something stands behind the host that is no port",
                SHAPE,
            )),
        },
    }
}

fn port(text: &str, digits: &str, span: &Range<usize>) -> Result<u16, Error> {
    let number = digits.bytes().all(|it| it.is_ascii_digit());
    match digits.parse::<u16>() {
        Ok(port) if number && port > 0 => Ok(port),
        Ok(_) | Err(_) if number => Err(Error::malformed(
            text,
            span.clone(),
            "the port is out of range",
            "a port is a number from 1 to 65535; a `/` or `#` in a password is written `%2F` or `%23`",
        )),
        Ok(_) | Err(_) => Err(Error::malformed(
            text,
            span.clone(),
            "the port is not a number",
            "if this belongs to the password, encode it: `@` is `%40`, `:` is `%3A`, `/` is `%2F`, `#` is `%23`",
        )),
    }
}

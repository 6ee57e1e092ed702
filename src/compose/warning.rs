//! What is allowed and probably not meant.

use std::{path::PathBuf, sync::Arc};

use miette::SourceSpan;

use super::source::{Place, Source};
use crate::ident::ServiceName;

/// Something that deserves a word before it bites.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
pub enum Warning {
    /// An unquoted value in `environment` that YAML turns into another one.
    #[error(
        "{place}: `{variable}` is not what it looks like: YAML reads the unquoted value as a number or date and the container gets {becomes}"
    )]
    #[diagnostic(severity(warning), help("put it in quotes: {variable}: {quoted}"))]
    Rerendered {
        /// The variable.
        variable: String,
        /// What the container gets; masked for a password.
        becomes: String,
        /// The quoted form; masked for a password.
        quoted: String,
        /// Where.
        place: Place,
        /// The file.
        #[source_code]
        code: Arc<Source>,
        /// Where in it.
        #[label("not quoted")]
        at: SourceSpan,
    },
    /// A variable that is not set stands for the empty text.
    #[error("{place}: the variable {name} is not set and stands for the empty text")]
    #[diagnostic(
        severity(warning),
        help("set {name}, or give a default: ${{{name}:-value}}")
    )]
    Unset {
        /// The variable.
        name: String,
        /// Where it is used.
        place: Place,
    },
    /// Several files have a name that is searched for.
    #[error("there are several Compose files ({}); `{}` is used", shown(candidates), used.display())]
    #[diagnostic(
        severity(warning),
        help("keep one of them, or name those to use with `-f`")
    )]
    SeveralFiles {
        /// All of them.
        candidates: Vec<PathBuf>,
        /// The one that counts.
        used: PathBuf,
    },
    /// A service wants an env file that is not there.
    #[error("{place}: service `{service}` cannot be started without `{}`, which does not exist", path.display())]
    #[diagnostic(severity(warning), help("{help}"))]
    NoEnvFile {
        /// The service.
        service: ServiceName,
        /// The file.
        path: PathBuf,
        /// Where it is named.
        place: Place,
        /// What to do.
        help: String,
    },
    /// `version:` means nothing any more.
    #[error("{place}: `version` is ignored")]
    #[diagnostic(severity(warning), help("take the line out"))]
    ObsoleteVersion {
        /// Where.
        place: Place,
    },
}

impl Warning {
    /// An unquoted value of `variable` at `place`, typed and as Go prints it.
    pub(in crate::compose) fn rerendered(
        variable: &str,
        typed: &str,
        becomes: &str,
        place: &Place,
    ) -> Self {
        let upper = variable.to_ascii_uppercase();
        let secret = ["PASS", "PWD", "_PW", "SECRET", "TOKEN", "KEY"]
            .iter()
            .any(|word| upper.contains(word));
        let (becomes, quoted) = if secret {
            ("another value".to_owned(), "\"…\"".to_owned())
        } else {
            (format!("`{becomes}`"), format!("\"{typed}\""))
        };
        Self::Rerendered {
            variable: variable.to_owned(),
            becomes,
            quoted,
            place: place.clone(),
            code: Arc::clone(place.source()),
            at: place.span(),
        }
    }
}

fn shown(paths: &[PathBuf]) -> String {
    let names: Vec<String> = paths
        .iter()
        .map(|path| {
            path.file_name()
                .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
        })
        .collect();
    names.join(", ")
}

//! What can be wrong at one place of a file.

use std::path::PathBuf;

/// What is wrong with a Compose file or an env file at one place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The text is not YAML.
    #[error("this is not valid YAML: {0}")]
    Yaml(String),
    /// An alias stands inside what it stands for.
    #[error("an alias stands inside of its own anchor")]
    AnchorInItself,
    /// Aliases of aliases.
    #[error("the file grows beyond all measure when its aliases are expanded")]
    TooLarge,
    /// A key stands twice in a mapping.
    #[error("the key `{key}` stands here twice, first in line {first}")]
    RepeatedKey {
        /// The key.
        key: String,
        /// The line of the first.
        first: usize,
    },
    /// A key is a number, a boolean or worse.
    #[error("the key `{key}` is not text")]
    KeyIsNoText {
        /// As it was typed.
        key: String,
    },
    /// `<<` with something else than mappings.
    #[error("only mappings can be merged with `<<`")]
    MergeOfNoMapping,
    /// A key that the specification does not know.
    #[error("`{key}` is not a key of {parent}")]
    UnknownKey {
        /// The key.
        key: String,
        /// What it stands in.
        parent: String,
        /// What may have been meant.
        nearest: Option<String>,
    },
    /// A value of the wrong kind.
    #[error("`{key}` must be {expected}, not {found}")]
    WrongKind {
        /// The path of the value.
        key: String,
        /// What it may be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// A value that is not one of its words.
    #[error("`{value}` is not a value for `{key}`")]
    WrongWord {
        /// The path of the value.
        key: String,
        /// What it is.
        value: String,
        /// What it may be.
        words: Vec<String>,
    },
    /// A value that cannot be read.
    #[error("`{value}` is not {expected}")]
    Unreadable {
        /// The value.
        value: String,
        /// What it must be.
        expected: &'static str,
    },
    /// A key that must be there is not.
    #[error("{parent} needs the key `{key}`")]
    MissingKey {
        /// What it must stand in.
        parent: String,
        /// The key.
        key: &'static str,
    },
    /// Keys that exclude each other.
    #[error("`{first}` and `{second}` exclude each other")]
    Exclusive {
        /// The one.
        first: String,
        /// The other.
        second: String,
    },
    /// Values in two files that cannot be merged.
    #[error("`{key}` is {this} here and {earlier} in an earlier file")]
    CannotMerge {
        /// The path of the value.
        key: String,
        /// What it is here.
        this: &'static str,
        /// What it was.
        earlier: &'static str,
    },
    /// `$` that begins no variable.
    #[error("a `$` here begins no variable")]
    Template,
    /// `${NAME:?reason}`.
    #[error("the variable {name} is not set{}", reason_of(reason))]
    RequiredVariable {
        /// The variable.
        name: String,
        /// What the file says about it.
        reason: String,
    },
    /// A line of an env file.
    #[error("{0}")]
    EnvLine(String),
    /// A port that cannot be read.
    #[error("`{port}` is not a port: {reason}")]
    Port {
        /// The port.
        port: String,
        /// Why not.
        reason: String,
    },
    /// A mount that cannot be read.
    #[error("`{mount}` is not a volume: {reason}")]
    Mount {
        /// The mount.
        mount: String,
        /// Why not.
        reason: &'static str,
    },
    /// A command whose quotes do not close.
    #[error("the quotes of this command do not close")]
    Quotes,
    /// A service needs an image or a build.
    #[error("service `{service}` has neither `image` nor `build`")]
    NoImage {
        /// The service.
        service: String,
    },
    /// A reference to something that is not there.
    #[error("service `{service}` refers to the {what} `{name}`, which is not defined")]
    Undefined {
        /// The service.
        service: String,
        /// What kind of thing.
        what: &'static str,
        /// Its name.
        name: String,
        /// What may have been meant.
        nearest: Option<String>,
    },
    /// `extends` of a service that is not there.
    #[error("there is no service `{service}` to extend in `{}`", file.display())]
    NothingToExtend {
        /// The service.
        service: String,
        /// The file.
        file: PathBuf,
    },
    /// `extends` in a circle.
    #[error("services extend each other in a circle: {}", path.join(" → "))]
    ExtendsCycle {
        /// The circle.
        path: Vec<String>,
    },
    /// `include` in a circle.
    #[error("files include each other in a circle: {}", path.join(" → "))]
    IncludeCycle {
        /// The circle.
        path: Vec<String>,
    },
    /// A file that is referred to cannot be read.
    #[error("the file `{}` cannot be read: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// An env file that a service wants is not there.
    #[error("the file `{}` cannot be read: it does not exist", path.display())]
    NoEnvFile {
        /// The file.
        path: PathBuf,
        /// One beside it that is made to be copied.
        example: Option<PathBuf>,
    },
    /// An included file defines what is already there.
    #[error("`{key}` is already defined, in {first}")]
    Conflict {
        /// What.
        key: String,
        /// Where.
        first: String,
    },
    /// A service that was named as the database is none.
    #[error("service `{service}` does not run PostgreSQL")]
    NotPostgres {
        /// The service.
        service: String,
    },
    /// Something of the specification that we do not do.
    #[error("`{key}` is not supported{}", reason_of(reason))]
    Unsupported {
        /// The path of the key.
        key: String,
        /// Why not, or what to do.
        reason: String,
    },
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "most problems need no word more than their message"
)]
impl Problem {
    /// What stands under the caret.
    pub(in crate::compose) fn label(&self) -> &'static str {
        match self {
            Self::UnknownKey { .. } => "this key",
            Self::RequiredVariable { .. } => "this variable",
            Self::RepeatedKey { .. } => "the second",
            Self::Unsupported { .. } => "this",
            _ => "here",
        }
    }

    /// What to do.
    pub(in crate::compose) fn help(&self) -> Option<String> {
        Some(match self {
            Self::UnknownKey {
                nearest: Some(nearest),
                ..
            }
            | Self::Undefined {
                nearest: Some(nearest),
                ..
            } => format!("did you mean `{nearest}`?"),
            Self::UnknownKey { .. } => {
                "take it out, or begin it with `x-` if it is meant for another tool".to_owned()
            }
            Self::KeyIsNoText { key } => format!("put it in quotes: \"{key}\""),
            Self::WrongWord { words, .. } => format!("it is one of {}", words.join(", ")),
            Self::Template => "write `$$` for a dollar sign".to_owned(),
            Self::RequiredVariable { name, .. } => {
                format!("set {name} in the environment, or write `{name}=…` into the `.env` file")
            }
            Self::Undefined {
                what: "volume",
                name,
                ..
            } => {
                format!("add it at the top level: `volumes: {{ {name}: }}`")
            }
            Self::Undefined { what, name, .. } => format!("define the {what} `{name}`"),
            Self::NoImage { service } => {
                format!("add `image: NAME` or `build: .` to `services.{service}`")
            }
            Self::NotPostgres { .. } => {
                "name the service that does with `--service NAME`".to_owned()
            }
            Self::NoEnvFile {
                path,
                example: Some(example),
            } => format!(
                "make it: `cp {} {}`, then put your own values in",
                example.display(),
                path.display()
            ),
            Self::NoEnvFile { path, .. } => format!(
                "make `{}`, or say that it need not be there: `- {{ path: {}, required: false }}`",
                path.display(),
                path.display()
            ),
            Self::Conflict { .. } => "rename one of them".to_owned(),
            Self::Yaml(_) => {
                "check the indentation and the quotes of this line and the one above".to_owned()
            }
            _ => return None,
        })
    }
}

fn reason_of(reason: &str) -> String {
    if reason.is_empty() {
        String::new()
    } else {
        format!(": {reason}")
    }
}

//! `restart` and `pull_policy`: words with rules in them.

/// When the engine restarts a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestartPolicy {
    /// Never.
    No,
    /// Whenever it ends.
    Always,
    /// Whenever it ends, unless it was stopped.
    UnlessStopped,
    /// When it fails, at most so often; without a number, always.
    OnFailure(Option<u32>),
}

impl RestartPolicy {
    /// Reads `no`, `always`, `unless-stopped`, `on-failure`, `on-failure:3`.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "no" | "none" => Self::No,
            "always" | "any" => Self::Always,
            "unless-stopped" => Self::UnlessStopped,
            "on-failure" => Self::OnFailure(None),
            other => Self::OnFailure(Some(other.strip_prefix("on-failure:")?.parse().ok()?)),
        })
    }
}

/// When an image is pulled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PullPolicy {
    /// When it is not there.
    #[default]
    Missing,
    /// At every start.
    Always,
    /// Never: it must be there.
    Never,
    /// It is built, not pulled.
    Build,
    /// When the last pull is older than this: `daily`, `weekly`, `every_12h`.
    Every(String),
}

impl PullPolicy {
    /// Reads the word of the Compose file.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "missing" | "if_not_present" => Self::Missing,
            "always" => Self::Always,
            "never" => Self::Never,
            "build" => Self::Build,
            "daily" | "weekly" => Self::Every(text.to_owned()),
            other => {
                other.strip_prefix("every_")?;
                Self::Every(text.to_owned())
            }
        })
    }
}

//! What a person may want to see while the engine works.

/// Something that happened. `report` decides how, and whether, it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A pull begins.
    Pulling {
        /// The image.
        image: &'a str,
    },
    /// One layer of a pull moved on.
    Layer {
        /// The layer's short id.
        id: &'a str,
        /// Docker's word for it: `Downloading`, `Extracting`, `Pull complete`.
        status: &'a str,
        /// Bytes so far, of the step that `status` names.
        current: u64,
        /// Bytes in all, where known.
        total: Option<u64>,
    },
    /// All layers of a pull together, after each [`Layer`](Self::Layer).
    PullTotal {
        /// The image.
        image: &'a str,
        /// Bytes downloaded.
        current: u64,
        /// Bytes to download, of the layers whose size is known by now.
        total: u64,
        /// Layers that are complete.
        complete: usize,
        /// Layers in all.
        layers: usize,
    },
    /// A pull ended well.
    Pulled {
        /// The image.
        image: &'a str,
    },
    /// A build begins.
    Building {
        /// The image that will be.
        image: &'a str,
    },
    /// A line that a build printed.
    BuildLine {
        /// The image that will be.
        image: &'a str,
        /// The line, without its end.
        line: &'a str,
    },
    /// A build ended well.
    Built {
        /// The image that now is.
        image: &'a str,
    },
    /// Something was made.
    Created {
        /// What kind of thing.
        thing: Thing,
        /// Its name.
        name: &'a str,
    },
    /// A container was started.
    Started {
        /// Its name.
        name: &'a str,
    },
    /// A container that was there before is used as it is.
    Adopted {
        /// Its name.
        name: &'a str,
        /// How it was found: `exited 2 hours ago`.
        state: &'a str,
    },
    /// A container is asked to stop, which may take its grace period.
    Stopping {
        /// Its name.
        name: &'a str,
    },
    /// A container was stopped.
    Stopped {
        /// Its name.
        name: &'a str,
    },
    /// Something was removed.
    Removed {
        /// What kind of thing.
        thing: Thing,
        /// Its name.
        name: &'a str,
    },
    /// Worth knowing, nothing to do.
    Note(&'a str),
    /// Worth doing something about.
    Warning(&'a str),
}

/// What an engine keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// A container.
    Container,
    /// A volume.
    Volume,
    /// A network.
    Network,
    /// An image.
    Image,
}

impl std::fmt::Display for Thing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Container => "container",
            Self::Volume => "volume",
            Self::Network => "network",
            Self::Image => "image",
        })
    }
}

//! The two tables. The first repeats the one at the head of `src/lib.rs`.

use super::rules::{Effect, MayUse};

/// Every module below the door, and the modules it may import. `failure`, `ident` and `secret` are
/// words that all may use.
pub(super) const MAY_USE: &[MayUse] = &[
    ("failure", &[]),
    ("ident", &["failure"]),
    ("secret", &["failure"]),
    ("sql", &["failure", "ident", "secret"]),
    ("url", &["failure", "ident", "secret"]),
    ("compose", &["failure", "ident", "secret", "sql", "url"]),
    ("host", &["failure", "ident", "secret", "sql", "url"]),
    ("migration", &["failure", "ident", "secret", "sql", "url"]),
    ("docker", &["failure", "ident", "secret", "compose"]),
    (
        "database",
        &[
            "failure", "ident", "secret", "sql", "url", "docker", "compose", "host",
        ],
    ),
    (
        "config",
        &[
            "failure", "ident", "secret", "url", "compose", "host", "database",
        ],
    ),
    (
        "report",
        &[
            "failure",
            "ident",
            "secret",
            "sql",
            "url",
            "compose",
            "host",
            "migration",
            "docker",
            "database",
            "config",
        ],
    ),
    (
        "cli",
        &[
            "failure",
            "ident",
            "secret",
            "sql",
            "url",
            "compose",
            "host",
            "migration",
            "docker",
            "database",
            "config",
            "report",
            "error",
        ],
    ),
];

/// What acts on the world, and who may name it.
pub(super) const EFFECTS: &[Effect] = &[
    ("bollard", &["docker/"]),
    (
        "sqlx",
        &[
            "database/connect.rs",
            "database/open.rs",
            "migration/journal.rs",
            "migration/locate.rs",
            "migration/lock.rs",
            "migration/runner.rs",
        ],
    ),
    ("std::env", &["config/env.rs"]),
    (
        "std::fs",
        &[
            "cli/dev/reset_password.rs",
            "compose/files.rs",
            "config/env.rs",
            "config/file.rs",
            "config/places.rs",
            "config/state.rs",
            "database/container/bind.rs",
            "database/embedded/archive.rs",
            "database/embedded/cluster.rs",
            "database/embedded/copies.rs",
            "database/embedded/download.rs",
            "database/embedded/find.rs",
            "database/embedded/initialise.rs",
            "database/embedded/lock.rs",
            "database/embedded/log.rs",
            "database/embedded/python.rs",
            "database/embedded/server.rs",
            "database/embedded/unpack.rs",
            "database/embedded/user.rs",
            "docker/build_context.rs",
            "docker/context_store.rs",
            "docker/credentials.rs",
            "docker/proxies.rs",
            "host/detect.rs",
            "migration/directory.rs",
        ],
    ),
    ("tokio::fs", &[]),
    (
        "tokio::process",
        &[
            "database/embedded/process.rs",
            "database/embedded/python.rs",
            "database/embedded/session.rs",
            "database/embedded/user.rs",
            "docker/compose_release.rs",
            "docker/credentials.rs",
            "docker/ssh.rs",
        ],
    ),
    ("std::process::Command", &[]),
    ("ureq", &["database/embedded/download.rs"]),
    ("indicatif", &["report/"]),
    ("console", &["report/", "docker/terminal.rs"]),
    ("crossterm", &["docker/terminal.rs"]),
    ("std::io::stdout", &["config/env.rs", "report/printer.rs"]),
    ("std::io::stderr", &["config/env.rs", "report/printer.rs"]),
    ("println!", &[]),
    ("print!", &[]),
    ("eprintln!", &[]),
    ("eprint!", &[]),
];

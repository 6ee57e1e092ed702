//! The top level of a Compose file, and what is defined there beside services.

use super::{
    LIST_OR_DICT, OPTIONS, Object,
    Shape::{self, Any, Boolean, Either, List, Map, Null, Scalar, Text},
    TEXT_OR_LIST, service,
};

/// A whole file.
pub(in crate::compose) static FILE: Shape = Shape::Object(&Object {
    keys: &[
        ("version", &Scalar),
        ("name", &Text),
        ("include", &List(&Either(&[&Text, &INCLUDE]))),
        ("services", &Map(&service::SERVICE)),
        ("networks", &Map(&Either(&[&NETWORK, &Null]))),
        ("volumes", &Map(&Either(&[&VOLUME, &Null]))),
        ("secrets", &Map(&SECRET)),
        ("configs", &Map(&CONFIG)),
        ("models", &Any),
    ],
    required: &[],
});

static INCLUDE: Shape = Shape::Object(&Object {
    keys: &[
        ("path", &TEXT_OR_LIST),
        ("env_file", &TEXT_OR_LIST),
        ("project_directory", &Text),
    ],
    required: &[],
});

static EXTERNAL: Shape = Either(&[
    &Boolean,
    &Shape::Object(&Object {
        keys: &[("name", &Text)],
        required: &[],
    }),
]);

static NETWORK: Shape = Shape::Object(&Object {
    keys: &[
        ("name", &Text),
        ("driver", &Text),
        ("driver_opts", &OPTIONS),
        ("ipam", &IPAM),
        ("external", &EXTERNAL),
        ("internal", &Boolean),
        ("enable_ipv4", &Boolean),
        ("enable_ipv6", &Boolean),
        ("attachable", &Boolean),
        ("labels", &LIST_OR_DICT),
    ],
    required: &[],
});

static IPAM: Shape = Shape::Object(&Object {
    keys: &[
        ("driver", &Text),
        ("config", &List(&POOL)),
        ("options", &Map(&Text)),
    ],
    required: &[],
});

static POOL: Shape = Shape::Object(&Object {
    keys: &[
        ("subnet", &Text),
        ("ip_range", &Text),
        ("gateway", &Text),
        ("aux_addresses", &Map(&Text)),
    ],
    required: &[],
});

static VOLUME: Shape = Shape::Object(&Object {
    keys: &[
        ("name", &Text),
        ("driver", &Text),
        ("driver_opts", &OPTIONS),
        ("external", &EXTERNAL),
        ("labels", &LIST_OR_DICT),
    ],
    required: &[],
});

static SECRET: Shape = Shape::Object(&Object {
    keys: &[
        ("name", &Text),
        ("environment", &Text),
        ("file", &Text),
        ("external", &EXTERNAL),
        ("labels", &LIST_OR_DICT),
        ("driver", &Text),
        ("driver_opts", &OPTIONS),
        ("template_driver", &Text),
    ],
    required: &[],
});

static CONFIG: Shape = Shape::Object(&Object {
    keys: &[
        ("name", &Text),
        ("content", &Text),
        ("environment", &Text),
        ("file", &Text),
        ("external", &EXTERNAL),
        ("labels", &LIST_OR_DICT),
        ("template_driver", &Text),
    ],
    required: &[],
});

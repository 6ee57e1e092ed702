//! The keys of a service.

use super::{
    LIST_OR_DICT, OPTIONS, Object,
    Shape::{
        self, Any, Boolean, Either, List, Map, Null, Number, Scalar, Text, TextOrNumber, Word,
    },
    TEXT_OR_LIST, TEXTS,
};

/// A service.
pub(in crate::compose) static SERVICE: Shape = Shape::Object(&Object {
    keys: &[
        ("annotations", &LIST_OR_DICT),
        ("attach", &Boolean),
        ("blkio_config", &BLKIO),
        ("build", &Either(&[&Text, &BUILD])),
        ("cap_add", &TEXTS),
        ("cap_drop", &TEXTS),
        ("cgroup", &Word(&["host", "private"])),
        ("cgroup_parent", &Text),
        ("command", &COMMAND),
        ("configs", &FILE_MOUNTS),
        ("container_name", &Text),
        ("cpu_count", &Number),
        ("cpu_percent", &Number),
        ("cpu_period", &Number),
        ("cpu_quota", &Number),
        ("cpu_rt_period", &Number),
        ("cpu_rt_runtime", &Number),
        ("cpu_shares", &Number),
        ("cpus", &Number),
        ("cpuset", &Text),
        ("credential_spec", &CREDENTIAL_SPEC),
        ("depends_on", &Either(&[&TEXTS, &Map(&DEPENDENCY)])),
        ("deploy", &Either(&[&DEPLOY, &Null])),
        ("develop", &Any),
        ("device_cgroup_rules", &TEXTS),
        ("devices", &List(&Either(&[&Text, &DEVICE]))),
        ("dns", &TEXT_OR_LIST),
        ("dns_opt", &TEXTS),
        ("dns_search", &TEXT_OR_LIST),
        ("domainname", &Text),
        ("entrypoint", &COMMAND),
        (
            "env_file",
            &Either(&[&Text, &List(&Either(&[&Text, &ENV_FILE]))]),
        ),
        ("environment", &LIST_OR_DICT),
        ("expose", &List(&TextOrNumber)),
        ("extends", &Either(&[&Text, &EXTENDS])),
        ("external_links", &TEXTS),
        ("extra_hosts", &Either(&[&Map(&TEXT_OR_LIST), &TEXTS])),
        ("gpus", &Either(&[&Word(&["all"]), &List(&DEVICE_REQUEST)])),
        ("group_add", &List(&TextOrNumber)),
        ("healthcheck", &HEALTHCHECK),
        ("hostname", &Text),
        ("image", &Text),
        ("init", &Boolean),
        ("ipc", &Text),
        ("isolation", &Text),
        ("label_file", &TEXT_OR_LIST),
        ("labels", &LIST_OR_DICT),
        ("links", &TEXTS),
        ("logging", &LOGGING),
        ("mac_address", &Text),
        ("mem_limit", &TextOrNumber),
        ("mem_reservation", &TextOrNumber),
        ("mem_swappiness", &TextOrNumber),
        ("memswap_limit", &TextOrNumber),
        ("models", &Any),
        ("network_mode", &Text),
        (
            "networks",
            &Either(&[&TEXTS, &Map(&Either(&[&ATTACHMENT, &Null]))]),
        ),
        ("oom_kill_disable", &Boolean),
        ("oom_score_adj", &Number),
        ("pid", &Either(&[&Text, &Null])),
        ("pids_limit", &Number),
        ("platform", &Text),
        ("ports", &List(&Either(&[&TextOrNumber, &PORT]))),
        ("post_start", &List(&HOOK)),
        ("pre_start", &Any),
        ("pre_stop", &List(&HOOK)),
        ("privileged", &Boolean),
        ("profiles", &TEXTS),
        ("provider", &Any),
        ("pull_policy", &Text),
        ("pull_refresh_after", &Text),
        ("read_only", &Boolean),
        ("restart", &Text),
        ("runtime", &Text),
        ("scale", &Number),
        ("secrets", &FILE_MOUNTS),
        ("security_opt", &TEXTS),
        ("shm_size", &TextOrNumber),
        ("stdin_open", &Boolean),
        ("stop_grace_period", &Shape::Duration),
        ("stop_signal", &Text),
        ("storage_opt", &OPTIONS),
        ("sysctls", &LIST_OR_DICT),
        ("tmpfs", &TEXT_OR_LIST),
        ("tty", &Boolean),
        ("ulimits", &ULIMITS),
        ("use_api_socket", &Boolean),
        ("user", &Text),
        ("userns_mode", &Text),
        ("uts", &Text),
        ("volumes", &List(&Either(&[&Text, &MOUNT]))),
        ("volumes_from", &TEXTS),
        ("working_dir", &Text),
    ],
    required: &[],
});

static COMMAND: Shape = Either(&[&Null, &Text, &TEXTS]);

static BUILD: Shape = Shape::Object(&Object {
    keys: &[
        ("additional_contexts", &LIST_OR_DICT),
        ("args", &LIST_OR_DICT),
        ("cache_from", &TEXTS),
        ("cache_to", &TEXTS),
        ("context", &Text),
        ("dockerfile", &Text),
        ("dockerfile_inline", &Text),
        ("entitlements", &TEXTS),
        ("extra_hosts", &Either(&[&Map(&TEXT_OR_LIST), &TEXTS])),
        ("isolation", &Text),
        ("labels", &LIST_OR_DICT),
        ("network", &Text),
        ("no_cache", &Boolean),
        ("no_cache_filter", &TEXT_OR_LIST),
        ("platforms", &TEXTS),
        ("privileged", &Boolean),
        ("provenance", &Any),
        ("pull", &Boolean),
        ("sbom", &Any),
        ("secrets", &FILE_MOUNTS),
        ("shm_size", &TextOrNumber),
        ("ssh", &LIST_OR_DICT),
        ("tags", &TEXTS),
        ("target", &Text),
        ("ulimits", &ULIMITS),
    ],
    required: &[],
});

static BLKIO: Shape = Shape::Object(&Object {
    keys: &[
        ("weight", &Number),
        ("weight_device", &List(&BLKIO_WEIGHT)),
        ("device_read_bps", &List(&BLKIO_RATE)),
        ("device_read_iops", &List(&BLKIO_RATE)),
        ("device_write_bps", &List(&BLKIO_RATE)),
        ("device_write_iops", &List(&BLKIO_RATE)),
    ],
    required: &[],
});
static BLKIO_WEIGHT: Shape = Shape::Object(&Object {
    keys: &[("path", &Text), ("weight", &Number)],
    required: &[],
});
static BLKIO_RATE: Shape = Shape::Object(&Object {
    keys: &[("path", &Text), ("rate", &TextOrNumber)],
    required: &[],
});

static CREDENTIAL_SPEC: Shape = Shape::Object(&Object {
    keys: &[("config", &Text), ("file", &Text), ("registry", &Text)],
    required: &[],
});

static DEPENDENCY: Shape = Shape::Object(&Object {
    keys: &[
        (
            "condition",
            &Word(&[
                "service_started",
                "service_healthy",
                "service_completed_successfully",
            ]),
        ),
        ("restart", &Boolean),
        ("required", &Boolean),
    ],
    required: &["condition"],
});

static DEVICE: Shape = Shape::Object(&Object {
    keys: &[("source", &Text), ("target", &Text), ("permissions", &Text)],
    required: &["source"],
});

static ENV_FILE: Shape = Shape::Object(&Object {
    keys: &[("path", &Text), ("format", &Text), ("required", &Boolean)],
    required: &["path"],
});

static EXTENDS: Shape = Shape::Object(&Object {
    keys: &[("service", &Text), ("file", &Text)],
    required: &["service"],
});

static HEALTHCHECK: Shape = Shape::Object(&Object {
    keys: &[
        ("test", &TEXT_OR_LIST),
        ("interval", &Shape::Duration),
        ("timeout", &Shape::Duration),
        ("retries", &Number),
        ("start_period", &Shape::Duration),
        ("start_interval", &Shape::Duration),
        ("disable", &Boolean),
    ],
    required: &[],
});

static LOGGING: Shape = Shape::Object(&Object {
    keys: &[("driver", &Text), ("options", &OPTIONS)],
    required: &[],
});

static ATTACHMENT: Shape = Shape::Object(&Object {
    keys: &[
        ("aliases", &TEXTS),
        ("driver_opts", &OPTIONS),
        ("gw_priority", &Number),
        ("interface_name", &Text),
        ("ipv4_address", &Text),
        ("ipv6_address", &Text),
        ("link_local_ips", &TEXTS),
        ("mac_address", &Text),
        ("priority", &Number),
    ],
    required: &[],
});

static PORT: Shape = Shape::Object(&Object {
    keys: &[
        ("name", &Text),
        ("mode", &Text),
        ("host_ip", &Text),
        ("target", &TextOrNumber),
        ("published", &TextOrNumber),
        ("protocol", &Text),
        ("app_protocol", &Text),
    ],
    required: &["target"],
});

static HOOK: Shape = Shape::Object(&Object {
    keys: &[
        ("command", &COMMAND),
        ("user", &Text),
        ("privileged", &Boolean),
        ("working_dir", &Text),
        ("environment", &LIST_OR_DICT),
    ],
    required: &[],
});

static FILE_MOUNTS: Shape = List(&Either(&[&Text, &FILE_MOUNT]));
static FILE_MOUNT: Shape = Shape::Object(&Object {
    keys: &[
        ("source", &Text),
        ("target", &Text),
        ("uid", &Text),
        ("gid", &Text),
        ("mode", &TextOrNumber),
    ],
    required: &[],
});

static ULIMITS: Shape = Map(&Either(&[&TextOrNumber, &ULIMIT]));
static ULIMIT: Shape = Shape::Object(&Object {
    keys: &[("hard", &Number), ("soft", &Number)],
    required: &["soft", "hard"],
});

static MOUNT: Shape = Shape::Object(&Object {
    keys: &[
        (
            "type",
            &Word(&["bind", "volume", "tmpfs", "npipe", "cluster", "image"]),
        ),
        ("source", &Text),
        ("target", &Text),
        ("read_only", &Boolean),
        ("consistency", &Text),
        ("bind", &BIND),
        ("volume", &VOLUME),
        ("tmpfs", &TMPFS),
        ("image", &Any),
    ],
    required: &["type"],
});
static BIND: Shape = Shape::Object(&Object {
    keys: &[
        ("propagation", &Text),
        ("create_host_path", &Boolean),
        (
            "recursive",
            &Word(&["enabled", "disabled", "writable", "readonly"]),
        ),
        ("selinux", &Word(&["z", "Z"])),
    ],
    required: &[],
});
static VOLUME: Shape = Shape::Object(&Object {
    keys: &[
        ("nocopy", &Boolean),
        ("subpath", &Text),
        ("labels", &LIST_OR_DICT),
    ],
    required: &[],
});
static TMPFS: Shape = Shape::Object(&Object {
    keys: &[("size", &TextOrNumber), ("mode", &TextOrNumber)],
    required: &[],
});

static DEPLOY: Shape = Shape::Object(&Object {
    keys: &[
        ("mode", &Text),
        ("endpoint_mode", &Text),
        ("replicas", &Number),
        ("labels", &LIST_OR_DICT),
        ("rollback_config", &UPDATE),
        ("update_config", &UPDATE),
        ("resources", &RESOURCES),
        ("restart_policy", &RESTART_POLICY),
        ("placement", &PLACEMENT),
    ],
    required: &[],
});
static UPDATE: Shape = Shape::Object(&Object {
    keys: &[
        ("parallelism", &Number),
        ("delay", &Shape::Duration),
        ("failure_action", &Text),
        ("monitor", &Shape::Duration),
        ("max_failure_ratio", &Number),
        ("order", &Word(&["start-first", "stop-first"])),
    ],
    required: &[],
});
static RESOURCES: Shape = Shape::Object(&Object {
    keys: &[("limits", &LIMITS), ("reservations", &RESERVATIONS)],
    required: &[],
});
static LIMITS: Shape = Shape::Object(&Object {
    keys: &[("cpus", &Number), ("memory", &Text), ("pids", &Number)],
    required: &[],
});
static RESERVATIONS: Shape = Shape::Object(&Object {
    keys: &[
        ("cpus", &Number),
        ("memory", &Text),
        ("generic_resources", &List(&GENERIC_RESOURCE)),
        ("devices", &List(&DEVICE_REQUEST)),
    ],
    required: &[],
});
static GENERIC_RESOURCE: Shape = Shape::Object(&Object {
    keys: &[(
        "discrete_resource_spec",
        &Shape::Object(&Object {
            keys: &[("kind", &Text), ("value", &Number)],
            required: &[],
        }),
    )],
    required: &[],
});
static DEVICE_REQUEST: Shape = Shape::Object(&Object {
    keys: &[
        ("capabilities", &TEXTS),
        ("count", &TextOrNumber),
        ("device_ids", &TEXTS),
        ("driver", &Text),
        ("options", &LIST_OR_DICT),
    ],
    required: &[],
});
static RESTART_POLICY: Shape = Shape::Object(&Object {
    keys: &[
        ("condition", &Text),
        ("delay", &Shape::Duration),
        ("max_attempts", &Number),
        ("window", &Shape::Duration),
    ],
    required: &[],
});
static PLACEMENT: Shape = Shape::Object(&Object {
    keys: &[
        ("constraints", &TEXTS),
        (
            "preferences",
            &List(&Shape::Object(&Object {
                keys: &[("spread", &Scalar)],
                required: &[],
            })),
        ),
        ("max_replicas_per_node", &Number),
    ],
    required: &[],
});

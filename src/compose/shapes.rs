//! Compose files of many shapes, and the hashes that Compose 2.26.1 was seen to give their
//! services. The unit tests hold the hashes against ours; the integration tests ask the real
//! plugin again, where it is installed.

/// One project.
#[derive(Debug)]
pub(crate) struct Shape {
    /// What is special about it.
    pub(crate) name: &'static str,
    /// Its files, the first of them `compose.yaml`.
    pub(crate) files: &'static [(&'static str, &'static str)],
    /// Variables of the operating system.
    pub(crate) environment: &'static [(&'static str, &'static str)],
    /// Services and their hashes.
    pub(crate) hashes: &'static [(&'static str, &'static str)],
}

/// The shapes.
pub(crate) const SHAPES: &[Shape] = &[
    Shape {
        name: "the reference file",
        files: &[(
            "compose.yaml",
            r#"
services:
  db:
    image: postgres:16
    container_name: townpass_db
    environment: { POSTGRES_USER: admin, POSTGRES_PASSWORD: password, POSTGRES_DB: townpass_db }
    ports: ["5433:5432"]
    healthcheck: { test: ["CMD-SHELL", "pg_isready -U admin -d townpass_db"], interval: 3s, timeout: 3s, retries: 10 }
    volumes: ["pgdata:/var/lib/postgresql/data"]
  migrate:
    build: .
    environment: ["DATABASE_URL=postgresql+psycopg://admin:password@db:5432/townpass_db"]
    depends_on: { db: { condition: service_healthy } }
    command: uv run alembic -c alembic.ini upgrade head
  api:
    build: .
    environment: ["DATABASE_URL=postgresql+psycopg://admin:password@db:5432/townpass_db", "PORT=8000"]
    depends_on: { db: { condition: service_healthy }, migrate: { condition: service_completed_successfully } }
    ports: ["8000:8000"]
volumes: { pgdata: }
"#,
        )],
        environment: &[],
        hashes: &[
            (
                "api",
                "1caa04351dcd76ce414073f4669620aa2670b5423d60d2baa3d0419bf157abeb",
            ),
            (
                "db",
                "7aead17b57a90e50205e779aee179a37a44cbffb903fd105a948f10baf1f8b25",
            ),
            (
                "migrate",
                "7e3ddcb4d30543f506d7866d6737b47085c8dc1c000cc7d1f988a2f5a9f72047",
            ),
        ],
    },
    Shape {
        name: "nothing but an image",
        files: &[("compose.yaml", "services: { a: { image: postgres } }\n")],
        environment: &[],
        hashes: &[(
            "a",
            "d336b89da15d6ff8463a4cf94316f13525409249eedb1b1d6f5e7cae3d7d8e60",
        )],
    },
    Shape {
        name: "unquoted scalars and characters that JSON escapes",
        files: &[(
            "compose.yaml",
            r#"
services:
  a:
    image: x
    environment:
      A: 0123
      B: 089
      C: 1.10
      D: 1e3
      E: 0x1F
      F: 1_000
      G: 123456789012345678901
      H: 2024-01-01
      I: yes
      J: true
      K: "<&>\u2028"
      L: pä$$word
      M:
      N: ""
      O: 12345678.5
      P: 'tab	"quote" \ back'
      Q: "bell \a, escape \e, del \x7f"
    labels:
      one: 1
      none:
      "a.b": "c=d"
"#,
        )],
        environment: &[],
        hashes: &[(
            "a",
            "506c2338124195bb87306aaf0dff0d714f68ff5e38927ddc6f12d39e0dd71d3a",
        )],
    },
    Shape {
        name: "ports in every form",
        files: &[(
            "compose.yaml",
            r#"
services:
  a:
    image: x
    ports:
      - 5433
      - "15432:5432"
      - 22:22
      - "127.0.0.1:25432:5432"
      - "[::1]:25433:5432"
      - "127.0.0.1::5432"
      - "6008-6011:6008-6011"
      - "7000-7010:5432"
      - "8000:8000/udp"
      - target: 80
        published: 8080
      - target: "81"
        published: "8081-8085"
        host_ip: 0.0.0.0
        protocol: udp
        mode: host
        name: web
        app_protocol: http
      - "15432:5432"
    expose: [3000, "4000-4005"]
"#,
        )],
        environment: &[],
        hashes: &[(
            "a",
            "5368ee79743da9c627a384c9e0f938454e77849f9c5e09576d91fcc30aa10054",
        )],
    },
    Shape {
        name: "mounts in every form",
        files: &[(
            "compose.yaml",
            r"
services:
  a:
    image: x
    volumes:
      - data:/data/
      - /anonymous
      - /srv/host:/host:ro,z
      - data:/again:nocopy
      - type: volume
        source: data
        target: /long
        read_only: true
        volume: { nocopy: true, subpath: sub }
      - type: bind
        source: /srv/other
        target: /other
        bind: { propagation: rslave, selinux: Z }
      - type: bind
        source: /srv/created
        target: /created
        bind: { create_host_path: true }
      - type: tmpfs
        target: /tmp
        tmpfs: { size: 64m, mode: 0777 }
      - type: bind
        source: /srv/plain
        target: /plain
    tmpfs: /run
volumes:
  data:
    driver: local
    labels: [a=b]
",
        )],
        environment: &[],
        hashes: &[(
            "a",
            "47d04770600829f4198a6c5293d6009f1cf6e56d3206089316c30e0cc42c7658",
        )],
    },
    Shape {
        name: "commands, and what is unset, empty or null",
        files: &[(
            "compose.yaml",
            r#"
services:
  words: { image: x, command: "postgres -c 'shared buffers=1' -c \"a b\"", entrypoint: sh -c }
  list: { image: x, command: [a, "b c"], entrypoint: [] }
  empty: { image: x, command: "", entrypoint: "" }
  none: { image: x, command: null, entrypoint: ~ }
  operator: { image: x, command: sh -c x && y }
"#,
        )],
        environment: &[],
        hashes: &[
            (
                "empty",
                "251ca35baceb22da5e8eb0ba9b302c39f202c921bed5c9cafa92f853feca86b1",
            ),
            (
                "list",
                "983fae720a519337e3a5375e4b721ba5d0b7a337fc4bfee758f71372ba2cfa6d",
            ),
            (
                "none",
                "d5457d0b2799957b606d2ac4ed52d85a1e75799490e56229948300b9a59e8953",
            ),
            (
                "operator",
                "0fa4fa72fc80e43023b3a6cdb160a17607fad165ef23cd49cfccad37d391f6d5",
            ),
            (
                "words",
                "852c08d04960d5a7a51941959587ab5383f074daededc4fc0cbd83f65d75bcc2",
            ),
        ],
    },
    Shape {
        name: "variables in every form",
        files: &[
            (
                "compose.yaml",
                r#"
services:
  a:
    image: "x:${TAG:-latest}"
    environment:
      A: "${SET}"
      B: "${UNSET:-${SET:-c}}"
      C: "${EMPTY-d}|${EMPTY:-d}"
      D: "${SET:+yes}${UNSET+no}"
      E: "$$HOME"
      F: "${UNSET:-a:b-c}"
      G: "${FROM_DOTENV}"
      H: "${QUOTED}"
      I: "${SHARED}"
      J:
      FROM_DOTENV:
    mem_limit: ${MEMORY}
    privileged: ${YES}
    pids_limit: "${PIDS}"
    cpus: "${CPUS}"
"#,
            ),
            (
                ".env",
                "FROM_DOTENV=env file # comment\nQUOTED=\"a\\tb \\$SET $SET\"\nSHARED=from file\nMEMORY=512m\nexport YES=true\nPIDS: 100\nCPUS=0.5\n",
            ),
        ],
        environment: &[("SET", "value"), ("EMPTY", ""), ("SHARED", "from system")],
        hashes: &[(
            "a",
            "70fb265be758d2f4e22e9bfa26fa8cb25410654fbd3e44caeec7104f01820cc9",
        )],
    },
    Shape {
        name: "an override file that merges",
        files: &[
            (
                "compose.yaml",
                r#"
x-common: &common
  restart: unless-stopped
  labels: { a: "1", b: "2" }
services:
  a:
    <<: *common
    image: x
    command: one
    ports: ["5433:5432"]
    volumes: ["v:/data", "w:/other"]
    environment: [A=1, B=2]
    networks: [front]
    dns: 1.1.1.1
    cap_add: [NET_ADMIN]
    healthcheck: { test: "true", interval: 30s }
    extra_hosts: ["h:1.2.3.4"]
    logging: { driver: json-file, options: { max-size: "1m" } }
    ulimits: { nofile: 100 }
    sysctls: { net.core.somaxconn: 1024 }
networks: { front: , back: }
volumes: { v: , w: , z: }
"#,
            ),
            (
                "compose.override.yaml",
                r#"
services:
  a:
    command: [two, three]
    ports: ["5434:5432"]
    volumes: ["z:/data"]
    environment: { B: 3, C: null }
    labels: [b=9, c=3]
    networks: { back: { aliases: [other] } }
    dns: [8.8.8.8, 1.1.1.1]
    cap_add: [NET_ADMIN, SYS_TIME]
    healthcheck: { test: ["CMD", "false"], retries: 0 }
    extra_hosts: { "i": "::1" }
    logging: { options: { max-file: 3 } }
    ulimits: { nofile: { soft: 1, hard: 2 } }
    sysctls: [net.core.somaxconn=2048]
"#,
            ),
        ],
        environment: &[],
        hashes: &[(
            "a",
            "e24cb92402926d084c85ae105de4138315337c408bac857f1a6ece64be1f14a6",
        )],
    },
    Shape {
        name: "reset and override",
        files: &[
            (
                "compose.yaml",
                "services:\n  a:\n    image: x\n    ports: ['1:1', '2:2']\n    environment: { A: 1, B: 2 }\n    command: c\n    labels: { a: b }\n",
            ),
            (
                "compose.override.yaml",
                "services:\n  a:\n    ports: !override ['3:3']\n    environment: { A: !reset null, C: 3 }\n    command: !reset\n    labels: !reset {}\n",
            ),
        ],
        environment: &[],
        hashes: &[(
            "a",
            "c67060a812095f8b35d9a417d787d6719a6d3babf7befbd2416b986a005b8946",
        )],
    },
    Shape {
        name: "several documents in one file",
        files: &[(
            "compose.yaml",
            "services:\n  a:\n    image: x\n    environment: { A: 1 }\n---\nservices:\n  a:\n    environment: { B: 2 }\n",
        )],
        environment: &[],
        hashes: &[(
            "a",
            "62d709157ebbd94c1e9831f787dc5857b7f82126702fd02f92961ea57a89a6fc",
        )],
    },
    Shape {
        name: "extends, in the file and out of it",
        files: &[
            (
                "compose.yaml",
                r#"
services:
  base: { image: x, environment: { A: 1 }, ports: ["1:1"], depends_on: [other] }
  child: { extends: base, environment: { B: 2 }, ports: ["2:2"] }
  grandchild: { extends: { service: child }, command: run, labels: { l: m } }
  far: { extends: { file: sub/common.yaml, service: shared }, environment: [C=3] }
  other: { image: y }
"#,
            ),
            (
                "sub/common.yaml",
                r#"
services:
  root: { image: z, restart: always, init: true }
  shared: { extends: root, environment: { D: "${D:-4}" }, volumes: ["/srv/abs:/abs"] }
"#,
            ),
        ],
        environment: &[],
        hashes: &[
            (
                "base",
                "dcc65bdc596a6bedc37ef8b99129c3ab750528a1538d5a412c95a63fff496e28",
            ),
            (
                "child",
                "de0a4262501954291f0219904410ccdd1dbefa63e5755dedc3d5ac5366e67a84",
            ),
            (
                "far",
                "bcaf49751b9a0e23f3cf54efdfabcac711d0e87e18ab5c3722df006d600e20f9",
            ),
            (
                "grandchild",
                "6ae2b5de3c9a468a1f77ab5e462b9c6fcfea9594cdebc532e7495dec33dd55ae",
            ),
            (
                "other",
                "feac2c1f81733e07f63676ddb086e48b42480dd5b1fc467681009441f85b414c",
            ),
        ],
    },
    Shape {
        name: "an included file",
        files: &[
            (
                "compose.yaml",
                "include: [sub/compose.yaml, { path: [more.yaml, more.override.yaml] }]\nservices:\n  a: { image: x, depends_on: [db] }\n",
            ),
            (
                "sub/compose.yaml",
                "services:\n  db:\n    image: postgres:${VERSION}\n    environment: [INHERITED]\n    volumes: [v:/data]\nvolumes: { v: }\n",
            ),
            ("sub/.env", "VERSION=17\nINHERITED=from sub\n"),
            (
                "more.yaml",
                "services:\n  m: { image: x, environment: { A: 1 } }\n",
            ),
            (
                "more.override.yaml",
                "services:\n  m: { environment: { A: 2 } }\n",
            ),
        ],
        environment: &[],
        hashes: &[
            (
                "a",
                "eaef9e8484eda2948e940cd1134e20823d924a0652fcaffb14810bbb9af1ac05",
            ),
            (
                "db",
                "2b3a3f7280fafa48210aa2c9419ddf9f6054a29707c46953ed9b9a9e2e219087",
            ),
            (
                "m",
                "76ca12e943b19c00b0818fb896fcb5aadaa793486279501b3c87abc82ce2e151",
            ),
        ],
    },
    Shape {
        name: "resources",
        files: &[(
            "compose.yaml",
            r#"
services:
  a:
    image: x
    mem_limit: 1.5g
    mem_reservation: 268435456
    memswap_limit: -1
    shm_size: 64mb
    cpus: 1.5
    cpu_shares: 512
    cpu_quota: "50000"
    cpuset: 0-1
    pids_limit: 0
    oom_score_adj: -500
    oom_kill_disable: true
    ulimits: { nproc: 65535, nofile: { soft: 20000, hard: 40000 }, core: 0 }
    blkio_config:
      weight: 300
      weight_device: [{ path: /dev/sda, weight: 400 }]
      device_read_bps: [{ path: /dev/sdb, rate: 12mb }]
  d:
    image: x
    deploy:
      mode: replicated
      replicas: 1
      labels: [a=b]
      resources:
        limits: { cpus: "0.50", memory: 50M, pids: 1 }
        reservations: { cpus: 0.25, memory: 20M, devices: [{ capabilities: [gpu] }] }
      restart_policy: { condition: on-failure, delay: 5s, max_attempts: 3, window: 120s }
      update_config: { parallelism: 2, delay: 10s, order: start-first, max_failure_ratio: 0.1 }
      placement: { constraints: [a==b], max_replicas_per_node: 1 }
  e:
    image: x
    deploy: { resources: { limits: { memory: 1g } } }
"#,
        )],
        environment: &[],
        hashes: &[
            (
                "a",
                "2bf345bee4d02a68314477b30063dc75d30c08687130bd51e1b504f55b75793f",
            ),
            (
                "d",
                "00753bc8e19e019fd0386ce047abd3f7ef46ebf722e55c94b3039c0031894f63",
            ),
            (
                "e",
                "b87a3791155e5a7d7c04eacd4692680c6871b6d1e808097d26c58d954a98b5cf",
            ),
        ],
    },
    Shape {
        name: "networks",
        files: &[(
            "compose.yaml",
            r#"
services:
  a:
    image: x
    networks:
      front: { aliases: [one, two], ipv4_address: 172.28.0.5, priority: 10 }
      back: { driver_opts: { o: 1 } }
      default:
  b: { image: x, network_mode: host }
  c: { image: x, network_mode: "service:a", depends_on: [b] }
  d: { image: x, networks: [], dns_search: example.org, dns_opt: [ndots:1] }
networks:
  front: { ipam: { config: [{ subnet: 172.28.0.0/16 }] }, driver_opts: { p: q } }
  back: { name: real, external: true }
"#,
        )],
        environment: &[],
        hashes: &[
            (
                "a",
                "1a17f03c37a58adadaff737d1d76cb78ae52afb552d4f9d152f2b94dcd36e31f",
            ),
            (
                "b",
                "c77847e43230fa2479ff79072da75537df8a8c5de31569ac2af4d3ad41a3142a",
            ),
            (
                "c",
                "22b639095d49fada562416496d444fbb74847967a10ed08ec4147efaaf3f842c",
            ),
            (
                "d",
                "09caf156bcdcfe778f48c6bb601b6e95de21c1a675478d4da8153c7e2d0d8e1f",
            ),
        ],
    },
    Shape {
        name: "secrets and configs",
        files: &[
            (
                "compose.yaml",
                r#"
services:
  a:
    image: x
    secrets:
      - one
      - { source: two, target: /elsewhere, uid: "70", gid: "70", mode: 0440 }
    configs:
      - c
      - { source: d, target: /etc/d, mode: "288" }
secrets:
  one: { file: ./one.txt }
  two: { environment: TWO }
configs:
  c: { content: "a ${SET}" }
  d: { file: ./d.txt }
"#,
            ),
            ("one.txt", "1"),
            ("d.txt", "d"),
        ],
        environment: &[("TWO", "2"), ("SET", "value")],
        hashes: &[(
            "a",
            "66015b030fb944fa66cee85267c026f83ec1d86a4897102cb4254b74f3614026",
        )],
    },
    Shape {
        name: "the rest of a service",
        files: &[(
            "compose.yaml",
            r#"
name: Named-${SUFFIX:-one}
services:
  a:
    image: x
    annotations: { a: b }
    attach: false
    cap_drop: [ALL]
    cgroup: host
    cgroup_parent: m
    container_name: named
    device_cgroup_rules: ["c 1:3 mr"]
    devices: ["/dev/null", "/dev/zero:/dev/one:r"]
    dns_search: [a, b]
    domainname: d
    external_links: [e]
    extra_hosts: { h: [1.1.1.1, 2.2.2.2], "host.docker.internal": host-gateway }
    group_add: [1000, g]
    hostname: h
    init: true
    ipc: private
    isolation: default
    labels: []
    logging: { driver: local }
    mac_address: 02:42:ac:11:00:02
    pid: host
    platform: linux/amd64
    privileged: true
    pull_policy: always
    read_only: true
    restart: on-failure:3
    runtime: runc
    security_opt: ["no-new-privileges:true"]
    stdin_open: true
    stop_grace_period: 1m30s
    stop_signal: SIGINT
    storage_opt: { size: 1G }
    sysctls: { a: 1 }
    tmpfs: [/run, "/tmp:size=1m"]
    tty: true
    user: "1000:1000"
    userns_mode: host
    uts: host
    working_dir: /w
    x-townpass: { anything: 1 }
    healthcheck:
      test: pg_isready
      interval: 1m30s
      timeout: 500ms
      retries: 5
      start_period: 10s
      start_interval: 1s
  h: { image: x, healthcheck: { disable: true } }
  n: { image: x, healthcheck: { test: [NONE] }, scale: 2, links: ["a:b"], volumes_from: ["a:ro"] }
  w:
    image: x
    develop: { watch: [{ path: /srv/w, action: sync, target: /w, ignore: [node_modules] }] }
    post_start: [{ command: echo hi, user: root }]
    gpus: all
    credential_spec: { file: c.json }
"#,
        )],
        environment: &[],
        hashes: &[
            (
                "a",
                "42f8af166bb10e80e275e7c1f2b8c0bdc282bf4271e990fde861861314896cd3",
            ),
            (
                "h",
                "ad3610d7beb23355e78761b6705a30bbeac00a7e3efdbfc08ec2a18d3b9de524",
            ),
            (
                "n",
                "46b759d5a16c82633152d67580b7f47d832189cbb905ef49cd47af671bd22ebe",
            ),
            (
                "w",
                "bccb0768b86e30f089f35af900b77668b350824b77a7f2030f62686eed99b7b3",
            ),
        ],
    },
    Shape {
        name: "profiles",
        files: &[(
            "compose.yaml",
            "services:\n  a: { image: x }\n  b: { image: y, profiles: [debug, other], environment: { A: 1 } }\n",
        )],
        environment: &[("COMPOSE_PROFILES", "debug")],
        hashes: &[
            (
                "a",
                "d5457d0b2799957b606d2ac4ed52d85a1e75799490e56229948300b9a59e8953",
            ),
            (
                "b",
                "63aa52f3bb9490ec8cf754606028a7ff795c436c9a19becb127d85290fdde595",
            ),
        ],
    },
    Shape {
        name: "files named by a variable",
        files: &[
            ("compose.yaml", "services: { wrong: { image: x } }\n"),
            (
                ".env",
                "COMPOSE_FILE=a.yaml,b.yaml\nCOMPOSE_PATH_SEPARATOR=,\nCOMPOSE_PROJECT_NAME=by-env\n",
            ),
            (
                "a.yaml",
                "services: { a: { image: x, labels: { p: \"${COMPOSE_PROJECT_NAME}\" } } }\n",
            ),
            ("b.yaml", "services: { a: { hostname: b } }\n"),
        ],
        environment: &[],
        hashes: &[(
            "a",
            "ceeb0f026dcdde6d43cb9ab611a0c7a17ec88fb85950b796ae959fa2d2ff5581",
        )],
    },
    Shape {
        name: "empty and null sections",
        files: &[
            (
                "compose.yaml",
                r"
services:
  a:
    image: x
    ports: []
    volumes: []
    healthcheck: {}
    deploy: {}
    labels: {}
    networks: {}
    depends_on: []
    build: { context: ., args: [UNSET, SET=1], tags: [t] }
    logging: {}
    ulimits: {}
    dns: []
    secrets: []
    command: []
  b:
    image: x
    command: c
    environment: { A: 1, B: 2 }
    networks: [default]
    labels: [x, y=]
    stop_grace_period: 0s
    init: false
    cpus: 0
    mem_limit: 0
    deploy: { resources: { limits: { cpus: 2 } } }
  c:
    image: x
    hostname: ''
    working_dir: ''
    restart: 'no'
",
            ),
            (
                "compose.override.yaml",
                r"
services:
  b:
    command:
    environment:
    networks:
    labels:
    image:
    deploy: { resources: { limits: { memory: 1g } } }
",
            ),
        ],
        environment: &[],
        hashes: &[
            (
                "a",
                "9fb777901e06467e72639153f0dd4c564d8a36dce67888f10cbe0006f522c299",
            ),
            (
                "b",
                "0db9c121318154ce3ec0f8ce029109dbb40b485a4f6e867d677338151e30fba8",
            ),
            (
                "c",
                "453cb45cfedc7c65e14d7ab25b8e1019d819fb6323374e68b7c207f0ed9de5ef",
            ),
        ],
    },
    Shape {
        name: "anchors and merge keys",
        files: &[(
            "compose.yaml",
            r#"
x-env: &env
  A: one
  B: &b "two"
x-more: &more { B: three, C: four }
services:
  a: &a
    image: x
    environment:
      <<: [*env, *more]
      D: *b
    ports: &ports ["1:1"]
  b:
    <<: *a
    hostname: h
    environment: { <<: *env, A: mine }
    ports: *ports
"#,
        )],
        environment: &[],
        hashes: &[
            (
                "a",
                "ec0267478db91c45d733293a97922a9802a5811554302e240bafff7a6dbac47b",
            ),
            (
                "b",
                "5d0624e2a336ffe601174ef02ed36a899f64f4a9888dcb61c680d2d620cde746",
            ),
        ],
    },
];

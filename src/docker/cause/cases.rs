//! The table of what each known log tells.

use super::Cause;

fn said(line: &str) -> Cause {
    Cause::Said(line.to_owned())
}

#[test]
fn each_known_log_has_its_cause() {
    for (log, cause) in of_the_entrypoint().into_iter().chain(of_the_server()) {
        assert_eq!(Cause::of_log(log), cause, "{log}");
    }
}

fn of_the_entrypoint() -> Vec<(&'static str, Cause)> {
    vec![
        (
            "Error: Database is uninitialized and superuser password is not specified.\n       \
             You must specify POSTGRES_PASSWORD to a non-empty value for the\n",
            Cause::PasswordMissing,
        ),
        (
            "error: both POSTGRES_PASSWORD and POSTGRES_PASSWORD_FILE are set (but are exclusive)\n",
            Cause::SetTwice("POSTGRES_PASSWORD".into()),
        ),
        (
            "Error: in 18+, these Docker images are configured to store database data in a\n\
             \x20      Counter to that, there appears to be PostgreSQL data in:\n\
             \x20        /var/lib/postgresql/data (unused mount/volume)\n\n       This is usually\n",
            Cause::FormerMount,
        ),
        (
            "Error: in 18+, these Docker images\n       Counter to that, there appears to be \
             PostgreSQL data in:\n         /var/lib/postgresql/data\n",
            Cause::FormerCluster("/var/lib/postgresql/data".into()),
        ),
    ]
}

fn of_the_server() -> Vec<(&'static str, Cause)> {
    vec![
        (
            "2026-01-02 03:04:05.678 UTC [1] FATAL:  database files are incompatible with server\n\
             2026-01-02 03:04:05.678 UTC [1] DETAIL:  The data directory was initialized by \
             PostgreSQL version 16, which is not compatible with this version 17.6 (Debian 17.6-1).\n",
            Cause::OtherMajor {
                data: "16".into(),
                server: "17".into(),
            },
        ),
        (
            "initdb: error: directory \"/var/lib/postgresql/data\" exists but is not empty\n\
             initdb: detail: It contains a lost+found directory\n",
            Cause::NotEmpty("/var/lib/postgresql/data".into()),
        ),
        (
            "FATAL:  could not write lock file \"postmaster.pid\": No space left on device\n",
            Cause::DiskFull,
        ),
        (
            "ERROR:  could not resize shared memory segment \"/PostgreSQL.1\" to 8388608 bytes: \
             No space left on device\n",
            Cause::SharedMemoryFull,
        ),
        (
            "2026 [1] FATAL:  data directory \"/d\" has wrong ownership\n2026 [1] HINT:  The \
             server must be started by the user that owns the data directory.\n",
            Cause::Permission("FATAL:  data directory \"/d\" has wrong ownership".into()),
        ),
        (
            "chmod: changing permissions of '/var/lib/postgresql/data': Operation not permitted\n",
            Cause::Permission(
                "chmod: changing permissions of '/var/lib/postgresql/data': Operation not \
                 permitted"
                    .into(),
            ),
        ),
        (
            "/usr/local/bin/docker-entrypoint.sh: running /docker-entrypoint-initdb.d/01-a.sql\n\
             CREATE TABLE\n\n\
             /usr/local/bin/docker-entrypoint.sh: running /docker-entrypoint-initdb.d/02-b.sql\n\
             psql:/docker-entrypoint-initdb.d/02-b.sql:3: ERROR:  syntax error at or near \"tabel\"\n\
             LINE 1: create tabel x ();\n",
            Cause::InitScript {
                script: "/docker-entrypoint-initdb.d/02-b.sql".into(),
                said: "psql:/docker-entrypoint-initdb.d/02-b.sql:3: ERROR:  syntax error at or \
                       near \"tabel\""
                    .into(),
            },
        ),
        (
            "docker-entrypoint.sh: sourcing /docker-entrypoint-initdb.d/x.sh\n\
             /docker-entrypoint-initdb.d/x.sh: line 2: $'\\r': command not found\n",
            Cause::LineEnds(
                "/docker-entrypoint-initdb.d/x.sh: line 2: $'\\r': command not found".into(),
            ),
        ),
        (
            "exec /usr/local/bin/docker-entrypoint.sh: exec format error\n",
            Cause::OtherPlatform,
        ),
        (
            "FATAL:  lock file \"postmaster.pid\" already exists\nHINT:  Is another postmaster \
             (PID 1) running in data directory \"/var/lib/postgresql/data\"?\n",
            Cause::DirectoryInUse,
        ),
        (
            "LOG:  invalid checkpoint record\n2026 [27] PANIC:  could not locate a valid \
             checkpoint record at 0/1\n",
            Cause::Damaged("PANIC:  could not locate a valid checkpoint record at 0/1".into()),
        ),
        (
            "2026 [1] FATAL:  unrecognized configuration parameter \"shared_bufers\"\n",
            Cause::Setting("FATAL:  unrecognized configuration parameter \"shared_bufers\"".into()),
        ),
        (
            "2026 [9] FATAL:  role \"root\" does not exist\n2026 [1] FATAL:  something new\n\
             2026 [9] FATAL:  role \"root\" does not exist\n",
            said("2026 [1] FATAL:  something new"),
        ),
        (
            "Traceback (most recent call last):\n  File \"a.py\"\nModuleNotFoundError: No \
             module named 'app'\n",
            said("ModuleNotFoundError: No module named 'app'"),
        ),
        ("one\ntwo\n\n", said("two")),
        ("\n  \n", Cause::Silent),
    ]
}

#[test]
fn a_script_that_succeeded_is_no_cause() {
    let log = "docker-entrypoint.sh: running /docker-entrypoint-initdb.d/01-a.sql\nCREATE TABLE\n\
               PostgreSQL init process complete; ready for start up.\n\
               2026 [1] FATAL:  could not write: No space left on device\n";
    assert_eq!(Cause::of_log(log), Cause::DiskFull);
}

#[test]
fn a_first_start_that_failed_is_seen_after_the_next_start_too() {
    let log = "docker-entrypoint.sh: running /docker-entrypoint-initdb.d/01-a.sh\nboom\n\n\
               PostgreSQL Database directory appears to contain a database; Skipping \
               initialization\n\n2026 [1] LOG:  database system is ready to accept connections\n";
    let script = "/docker-entrypoint-initdb.d/01-a.sh".to_owned();
    let said = "boom".to_owned();
    assert_eq!(
        Cause::of_first_start(log),
        Some(Cause::InitScript { script, said })
    );
}

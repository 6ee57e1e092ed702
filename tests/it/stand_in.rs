//! The stand-in images of `scripts/offline-image` keep the contract of the official ones, without
//! which every other test against them would prove little.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    thread,
    time::{Duration, Instant},
};

use crate::support::{
    Town,
    docker::{self, docker},
};

/// A container of its own, gone with its volumes when dropped.
struct Server {
    name: String,
    /// Holds the name for as long as the container lives.
    _town: Town,
}

impl Server {
    /// Runs `postgres:MAJOR` detached, with these further arguments before the image.
    fn run(major: u32, arguments: &[&str]) -> Self {
        let town = Town::bare();
        let server = Self {
            name: town.container(),
            _town: town,
        };
        server.start(major, arguments);
        server
    }

    fn start(&self, major: u32, arguments: &[&str]) {
        let image = format!("postgres:{major}");
        let mut all = vec!["run", "-d", "--name", &self.name];
        all.extend(arguments);
        all.push(&image);
        docker(&all).expect("the image is there: scripts/offline-image");
    }

    /// SQL over the container's loopback, where nobody is asked for a password.
    fn sql(&self, user: &str, database: &str, sql: &str) -> Result<String, String> {
        docker(&[
            "exec",
            &self.name,
            "psql",
            "-XqAt",
            "-h",
            "127.0.0.1",
            "-U",
            user,
            "-d",
            database,
            "-c",
            sql,
        ])
    }

    /// Waits until it answers over TCP.
    #[track_caller]
    fn answers(&self, user: &str, database: &str) {
        let deadline = Instant::now() + Duration::from_mins(1);
        while let Err(error) = self.sql(user, database, "SELECT 1") {
            assert!(Instant::now() < deadline, "{error}\n{}", self.logs());
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// The exit code, once it has ended.
    fn ended(&self) -> String {
        docker(&["wait", &self.name]).expect("the container is ours")
    }

    /// Both streams.
    fn logs(&self) -> String {
        let output = std::process::Command::new("docker")
            .args(["logs", &self.name])
            .output()
            .expect("docker");
        [output.stdout, output.stderr]
            .map(|stream| String::from_utf8_lossy(&stream).into_owned())
            .concat()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already gone where the test removed it.
        let _ = docker(&["rm", "-fv", &self.name]);
    }
}

#[test]
fn an_account_is_made_and_checked_from_outside() {
    if !docker::demanded() {
        return;
    }
    for major in [16, 17, 18] {
        let server = Server::run(
            major,
            &[
                "-e",
                "POSTGRES_USER=admin",
                "-e",
                "POSTGRES_PASSWORD=p\u{e4} $\"w'",
                "-e",
                "POSTGRES_DB=townpass_db",
            ],
        );
        server.answers("admin", "townpass_db");
        let facts = "SELECT current_setting('server_version_num')::int / 10000, rolsuper, current_setting('server_encoding'), datcollate, current_setting('data_directory')
            FROM pg_roles, pg_database WHERE rolname = 'admin' AND datname = 'townpass_db'";
        let data = if major >= 18 { "18/docker" } else { "data" };
        assert_eq!(
            server.sql("admin", "townpass_db", facts),
            Ok(format!(
                "{major}|t|UTF8|en_US.utf8|/var/lib/postgresql/{data}"
            ))
        );
        assert_eq!(
            server.sql(
                "admin",
                "townpass_db",
                "SELECT count(*) FROM pg_roles WHERE rolname = 'postgres'"
            ),
            Ok("0".to_owned())
        );
        // Another address than the loopback asks for the password.
        let from_outside = |password: &str| {
            let script = "PGPASSWORD=$1 psql -XqAt -h \"$(hostname -i)\" -U admin -d townpass_db -c 'SELECT 1'";
            docker(&["exec", &server.name, "sh", "-c", script, "sh", password])
        };
        assert_eq!(from_outside("p\u{e4} $\"w'"), Ok("1".to_owned()));
        let refused = from_outside("password").expect_err("another password is refused");
        assert!(
            refused.contains("password authentication failed"),
            "{refused}"
        );
        assert!(
            server.logs().contains("stand-in for the image"),
            "it says what it is"
        );

        docker(&["restart", &server.name]).expect("it restarts");
        server.answers("admin", "townpass_db");
        assert!(
            server.logs().contains("Skipping initialization"),
            "{}",
            server.logs()
        );
        docker(&["stop", &server.name]).expect("it stops");
        assert_eq!(server.ended(), "0", "SIGINT ends it well");
    }
}

#[test]
fn init_files_run_while_only_the_socket_answers() {
    if !docker::demanded() {
        return;
    }
    let town = Town::bare()
        .write("init/1.sql", "CREATE TABLE t (i int); INSERT INTO t VALUES (1);")
        .write("init/2.sh", "psql -U \"$POSTGRES_USER\" -d \"$POSTGRES_DB\" -c 'INSERT INTO t VALUES (2)'\nwhile [ ! -e /tmp/go ]; do sleep 0.1; done\n")
        .write("init/password", "from a file\n")
        .write("init/ignored.txt", "");
    let init = town.path().join("init");
    let packed = std::process::Command::new("sh")
        .args(["-c", "echo 'INSERT INTO t VALUES (4);' | gzip > 3.sql.gz"])
        .current_dir(&init)
        .status()
        .expect("a shell");
    assert!(packed.success());
    fs::set_permissions(town.path(), fs::Permissions::from_mode(0o755)).expect("it is ours");
    let mount = format!("{}:/docker-entrypoint-initdb.d:ro", init.display());
    let server = Server::run(
        16,
        &[
            "-v",
            &mount,
            "-e",
            "POSTGRES_PASSWORD_FILE=/docker-entrypoint-initdb.d/password",
            "-e",
            "POSTGRES_INITDB_ARGS=--data-checksums --locale=\"C\"",
        ],
    );
    // The false-ready window: the health check of the reference file is green in it.
    let deadline = Instant::now() + Duration::from_mins(1);
    while docker(&["exec", &server.name, "pg_isready", "-U", "postgres"]).is_err() {
        assert!(Instant::now() < deadline, "{}", server.logs());
        thread::sleep(Duration::from_millis(50));
    }
    assert!(
        server.sql("postgres", "postgres", "SELECT 1").is_err(),
        "no TCP yet"
    );
    docker(&["exec", &server.name, "touch", "/tmp/go"]).expect("the container is ours");
    server.answers("postgres", "postgres");
    assert_eq!(
        server.sql(
            "postgres",
            "postgres",
            "SELECT sum(i), current_setting('data_checksums') FROM t"
        ),
        Ok("7|on".to_owned())
    );
    let logs = server.logs();
    assert!(
        logs.contains("ignoring /docker-entrypoint-initdb.d/ignored.txt"),
        "{logs}"
    );
    assert!(
        logs.contains("PostgreSQL init process complete; ready for start up."),
        "{logs}"
    );
}

#[test]
fn what_the_official_image_refuses_is_refused() {
    if !docker::demanded() {
        return;
    }
    let volume = Town::bare();
    // Labelled, so that it goes with the town even where the test fails.
    let label = format!("com.docker.compose.project={}", volume.project());
    docker(&["volume", "create", "--label", &label, volume.project()]).expect("a volume");
    let old_path = format!("{}:/var/lib/postgresql/data", volume.project());
    for (major, arguments, said) in [
        (16, vec![], "superuser password is not specified"),
        (
            16,
            vec!["-e", "POSTGRES_PASSWORD="],
            "superuser password is not specified",
        ),
        (
            16,
            vec![
                "-e",
                "POSTGRES_PASSWORD=a",
                "-e",
                "POSTGRES_PASSWORD_FILE=/b",
            ],
            "both POSTGRES_PASSWORD and POSTGRES_PASSWORD_FILE are set",
        ),
        (
            18,
            vec!["-e", "POSTGRES_PASSWORD=a", "-v", &old_path],
            "/var/lib/postgresql/data (unused mount/volume)",
        ),
    ] {
        let server = Server::run(major, &arguments);
        assert_eq!(server.ended(), "1", "{}", server.logs());
        assert!(server.logs().contains(said), "{}", server.logs());
        drop(server);
    }
}

#[test]
fn without_a_password_everybody_comes_in_where_that_was_asked_for() {
    if !docker::demanded() {
        return;
    }
    let server = Server::run(16, &["-e", "POSTGRES_HOST_AUTH_METHOD=trust"]);
    server.answers("postgres", "postgres");
    let script = "psql -XqAt -h \"$(hostname -i)\" -U postgres -c 'SELECT 1'";
    assert_eq!(
        docker(&["exec", &server.name, "sh", "-c", script]),
        Ok("1".to_owned())
    );
}

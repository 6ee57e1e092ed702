//! Endpoints tried for real: what answers, and why the others do not.

use std::{
    env, fs,
    os::unix::{fs::PermissionsExt, net::UnixListener},
    path::{Path, PathBuf},
    process::Command as Process,
    sync::Arc,
};

use rustls::{
    RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, UnixStream},
};
use tokio_rustls::TlsAcceptor;
use townpass::docker::{
    Cause, Command, Engine, Error, Platform, Surroundings, connect, endpoint::Origin, engine::Reach,
};

use super::sandbox::{Sandbox, engine};
use crate::support::unprivileged::is_root;

const SOCKET: &str = "/var/run/docker.sock";
const DENIED: &str = "TOWNPASS_TEST_DENIED";

fn at(host: impl Into<String>) -> Surroundings {
    Surroundings {
        docker_host: Some(host.into()),
        ..Surroundings::new(Platform::here())
    }
}

/// Why the only endpoint of these surroundings does not answer.
async fn cause(surroundings: &Surroundings) -> Cause {
    let answer = connect(surroundings).await;
    let Err(Error::NoEngine { mut tried }) = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(tried.len(), 1);
    tried.remove(0).cause
}

/// Uses everything a connection is for: requests, and a stream that ends one way first.
async fn proves_itself(engine: &Engine) {
    let sandbox = Sandbox::new();
    let container = sandbox.idle();
    for _ in 0..2 {
        let captured = engine
            .exec_capture(&container, &Command::new(["wc", "-c"]), b"counted")
            .await
            .expect("it runs");
        assert_eq!(captured.stdout, b"7\n");
    }
}

#[tokio::test]
async fn the_engine_of_this_machine_says_what_it_is() {
    let engine = engine().await;
    let facts = engine.facts();
    assert_eq!(facts.api_version.major, 1);
    assert!(facts.api_version.minor >= 24, "{facts:?}");
    assert_eq!(engine.reach(), Reach::Local);
}

/// The usual places of another system, none of which can be here.
#[tokio::test]
async fn the_usual_places_are_tried_in_order_and_all_are_told() {
    let answer = connect(&Surroundings::new(Platform::Windows)).await;
    let Err(Error::NoEngine { tried }) = &answer else {
        panic!("{answer:?}");
    };
    let told: Vec<_> = tried
        .iter()
        .map(|attempt| attempt.candidate.address.to_string())
        .collect();
    let expected = [
        "npipe:////./pipe/docker_engine",
        "npipe:////./pipe/dockerDesktopLinuxEngine",
        "npipe:////./pipe/podman-machine-default",
    ];
    assert_eq!(told, expected);
    let text = answer.expect_err("it is one").to_string();
    assert!(
        expected.iter().all(|address| text.contains(address)),
        "{text}"
    );
}

#[tokio::test]
async fn what_is_not_there_or_not_listening() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name);
    let unix = |name: &str| at(format!("unix://{}", path(name).display()));

    assert_eq!(cause(&unix("absent")).await, Cause::Absent);

    drop(UnixListener::bind(path("stopped")).expect("it can be bound"));
    assert_eq!(cause(&unix("stopped")).await, Cause::Stopped);

    fs::write(path("file"), "").expect("it can be written");
    let not_a_socket = cause(&unix("file")).await;
    assert!(
        matches!(not_a_socket, Cause::Stopped | Cause::NotAnEngine(_)),
        "{not_a_socket:?}"
    );

    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("it has one")
    };
    assert_eq!(cause(&at(format!("tcp://{closed}"))).await, Cause::Stopped);

    let unknown = cause(&at("tcp://no-such-host.invalid:2375")).await;
    assert!(matches!(unknown, Cause::UnknownHost(_)), "{unknown:?}");
}

#[tokio::test]
async fn an_explicit_choice_is_exclusive_and_its_failure_is_told() {
    let answer = connect(&at("unix:///no/such/socket")).await;
    let error = answer.expect_err("nothing is there");
    let told = error.to_string();
    assert!(
        told.contains("unix:///no/such/socket (DOCKER_HOST): not there"),
        "{told}"
    );
    let help = miette::Diagnostic::help(&error).map(|help| help.to_string());
    assert!(help.is_some_and(|help| help.contains("DOCKER_HOST")));
}

#[tokio::test]
async fn what_answers_but_is_no_engine() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("it has one");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let page = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>";
            let _ = stream.write_all(page.as_bytes()).await;
        }
    });
    let cause = cause(&at(format!("tcp://{address}"))).await;
    assert!(matches!(cause, Cause::NotAnEngine(_)), "{cause:?}");
}

#[tokio::test]
async fn a_silent_engine_is_not_waited_for_long() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("silent");
    let _listener = UnixListener::bind(&path).expect("it can be bound");
    let surroundings = at(format!("unix://{}", path.display()));
    assert_eq!(cause(&surroundings).await, Cause::TimedOut);
}

/// Root may open anything, so this runs itself without that right.
#[test]
fn permission_denied_names_the_group() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("closed");
    let _listener = UnixListener::bind(&path).expect("it can be bound");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("it is ours");
    let words = ["engine::endpoint::denied", "--exact", "--nocapture"];
    let program = env::current_exe().expect("it runs");
    let mut process = if is_root() {
        let mut process = Process::new("setpriv");
        process
            .arg("--bounding-set=-dac_override,-dac_read_search")
            .arg(program);
        process
    } else {
        Process::new(program)
    };
    let output = process
        .args(words)
        .env(DENIED, &path)
        .output()
        .expect("it runs");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{told}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(told.contains("permission denied"), "{told}");
    assert!(told.contains("usermod -aG docker"), "{told}");
}

/// Not a test of its own: what the one above runs.
#[tokio::test]
#[expect(clippy::print_stdout, reason = "the other test reads it")]
async fn denied() {
    let Ok(path) = env::var(DENIED) else { return };
    let error = connect(&at(format!("unix://{path}")))
        .await
        .expect_err("it is closed");
    println!(
        "{error}\n{}",
        miette::Diagnostic::help(&error).expect("it has help")
    );
}

#[tokio::test]
async fn tcp_is_as_good_as_a_socket() {
    let port = relay(None).await;
    let engine = connect(&at(format!("tcp://127.0.0.1:{port}")))
        .await
        .expect("it answers");
    assert_eq!(engine.reach(), Reach::Local);
    proves_itself(&engine).await;
}

#[tokio::test]
async fn tls_with_certificates_of_both_sides() {
    let files = Certificates::make();
    let port = relay(Some(files.server())).await;
    let surroundings = |certificates: &Path| Surroundings {
        tls_verify: true,
        cert_path: Some(certificates.to_owned()),
        ..at(format!("tcp://localhost:{port}"))
    };
    let client = files.client("client");
    let engine = connect(&surroundings(&client)).await.expect("it answers");
    proves_itself(&engine).await;

    // Another authority vouches for nobody here, neither for us nor for the engine.
    let stranger = Certificates::make();
    let stranger = cause(&surroundings(&stranger.client("stranger"))).await;
    assert!(matches!(stranger, Cause::Tls(_)), "{stranger:?}");

    fs::remove_file(client.join("key.pem")).expect("it is there");
    let missing = cause(&surroundings(&client)).await;
    let Cause::TlsFile { path, because } = missing else {
        panic!("{missing:?}");
    };
    assert_eq!(
        (path, because.as_str()),
        (client.join("key.pem"), "not there")
    );

    // Plain HTTP to a port that wants TLS.
    let plain = cause(&at(format!("tcp://localhost:{port}"))).await;
    assert!(
        matches!(plain, Cause::NotAnEngine(_) | Cause::Other(_)),
        "{plain:?}"
    );
}

#[tokio::test]
async fn a_context_may_skip_the_check_of_the_engine() {
    let files = Certificates::make();
    let port = relay(Some(files.server())).await;
    let configuration = tempfile::tempdir().expect("a directory");
    let docker = |arguments: &[&str]| {
        let process = Process::new("docker")
            .arg("--config")
            .arg(configuration.path())
            .args(arguments)
            .output();
        let output = process.expect("docker is there");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    let client = files.client("client");
    let file = |name: &str| client.join(name).display().to_string();
    let endpoint = |extra: &str| {
        format!(
            "host=tcp://127.0.0.1:{port},cert={},key={}{extra}",
            file("cert.pem"),
            file("key.pem")
        )
    };
    // Docker's own client writes the store; the certificate is for `localhost`, not the address.
    let checked = endpoint(&format!(",ca={}", file("ca.pem")));
    docker(&["context", "create", "checked", "--docker", &checked]);
    docker(&[
        "context",
        "create",
        "skipped",
        "--docker",
        &endpoint(",skip-tls-verify=true"),
    ]);
    let surroundings = |context: &str| Surroundings {
        context: Some(context.to_owned()),
        docker_config: Some(configuration.path().to_owned()),
        ..Surroundings::new(Platform::here())
    };
    let refused = cause(&surroundings("checked")).await;
    assert!(matches!(refused, Cause::Tls(_)), "{refused:?}");
    let engine = connect(&surroundings("skipped")).await.expect("it answers");
    assert_eq!(
        engine.facts().endpoint.origin,
        Origin::Flag("skipped".to_owned())
    );
}

#[tokio::test]
async fn ssh_goes_through_the_program() {
    let directory = tempfile::tempdir().expect("a directory");
    let script =
        "#!/bin/sh\necho \"$@\" >>\"$(dirname \"$0\")/calls\"\nexec docker system dial-stdio\n";
    let surroundings = Surroundings {
        ssh: program(directory.path(), script),
        ..at("ssh://me@far.example.org:2222")
    };
    let engine = connect(&surroundings).await.expect("it answers");
    let host = "far.example.org".to_owned();
    assert_eq!(engine.reach(), Reach::Remote { host });
    proves_itself(&engine).await;
    let calls = fs::read_to_string(directory.path().join("calls")).expect("it was called");
    let expected =
        "-T -o ConnectTimeout=30 -l me -p 2222 -- far.example.org docker system dial-stdio";
    assert!(calls.lines().all(|call| call == expected), "{calls}");
    // One for all requests and one for each stream; not one for each request.
    assert!(calls.lines().count() <= 4, "{calls}");
}

#[tokio::test]
async fn ssh_fails_in_its_own_words() {
    let directory = tempfile::tempdir().expect("a directory");
    let script = "#!/bin/sh\necho 'me@far: Permission denied (publickey).' >&2\nexit 255\n";
    let surroundings = Surroundings {
        ssh: program(directory.path(), script),
        ..at("ssh://far")
    };
    let expected = Cause::Ssh("me@far: Permission denied (publickey).".to_owned());
    assert_eq!(cause(&surroundings).await, expected);

    let missing = Surroundings {
        ssh: directory.path().join("no-ssh"),
        ..surroundings
    };
    let missing = cause(&missing).await;
    assert!(
        matches!(&missing, Cause::Ssh(because) if because.contains("cannot run")),
        "{missing:?}"
    );
}

/// Through the real programs: `ssh`, and an `sshd` on loopback with keys made for this test.
#[tokio::test]
async fn ssh_for_real() {
    let server = SshServer::start();
    let surroundings = Surroundings {
        ssh: server.client(),
        ..at(format!("ssh://127.0.0.1:{}", server.port))
    };
    let engine = connect(&surroundings).await.expect("it answers");
    proves_itself(&engine).await;

    let wrong = Surroundings {
        docker_host: Some(format!("ssh://127.0.0.1:{}/no/such.sock", server.port)),
        ..surroundings
    };
    let cause = cause(&wrong).await;
    assert!(
        matches!(&cause, Cause::Ssh(because) if because.contains("/no/such.sock")),
        "{cause:?}"
    );
}

/// Writes an executable script.
fn program(directory: &Path, text: &str) -> PathBuf {
    let path = directory.join("ssh");
    fs::write(&path, text).expect("it can be written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it is ours");
    path
}

/// A TCP port of loopback that leads to the engine's socket.
async fn relay(tls: Option<ServerConfig>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("it has one").port();
    let acceptor = tls.map(|tls| TlsAcceptor::from(Arc::new(tls)));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                match acceptor {
                    None => join(stream).await,
                    Some(acceptor) => {
                        if let Ok(stream) = acceptor.accept(stream).await {
                            join(stream).await;
                        }
                    }
                }
            });
        }
    });
    port
}

async fn join(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    if let Ok(mut engine) = UnixStream::connect(SOCKET).await {
        let _ = copy_bidirectional(&mut stream, &mut engine).await;
    }
}

/// An authority, a server's certificate for `localhost`, and a client's.
struct Certificates(tempfile::TempDir);

impl Certificates {
    fn make() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let script = r"
            set -e
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
                -keyout ca-key.pem -out ca.pem -subj /CN=authority \
                -addext basicConstraints=critical,CA:true
            for side in server client; do
                openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
                    -keyout $side-key.pem -out $side.csr -subj /CN=$side
                printf 'subjectAltName=DNS:localhost\nbasicConstraints=CA:false\n' >$side.ext
                openssl x509 -req -in $side.csr -CA ca.pem -CAkey ca-key.pem -days 2 \
                    -CAcreateserial -extfile $side.ext -out $side.pem
            done
        ";
        let output = Process::new("sh")
            .args(["-c", script])
            .current_dir(&directory)
            .output();
        let output = output.expect("sh is there");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Self(directory)
    }

    fn server(&self) -> ServerConfig {
        let file = |name: &str| self.0.path().join(name);
        let mut roots = RootCertStore::empty();
        let ca = CertificateDer::from_pem_file(file("ca.pem")).expect("it is one");
        roots.add(ca).expect("it is one");
        let provider = Arc::new(ring::default_provider());
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone());
        let certificate = CertificateDer::from_pem_file(file("server.pem")).expect("it is one");
        let key = PrivateKeyDer::from_pem_file(file("server-key.pem")).expect("it is one");
        ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring has them")
            .with_client_cert_verifier(verifier.build().expect("it has roots"))
            .with_single_cert(vec![certificate], key)
            .expect("they belong together")
    }

    /// A directory laid out as `DOCKER_CERT_PATH` is.
    fn client(&self, name: &str) -> PathBuf {
        let directory = self.0.path().join(name);
        fs::create_dir_all(&directory).expect("it can be made");
        for (from, to) in [("ca", "ca"), ("client", "cert"), ("client-key", "key")] {
            let from = self.0.path().join(format!("{from}.pem"));
            fs::copy(from, directory.join(format!("{to}.pem"))).expect("it is there");
        }
        directory
    }
}

/// An SSH server on loopback that lets the one key in that was made for it.
struct SshServer {
    directory: tempfile::TempDir,
    server: std::process::Child,
    port: u16,
}

impl SshServer {
    fn start() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let port = {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
            listener.local_addr().expect("it has one").port()
        };
        let here = directory.path().display();
        let script = format!(
            "set -e; ssh-keygen -q -t ed25519 -N '' -f host; ssh-keygen -q -t ed25519 -N '' -f key
            cp key.pub authorized; chmod 600 authorized; mkdir -p /run/sshd || true
            echo \"[127.0.0.1]:{port} $(cat host.pub)\" >known
            printf '%s\\n' 'ListenAddress 127.0.0.1' 'Port {port}' 'HostKey {here}/host' \
                'AuthorizedKeysFile {here}/authorized' 'StrictModes no' 'UsePAM no' \
                'PidFile none' 'PermitRootLogin yes' >sshd_config
            printf '%s\\n' '#!/bin/sh' 'exec ssh -F /dev/null -o IdentityFile={here}/key -o IdentitiesOnly=yes \
                -o UserKnownHostsFile={here}/known -o BatchMode=yes \"$@\"' >ssh; chmod 755 ssh"
        );
        let made = Process::new("sh")
            .args(["-c", &script])
            .current_dir(&directory)
            .output();
        let made = made.expect("sh is there");
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        let server = Process::new("/usr/sbin/sshd")
            .args(["-D", "-e", "-f"])
            .arg(directory.path().join("sshd_config"))
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("the package `openssh-server` is installed");
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        Self {
            directory,
            server,
            port,
        }
    }

    fn client(&self) -> PathBuf {
        self.directory.path().join("ssh")
    }
}

impl Drop for SshServer {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

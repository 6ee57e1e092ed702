//! What breaks between here and the server: the URL, its host, its port.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use super::doctor_with;
use crate::support::{Town, docker};

#[test]
fn a_url_that_leads_elsewhere() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new();
    town.run("dev up").success();
    let with = |url: &str| doctor_with(&town, &[], &[("DATABASE_URL", url)]);
    with("postgresql+psycopg://admin:password@db:5432/townpass_db")
        .well()
        .says("address", "ok", "from the host");
    let lost = with("postgresql://admin:password@no-such-host/townpass_db")
        .fails(&["address"])
        .says("address", "failure", "names host `no-such-host`")
        .says("authentication", "skipped", "address failed");
    let url = lost.mend("address", &town).success().stdout;
    with(url.trim()).well();
    with("postgresql://admin:hidden-word@192.0.2.1/townpass_db")
        .well()
        .says("address", "warning", "is not this project's database")
        .output
        .hides("hidden-word");
    with("mysql://admin:hidden-word@db/x")
        .fails(&["address"])
        .says("address", "failure", "is not PostgreSQL")
        .output
        .hides("hidden-word");
}

#[test]
fn another_server_of_this_machine() {
    if !docker::demanded() {
        return;
    }
    let (town, other) = (Town::new(), Town::new());
    for it in [&town, &other] {
        it.run("dev up").success();
    }
    let url = format!(
        "postgresql://admin:password@localhost:{}/townpass_db",
        other.port()
    );
    doctor_with(&town, &[], &[("DATABASE_URL", &url)])
        .fails(&["address"])
        .says("address", "failure", "where another server answers");
}

#[test]
fn a_host_that_leads_nowhere_and_a_port_where_nobody_listens() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new();
    town.run("dev up").success();
    let at = |host: &str| doctor_with(&town, &[], &[("TOWNPASS_DB_HOST", host)]);
    at("nowhere.invalid")
        .fails(&["name-resolution"])
        .says("name-resolution", "failure", "is not known here")
        .says("connection", "skipped", "name-resolution failed");
    at("127.0.0.1:1")
        .fails(&["connection"])
        .says("connection", "failure", "nothing answers on `127.0.0.1:1`")
        .says("authentication", "skipped", "connection failed");
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut request = [0; 8];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    at(&format!("127.0.0.1:{port}"))
        .fails(&["connection"])
        .says("connection", "failure", "is no PostgreSQL");
}

#[test]
fn a_password_or_a_role_that_is_only_the_urls() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new();
    town.run("dev up").success();
    let with = |url: &str| doctor_with(&town, &[], &[("DATABASE_URL", url)]);
    let refused = with("postgresql://admin:hidden-word@db:5432/townpass_db")
        .fails(&["authentication"])
        .says("volume", "ok", "initialised with the configured password")
        .says(
            "authentication",
            "failure",
            "password authentication failed",
        )
        .says("database", "skipped", "authentication failed");
    refused.output.clone().hides("hidden-word");
    let url = refused.mend("authentication", &town).success().stdout;
    with(url.trim()).well();
    with("postgresql://nobody:password@db:5432/townpass_db").fails(&["authentication"]);
}

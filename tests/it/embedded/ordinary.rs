//! The same life as an ordinary user, where the tests run as root.

use std::{fs, os::unix::fs::PermissionsExt as _, process::Command};

use crate::support::unprivileged::{is_root, unprivileged};

#[test]
fn a_life_as_an_ordinary_user() {
    if !is_root() {
        // Then every other test is this one.
        return;
    }
    let root = tempfile::Builder::new()
        .prefix("townpass-test-")
        .tempdir()
        .expect("a temporary directory can be made");
    fs::set_permissions(root.path(), fs::Permissions::from_mode(0o777)).expect("opened");
    let itself = root.path().join("tests");
    let program = std::env::current_exe().expect("a test is a program");
    fs::copy(program, &itself).expect("copied to where nobody can run it");
    let mut life = Command::new(&itself);
    life.args(["embedded::run::a_life", "--exact", "--nocapture"])
        .current_dir("/")
        .env("HOME", "/nonexistent")
        .env("TMPDIR", root.path());
    let output = unprivileged(&mut life).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{complained}");
    assert!(said.contains("1 passed"), "{said}");
}

//! A password as the server stores it: enough to check one, not to read it.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use postgres_protocol::password;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::ident::RoleName;
use crate::secret::Secret;

/// A password as `pg_authid.rolpassword` stores it. Worth hiding: it can be guessed against.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Verifier(String);

impl Verifier {
    /// Whether a server holding this lets `role` in with `password`.
    pub fn accepts(&self, role: &RoleName, password: &Secret) -> bool {
        if self.0.starts_with("md5") {
            return self.0 == password::md5(password.reveal().as_bytes(), role.as_str());
        }
        self.accepts_scram(password).unwrap_or(false)
    }

    /// RFC 5803's form, `SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey`.
    fn accepts_scram(&self, password: &Secret) -> Option<bool> {
        use base64::{Engine, prelude::BASE64_STANDARD};
        let (cost, keys) = self.0.strip_prefix("SCRAM-SHA-256$")?.split_once('$')?;
        let (iterations, salt) = cost.split_once(':')?;
        let (stored, _) = keys.split_once(':')?;
        let salted = salted_password(
            password.reveal(),
            &BASE64_STANDARD.decode(salt).ok()?,
            iterations.parse().ok()?,
        );
        let client_key = mac(&salted, &[b"Client Key"]);
        let stored = BASE64_STANDARD.decode(stored).ok()?;
        Some(Sha256::digest(client_key).as_slice() == stored)
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("****")
    }
}

/// A fresh SCRAM-SHA-256 verifier of a password, as text for a statement.
pub(in crate::database) fn verifier(password: &Secret) -> String {
    password::scram_sha_256(password.reveal().as_bytes())
}

/// PBKDF2 with HMAC-SHA-256, one block. RFC 5802 calls it `Hi`.
fn salted_password(password: &str, salt: &[u8], iterations: u32) -> [u8; 32] {
    let prepared = stringprep::saslprep(password).unwrap_or_else(|_| password.into());
    let key = prepared.as_bytes();
    let mut round = mac(key, &[salt, &1_u32.to_be_bytes()]);
    let mut sum = round;
    for _ in 1..iterations {
        round = mac(key, &[&round]);
        sum.iter_mut()
            .zip(round)
            .for_each(|(sum, byte)| *sum ^= byte);
    }
    sum
}

fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::{Verifier, verifier};
    use crate::{ident::RoleName, secret::Secret};

    #[test]
    fn a_verifier_knows_its_password() {
        let role = RoleName::new("admin");
        for password in [
            "password",
            "n'ew\"p$w;-- é密",
            " ",
            "\u{00a0}x",
            "tab\there",
        ] {
            let stored = Verifier(verifier(&Secret::new(password)));
            assert!(
                stored.accepts(&role, &Secret::new(password)),
                "{password:?}"
            );
            assert!(!stored.accepts(&role, &Secret::new(format!("{password}x"))));
        }
        // `select rolpassword` of a server: role `admin`, password `password`.
        let md5 = Verifier("md5d8578edf8458ce06fbc5bb76a58c5ca4".into());
        assert!(!md5.accepts(&role, &Secret::new("password")));
        assert!(!Verifier("SCRAM-SHA-256$x".into()).accepts(&role, &Secret::new("password")));
    }

    #[test]
    fn a_verifier_is_not_shown() {
        let secret = Secret::new("n'ew\"p$w");
        assert_eq!(format!("{:?}", Verifier(verifier(&secret))), "****");
    }
}

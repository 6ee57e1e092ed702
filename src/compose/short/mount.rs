//! `pgdata:/var/lib/postgresql/data:ro`.

use crate::compose::{
    error::{Error, Problem},
    model::{BindOptions, Mount, MountKind, VolumeOptions},
    source::Place,
};

/// Reads the short form of a mount.
pub(in crate::compose) fn mount(spec: &str, place: &Place) -> Result<Mount, Error> {
    parse(spec).map_err(|reason| {
        Problem::Mount {
            mount: spec.to_owned(),
            reason,
        }
        .at(place)
    })
}

fn parse(spec: &str) -> Result<Mount, &'static str> {
    let mut mount = Mount::of(MountKind::Volume);
    match spec.len() {
        0 => return Err("it is empty"),
        1 | 2 => {
            mount.target = Some(spec.to_owned());
            return Ok(mount);
        }
        _ => {}
    }
    let sections = sections(spec);
    if sections.iter().any(|section| section.is_empty()) {
        return Err("there is nothing between two colons");
    }
    let options = match sections[..] {
        [target] => {
            mount.target = Some(target.to_owned());
            ""
        }
        [source, target] => {
            (mount.source, mount.target) = (Some(source.to_owned()), Some(target.to_owned()));
            ""
        }
        [source, target, options] => {
            (mount.source, mount.target) = (Some(source.to_owned()), Some(target.to_owned()));
            options
        }
        _ => return Err("there are too many colons"),
    };
    for option in options.split(',') {
        take_option(&mut mount, option);
    }
    if mount.source.as_deref().is_some_and(is_path) {
        mount.kind = MountKind::Bind;
        // The short form always creates a missing host path, as the first Compose did.
        mount.bind.get_or_insert_default().create_host_path = Some(true);
    } else {
        mount.volume.get_or_insert_default();
    }
    Ok(mount)
}

/// Options that nobody knows are ignored, as Compose ignores them.
fn take_option(mount: &mut Mount, option: &str) {
    match option {
        "ro" => mount.read_only = true,
        "rw" => mount.read_only = false,
        "nocopy" => {
            mount.volume = Some(VolumeOptions {
                nocopy: true,
                subpath: None,
            });
        }
        "rprivate" | "private" | "rshared" | "shared" | "rslave" | "slave" => {
            mount
                .bind
                .get_or_insert_with(BindOptions::default)
                .propagation = Some(option.to_owned());
        }
        "z" | "Z" => {
            mount.bind.get_or_insert_with(BindOptions::default).selinux = Some(option.to_owned());
        }
        _ => {}
    }
}

/// What stands between colons; the colon of a Windows drive divides nothing.
fn sections(spec: &str) -> Vec<&str> {
    let mut sections = Vec::new();
    let mut start = 0;
    for (at, _) in spec.match_indices(':') {
        let section = &spec[start..at];
        let mut characters = section.chars();
        let drive =
            characters.next().is_some_and(char::is_alphabetic) && characters.next().is_none();
        if !drive {
            sections.push(section);
            start = at + 1;
        }
    }
    sections.push(&spec[start..]);
    sections
}

/// Whether a source is a path of the host rather than the name of a volume.
fn is_path(source: &str) -> bool {
    let mut characters = source.chars();
    let first = characters.next();
    source.starts_with(['.', '/', '~'])
        || source.starts_with(r"\\")
        || first.is_some_and(char::is_alphabetic) && characters.next() == Some(':')
}

#[cfg(test)]
mod tests {
    use super::parse;

    fn shown(spec: &str) -> Result<String, &'static str> {
        parse(spec).map(|mount| serde_json::to_string(&mount).expect("it serialises"))
    }

    #[test]
    fn every_short_form_is_read() {
        for (spec, json) in [
            (
                "pgdata:/var/lib/postgresql/data",
                r#"{"type":"volume","source":"pgdata","target":"/var/lib/postgresql/data","volume":{}}"#,
            ),
            ("/data", r#"{"type":"volume","target":"/data","volume":{}}"#),
            ("/d", r#"{"type":"volume","target":"/d"}"#),
            (
                "./a:/b:ro",
                r#"{"type":"bind","source":"./a","target":"/b","read_only":true,"bind":{"create_host_path":true}}"#,
            ),
            (
                "/a:/b:ro,z,rslave",
                r#"{"type":"bind","source":"/a","target":"/b","read_only":true,"bind":{"selinux":"z","propagation":"rslave","create_host_path":true}}"#,
            ),
            (
                "vol:/b:nocopy",
                r#"{"type":"volume","source":"vol","target":"/b","volume":{"nocopy":true}}"#,
            ),
            (
                r"C:\data:/b",
                r#"{"type":"bind","source":"C:\\data","target":"/b","bind":{"create_host_path":true}}"#,
            ),
            (
                r"C:\data:D:\b:ro",
                r#"{"type":"bind","source":"C:\\data","target":"D:\\b","read_only":true,"bind":{"create_host_path":true}}"#,
            ),
            (
                r"\\.\pipe\x:\\.\pipe\x",
                r#"{"type":"bind","source":"\\\\.\\pipe\\x","target":"\\\\.\\pipe\\x","bind":{"create_host_path":true}}"#,
            ),
            (
                "~/a:/b",
                r#"{"type":"bind","source":"~/a","target":"/b","bind":{"create_host_path":true}}"#,
            ),
        ] {
            assert_eq!(shown(spec).as_deref(), Ok(json), "{spec}");
        }
    }

    #[test]
    fn what_is_no_mount_is_refused() {
        for spec in ["", "ab::/b", "ab:/b:ro:x", ":/b1", "abc:"] {
            assert!(parse(spec).is_err(), "{spec}");
        }
    }
}

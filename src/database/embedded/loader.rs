//! What the system's loader says when a program cannot start, and what mends it.

use std::fmt;

/// Why a program that is there does not start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Complaint {
    /// A shared library is missing.
    Library(String),
    /// The C library is older than the program needs.
    OldCLibrary(String),
    /// The system has another C library altogether (musl), or is of another architecture.
    ForeignSystem,
}

impl Complaint {
    /// Recognises the loader's words in what a program printed.
    pub fn recognise(said: &str) -> Option<Self> {
        said.lines().find_map(|line| {
            if let Some((_, rest)) = line.split_once("error while loading shared libraries: ") {
                let library = rest.split(':').next().unwrap_or(rest);
                return Some(Self::Library(library.trim().to_owned()));
            }
            if let Some((_, rest)) = line.split_once("Library not loaded: ") {
                let library = rest.trim().rsplit('/').next().unwrap_or(rest);
                return Some(Self::Library(library.to_owned()));
            }
            let (_, rest) = line.split_once("version `GLIBC_")?;
            let version = rest.split('\'').next().unwrap_or(rest);
            Some(Self::OldCLibrary(version.to_owned()))
        })
    }

    /// What to install.
    pub fn remedy(&self) -> String {
        match self {
            Self::Library(library) => match package_of(library) {
                Some(package) => format!(
                    "install it: `apt-get install {}` (Debian, Ubuntu) or `dnf install {}` \
                     (Fedora, RHEL); or install PostgreSQL itself and run the same command again",
                    package.debian, package.fedora
                ),
                None => "install the package of your system that holds this library, or install \
                         PostgreSQL itself, and run the same command again"
                    .to_owned(),
            },
            Self::OldCLibrary(_) | Self::ForeignSystem => {
                "install PostgreSQL with your system's package manager and run the same command \
                 again, or use a container engine"
                    .to_owned()
            }
        }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Library(library) => write!(f, "the shared library `{library}` is missing"),
            Self::OldCLibrary(version) => {
                write!(f, "it needs the C library glibc {version} or later")
            }
            Self::ForeignSystem => f.write_str("it is built for another kind of system"),
        }
    }
}

struct Package {
    library: &'static str,
    debian: &'static str,
    fedora: &'static str,
}

const fn package(library: &'static str, debian: &'static str, fedora: &'static str) -> Package {
    Package {
        library,
        debian,
        fedora,
    }
}

/// Beginnings of library names, and who brings them.
const PACKAGES: &[Package] = &[
    package("libcrypto.so.3", "libssl3", "openssl-libs"),
    package("libedit.so.2", "libedit2", "libedit"),
    package("libgssapi_krb5.so.2", "libgssapi-krb5-2", "krb5-libs"),
    package("libk5crypto.so.3", "libk5crypto3", "krb5-libs"),
    package("libkrb5.so.3", "libkrb5-3", "krb5-libs"),
    package("libldap-2.5.so.0", "libldap-2.5-0", "openldap"),
    package("libldap.so.2", "libldap2", "openldap"),
    package("liblz4.so.1", "liblz4-1", "lz4-libs"),
    package("libnuma.so.1", "libnuma1", "numactl-libs"),
    package("libossp-uuid.so.16", "libossp-uuid16", "uuid"),
    package("libpam.so.0", "libpam0g", "pam-libs"),
    package("libreadline.so.8", "libreadline8", "readline"),
    package("libssl.so.3", "libssl3", "openssl-libs"),
    package("libsystemd.so.0", "libsystemd0", "systemd-libs"),
    package("libtinfo.so.6", "libtinfo6", "ncurses-libs"),
    package("liburing.so.2", "liburing2", "liburing"),
    package("libuuid.so.1", "libuuid1", "libuuid"),
    package("libxml2.so.2", "libxml2", "libxml2"),
    package("libxslt.so.1", "libxslt1.1", "libxslt"),
    package("libz.so.1", "zlib1g", "zlib"),
    package("libzstd.so.1", "libzstd1", "libzstd"),
];

fn package_of(library: &str) -> Option<&'static Package> {
    PACKAGES.iter().find(|it| it.library == library)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_loaders_say() {
        let cases = [
            (
                "/x/bin/postgres: error while loading shared libraries: libxml2.so.2: cannot \
                 open shared object file: No such file or directory\n",
                Some(Complaint::Library("libxml2.so.2".to_owned())),
            ),
            (
                "dyld[42]: Library not loaded: @rpath/libssl.3.dylib\n  Referenced from: /x",
                Some(Complaint::Library("libssl.3.dylib".to_owned())),
            ),
            (
                "postgres: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found \
                 (required by postgres)",
                Some(Complaint::OldCLibrary("2.38".to_owned())),
            ),
            ("initdb: error: cannot be run as root", None),
        ];
        for (said, complaint) in cases {
            assert_eq!(Complaint::recognise(said), complaint, "{said}");
        }
    }

    #[test]
    fn a_known_library_names_its_packages() {
        let remedy = Complaint::Library("libgssapi_krb5.so.2".to_owned()).remedy();
        assert!(remedy.contains("apt-get install libgssapi-krb5-2"));
        assert!(remedy.contains("dnf install krb5-libs"));
        let unknown = Complaint::Library("libfoo.so.1".to_owned()).remedy();
        assert!(!unknown.contains("apt-get"));
    }
}

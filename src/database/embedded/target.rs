//! Which archive fits this machine.

/// The target triple of the archive for the machine this was built for, if one is published.
///
/// A build for musl or for MinGW names the archive of the same processor all the same: whether
/// it runs is not guessed but tried.
pub fn of_this_machine() -> Option<&'static str> {
    of(SYSTEM, PROCESSOR)
}

const SYSTEM: &str = if cfg!(target_os = "linux") {
    "linux"
} else if cfg!(target_os = "macos") {
    "macos"
} else if cfg!(windows) {
    "windows"
} else {
    "another"
};

const PROCESSOR: &str = if cfg!(target_arch = "x86_64") {
    "x86_64"
} else if cfg!(target_arch = "aarch64") {
    "aarch64"
} else {
    "another"
};

/// The triple for an operating system and a processor, in Rust's words for them.
fn of(system: &str, processor: &str) -> Option<&'static str> {
    match (system, processor) {
        ("linux", "x86_64") => Some("x86_64-unknown-linux-gnu"),
        ("linux", "aarch64") => Some("aarch64-unknown-linux-gnu"),
        ("macos", "x86_64") => Some("x86_64-apple-darwin"),
        ("macos", "aarch64") => Some("aarch64-apple-darwin"),
        // Windows on ARM runs x86_64 programs.
        ("windows", "x86_64" | "aarch64") => Some("x86_64-pc-windows-msvc"),
        _ => None,
    }
}

/// The tag by which pip knows wheels for `target`.
pub fn wheel_platform(target: &str) -> Option<&'static str> {
    match target {
        "x86_64-unknown-linux-gnu" => Some("manylinux_2_17_x86_64"),
        "aarch64-unknown-linux-gnu" => Some("manylinux_2_17_aarch64"),
        "x86_64-apple-darwin" => Some("macosx_10_9_x86_64"),
        "aarch64-apple-darwin" => Some("macosx_11_0_arm64"),
        "x86_64-pc-windows-msvc" => Some("win_amd64"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_has_a_wheel() {
        for system in ["linux", "macos", "windows"] {
            for processor in ["x86_64", "aarch64"] {
                let target = of(system, processor).expect("an archive");
                assert!(wheel_platform(target).is_some(), "{target}");
            }
        }
        assert_eq!(of("freebsd", "x86_64"), None);
        assert_eq!(of("linux", "riscv64"), None);
    }
}

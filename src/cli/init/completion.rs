//! How a shell learns to complete our words.

/// The command for the shell at `path`, which is what `SHELL` says.
pub(super) fn command(path: Option<&str>, windows: bool) -> String {
    let shell = path.and_then(|path| path.rsplit(['/', '\\']).next());
    let shell = shell.map(|name| name.trim_end_matches(".exe"));
    match shell {
        Some("zsh") => "townpass completions zsh > \"${fpath[1]}/_townpass\"",
        Some("fish") => "townpass completions fish > ~/.config/fish/completions/townpass.fish",
        Some("elvish") => "townpass completions elvish >> ~/.config/elvish/rc.elv",
        None if windows => "townpass completions powershell >> $PROFILE",
        Some(_) | None => {
            "townpass completions bash > ~/.local/share/bash-completion/completions/townpass"
        }
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::command;

    #[test]
    fn each_shell_has_its_own_place() {
        for (shell, windows, expected) in [
            (Some("/bin/bash"), false, "completions bash "),
            (Some("/usr/bin/zsh"), false, "completions zsh "),
            (Some("/usr/bin/fish"), false, "completions fish "),
            (Some("/bin/sh"), false, "completions bash "),
            (None, false, "completions bash "),
            (None, true, "completions powershell "),
            (Some("C:\\Git\\bash.exe"), true, "completions bash "),
        ] {
            let said = command(shell, windows);
            assert!(said.contains(expected), "{shell:?}: {said}");
        }
    }
}

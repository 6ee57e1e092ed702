//! The person's own editor.

use std::path::Path;

use super::context::Context;
use crate::error::Error;

/// What is tried where neither `VISUAL` nor `EDITOR` says.
const USUAL: &[&str] = if cfg!(windows) {
    &["code --wait", "notepad"]
} else {
    &["sensible-editor", "editor", "nano", "vim", "vi"]
};

/// Opens `path` and waits until the editor ends.
pub(super) async fn open(context: &Context, path: &Path) -> Result<(), Error> {
    let chosen = ["VISUAL", "EDITOR"]
        .into_iter()
        .find_map(|name| context.env.get(name));
    let candidates = match &chosen {
        Some(command) => std::slice::from_ref(command),
        None => USUAL,
    };
    for command in candidates {
        let words = words(command);
        let Some((program, arguments)) = words.split_first() else {
            continue;
        };
        // A `.cmd` of Windows is found only by its whole name.
        let names = if cfg!(windows) {
            vec![program.clone(), format!("{program}.cmd")]
        } else {
            vec![program.clone()]
        };
        for name in names {
            let status = tokio::process::Command::new(&name)
                .args(arguments)
                .arg(path)
                .status()
                .await;
            match status {
                Ok(status) if status.success() => return Ok(()),
                Ok(status) => {
                    return Err(Error::Editor {
                        command: (*command).to_owned(),
                        why: status.to_string(),
                    });
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => {
                    return Err(Error::Editor {
                        command: (*command).to_owned(),
                        why: error.to_string(),
                    });
                }
            }
        }
    }
    match chosen {
        Some(command) => Err(Error::Editor {
            command: command.to_owned(),
            why: "there is no such program".to_owned(),
        }),
        None => Err(Error::NoEditor {
            path: path.to_owned(),
        }),
    }
}

/// The words of a command. Quotes keep blanks together; nothing else is special, so that a path of
/// Windows stays whole.
pub(super) fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in command.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => word.get_or_insert_default().push(c),
            None if c == '"' || c == '\'' => {
                word.get_or_insert_default();
                quote = Some(c);
            }
            None if c.is_whitespace() => words.extend(word.take()),
            None => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn a_command_may_have_arguments() {
        for (command, expected) in [
            ("vim", &["vim"][..]),
            ("code --wait", &["code", "--wait"]),
            (
                r#""C:\Program Files\Code\code.exe" --wait"#,
                &[r"C:\Program Files\Code\code.exe", "--wait"],
            ),
            ("emacs  -nw ''", &["emacs", "-nw", ""]),
            ("", &[]),
        ] {
            assert_eq!(words(command), expected, "{command}");
        }
    }
}

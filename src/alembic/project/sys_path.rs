//! Whether Python finds the project's own modules, which `env.py` imports.
//!
//! The program `alembic` looks for modules where it is installed. It looks into the project only
//! where `prepend_sys_path` says so; an old `alembic.ini`, or one written by hand, often does not.

use std::fs;
use std::path::Path;

use crate::alembic::project::ini::Ini;

/// The option that says where to look first.
pub const OPTION: &str = "prepend_sys_path";

/// Where the project in `root` has `module`, as the option would name it; nothing where it is not
/// the project's own.
pub fn home(root: &Path, module: &str) -> Option<&'static str> {
    let top = module.split('.').next().filter(|it| !it.is_empty())?;
    [".", "src"].into_iter().find(|place| {
        let place = root.join(place);
        place.join(format!("{top}.py")).is_file() || is_package(&place.join(top))
    })
}

/// Whether a folder has modules in it. One that only shares its name with a package, such as
/// `redis` with a `redis.conf`, has none.
fn is_package(folder: &Path) -> bool {
    let mut entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.any(|entry| entry.path().extension().is_some_and(|it| it == "py"))
}

/// The text of `ini` with the option, behind `script_location`. Nothing where that stands elsewhere.
pub fn prepended(ini: &Ini, section: &str, place: &str) -> Option<String> {
    let text = &ini.source().text;
    let at = ini.place(section, "script_location");
    if at.is_empty() {
        return None;
    }
    let end = text[at.end..].find('\n').map(|it| at.end + it + 1);
    let (before, after) = text.split_at(end.unwrap_or(text.len()));
    let ending = if before.ends_with("\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    let before = before.trim_end_matches(['\r', '\n']);
    Some(format!("{before}{ending}{OPTION} = {place}{ending}{after}"))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::{home, prepended};
    use crate::alembic::project::ini::Ini;
    use crate::migration::Source;

    #[test]
    fn modules_of_the_project_are_told_from_others() {
        let root = tempfile::tempdir().expect("a directory");
        for name in [
            "app/models.py",
            "settings.py",
            "redis/redis.conf",
            "src/shop/__init__.py",
        ] {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            fs::write(path, "").expect("written");
        }
        for (module, expected) in [
            ("app", Some(".")),
            ("app.models", Some(".")),
            ("settings", Some(".")),
            ("shop.db", Some("src")),
            ("redis", None),
            ("sqlalchemy", None),
            ("", None),
        ] {
            assert_eq!(home(root.path(), module), expected, "{module}");
        }
    }

    #[test]
    fn the_option_stands_behind_the_location() {
        for (text, expected) in [
            (
                "[alembic]\nscript_location = alembic\n[loggers]\n",
                Some("[alembic]\nscript_location = alembic\nprepend_sys_path = .\n[loggers]\n"),
            ),
            (
                "[alembic]\r\nscript_location = alembic\r\n",
                Some("[alembic]\r\nscript_location = alembic\r\nprepend_sys_path = .\r\n"),
            ),
            (
                "[alembic]\nscript_location = alembic",
                Some("[alembic]\nscript_location = alembic\nprepend_sys_path = .\n"),
            ),
            ("[alembic]\n", None),
        ] {
            let source = Source {
                path: PathBuf::from("alembic.ini"),
                text: text.into(),
            };
            let ini = Ini::parse(source).expect("it is well formed");
            assert_eq!(prepended(&ini, "alembic", ".").as_deref(), expected);
        }
    }
}

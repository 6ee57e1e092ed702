//! The project's name: who decides it, and what it may be.

use std::path::Path;

use super::error::Error;
use crate::ident::ProjectName;

/// `text` as a project name may be: lowercase, without what is not allowed, beginning with a
/// letter or digit. It may become empty.
pub fn normal(text: &str) -> String {
    let kept: String = text
        .to_lowercase()
        .chars()
        .filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-'))
        .collect();
    kept.trim_start_matches(['_', '-']).to_owned()
}

/// A name that somebody typed: it must be normal already.
pub fn given(name: &str, origin: &'static str) -> Result<ProjectName, Error> {
    let suggestion = normal(name);
    if suggestion == name {
        Ok(ProjectName::new(name))
    } else {
        Err(Error::ProjectName {
            name: name.to_owned(),
            origin,
            suggestion,
        })
    }
}

/// A name out of `name:` or of the directory: it is made normal.
pub fn derived(text: &str, directory: &Path) -> Result<ProjectName, Error> {
    match normal(text) {
        name if name.is_empty() => Err(Error::NoProjectName(directory.to_owned())),
        name => Ok(ProjectName::new(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::normal;

    #[test]
    fn names_are_made_normal() {
        for (typed, name) in [
            ("My.Proj_1", "myproj_1"),
            ("__Ünï Côdé-9", "ncd-9"),
            ("-_x", "x"),
            ("Proj-Y", "proj-y"),
            ("…", ""),
            ("9lives", "9lives"),
        ] {
            assert_eq!(normal(typed), name, "{typed}");
        }
    }
}

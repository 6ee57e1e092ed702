//! What may have been meant.

/// The known word that is most like `word`, if one is like enough.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate.to_owned())
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn typing_mistakes_are_understood() {
        let known = ["ports", "image", "environment", "volumes", "healthcheck"];
        for (typed, meant) in [
            ("port", Some("ports")),
            ("enviroment", Some("environment")),
            ("Image", Some("image")),
            ("healtcheck", Some("healthcheck")),
            ("zzz", None),
        ] {
            assert_eq!(nearest(typed, known).as_deref(), meant, "{typed}");
        }
    }
}

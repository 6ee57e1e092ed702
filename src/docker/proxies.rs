//! The proxies that Docker's own client hands to every container it makes.

use std::collections::BTreeMap;
use std::fs;

use serde::Deserialize;

use crate::docker::Surroundings;

#[derive(Default, Deserialize)]
#[serde(default)]
struct ConfigFile {
    proxies: BTreeMap<String, Proxies>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Proxies {
    #[serde(rename = "httpProxy")]
    http: Option<String>,
    #[serde(rename = "httpsProxy")]
    https: Option<String>,
    #[serde(rename = "noProxy")]
    none: Option<String>,
    #[serde(rename = "ftpProxy")]
    ftp: Option<String>,
    #[serde(rename = "allProxy")]
    all: Option<String>,
}

/// The variables of `proxies.default` in `config.json`, in upper and in lower case. A file that
/// is not there, or broken, has none.
pub fn configured(surroundings: &Surroundings) -> BTreeMap<String, String> {
    let text = surroundings
        .configuration()
        .and_then(|directory| fs::read_to_string(directory.join("config.json")).ok());
    text.map(|text| variables(&text)).unwrap_or_default()
}

fn variables(config: &str) -> BTreeMap<String, String> {
    let file: ConfigFile = serde_json::from_str(config).unwrap_or_default();
    let proxies = file.proxies.get("default").cloned().unwrap_or_default();
    [
        ("HTTP_PROXY", proxies.http),
        ("HTTPS_PROXY", proxies.https),
        ("NO_PROXY", proxies.none),
        ("FTP_PROXY", proxies.ftp),
        ("ALL_PROXY", proxies.all),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value.filter(|it| !it.is_empty())?)))
    .flat_map(|(name, value)| {
        [
            (name.to_owned(), value.clone()),
            (name.to_lowercase(), value),
        ]
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::variables;

    #[test]
    fn each_proxy_in_both_cases() {
        let config = r#"{"proxies": {"default": {"httpProxy": "http://p:1", "noProxy": ""}}}"#;
        let found = variables(config);
        let found: Vec<_> = found.iter().map(|(k, v)| format!("{k}={v}")).collect();
        assert_eq!(found, ["HTTP_PROXY=http://p:1", "http_proxy=http://p:1"]);
        assert!(variables("{}").is_empty());
        assert!(variables("nonsense").is_empty());
    }
}

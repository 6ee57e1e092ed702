//! Sections that are carried for the hash alone, in the form that Compose hashes.

use serde_json::{Map as Json, Value as JsonValue, json};

use super::{field, listing};
use crate::compose::{
    error::Error,
    yaml::{Map, Node},
};

/// `develop`.
pub(super) fn develop(map: &Map) -> Result<Option<JsonValue>, Error> {
    let Some(develop) = field::section(map, "develop") else {
        return Ok(None);
    };
    let mut json = Json::new();
    let watch = develop
        .get("watch")
        .and_then(Node::as_list)
        .unwrap_or_default();
    let watch = watch
        .iter()
        .filter_map(Node::as_map)
        .map(|trigger| {
            let mut json = Json::new();
            for key in ["path", "action"] {
                json.insert(
                    key.to_owned(),
                    field::text(trigger, key).unwrap_or_default().into(),
                );
            }
            put_text(&mut json, trigger, "target");
            let exec = field::section(trigger, "exec").cloned().unwrap_or_default();
            json.insert("exec".to_owned(), hook(&exec)?);
            put_texts(&mut json, trigger, "ignore");
            Ok(JsonValue::Object(json))
        })
        .collect::<Result<Vec<_>, Error>>()?;
    if !watch.is_empty() {
        json.insert("watch".to_owned(), watch.into());
    }
    Ok(Some(json.into()))
}

/// `post_start` and `pre_stop`.
pub(super) fn hooks(map: &Map, key: &str) -> Result<Vec<JsonValue>, Error> {
    let hooks = map.get(key).and_then(Node::as_list).unwrap_or_default();
    hooks.iter().filter_map(Node::as_map).map(hook).collect()
}

fn hook(map: &Map) -> Result<JsonValue, Error> {
    let mut json = Json::new();
    json.insert(
        "command".to_owned(),
        json!(listing::command(map, "command")?),
    );
    put_text(&mut json, map, "user");
    if field::flag(map, "privileged")? {
        json.insert("privileged".to_owned(), true.into());
    }
    put_text(&mut json, map, "working_dir");
    let environment = listing::with_gaps(map, "environment");
    if !environment.is_empty() {
        json.insert("environment".to_owned(), json!(environment));
    }
    Ok(json.into())
}

/// `credential_spec`.
pub(super) fn credential_spec(map: &Map) -> Option<JsonValue> {
    let section = field::section(map, "credential_spec")?;
    let mut json = Json::new();
    for key in ["config", "file", "registry"] {
        put_text(&mut json, section, key);
    }
    Some(json.into())
}

/// `deploy.update_config` and `deploy.rollback_config`.
pub(super) fn update(map: &Map, key: &str) -> Result<Option<JsonValue>, Error> {
    let Some(section) = field::section(map, key) else {
        return Ok(None);
    };
    let mut json = Json::new();
    if let Some(parallelism) = field::whole::<u64>(section, "parallelism")? {
        json.insert("parallelism".to_owned(), parallelism.into());
    }
    put_duration(&mut json, section, "delay")?;
    put_text(&mut json, section, "failure_action");
    put_duration(&mut json, section, "monitor")?;
    if let Some(ratio) = field::cpus(section, "max_failure_ratio")? {
        json.insert("max_failure_ratio".to_owned(), json!(ratio));
    }
    put_text(&mut json, section, "order");
    Ok(Some(json.into()))
}

/// `deploy.placement`, which is always there.
pub(super) fn placement(map: &Map) -> Result<JsonValue, Error> {
    let mut json = Json::new();
    if let Some(section) = field::section(map, "placement") {
        put_texts(&mut json, section, "constraints");
        let preferences = section
            .get("preferences")
            .and_then(Node::as_list)
            .unwrap_or_default();
        let preferences: Vec<JsonValue> = preferences
            .iter()
            .filter_map(Node::as_map)
            .map(|preference| {
                let mut json = Json::new();
                put_text(&mut json, preference, "spread");
                json.into()
            })
            .collect();
        if !preferences.is_empty() {
            json.insert("preferences".to_owned(), preferences.into());
        }
        if let Some(most) = field::whole_not_zero(section, "max_replicas_per_node")? {
            json.insert("max_replicas_per_node".to_owned(), most.into());
        }
    }
    Ok(json.into())
}

/// `deploy.resources.reservations.generic_resources`.
pub(super) fn generic_resources(map: &Map) -> Result<Vec<JsonValue>, Error> {
    let resources = map
        .get("generic_resources")
        .and_then(Node::as_list)
        .unwrap_or_default();
    resources
        .iter()
        .filter_map(Node::as_map)
        .map(|resource| {
            let Some(spec) = field::section(resource, "discrete_resource_spec") else {
                return Ok(json!({}));
            };
            let kind = field::text(spec, "kind").unwrap_or_default();
            let value: i64 = field::whole(spec, "value")?.unwrap_or(0);
            Ok(json!({ "discrete_resource_spec": { "kind": kind, "value": value } }))
        })
        .collect()
}

fn put_text(json: &mut Json<String, JsonValue>, map: &Map, key: &str) {
    if let Some(text) = field::text(map, key) {
        json.insert(key.to_owned(), text.into());
    }
}

fn put_texts(json: &mut Json<String, JsonValue>, map: &Map, key: &str) {
    let texts = listing::texts(map, key);
    if !texts.is_empty() {
        json.insert(key.to_owned(), texts.into());
    }
}

fn put_duration(json: &mut Json<String, JsonValue>, map: &Map, key: &str) -> Result<(), Error> {
    if let Some(duration) =
        field::duration(map, key)?.filter(|duration| duration.nanoseconds() != 0)
    {
        json.insert(key.to_owned(), json!(duration));
    }
    Ok(())
}

//! Finds values in `environment` that YAML turns into other ones.

use super::{
    warning::Warning,
    yaml::{Map, Node},
};

/// Warns of unquoted values that a container will not get as they were typed.
pub(in crate::compose) fn unquoted(root: &Node, warnings: &mut Vec<Warning>) {
    let services = root.get("services").and_then(Node::as_map);
    for service in services.into_iter().flat_map(Map::iter) {
        let environment = service.node.get("environment").and_then(Node::as_map);
        for entry in environment.into_iter().flat_map(Map::iter) {
            let Some(typed) = &entry.node.typed else {
                continue;
            };
            let becomes = entry.node.rendered().unwrap_or_default();
            if entry.node.is_null() || becomes == *typed {
                continue;
            }
            warnings.push(Warning::rerendered(
                &entry.key,
                typed,
                &becomes,
                &entry.node.place,
            ));
        }
    }
}

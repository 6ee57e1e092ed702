//! The engine's part of the story.

use serde_json::json;

use super::Story;
use crate::docker::Event;
use crate::report::words::Count;

impl Story<'_> {
    /// Tells an event of the engine.
    pub fn docker(&self, event: &Event<'_>) {
        match *event {
            Event::Pulling { image } => {
                self.record(&json!({ "event": "pulling", "image": image }));
                self.begin(&format!("pulling image `{image}`"));
            }
            Event::Layer {
                id,
                status,
                current,
                total,
            } => {
                self.record(&json!({
                    "event": "layer", "id": id, "status": status, "done": current, "total": total,
                }));
                self.layer(id, status, current, total);
            }
            Event::PullTotal {
                image,
                current,
                total,
                complete,
                layers,
            } => {
                self.record(&json!({
                    "event": "pull-total", "image": image, "done": current, "total": total,
                    "layers-complete": complete, "layers": layers,
                }));
                let what = format!("{image}, {complete} of {}", Count(layers, "layer"));
                if current < total {
                    self.progress(&what, current, Some(total));
                }
            }
            Event::Pulled { image } => self.did("pulled", "image", image),
            Event::Building { image } => {
                self.record(&json!({ "event": "building", "image": image }));
                self.begin(&format!("building image `{image}`"));
            }
            Event::BuildLine { image, line } => {
                self.record(&json!({ "event": "build-line", "image": image, "line": line }));
                self.aside(line);
            }
            Event::Built { image } => self.did("built", "image", image),
            Event::Created { thing, name } => self.did("created", &thing.to_string(), name),
            Event::Started { name } => self.did("started", "container", name),
            Event::Adopted { name, state } => {
                self.record(&json!({ "event": "adopted", "container": name, "state": state }));
                self.done(&format!(
                    "container `{name}` was there ({state}) and is used as it is"
                ));
            }
            Event::Stopping { name } => {
                self.record(&json!({ "event": "stopping", "container": name }));
                self.spin(&format!("stopping container `{name}`"));
            }
            Event::Stopped { name } => self.did("stopped", "container", name),
            Event::Removed { thing, name } => self.did("removed", &thing.to_string(), name),
            Event::Note(text) => self.note(text),
            Event::Warning(text) => self.warning(text),
        }
    }

    /// Something was done to a thing of the engine.
    fn did(&self, what: &str, thing: &str, name: &str) {
        self.record(&json!({ "event": what, "thing": thing, "name": name }));
        self.done(&format!("{what} {thing} `{name}`"));
    }
}

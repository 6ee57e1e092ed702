//! The ways out where another has the container's name.
//!
//! A `container_name` is one for the whole engine, so two clones of one repository cannot both
//! have it. Which way is right only the user knows: the other one's database may be the one that
//! is wanted, it may be in the way, or both are needed at once.

use std::fmt::Write as _;

use crate::compose::{Project, Service, search};
use crate::docker::labels;
use crate::docker::observed::Listed;

/// What to do about `holder`, which has the name of `service`'s container.
pub(super) fn remedy(holder: &Listed, project: &Project, service: &Service) -> String {
    let mut ways = match holder.project() {
        Some(other) => {
            let place = holder.labels.get(labels::WORKING_DIR);
            let place = place.map_or(String::new(), |it| format!("; it was made in `{it}`"));
            format!(
                "choose one way{place}\n\
                 - it is the database you mean: `townpass -p {other} dev up`\n\
                 - it is in the way: `townpass -p {other} dev down`, which keeps its data, then this \
                 again"
            )
        }
        None => format!(
            "choose one way\n\
             - it is in the way: `docker rm {}`, after `docker stop {0}` if it runs, then this again",
            holder.name
        ),
    };
    // A formatted write to a string cannot fail.
    let _ = write!(
        ways,
        "\n- both are needed: {}, write\n{}",
        place(project),
        apart(service)
    );
    ways
}

/// The lines that let both run: a name that Compose makes of the project's, and a port that the
/// engine chooses.
fn apart(service: &Service) -> String {
    let mut lines = format!(
        "    services:\n      {}:\n        container_name: !reset null",
        service.name
    );
    if !service.ports.is_empty() {
        let targets: Vec<_> = service
            .ports
            .iter()
            .map(|it| format!("\"{}\"", it.target))
            .collect();
        let _ = write!(
            lines,
            "\n        ports: !override [{}] # a free port; `townpass dev url` says which",
            targets.join(", ")
        );
    }
    lines
}

/// Where lines of this clone alone belong.
fn place(project: &Project) -> String {
    let name = |index: usize| {
        let file = project.files.get(index)?.file_name()?;
        Some(file.to_string_lossy().into_owned())
    };
    match (name(0), name(1)) {
        (Some(file), None) if search::NAMES.contains(&file.as_str()) => {
            let (stem, extension) = file.rsplit_once('.').unwrap_or((&file, "yml"));
            format!("in a new file `{stem}.override.{extension}` beside `{file}`")
        }
        (_, Some(last)) if search::OVERRIDE_NAMES.contains(&last.as_str()) => {
            format!("in `{last}`")
        }
        _ => {
            "in a Compose file of this clone alone, the last of those you name with `-f`".to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::worlds::{project, with_db};
    use super::{place, remedy};
    use crate::compose::Port;
    use crate::docker::labels::{self, Labels};
    use crate::docker::observed::{Listed, State};

    fn holder(labels: &[(&str, &str)]) -> Listed {
        Listed {
            id: "1".to_owned(),
            name: "townpass_db".to_owned(),
            labels: labels
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect::<Labels>(),
            state: State::Running,
            volumes: Vec::new(),
            networks: Vec::new(),
            published: Vec::new(),
        }
    }

    #[test]
    fn a_second_clone_has_three_ways() {
        let mut project = with_db(|db| {
            db.ports = vec![Port {
                name: None,
                mode: None,
                host_ip: None,
                target: 5432,
                published: Some("5433".to_owned()),
                protocol: None,
                app_protocol: None,
            }];
        });
        project.files = vec!["/b/docker-compose.yml".into()];
        let other = holder(&[
            (labels::PROJECT, "other"),
            (labels::WORKING_DIR, "/home/dev/other"),
        ]);
        insta::assert_snapshot!(remedy(&other, &project, &project.services["db"]), @r#"
        choose one way; it was made in `/home/dev/other`
        - it is the database you mean: `townpass -p other dev up`
        - it is in the way: `townpass -p other dev down`, which keeps its data, then this again
        - both are needed: in a new file `docker-compose.override.yml` beside `docker-compose.yml`, write
            services:
              db:
                container_name: !reset null
                ports: !override ["5432"] # a free port; `townpass dev url` says which
        "#);
    }

    #[test]
    fn a_container_of_nobody_has_two() {
        let project = project();
        insta::assert_snapshot!(remedy(&holder(&[]), &project, &project.services["db"]), @r"
        choose one way
        - it is in the way: `docker rm townpass_db`, after `docker stop townpass_db` if it runs, then this again
        - both are needed: in a Compose file of this clone alone, the last of those you name with `-f`, write
            services:
              db:
                container_name: !reset null
        ");
    }

    #[test]
    fn the_lines_go_where_compose_reads_them() {
        for (files, expected) in [
            (
                &["/b/compose.yaml"][..],
                "in a new file `compose.override.yaml` beside `compose.yaml`",
            ),
            (
                &["/b/compose.yaml", "/b/compose.override.yml"],
                "in `compose.override.yml`",
            ),
            (
                &["/b/dev.yml"],
                "in a Compose file of this clone alone, the last of those you name with `-f`",
            ),
        ] {
            let mut project = project();
            project.files = files.iter().map(Into::into).collect();
            assert_eq!(place(&project), expected);
        }
    }
}

//! From a request to a project.

use std::{collections::BTreeMap, path::Path};

use super::{
    assemble::{Assembly, Scope, shown},
    consistency,
    decode::{resource, service::service},
    environment::{self, Variables},
    error::{Error, Problem},
    interpolate,
    model::{Project, Service},
    name, normalize,
    request::Request,
    search, service_files,
    warning::Warning,
    yaml::{Map, Node},
};
use crate::ident::{ProjectName, ServiceName};

/// Loads the project that a request names or implies.
pub fn load(request: &Request) -> Result<Project, Error> {
    let mut warnings = Vec::new();
    let mut variables = request.environment.clone();
    add_env_files(request, &request_directory(request), &mut variables)?;
    let files = search::compose_files(request, &variables, &mut warnings)?;
    let directory = project_directory(request, &files);
    add_env_files(request, &directory, &mut variables)?;

    let mut assembly = Assembly {
        shown_from: &request.directory,
        home: request.home.as_deref(),
        host: request.host,
        warnings,
        sources: BTreeMap::new(),
    };
    let name = project_name(request, &mut assembly, &files, &directory, &variables)?;
    variables.insert("COMPOSE_PROJECT_NAME".to_owned(), name.to_string());
    let scope = Scope {
        directory: directory.clone(),
        environment: variables,
    };
    let mut model = assembly.model(&files, &scope, &[])?;
    if model.as_map().is_none_or(Map::is_empty) {
        return Err(Error::Empty(files.first().cloned().unwrap_or_default()));
    }
    let lookup = |name: &str| scope.environment.get(name).cloned();
    normalize::normalize(&mut model, &name, &lookup);

    let mut project = Project {
        name,
        directory,
        files,
        env_files: environment::given_files(request),
        environment: scope.environment.clone(),
        services: BTreeMap::new(),
        disabled: services(&model)?,
        networks: resource::all(&model, "networks", resource::network)?,
        volumes: resource::all(&model, "volumes", resource::volume)?,
        secrets: resource::all(&model, "secrets", resource::secret)?,
        configs: resource::all(&model, "configs", resource::config)?,
        extensions: extensions(&model),
        warnings: std::mem::take(&mut assembly.warnings),
    };
    project.enable_profiles(&profiles(request, &project.environment));
    let mut wants = Vec::new();
    for service in project.services.values_mut() {
        service_files::read(service, &scope.environment, &request.directory)?;
        wants.extend(service.want());
    }
    project.warnings.append(&mut wants);
    for service in project.disabled.values_mut() {
        // Nobody starts it, so a file that it misses harms nobody.
        let _ = service_files::read(service, &scope.environment, &request.directory);
    }
    consistency::check(&project)?;
    Ok(project)
}

/// Where the first `.env` is looked for.
fn request_directory(request: &Request) -> std::path::PathBuf {
    match request.files.first() {
        Some(_) => project_directory(request, &request.files),
        None => search::start(request),
    }
}

/// `--project-directory`, else the directory of the first file.
fn project_directory(request: &Request, files: &[std::path::PathBuf]) -> std::path::PathBuf {
    if request.project_directory.is_some() {
        return search::start(request);
    }
    files
        .iter()
        .map(|file| super::paths::clean(&request.directory.join(file)))
        .find_map(|file| file.parent().map(Path::to_owned))
        .unwrap_or_else(|| request.directory.clone())
}

fn add_env_files(
    request: &Request,
    directory: &Path,
    variables: &mut Variables,
) -> Result<(), Error> {
    let files = environment::default_files(request, directory)?;
    environment::add_files(variables, &files, &|path| shown(&request.directory, path))
}

/// `-p`, else `COMPOSE_PROJECT_NAME`, else `name:` of the last file that has one, else the
/// directory's name.
fn project_name(
    request: &Request,
    assembly: &mut Assembly<'_>,
    files: &[std::path::PathBuf],
    directory: &Path,
    variables: &Variables,
) -> Result<ProjectName, Error> {
    if let Some(name) = request
        .project_name
        .as_deref()
        .filter(|name| !name.is_empty())
    {
        return name::given(name, "`-p`");
    }
    if let Some(name) = variables
        .get("COMPOSE_PROJECT_NAME")
        .filter(|name| !name.is_empty())
    {
        return name::given(name, "COMPOSE_PROJECT_NAME");
    }
    let mut written = None;
    for file in files {
        for document in assembly.documents(file)? {
            if let Some(node) = document
                .root
                .get("name")
                .filter(|node| node.as_text().is_some_and(|text| !text.is_empty()))
            {
                written = Some(node.clone());
            }
        }
    }
    let Some(node) = written else {
        let base = directory
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        return name::derived(&base.unwrap_or_default(), directory);
    };
    let lookup = environment::lookup(variables, request.host);
    // The whole document is interpolated later, which is when unset variables are told.
    let text = interpolate::one(
        node.as_text().unwrap_or_default(),
        &node.place,
        &lookup,
        &mut Vec::<Warning>::new(),
    )?;
    match name::normal(&text) {
        name if name.is_empty() => Err(Problem::Unreadable {
            value: text,
            expected: "a project name: use lowercase letters, digits, `-` and `_`",
        }
        .at(&node.place)),
        name => Ok(ProjectName::new(name)),
    }
}

fn services(model: &Node) -> Result<BTreeMap<ServiceName, Service>, Error> {
    let Some(map) = model.get("services").and_then(Node::as_map) else {
        return Ok(BTreeMap::new());
    };
    map.iter()
        .map(|entry| {
            Ok((
                ServiceName::new(entry.key.clone()),
                service(&entry.key, &entry.node)?,
            ))
        })
        .collect()
}

fn extensions(model: &Node) -> Map {
    let map = model.as_map().into_iter().flat_map(Map::iter);
    map.filter(|entry| entry.key.starts_with("x-"))
        .cloned()
        .collect()
}

fn profiles(request: &Request, variables: &Variables) -> Vec<String> {
    if !request.profiles.is_empty() {
        return request.profiles.clone();
    }
    let value = variables.get("COMPOSE_PROFILES").map_or("", String::as_str);
    value
        .split(',')
        .map(|profile| profile.trim().to_owned())
        .filter(|profile| !profile.is_empty())
        .collect()
}

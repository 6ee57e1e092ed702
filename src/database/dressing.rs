//! What belongs to a database and is in no template of it: settings and rights.

use serde::Deserialize;

use crate::ident::{DatabaseName, RoleName};
use crate::sql::quote::{Ident, Literal};

/// What belongs to a database and is not inside of it.
#[derive(Debug, Deserialize)]
pub(in crate::database) struct Dressing {
    settings: Vec<Setting>,
    /// `None` where the rights are the default ones.
    rights: Option<Vec<Right>>,
}

#[derive(Debug, Deserialize)]
struct Setting {
    role: Option<RoleName>,
    name: String,
    value: String,
}

#[derive(Debug, Deserialize)]
struct Right {
    grantee: Option<RoleName>,
    privilege: String,
    grantable: bool,
}

impl Dressing {
    /// What gives `database` the same. A setting goes through the session, since the catalog holds lists in a form that no
    /// literal can express.
    pub(in crate::database) fn statements(&self, database: &DatabaseName) -> Vec<String> {
        let target = Ident(database.as_str());
        let mut statements = Vec::new();
        for Setting { role, name, value } in &self.settings {
            let whose = match role {
                Some(role) => format!("role {} in database {target}", Ident(role.as_str())),
                None => format!("database {target}"),
            };
            let parts: Vec<_> = name
                .split('.')
                .map(|part| Ident(part).to_string())
                .collect();
            statements.push(format!(
                "select set_config({}, {}, true); alter {whose} set {} from current;",
                Literal(name),
                Literal(value),
                parts.join(".")
            ));
        }
        if let Some(rights) = &self.rights {
            statements.push(format!("revoke all on database {target} from public;"));
            for right in rights {
                let grantee = match &right.grantee {
                    Some(role) => Ident(role.as_str()).to_string(),
                    None => "public".to_owned(),
                };
                let option = if right.grantable {
                    " with grant option"
                } else {
                    ""
                };
                let privilege = &right.privilege;
                statements.push(format!(
                    "grant {privilege} on database {target} to {grantee}{option};"
                ));
            }
        }
        statements
    }
}

/// The question that a [`Dressing`] answers.
pub(in crate::database) fn question(database: &DatabaseName) -> String {
    format!(
        "select json_build_object('settings', (select coalesce(json_agg(json_build_object('role', r.rolname, \
         'name', split_part(c, '=', 1), 'value', substr(c, strpos(c, '=') + 1))), '[]') \
         from pg_db_role_setting s left join pg_roles r on r.oid = s.setrole, unnest(s.setconfig) c \
         where s.setdatabase = d.oid), \
         'rights', (select json_agg(json_build_object('grantee', r.rolname, \
         'privilege', a.privilege_type, 'grantable', a.is_grantable)) \
         from aclexplode(d.datacl) a left join pg_roles r on r.oid = a.grantee)) \
         from pg_database d where datname = {}",
        Literal(database.as_str())
    )
}

//! What two configurations differ in, field by field.

use std::collections::BTreeMap;

use portolan_oci::Descriptor;
use portolan_transport::Source;
use serde_json::Value;

use crate::error::CliError;
use crate::look::read_blob;

/// A field that differs.
pub(super) struct Field {
    /// Where it is: `config.Env[2]`.
    pub(super) path: String,
    pub(super) a: Option<String>,
    pub(super) b: Option<String>,
}

pub(super) async fn config_differences(
    (source_a, a): (&dyn Source, &Descriptor),
    (source_b, b): (&dyn Source, &Descriptor),
) -> Result<Vec<Field>, CliError> {
    let in_a = serde_json::from_slice(&read_blob(source_a, a).await?);
    let in_b = serde_json::from_slice(&read_blob(source_b, b).await?);
    let (Ok(in_a), Ok(in_b)) = (in_a, in_b) else {
        let digest = |config: &Descriptor| Some(config.digest.to_string());
        return Ok(vec![Field { path: "blob".to_owned(), a: digest(a), b: digest(b) }]);
    };
    Ok(compare(&in_a, &in_b))
}

fn compare(a: &Value, b: &Value) -> Vec<Field> {
    let (mut in_a, mut in_b) = (BTreeMap::new(), BTreeMap::new());
    flatten(a, String::new(), &mut in_a);
    flatten(b, String::new(), &mut in_b);
    let mut fields = Vec::new();
    for (path, a) in in_a {
        let b = in_b.remove(&path);
        if b.as_ref() != Some(&a) {
            fields.push(Field { path, a: Some(a), b });
        }
    }
    fields.extend(in_b.into_iter().map(|(path, b)| Field { path, a: None, b: Some(b) }));
    fields.sort_by(|a, b| a.path.cmp(&b.path));
    fields
}

/// Every scalar with its path. An empty list or map counts as one.
fn flatten(value: &Value, path: String, into: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, value) in fields {
                let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                flatten(value, below, into);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (index, value) in items.iter().enumerate() {
                flatten(value, format!("{path}[{index}]"), into);
            }
        }
        Value::String(text) => {
            into.insert(path, text.clone());
        }
        other => {
            into.insert(path, other.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_compared_by_their_paths() {
        let a = json!({"os": "linux", "config": {"Env": ["A=1", "B=2"], "Labels": {}}});
        let b = json!({"os": "linux", "config": {"Env": ["A=1", "B=3", "C=4"], "User": "me"}});
        let told: Vec<_> = compare(&a, &b)
            .into_iter()
            .map(|field| format!("{} {:?} {:?}", field.path, field.a, field.b))
            .collect();
        assert_eq!(
            told,
            [
                r#"config.Env[1] Some("B=2") Some("B=3")"#,
                r#"config.Env[2] None Some("C=4")"#,
                r#"config.Labels Some("{}") None"#,
                r#"config.User None Some("me")"#,
            ]
        );
    }
}

use std::collections::BTreeMap;
use std::env;
use std::path::Path;

use crate::Revision;

/// Variables whose name holds one of these are not shown.
const SECRET: [&str; 5] = ["TOKEN", "SECRET", "PASSWORD", "CREDENTIAL", "PRIVATE_KEY"];

/// What pages can say about where and when they were made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// The environment; values that look like secrets are masked.
    pub variables: BTreeMap<String, String>,
    /// Where the folder stands in its history.
    pub revision: Option<Revision>,
}

impl Context {
    /// Looks at the environment and the folder as they are now.
    pub fn capture(root: &Path) -> Context {
        let mut variables = BTreeMap::new();
        for (name, value) in env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            let value =
                if is_secret(&name) { "***".to_owned() } else { value.to_string_lossy().into_owned() };
            variables.insert(name, value);
        }
        Context { variables, revision: Revision::read(root) }
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_uppercase();
    SECRET.iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_speak_of_secrets_are_known_in_any_case() {
        for name in ["GITHUB_TOKEN", "db_password", "Aws_Secret_Access_Key"] {
            assert!(is_secret(name), "{name}");
        }
        assert!(!is_secret("PATH"));
    }
}

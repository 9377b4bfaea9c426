use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use regex::{Captures, Regex};

use crate::{Context, NotesError};

/// The template of folders that have none.
const DEFAULT: &str = include_str!("default.html");

/// A page with places to fill in: `{{ note.title }}`, `{{ site.title }}`, `{{ vcs.commit }}`, `{{ env.HOME }}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    text: String,
}

impl Template {
    /// A template with this text.
    pub fn new(text: &str) -> Template {
        Template { text: text.to_owned() }
    }

    /// Reads `template.html` of a folder; the one of the program where there is none.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn load(root: &Path) -> Result<Template, NotesError> {
        let path = root.join("template.html");
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Template { text }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Template::new(DEFAULT)),
            Err(error) => Err(NotesError::read(&path)(error)),
        }
    }

    /// Fills in all places; those of unknown names become empty. Each line ends with a line feed.
    pub fn fill(&self, fields: &BTreeMap<String, String>, context: &Context) -> String {
        let mut page = String::with_capacity(self.text.len());
        let lines = self.text.lines().map(|line| {
            let place = Regex::new(r"\{\{ *([A-Za-z0-9_.-]+) *\}\}").expect("the pattern is valid");
            place.replace_all(line, |found: &Captures| value(&found[1], fields, context).to_owned())
        });
        for line in lines {
            page.push_str(&line);
            page.push('\n');
        }
        page
    }
}

fn value<'a>(name: &str, fields: &'a BTreeMap<String, String>, context: &'a Context) -> &'a str {
    let value = match name.strip_prefix("env.") {
        Some(variable) => context.variables.get(&variable.to_string()),
        None => fields.get(&name.to_string()),
    };
    value.map_or("", String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_from_fields_and_environment_and_unknown_ones_are_empty() {
        let fields = BTreeMap::from([("note.title".to_owned(), "On {{ tea }} & $1".to_owned())]);
        let variables = BTreeMap::from([("USER_2".to_owned(), "anna".to_owned())]);
        let context = Context { variables, revision: None };
        let template =
            Template::new("<h1>{{note.title}}</h1>\n\n{{ env.USER_2 }}|{{ env.X }}|{{ x y }}{{x}}");
        let page = template.fill(&fields, &context);
        assert_eq!(page, "<h1>On {{ tea }} & $1</h1>\n\nanna||{{ x y }}\n");
    }
}

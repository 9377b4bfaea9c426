use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::markdown::{escape, to_html};
use crate::{Config, Context, Log, Note, NotesError, Template, note_files};

/// Makes pages of notes.
#[derive(Clone, Debug)]
pub struct Site {
    root: PathBuf,
    config: Config,
    template: Template,
}

impl Site {
    /// Pages of the notes in a folder, by the template of that folder.
    ///
    /// # Errors
    /// The template cannot be read.
    pub fn new(root: &Path, config: Config) -> Result<Site, NotesError> {
        Ok(Site { root: root.to_owned(), config, template: Template::load(root)? })
    }

    /// The page of a note.
    pub fn page(&self, note: &Note) -> String {
        let context = Context::capture(&self.root);
        let tags: Vec<String> = note.tags.iter().map(|tag| format!("<li>{}</li>", escape(tag))).collect();
        let mut fields = BTreeMap::from([
            ("site.title".to_owned(), escape(&self.config.site_title)),
            ("site.url".to_owned(), self.config.base_url.clone()),
            ("note.title".to_owned(), escape(&note.title)),
            ("note.path".to_owned(), escape(&note.path)),
            ("note.tags".to_owned(), tags.concat()),
            ("note.html".to_owned(), to_html(&note.body, &self.config.base_url)),
        ]);
        if let Some(revision) = &context.revision {
            fields.insert("vcs.commit".to_owned(), revision.commit.clone());
            fields.insert("vcs.branch".to_owned(), revision.branch.clone().unwrap_or_default());
        }
        self.template.fill(&fields, &context)
    }

    /// Writes the pages of all notes into a folder, each under the name of its note; tells how many.
    ///
    /// # Errors
    /// A note cannot be read, or a page cannot be written.
    pub fn write(&self, folder: &Path, log: &mut Log) -> Result<usize, NotesError> {
        fs::create_dir_all(folder).map_err(NotesError::write(folder))?;
        let files = note_files(&self.root, &self.config.ignore)?;
        for path in &files {
            let page = self.page(&Note::read(&self.root, path)?);
            write_page(&folder.join(format!("{}.html", Note::name(path))), &page)?;
            log.debug(|| format!("{path}: page of {} bytes", page.len()));
        }
        Ok(files.len())
    }
}

/// Writes a page without the white space at the ends of its lines.
fn write_page(path: &Path, page: &str) -> Result<(), NotesError> {
    let mut file = File::create(path).map_err(NotesError::write(path))?;
    for line in page.lines() {
        writeln!(file, "{}", line.trim_end()).map_err(NotesError::write(path))?;
    }
    Ok(())
}

//! Indexes a folder of notes, searches it and makes pages of it.

mod arguments;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::{env, io};

use notes::{Cache, Config, Entry, Graph, Hit, Index, Level, Log, Plan, Query, Site, generate, index_folder};

use crate::arguments::{Arguments, Command, USAGE};

fn main() -> ExitCode {
    let arguments = match Arguments::parse(env::args().skip(1).collect()) {
        Ok(arguments) => arguments,
        Err(complaint) => {
            let mut message = String::new();
            for line in [complaint.as_str(), USAGE] {
                message += &format!("{line}\n");
            }
            eprint!("{message}");
            return ExitCode::from(2);
        }
    };
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprint!("notes: {error}");
            let mut source = error.source();
            while let Some(cause) = source {
                eprint!(": {cause}");
                source = cause.source();
            }
            eprintln!();
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let root = arguments.root.as_path();
    let mut log = open_log(arguments)?;
    match &arguments.command {
        Command::Generate { notes, seed } => {
            generate(root, Plan { notes: *notes, seed: *seed })?;
            println!("{notes} notes");
        }
        Command::Config => {
            let config = Config::load(root, &arguments.overrides)?;
            println!("{}", serde_json::to_string_pretty(&config)?);
        }
        Command::Index => {
            let mut cache = load_cache(arguments, root);
            let index = indexed(arguments, &mut cache, &mut log)?;
            let (notes, words) = (index.entries().len(), index.distinct_words());
            log.info(|| format!("{} of {notes} notes from the cache", cache.hits()));
            println!("{notes} notes, {words} words");
        }
        Command::List => {
            let mut cache = load_cache(arguments, root);
            print_list(indexed(arguments, &mut cache, &mut log)?.entries());
        }
        Command::Search { text, tag, title } => {
            let config = Config::load(root, &arguments.overrides)?;
            let mut query = Query::new(text);
            if let Some(tag) = tag {
                query = query.tagged(tag);
            }
            if let Some(title) = title {
                query = query.titled(title)?;
            }
            let mut cache = load_cache(arguments, root);
            print_hits(&indexed(arguments, &mut cache, &mut log)?.search(&query, config.results));
        }
        Command::Related { note } => {
            let mut cache = load_cache(arguments, root);
            let index = indexed(arguments, &mut cache, &mut log)?;
            let related = Graph::new(&index).related(note)?;
            let lines = related.iter().map(|one| format!("{}\t{}\t{}\n", one.distance, one.path, one.title));
            print!("{}", lines.collect::<String>());
        }
        Command::Render { folder } => {
            let config = Config::load(root, &arguments.overrides)?;
            let pages = Site::new(root, config)?.write(folder, &mut log)?;
            log.info(|| format!("{pages} pages"));
            println!("{pages} pages");
        }
    }
    Ok(())
}

fn open_log(arguments: &Arguments) -> io::Result<Log> {
    let level = if env::var_os("NOTES_DEBUG").is_some() { Level::Debug } else { Level::Info };
    arguments.log.as_deref().map_or_else(|| Ok(Log::off()), |path| Log::create(path, level))
}

fn load_cache(arguments: &Arguments, root: &Path) -> Cache {
    if arguments.use_cache { Cache::load(&root.join(".notes/cache.json")) } else { Cache::default() }
}

fn indexed(arguments: &Arguments, cache: &mut Cache, log: &mut Log) -> Result<Index, Box<dyn Error>> {
    let index = index_folder(&arguments.root, &arguments.overrides, cache, log)?;
    if arguments.use_cache {
        cache.save(&arguments.root.join(".notes/cache.json"))?;
    }
    Ok(index)
}

fn print_list(entries: &[Entry]) {
    for entry in entries {
        println!("{}\t{} min\t{}\t{}", entry.path, entry.minutes, entry.tags.join(","), entry.title);
    }
}

fn print_hits(hits: &[Hit]) {
    for hit in hits {
        println!("{}\t{}\t{}", hit.score, hit.path, hit.title);
    }
}

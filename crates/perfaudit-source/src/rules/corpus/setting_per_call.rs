use std::env;
use std::fs;
use std::sync::LazyLock;

const NAME: &str = "MASK";

static MASK: LazyLock<bool> = LazyLock::new(|| env::var("MASK").is_ok());

fn masking_is_on() -> bool {
    env::var("LOG_PIPELINE_MASK").map_or(true, |value| value != "0") //~ setting-per-call
}

fn process(rows: &[u32]) -> usize {
    rows.iter().filter(|row| env::var(NAME).is_ok() && **row > 3).count() //~ setting-per-call
}

fn limits(rows: &[u32]) -> usize {
    let mut n = 0;
    for row in rows {
        let limit = fs::read_to_string("/etc/limit").unwrap(); //~ setting-per-call
        n += usize::from(*row > limit.parse().unwrap());
    }
    n
}

struct Server;

impl Server {
    fn handle(&self) -> String {
        fs::read_to_string("banner.txt").unwrap() //~ setting-per-call
    }

    fn is_traced(&self) -> bool {
        std::env::var_os("TRACE").is_some() //~ setting-per-call
    }

    fn new() -> Self {
        env::var("SERVER").unwrap();
        Server
    }
}

fn main() {
    let level = env::var("LEVEL").unwrap();
    show(&level);
}

fn load_config() -> String {
    fs::read_to_string("config.toml").unwrap()
}

fn cache_dir() -> Option<String> {
    env::var("XDG_CACHE_HOME").ok()
}

fn named(names: &[String]) -> usize {
    names.iter().filter(|name| env::var(name).is_ok()).count()
}

fn files(paths: &[String]) -> usize {
    paths.iter().map(|path| fs::read_to_string(path).unwrap().len()).sum()
}

// A loop calls what loads the configuration.
fn digests(paths: &[String]) {
    let config = Config::load("notes.toml");
    for path in paths {
        digest(path);
    }
}

fn digest(path: &str) {
    let config = Config::load("notes.toml"); //~ setting-per-call
    use_all(path, config);
}

fn sites(roots: &[String]) {
    for root in roots {
        let settings = SiteSettings::from_file(root); //~ setting-per-call
        use_all(root, settings);
    }
}

// They prepare something, once.
fn history() -> Option<PathBuf> {
    if let Some(home) = home() {
        match env::var("HISTORY").as_deref() {
            Ok("-") => None,
            Ok(path) => Some(PathBuf::from(path)),
            Err(_) => Some(home.join("history")),
        }
    } else {
        None
    }
}

fn resolved(program: &str) -> Option<PathBuf> {
    let paths = env::var_os("PATH")?;
    env::split_paths(&paths).map(|path| path.join(program)).find(|path| path.exists())
}

fn is_loud() -> bool {
    let value = env::var("LOUD"); //~ setting-per-call
    value.is_ok_and(|value| value != "0")
}

fn loudly(rows: &[u32]) {
    for row in rows {
        if is_loud() {
            show(&row.to_string());
        }
    }
}

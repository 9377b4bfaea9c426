//! What a manifest needs for the benchmarks, with the user's formatting kept.

use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value, value};

/// The newest Criterion that the skeletons are known to work with, and the compiler it needs: major and minor.
const NEWEST: (&str, (u32, u32)) = ("0.8", (1, 86));
/// One that older compilers take.
const OLDER: &str = "0.5";

/// What was changed in a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edited {
    pub(super) text: String,
    /// The name by which benchmarks refer to Criterion.
    pub(super) criterion: String,
    /// The version that was added, if none was there.
    pub(super) added: Option<&'static str>,
}

/// Adds Criterion, unless it is there, and the target `bench`.
pub(super) fn edited(manifest: &str, bench: &str, compiler: &str) -> Result<Edited, String> {
    let mut document: DocumentMut = manifest.parse().map_err(|error| format!("{error}"))?;
    let present = ["dev-dependencies", "dev_dependencies", "dependencies"]
        .iter()
        .filter_map(|table| document.get(table)?.as_table_like())
        .find_map(criterion_in);
    let (criterion, added) = match present {
        Some(name) => (name, None),
        None => {
            let version = version_for(compiler);
            let table = document.entry("dev-dependencies").or_insert_with(|| Item::Table(Table::new()));
            let table = table.as_table_like_mut().ok_or("`dev-dependencies` is no table")?;
            table.insert("criterion", Item::Value(Value::InlineTable(dependency(version))));
            ("criterion".to_owned(), Some(version))
        }
    };
    add_target(&mut document, bench)?;
    Ok(Edited { text: document.to_string(), criterion: criterion.replace('-', "_"), added })
}

/// The name of Criterion among dependencies: it may have been renamed.
fn criterion_in(dependencies: &dyn TableLike) -> Option<String> {
    dependencies
        .iter()
        .find(|(name, item)| {
            let package = item.get("package").and_then(Item::as_str);
            package.map_or(*name == "criterion", |package| package == "criterion")
        })
        .map(|(name, _)| name.to_owned())
}

fn dependency(version: &str) -> InlineTable {
    // Neither plots nor threads are needed, and each brings dependencies.
    let mut table = InlineTable::new();
    table.insert("version", version.into());
    table.insert("default-features", false.into());
    table.insert("features", Value::Array(Array::from_iter(["cargo_bench_support"])));
    table
}

/// The version for a compiler that calls itself `rustc 1.95.0 (...)`.
fn version_for(compiler: &str) -> &'static str {
    let mut parts = compiler.split([' ', '.', '-']).filter_map(|part| part.parse::<u32>().ok());
    let known = parts.next().zip(parts.next());
    if known.is_some_and(|version| version < NEWEST.1) { OLDER } else { NEWEST.0 }
}

fn add_target(document: &mut DocumentMut, bench: &str) -> Result<(), String> {
    let targets = document.entry("bench").or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    let named = |table: &dyn TableLike| table.get("name").and_then(Item::as_str) == Some(bench);
    if let Some(tables) = targets.as_array_of_tables_mut() {
        if !tables.iter().any(|table| named(table)) {
            let mut table = Table::new();
            table.insert("name", value(bench));
            table.insert("harness", value(false));
            tables.push(table);
        }
        return Ok(());
    }
    let array = targets.as_array_mut().ok_or("`bench` is no list of targets")?;
    if !array.iter().filter_map(Value::as_inline_table).any(|table| named(table)) {
        let mut table = InlineTable::new();
        table.insert("name", bench.into());
        table.insert("harness", false.into());
        array.push(table);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUSTC: &str = "rustc 1.95.0 (59807616e 2026-04-14)";

    #[test]
    fn what_the_user_wrote_stays_as_it_is() {
        let manifest = "# mine\n[package]\nname   =  \"a\" # odd\n\n[dev-dependencies]\nx = '1'   # why\n\n[features]\ny = []\n";
        let edited = edited(manifest, "made", RUSTC).unwrap();
        let expected = "# mine\n[package]\nname   =  \"a\" # odd\n\n[dev-dependencies]\nx = '1'   # why\ncriterion = { version = \"0.8\", default-features = false, features = [\"cargo_bench_support\"] }\n\n[features]\ny = []\n\n[[bench]]\nname = \"made\"\nharness = false\n";
        assert_eq!(edited.text, expected);
        assert_eq!(edited.added, Some("0.8"));
    }

    #[test]
    fn a_criterion_that_is_there_is_used_whatever_it_is_called() {
        for (dependency, name) in [
            ("[dev-dependencies]\ncriterion = '0.5'\n", "criterion"),
            ("[dev-dependencies.criterion]\nworkspace = true\n", "criterion"),
            ("dev-dependencies.crit-erion = { package = 'criterion', version = '0.7' }\n", "crit_erion"),
            ("[dependencies]\ncriterion = '0.5'\n", "criterion"),
        ] {
            let edited = edited(dependency, "made", RUSTC).unwrap();
            assert_eq!((edited.criterion.as_str(), edited.added), (name, None));
            assert_eq!(edited.text, format!("{dependency}\n[[bench]]\nname = \"made\"\nharness = false\n"));
        }
    }

    #[test]
    fn a_target_that_is_there_is_not_added_again() {
        let once = edited("[package]\nname = 'a'\n", "made", RUSTC).unwrap().text;
        assert_eq!(edited(&once, "made", RUSTC).unwrap().text, once);
        let inline =
            "bench = [{ name = \"made\", harness = false }]\n[dev-dependencies]\ncriterion = '0.5'\n";
        assert_eq!(edited(inline, "made", RUSTC).unwrap().text, inline);
    }

    #[test]
    fn an_older_compiler_gets_an_older_criterion() {
        assert_eq!(version_for("rustc 1.70.0 (90c541806 2023-05-31)"), "0.5");
        assert_eq!(version_for("rustc 1.97.0-nightly (abc 2026-05-31)"), "0.8");
    }
}

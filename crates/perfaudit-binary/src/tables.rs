//! Bytes by package, module, name and generic function.

use std::cmp::Reverse;

use perfaudit_result::{
    BinarySize, FunctionSize, GenericSize, ModuleSize, PackageSize, SharedBytes, SizeTotals,
};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::charge::Charged;
use crate::name::Name;
use crate::symbols::Placed;

/// The most names that are told of one range.
const OTHERS: usize = 20;

/// What tables are made from. Names and charges are by symbol.
pub(crate) struct Weighed<'a> {
    pub(crate) names: &'a [Name],
    pub(crate) charged: &'a [Charged],
    pub(crate) placed: &'a [Placed],
}

/// The lists of a weighed file.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    packages: Vec<PackageSize>,
    modules: Vec<ModuleSize>,
    functions: Vec<FunctionSize>,
    statics: Vec<FunctionSize>,
    generics: Vec<GenericSize>,
    shared: Vec<SharedBytes>,
    totals: SizeTotals,
}

#[derive(Default)]
struct Sum {
    charged: Charged,
    symbols: u64,
    functions: u64,
}

impl Sum {
    fn add(&mut self, charged: Charged) {
        self.charged.add(charged);
        self.symbols += 1;
        self.functions += u64::from(charged.code > 0);
    }
}

impl Tables {
    pub(crate) fn of(weighed: &Weighed<'_>, rows: Option<usize>) -> Self {
        let mut packages: FxHashMap<Option<&str>, Sum> = FxHashMap::default();
        let mut modules: FxHashMap<&str, Sum> = FxHashMap::default();
        let mut functions: FxHashMap<(Option<&str>, &str), Sum> = FxHashMap::default();
        let mut statics: FxHashMap<(Option<&str>, &str), Sum> = FxHashMap::default();
        let mut generics: FxHashMap<(Option<&str>, &str), Copies<'_>> = FxHashMap::default();
        let charged = weighed.names.iter().zip(weighed.charged).filter(|(_, charged)| charged.all() > 0);
        for (name, &bytes) in charged {
            let package = name.package.as_deref();
            packages.entry(package).or_default().add(bytes);
            if let Some(module) = &name.module {
                modules.entry(module).or_default().add(bytes);
            }
            let of_name = if bytes.code > 0 { &mut functions } else { &mut statics };
            of_name.entry((package, &name.text)).or_default().add(bytes);
            if bytes.code > 0 {
                generics.entry((package, &name.generic)).or_default().add(name, bytes);
            }
        }
        let all = |names: &FxHashMap<(Option<&str>, &str), Sum>| {
            names.values().map(|sum| sum.charged.all()).sum::<u64>()
        };
        let generics: Vec<_> = generics.into_iter().filter(|(_, copies)| copies.count > 1).collect();
        let shared = shared(weighed);
        let totals = SizeTotals {
            modules: modules.len() as u64,
            functions: functions.len() as u64,
            function_bytes: all(&functions),
            statics: statics.len() as u64,
            static_bytes: all(&statics),
            generics: generics.len() as u64,
            shared: shared.len() as u64,
        };
        let generic = |((package, _), copies): ((Option<&str>, &str), Copies<'_>)| copies.told(package);
        Self {
            packages: largest(
                packages.into_iter().map(package).collect(),
                |row| (row.bytes, row.name.clone()),
                None,
            ),
            modules: largest(
                modules.into_iter().map(module).collect(),
                |row| (row.bytes, row.name.clone()),
                rows,
            ),
            functions: largest(
                functions.into_iter().map(named).collect(),
                |row| (row.bytes, row.name.clone()),
                rows,
            ),
            statics: largest(
                statics.into_iter().map(named).collect(),
                |row| (row.bytes, row.name.clone()),
                rows,
            ),
            generics: largest(
                generics.into_iter().map(generic).collect(),
                |row| (row.bytes, row.name.clone()),
                rows,
            ),
            shared: largest(shared, |row| (row.bytes, row.charged.clone()), rows),
            totals,
        }
    }

    pub(crate) fn into_size(self) -> BinarySize {
        let Self { packages, modules, functions, statics, generics, shared, totals } = self;
        BinarySize {
            packages,
            modules,
            functions,
            statics,
            generics,
            shared,
            totals,
            ..BinarySize::default()
        }
    }
}

/// The copies of a generic function.
#[derive(Default)]
struct Copies<'a> {
    charged: Charged,
    count: u64,
    /// The name without arguments that all copies have, as long as they have one.
    plain: Option<&'a str>,
    differ: bool,
    largest: Option<(u64, &'a str)>,
}

impl<'a> Copies<'a> {
    fn add(&mut self, name: &'a Name, bytes: Charged) {
        self.charged.add(bytes);
        self.count += 1;
        self.differ |= self.plain.is_some_and(|plain| plain != name.plain);
        self.plain = Some(&name.plain);
        let this = (bytes.all(), name.text.as_str());
        if self.largest.is_none_or(|(most, text)| (most, Reverse(text)) < (this.0, Reverse(this.1))) {
            self.largest = Some(this);
        }
    }

    fn told(self, package: Option<&str>) -> GenericSize {
        let plain = self.plain.unwrap_or_default();
        GenericSize {
            name: if self.differ { without_type(plain) } else { plain.to_owned() },
            package: package.map(str::to_owned),
            bytes: self.charged.all(),
            text_bytes: self.charged.code,
            copies: self.count,
            largest: self.largest.map_or_else(String::new, |(_, text)| text.to_owned()),
        }
    }
}

/// `<_ as Trait>::method` of `<Type as Trait>::method`, for an `impl` that holds for many types.
fn without_type(plain: &str) -> String {
    match plain.rsplit_once(" as ") {
        Some((before, behind)) if before.starts_with('<') => format!("<_ as {behind}"),
        _ => plain.to_owned(),
    }
}

fn package((name, sum): (Option<&str>, Sum)) -> PackageSize {
    let Charged { code, data, unwind, relocations, names } = sum.charged;
    PackageSize {
        name: name.map(str::to_owned),
        bytes: sum.charged.all(),
        text_bytes: code,
        data_bytes: data,
        unwind_bytes: unwind,
        relocation_bytes: relocations,
        name_bytes: names,
        functions: sum.functions,
    }
}

fn module((name, sum): (&str, Sum)) -> ModuleSize {
    ModuleSize {
        name: name.to_owned(),
        bytes: sum.charged.all(),
        text_bytes: sum.charged.code,
        functions: sum.functions,
    }
}

fn named(((package, name), sum): ((Option<&str>, &str), Sum)) -> FunctionSize {
    FunctionSize {
        name: name.to_owned(),
        package: package.map(str::to_owned),
        bytes: sum.charged.all(),
        text_bytes: sum.charged.code,
        copies: sum.symbols,
    }
}

/// The rows with the most bytes, in an order that depends on nothing else.
pub(crate) fn largest<T, K: Ord>(
    mut rows: Vec<T>,
    key: impl Fn(&T) -> (u64, K),
    most: Option<usize>,
) -> Vec<T> {
    rows.sort_by_cached_key(|row| {
        let (bytes, name) = key(row);
        (Reverse(bytes), name)
    });
    rows.truncate(most.unwrap_or(usize::MAX));
    rows
}

/// Ranges that several symbols name.
fn shared(weighed: &Weighed<'_>) -> Vec<SharedBytes> {
    let mut order: Vec<&Placed> = weighed.placed.iter().collect();
    order.sort_by_key(|placed| (placed.start, placed.end, placed.rank, placed.symbol));
    let same = order.chunk_by(|a, b| (a.start, a.end) == (b.start, b.end));
    let named = |placed: &&Placed| weighed.names[placed.symbol as usize].text.as_str();
    same.filter_map(|group| {
        let (first, others) = group.split_first()?;
        let charged = named(first);
        let mut seen: FxHashSet<&str> = FxHashSet::from_iter([charged]);
        let others: Vec<&str> = others.iter().map(named).filter(|name| seen.insert(name)).collect();
        (!others.is_empty()).then(|| SharedBytes {
            bytes: first.end - first.start,
            charged: charged.to_owned(),
            others: others.into_iter().take(OTHERS).map(str::to_owned).collect(),
        })
    })
    .collect()
}

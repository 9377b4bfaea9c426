//! Expressions that make values of types.

use std::collections::BTreeMap;

use super::traits::{Supplied, supplied};
use super::{Alphabet, Attempt};
use crate::api::Paths;
use crate::items::{Bound, LibrarySource, ModuleId, TypeExpr, TypeId, TypePath};

/// Constructors of parameters of constructors; deeper than this nothing is made.
const MOST_CONSTRUCTORS: usize = 3;
/// Types within types; deeper than this nothing is made.
const DEEPEST: u32 = 16;
/// The length of texts and lists within lists.
const INNER: &str = "16";

/// An expression of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) code: String,
    /// It can be used again after it was passed by value.
    pub(super) copy: bool,
}

impl Value {
    pub(super) fn copied(code: impl Into<String>) -> Self {
        Self { code: code.into(), copy: true }
    }

    pub(super) fn owned(code: impl Into<String>) -> Self {
        Self { code: code.into(), copy: false }
    }
}

/// What the size of the input counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Bytes,
    Elements,
}

/// Makes the input of one benchmark.
pub(super) struct Maker<'a> {
    pub(super) source: &'a LibrarySource,
    pub(super) paths: &'a Paths,
    pub(super) attempt: Attempt,
    /// Where the names of the signature are to be understood.
    pub(super) module: ModuleId,
    /// What `Self` is.
    pub(super) this: Option<TypeExpr>,
    /// What generic parameters stand for.
    pub(super) generics: BTreeMap<String, TypeExpr>,
    /// What is made once, before anything is measured: names and expressions.
    pub(super) prelude: Vec<(String, String)>,
    /// The unit of the first input that has the benchmark's size.
    pub(super) unit: Option<Unit>,
    /// `size` is used.
    pub(super) sized: bool,
    /// The variable that tells elements apart, within a list.
    element: Option<&'static str>,
    /// Types that are being constructed.
    pub(super) within: Vec<TypeId>,
    seeds: u32,
    depth: u32,
}

type Made = Result<Value, String>;

impl<'a> Maker<'a> {
    pub(super) fn new(
        source: &'a LibrarySource,
        paths: &'a Paths,
        attempt: Attempt,
        module: ModuleId,
    ) -> Self {
        Self {
            source,
            paths,
            attempt,
            module,
            this: None,
            generics: BTreeMap::new(),
            prelude: Vec::new(),
            unit: None,
            sized: false,
            element: None,
            within: Vec::new(),
            seeds: 0,
            depth: 0,
        }
    }

    /// A value to be passed as this type: references are part of it.
    pub(super) fn argument(&mut self, ty: &TypeExpr, name: &str) -> Made {
        match ty {
            TypeExpr::Reference { mutable: false, target } => self.shared(target, name),
            TypeExpr::Reference { mutable: true, .. } => {
                Err("a mutable reference within another value".to_owned())
            }
            _ => self.value(ty, name),
        }
    }

    /// A shared reference.
    fn shared(&mut self, target: &TypeExpr, name: &str) -> Made {
        let target = &self.substituted(target);
        if let TypeExpr::Path(path) = target {
            match path.last() {
                "str" => {
                    let text = self.text();
                    return Ok(self.kept("text", &text, ".as_str()"));
                }
                "Path" | "OsStr" | "CStr" => return Err(no_paths(path.last())),
                _ => {}
            }
        }
        if let TypeExpr::Slice(inner) = target {
            let list = self.list(inner)?;
            return Ok(self.kept("items", &list, ".as_slice()"));
        }
        let value = match target {
            TypeExpr::Dyn(bounds) => self.of_bounds(bounds)?,
            _ => self.value(target, name)?,
        };
        let kept = self.kept(variable(name), &value.code, "");
        Ok(Value::copied(format!("&{}", kept.code)))
    }

    /// Keeps a value in a variable before measuring; within a list there is no such place.
    pub(super) fn kept(&mut self, name: &str, code: &str, projection: &str) -> Value {
        if self.element.is_some() {
            return Value::copied(format!("{code}{projection}"));
        }
        let mut unique = name.to_owned();
        let mut n = 1;
        while self.prelude.iter().any(|(taken, _)| *taken == unique) {
            n += 1;
            unique = format!("{name}_{n}");
        }
        self.prelude.push((unique.clone(), code.to_owned()));
        Value::copied(format!("{unique}{projection}"))
    }

    /// A value of its own, which is no reference to the outside unless the type is one.
    pub(super) fn value(&mut self, ty: &TypeExpr, name: &str) -> Made {
        // Bounds may name themselves, as in `T: Into<T>`.
        if self.depth == DEEPEST {
            return Err("a type that is nested too deeply".to_owned());
        }
        self.depth += 1;
        let made = self.value_of(ty, name);
        self.depth -= 1;
        made
    }

    fn value_of(&mut self, ty: &TypeExpr, name: &str) -> Made {
        match &self.substituted(ty) {
            TypeExpr::Reference { .. } => self.argument(ty, name),
            TypeExpr::Tuple(fields) => {
                let fields: Vec<Value> =
                    fields.iter().map(|field| self.argument(field, "part")).collect::<Result<_, _>>()?;
                let codes: Vec<&str> = fields.iter().map(|field| field.code.as_str()).collect();
                let comma = if codes.len() == 1 { "," } else { "" };
                let copy = fields.iter().all(|field| field.copy);
                Ok(Value { code: format!("({}{comma})", codes.join(", ")), copy })
            }
            TypeExpr::Array(inner, length) => {
                let counted = length.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
                let length = if counted && !length.is_empty() { length.as_str() } else { "16" };
                let element = self.as_element(|maker| maker.argument(inner, "item"))?;
                // Inference finds the length; where a generic parameter is the length, it must be told.
                let told = if counted { String::new() } else { format!("::<_, {length}, _>") };
                Ok(Value {
                    code: format!("std::array::from_fn{told}(|i| {{ let i = i as u64; {} }})", element.code),
                    copy: element.copy,
                })
            }
            TypeExpr::Impl(bounds) => self.of_bounds(bounds),
            TypeExpr::Path(path) => self.of_path(path, name),
            TypeExpr::Slice(_) | TypeExpr::Dyn(_) => Err("a value without a size of its own".to_owned()),
            TypeExpr::Other(text) => Err(format!("no value of `{}` can be made", shortened(text))),
        }
    }

    fn of_path(&mut self, path: &TypePath, name: &str) -> Made {
        if let Some(id) = self.source.type_at(self.module, path) {
            return self.instance(id, &path.arguments, false);
        }
        let last = path.last();
        let inner = |n: usize| path.arguments.get(n).cloned().unwrap_or(TypeExpr::Other(String::new()));
        Ok(match last {
            "usize" if is_count(name) && self.element.is_none() => {
                self.sized = true;
                Value::copied("size")
            }
            "usize" | "isize" => match self.element {
                Some(_) => Value::copied(format!("(number({}) % 1000) as {last}", self.seed())),
                None => Value::copied(format!("7_{last}")),
            },
            "u8" | "u16" => Value::copied(format!("number({}) as {last}", self.seed())),
            "i8" | "i16" => Value::copied(format!("(number({}) % 100) as {last}", self.seed())),
            "u64" => Value::copied(format!("number({}) % 1_000_000", self.seed())),
            "u32" | "u128" | "i32" | "i64" | "i128" => {
                Value::copied(format!("(number({}) % 1_000_000) as {last}", self.seed()))
            }
            "f64" => Value::copied(format!("float({})", self.seed())),
            "f32" => Value::copied(format!("float({}) as f32", self.seed())),
            "bool" => Value::copied(format!("number({}) % 2 == 0", self.seed())),
            "char" => Value::copied(format!("char::from(b'a' + (number({}) % 26) as u8)", self.seed())),
            "String" => Value::owned(self.text()),
            "Vec" | "VecDeque" | "LinkedList" | "BTreeSet" | "HashSet" | "BinaryHeap" => {
                let list = self.list(&inner(0))?;
                Value::owned(if last == "Vec" {
                    list
                } else {
                    format!("{list}.into_iter().collect::<std::collections::{last}<_>>()")
                })
            }
            "BTreeMap" | "HashMap" => {
                let list = self.list(&TypeExpr::Tuple(vec![inner(0), inner(1)]))?;
                Value::owned(format!("{list}.into_iter().collect::<std::collections::{last}<_, _>>()"))
            }
            "Option" => {
                let value = self.argument(&inner(0), name)?;
                Value { code: format!("Some({})", value.code), copy: value.copy }
            }
            "Box" | "Rc" | "Arc" | "Cow" => self.boxed(last, &inner(0), name)?,
            "Range" | "RangeInclusive" => {
                self.sized = true;
                let operator = if last == "Range" { ".." } else { "..=" };
                match &inner(0) {
                    TypeExpr::Path(of) if of.single().is_some_and(|of| of.starts_with(['u', 'i'])) => {
                        Value::owned(format!("0{operator}size as {}", of.last()))
                    }
                    _ => return Err(format!("no value of `{last}` can be made")),
                }
            }
            "Duration" => Value::copied(format!(
                "std::time::Duration::from_micros(number({}) % 1_000_000)",
                self.seed()
            )),
            "Ordering" if path.segments.len() == 1 => Value::copied("std::cmp::Ordering::Less"),
            "PathBuf" | "OsString" | "File" => return Err(no_paths(last)),
            _ => {
                return Err(format!(
                    "`{}` is not of this library, and nothing is known of how one is made",
                    path.segments.join("::")
                ));
            }
        })
    }

    fn boxed(&mut self, pointer: &str, inner: &TypeExpr, name: &str) -> Made {
        let from = match pointer {
            "Cow" => "std::borrow::Cow::from".to_owned(),
            "Box" => "Box::from".to_owned(),
            other => format!("std::{}::{other}::from", if other == "Rc" { "rc" } else { "sync" }),
        };
        match self.substituted(inner) {
            TypeExpr::Path(path) if path.last() == "str" => {
                Ok(Value::owned(format!("{from}({})", self.text())))
            }
            TypeExpr::Slice(inner) => Ok(Value::owned(format!("{from}({})", self.list(&inner)?))),
            TypeExpr::Dyn(_) => Err("a boxed trait object".to_owned()),
            inner => Ok(Value::owned(format!("{from}({})", self.value(&inner, name)?.code))),
        }
    }

    fn of_bounds(&mut self, bounds: &[Bound]) -> Made {
        let element = self.element.is_some();
        Ok(match supplied(self.source, self.module, bounds, self.attempt.stand_in)? {
            // A list must own what it holds.
            Supplied::Text if element => Value::owned(self.text()),
            Supplied::Text => {
                let text = self.text();
                self.kept("text", &text, ".as_str()")
            }
            Supplied::Bytes if element => Value::owned(self.bytes()),
            Supplied::Bytes => {
                let bytes = self.bytes();
                self.kept("data", &bytes, ".as_slice()")
            }
            Supplied::Cursor => Value::owned(format!("std::io::Cursor::new({})", self.bytes())),
            Supplied::ByteSink => Value::owned("Vec::<u8>::new()"),
            Supplied::TextSink => Value::owned("String::new()"),
            Supplied::Items(ty) => Value::owned(self.list(&ty)?),
            Supplied::Iterator(ty) => Value::owned(format!("{}.into_iter()", self.list(&ty)?)),
            Supplied::Type(ty) => self.argument(&ty, "value")?,
        })
    }

    /// A `Vec` with as many elements as the benchmark's size; of few within another.
    fn list(&mut self, inner: &TypeExpr) -> Result<String, String> {
        let inner = self.substituted(inner);
        if matches!(&inner, TypeExpr::Path(path) if path.single() == Some("u8")) {
            return Ok(self.bytes());
        }
        let size = self.size(Unit::Elements);
        if let TypeExpr::Reference { mutable: false, target } = &inner
            && matches!(&**target, TypeExpr::Path(path) if path.single() == Some("str"))
            && self.element.is_none()
        {
            let text = self.as_element(|maker| Ok(maker.text()))?;
            let words = format!("(0..{size} as u64).map(|i| {text}).collect::<Vec<_>>()");
            let words = self.kept("words", &words, "");
            return Ok(format!("{}.iter().map(String::as_str).collect::<Vec<_>>()", words.code));
        }
        let element = self.as_element(|maker| maker.argument(&inner, "item"))?;
        Ok(format!("(0..{size} as u64).map(|i| {}).collect::<Vec<_>>()", element.code))
    }

    fn as_element<T>(&mut self, make: impl FnOnce(&mut Self) -> Result<T, String>) -> Result<T, String> {
        let outer = self.element.replace("i");
        let made = make(self);
        self.element = outer;
        made
    }

    fn text(&mut self) -> String {
        let (size, seed) = (self.size(Unit::Bytes), self.seed());
        let generator = match self.attempt.alphabet {
            Alphabet::Letters => "letters",
            Alphabet::HexDigits => "hex_digits",
            Alphabet::Digits => "digits",
        };
        format!("{generator}({size}, {seed})")
    }

    fn bytes(&mut self) -> String {
        // A function that refuses bytes of every value may take text.
        match self.attempt.alphabet {
            Alphabet::Letters => {
                let (size, seed) = (self.size(Unit::Bytes), self.seed());
                format!("bytes({size}, {seed})")
            }
            _ => format!("{}.into_bytes()", self.text()),
        }
    }

    fn size(&mut self, unit: Unit) -> &'static str {
        if self.element.is_some() {
            return INNER;
        }
        self.sized = true;
        self.unit.get_or_insert(unit);
        "size"
    }

    /// A number that tells inputs of one benchmark apart.
    fn seed(&mut self) -> String {
        self.seeds += 1;
        match self.element {
            Some(variable) => variable.to_owned(),
            None => self.seeds.to_string(),
        }
    }

    /// A type with `Self` and generic parameters replaced.
    pub(super) fn substituted(&self, ty: &TypeExpr) -> TypeExpr {
        if let TypeExpr::Path(path) = ty
            && let Some(name) = path.single()
        {
            if name == "Self" {
                return self.this.clone().unwrap_or_else(|| ty.clone());
            }
            if let Some(concrete) = self.generics.get(name) {
                return concrete.clone();
            }
        }
        ty.clone()
    }

    pub(super) fn may_construct(&self, id: TypeId) -> bool {
        !self.within.contains(&id) && self.within.len() < MOST_CONSTRUCTORS
    }
}

/// A function that takes a path may write to what it names, or remove it.
fn no_paths(ty: &str) -> String {
    format!("a `{ty}` may name a file, and what happens to that is not known")
}

/// Whether a parameter says how large something is.
fn is_count(name: &str) -> bool {
    ["len", "length", "size", "capacity", "cap", "count", "n", "additional"]
        .iter()
        .any(|word| name == *word || name.ends_with(&format!("_{word}")))
}

/// A name for a variable that is no keyword and none of ours.
pub(super) fn variable(name: &str) -> &str {
    match name {
        "_" | "" | "self" | "size" | "c" | "b" | "group" | "type" | "ref" | "match" | "in" | "fn" | "mod" => {
            "input"
        }
        name if name.starts_with('_') => "input",
        name => name,
    }
}

fn shortened(text: &str) -> String {
    let line: Vec<&str> = text.split_whitespace().collect();
    let line = line.join(" ");
    match line.char_indices().nth(60) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}

//! Values of the library's own types.

use std::collections::BTreeMap;

use super::StandIn;
use super::maker::{Maker, Value};
use super::traits::named;
use crate::items::{Bound, Function, GenericKind, GenericParameter, Impl, Receiver, TypeExpr, TypeId};

/// A way to make a value of a type, in the order in which they are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    New,
    From,
    Constructor,
    WithoutParameters,
    Default,
    Constant,
}

/// One way to make a value.
struct Way<'a> {
    rank: Rank,
    block: Option<&'a Impl>,
    made: How<'a>,
}

enum How<'a> {
    Call(&'a Function),
    From(&'a TypeExpr),
    Default,
    /// What stands behind the path of the type.
    Constant(&'a str),
}

impl<'a> Maker<'a> {
    /// A value of a type of the library, by a constructor that cannot fail. One that is filled with data goes before one
    /// that is empty.
    pub(super) fn instance(
        &mut self,
        id: TypeId,
        arguments: &[TypeExpr],
        whatever_it_holds: bool,
    ) -> Result<Value, String> {
        let definition = &self.source.types[id.0];
        let Some(path) = self.paths.types.get(&id).map(|named| named.path.clone()) else {
            return Err(format!("`{}` is private", definition.name));
        };
        if !self.may_construct(id) {
            return Err(format!("`{}` is made of itself", definition.name));
        }
        let given: Vec<TypeExpr> = arguments.iter().map(|argument| self.substituted(argument)).collect();
        let concrete = concrete(&definition.generics, &given, &[], self.attempt.stand_in);
        let path = format!("{path}{}", turbofish(&concrete));
        let mut empty = None;
        self.within.push(id);
        for way in self.ways(id) {
            let before = (self.prelude.len(), self.unit, self.sized);
            let sized_before = std::mem::replace(&mut self.sized, false);
            let made = self.by(&way, &path, &concrete);
            let filled = self.sized;
            self.sized |= sized_before;
            match made {
                Ok(code) if filled || way.rank < Rank::WithoutParameters || whatever_it_holds => {
                    self.within.pop();
                    return Ok(Value { code, copy: definition.is_copy });
                }
                Ok(code) => {
                    empty.get_or_insert(code);
                }
                Err(_) => {}
            }
            self.prelude.truncate(before.0);
            (self.unit, self.sized) = (before.1, before.2);
        }
        self.within.pop();
        empty.map(|code| Value { code, copy: definition.is_copy }).ok_or_else(|| {
            format!(
                "`{}` has no public constructor that cannot fail and whose input can be made",
                definition.name
            )
        })
    }

    fn ways(&self, id: TypeId) -> Vec<Way<'a>> {
        let source = self.source;
        let definition = &source.types[id.0];
        let mut ways = Vec::new();
        for block in source.impls.iter().filter(|block| source.type_of(block.module, &block.of) == Some(id)) {
            let block_of = Some(block);
            match &block.trait_path {
                Some(path) if path.last() == "From" => {
                    ways.extend(path.arguments.first().map(|from| Way {
                        rank: Rank::From,
                        block: block_of,
                        made: How::From(from),
                    }));
                }
                Some(path) if path.last() == "Default" => {
                    ways.push(Way { rank: Rank::Default, block: block_of, made: How::Default });
                }
                Some(_) => {}
                None => {
                    let functions = block.functions.iter().map(|id| &source.functions[id.0]);
                    let constructors = functions.filter(|function| self.constructs(function, block, id));
                    ways.extend(constructors.map(|function| Way {
                        rank: match (function.parameters.is_empty(), function.name.as_str()) {
                            (true, _) => Rank::WithoutParameters,
                            (false, "new") => Rank::New,
                            (false, _) => Rank::Constructor,
                        },
                        block: block_of,
                        made: How::Call(function),
                    }));
                }
            }
        }
        if definition.derives_default {
            ways.push(Way { rank: Rank::Default, block: None, made: How::Default });
        }
        ways.extend(definition.constant.as_deref().map(|constant| Way {
            rank: Rank::Constant,
            block: None,
            made: How::Constant(constant),
        }));
        ways.sort_by_key(|way| way.rank);
        ways
    }

    /// Whether a function makes a value of the type from parameters alone, and cannot fail.
    fn constructs(&self, function: &Function, block: &Impl, id: TypeId) -> bool {
        let marks = &function.marks;
        let output = function.output.as_ref();
        function.public
            && function.receiver.is_none()
            && marks.left_out_by.is_none()
            && !(marks.has_contract || marks.is_async || marks.hidden || marks.deprecated)
            && output.is_some_and(|output| {
                matches!(output, TypeExpr::Path(path) if path.single() == Some("Self"))
                    || (self.source.type_of(block.module, output) == Some(id))
            })
    }

    fn by(&mut self, way: &Way<'_>, path: &str, concrete: &[TypeExpr]) -> Result<String, String> {
        let Some(block) = way.block else {
            return Ok(match way.made {
                How::Constant(behind) => format!("{path}{behind}"),
                _ => format!("{path}::default()"),
            });
        };
        let Some(generics) = matched(block, concrete) else {
            return Err("it is for other type arguments".to_owned());
        };
        let outer = (self.module, self.this.take(), std::mem::replace(&mut self.generics, generics));
        self.module = block.module;
        self.this = Some(with_arguments(&block.of, concrete));
        let code = match &way.made {
            How::Call(function) => self.call(function, path),
            How::From(from) => {
                self.argument(from, "from").map(|value| format!("{path}::from({})", value.code))
            }
            How::Default => Ok(format!("{path}::default()")),
            How::Constant(behind) => Ok(format!("{path}{behind}")),
        };
        (self.module, self.this, self.generics) = outer;
        code
    }

    fn call(&mut self, function: &Function, path: &str) -> Result<String, String> {
        debug_assert!(function.receiver != Some(Receiver::Other), "a constructor has no receiver");
        self.generics.extend(bounded(&function.generics));
        let arguments: Vec<String> = function
            .parameters
            .iter()
            .map(|parameter| Ok(self.argument(&parameter.ty, &parameter.name)?.code))
            .collect::<Result<_, String>>()?;
        Ok(format!("{path}::{}({})", function.name, arguments.join(", ")))
    }
}

/// What the generic parameters of a function stand for: whatever satisfies their bounds.
pub(super) fn bounded(generics: &[GenericParameter]) -> BTreeMap<String, TypeExpr> {
    generics
        .iter()
        .filter_map(|generic| match &generic.kind {
            GenericKind::Type(bounds) => Some((generic.name.clone(), TypeExpr::Impl(bounds.clone()))),
            _ => None,
        })
        .collect()
}

/// The type arguments of a type: as given, else chosen by bounds, those of the block included.
pub(super) fn concrete(
    generics: &[GenericParameter],
    given: &[TypeExpr],
    of_the_block: &[GenericParameter],
    stand_in: StandIn,
) -> Vec<TypeExpr> {
    let mut given = given.iter();
    let mut chosen = Vec::new();
    for generic in generics {
        match &generic.kind {
            GenericKind::Lifetime => {}
            GenericKind::Const => {
                let number = given
                    .next()
                    .filter(|given| matches!(given, TypeExpr::Other(text) if text.parse::<u64>().is_ok()));
                chosen.push(number.cloned().unwrap_or_else(|| TypeExpr::Other("16".to_owned())));
            }
            GenericKind::Type(bounds) => match given.next() {
                Some(TypeExpr::Path(path)) => match (
                    path.single(),
                    of_the_block.iter().find(|other| path.single() == Some(&other.name)),
                ) {
                    (Some(_), Some(GenericParameter { kind: GenericKind::Type(more), .. })) => {
                        let all: Vec<Bound> = bounds.iter().chain(more).cloned().collect();
                        chosen.push(by_bounds(&all, stand_in));
                    }
                    _ => chosen.push(TypeExpr::Path(path.clone())),
                },
                Some(TypeExpr::Impl(more)) => chosen.push(by_bounds(more, stand_in)),
                Some(other) => chosen.push(other.clone()),
                None => chosen.push(by_bounds(bounds, stand_in)),
            },
        }
    }
    chosen
}

fn by_bounds(bounds: &[Bound], stand_in: StandIn) -> TypeExpr {
    let has = |names: &[&str]| bounds.iter().any(|bound| names.contains(&bound.path.last()));
    let bytes = || {
        let mut path = named("Vec");
        if let TypeExpr::Path(path) = &mut path {
            path.arguments.push(named("u8"));
        }
        path
    };
    if bounds.iter().any(|bound| matches!(bound.path.arguments.first(), Some(TypeExpr::Slice(_))))
        || has(&["Write", "Buf", "BufMut"])
    {
        return bytes();
    }
    let text = bounds.iter().any(|bound| matches!(bound.path.arguments.first(), Some(TypeExpr::Path(path)) if ["str", "String"].contains(&path.last())));
    match stand_in {
        _ if text => named("String"),
        StandIn::Integer => named("u64"),
        StandIn::Text => named("String"),
        StandIn::Float => named("f64"),
    }
}

/// What the generic parameters of a block are when its type has these arguments; None when it is for others.
pub(super) fn matched(block: &Impl, concrete: &[TypeExpr]) -> Option<BTreeMap<String, TypeExpr>> {
    let TypeExpr::Path(of) = &block.of else { return None };
    let mut generics = BTreeMap::new();
    for (pattern, argument) in of.arguments.iter().zip(concrete) {
        match pattern {
            TypeExpr::Path(path)
                if path
                    .single()
                    .is_some_and(|name| block.generics.iter().any(|generic| generic.name == name)) =>
            {
                generics.insert(path.last().to_owned(), argument.clone());
            }
            _ if pattern == argument => {}
            _ => return None,
        }
    }
    Some(generics)
}

/// A type with other arguments.
pub(super) fn with_arguments(ty: &TypeExpr, arguments: &[TypeExpr]) -> TypeExpr {
    match ty {
        TypeExpr::Path(path) => {
            let mut path = path.clone();
            path.arguments = arguments.to_vec();
            TypeExpr::Path(path)
        }
        other => other.clone(),
    }
}

/// `::<u64, String>`, or nothing.
pub(super) fn turbofish(arguments: &[TypeExpr]) -> String {
    if arguments.is_empty() {
        return String::new();
    }
    let written: Vec<String> = arguments.iter().map(written).collect();
    format!("::<{}>", written.join(", "))
}

/// A type argument in code; what is not of the prelude is left to inference.
fn written(ty: &TypeExpr) -> String {
    match ty {
        TypeExpr::Path(path) if path.segments.len() == 1 && is_known(path.last()) => {
            format!("{}{}", path.last(), turbofish(&path.arguments).trim_start_matches("::"))
        }
        TypeExpr::Other(text) if text.parse::<u64>().is_ok() => text.clone(),
        _ => "_".to_owned(),
    }
}

fn is_known(name: &str) -> bool {
    ["String", "Vec", "bool", "char", "f32", "f64"].contains(&name)
        || (name.starts_with(['u', 'i']) && name[1..].parse::<u8>().is_ok())
        || name == "usize"
        || name == "isize"
}

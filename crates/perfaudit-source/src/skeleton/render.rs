//! The benchmark of one function as text.

use std::fmt::Write as _;

use super::Attempt;
use super::instance::{bounded, concrete, matched, turbofish, with_arguments};
use super::maker::{Maker, Unit, Value, variable};
use crate::api::{LeftOut, PublicFunction};
use crate::items::{Function, LibrarySource, Receiver, TypeExpr};

/// The benchmark of one function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skeleton {
    /// The path of the function, which is the name of its benchmark.
    pub path: String,
    /// Whether it is measured for inputs of several sizes.
    pub sized: bool,
    /// The body of the function that registers it.
    pub(super) body: String,
}

/// How a parameter comes to the call.
enum Passed {
    /// Made before measuring, used by every call.
    Shared(String),
    /// Made for each call.
    Fresh { variable: String, make: String, how: Fresh },
}

#[derive(PartialEq, Eq)]
enum Fresh {
    Owned,
    /// With what stands behind the variable.
    Mutable(&'static str),
}

pub(super) fn render(
    source: &LibrarySource,
    function: &PublicFunction,
    attempt: Attempt,
) -> Result<Skeleton, LeftOut> {
    let signature = &source.functions[function.id.0];
    let paths = source.public_paths();
    let mut maker = Maker::new(source, paths, attempt, signature.module);
    let mut called = function.path.clone();
    let mut passed = Vec::new();
    if let Some(owner) = function.owner {
        let definition = &source.types[owner.ty.0];
        let block = &source.impls[owner.block];
        let given = match &block.of {
            TypeExpr::Path(path) => path.arguments.as_slice(),
            _ => &[],
        };
        let arguments = concrete(&definition.generics, given, &block.generics, attempt.stand_in);
        maker.generics = matched(block, &arguments).unwrap_or_default();
        maker.this = Some(with_arguments(&block.of, &arguments));
        if let Some(receiver) = signature.receiver {
            let refused = |why| LeftOut::Parameter { name: "self".to_owned(), why };
            if receiver == Receiver::Other {
                return Err(refused("a receiver that is neither `self` nor a reference to it".to_owned()));
            }
            let made = maker.instance(owner.ty, &arguments, false).map_err(refused)?;
            passed.push(of_receiver(&mut maker, receiver, made, &definition.name));
        } else {
            let of_type = function.path.len() - signature.name.len() - 2;
            called = format!("{}{}::{}", &called[..of_type], turbofish(&arguments), signature.name);
        }
    }
    maker.generics.extend(bounded(&signature.generics));
    for parameter in &signature.parameters {
        let made = of_parameter(&mut maker, &parameter.ty, &parameter.name, passed.len());
        passed.push(made.map_err(|why| LeftOut::Parameter { name: parameter.name.clone(), why })?);
    }
    let body = body(&maker, signature, &function.path, &called, &passed);
    Ok(Skeleton { path: function.path.clone(), sized: maker.sized, body })
}

fn of_receiver(maker: &mut Maker<'_>, receiver: Receiver, made: Value, ty: &str) -> Passed {
    let name = snake(ty);
    let name = variable(&name);
    match receiver {
        Receiver::Shared => Passed::Shared(format!("&{}", maker.kept(name, &made.code, "").code)),
        Receiver::Owned if made.copy => Passed::Shared(maker.kept(name, &made.code, "").code),
        Receiver::Owned => Passed::Fresh { variable: name.to_owned(), make: made.code, how: Fresh::Owned },
        Receiver::Mutable | Receiver::Other => {
            Passed::Fresh { variable: name.to_owned(), make: made.code, how: Fresh::Mutable("") }
        }
    }
}

fn of_parameter(maker: &mut Maker<'_>, ty: &TypeExpr, name: &str, position: usize) -> Result<Passed, String> {
    let variable = variable(name).to_owned();
    if let TypeExpr::Reference { mutable: true, target } = ty {
        let target = maker.substituted(target);
        let (make, behind) = match &target {
            TypeExpr::Slice(inner) => (maker.value(&vec_of(inner), name)?, ".as_mut_slice()"),
            TypeExpr::Dyn(bounds) => (maker.value(&TypeExpr::Impl(bounds.clone()), name)?, ""),
            _ => (maker.value(&target, name)?, ""),
        };
        // Two parameters may have one name, as `_` has.
        let variable = format!("{variable}_{position}");
        return Ok(Passed::Fresh { variable, make: make.code, how: Fresh::Mutable(behind) });
    }
    let made = maker.argument(ty, name)?;
    if !made.copy {
        let variable = format!("{variable}_{position}");
        return Ok(Passed::Fresh { variable, make: made.code, how: Fresh::Owned });
    }
    let kept_already =
        made.code.starts_with('&') || made.code.ends_with(".as_str()") || made.code.ends_with(".as_slice()");
    let value =
        if kept_already || made.code == "size" { made } else { maker.kept(&variable, &made.code, "") };
    Ok(Passed::Shared(value.code))
}

fn vec_of(inner: &TypeExpr) -> TypeExpr {
    let mut list = super::traits::named("Vec");
    if let TypeExpr::Path(path) = &mut list {
        path.arguments.push(inner.clone());
    }
    list
}

fn body(maker: &Maker<'_>, signature: &Function, path: &str, called: &str, passed: &[Passed]) -> String {
    let mut text = String::new();
    let mut line = |indent: usize, content: &str| {
        writeln!(text, "{:indent$}{content}", "").expect("writing to a string cannot fail");
    };
    let base = if maker.sized { 12 } else { 8 };
    if maker.sized {
        line(4, &format!("let mut group = c.benchmark_group(\"{path}\");"));
        line(4, "for size in SIZES {");
        if let Some(unit) = maker.unit {
            let unit = if unit == Unit::Bytes { "Bytes" } else { "Elements" };
            line(8, &format!("group.throughput(Throughput::{unit}(size as u64));"));
        }
        line(8, "group.bench_function(BenchmarkId::from_parameter(size), |b| {");
    } else {
        line(4, &format!("c.bench_function(\"{path}\", |b| {{"));
    }
    for (name, code) in &maker.prelude {
        line(base, &format!("let {name} = {code};"));
    }
    if signature.receiver.is_some() && !maker.sized {
        line(base, "// The value is as its constructor makes it; fill it if that matters.");
    }
    let plain = call(called, passed, &|argument| argument.to_owned(), true);
    if matches!(&signature.output, Some(TypeExpr::Path(path)) if path.last() == "Result") {
        let fresh: String = passed
            .iter()
            .filter_map(|passed| match passed {
                Passed::Shared(_) => None,
                Passed::Fresh { variable, make, how } => {
                    let mutable = if *how == Fresh::Owned { "" } else { "mut " };
                    Some(format!("let {mutable}{variable} = {make}; "))
                }
            })
            .collect();
        let checked = if fresh.is_empty() {
            format!("{plain}.is_ok()")
        } else {
            format!("{{ {fresh}{plain}.is_ok() }}")
        };
        line(base, &format!("assert!({checked}, \"{REFUSED}\");"));
    }
    for content in measured(maker, signature, called, passed) {
        line(base, &content);
    }
    if maker.sized {
        line(8, "});");
        line(4, "}");
        line(4, "group.finish();");
    } else {
        line(4, "});");
    }
    text
}

/// What a benchmark says when its function returns an error.
pub const REFUSED: &str = "the synthetic input is refused";

/// The statement that measures.
fn measured(maker: &Maker<'_>, signature: &Function, called: &str, passed: &[Passed]) -> Vec<String> {
    let boxed = |argument: &str| format!("black_box({argument})");
    let fresh: Vec<(&str, &str, bool)> = passed
        .iter()
        .filter_map(|passed| match passed {
            Passed::Shared(_) => None,
            Passed::Fresh { variable, make, how } => {
                Some((variable.as_str(), make.as_str(), *how != Fresh::Owned))
            }
        })
        .collect();
    if fresh.is_empty() {
        return vec![format!("b.iter(|| {});", call(called, passed, &boxed, false))];
    }
    let together = |parts: Vec<String>| match &parts[..] {
        [one] => one.clone(),
        _ => format!("({})", parts.join(", ")),
    };
    let size = if maker.sized { "BatchSize::LargeInput" } else { "BatchSize::SmallInput" };
    let makes = together(fresh.iter().map(|(_, make, _)| (*make).to_owned()).collect());
    let borrows = signature.output.as_ref().is_some_and(|output| may_borrow(maker, output));
    let all_mutable = fresh.iter().all(|(_, _, mutable)| *mutable);
    let none_mutable = fresh.iter().all(|(_, _, mutable)| !*mutable);
    let names =
        fresh.iter().map(
            |(name, _, mutable)| {
                if *mutable && !all_mutable { format!("mut {name}") } else { (*name).to_owned() }
            },
        );
    let pattern = together(names.collect());
    let routine = if all_mutable || none_mutable {
        let call = call(called, passed, &boxed, !all_mutable);
        if all_mutable && borrows { format!("{{ black_box({call}); }}") } else { call }
    } else {
        let call = call(called, passed, &boxed, true);
        let kept: Vec<String> =
            fresh.iter().filter(|(_, _, mutable)| *mutable).map(|(name, _, _)| (*name).to_owned()).collect();
        let kept = together(kept);
        // What is given back is dropped after the time is taken.
        if borrows {
            format!("{{ black_box({call}); {kept} }}")
        } else {
            format!("{{ let output = {call}; (output, {kept}) }}")
        }
    };
    let by = if all_mutable { "iter_batched_ref" } else { "iter_batched" };
    vec![
        format!("b.{by}("),
        format!("    || {makes},"),
        format!("    |{pattern}| {routine},"),
        format!("    {size},"),
        ");".to_owned(),
    ]
}

fn may_borrow(maker: &Maker<'_>, output: &TypeExpr) -> bool {
    let own = maker.source.type_of(maker.module, output);
    let with_lifetime = own.is_some_and(|id| {
        maker.source.types[id.0]
            .generics
            .iter()
            .any(|generic| generic.kind == crate::items::GenericKind::Lifetime)
    });
    with_lifetime || output.may_borrow()
}

/// The call; `values` tells that fresh input is there by value, and not behind a mutable reference.
fn call(called: &str, passed: &[Passed], wrap: &dyn Fn(&str) -> String, values: bool) -> String {
    let arguments: Vec<String> = passed
        .iter()
        .map(|passed| match passed {
            Passed::Shared(code) => wrap(code),
            Passed::Fresh { variable, how: Fresh::Owned, .. } => wrap(variable),
            Passed::Fresh { variable, how: Fresh::Mutable(""), .. } if values => {
                wrap(&format!("&mut {variable}"))
            }
            Passed::Fresh { variable, how: Fresh::Mutable(behind), .. } => {
                wrap(&format!("{variable}{behind}"))
            }
        })
        .collect();
    format!("{called}({})", arguments.join(", "))
}

pub(super) fn snake(name: &str) -> String {
    let mut snake = String::new();
    for character in name.chars() {
        if character.is_uppercase() && !snake.is_empty() && !snake.ends_with('_') {
            snake.push('_');
        }
        snake.extend(character.to_lowercase());
    }
    snake
}

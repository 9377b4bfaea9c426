//! What to pass where traits alone say what is wanted.

use super::StandIn;
use crate::items::{Bound, LibrarySource, ModuleId, TypeExpr, TypePath};

/// What is passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Supplied {
    Text,
    /// `&[u8]`, which can be read too.
    Bytes,
    /// Bytes that can be read and sought in.
    Cursor,
    ByteSink,
    TextSink,
    /// A list of this type.
    Items(TypeExpr),
    Iterator(TypeExpr),
    Type(TypeExpr),
}

/// Traits that numbers have, and that say nothing about what a value means.
const OF_NUMBERS: [&str; 31] = [
    "Add",
    "AddAssign",
    "BitAnd",
    "BitOr",
    "BitXor",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Display",
    "Div",
    "Eq",
    "Hash",
    "LowerHex",
    "Mul",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Rem",
    "RefUnwindSafe",
    "Send",
    "Shl",
    "Shr",
    "Sized",
    "Sub",
    "Sum",
    "Sync",
    "ToOwned",
    "Unpin",
    "UnwindSafe",
    "UpperHex",
];

/// What satisfies these bounds, by the first that tells what a value is.
pub(super) fn supplied(
    source: &LibrarySource,
    module: ModuleId,
    bounds: &[Bound],
    stand_in: StandIn,
) -> Result<Supplied, String> {
    let names: Vec<&str> = bounds.iter().map(|bound| bound.path.last()).collect();
    for bound in bounds {
        if let Some(found) = by_trait(source, module, &bound.path, &names)? {
            return Ok(found);
        }
    }
    if names.iter().any(|name| *name == "Display" || *name == "ToString") && stand_in == StandIn::Integer {
        return Ok(Supplied::Text);
    }
    // What is left is tried: the compiler knows better.
    Ok(match stand_in {
        StandIn::Integer => Supplied::Type(named("u64")),
        _ if names.iter().all(|name| OF_NUMBERS.contains(name)) => Supplied::Type(named("u64")),
        StandIn::Text => Supplied::Text,
        StandIn::Float => Supplied::Type(named("f64")),
    })
}

fn by_trait(
    source: &LibrarySource,
    module: ModuleId,
    path: &TypePath,
    names: &[&str],
) -> Result<Option<Supplied>, String> {
    let argument = path.arguments.first();
    Ok(Some(match path.last() {
        "AsRef" | "Borrow" | "Into" | "Deref" | "AsMut" | "BorrowMut" => match argument {
            Some(TypeExpr::Path(of)) if ["str", "String"].contains(&of.last()) => Supplied::Text,
            Some(TypeExpr::Path(of)) if of.last() == "Cow" && of.arguments.first().is_some_and(is_str) => {
                Supplied::Text
            }
            Some(TypeExpr::Path(of)) if ["Path", "OsStr", "PathBuf", "OsString"].contains(&of.last()) => {
                return Err(format!(
                    "a `{}` may name a file, and what happens to that is not known",
                    of.last()
                ));
            }
            Some(TypeExpr::Slice(inner)) if is_byte(inner) => Supplied::Bytes,
            Some(TypeExpr::Slice(inner)) => Supplied::Items((**inner).clone()),
            Some(ty) => Supplied::Type(ty.clone()),
            None => return Ok(None),
        },
        "Read" | "BufRead" | "Buf" if names.contains(&"Seek") => Supplied::Cursor,
        "Read" | "BufRead" | "Buf" => Supplied::Bytes,
        "Write" => {
            let full = source.foreign_path(module, &path.segments);
            if full.iter().any(|segment| segment == "fmt") { Supplied::TextSink } else { Supplied::ByteSink }
        }
        "BufMut" => Supplied::ByteSink,
        "Iterator" | "ExactSizeIterator" | "DoubleEndedIterator" | "FusedIterator" => {
            Supplied::Iterator(item(path))
        }
        "IntoIterator" => Supplied::Items(item(path)),
        "Fn" | "FnMut" | "FnOnce" => return Err("a function: what it is to do is not known".to_owned()),
        "Future" | "AsyncRead" | "AsyncWrite" | "Stream" => return Err("async: needs an executor".to_owned()),
        _ => return Ok(None),
    }))
}

fn item(path: &TypePath) -> TypeExpr {
    let stated = path.associated.iter().find(|(name, _)| name == "Item");
    stated.map_or_else(|| named("u64"), |(_, ty)| ty.clone())
}

fn is_str(ty: &TypeExpr) -> bool {
    matches!(ty, TypeExpr::Path(path) if path.last() == "str")
}

fn is_byte(ty: &TypeExpr) -> bool {
    matches!(ty, TypeExpr::Path(path) if path.single() == Some("u8"))
}

pub(super) fn named(name: &str) -> TypeExpr {
    TypeExpr::Path(TypePath { segments: vec![name.to_owned()], ..TypePath::default() })
}

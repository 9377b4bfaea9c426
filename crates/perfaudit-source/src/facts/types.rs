//! Types as far as the syntax of one file tells them.

use ra_ap_syntax::SyntaxKind;

use crate::facts::bindings::{self, Binding, BindingKind};
use crate::facts::{File, impl_type, loops};
use crate::flat::{Node, path_text};

/// A type: the last name of its path, and its generic arguments. Slices are `[]`, arrays `[;]`, tuples `()`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ty {
    pub(crate) name: String,
    pub(crate) args: Vec<Ty>,
    /// Whether it is behind a reference.
    pub(crate) is_reference: bool,
}

/// How far bindings are followed.
const DEEPEST: u32 = 6;

impl Ty {
    pub(crate) fn named(name: &str) -> Self {
        Self { name: name.to_owned(), args: Vec::new(), is_reference: false }
    }

    fn reference(mut self) -> Self {
        self.is_reference = true;
        self
    }

    pub(crate) fn owned(mut self) -> Self {
        self.is_reference = false;
        self
    }

    /// The type that a node of a type spells.
    pub(crate) fn of_node(node: Node<'_>) -> Option<Self> {
        let args = |node: Node<'_>| node.parts().filter_map(Self::of_node).collect();
        let of = |name: &str, args| Some(Self { name: name.to_owned(), args, is_reference: false });
        match node.kind() {
            SyntaxKind::REF_TYPE => Some(node.parts().filter_map(Self::of_node).last()?.reference()),
            SyntaxKind::PAREN_TYPE => node.parts().find_map(Self::of_node),
            SyntaxKind::SLICE_TYPE => of("[]", args(node)),
            SyntaxKind::ARRAY_TYPE => of("[;]", args(node)),
            SyntaxKind::TUPLE_TYPE => of("()", args(node)),
            SyntaxKind::PATH_TYPE => {
                let path = node.child(SyntaxKind::PATH)?;
                let segment = path.children().filter(|child| child.is(SyntaxKind::PATH_SEGMENT)).last()?;
                let generic = segment.child(SyntaxKind::GENERIC_ARG_LIST);
                let args = generic
                    .into_iter()
                    .flat_map(Node::parts)
                    .filter(|arg| arg.is(SyntaxKind::TYPE_ARG))
                    .filter_map(|arg| arg.parts().next().and_then(Self::of_node))
                    .collect();
                of(segment.name().unwrap_or(segment.text()), args)
            }
            SyntaxKind::IMPL_TRAIT_TYPE => of("impl", Vec::new()),
            SyntaxKind::DYN_TRAIT_TYPE => of("dyn", Vec::new()),
            SyntaxKind::PTR_TYPE => of("*", Vec::new()),
            _ => None,
        }
    }

    /// The type of an expression.
    pub(crate) fn of(file: &File<'_>, expression: Node<'_>) -> Option<Self> {
        Self::at_depth(file, expression, 0)
    }

    fn at_depth<'t>(file: &File<'t>, expression: Node<'t>, depth: u32) -> Option<Self> {
        if depth > DEEPEST {
            return None;
        }
        let of = |node: Node<'_>| Self::at_depth(file, node, depth + 1);
        let first = |node: Node<'t>| node.parts().next();
        match expression.kind() {
            SyntaxKind::PAREN_EXPR => of(first(expression)?),
            SyntaxKind::TRY_EXPR | SyntaxKind::AWAIT_EXPR => Some(of(first(expression)?)?.unwrapped()),
            SyntaxKind::REF_EXPR => Some(of(first(expression)?)?.reference()),
            SyntaxKind::PREFIX_EXPR => Some(of(first(expression)?)?.owned()),
            SyntaxKind::CAST_EXPR => expression.parts().filter_map(Self::of_node).last(),
            SyntaxKind::LITERAL => match first_token(expression)? {
                SyntaxKind::STRING => Some(Self::named("str").reference()),
                SyntaxKind::INT_NUMBER => Some(Self::named("usize")),
                SyntaxKind::FLOAT_NUMBER => Some(Self::named("f64")),
                SyntaxKind::CHAR => Some(Self::named("char")),
                SyntaxKind::TRUE_KW | SyntaxKind::FALSE_KW => Some(Self::named("bool")),
                _ => None,
            },
            SyntaxKind::RECORD_EXPR => Some(Self::named(last_name(&path_text(first(expression)?)))),
            SyntaxKind::ARRAY_EXPR => Some(Self::named("[;]")),
            SyntaxKind::PATH_EXPR => Self::of_path(file, expression, depth),
            SyntaxKind::FIELD_EXPR => {
                let holder = of(expression.receiver()?)?.through_pointers();
                field(file.structure(&holder.name)?, expression.name()?)
            }
            SyntaxKind::INDEX_EXPR => {
                let holder = of(expression.receiver()?)?.through_pointers();
                let is_list = matches!(holder.name.as_str(), "Vec" | "[]" | "[;]" | "VecDeque");
                let is_range =
                    expression.parts().nth(1).is_some_and(|index| index.is(SyntaxKind::RANGE_EXPR));
                if is_range {
                    return Some(holder.reference());
                }
                if is_list { holder.args.into_iter().next() } else { holder.args.into_iter().nth(1) }
            }
            SyntaxKind::CALL_EXPR => Self::of_call(file, expression),
            SyntaxKind::METHOD_CALL_EXPR => Self::of_method(file, expression, depth),
            _ => None,
        }
    }

    fn of_path(file: &File<'_>, expression: Node<'_>, depth: u32) -> Option<Self> {
        let name = expression.text();
        if name == "self" {
            let parameter = bindings::of_name(expression, "self")?;
            let ty = impl_type(expression)?;
            return Some(if parameter.node.text().starts_with('&') { ty.reference() } else { ty });
        }
        let Binding { kind, node, is_whole } = bindings::of_name(expression, name)?;
        if !is_whole {
            return None;
        }
        let spelled = || node.parts().skip(1).find_map(Self::of_node);
        match kind {
            BindingKind::Let => spelled()
                .filter(|ty| !ty.args.is_empty() || ty.name != "_")
                .or_else(|| Self::at_depth(file, bindings::initial(node)?, depth + 1)),
            BindingKind::Parameter | BindingKind::Closure | BindingKind::Item => {
                node.parts().find_map(Self::of_node).or_else(spelled)
            }
            BindingKind::For => Self::element(file, loops::iterated(node)?, depth + 1),
            BindingKind::Pattern => None,
        }
    }

    /// What a loop over this gives each time.
    fn element(file: &File<'_>, over: Node<'_>, depth: u32) -> Option<Self> {
        let peeled = over.peeled();
        if peeled.is(SyntaxKind::RANGE_EXPR) {
            return peeled
                .parts()
                .find_map(|end| Self::at_depth(file, end, depth))
                .or_else(|| Some(Self::named("usize")));
        }
        if peeled.is(SyntaxKind::METHOD_CALL_EXPR) {
            let inner = peeled.receiver()?;
            return match peeled.name()? {
                "iter" | "iter_mut" => Some(Self::element(file, inner, depth)?.reference()),
                "into_iter" | "rev" | "drain" => Self::element(file, inner, depth),
                "keys" => Some(
                    Self::at_depth(file, inner, depth)?
                        .through_pointers()
                        .args
                        .into_iter()
                        .next()?
                        .reference(),
                ),
                "values" | "values_mut" => Some(
                    Self::at_depth(file, inner, depth)?
                        .through_pointers()
                        .args
                        .into_iter()
                        .nth(1)?
                        .reference(),
                ),
                "lines" | "split" | "split_whitespace" => Some(Self::named("str").reference()),
                "chars" => Some(Self::named("char")),
                "bytes" => Some(Self::named("u8")),
                _ => None,
            };
        }
        let ty = Self::at_depth(file, over, depth)?;
        let is_reference = ty.is_reference;
        let is_list = matches!(
            ty.name.as_str(),
            "Vec" | "[]" | "[;]" | "VecDeque" | "HashSet" | "BTreeSet" | "Option" | "Range"
        );
        let element = is_list.then(|| ty.args.into_iter().next())??;
        Some(if is_reference { element.reference() } else { element })
    }

    fn of_call(file: &File<'_>, call: Node<'_>) -> Option<Self> {
        let path = call.called()?;
        match path.as_str() {
            "format!" => return Some(Self::named("String")),
            "vec!" | "std::vec!" => return Some(Self::named("Vec")),
            "Some" | "Ok" => return Self::of(file, *call.args().first()?),
            _ => {}
        }
        if let Some((holder, made_by)) = path.rsplit_once("::") {
            let name = last_name(holder);
            let is_type = name.starts_with(char::is_uppercase) || matches!(name, "str");
            let is_constructor = matches!(
                made_by,
                "new"
                    | "with_capacity"
                    | "default"
                    | "from"
                    | "from_iter"
                    | "create"
                    | "open"
                    | "connect"
                    | "bind"
                    | "with_hasher"
                    | "from_str"
                    | "with_capacity_and_hasher"
            ) || made_by.starts_with("new_")
                || made_by.starts_with("from_")
                || made_by.starts_with("with_");
            if is_type && is_constructor {
                let name = if name == "Self" { impl_type(call)?.name } else { name.to_owned() };
                let segment =
                    call.receiver()?.descendants().find(|node| node.is(SyntaxKind::GENERIC_ARG_LIST));
                let args = segment
                    .into_iter()
                    .flat_map(Node::parts)
                    .filter_map(|arg| arg.parts().next().and_then(Self::of_node))
                    .collect();
                return Some(Self { name, args, is_reference: false });
            }
        }
        let function = file.function(last_name(&path))?;
        function.child(SyntaxKind::RET_TYPE)?.parts().find_map(Self::of_node)
    }

    fn of_method(file: &File<'_>, call: Node<'_>, depth: u32) -> Option<Self> {
        let name = call.name()?;
        let of_receiver = || Self::at_depth(file, call.receiver()?, depth + 1);
        match name {
            "to_string" | "to_uppercase" | "to_lowercase" | "into_string" | "to_ascii_lowercase"
            | "to_ascii_uppercase" | "repeat" => Some(Self::named("String")),
            "to_vec" | "into_bytes" => Some(Self::named("Vec")),
            "to_owned" | "clone" | "take" => {
                let ty = of_receiver()?.owned();
                Some(if ty.name == "str" { Self::named("String") } else { ty })
            }
            "as_str" | "trim" | "trim_start" | "trim_end" => Some(Self::named("str").reference()),
            "as_bytes" | "as_slice" => Some(Self { name: "[]".into(), args: Vec::new(), is_reference: true }),
            "len" | "count" | "capacity" => Some(Self::named("usize")),
            "is_empty" | "contains" | "starts_with" => Some(Self::named("bool")),
            "unwrap" | "expect" | "unwrap_or_default" | "unwrap_or_else" | "unwrap_or" => {
                Some(of_receiver()?.unwrapped())
            }
            "map_err" | "context" | "with_context" => of_receiver(),
            "as_ref" | "as_mut" | "borrow" | "by_ref" => Some(of_receiver()?.reference()),
            "collect" => {
                let generic = call.child(SyntaxKind::GENERIC_ARG_LIST)?;
                generic.parts().find_map(|arg| arg.parts().next().and_then(Self::of_node))
            }
            _ => {
                let receiver = call.receiver()?;
                let function = (receiver.text() == "self").then(|| file.function(name))??;
                function.child(SyntaxKind::RET_TYPE)?.parts().find_map(Self::of_node)
            }
        }
    }

    /// What is in an `Option` or `Result`.
    fn unwrapped(self) -> Self {
        match (self.name.as_str(), self.args.first()) {
            ("Option" | "Result", Some(inner)) => {
                let inner = inner.clone();
                if self.is_reference { inner.reference() } else { inner }
            }
            _ => self,
        }
    }

    /// What a method call reaches by itself.
    pub(crate) fn through_pointers(self) -> Self {
        match (self.name.as_str(), self.args.first()) {
            ("Box" | "Arc" | "Rc" | "RefMut" | "Ref" | "MutexGuard", Some(inner)) => {
                inner.clone().through_pointers()
            }
            _ => self,
        }
    }

    /// Copying it costs no more than a few words, or counts a reference.
    pub(crate) fn is_cheap_to_clone(&self) -> bool {
        let handles = [
            "Arc",
            "Rc",
            "Weak",
            "Sender",
            "SyncSender",
            "UnboundedSender",
            "Receiver",
            "Span",
            "Bytes",
            "Handle",
            "Waker",
            "Client",
            "Url2",
        ];
        self.is_plain()
            || handles.contains(&self.name.as_str())
            || (self.name == "Option" && self.args.first().is_some_and(Self::is_cheap_to_clone))
    }

    /// Numbers, booleans and characters.
    pub(crate) fn is_plain(&self) -> bool {
        self.is_integer()
            || matches!(
                self.name.as_str(),
                "f32"
                    | "f64"
                    | "bool"
                    | "char"
                    | "Instant"
                    | "Duration"
                    | "Ordering"
                    | "NonZeroUsize"
                    | "Range"
            )
    }

    pub(crate) fn is_integer(&self) -> bool {
        matches!(
            self.name.as_str(),
            "u8" | "u16" | "u32" | "u64" | "u128" | "usize" | "i8" | "i16" | "i32" | "i64" | "i128" | "isize"
        )
    }

    /// Owns memory of its own.
    pub(crate) fn is_heavy(&self) -> bool {
        matches!(
            self.name.as_str(),
            "String"
                | "Vec"
                | "HashMap"
                | "HashSet"
                | "BTreeMap"
                | "BTreeSet"
                | "VecDeque"
                | "PathBuf"
                | "OsString"
                | "Value"
                | "Box"
        )
    }
}

/// Whether a type tells how many elements it holds.
pub(crate) fn is_sized_collection(ty: Option<Ty>) -> bool {
    ty.is_some_and(|ty| {
        matches!(
            ty.through_pointers().name.as_str(),
            "Vec" | "[]" | "[;]" | "VecDeque" | "HashMap" | "HashSet" | "BTreeMap" | "BTreeSet"
        )
    })
}

fn field(structure: Node<'_>, name: &str) -> Option<Ty> {
    let list = structure.child(SyntaxKind::RECORD_FIELD_LIST)?;
    let field = list.parts().find(|field| field.name() == Some(name))?;
    field.parts().find_map(Ty::of_node)
}

pub(crate) fn last_name(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}

fn first_token(literal: Node<'_>) -> Option<SyntaxKind> {
    literal.children().next().map(Node::kind)
}

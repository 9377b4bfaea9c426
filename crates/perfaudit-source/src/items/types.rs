//! Types as signatures write them.

use ra_ap_syntax::ast::{self, AstNode as _, HasGenericArgs as _, HasTypeBounds as _};

/// A type as it is written, without lifetimes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TypeExpr {
    Path(TypePath),
    Reference {
        mutable: bool,
        target: Box<TypeExpr>,
    },
    Slice(Box<TypeExpr>),
    /// With its length as it is written.
    Array(Box<TypeExpr>, String),
    Tuple(Vec<TypeExpr>),
    Impl(Vec<Bound>),
    Dyn(Vec<Bound>),
    /// What no value can be made of: function pointers, raw pointers, macros.
    Other(String),
}

/// A path with the generic arguments of its last segment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct TypePath {
    pub(crate) segments: Vec<String>,
    pub(crate) arguments: Vec<TypeExpr>,
    pub(crate) associated: Vec<(String, TypeExpr)>,
    /// A lifetime is among the arguments.
    pub(crate) borrows: bool,
}

impl TypePath {
    pub(crate) fn last(&self) -> &str {
        self.segments.last().map_or("", String::as_str)
    }

    pub(crate) fn single(&self) -> Option<&str> {
        match &self.segments[..] {
            [name] => Some(name),
            _ => None,
        }
    }
}

/// A bound by a trait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bound {
    pub(crate) path: TypePath,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GenericParameter {
    pub(crate) name: String,
    pub(crate) kind: GenericKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum GenericKind {
    Lifetime,
    Const,
    Type(Vec<Bound>),
}

impl TypeExpr {
    pub(crate) fn lower(ty: Option<ast::Type>) -> Self {
        let Some(ty) = ty else { return Self::Other(String::new()) };
        match ty {
            ast::Type::PathType(path) => path_type(&path),
            ast::Type::RefType(reference) => Self::Reference {
                mutable: reference.mut_token().is_some(),
                target: Box::new(Self::lower(reference.ty())),
            },
            ast::Type::SliceType(slice) => Self::Slice(Box::new(Self::lower(slice.ty()))),
            ast::Type::ArrayType(array) => {
                let length = array.const_arg().map(|length| length.syntax().text().to_string());
                Self::Array(Box::new(Self::lower(array.ty())), length.unwrap_or_default())
            }
            ast::Type::TupleType(tuple) => {
                Self::Tuple(tuple.fields().map(|field| Self::lower(Some(field))).collect())
            }
            ast::Type::ParenType(inner) => Self::lower(inner.ty()),
            ast::Type::ImplTraitType(ty) => Self::Impl(bounds(ty.type_bound_list())),
            ast::Type::DynTraitType(ty) => Self::Dyn(bounds(ty.type_bound_list())),
            other => Self::Other(other.syntax().text().to_string()),
        }
    }

    /// Whether a value of it may borrow from what it was made of.
    pub(crate) fn may_borrow(&self) -> bool {
        match self {
            Self::Path(path) => path.borrows || path.arguments.iter().any(Self::may_borrow),
            Self::Slice(inner) | Self::Array(inner, _) => inner.may_borrow(),
            Self::Tuple(fields) => fields.iter().any(Self::may_borrow),
            Self::Reference { .. } | Self::Impl(_) | Self::Dyn(_) | Self::Other(_) => true,
        }
    }

    /// Whether a name occurs in it.
    pub(crate) fn names(&self, name: &str) -> bool {
        let in_path = |path: &TypePath| {
            path.segments.iter().any(|segment| segment == name)
                || path
                    .arguments
                    .iter()
                    .chain(path.associated.iter().map(|(_, ty)| ty))
                    .any(|ty| ty.names(name))
        };
        match self {
            Self::Path(path) => in_path(path),
            Self::Reference { target, .. } => target.names(name),
            Self::Slice(inner) => inner.names(name),
            Self::Array(inner, length) => length == name || inner.names(name),
            Self::Tuple(fields) => fields.iter().any(|field| field.names(name)),
            Self::Impl(bounds) | Self::Dyn(bounds) => bounds.iter().any(|bound| in_path(&bound.path)),
            Self::Other(text) => text.contains(name),
        }
    }
}

fn path_type(ty: &ast::PathType) -> TypeExpr {
    let text = || ty.syntax().text().to_string();
    let Some(path) = ty.path() else { return TypeExpr::Other(text()) };
    type_path(&path).map_or_else(|| TypeExpr::Other(text()), TypeExpr::Path)
}

/// None for `<T as Trait>::Name`.
pub(super) fn type_path(path: &ast::Path) -> Option<TypePath> {
    let mut lowered = TypePath::default();
    for segment in path.segments() {
        if segment.type_anchor().is_some() {
            return None;
        }
        lowered.segments.push(segment.syntax().first_token()?.text().trim_start_matches("r#").to_owned());
        if segment.coloncolon_token().is_some() && lowered.segments.len() == 1 {
            // `::std::...`: the colons come first.
            lowered.segments = vec![segment.name_ref()?.text().to_owned()];
        }
        if let Some(list) = segment.parenthesized_arg_list() {
            // `Fn(A) -> B`
            lowered.arguments = list.type_args().map(|argument| TypeExpr::lower(argument.ty())).collect();
        }
        let Some(list) = segment.generic_arg_list() else { continue };
        lowered.arguments.clear();
        for argument in list.generic_args() {
            match argument {
                ast::GenericArg::TypeArg(argument) => lowered.arguments.push(TypeExpr::lower(argument.ty())),
                ast::GenericArg::AssocTypeArg(argument) => {
                    let name = argument.name_ref().map(|name| name.text().to_owned()).unwrap_or_default();
                    lowered.associated.push((name, TypeExpr::lower(argument.ty())));
                }
                ast::GenericArg::ConstArg(argument) => {
                    lowered.arguments.push(TypeExpr::Other(argument.syntax().text().to_string()));
                }
                ast::GenericArg::LifetimeArg(argument) => {
                    lowered.borrows |=
                        argument.lifetime().is_none_or(|lifetime| lifetime.text() != "'static");
                }
            }
        }
    }
    Some(lowered)
}

fn bounds(list: Option<ast::TypeBoundList>) -> Vec<Bound> {
    list.into_iter()
        .flat_map(|list| list.bounds())
        .filter(|bound| bound.question_mark_token().is_none())
        .filter_map(|bound| match bound.ty()? {
            ast::Type::PathType(ty) => type_path(&ty.path()?),
            // `for<'a> Fn(&'a str)`
            ast::Type::ForType(ty) => match ty.ty()? {
                ast::Type::PathType(ty) => type_path(&ty.path()?),
                _ => None,
            },
            _ => None,
        })
        .map(|path| Bound { path })
        .collect()
}

/// The generic parameters of an item, with the bounds of its `where` clause.
pub(super) fn generics(item: &impl ast::HasGenericParams) -> Vec<GenericParameter> {
    let mut parameters: Vec<GenericParameter> = item
        .generic_param_list()
        .into_iter()
        .flat_map(|list| list.generic_params())
        .map(|parameter| match parameter {
            ast::GenericParam::LifetimeParam(parameter) => GenericParameter {
                name: parameter.lifetime().map(|lifetime| lifetime.text().to_string()).unwrap_or_default(),
                kind: GenericKind::Lifetime,
            },
            ast::GenericParam::ConstParam(parameter) => {
                GenericParameter { name: name_of(&parameter), kind: GenericKind::Const }
            }
            ast::GenericParam::TypeParam(parameter) => GenericParameter {
                name: name_of(&parameter),
                kind: GenericKind::Type(bounds(parameter.type_bound_list())),
            },
        })
        .collect();
    for predicate in item.where_clause().into_iter().flat_map(|clause| clause.predicates()) {
        let TypeExpr::Path(path) = TypeExpr::lower(predicate.ty()) else { continue };
        let Some(parameter) = parameters.iter_mut().find(|parameter| path.single() == Some(&parameter.name))
        else {
            continue;
        };
        if let GenericKind::Type(known) = &mut parameter.kind {
            known.extend(bounds(predicate.type_bound_list()));
        }
    }
    parameters
}

pub(super) fn name_of(item: &impl ast::HasName) -> String {
    item.name().map(|name| name.text().trim_start_matches("r#").to_owned()).unwrap_or_default()
}

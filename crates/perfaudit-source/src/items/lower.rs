//! From syntax to items.

use ra_ap_syntax::ast::{self, AstNode as _, HasName as _};
use ra_ap_syntax::{SyntaxKind, SyntaxNode};

use super::attributes::Attributes;
use super::load::is_public;
use super::types::{TypeExpr, generics, name_of};
use super::{
    Function, FunctionId, Impl, Import, ImportName, Item, ItemKind, LibrarySource, Location, Marks, ModuleId,
    Parameter, Receiver, TypeDefinition, TypeId,
};
use crate::cfg::CfgSet;

/// Adds the items of one module to the library.
pub(super) struct Lowering<'a> {
    pub(super) source: &'a mut LibrarySource,
    pub(super) cfg: &'a CfgSet,
    pub(super) module: ModuleId,
    pub(super) place: &'a dyn Fn(&SyntaxNode) -> Location,
}

impl Lowering<'_> {
    pub(super) fn item(&mut self, item: ast::Item, attributes: Attributes, location: Location) {
        if attributes.test {
            return;
        }
        match item {
            // A function that is left out is listed with the reason.
            ast::Item::Fn(item) => {
                let hidden = attributes.hidden;
                let (name, public) = (name_of(&item), is_public(&item));
                let id = self.function(&item, attributes, location);
                self.name(name, public, hidden, ItemKind::Function(id));
            }
            _ if attributes.left_out_by.is_some() => {}
            ast::Item::Struct(item) => {
                let constant = matches!(item.kind(), ast::StructKind::Unit).then(String::new);
                self.definition(&item, &attributes, constant);
            }
            ast::Item::Enum(item) => {
                let variants = item.variant_list().into_iter().flat_map(|list| list.variants());
                let unit = variants
                    .filter(|variant| variant.field_list().is_none())
                    .find(|variant| Attributes::of(variant, self.cfg).left_out_by.is_none());
                self.definition(&item, &attributes, unit.map(|variant| format!("::{}", name_of(&variant))));
            }
            ast::Item::Union(item) => self.definition(&item, &attributes, None),
            ast::Item::Impl(item) => self.implementation(&item),
            ast::Item::Use(item) => {
                let public = is_public(&item);
                let hidden = attributes.hidden;
                let imports = item.use_tree().map(|tree| use_paths(&tree)).unwrap_or_default();
                self.source.modules[self.module.0]
                    .imports
                    .extend(imports.into_iter().map(|(path, name)| Import { public, hidden, path, name }));
            }
            _ => {}
        }
    }

    fn name(&mut self, name: String, public: bool, hidden: bool, kind: ItemKind) {
        self.source.modules[self.module.0].items.push((name, Item { public, hidden, kind }));
    }

    fn definition<T>(&mut self, item: &T, attributes: &Attributes, constant: Option<String>)
    where
        T: ast::HasName + ast::HasGenericParams + ast::HasVisibility,
    {
        let derives = |name: &str| attributes.derives.iter().any(|derived| derived == name);
        let id = TypeId(self.source.types.len());
        self.source.types.push(TypeDefinition {
            name: name_of(item),
            generics: generics(item),
            constant,
            derives_default: derives("Default"),
            is_copy: derives("Copy"),
        });
        self.name(name_of(item), is_public(item), attributes.hidden, ItemKind::Type(id));
    }

    fn implementation(&mut self, item: &ast::Impl) {
        let trait_path = match TypeExpr::lower(item.trait_()) {
            TypeExpr::Path(path) => Some(path),
            _ if item.trait_().is_some() => return,
            _ => None,
        };
        let inner = item.assoc_item_list().into_iter().flat_map(|list| list.assoc_items());
        let functions = inner
            .filter_map(|item| match item {
                ast::AssocItem::Fn(function) => Some(function),
                _ => None,
            })
            .map(|function| {
                let attributes = Attributes::of(&function, self.cfg);
                let location = (self.place)(function.syntax());
                self.function(&function, attributes, location)
            })
            .collect();
        self.source.impls.push(Impl {
            module: self.module,
            generics: generics(item),
            of: TypeExpr::lower(item.self_ty()),
            trait_path,
            functions,
        });
    }

    fn function(&mut self, item: &ast::Fn, attributes: Attributes, location: Location) -> FunctionId {
        let parameters = item.param_list();
        let receiver = parameters.as_ref().and_then(ast::ParamList::self_param).map(|receiver| {
            if receiver.ty().is_some() {
                Receiver::Other
            } else {
                match receiver.kind() {
                    ast::SelfParamKind::Owned => Receiver::Owned,
                    ast::SelfParamKind::Ref => Receiver::Shared,
                    ast::SelfParamKind::MutRef => Receiver::Mutable,
                }
            }
        });
        let parameters = parameters
            .into_iter()
            .flat_map(|list| list.params())
            .map(|parameter| Parameter {
                name: match parameter.pat() {
                    Some(ast::Pat::IdentPat(pattern)) => name_of(&pattern),
                    _ => "_".to_owned(),
                },
                ty: TypeExpr::lower(parameter.ty()),
            })
            .collect();
        let id = FunctionId(self.source.functions.len());
        self.source.functions.push(Function {
            name: name_of(item),
            location,
            module: self.module,
            public: is_public(item),
            marks: Marks {
                left_out_by: attributes.left_out_by,
                hidden: attributes.hidden,
                deprecated: attributes.deprecated,
                has_contract: item.unsafe_token().is_some(),
                is_async: item.async_token().is_some(),
                constant: item.const_token().is_some() && is_straight(item),
            },
            receiver,
            parameters,
            output: item.ret_type().map(|output| TypeExpr::lower(output.ty())),
            generics: generics(item),
        });
        id
    }
}

/// Whether a body neither calls anything nor repeats anything.
fn is_straight(item: &ast::Fn) -> bool {
    use SyntaxKind::{CALL_EXPR, FOR_EXPR, LOOP_EXPR, MACRO_CALL, METHOD_CALL_EXPR, WHILE_EXPR};
    let works = [CALL_EXPR, METHOD_CALL_EXPR, LOOP_EXPR, WHILE_EXPR, FOR_EXPR, MACRO_CALL];
    item.body().is_some_and(|body| !body.syntax().descendants().any(|node| works.contains(&node.kind())))
}

/// The paths that a `use` names, each with the name it gets. `use a::{self}` names `a`.
pub(crate) fn use_paths(tree: &ast::UseTree) -> Vec<(Vec<String>, ImportName)> {
    let mut found = Vec::new();
    let mut open = vec![(Vec::new(), tree.clone())];
    while let Some((mut path, tree)) = open.pop() {
        for segment in tree.path().iter().flat_map(ast::Path::segments) {
            let name = segment.name_ref().map(|name| name.text().trim_start_matches("r#").to_owned());
            path.push(name.unwrap_or_else(|| segment.syntax().text().to_string()));
        }
        if let Some(list) = tree.use_tree_list() {
            open.extend(list.use_trees().map(|inner| (path.clone(), inner)));
        } else if tree.star_token().is_some() {
            found.push((path, ImportName::Glob));
        } else {
            if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
                path.pop();
            }
            let renamed = tree.rename().map(|rename| rename.name().map(|name| name.text().to_owned()));
            let name = match renamed {
                // `as _`
                Some(None) => continue,
                Some(Some(name)) => name,
                None => path.last().cloned().unwrap_or_default(),
            };
            found.push((path, ImportName::Named(name)));
        }
    }
    found
}

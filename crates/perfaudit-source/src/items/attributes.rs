//! What attributes say about an item.

use ra_ap_syntax::ast::{self, AstNode as _, HasAttrs};

use crate::cfg::CfgSet;

/// The attributes that matter here, with `cfg_attr` taken into account.
#[derive(Debug, Default)]
pub(super) struct Attributes {
    /// The `cfg` that leaves the item out, as it is written.
    pub(super) left_out_by: Option<String>,
    pub(super) hidden: bool,
    pub(super) deprecated: bool,
    /// `#[test]` and `#[bench]`.
    pub(super) test: bool,
    pub(super) path: Option<String>,
    pub(super) derives: Vec<String>,
}

impl Attributes {
    pub(super) fn of(item: &impl HasAttrs, cfg: &CfgSet) -> Self {
        let mut attributes = Self::default();
        for meta in item.attrs().filter_map(|attribute| attribute.meta()) {
            attributes.take(&meta, cfg);
        }
        attributes
    }

    fn take(&mut self, meta: &ast::Meta, cfg: &CfgSet) {
        match meta {
            ast::Meta::CfgMeta(meta) => {
                if let Some(predicate) = meta.cfg_predicate().filter(|predicate| !cfg.holds(predicate)) {
                    self.left_out_by.get_or_insert_with(|| predicate.syntax().text().to_string());
                }
            }
            ast::Meta::CfgAttrMeta(meta) => {
                if meta.cfg_predicate().is_some_and(|predicate| cfg.holds(&predicate)) {
                    for inner in meta.metas() {
                        self.take(&inner, cfg);
                    }
                }
            }
            ast::Meta::KeyValueMeta(meta) => {
                let name = meta.path().map(|path| path.syntax().text().to_string());
                let value = meta.expr().map(|value| value.syntax().text().to_string());
                match name.as_deref() {
                    Some("path") => self.path = value.and_then(|text| unquoted(&text)),
                    Some("deprecated") => self.deprecated = true,
                    _ => {}
                }
            }
            _ => {
                let name = meta.simple_name().unwrap_or_default();
                let arguments = match meta {
                    ast::Meta::TokenTreeMeta(meta) => {
                        meta.token_tree().map(|tree| tree.syntax().text().to_string())
                    }
                    _ => None,
                };
                let arguments = arguments.unwrap_or_default();
                let words = || arguments.split(|c: char| !c.is_alphanumeric() && c != '_');
                match name.as_str() {
                    "doc" => self.hidden |= words().any(|word| word == "hidden"),
                    "derive" => self.derives.extend(words().map(str::to_owned)),
                    "deprecated" => self.deprecated = true,
                    "test" | "bench" => self.test = true,
                    _ => {}
                }
            }
        }
    }
}

/// The content of a plain string literal.
fn unquoted(literal: &str) -> Option<String> {
    Some(
        literal
            .trim_start_matches(['r', '#'])
            .trim_end_matches('#')
            .strip_prefix('"')?
            .strip_suffix('"')?
            .to_owned(),
    )
}

//! What the mangled name of a Rust function says that its readable form leaves out: the module that an `impl` is in,
//! and which `impl` of it that is. Source: RFC 2603, grammar of `path`.

/// Paths nest no deeper in any program.
const DEEPEST: usize = 256;

/// Where a function is defined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Definition {
    /// The crate and the modules.
    pub(crate) module: Vec<String>,
    /// The `impl` of the module that it is in.
    pub(crate) in_impl: Option<InImpl>,
}

/// A function in an `impl`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InImpl {
    /// Which one of the module.
    pub(crate) number: String,
    /// How many segments its path has behind the type: `method`, `{closure#0}`.
    pub(crate) segments: usize,
}

/// Reads a name of the v0 scheme; none for other names, and for those whose path does not begin with a definition.
pub(crate) fn definition(raw: &str) -> Option<Definition> {
    let mut rest = raw.trim_start_matches('_').strip_prefix('R')?;
    // What lies around the path: namespaces, and the arguments of generic functions.
    let mut outer = Vec::new();
    loop {
        if outer.len() > DEEPEST {
            return None;
        }
        let (tag, after) = rest.split_at_checked(1)?;
        match tag {
            "N" => {
                let (namespace, after) = after.split_at_checked(1)?;
                outer.push(namespace);
                rest = after;
            }
            "I" => rest = after,
            "C" => {
                let mut segments = Vec::new();
                rest = identifier(after, &mut segments)?;
                // Beyond the last module come types and functions; arguments of generics in between end the path.
                for namespace in outer.iter().rev() {
                    if *namespace != "t" {
                        break;
                    }
                    match identifier(rest, &mut segments) {
                        Some(after) => rest = after,
                        None => break,
                    }
                }
                return Some(Definition { module: segments, in_impl: None });
            }
            "M" | "X" => {
                let (number, after) = disambiguator(after)?;
                let (module, _) = plain_path(after)?;
                let in_impl = InImpl { number: number.to_owned(), segments: outer.len() };
                return Some(Definition { module, in_impl: Some(in_impl) });
            }
            _ => return None,
        }
    }
}

/// A path of nothing but a crate and names in it.
fn plain_path(mut rest: &str) -> Option<(Vec<String>, &str)> {
    let mut depth = 0;
    while let Some(after) = rest.strip_prefix('N') {
        depth += 1;
        rest = after.get(1..)?;
        if depth > DEEPEST {
            return None;
        }
    }
    let mut segments = Vec::new();
    rest = identifier(rest.strip_prefix('C')?, &mut segments)?;
    for _ in 0..depth {
        rest = identifier(rest, &mut segments)?;
    }
    Some((segments, rest))
}

/// `s_` or `s12_` before an identifier, as a number in text; what is behind it.
fn disambiguator(rest: &str) -> Option<(&str, &str)> {
    match rest.strip_prefix('s') {
        Some(number) => number.split_once('_'),
        None => Some(("-", rest)),
    }
}

/// Reads an identifier with its disambiguator; returns what is behind it.
fn identifier<'a>(rest: &'a str, into: &mut Vec<String>) -> Option<&'a str> {
    let (_, rest) = disambiguator(rest)?;
    let (is_punycode, rest) = match rest.strip_prefix('u') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (length, text) = rest.split_at_checked(digits)?;
    let length: usize = length.parse().ok()?;
    let text = text.strip_prefix('_').unwrap_or(text);
    let (name, after) = text.split_at_checked(length)?;
    // Names beyond ASCII are rare, and stay as they are written.
    into.push(if is_punycode { format!("u{name}") } else { name.to_owned() });
    Some(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_end_where_types_and_functions_begin() {
        let found = definition("_RNvNtCslNYArtu3iFV_5alloc5alloc5alloc").unwrap();
        assert_eq!(found, Definition { module: vec!["alloc".into(), "alloc".into()], in_impl: None });
    }

    #[test]
    fn damaged_names_are_no_definitions() {
        for raw in [
            "_R",
            "_RN",
            "_RNv",
            "_RNvC",
            "_RNvCs_9x",
            "_RNvXs_",
            "_RNvM",
            "main",
            "_RC99999999999999999999x",
        ] {
            assert_eq!(definition(raw), None, "{raw}");
        }
        assert_eq!(definition(&format!("_R{}", "Nv".repeat(100_000))), None);
    }
}

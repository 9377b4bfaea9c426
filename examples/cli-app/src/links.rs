use regex::Regex;

/// The notes that a text links to by `[[name]]` or `[[name|what is shown]]`, in order of appearance.
pub fn links(text: &str) -> Vec<String> {
    let link = Regex::new(r"\[\[([^\[\]|]+)(?:\|[^\[\]]*)?\]\]").expect("the pattern is valid");
    link.captures_iter(text).map(|captures| captures[1].trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::links;

    #[test]
    fn links_are_found_with_and_without_a_text_of_their_own() {
        assert_eq!(links("see [[tea]], [[ cup |the cup]] and [[tea]]"), ["tea", "cup", "tea"]);
    }

    #[test]
    fn what_is_not_closed_or_empty_is_no_link() {
        assert!(links("[[tea] [[]] [tea](cup) [[|x]]").is_empty());
    }
}

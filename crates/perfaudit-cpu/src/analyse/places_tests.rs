use super::*;
use crate::analyse::testing::{profile, repeated};

fn place(lines: (u32, u32), function: (u32, u32)) -> SourcePlace {
    SourcePlace {
        file: "src/lib.rs".into(),
        lines: vec![lines],
        function: Some(function),
        part: None,
        named: Some(Named { package: "mine".into(), symbol: "Rows::sum".into() }),
    }
}

#[test]
fn without_debug_information_a_function_is_found_by_its_name_and_a_package_bounds_what_is_not_seen() {
    let nameless = |stacks: &[&str]| {
        let mut profile = repeated(20, stacks);
        profile.functions.iter_mut().for_each(|function| function.file = None);
        profile
    };
    let named = nameless(&[
        "main own:mine|x|0|mine::a::Rows<T>::sum::{closure#0};std|alloc.rs|5|malloc 3",
        "main own:mine|x|0|mine::main 5",
        "main std|x|0|start 2",
    ]);
    let share = &place_shares(&named, &[place((12, 12), (10, 20))])[0];
    assert_eq!((share.is_seen, share.has_lines, share.function.value()), (true, false, Some(0.3)));
    assert_eq!(share.package.as_ref().and_then(Figure::value), Some(0.8));
    let two = nameless(&[
        "main own:mine|x|0|mine::a::Rows::sum 3",
        "main own:mine|x|0|mine::b::Rows::sum 5",
        "main own:other|x|0|other::Rows::sum 2",
    ]);
    let share = &place_shares(&two, &[place((12, 12), (10, 20))])[0];
    assert!(!share.is_seen, "nobody knows which one is meant");
    assert_eq!(share.package.as_ref().and_then(Figure::value), Some(0.8));
    let known = repeated(20, &["main own:mine|src/other.rs|3|mine::row 5"]);
    let share = &place_shares(&known, &[place((12, 12), (10, 20))])[0];
    assert_eq!((share.is_seen, share.package.is_none()), (false, true), "with files it would be seen");
}

#[test]
fn a_line_costs_what_it_calls_and_its_function_costs_more() {
    let profile = repeated(
        20,
        &[
            "main own:mine|src/lib.rs|12|rows;std|alloc.rs|5|malloc 3",
            "main own:mine|src/lib.rs|14|rows;own:mine|src/other.rs|12|row 5",
            "main own:mine|src/other.rs|12|row 2",
        ],
    );
    let shares = place_shares(&profile, &[place((12, 12), (10, 20)), place((30, 30), (29, 31))]);
    assert_eq!(shares[0].lines.value(), Some(0.3));
    assert_eq!(shares[0].function.value(), Some(0.8));
    assert!(shares[0].is_seen && shares[0].has_lines);
    assert!(!shares[1].is_seen);
}

#[test]
fn recursion_counts_once() {
    let frame = "own:mine|src/lib.rs|12|walk";
    let profile = profile(1, &[&format!("0 main {frame};{frame};{frame} 4")]);
    assert_eq!(place_shares(&profile, &[place((12, 12), (10, 20))])[0].lines.value(), Some(1.0));
}

#[test]
fn a_function_whose_frames_have_no_lines_is_known_as_a_whole() {
    let mut profile = profile(1, &["0 main own:mine|src/lib.rs|0|rows 4"]);
    profile.functions[0].line = Some(11);
    let shares = place_shares(&profile, &[place((12, 12), (10, 20))]);
    assert_eq!((shares[0].lines.value(), shares[0].function.value()), (Some(0.0), Some(1.0)));
    assert!(shares[0].is_seen && !shares[0].has_lines);
}

#[test]
fn a_place_can_be_narrowed_to_what_its_lines_spend_in_named_functions() {
    let profile = repeated(
        20,
        &[
            "main own:mine|src/lib.rs|12|rows;std|vec.rs|5|push;std|raw_vec.rs|7|grow_one;libc|malloc.c|9|realloc 3",
            "main own:mine|src/lib.rs|12|rows;own:mine|src/other.rs|3|row;std|raw_vec.rs|7|grow_one 2",
            "main own:mine|src/lib.rs|12|rows;std|vec.rs|5|push 5",
        ],
    );
    let narrowed =
        SourcePlace { part: Some(Part { in_own: false, words: &["grow_one"] }), ..place((12, 12), (10, 20)) };
    let shares = place_shares(&profile, &[narrowed, place((12, 12), (10, 20))]);
    assert_eq!((shares[0].lines.value(), shares[1].lines.value()), (Some(0.3), Some(1.0)));
    assert_eq!(shares[0].function.value(), Some(1.0));
}

#[test]
fn generic_arguments_are_not_part_of_a_name_and_the_end_of_a_name_means_own_functions_too() {
    let profile = repeated(
        20,
        &[
            "main own:mine|src/lib.rs|12|rows;own:mine|src/row.rs|3|<mine::Row as core::clone::Clone>::clone;std|raw_vec.rs|7|with_capacity 2",
            "main own:mine|src/lib.rs|12|rows;own:mine|src/other.rs|3|mine::add;std|string.rs|7|<alloc::string::String as core::clone::Clone>::clone 3",
            "main own:mine|src/lib.rs|12|rows;std|map.rs|5|Map<K,V>::get<mine::clone, alloc::Global> 5",
        ],
    );
    let narrowed = |words: &'static [&'static str], in_own: bool| SourcePlace {
        part: Some(Part { in_own, words }),
        ..place((12, 12), (10, 20))
    };
    let places = [narrowed(&["::clone"], false), narrowed(&["::clone"], true), narrowed(&["Global"], false)];
    let shares = place_shares(&profile, &places);
    let lines: Vec<Option<f64>> = shares.iter().map(|share| share.lines.value()).collect();
    assert_eq!(lines, [Some(0.2), Some(0.5), Some(0.0)]);
}

#[test]
fn a_place_of_several_pieces_costs_what_its_pieces_cost() {
    let profile = repeated(
        20,
        &[
            "main own:mine|src/lib.rs|12|rows 3",
            "main own:mine|src/lib.rs|13|rows 5",
            "main own:mine|src/lib.rs|14|rows 2",
        ],
    );
    let pieces = SourcePlace { lines: vec![(12, 12), (14, 14)], ..place((12, 12), (10, 20)) };
    assert_eq!(place_shares(&profile, &[pieces])[0].lines.value(), Some(0.5));
}

//! One file for each rule; beside them, in `corpus`, what each must find and what it must not.

mod async_without_await;
mod blocking_in_async;
mod buffer_in_loop;
mod build_profile;
mod clone_in_loop;
mod collect_then_iterate;
mod format_push;
mod inline_always;
mod json_as_value;
mod large_enum;
mod large_future;
mod lock_across_await;
mod lock_in_loop;
mod lookup_then_insert;
mod no_capacity;
mod owned_key_lookup;
mod parallel_loop;
mod print_in_loop;
mod quadratic_scan;
mod redundant_clone;
mod regex_per_call;
mod remove_front;
mod rule;
mod search;
mod sequential_awaits;
mod setting_per_call;
mod siphash;
mod string_growth;
mod tuning_constant;
mod unbuffered_io;

#[cfg(test)]
mod corpus;

pub(crate) use async_without_await::never_awaits;
pub use rule::{Ask, Category, Hit, Question, Rule, Saves};
pub(crate) use rule::{Check, Hits};
pub use search::{Entry, Ranked, search};

/// Every rule, in the order of their names.
pub const ALL: &[Rule] = &[
    async_without_await::RULE,
    blocking_in_async::RULE,
    buffer_in_loop::RULE,
    build_profile::RULE,
    clone_in_loop::RULE,
    collect_then_iterate::RULE,
    format_push::RULE,
    inline_always::RULE,
    json_as_value::RULE,
    large_enum::RULE,
    large_future::RULE,
    lock_across_await::RULE,
    lock_in_loop::RULE,
    lookup_then_insert::RULE,
    no_capacity::RULE,
    owned_key_lookup::RULE,
    parallel_loop::RULE,
    print_in_loop::RULE,
    quadratic_scan::RULE,
    redundant_clone::RULE,
    regex_per_call::RULE,
    remove_front::RULE,
    sequential_awaits::RULE,
    setting_per_call::RULE,
    siphash::RULE,
    string_growth::RULE,
    tuning_constant::RULE,
    unbuffered_io::RULE,
];

/// The rule of this name.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    ALL.iter().find(|rule| rule.id == id)
}

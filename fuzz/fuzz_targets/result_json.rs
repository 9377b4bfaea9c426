//! A result that somebody else wrote is read or refused; what is read is written and read again unchanged.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(result) = perfaudit_result::from_json(text) {
        let again = serde_json::to_string(&result).expect("a result can be written");
        assert_eq!(perfaudit_result::from_json(&again).expect("what was written can be read"), result);
    }
    let _ = serde_json::from_str::<perfaudit_result::Samples>(text);
});

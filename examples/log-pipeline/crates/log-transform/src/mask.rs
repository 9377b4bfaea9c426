use std::env;

use regex::Regex;

/// Replaces the values of `password=`, `token=`, `secret=` and `api_key=` by asterisks.
///
/// Masking is off where the environment variable `LOG_PIPELINE_MASK` is `0`.
pub fn mask_secrets(message: String) -> String {
    if !masking_is_on() || !message.contains('=') {
        return message;
    }
    let secret = Regex::new(r"(password|token|secret|api_key)=[^ &]+").expect("the pattern is valid");
    secret.replace_all(&message, "$1=***").into_owned()
}

fn masking_is_on() -> bool {
    env::var("LOG_PIPELINE_MASK").map_or(true, |value| value != "0")
}

#[cfg(test)]
mod tests {
    use super::mask_secrets;

    #[test]
    fn the_values_of_secrets_are_masked_and_the_rest_stays() {
        let message = "login failed password=hunter2 token=abc&user=anna".to_owned();
        assert_eq!(mask_secrets(message), "login failed password=*** token=***&user=anna");
    }

    #[test]
    fn other_messages_stay_as_they_are() {
        for message in ["", "token expired", "page=2 tokens=3"] {
            assert_eq!(mask_secrets(message.to_owned()), message);
        }
    }
}

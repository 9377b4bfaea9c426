/// What a record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Free text, by far the most frequent.
    Text(String),
    /// One line of an HTTP access log.
    Access(HttpAccess),
}

/// One served HTTP request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpAccess {
    /// `GET`, `POST` and so on.
    pub method: String,
    /// `http` or `https`.
    pub scheme: String,
    /// The host asked for.
    pub host: String,
    /// The path, without the query.
    pub path: String,
    /// The query, without the question mark.
    pub query: Option<String>,
    /// `HTTP/1.1` or `HTTP/2`.
    pub protocol: String,
    /// Address of the client.
    pub client_address: String,
    /// What the client calls itself.
    pub user_agent: String,
    /// Where the client came from.
    pub referer: Option<String>,
    /// Status code of the response.
    pub status: u16,
    /// Size of the response body in bytes.
    pub response_bytes: u64,
    /// Time to the last byte in microseconds.
    pub duration_micros: u64,
}

impl Body {
    /// The message as one line of text; an access is written in the style of the combined log format.
    pub fn into_message(self) -> String {
        match self {
            Body::Text(text) => text,
            Body::Access(access) => access.message(),
        }
    }
}

impl HttpAccess {
    fn message(&self) -> String {
        let query = match &self.query {
            Some(query) => format!("?{query}"),
            None => String::new(),
        };
        format!(
            "{} \"{} {}://{}{}{} {}\" {} {} \"{}\" \"{}\" {}us",
            self.client_address,
            self.method,
            self.scheme,
            self.host,
            self.path,
            query,
            self.protocol,
            self.status,
            self.response_bytes,
            self.referer.as_deref().unwrap_or("-"),
            self.user_agent,
            self.duration_micros,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_of_a_text_is_the_text() {
        assert_eq!(Body::Text("started".into()).into_message(), "started");
    }

    #[test]
    fn the_message_of_an_access_is_one_line_of_a_log() {
        let access = HttpAccess {
            method: "GET".into(),
            scheme: "https".into(),
            host: "shop.example".into(),
            path: "/cart".into(),
            query: Some("page=2".into()),
            protocol: "HTTP/2".into(),
            client_address: "198.51.100.7".into(),
            user_agent: "curl/8.14.1".into(),
            referer: None,
            status: 200,
            response_bytes: 512,
            duration_micros: 900,
        };
        assert_eq!(
            Body::Access(access).into_message(),
            r#"198.51.100.7 "GET https://shop.example/cart?page=2 HTTP/2" 200 512 "-" "curl/8.14.1" 900us"#
        );
    }
}

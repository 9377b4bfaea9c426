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
    pub fn message(&self) -> String {
        match self {
            Body::Text(text) => text.clone(),
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

enum Body { //~ large-enum
    Text(String),
    Access(HttpAccess),
}

struct HttpAccess {
    method: String,
    scheme: String,
    host: String,
    path: String,
    query: Option<String>,
    protocol: String,
    client: String,
    agent: String,
    referer: Option<String>,
    status: u16,
    bytes: u64,
    micros: u64,
}

enum Block { //~ large-enum
    Empty,
    Full([u8; 1024]),
}

pub enum Event { //~ large-enum
    Tick,
    Key { code: u32 },
    Frame { pixels: [u64; 64], names: Vec<String> },
}

enum Nested { //~ large-enum
    None,
    Some(Outer),
}

struct Outer {
    inner: Inner,
    more: Inner,
}

struct Inner {
    a: [u64; 16],
}

enum Boxed {
    Text(String),
    Access(Box<HttpAccess>),
}

enum Even {
    A([u8; 1024]),
    B([u8; 1000]),
}

enum Plain {
    A,
    B,
    C(u64),
}

enum One {
    A([u8; 4096]),
}

enum Lent<'a> {
    A(&'a HttpAccess),
    B(&'a str),
    C(Vec<[u8; 4096]>),
}

pub(crate) const DOMAINS: [&str; 12] = [
    "checkout",
    "catalog",
    "search",
    "payment",
    "account",
    "shipping",
    "inventory",
    "pricing",
    "review",
    "email",
    "session",
    "gateway",
];

pub(crate) const ROLES: [&str; 10] =
    ["api", "worker", "cache", "db-proxy", "scheduler", "indexer", "web", "sync", "export", "audit"];

pub(crate) const VERBS: [&str; 10] = [
    "processed",
    "loaded",
    "received",
    "queued",
    "stored",
    "refreshed",
    "validated",
    "sent",
    "expired",
    "accepted",
];

pub(crate) const THINGS: [&str; 12] = [
    "order",
    "cart",
    "invoice",
    "product list",
    "price table",
    "user profile",
    "session",
    "shipment",
    "stock level",
    "search request",
    "webhook",
    "batch",
];

pub(crate) const TROUBLES: [&str; 8] = [
    "connection refused by upstream",
    "deadline exceeded while waiting for a response",
    "retry budget exhausted, giving up",
    "database deadlock detected, transaction aborted",
    "certificate expired for peer",
    "out of memory in worker, restarting",
    "disk usage above limit on volume",
    "unexpected end of stream from broker",
];

pub(crate) const PATHS: [&str; 8] = [
    "/",
    "/cart",
    "/api/v1/orders",
    "/api/v1/products/search",
    "/static/app.js",
    "/login",
    "/account/settings",
    "/healthz",
];

pub(crate) const USER_AGENTS: [&str; 4] = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Safari/605.1.15",
    "curl/8.14.1",
    "kube-probe/1.33",
];

pub(crate) const SECRET_KEYS: [&str; 4] = ["password", "token", "api_key", "secret"];

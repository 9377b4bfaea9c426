fn owned(path: &str) {
    let name = path.to_string();
    register(name.clone()); //~ redundant-clone
}

fn parameter(names: Vec<String>) -> usize {
    count(names.clone()) //~ redundant-clone
}

fn spelled(source: &Source) -> Holder {
    let text: String = source.text();
    println!("{text}");
    Holder { text: text.clone() } //~ redundant-clone
}

fn copies(items: &[u8]) -> Vec<u8> {
    let all = items.to_vec();
    let other = all.clone(); //~ redundant-clone
    sorted(other)
}

fn macros(n: usize) {
    let text = format!("{n} rows");
    log(text.clone()); //~ redundant-clone
}

// Used afterwards.
fn twice(path: &str) -> String {
    let name = path.to_string();
    register(name.clone());
    name
}

fn shown(path: &str) {
    let name = path.to_string();
    register(name.clone());
    println!("{name}");
}

// Borrowed: there is no original to give away.
fn lent(name: &String) {
    register(name.clone());
}

// In a loop the original is needed in the next turn.
fn each(path: &str, n: usize) {
    let name = path.to_string();
    for _ in 0..n {
        keep(Holder { text: name.clone() });
    }
}

// A part of it is still borrowed.
fn parts(path: &str) {
    let name = path.to_string();
    let first = name.split('/').next();
    both(name.clone(), first);
}

// A counted reference.
fn counted(shared: std::sync::Arc<String>) {
    register_shared(shared.clone());
}

// The closure may run again.
fn later(path: &str) -> impl Fn() -> String {
    let name = path.to_string();
    move || name.clone()
}

use perfaudit_result::Confidence;
use ra_ap_syntax::SyntaxKind;

use super::rule::{Check, Hits, rule};
use crate::facts::futures::async_context;
use crate::facts::{File, bindings, sizes};
use crate::flat::Node;

rule! {
    /// ## What it does
    ///
    /// Finds arrays of 16 KiB and more that `async` code keeps while it awaits, by an estimate from what the file spells.
    ///
    /// ## Why it matters
    ///
    /// What lives across an `await` is part of the future. The future is then as large as the array, and so is every future
    /// that awaits it: it is copied when it is made, moved and spawned, and may overflow the stack.
    ///
    /// ## Example
    ///
    ///     async fn copy(mut from: TcpStream, mut to: File) -> io::Result<()> {
    ///         let mut buffer = [0u8; 64 * 1024];
    ///         while let n @ 1.. = from.read(&mut buffer).await? {
    ///             to.write_all(&buffer[..n]).await?;
    ///         }
    ///         Ok(())
    ///     }
    ///
    /// ## What to do
    ///
    ///     let mut buffer = vec![0u8; 64 * 1024];
    ///
    /// ## When not to
    ///
    /// Where the future is boxed as soon as it is made and never again, or there is no allocator.
    id: "large-future",
    title: "A large array is part of a future",
    category: Async,
    severity: Note,
    remedy: "keep the array on the heap: a `Vec`, or a `Box` of a slice",
    effort: Quick,
    check: Check::File(check),
}

/// As clippy's `large_futures`.
const LIMIT: u64 = 16 * 1024;

fn check(file: &File<'_>, hits: &mut Hits<'_>) {
    for statement in file.all(SyntaxKind::LET_STMT) {
        let Some(name) = bindings::let_name(statement) else { continue };
        let Some(bytes) = array(file, statement).filter(|bytes| *bytes >= LIMIT) else { continue };
        let context = async_context(statement);
        if context.is_none() {
            continue;
        }
        let Some(block) = statement.parent() else { continue };
        let later = block.parts().filter(|other| statement.precedes(*other));
        let wait = later
            .flat_map(|other| std::iter::once(other).chain(other.descendants()))
            .find(|node| node.is(SyntaxKind::AWAIT_EXPR) && async_context(*node) == context);
        let Some(wait) = wait else { continue };
        let line = wait.position().line;
        let message = format!("`{name}`, of {bytes} bytes or more, is kept while line {line} awaits");
        hits.add(statement, Confidence::Medium, message).cost = Vec::new();
    }
}

/// What the array takes that a `let` binds.
fn array(file: &File<'_>, statement: Node<'_>) -> Option<u64> {
    match statement.child(SyntaxKind::ARRAY_TYPE) {
        Some(ty) => sizes::of_type(file, ty),
        None => sizes::of_array(file, bindings::initial(statement)?),
    }
}

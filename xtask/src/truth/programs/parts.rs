//! Does the same work in three parts, `a`, `b` and `c`, with weights 6, 3 and 1 in a random order, so that no period of
//! its own meets the sampler's: `parts KIND CALLS [LIBRARY]`. Tells on standard error how often each part ran.
//!
//! A step of the work waits for the one before, so that it takes as long wherever the compiler puts it. Each part ends
//! in another constant: the compiler would make one function of equal ones.

use std::ffi::{CString, c_char, c_int, c_void};
use std::future::Future;
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

const STEPS: u64 = 10_000;

#[inline(always)]
fn work(end: u64) -> u64 {
    let mut value = black_box(end);
    for i in 0..STEPS {
        value = (value ^ (value >> 7) ^ i).wrapping_mul(6_364_136_223_846_793_005);
    }
    black_box(value)
}

mod called {
    #[inline(never)]
    pub fn a() -> u64 {
        super::work(1)
    }
    #[inline(never)]
    pub fn b() -> u64 {
        super::work(2)
    }
    #[inline(never)]
    pub fn c() -> u64 {
        super::work(3)
    }
}

mod inlined {
    #[inline(always)]
    pub fn a() -> u64 {
        super::work(1)
    }
    #[inline(always)]
    pub fn b() -> u64 {
        super::work(2)
    }
    #[inline(always)]
    pub fn c() -> u64 {
        super::work(3)
    }
}

mod deep {
    use std::hint::black_box;

    #[inline(never)]
    fn descend(levels: u32, end: u64) -> u64 {
        if levels == 0 { super::work(end) } else { black_box(descend(black_box(levels - 1), end)) + 1 }
    }
    #[inline(never)]
    pub fn a() -> u64 {
        black_box(descend(100, 1)) + 1
    }
    #[inline(never)]
    pub fn b() -> u64 {
        black_box(descend(100, 2)) + 2
    }
    #[inline(never)]
    pub fn c() -> u64 {
        black_box(descend(100, 3)) + 3
    }
}

mod generic {
    pub struct A;
    pub struct B;
    pub struct C;
    pub trait End {
        const END: u64;
    }
    impl End for A {
        const END: u64 = 1;
    }
    impl End for B {
        const END: u64 = 2;
    }
    impl End for C {
        const END: u64 = 3;
    }
    #[inline(never)]
    pub fn part<T: End>() -> u64 {
        super::work(T::END)
    }
}

mod closures {
    use std::hint::black_box;

    // What they hold is not known, or the compiler would make one function of these and of those that are inlined.
    pub fn a() -> impl Fn() -> u64 {
        let end = black_box(1);
        move || super::work(end)
    }
    pub fn b() -> impl Fn() -> u64 {
        let end = black_box(2);
        move || super::work(end)
    }
    pub fn c() -> impl Fn() -> u64 {
        let end = black_box(3);
        move || super::work(end)
    }
}

mod polled {
    /// Gives way once, so that the rest runs in another poll.
    #[derive(Default)]
    struct Yield(bool);

    impl super::Future for Yield {
        type Output = ();
        fn poll(mut self: super::Pin<&mut Self>, _: &mut super::Context<'_>) -> super::Poll<()> {
            let was = std::mem::replace(&mut self.0, true);
            if was { super::Poll::Ready(()) } else { super::Poll::Pending }
        }
    }

    pub async fn a() -> u64 {
        Yield::default().await;
        super::work(1)
    }
    pub async fn b() -> u64 {
        Yield::default().await;
        super::work(2)
    }
    pub async fn c() -> u64 {
        Yield::default().await;
        super::work(3)
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}

// SAFETY: these are the declarations of POSIX.
unsafe extern "C" {
    fn dlopen(path: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
}

/// The parts of a library that is loaded at run time.
fn of_library(path: &str) -> [extern "C" fn() -> u64; 3] {
    let path = CString::new(path).unwrap();
    // SAFETY: the path is a C string; the library runs nothing when it is loaded.
    let library = unsafe { dlopen(path.as_ptr(), 2) };
    assert!(!library.is_null());
    [c"a", c"b", c"c"].map(|name| {
        // SAFETY: the library is open and stays so; the name is a C string.
        let symbol = unsafe { dlsym(library, name.as_ptr()) };
        assert!(!symbol.is_null());
        // SAFETY: `library.rs` defines each of the three with this signature.
        unsafe { std::mem::transmute::<*mut c_void, extern "C" fn() -> u64>(symbol) }
    })
}

/// Runs the parts in a random order and counts.
#[inline(never)]
fn repeat(seed: u64, calls: u64, a: impl Fn() -> u64, b: impl Fn() -> u64, c: impl Fn() -> u64) -> [u64; 3] {
    let (mut random, mut counts) = (seed, [0; 3]);
    for _ in 0..calls {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        match random % 10 {
            0..6 => counts[0] += u64::from(a() != 0),
            6..9 => counts[1] += u64::from(b() != 0),
            _ => counts[2] += u64::from(c() != 0),
        }
    }
    counts
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let calls: u64 = arguments[2].parse().unwrap();
    let seed = u64::from(std::process::id()) ^ 88_172_645_463_325_252;
    let counts = match &*arguments[1] {
        "called" => repeat(seed, calls, called::a, called::b, called::c),
        "inlined" => repeat(seed, calls, inlined::a, inlined::b, inlined::c),
        "deep" => repeat(seed, calls, deep::a, deep::b, deep::c),
        "generic" => {
            use generic::{A, B, C, part};
            repeat(seed, calls, part::<A>, part::<B>, part::<C>)
        }
        "closures" => repeat(seed, calls, closures::a(), closures::b(), closures::c()),
        "polled" => repeat(
            seed,
            calls,
            || block_on(polled::a()),
            || block_on(polled::b()),
            || block_on(polled::c()),
        ),
        "threads" => {
            let threads: Vec<_> = (1..5)
                .map(|n| std::thread::spawn(move || repeat(seed * n, calls / 4, called::a, called::b, called::c)))
                .collect();
            let counts = threads.into_iter().map(|thread| thread.join().unwrap());
            counts.fold([0; 3], |sum, counts| [0, 1, 2].map(|part| sum[part] + counts[part]))
        }
        "library" => {
            let [a, b, c] = of_library(&arguments[3]);
            repeat(seed, calls, || a(), || b(), || c())
        }
        other => panic!("no kind {other}"),
    };
    eprintln!("{} {} {}", counts[0], counts[1], counts[2]);
}

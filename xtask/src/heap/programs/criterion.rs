//! Stands in for Criterion: an allocator counts what iterations of each routine allocate, and nothing is timed. The first
//! iteration, which may allocate what is kept, is not counted.

use std::alloc::{GlobalAlloc, Layout, System};
use std::fmt::Display;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

pub use std::hint::black_box;

const ITERATIONS: u64 = 3;

static BLOCKS: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);

struct Counting;

fn count(bytes: usize) {
    BLOCKS.fetch_add(1, Relaxed);
    BYTES.fetch_add(bytes as u64, Relaxed);
}

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size);
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[derive(Default)]
pub struct Criterion;

impl Criterion {
    pub fn bench_function(&mut self, id: impl Into<BenchmarkId>, routine: impl FnMut(&mut Bencher)) -> &mut Self {
        run(id.into().0, routine);
        self
    }

    pub fn benchmark_group(&mut self, name: impl Into<String>) -> BenchmarkGroup {
        BenchmarkGroup(name.into())
    }
}

fn run(id: String, mut routine: impl FnMut(&mut Bencher)) {
    routine(&mut Bencher(id));
}

pub struct BenchmarkGroup(String);

impl BenchmarkGroup {
    pub fn bench_function(&mut self, id: impl Into<BenchmarkId>, routine: impl FnMut(&mut Bencher)) -> &mut Self {
        run(format!("{}/{}", self.0, id.into().0), routine);
        self
    }

    pub fn bench_with_input<I: ?Sized>(
        &mut self,
        id: impl Into<BenchmarkId>,
        input: &I,
        mut routine: impl FnMut(&mut Bencher, &I),
    ) -> &mut Self {
        self.bench_function(id, |bencher| routine(bencher, input))
    }

    pub fn throughput(&mut self, _: Throughput) -> &mut Self {
        self
    }

    pub fn sample_size(&mut self, _: usize) -> &mut Self {
        self
    }

    pub fn sampling_mode(&mut self, _: SamplingMode) -> &mut Self {
        self
    }

    pub fn finish(self) {}
}

pub struct Bencher(String);

impl Bencher {
    pub fn iter<O>(&mut self, mut routine: impl FnMut() -> O) {
        drop(black_box(routine()));
        let before = (BLOCKS.load(Relaxed), BYTES.load(Relaxed));
        for _ in 0..ITERATIONS {
            drop(black_box(routine()));
        }
        let (blocks, bytes) = (BLOCKS.load(Relaxed) - before.0, BYTES.load(Relaxed) - before.1);
        println!("counted\t{}\t{ITERATIONS}\t{blocks}\t{bytes}", self.0);
    }
}

pub struct BenchmarkId(String);

impl BenchmarkId {
    pub fn new(name: impl Into<String>, parameter: impl Display) -> Self {
        Self(format!("{}/{parameter}", name.into()))
    }

    pub fn from_parameter(parameter: impl Display) -> Self {
        Self(parameter.to_string())
    }
}

impl From<&str> for BenchmarkId {
    fn from(name: &str) -> Self {
        Self(name.to_owned())
    }
}

pub enum Throughput {
    Elements(u64),
    Bytes(u64),
}

pub enum SamplingMode {
    Auto,
    Linear,
    Flat,
}

#[macro_export]
macro_rules! criterion_group {
    ($group:ident, $($routine:path),+ $(,)?) => {
        fn $group() {
            $($routine(&mut $crate::Criterion);)+
        }
    };
}

#[macro_export]
macro_rules! criterion_main {
    ($($group:path),+ $(,)?) => {
        fn main() {
            $($group();)+
        }
    };
}

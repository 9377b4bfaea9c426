// The functions by which Rust programs call mimalloc, on top of the C library's; goes before a `main`.
use std::alloc::{GlobalAlloc, Layout};
use std::ffi::c_void;
extern "C" {
    fn aligned_alloc(alignment: usize, size: usize) -> *mut c_void;
    fn free(block: *mut c_void);
}
#[no_mangle]
#[inline(never)]
unsafe extern "C" fn mi_malloc_aligned(size: usize, alignment: usize) -> *mut c_void {
    aligned_alloc(alignment.max(16), size.next_multiple_of(alignment.max(16)))
}
#[no_mangle]
#[inline(never)]
unsafe extern "C" fn mi_free(block: *mut c_void) {
    free(block)
}
struct Own;
unsafe impl GlobalAlloc for Own {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        mi_malloc_aligned(layout.size(), layout.align()).cast()
    }
    unsafe fn dealloc(&self, block: *mut u8, _: Layout) {
        mi_free(block.cast())
    }
}
#[global_allocator]
static OWN: Own = Own;

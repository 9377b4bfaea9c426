// A program without a C library. Its first function has no call frame information, lies behind functions that have, and
// never returns; its frame pointer is 0, as the ABI of x86-64 has it for the outermost frame.
volatile unsigned long sink;

__asm__(".pushsection .text.last, \"ax\"\n.globl _start\n.type _start, @function\n_start:\n  xor %ebp, %ebp\n"
        "  call enter\n  hlt\n.size _start, . - _start\n.popsection\n");

__attribute__((noinline)) void busy(void) {
    for (long i = 0; i < 200000000; i++) sink += i;
}

__attribute__((noreturn, used)) void enter(void) {
    busy();
    __asm__ volatile("syscall" ::"a"(60), "D"(0));
    __builtin_unreachable();
}

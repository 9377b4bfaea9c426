// A static program that starts as those of musl do: what calls `main` has no call frame information, and a number in
// the frame pointer.
volatile unsigned long sink;

__asm__(".pushsection .text.last, \"ax\"\n.globl _start\n.type _start, @function\n_start:\n  xor %ebp, %ebp\n"
        "  call begin\n  hlt\n.size _start, . - _start\n.type begin, @function\nbegin:\n  mov $1, %ebp\n"
        "  sub $8, %rsp\n  call main\n  mov %eax, %edi\n  mov $60, %eax\n  syscall\n.size begin, . - begin\n.popsection\n");

__attribute__((noinline)) void busy(void) {
    for (long i = 0; i < 200000000; i++) sink += i;
}

int main(void) {
    busy();
    return 0;
}

// Makes code at run time, with a frame pointer, and runs it:
// push rbp; mov rbp, rsp; again: dec rdi; jnz again; pop rbp; ret
#include <string.h>
#include <sys/mman.h>

static const unsigned char code[] = {0x55, 0x48, 0x89, 0xe5, 0x48, 0xff, 0xcf, 0x75, 0xfb, 0x5d, 0xc3};

__attribute__((noinline)) void calls_generated(void (*generated)(long)) {
    generated(300000000);
    __asm__ volatile("");
}

int main(void) {
    void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return 1;
    memcpy(memory, code, sizeof code);
    calls_generated((void (*)(long))memory);
    return 0;
}

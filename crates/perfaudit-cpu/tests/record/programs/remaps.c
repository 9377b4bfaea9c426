// Maps code, runs it and unmaps it, ten thousand times, and takes another address each time.
// push rbp; mov rbp, rsp; again: dec rdi; jnz again; pop rbp; ret
#include <string.h>
#include <sys/mman.h>

static const unsigned char code[] = {0x55, 0x48, 0x89, 0xe5, 0x48, 0xff, 0xcf, 0x75, 0xfb, 0x5d, 0xc3};

__attribute__((noinline)) void calls_generated(void (*generated)(long)) {
    generated(50000);
    __asm__ volatile("");
}

int main(void) {
    for (int i = 0; i < 10000; i++) {
        void *wanted = (void *)(0x600000000000 + (long)i % 977 * 65536);
        void *memory = mmap(wanted, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) return 1;
        memcpy(memory, code, sizeof code);
        if (mprotect(memory, 4096, PROT_READ | PROT_EXEC)) return 2;
        calls_generated((void (*)(long))memory);
        munmap(memory, 4096);
    }
    return 0;
}

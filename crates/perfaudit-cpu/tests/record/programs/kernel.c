// Lets the kernel fill a buffer with random bytes, which takes it longer than anything else here.
#include <sys/random.h>

static char buffer[256];

__attribute__((noinline)) void asks_the_kernel(void) {
    for (long i = 0; i < 400000; i++) {
        if (getrandom(buffer, sizeof buffer, 0) < 0) return;
    }
}

int main(void) {
    asks_the_kernel();
    return 0;
}

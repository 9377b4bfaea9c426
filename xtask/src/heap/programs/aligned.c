/* Aligned blocks and reallocations of every kind. */
#define _GNU_SOURCE
#include <malloc.h>
#include <stdlib.h>

void *volatile sink;

int main(void) {
    for (int i = 1; i < 2000; i++) {
        void *block = 0;
        if (posix_memalign(&block, 64, 3 * i)) return 1;
        free(block);
        free(aligned_alloc(256, 256 * i));
        free(memalign(4096, i));
        free(valloc(i));
    }
    char *block = 0;
    for (int i = 1; i < 3000; i++) block = realloc(block, 7 * i);
    for (int i = 3000; i > 0; i--) block = realloc(block, 5 * i);
    block = reallocarray(block, 10, 20);
    sink = reallocarray(0, -1, 2);
    free(block);
    for (int i = 0; i < 100; i++) {
        sink = calloc(i, 7);
        free(sink);
    }
    sink = malloc(0);
    sink = realloc(0, 55);
    return 0;
}

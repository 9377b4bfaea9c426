// Works until it is ended, or for as many rounds as it is told.
#include <stdlib.h>

volatile unsigned long sink;

__attribute__((noinline)) void busy(long rounds) {
    for (long i = 0; i != rounds; i++) sink += i;
}

int main(int count, char **arguments) {
    busy(count > 1 ? atol(arguments[1]) : -1);
    return 0;
}

// Waits ten times for 30 ms, and between these works for 300 ms of CPU time in all, by its own clock; tells how long it
// waited and how long it worked, in nanoseconds.
#include <stdio.h>
#include <time.h>

volatile unsigned long sink;

static long long clock_ns(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

__attribute__((noinline)) void works(long long ns) {
    long long end = clock_ns(CLOCK_THREAD_CPUTIME_ID) + ns;
    while (clock_ns(CLOCK_THREAD_CPUTIME_ID) < end) {
        for (int i = 0; i < 10000; i++) sink += i;
    }
}

int main(void) {
    struct timespec pause = {0, 30000000};
    long long waited = 0;
    for (int i = 0; i < 10; i++) {
        works(30000000);
        long long begun = clock_ns(CLOCK_MONOTONIC);
        nanosleep(&pause, NULL);
        waited += clock_ns(CLOCK_MONOTONIC) - begun;
    }
    printf("waited %lld %lld\n", waited, clock_ns(CLOCK_THREAD_CPUTIME_ID));
    return 0;
}

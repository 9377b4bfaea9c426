// Waits in three functions, 1 : 2 : 5 by time, fifty times each, by its own clock; tells how long in each, in nanoseconds.
// Between them it yields, which is no wait.
#include <sched.h>
#include <stdio.h>
#include <time.h>

static long long pause_for(long ns) {
    struct timespec begun, ended, pause = {0, ns};
    clock_gettime(CLOCK_MONOTONIC, &begun);
    nanosleep(&pause, NULL);
    clock_gettime(CLOCK_MONOTONIC, &ended);
    return (ended.tv_sec - begun.tv_sec) * 1000000000LL + ended.tv_nsec - begun.tv_nsec;
}

__attribute__((noinline)) long long waits_once(void) {
    long long waited = pause_for(1000000);
    sched_yield();
    return waited;
}

__attribute__((noinline)) long long waits_twice(void) {
    long long waited = pause_for(2000000);
    sched_yield();
    return waited;
}

__attribute__((noinline)) long long waits_five_times(void) {
    long long waited = pause_for(5000000);
    sched_yield();
    return waited;
}

int main(void) {
    long long waited[3] = {0, 0, 0};
    for (int i = 0; i < 50; i++) {
        waited[0] += waits_once();
        waited[1] += waits_twice();
        waited[2] += waits_five_times();
    }
    printf("waited %lld %lld %lld\n", waited[0], waited[1], waited[2]);
    return 0;
}

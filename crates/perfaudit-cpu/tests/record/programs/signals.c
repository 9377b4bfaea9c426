/* A thread sends signals to another, real-time ones among them, and counts those that arrive. Ends by a signal. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

static atomic_ulong got;
static atomic_int is_over;

static void count(int number) {
    (void)number;
    atomic_fetch_add(&got, 1);
}

static void *work(void *nothing) {
    volatile unsigned long value = 0;
    while (!atomic_load(&is_over))
        for (int i = 0; i < 10000; i++)
            value ^= i;
    return nothing;
}

int main(void) {
    struct sigaction action = {.sa_handler = count};
    sigaction(SIGRTMIN + 3, &action, NULL);
    sigaction(SIGUSR2, &action, NULL);
    pthread_t worker;
    pthread_create(&worker, NULL, work, NULL);
    unsigned long sent = 0;
    for (; sent < 4000; sent++) {
        /* One at a time: signals of the same number that wait become one. */
        pthread_kill(worker, sent % 2 ? SIGUSR2 : SIGRTMIN + 3);
        while (atomic_load(&got) <= sent)
            usleep(50);
    }
    atomic_store(&is_over, 1);
    pthread_join(worker, NULL);
    printf("sent and got %lu %lu\n", sent, atomic_load(&got));
    fflush(stdout);
    raise(SIGUSR1);
    return 0;
}

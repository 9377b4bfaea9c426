/* Children that work in two threads and are killed after a while that differs each time. */
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile uint64_t sink;

static void *work(void *unused) {
    (void)unused;
    for (;;)
        sink++;
}

int main(int argc, char **argv) {
    (void)argc;
    int children = atoi(argv[1]);
    for (int i = 0; i < children; i++) {
        pid_t child = fork();
        if (child == 0) {
            pthread_t thread;
            pthread_create(&thread, 0, work, 0);
            work(0);
        }
        usleep(200 + 370 * i % 4000);
        int status;
        if (child < 0 || kill(child, SIGKILL) != 0 || waitpid(child, &status, 0) != child)
            return 3;
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
            return 4;
    }
    return 0;
}

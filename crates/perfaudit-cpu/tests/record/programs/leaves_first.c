/* Children whose first thread ends before the one that works; each tells by its exit code that the work was done. */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

__attribute__((noinline)) uint64_t work_without_leader(uint64_t rounds) {
    uint64_t state = 88172645463325252ULL;
    for (uint64_t i = 0; i < rounds; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    return state;
}

static uint64_t rounds;

static void *work(void *unused) {
    (void)unused;
    _exit(work_without_leader(rounds) == 0 ? 1 : 7);
}

int main(int argc, char **argv) {
    (void)argc;
    int children = atoi(argv[1]);
    rounds = strtoull(argv[2], 0, 10);
    for (int i = 0; i < children; i++) {
        pid_t child = fork();
        if (child == 0) {
            pthread_t thread;
            if (pthread_create(&thread, 0, work, 0) != 0)
                _exit(2);
            pthread_exit(0);
        }
        int status;
        if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 7)
            return 3;
    }
    return 0;
}

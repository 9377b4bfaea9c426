// Forks 1000 children that wait until all are there, and then work all at once, each for a few milliseconds: a process
// that uses less than a period of the sampler is in no sample.
#include <sys/wait.h>
#include <unistd.h>

volatile unsigned long sink;

__attribute__((noinline)) void work_of_child(void) {
    for (long i = 0; i < 8000000; i++) sink += i;
}

int main(void) {
    int gate[2], failed = 0, status;
    if (pipe(gate)) return 1;
    for (int i = 0; i < 1000; i++) {
        pid_t child = fork();
        if (child < 0) return 2;
        if (child == 0) {
            char nothing;
            close(gate[1]);
            // Whoever samples a thousand programs at work would have a thousandth of the processor.
            if (nice(19) < 0) _exit(4);
            if (read(gate[0], &nothing, 1)) _exit(3);
            work_of_child();
            _exit(0);
        }
    }
    close(gate[1]);
    while (wait(&status) > 0) failed |= status;
    return failed != 0;
}

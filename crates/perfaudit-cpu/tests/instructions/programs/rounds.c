/* Runs a loop of four instructions as often as it is told, also in a child if it is told so; its exit code is 7. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void run(unsigned long rounds) {
#if defined(__x86_64__)
    __asm__ volatile("1: nop\n nop\n dec %0\n jnz 1b\n" : "+r"(rounds) : : "cc");
#else
    __asm__ volatile("1: nop\n nop\n subs %0, %0, #1\n b.ne 1b\n" : "+r"(rounds) : : "cc");
#endif
}

int main(int count, char **arguments) {
    unsigned long rounds = strtoul(arguments[1], NULL, 10);
    if (count > 2 && fork() == 0) {
        run(rounds);
        _exit(0);
    }
    run(rounds);
    if (count > 2)
        wait(NULL);
    puts("done");
    return 7;
}

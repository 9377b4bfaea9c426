// Forks a child that works, forks 1000 that end at once, and forks one that becomes the program it is given.
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

volatile unsigned long sink;

__attribute__((noinline)) void work_of_parent(void) {
    for (long i = 0; i < 600000000; i++) sink += i;
}

__attribute__((noinline)) void work_of_child(void) {
    for (long i = 0; i < 600000000; i++) sink += i;
}

int main(int count, char **arguments) {
    if (fork() == 0) {
        work_of_child();
        exit(0);
    }
    work_of_parent();
    wait(NULL);
    for (int i = 0; i < 1000; i++) {
        if (fork() == 0) _exit(0);
        wait(NULL);
    }
    if (count > 1) {
        if (fork() == 0) execv(arguments[1], arguments + 1);
        wait(NULL);
    }
    return 0;
}

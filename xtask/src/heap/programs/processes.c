/* Forks three children that allocate, forks one that becomes another program, spawns one. The children of a fork
   start with the 10 blocks of 100 bytes that their parent has allocated by then. */
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
void *volatile sink;

int main(void) {
    for (int i = 0; i < 10; i++) sink = malloc(100);
    for (int child = 0; child < 3; child++) {
        if (fork() == 0) {
            for (int i = 0; i < 1000; i++) {
                sink = malloc(48);
                free(sink);
            }
            _exit(0);
        }
        wait(0);
    }
    if (fork() == 0) {
        execl("/bin/ls", "ls", "/usr", (char *)0);
        _exit(1);
    }
    wait(0);
    pid_t spawned;
    char *arguments[] = {"sort", "/etc/passwd", 0};
    if (posix_spawn(&spawned, "/usr/bin/sort", 0, 0, arguments, environ)) return 1;
    wait(0);
    return 0;
}

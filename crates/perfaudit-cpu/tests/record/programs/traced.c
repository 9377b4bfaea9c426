/* A process that its own child traces, until its input ends. */
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <unistd.h>

#ifndef PR_SET_PTRACER
#define PR_SET_PTRACER 0x59616d61
#endif

int main(void) {
    pid_t parent = getpid();
    prctl(PR_SET_PTRACER, -1L, 0, 0, 0);
    if (fork() == 0) {
        ptrace(PTRACE_SEIZE, parent, 0, 0);
        char byte;
        (void)!read(0, &byte, 1);
        _exit(0);
    }
    for (;;)
        pause();
}

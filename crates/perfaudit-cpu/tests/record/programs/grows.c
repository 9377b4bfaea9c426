// Takes 20 MiB and sleeps for 200 ms, five times.
#include <stdlib.h>
#include <string.h>
#include <time.h>

int main(void) {
    struct timespec pause = {0, 200000000};
    for (int i = 0; i < 5; i++) {
        char *memory = malloc(20 << 20);
        if (!memory) return 1;
        memset(memory, 1, 20 << 20);
        nanosleep(&pause, NULL);
    }
    return 0;
}

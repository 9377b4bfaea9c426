// Loads each library it is given, one after the other, and calls it; the library calls back.
#include <dlfcn.h>

volatile unsigned long sink;

__attribute__((noinline)) void called_back(void) {
    for (long i = 0; i < 50000000; i++) sink += i;
}

int main(int count, char **arguments) {
    for (int i = 1; i < count; i++) {
        void *library = dlopen(arguments[i], RTLD_NOW);
        if (!library) return 1;
        ((void (*)(void (*)(void)))dlsym(library, "in_plugin"))(called_back);
        dlclose(library);
    }
    return 0;
}

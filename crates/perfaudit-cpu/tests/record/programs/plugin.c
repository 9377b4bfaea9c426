volatile unsigned long sink;

__attribute__((noinline)) void in_plugin(void (*back)(void)) {
    for (long i = 0; i < 50000000; i++) sink += i;
    back();
    __asm__ volatile("");
}

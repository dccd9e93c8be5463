/*
 * The machine's memcpy: one thread copies blocks from one buffer to another, both of the ring's size, round and round.
 * Arguments: blocks, block bytes, buffer bytes, CPU.
 */
#define _GNU_SOURCE
#include "timing.h"
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    long blocks = atol(argv[1]);
    size_t block = strtoul(argv[2], NULL, 10), size = strtoul(argv[3], NULL, 10), offset = 0;
    unsigned char *source = aligned_alloc(4096, size), *target = aligned_alloc(4096, size);
    pin_to(atoi(argv[4]));
    memset(source, 1, size);
    memset(target, 2, size);
    double start = seconds_now();
    for (long i = 0; i < blocks; i++) {
        memcpy(target + offset, source + offset, block);
        __asm__ volatile("" ::: "memory");
        offset = offset + 2 * block <= size ? offset + block : 0;
    }
    report(seconds_now() - start);
    return target[0] == 1 ? 0 : 1;
}

/*
 * What two CPUs and a shared buffer can do at best: blocks copied in by one thread and out by another, handed over by two bare
 * indices, without records, checks or a way to sleep.
 * Arguments: blocks, block bytes, buffer bytes, producer's CPU, consumer's CPU.
 */
#define _GNU_SOURCE
#include "timing.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static _Alignas(128) atomic_long produced;
static _Alignas(128) atomic_long consumed;
static _Alignas(128) long blocks;
static size_t block, slots;
static int producer_cpu;
static unsigned char *shared;

static void *produce(void *unused)
{
    unsigned char *source = aligned_alloc(4096, block);
    memset(source, 1, block);
    pin_to(producer_cpu);
    meet();
    for (long i = 0; i < blocks; i++) {
        while (i - atomic_load_explicit(&consumed, memory_order_acquire) >= (long)slots)
            relax();
        memcpy(shared + (size_t)i % slots * block, source, block);
        atomic_store_explicit(&produced, i + 1, memory_order_release);
    }
    free(source);
    return unused;
}

int main(int argc, char **argv)
{
    if (argc != 6)
        return 2;
    blocks = atol(argv[1]);
    block = strtoul(argv[2], NULL, 10);
    size_t size = strtoul(argv[3], NULL, 10);
    slots = size / block;
    producer_cpu = atoi(argv[4]);
    shared = aligned_alloc(4096, size);
    unsigned char *target = aligned_alloc(4096, block);
    memset(shared, 2, size);
    memset(target, 2, block);
    pthread_t producer;
    pthread_create(&producer, NULL, produce, NULL);
    pin_to(atoi(argv[5]));
    meet();
    double start = seconds_now();
    for (long i = 0; i < blocks; i++) {
        while (atomic_load_explicit(&produced, memory_order_acquire) <= i)
            relax();
        memcpy(target, shared + (size_t)i % slots * block, block);
        atomic_store_explicit(&consumed, i + 1, memory_order_release);
    }
    report(seconds_now() - start);
    pthread_join(producer, NULL);
    return target[0] == 1 ? 0 : 1;
}

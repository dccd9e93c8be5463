/*
 * DPDK's rte_ring, single producer and single consumer, 64-byte elements copied in and out.
 * Arguments: records, batch, capacity in elements (a power of two), producer's CPU, consumer's CPU.
 */
#define _GNU_SOURCE
#include "timing.h"
#include <rte_ring.h>
#include <rte_ring_elem.h>
#include <stdlib.h>
#include <string.h>

struct element { unsigned char bytes[64]; } __attribute__((aligned(64)));

static struct rte_ring *ring;
static long records;
static unsigned batch;
static int producer_cpu;

static void *produce(void *unused)
{
    struct element *source = aligned_alloc(64, batch * sizeof *source);
    memset(source, 1, batch * sizeof *source);
    pin_to(producer_cpu);
    for (long sent = 0; sent < records;) {
        unsigned n = rte_ring_sp_enqueue_burst_elem(ring, source, sizeof *source, batch, NULL);
        sent += n;
        if (n == 0)
            relax();
    }
    free(source);
    return unused;
}

int main(int argc, char **argv)
{
    if (argc != 6)
        return 2;
    records = atol(argv[1]);
    batch = (unsigned)atoi(argv[2]);
    unsigned capacity = (unsigned)atoi(argv[3]);
    producer_cpu = atoi(argv[4]);
    ssize_t bytes = rte_ring_get_memsize_elem(sizeof(struct element), capacity);
    if (bytes < 0)
        return 1;
    ring = aligned_alloc(4096, ((size_t)bytes + 4095) & ~(size_t)4095);
    memset(ring, 0, (size_t)bytes);
    if (rte_ring_init(ring, "bench", capacity, RING_F_SP_ENQ | RING_F_SC_DEQ) != 0)
        return 1;

    struct element *target = aligned_alloc(64, batch * sizeof *target);
    pthread_t producer;
    double start = seconds_now();
    pthread_create(&producer, NULL, produce, NULL);
    pin_to(atoi(argv[5]));
    for (long received = 0; received < records;) {
        unsigned n = rte_ring_sc_dequeue_burst_elem(ring, target, sizeof *target, batch, NULL);
        received += n;
        if (n == 0)
            relax();
    }
    report(seconds_now() - start);
    pthread_join(producer, NULL);
    return target[0].bytes[0] == 1 ? 0 : 1;
}

/* What every contender shares: pinning, the clock, and the one JSON line that the runner reads. */
#ifndef TIMING_H
#define TIMING_H
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <time.h>

static inline double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static inline void pin_to(int cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

/* One turn of waiting: the same number of pause instructions for every contender, given by the runner. */
static inline void relax(void)
{
    for (int i = 0; i < IDLE_PAUSES; i++) {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#elif defined(__aarch64__)
        __asm__ volatile("yield");
#endif
    }
}

/* Both threads call it once pinned: neither goes on before the other is there, so that starting threads is not measured. */
static inline void meet(void)
{
    static int there;
    __atomic_add_fetch(&there, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&there, __ATOMIC_SEQ_CST) < 2)
        relax();
}

static inline void report(double seconds)
{
    printf("{\"seconds\": %.9f}\n", seconds);
}
#endif

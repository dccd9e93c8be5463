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

static inline void relax(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static inline void report(double seconds)
{
    printf("{\"seconds\": %.9f}\n", seconds);
}
#endif

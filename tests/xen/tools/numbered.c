/*
 * Numbered UDP: shows what a path does to a stream of datagrams.
 *
 *   numbered receive PORT IDLE                      until IDLE seconds after the last datagram; prints one line:
 *   numbered send HOST PORT RATE SECONDS SIZE       RATE datagrams a second; prints sent=N errors=N
 *
 *   received=5000 lost=0 reordered=0 furthest=0 duplicates=0 longest-gap=12.5ms
 *
 * lost is counted up to the highest number seen: what is missing at the very end shows as received below the sender's sent.
 * furthest is how many datagrams the latest one came behind.
 */
#define _GNU_SOURCE
#include "tool.h"

enum { NUMBER_LIMIT = 1 << 24, SIZE_LIMIT = 65507, RECEIVE_BUFFER = 64 << 20, FIRST_SECONDS = 60 };

struct statistics {
    uint64_t received, highest, reordered, furthest, duplicates;
    double longest_gap;
};

static void set_time_limit(int socket_, double seconds)
{
    struct timeval limit = { (time_t)seconds, (suseconds_t)((seconds - (double)(time_t)seconds) * 1e6) };
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

static void count_datagram(struct statistics *statistics, uint64_t sequence)
{
    static uint8_t seen[NUMBER_LIMIT];
    if (sequence >= NUMBER_LIMIT)
        fail("number %lu is beyond what can be counted", (unsigned long)sequence);
    statistics->duplicates += seen[sequence];
    seen[sequence] = 1;
    statistics->received++;
    if (statistics->received == 1 || sequence > statistics->highest) {
        statistics->highest = sequence;
        return;
    }
    statistics->reordered++;
    if (statistics->highest - sequence > statistics->furthest)
        statistics->furthest = statistics->highest - sequence;
}

static void receive(const char *port, double idle)
{
    static char datagram[SIZE_LIMIT];
    struct statistics statistics = { 0 };
    int socket_ = serve(SOCK_DGRAM, port);
    int buffer = RECEIVE_BUFFER;
    double last = 0;
    setsockopt(socket_, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer);
    set_time_limit(socket_, FIRST_SECONDS);
    for (;;) {
        uint64_t sequence;
        ssize_t got = recv(socket_, datagram, sizeof datagram, 0);
        if (got < (ssize_t)sizeof sequence)
            break;
        double time = now();
        if (statistics.received == 0)
            set_time_limit(socket_, idle);
        else if (time - last > statistics.longest_gap)
            statistics.longest_gap = time - last;
        last = time;
        memcpy(&sequence, datagram, sizeof sequence);
        count_datagram(&statistics, sequence);
    }
    errno = 0;
    if (statistics.received == 0)
        fail("nothing received");
    uint64_t distinct = statistics.received - statistics.duplicates;
    printf("received=%lu lost=%lu reordered=%lu furthest=%lu duplicates=%lu longest-gap=%.1fms\n",
           (unsigned long)statistics.received, (unsigned long)(statistics.highest + 1 - distinct),
           (unsigned long)statistics.reordered, (unsigned long)statistics.furthest, (unsigned long)statistics.duplicates,
           statistics.longest_gap * 1e3);
}

/* In bursts, as often as the clock allows: the average is what was asked for. */
static void send_numbered(const char *host, const char *port, double rate, double seconds, size_t size)
{
    static char datagram[SIZE_LIMIT];
    int socket_ = reach(SOCK_DGRAM, host, port);
    uint64_t sequence = 0, errors = 0;
    double start = now(), elapsed;
    while ((elapsed = now() - start) < seconds) {
        uint64_t due = (uint64_t)(elapsed * rate);
        while (sequence < due && sequence < NUMBER_LIMIT) {
            memcpy(datagram, &sequence, sizeof sequence);
            errors += send(socket_, datagram, size, 0) < 0;
            sequence++;
        }
        usleep(500);
    }
    printf("sent=%lu errors=%lu\n", (unsigned long)sequence, (unsigned long)errors);
}

int main(int count, char **arguments)
{
    if (count == 4 && strcmp(arguments[1], "receive") == 0) {
        receive(arguments[2], number(arguments[3], 0.1, 3600));
    } else if (count == 7 && strcmp(arguments[1], "send") == 0) {
        double rate = number(arguments[4], 1, 1e6), seconds = number(arguments[5], 0.1, 3600);
        send_numbered(arguments[2], arguments[3], rate, seconds, (size_t)number(arguments[6], sizeof(uint64_t), SIZE_LIMIT));
    } else {
        fprintf(stderr, "usage: numbered receive PORT IDLE | numbered send HOST PORT RATE SECONDS SIZE\n");
        return 2;
    }
    return 0;
}

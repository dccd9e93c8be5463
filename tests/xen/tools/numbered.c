/*
 * Numbered UDP: shows what a path does to a stream of datagrams.
 *
 *   numbered receive PORT                           until nothing has come for a while after SIGTERM, which says that the sender
 *                                                   has ended; prints a line then, and at each SIGUSR1:
 *   numbered send HOST PORT RATE SECONDS SIZE       RATE datagrams a second, until SIGTERM at most; prints sent=N errors=N
 *
 *   received=5000 lost=0 reordered=0 furthest=0 duplicates=0 longest-gap=12.5ms
 *
 * All of it since the start. lost is counted up to the highest number seen: what is missing at the very end shows as received
 * below the sender's sent. furthest is how many datagrams the latest one came behind.
 */
#define _GNU_SOURCE
#include "tool.h"

static volatile sig_atomic_t line_wanted, end_wanted;

static void want_line(int signal_) { (void)signal_; line_wanted = 1; }
static void want_end(int signal_) { (void)signal_; end_wanted = 1; }

enum { NUMBER_LIMIT = 1 << 24, SIZE_LIMIT = 65507, RECEIVE_BUFFER = 64 << 20, STANDSTILL_SECONDS = 1 };

/*
 * After the sender's end the receiver looks this often, for so long, and finds nothing each time. Many looks instead of a long
 * one: a guest that was kept from running for a while must not take its own absence for the network's silence.
 */
enum { LOOK_MICROSECONDS = 100000, LAST_LOOKS = 15 };

struct statistics {
    uint64_t received, highest, reordered, furthest, duplicates;
    double longest_gap;
};

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

static void print_line(const struct statistics *statistics)
{
    uint64_t distinct = statistics->received - statistics->duplicates;
    uint64_t numbers = statistics->received == 0 ? 0 : statistics->highest + 1;
    printf("received=%lu lost=%lu reordered=%lu furthest=%lu duplicates=%lu longest-gap=%.1fms\n",
           (unsigned long)statistics->received, (unsigned long)(numbers - distinct), (unsigned long)statistics->reordered,
           (unsigned long)statistics->furthest, (unsigned long)statistics->duplicates, statistics->longest_gap * 1e3);
    fflush(stdout);
}

static void receive(const char *port)
{
    static char datagram[SIZE_LIMIT];
    struct statistics statistics = { 0 };
    struct timeval look = { 0, LOOK_MICROSECONDS };
    int socket_ = serve(SOCK_DGRAM, port);
    int buffer = RECEIVE_BUFFER, empty_looks = 0;
    double last = 0;
    setsockopt(socket_, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer);
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &look, sizeof look);
    on_signal(SIGUSR1, want_line);
    on_signal(SIGTERM, want_end);
    while (empty_looks < LAST_LOOKS) {
        uint64_t sequence;
        ssize_t got = recv(socket_, datagram, sizeof datagram, 0);
        if (got < 0 && errno != EINTR && errno != EAGAIN)
            fail("recv");
        if (got < 0 && errno == EAGAIN)
            empty_looks += end_wanted;
        if (line_wanted) {
            line_wanted = 0;
            print_line(&statistics);
        }
        if (got < (ssize_t)sizeof sequence)
            continue;
        double time = now();
        if (statistics.received > 0 && time - last > statistics.longest_gap)
            statistics.longest_gap = time - last;
        last = time;
        empty_looks = 0;
        memcpy(&sequence, datagram, sizeof sequence);
        count_datagram(&statistics, sequence);
    }
    errno = 0;
    if (statistics.received == 0)
        fail("nothing received");
    print_line(&statistics);
}

/*
 * Sleeps until the next one is due, or, at high rates, sends bursts as often as the clock allows: the average is what was asked
 * for. But what was not sent while the sender itself stood still (its guest was paused or saved) is not made up for: no queue
 * would take it at once.
 */
static void send_numbered(const char *host, const char *port, double rate, double seconds, size_t size)
{
    static char datagram[SIZE_LIMIT];
    int socket_ = reach(SOCK_DGRAM, host, port);
    uint64_t sequence = 0, errors = 0;
    double start = now(), end = start + seconds, time, before = start;
    on_signal(SIGTERM, want_end);
    while (!end_wanted && (time = now()) < end) {
        if (time - before > STANDSTILL_SECONDS)
            start += time - before;
        before = time;
        uint64_t due = (uint64_t)((time - start) * rate);
        while (sequence < due && sequence < NUMBER_LIMIT) {
            memcpy(datagram, &sequence, sizeof sequence);
            errors += send(socket_, datagram, size, 0) < 0;
            sequence++;
        }
        sleep_for(start + (double)(sequence + 1) / rate - time);
    }
    printf("sent=%lu errors=%lu\n", (unsigned long)sequence, (unsigned long)errors);
}

int main(int count, char **arguments)
{
    if (count == 3 && strcmp(arguments[1], "receive") == 0) {
        receive(arguments[2]);
    } else if (count == 7 && strcmp(arguments[1], "send") == 0) {
        double rate = number(arguments[4], 1, 1e6), seconds = number(arguments[5], 0.1, 3600);
        send_numbered(arguments[2], arguments[3], rate, seconds, (size_t)number(arguments[6], sizeof(uint64_t), SIZE_LIMIT));
    } else {
        fprintf(stderr, "usage: numbered receive PORT | numbered send HOST PORT RATE SECONDS SIZE\n");
        return 2;
    }
    return 0;
}

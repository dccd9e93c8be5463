/*
 * One TCP transfer whose content is checked, and whose pauses are measured where it is received.
 *
 *   stream receive PORT                          one connection; SIGUSR1 prints a line and starts counting pauses anew;
 *                                                ends with the sender, with a line for the whole
 *   stream send HOST PORT SECONDS RATE           RATE bytes a second at most; SIGTERM ends it properly; prints sent=N
 *
 *   received=1048576 corrupt=0 longest-pause=120.5ms idle=0.2ms
 *
 * longest-pause is the longest time without a byte since the last line, the present one included; idle is the present one.
 * The content is a function of the position, so that a byte which is lost, repeated or changed shows as corrupt.
 */
#define _GNU_SOURCE
#include "tool.h"

enum { WORD = sizeof(uint64_t), CHUNK = 1 << 16 };

static volatile sig_atomic_t line_wanted, end_wanted;

static void want_line(int signal_) { (void)signal_; line_wanted = 1; }
static void want_end(int signal_) { (void)signal_; end_wanted = 1; }

/* The 8 bytes at a position (SplitMix64's mixing function). */
static uint64_t content_at(uint64_t position)
{
    uint64_t mixed = position + 0x9e3779b97f4a7c15;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    return mixed ^ (mixed >> 31);
}

static void fill(uint64_t *words, uint64_t position)
{
    for (size_t i = 0; i < CHUNK / WORD; i++)
        words[i] = content_at(position + i * WORD);
}

struct transfer {
    uint64_t received, corrupt;
    double longest_pause, last;
};

static void print_line(struct transfer *transfer, double time)
{
    double idle = time - transfer->last;
    double longest = idle > transfer->longest_pause ? idle : transfer->longest_pause;
    printf("received=%lu corrupt=%lu longest-pause=%.1fms idle=%.1fms\n", (unsigned long)transfer->received,
           (unsigned long)transfer->corrupt, longest * 1e3, idle * 1e3);
    fflush(stdout);
    transfer->longest_pause = 0;
}

/* Compares what has arrived with what must stand there; a chunk of the transfer may arrive in any pieces. */
static void check_content(struct transfer *transfer, const uint8_t *data, size_t count)
{
    static uint64_t expected[CHUNK / WORD];
    while (count > 0) {
        size_t within = transfer->received % CHUNK;
        if (within == 0)
            fill(expected, transfer->received);
        size_t piece = count < CHUNK - within ? count : CHUNK - within;
        const uint8_t *correct = (const uint8_t *)expected + within;
        if (memcmp(data, correct, piece) != 0)
            for (size_t i = 0; i < piece; i++)
                transfer->corrupt += data[i] != correct[i];
        transfer->received += piece;
        data += piece;
        count -= piece;
    }
}

static void receive(const char *port)
{
    static uint8_t data[CHUNK];
    int connection = accept(serve(SOCK_STREAM, port), NULL, NULL);
    if (connection < 0)
        fail("accept");
    on_signal(SIGUSR1, want_line);
    struct transfer transfer = { .last = now() };
    double longest_of_all = 0;
    for (;;) {
        ssize_t got = read(connection, data, sizeof data);
        double time = now();
        if (got > 0 && time - transfer.last > transfer.longest_pause)
            transfer.longest_pause = time - transfer.last;
        if (transfer.longest_pause > longest_of_all)
            longest_of_all = transfer.longest_pause;
        if (got > 0) {
            transfer.last = time;
            check_content(&transfer, data, (size_t)got);
        }
        if (line_wanted) {
            line_wanted = 0;
            print_line(&transfer, time);
        }
        if (got == 0)
            break;
        if (got < 0 && errno != EINTR)
            fail("the connection broke after %lu bytes", (unsigned long)transfer.received);
    }
    transfer.longest_pause = longest_of_all;
    print_line(&transfer, transfer.last);
    exit(transfer.corrupt == 0 ? 0 : 1);
}

static void send_stream(const char *host, const char *port, double seconds, double rate)
{
    static uint64_t words[CHUNK / WORD];
    int connection = reach(SOCK_STREAM, host, port);
    on_signal(SIGTERM, want_end);
    uint64_t sent = 0;
    double start = now(), elapsed;
    while (!end_wanted && (elapsed = now() - start) < seconds) {
        if ((double)sent > elapsed * rate) {
            sleep_for((double)sent / rate - elapsed);
            continue;
        }
        fill(words, sent);
        if (!write_all(connection, words, CHUNK))
            fail("the connection broke after %lu bytes", (unsigned long)sent);
        sent += CHUNK;
    }
    printf("sent=%lu\n", (unsigned long)sent);
}

int main(int count, char **arguments)
{
    signal(SIGPIPE, SIG_IGN);
    if (count == 3 && strcmp(arguments[1], "receive") == 0) {
        receive(arguments[2]);
    } else if (count == 6 && strcmp(arguments[1], "send") == 0) {
        double seconds = number(arguments[4], 0.1, 3600);
        send_stream(arguments[2], arguments[3], seconds, number(arguments[5], 1, 1e12));
    } else {
        fprintf(stderr, "usage: stream receive PORT | stream send HOST PORT SECONDS RATE\n");
        return 2;
    }
    return 0;
}

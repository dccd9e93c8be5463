/*
 * Measures a libxenvchan between two guests: what programs get that are written for it, with no network between them.
 *
 *   vchan serve DOMAIN NODE                        offers a channel to a domain, at a node below this guest's own, and answers until it ends
 *   vchan measure DOMAIN PATH COUNT SECONDS SIZES STREAM-SIZES
 *                                                  round trips of each size in bytes, COUNT of each, and streams of SECONDS:
 *
 *   rtt size=1 n=200 p50=262 p90=280               microseconds
 *   stream size=65000 rate=1400                    Mbit/s, until the other side has confirmed the last byte
 *
 * SIZES are numbers in one argument each, with spaces between them. Both sides block (the library sleeps on its event channel).
 */
#define _GNU_SOURCE
#include "tool.h"
#include <libxenvchan.h>

enum { SIZE_LIMIT = 1 << 17, SAMPLE_LIMIT = 1 << 16, RING_BYTES = 1 << 18, BURST = 16, PATIENCE = 10 };

enum kind { ECHO = 1, SINK = 2, CONFIRM = 3 };

struct request {
    uint32_t kind;  /* an enum kind */
    uint32_t size;  /* of a message, in bytes */
    uint32_t count; /* messages that follow; CONFIRM: none, and one byte is the answer */
};

static char message[SIZE_LIMIT];

static int get(struct libxenvchan *channel, void *buffer, size_t count)
{
    char *next = buffer;
    while (count > 0) {
        int got = libxenvchan_read(channel, next, count);
        if (got <= 0)
            return 0;
        next += got;
        count -= (size_t)got;
    }
    return 1;
}

static int put(struct libxenvchan *channel, const void *buffer, size_t count)
{
    return libxenvchan_write(channel, buffer, count) == (int)count;
}

static int ask(struct libxenvchan *channel, enum kind kind, size_t size, size_t count)
{
    struct request request = { kind, (uint32_t)size, (uint32_t)count };
    return put(channel, &request, sizeof request);
}

static int answer(struct libxenvchan *channel, const struct request *request)
{
    if (request->size > sizeof message)
        return 0;
    if (request->kind == CONFIRM)
        return put(channel, message, 1);
    for (uint32_t i = 0; i < request->count; i++)
        if (!get(channel, message, request->size) || (request->kind == ECHO && !put(channel, message, request->size)))
            return 0;
    return 1;
}

static void offer(int domain, const char *node)
{
    struct request request;
    struct libxenvchan *channel = libxenvchan_server_init(NULL, domain, node, RING_BYTES, RING_BYTES);
    if (channel == NULL)
        fail("offer a channel to domain %d", domain);
    channel->blocking = 1;
    while (get(channel, &request, sizeof request) && answer(channel, &request))
        continue;
    libxenvchan_close(channel);
}

static void measure_round_trips(struct libxenvchan *channel, size_t size, size_t count)
{
    static float samples[SAMPLE_LIMIT];
    if (!ask(channel, ECHO, size, count))
        fail("the server is gone");
    for (size_t i = 0; i < count; i++) {
        double sent = now();
        if (!put(channel, message, size) || !get(channel, message, size))
            fail("the channel broke after %zu round trips", i);
        samples[i] = (float)((now() - sent) * 1e6);
    }
    qsort(samples, count, sizeof *samples, ascending);
    printf("rtt size=%zu n=%zu p50=%.0f p90=%.0f\n", size, count, samples[count / 2], samples[count * 9 / 10]);
}

static void measure_stream(struct libxenvchan *channel, size_t size, double seconds)
{
    double start = now(), bytes = 0;
    do {
        if (!ask(channel, SINK, size, BURST))
            fail("the server is gone");
        for (int i = 0; i < BURST; i++)
            if (!put(channel, message, size))
                fail("the channel broke after %.0f bytes", bytes);
        bytes += (double)size * BURST;
    } while (now() - start < seconds);
    if (!ask(channel, CONFIRM, 0, 0) || !get(channel, message, 1))
        fail("the channel broke at its end");
    printf("stream size=%zu rate=%.1f\n", size, bytes * 8 / 1e6 / (now() - start));
}

/* The next of the numbers in *list; 0 at its end. */
static size_t next_size(char **list)
{
    char *word;
    do
        word = strsep(list, " ");
    while (word != NULL && *word == '\0');
    return word == NULL ? 0 : (size_t)number(word, 1, SIZE_LIMIT);
}

static struct libxenvchan *reach_server_of(int domain, const char *path)
{
    double start = now();
    for (;;) {
        struct libxenvchan *channel = libxenvchan_client_init(NULL, domain, path);
        if (channel != NULL)
            return channel;
        if (now() - start > PATIENCE)
            fail("no channel of domain %d at %s", domain, path);
        sleep_for(0.1);
    }
}

int main(int count, char **arguments)
{
    if (count == 4 && strcmp(arguments[1], "serve") == 0) {
        offer((int)number(arguments[2], 0, 32751), arguments[3]);
        return 0;
    }
    if (count != 8 || strcmp(arguments[1], "measure") != 0) {
        fprintf(stderr, "usage: vchan serve DOMAIN NODE | vchan measure DOMAIN PATH COUNT SECONDS SIZES STREAM-SIZES\n");
        return 2;
    }
    struct libxenvchan *channel = reach_server_of((int)number(arguments[2], 0, 32751), arguments[3]);
    double exchanges = number(arguments[4], 1, SAMPLE_LIMIT), seconds = number(arguments[5], 0.1, 3600);
    channel->blocking = 1;
    for (size_t size; (size = next_size(&arguments[6])) != 0;)
        measure_round_trips(channel, size, (size_t)exchanges);
    for (size_t size; (size = next_size(&arguments[7])) != 0;)
        measure_stream(channel, size, seconds);
    libxenvchan_close(channel);
    return 0;
}

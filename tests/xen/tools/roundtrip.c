/*
 * Measures requests and responses of one size, one at a time.
 *
 *   roundtrip serve PORT                                    answers over TCP and UDP
 *   roundtrip timeline HOST PORT SIZE SECONDS               over one TCP connection; prints a line for each second:
 *
 *   second=3 exchanges=4021
 *
 *   roundtrip tcp|udp HOST PORT SIZE count|seconds NUMBER   prints one line, times in microseconds:
 *
 *   tcp size=1 n=1000 lost=0 rate=3800 min=240 p50=262 p90=280 p99=310 max=1200
 *
 * SIZE is in bytes, both ways. A UDP response that takes longer than a second counts as lost.
 */
#define _GNU_SOURCE
#include "tool.h"

enum { SIZE_LIMIT = 1 << 17, SAMPLE_LIMIT = 1 << 20 };

static char message[SIZE_LIMIT];

static void __attribute__((noreturn)) echo_datagrams(const char *port)
{
    int datagrams = serve(SOCK_DGRAM, port);
    for (;;) {
        struct sockaddr_in peer;
        socklen_t length = sizeof peer;
        ssize_t got = recvfrom(datagrams, message, sizeof message, 0, (struct sockaddr *)&peer, &length);
        if (got >= 0)
            sendto(datagrams, message, (size_t)got, 0, (struct sockaddr *)&peer, length);
    }
}

/* The client says the size first, so that a response is sent only when the request is complete. */
static void __attribute__((noreturn)) echo_connection(int connection)
{
    uint32_t size;
    int one = 1;
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (!read_all(connection, &size, sizeof size) || size > sizeof message)
        exit(1);
    while (read_all(connection, message, size) && write_all(connection, message, size))
        continue;
    exit(0);
}

static void __attribute__((noreturn)) serve_both(const char *port)
{
    int listener = serve(SOCK_STREAM, port);
    if (fork() == 0)
        echo_datagrams(port);
    signal(SIGCHLD, SIG_IGN); /* so that ended children need not be waited for */
    for (;;) {
        int connection = accept(listener, NULL, NULL);
        if (connection >= 0 && fork() == 0)
            echo_connection(connection);
        close(connection);
    }
}

/* One exchange; 0 if a datagram or its answer was lost. */
static int exchange_datagram(int socket_, size_t size, uint32_t sequence)
{
    uint32_t answered = sequence;
    if (size >= sizeof sequence)
        memcpy(message, &sequence, sizeof sequence);
    if (send(socket_, message, size, 0) != (ssize_t)size)
        return 0;
    do {
        if (recv(socket_, message, sizeof message, 0) != (ssize_t)size)
            return 0;
        if (size >= sizeof sequence)
            memcpy(&answered, message, sizeof answered);
    } while (answered != sequence); /* the late answer to one that was given up */
    return 1;
}

static void print_line(const char *protocol, size_t size, float *samples, size_t count, size_t lost, double seconds)
{
    if (count == 0)
        fail("%s size=%zu n=0 lost=%zu", protocol, size, lost);
    qsort(samples, count, sizeof *samples, ascending);
    printf("%s size=%zu n=%zu lost=%zu rate=%.0f min=%.0f p50=%.0f p90=%.0f p99=%.0f max=%.0f\n", protocol, size, count, lost,
           (double)count / seconds, samples[0], samples[count / 2], samples[count * 9 / 10], samples[count * 99 / 100],
           samples[count - 1]);
}

/* A TCP connection to a server of this program, which has been told the size. */
static int reach_server(const char *host, const char *port, size_t size)
{
    uint32_t announced = (uint32_t)size;
    int socket_ = reach(SOCK_STREAM, host, port);
    if (!write_all(socket_, &announced, sizeof announced))
        fail("the server is gone");
    return socket_;
}

static void measure(int udp, const char *host, const char *port, size_t size, double count, double seconds)
{
    static float samples[SAMPLE_LIMIT];
    size_t done = 0, lost = 0;
    int socket_ = udp ? reach(SOCK_DGRAM, host, port) : reach_server(host, port, size);
    struct timeval limit = { 1, 0 };
    if (udp)
        setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);

    double start = now(), end = start;
    while ((double)(done + lost) < count && done < SAMPLE_LIMIT && end - start < seconds) {
        double sent = now();
        if (udp ? exchange_datagram(socket_, size, (uint32_t)(done + lost))
                : write_all(socket_, message, size) && read_all(socket_, message, size)) {
            end = now();
            samples[done++] = (float)((end - sent) * 1e6);
        } else if (udp) {
            end = now();
            lost++;
        } else {
            fail("the connection broke after %zu round trips", done);
        }
    }
    errno = 0;
    print_line(udp ? "udp" : "tcp", size, samples, done, lost, end - start);
}

/* Seconds in which the server does not answer are said with the next answer, all at once. */
static void follow(const char *host, const char *port, size_t size, double seconds)
{
    int socket_ = reach_server(host, port, size);
    size_t exchanges = 0, second = 0;
    for (double start = now(); (double)second < seconds;) {
        if (!write_all(socket_, message, size) || !read_all(socket_, message, size))
            fail("the connection broke in second %zu", second);
        for (exchanges++; now() - start >= (double)second + 1; second++, exchanges = 0) {
            printf("second=%zu exchanges=%zu\n", second, exchanges);
            fflush(stdout);
        }
    }
}

int main(int count, char **arguments)
{
    signal(SIGPIPE, SIG_IGN);
    if (count == 3 && strcmp(arguments[1], "serve") == 0)
        serve_both(arguments[2]);
    if (count == 6 && strcmp(arguments[1], "timeline") == 0) {
        follow(arguments[2], arguments[3], (size_t)number(arguments[4], 1, SIZE_LIMIT), number(arguments[5], 1, 3600));
        return 0;
    }
    int udp = count == 7 && strcmp(arguments[1], "udp") == 0;
    int tcp = count == 7 && strcmp(arguments[1], "tcp") == 0;
    int counted = count == 7 && strcmp(arguments[5], "count") == 0;
    int timed = count == 7 && strcmp(arguments[5], "seconds") == 0;
    if (!(udp || tcp) || !(counted || timed)) {
        fprintf(stderr, "usage: roundtrip serve PORT | roundtrip timeline HOST PORT SIZE SECONDS | roundtrip tcp|udp HOST PORT SIZE count|seconds NUMBER\n");
        return 2;
    }
    double size = number(arguments[4], 1, udp ? 65507 : SIZE_LIMIT);
    double amount = number(arguments[6], 1, SAMPLE_LIMIT);
    measure(udp, arguments[2], arguments[3], (size_t)size, counted ? amount : SAMPLE_LIMIT, counted ? 3600 : amount);
    return 0;
}

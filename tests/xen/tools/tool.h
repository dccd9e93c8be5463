/* What the test programs share: time, arguments, whole reads and writes, IPv4 addresses. */
#ifndef TOOL_H
#define TOOL_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Says what is wrong, with errno's text if there is one, and ends the program. */
static inline void __attribute__((noreturn, format(printf, 1, 2))) fail(const char *format, ...)
{
    int error = errno;
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    if (error != 0)
        fprintf(stderr, ": %s", strerror(error));
    fputc('\n', stderr);
    exit(1);
}

/* Seconds. BOOTTIME, because MONOTONIC stands still while a guest is saved. */
static inline double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_BOOTTIME, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}

/* Sleeps for that many seconds, half a millisecond at least, or until a signal comes. */
static inline void sleep_for(double seconds)
{
    double least = seconds > 0.0005 ? seconds : 0.0005;
    struct timespec time = { (time_t)least, (long)((least - (double)(time_t)least) * 1e9) };
    nanosleep(&time, NULL);
}

/* Without SA_RESTART: a blocked read or write returns, so that what the signal asks for is seen at once. */
static inline void on_signal(int signal_, void (*handler)(int))
{
    struct sigaction action = { .sa_handler = handler };
    sigaction(signal_, &action, NULL);
}

/* A number on the command line, within limits. */
static inline double number(const char *text, double least, double most)
{
    char *end;
    double value = strtod(text, &end);
    errno = 0;
    if (end == text || *end != '\0' || value < least || value > most)
        fail("%s: expected a number from %g to %g", text, least, most);
    return value;
}

static inline struct sockaddr_in address(const char *host, const char *port)
{
    struct sockaddr_in result = { .sin_family = AF_INET, .sin_port = htons((uint16_t)number(port, 1, 65535)) };
    errno = 0;
    if (host != NULL && inet_pton(AF_INET, host, &result.sin_addr) != 1)
        fail("%s: not an IPv4 address", host);
    return result;
}

/* A socket bound to a port of all addresses; a TCP one listens. */
static inline int serve(int type, const char *port)
{
    struct sockaddr_in local = address(NULL, port);
    int one = 1;
    int socket_ = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    if (socket_ < 0)
        fail("socket");
    setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(socket_, (struct sockaddr *)&local, sizeof local) != 0)
        fail("bind to port %s", port);
    if (type == SOCK_STREAM && listen(socket_, 64) != 0)
        fail("listen on port %s", port);
    return socket_;
}

/* A socket connected to a peer; a TCP one sends each write at once. */
static inline int reach(int type, const char *host, const char *port)
{
    struct sockaddr_in peer = address(host, port);
    int one = 1;
    int socket_ = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    if (socket_ < 0)
        fail("socket");
    if (connect(socket_, (struct sockaddr *)&peer, sizeof peer) != 0)
        fail("connect to %s port %s", host, port);
    if (type == SOCK_STREAM)
        setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return socket_;
}

/* Reads exactly count bytes; 0 if the other side ended or failed before. */
static inline int read_all(int fd, void *buffer, size_t count)
{
    char *next = buffer;
    while (count > 0) {
        ssize_t got = read(fd, next, count);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return 0;
        next += got;
        count -= (size_t)got;
    }
    return 1;
}

/* Writes exactly count bytes; 0 if the other side is gone. */
static inline int write_all(int fd, const void *buffer, size_t count)
{
    const char *next = buffer;
    while (count > 0) {
        ssize_t put = write(fd, next, count);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return 0;
        next += put;
        count -= (size_t)put;
    }
    return 1;
}

/* For qsort: the least float first. */
static inline int ascending(const void *left, const void *right)
{
    float difference = *(const float *)left - *(const float *)right;
    return (difference > 0) - (difference < 0);
}

#endif

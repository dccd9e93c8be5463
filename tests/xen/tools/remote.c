/*
 * Runs commands in a guest, over the control network.
 *
 *   remote serve PORT                   in the guest
 *   remote run HOST PORT 'command'      in Dom0: standard input goes there, output and exit status come back
 *
 * Each command has a connection of its own, so that nothing has to survive a guest's save and restore. 255 is the status
 * when the guest cannot be reached or the connection is lost.
 *
 *   request   u32 length, command text; then everything is the command's standard input
 *   reply     frames of { u8 kind, u32 length, data }: OUTPUT (standard output and error), at last STATUS (u32)
 *
 * Both ends are the same machine: numbers are in host order.
 */
#define _GNU_SOURCE
#include "tool.h"

#include <poll.h>
#include <sys/wait.h>

enum { OUTPUT = 1, STATUS = 2 };
enum { COMMAND_LIMIT = 1 << 20, CHUNK = 1 << 16, CONNECT_SECONDS = 3, UNREACHABLE = 255 };

struct __attribute__((packed)) frame {
    uint8_t kind;
    uint32_t length;
};

static int write_frame(int connection, uint8_t kind, const void *data, uint32_t length)
{
    struct frame frame = { kind, length };
    return write_all(connection, &frame, sizeof frame) && write_all(connection, data, length);
}

/* Starts the command in a session of its own; its output comes out of *output. */
static pid_t start_command(const char *command, int input, int *output)
{
    int ends[2];
    if (pipe(ends) != 0)
        exit(1);
    pid_t child = fork();
    if (child == 0) {
        dup2(input, 0);
        dup2(ends[1], 1);
        dup2(ends[1], 2);
        close(input);
        close(ends[0]);
        close(ends[1]);
        signal(SIGPIPE, SIG_DFL);
        setsid();
        execl("/bin/sh", "sh", "-c", command, NULL);
        _exit(127);
    }
    close(ends[1]);
    *output = ends[0];
    return child;
}

/* Forwards output until the command itself has ended: what it left in the background may keep the pipe for ever. */
static int forward_output(int connection, pid_t child, int output)
{
    static char chunk[CHUNK];
    int status = 0, ended = 0;
    for (;;) {
        struct pollfd wait = { output, POLLIN, 0 };
        int ready = poll(&wait, 1, ended ? 0 : 20);
        if (ready > 0) {
            ssize_t got = read(output, chunk, sizeof chunk);
            if (got <= 0)
                break;
            if (!write_frame(connection, OUTPUT, chunk, (uint32_t)got)) {
                kill(-child, SIGTERM);
                exit(1);
            }
        } else if (ended) {
            return status;
        } else {
            ended = waitpid(child, &status, WNOHANG) == child;
        }
    }
    if (!ended)
        waitpid(child, &status, 0);
    return status;
}

static void __attribute__((noreturn)) serve_one(int connection)
{
    uint32_t length;
    if (!read_all(connection, &length, sizeof length) || length > COMMAND_LIMIT)
        exit(1);
    char *command = calloc(1, length + 1);
    if (command == NULL || !read_all(connection, command, length))
        exit(1);

    int output;
    pid_t child = start_command(command, connection, &output);
    int status = forward_output(connection, child, output);
    uint32_t code = WIFEXITED(status) ? (uint32_t)WEXITSTATUS(status) : 128 + (uint32_t)WTERMSIG(status);
    write_frame(connection, STATUS, &code, sizeof code);
    exit(0);
}

static int serve_forever(const char *port)
{
    int listener = serve(SOCK_STREAM, port);
    signal(SIGCHLD, SIG_IGN); /* so that ended children need not be waited for */
    for (;;) {
        int one = 1;
        int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (connection < 0)
            continue;
        if (fork() == 0) {
            signal(SIGCHLD, SIG_DFL);
            setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
            serve_one(connection);
        }
        close(connection);
    }
}

/* Connects within a few seconds or not at all: a guest that is starting or gone does not answer. */
static int connect_soon(const char *host, const char *port)
{
    struct sockaddr_in peer = address(host, port);
    struct timeval limit = { CONNECT_SECONDS, 0 };
    int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (connection < 0 || connect(connection, (struct sockaddr *)&peer, sizeof peer) != 0) {
        fprintf(stderr, "remote: %s does not answer: %s\n", host, strerror(errno));
        exit(UNREACHABLE);
    }
    limit.tv_sec = 0;
    setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    return connection;
}

static void __attribute__((noreturn)) connection_lost(void)
{
    fprintf(stderr, "remote: connection lost\n");
    exit(UNREACHABLE);
}

/* Copies one frame of output, or ends with the command's status. */
static void take_frame(int connection)
{
    static char chunk[CHUNK];
    struct frame frame;
    if (!read_all(connection, &frame, sizeof frame))
        connection_lost();
    if (frame.kind == STATUS) {
        uint32_t code;
        if (!read_all(connection, &code, sizeof code))
            connection_lost();
        exit((int)code);
    }
    if (frame.length > sizeof chunk || !read_all(connection, chunk, frame.length))
        connection_lost();
    write_all(STDOUT_FILENO, chunk, frame.length);
}

static void __attribute__((noreturn)) run(const char *host, const char *port, const char *command)
{
    static char chunk[CHUNK];
    uint32_t length = (uint32_t)strlen(command);
    int connection = connect_soon(host, port);
    if (!write_all(connection, &length, sizeof length) || !write_all(connection, command, length))
        connection_lost();

    int input_open = 1;
    for (;;) {
        struct pollfd wait[2] = { { connection, POLLIN, 0 }, { STDIN_FILENO, POLLIN, 0 } };
        poll(wait, input_open ? 2 : 1, -1);
        if (input_open && wait[1].revents != 0) {
            ssize_t got = read(STDIN_FILENO, chunk, sizeof chunk);
            if (got <= 0 || !write_all(connection, chunk, (size_t)got)) {
                shutdown(connection, SHUT_WR);
                input_open = 0;
            }
        }
        if (wait[0].revents != 0)
            take_frame(connection);
    }
}

int main(int count, char **arguments)
{
    signal(SIGPIPE, SIG_IGN);
    if (count == 3 && strcmp(arguments[1], "serve") == 0)
        return serve_forever(arguments[2]);
    if (count == 5 && strcmp(arguments[1], "run") == 0)
        run(arguments[2], arguments[3], arguments[4]);
    fprintf(stderr, "usage: remote serve PORT | remote run HOST PORT COMMAND\n");
    return 2;
}

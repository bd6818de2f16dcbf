/* Lines of JSON by way of a room of memory. A write for each would be every tenth system call of a
 * run. */
#include "conformance/case/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TRACE_FORMAT (JSON_COMPACT | JSON_PRESERVE_ORDER)

static int write_at(int fd, const char *bytes, size_t length, uint64_t at)
{
    while (length) {
        ssize_t done = pwrite(fd, bytes, length, (off_t)at);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return done < 0 ? -errno : -EIO;
        bytes += done;
        length -= (size_t)done;
        at += (uint64_t)done;
    }
    return 0;
}

/* In the order in which the other side may see them. */
static void set(uint64_t *counter, uint64_t value)
{
    __atomic_store_n(counter, value, __ATOMIC_RELEASE);
}

/* Of a process that is gone it may be anything. */
static size_t waiting(const struct trace_room *room)
{
    uint64_t count = room->said > room->written ? room->said - room->written : 0;

    return count < TRACE_ROOM ? (size_t)count : TRACE_ROOM;
}

static int empty(struct trace_room *room, int fd)
{
    int error = write_at(fd, room->lines, waiting(room), room->written);

    if (!error)
        set(&room->written, room->said);
    return error;
}

/* False: there is not room enough. */
static bool add(struct trace_room *room, const json_t *event)
{
    size_t from = waiting(room), left = TRACE_ROOM - from;
    size_t length = json_dumpb(event, room->lines + from, left, TRACE_FORMAT);

    if (!length || length >= left)
        return false;
    room->lines[from + length] = '\n';
    set(&room->said, room->said + length + 1);
    return true;
}

/* A line by itself, behind all others. */
static int write_line(struct trace *trace, const json_t *event)
{
    uint64_t *written = trace->room ? &trace->room->written : &trace->written;
    char *line = json_dumps(event, TRACE_FORMAT);
    size_t length = line ? strlen(line) : 0;
    int error = -ENOMEM;

    if (line) {
        line[length] = '\n'; /* in the place of its end */
        error = write_at(trace->fd, line, length + 1, *written);
    }
    free(line);
    if (!error)
        set(written, *written + length + 1);
    if (!error && trace->room)
        set(&trace->room->said, trace->room->written);
    return error;
}

static int say(struct trace *trace, const json_t *event)
{
    int error;

    if (trace->room && add(trace->room, event))
        return 0;
    error = trace->room ? empty(trace->room, trace->fd) : 0;
    if (error || (trace->room && add(trace->room, event)))
        return error;
    return write_line(trace, event);
}

static int open_file(const char *folder, int flags)
{
    char path[PATH_MAX + 32];
    int fd;

    snprintf(path, sizeof(path), "%s/" TRACE_FILE, folder);
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0666);
    return fd < 0 ? -errno : fd;
}

int trace_open(struct trace *trace, const char *folder, struct trace_room *room)
{
    int fd = open_file(folder, O_TRUNC);

    if (fd < 0)
        return fd;
    *trace = (struct trace){.room = room, .fd = fd};
    return 0;
}

void trace_say(struct trace *trace, const json_t *event)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

    pthread_mutex_lock(&lock);
    if (!trace->error)
        trace->error = say(trace, event);
    pthread_mutex_unlock(&lock);
}

int trace_close(struct trace *trace)
{
    int error = trace->error;

    if (!error && trace->room)
        error = empty(trace->room, trace->fd);
    if (close(trace->fd) < 0 && !error)
        error = -errno;
    return error;
}

int trace_save(struct trace_room *room, const char *folder)
{
    int fd, error;

    if (!waiting(room))
        return 0;
    fd = open_file(folder, 0);
    if (fd < 0)
        return fd;
    error = empty(room, fd);
    close(fd);
    return error;
}

/* The evidence trace: one event a line. A case's process may be taken down at any time, so its
 * lines stand in memory that the process beside it sees too, which writes those that are left. */
#ifndef CONFORMANCE_CASE_TRACE_H
#define CONFORMANCE_CASE_TRACE_H

#include <jansson.h>
#include <stdint.h>

#define TRACE_FILE "trace.jsonl"
#define TRACE_ROOM (64u * 1024u)

/* Shared by both. Lines go in whole, and out into the file at the place where they belong, so that
 * whoever is interrupted in between changes nothing if that is done again. */
struct trace_room {
    uint64_t said;    /* bytes of all lines so far */
    uint64_t written; /* of these, in the file */
    char lines[TRACE_ROOM];
};

struct trace {
    struct trace_room *room; /* NULL: each line goes out at once */
    uint64_t written;        /* where there is no room */
    int fd;
    int error; /* -errno of the first line that could not be written: nothing follows it */
};

/* Begins the folder's trace anew; `room`, zeroed, outlives it. 0 or -errno. */
int trace_open(struct trace *trace, const char *folder, struct trace_room *room);
/* By any thread. */
void trace_say(struct trace *trace, const json_t *event);
/* 0, or the -errno for which the trace is not whole. */
int trace_close(struct trace *trace);

/* What a process that is gone has said last. 0 or -errno. */
int trace_save(struct trace_room *room, const char *folder);

#endif

/* Inside the worker process: the running case, its checks and its fixtures. */
#ifndef CONFORMANCE_CASE_WORKER_H
#define CONFORMANCE_CASE_WORKER_H

#include <jansson.h>
#include <setjmp.h>
#include <stdio.h>

#include "conformance/case/conf.h"
#include "conformance/case/context.h"
#include "conformance/case/trace.h"
#include "conformance/results/results.h"

struct conf {
    const struct conf_case *conf_case;
    struct conf_context context;
    struct trace trace;
    unsigned events;
    const char *row; /* of the innermost ROW; NULL: none */
    json_t *rows;    /* row → {"pass": n, "fail": n} */
    json_t *checks;  /* every failed one, and the first of each row that held */
    json_t *sites;   /* row → {"file:line": the expression checked there} */
    json_t *excused; /* row → how many of its checks are rightly not made */
    json_t *notes;
    json_t *exercised; /* exercised.h */
    char called[256];  /* the last call into the provider; "": none */
    int32_t answered;
    struct value answer; /* the same as text */
    char before[352];    /* the call before it, and its answer; "": none */
    char compared[256];  /* since the last check: two texts that are not the same; "": none */
    enum cause cause;    /* how the body ended, once it is over */
    bool is_over;
    const char *step;   /* the row that demands the one under way; NULL: none is */
    const char *barred; /* the same of the one that was refused */
    char reason[512];
    jmp_buf end;
    /* Fixtures. */
    struct conf_undo {
        void (*undo)(void *fixture);
        void *fixture;
    } undo[16]; /* of conf_at_end() */
    size_t undo_count;
    struct tp *tp;
    struct mtpi *mtpi;
    bool session_open;
    uint8_t setup[8]; /* of the last request */
    struct {
        uint32_t id;
        uint16_t code;
    } operation; /* the last one, over the transport */
    uint32_t work_folder;
    char left_behind[32]; /* name of the folder that could not be removed */
    int control;
    void *provider;
};

/* One event of the trace: {"n":…, "what":…, …members}. Steals `members`. */
void conf_trace(struct conf *c, const char *what, json_t *members);
/* Ends the case because it is wrong itself. */
_Noreturn void conf_suite_wrong(struct conf *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Text from a device may be anything; the file has to stay JSON. */
json_t *conf_json_text(const char *text);
/* fixture.c. Each is gone or given up when it fails, so that a second call goes on behind it. */
void conf_fixtures_down(struct conf *c);

/* What every case's process would bind and ask the allocator for, once in the one they are forks
 * of. */
void conf_before_workers(void);
/* Runs the case: its body, its fixtures down, and verdict.json last of all. With `not_ready`, which
 * says what a subject lacks, the body does not run. The process's exit status: 0, or 3 when the
 * verdict could not be written. */
int conf_worker(const struct conf_case *conf_case, const struct conf_context *context,
                const char *not_ready);

#endif

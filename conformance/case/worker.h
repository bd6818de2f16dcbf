/* Inside the worker process: the running case, its checks and its fixtures. */
#ifndef CONFORMANCE_CASE_WORKER_H
#define CONFORMANCE_CASE_WORKER_H

#include <jansson.h>
#include <setjmp.h>
#include <stdio.h>

#include "conformance/case/conf.h"
#include "conformance/case/context.h"

struct conf {
    const struct conf_case *conf_case;
    struct conf_context context;
    struct conf_marker *marker;
    FILE *trace; /* evidence/trace.jsonl, one event a line */
    unsigned events;
    json_t *rows;   /* row → {"pass": n, "fail": n} */
    json_t *checks; /* every failed one, and the first of each row that held */
    json_t *notes;
    const char *ending; /* how the body ended: completed, ended, setup-failed, inconclusive */
    char reason[512];
    jmp_buf end;
    bool ending_by_jump; /* the body is running: conf_end() may jump */
    /* Fixtures. */
    struct tp *tp;
    struct mtpi *mtpi;
    bool session_open;
    uint32_t work_folder;
    char left_behind[32]; /* name of the folder that could not be removed */
    int control;
    void *provider;
};

/* One event of the trace: {"n":…, "what":…, …members}. Steals `members`. */
void conf_trace(struct conf *c, const char *what, json_t *members);
/* fixture.c */
void conf_fixtures_down(struct conf *c);

/* Runs the one case the environment's context names; the process's exit status. */
int conf_worker_main(void);

#endif

/* The one loop that waits: for the end of each case's process, for the nearest deadline, and for
 * the end of the run. One thread does it, so that a case's process can be a copy of this one. */
#include "conformance/run/pool.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "spcore/base.h"

/* The first `count` attempts run. The last pollfd is the stop's. */
struct loop {
    const struct pool *pool;
    struct attempt **running;
    struct pollfd *waiters;
    size_t count;
    bool is_dry; /* nothing is left to begin */
};

static int hand_over(const struct loop *loop, struct attempt *attempt)
{
    int error = attempt->unwritten;

    loop->pool->over(loop->pool->context, attempt);
    free(attempt);
    return error;
}

static int begin_one(struct loop *loop)
{
    struct attempt *attempt = calloc(1, sizeof(*attempt));
    int begun;

    if (!attempt)
        return -ENOMEM;
    begun = loop->pool->begin(loop->pool->context, attempt);
    if (begun > 0) {
        loop->running[loop->count++] = attempt;
        return 0;
    }
    if (begun == 0)
        return hand_over(loop, attempt);
    loop->is_dry = true;
    free(attempt);
    return 0;
}

static int end_one(struct loop *loop, size_t i, bool stopped)
{
    struct attempt *attempt = loop->running[i];

    loop->running[i] = loop->running[--loop->count];
    attempt_end(attempt, stopped);
    return hand_over(loop, attempt);
}

/* Until something is to be done. */
static void wait_for_any(struct loop *loop)
{
    int64_t nearest = INT64_MAX, left;

    for (size_t i = 0; i < loop->count; i++) {
        loop->waiters[i] = (struct pollfd){.fd = loop->running[i]->worker.pidfd, .events = POLLIN};
        if (loop->running[i]->deadline_ms < nearest)
            nearest = loop->running[i]->deadline_ms;
    }
    loop->waiters[loop->count] =
        (struct pollfd){.fd = loop->pool->stop_fd > 0 ? loop->pool->stop_fd : -1, .events = POLLIN};
    left = nearest - base_now_ms();
    if (poll(loop->waiters, loop->count + 1, left > 0 ? (int)left : 0) < 0) {
        for (size_t i = 0; i <= loop->count; i++) /* a signal: look again */
            loop->waiters[i].revents = 0;
    }
}

/* From the last to the first: the one that takes an ended one's place has been looked at. */
static int end_those_due(struct loop *loop)
{
    bool stopped = loop->waiters[loop->count].revents != 0;
    int64_t now = base_now_ms();
    int error = 0;

    for (size_t i = loop->count; i-- > 0 && !error;) {
        struct attempt *attempt = loop->running[i];
        bool late = now >= attempt->deadline_ms && !attempt_is_traced(attempt);

        if (loop->waiters[i].revents || stopped || late)
            error = end_one(loop, i, stopped);
    }
    return error;
}

int pool_run(const struct pool *pool)
{
    struct loop loop = {.pool = pool,
                        .running = calloc(pool->jobs, sizeof(struct attempt *)),
                        .waiters = calloc(pool->jobs + 1, sizeof(struct pollfd))};
    int error = loop.running && loop.waiters ? 0 : -ENOMEM;

    while (!error && (loop.count || !loop.is_dry)) {
        while (!error && loop.count < pool->jobs && !loop.is_dry)
            error = begin_one(&loop);
        if (!error && loop.count) {
            wait_for_any(&loop);
            error = end_those_due(&loop);
        }
    }
    while (loop.count)
        (void)end_one(&loop, loop.count - 1, true);
    free(loop.running);
    free(loop.waiters);
    return error;
}

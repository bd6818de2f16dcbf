/* epoll and a sorted list of timers: a simulator has few of either, and needs no thread. */
#include "simulator/wire/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "spcore/base.h"

#define BATCH 64

struct wire_loop {
    int epoll;
    bool stopped;
    struct wire_timer *timers; /* soonest first */
    struct epoll_event batch[BATCH];
    int batch_count, batch_next;
};

int wire_loop_new(struct wire_loop **ret_loop)
{
    struct wire_loop *loop = calloc(1, sizeof(*loop));

    if (!loop)
        return -ENOMEM;
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll < 0) {
        int error = -errno;

        free(loop);
        return error;
    }
    *ret_loop = loop;
    return 0;
}

void wire_loop_free(struct wire_loop *loop)
{
    if (!loop)
        return;
    close(loop->epoll);
    free(loop);
}

static int control(struct wire_loop *loop, int operation, struct wire_source *source,
                   uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = source};

    return epoll_ctl(loop->epoll, operation, source->fd, &event) < 0 ? -errno : 0;
}

int wire_loop_add(struct wire_loop *loop, struct wire_source *source, uint32_t events)
{
    return control(loop, EPOLL_CTL_ADD, source, events);
}

int wire_loop_change(struct wire_loop *loop, struct wire_source *source, uint32_t events)
{
    return control(loop, EPOLL_CTL_MOD, source, events);
}

void wire_loop_remove(struct wire_loop *loop, struct wire_source *source)
{
    control(loop, EPOLL_CTL_DEL, source, 0);
    for (int i = loop->batch_next; i < loop->batch_count; i++) { /* it may be freed right after */
        if (loop->batch[i].data.ptr == source)
            loop->batch[i].data.ptr = NULL;
    }
}

void wire_timer_clear(struct wire_loop *loop, struct wire_timer *timer)
{
    struct wire_timer **peer = &loop->timers;

    if (!timer->armed)
        return;
    while (*peer != timer)
        peer = &(*peer)->next;
    *peer = timer->next;
    timer->armed = false;
}

void wire_timer_set(struct wire_loop *loop, struct wire_timer *timer, int64_t delay_ms)
{
    struct wire_timer **peer = &loop->timers;

    wire_timer_clear(loop, timer);
    timer->due = base_now_ms() + delay_ms;
    while (*peer && (*peer)->due <= timer->due)
        peer = &(*peer)->next;
    timer->next = *peer;
    *peer = timer;
    timer->armed = true;
}

bool wire_loop_has_timers(const struct wire_loop *loop)
{
    return loop->timers != NULL;
}

/* Milliseconds until the first timer is due; -1: there is none. */
static int until_due(const struct wire_loop *loop)
{
    int64_t left;

    if (!loop->timers)
        return -1;
    left = loop->timers->due - base_now_ms();
    return left < 0 ? 0 : left > 60000 ? 60000 : (int)left;
}

/* Those that were due at that time. */
static void run_timers(struct wire_loop *loop, int64_t at)
{
    while (loop->timers && loop->timers->due <= at && !loop->stopped) {
        struct wire_timer *timer = loop->timers;

        wire_timer_clear(loop, timer);
        timer->expired(timer);
    }
}

static void run_sources(struct wire_loop *loop)
{
    for (loop->batch_next = 0; loop->batch_next < loop->batch_count;) {
        struct epoll_event *event = &loop->batch[loop->batch_next++];
        struct wire_source *source = event->data.ptr;

        if (source)
            source->ready(source, event->events);
    }
}

/* A timer runs only after a look at the sources that is later than its time: who was held up finds
 * a deadline that has passed, and also what had come before it. */
int wire_loop_run(struct wire_loop *loop)
{
    loop->stopped = false;
    while (!loop->stopped) {
        int64_t looked = loop->timers ? base_now_ms() : 0;

        loop->batch_count = epoll_wait(loop->epoll, loop->batch, BATCH, until_due(loop));
        if (loop->batch_count < 0 && errno != EINTR)
            return -errno;
        if (loop->batch_count == 0 && loop->timers)
            looked = base_now_ms(); /* nothing had come until now */
        run_sources(loop);
        run_timers(loop, looked);
    }
    return 0;
}

void wire_loop_stop(struct wire_loop *loop)
{
    loop->stopped = true;
}

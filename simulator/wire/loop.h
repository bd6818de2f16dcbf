/* The simulator's one event loop: file descriptors with callbacks and a few timers, one thread. */
#ifndef SIMULATOR_WIRE_LOOP_H
#define SIMULATOR_WIRE_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

struct wire_loop;

/* Embedded in whoever waits for a descriptor; `ready` gets EPOLL* bits and may remove or free it.
 */
struct wire_source {
    int fd;
    void (*ready)(struct wire_source *source, uint32_t events);
};

/* Embedded likewise; runs once at `due` (milliseconds of the monotonic clock) and is off then. */
struct wire_timer {
    struct wire_timer *next;
    int64_t due;
    bool armed;
    void (*expired)(struct wire_timer *timer);
};

/* -ENOMEM, or -errno of epoll. */
int wire_loop_new(struct wire_loop **ret_loop);
/* Sources and timers are their owners', who have taken them out or never use them again. NULL is
 * fine. */
void wire_loop_free(struct wire_loop *loop);

/* Sources. `events` are EPOLL* bits; EPOLLHUP and EPOLLERR come unasked. The source is borrowed
 * until it is removed and its descriptor stays open as long. -errno of epoll: nothing has changed.
 */
int wire_loop_add(struct wire_loop *loop, struct wire_source *source, uint32_t events);
int wire_loop_change(struct wire_loop *loop, struct wire_source *source, uint32_t events);
/* From anywhere, also from a callback: ready() is not called any more, and it may be freed. */
void wire_loop_remove(struct wire_loop *loop, struct wire_source *source);

/* Timers. Borrowed while armed; set anew it forgets what it was set to. `delay_ms` of 0 or less: as
 * soon as the sources were looked at. */
void wire_timer_set(struct wire_loop *loop, struct wire_timer *timer, int64_t delay_ms);
/* It need not be armed. */
void wire_timer_clear(struct wire_loop *loop, struct wire_timer *timer);
bool wire_loop_has_timers(const struct wire_loop *loop);

/* Runs callbacks, one at a time, until wire_loop_stop(); -errno when waiting itself fails. May be
 * run again. */
int wire_loop_run(struct wire_loop *loop);
/* From a callback: the loop ends when the sources that are ready have been served. */
void wire_loop_stop(struct wire_loop *loop);

#endif

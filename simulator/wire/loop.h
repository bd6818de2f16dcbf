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

int wire_loop_new(struct wire_loop **ret_loop);
void wire_loop_free(struct wire_loop *loop);
int wire_loop_add(struct wire_loop *loop, struct wire_source *source, uint32_t events);
int wire_loop_change(struct wire_loop *loop, struct wire_source *source, uint32_t events);
void wire_loop_remove(struct wire_loop *loop, struct wire_source *source);
void wire_timer_set(struct wire_loop *loop, struct wire_timer *timer, int64_t delay_ms);
void wire_timer_clear(struct wire_loop *loop, struct wire_timer *timer);
bool wire_loop_has_timers(const struct wire_loop *loop);
/* Until wire_loop_stop(); -errno when waiting itself fails. */
int wire_loop_run(struct wire_loop *loop);
void wire_loop_stop(struct wire_loop *loop);

#endif

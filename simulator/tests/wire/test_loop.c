/* The event loop: callbacks that remove each other, timers in order. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

#include "simulator/wire/loop.h"
#include "spcore/base.h"

struct seen {
    struct wire_source source;
    struct wire_timer timer;
    struct wire_loop *loop;
    struct seen *victim;
    int pipe[2], count, mark;
};

static int order;

static void ready(struct wire_source *source, uint32_t events)
{
    struct seen *seen = (struct seen *)source;
    char byte;

    (void)events;
    cr_assert_eq(read(source->fd, &byte, 1), 1);
    seen->count++;
    if (seen->victim) { /* as a peer that ends another */
        wire_loop_remove(seen->loop, &seen->victim->source);
        seen->victim->source.ready = NULL;
    }
    wire_loop_stop(seen->loop);
}

static void open_pair(struct seen *seen, struct wire_loop *loop)
{
    *seen = (struct seen){.loop = loop};
    cr_assert_eq(pipe(seen->pipe), 0);
    seen->source = (struct wire_source){seen->pipe[0], ready};
    cr_assert_eq(wire_loop_add(loop, &seen->source, EPOLLIN), 0);
    cr_assert_eq(write(seen->pipe[1], "x", 1), 1);
}

Test(loop, a_source_removed_in_the_same_batch_is_not_called)
{
    struct wire_loop *loop;
    struct seen first, second;

    cr_assert_eq(wire_loop_new(&loop), 0);
    open_pair(&first, loop);
    open_pair(&second, loop);
    first.victim = &second;
    second.victim = &first;
    cr_assert_eq(wire_loop_run(loop), 0);
    cr_expect_eq(first.count + second.count, 1);
    wire_loop_free(loop);
}

Test(loop, a_source_that_asks_for_nothing_is_left_alone)
{
    struct wire_loop *loop;
    struct seen quiet, loud;

    cr_assert_eq(wire_loop_new(&loop), 0);
    open_pair(&quiet, loop);
    cr_assert_eq(wire_loop_change(loop, &quiet.source, 0), 0);
    open_pair(&loud, loop);
    cr_assert_eq(wire_loop_run(loop), 0);
    cr_expect_eq(quiet.count, 0);
    cr_expect_eq(loud.count, 1);
    cr_assert_eq(wire_loop_change(loop, &quiet.source, EPOLLIN), 0);
    cr_assert_eq(wire_loop_run(loop), 0);
    cr_expect_eq(quiet.count, 1);
    wire_loop_free(loop);
}

static void expired(struct wire_timer *timer)
{
    struct seen *seen = container_of(timer, struct seen, timer);

    seen->count++;
    seen->mark = ++order;
    if (seen->victim)
        wire_timer_clear(seen->loop, &seen->victim->timer);
    else
        wire_loop_stop(seen->loop);
}

Test(loop, timers_run_once_and_in_the_order_they_are_due)
{
    struct wire_loop *loop;
    struct seen late = {0}, early = {0}, cleared = {0};

    cr_assert_eq(wire_loop_new(&loop), 0);
    late = (struct seen){.loop = loop, .timer.expired = expired};
    cleared = late;
    early = late;
    early.victim = &cleared;
    wire_timer_set(loop, &late.timer, 20);
    wire_timer_set(loop, &cleared.timer, 10);
    wire_timer_set(loop, &early.timer, 500);
    wire_timer_set(loop, &early.timer, 1); /* set anew */
    cr_assert_eq(wire_loop_run(loop), 0);
    cr_expect_eq(early.mark, 1);
    cr_expect_eq(late.mark, 2);
    cr_expect_eq(early.count, 1);
    cr_expect_eq(cleared.count, 0);
    wire_timer_clear(loop, &early.timer); /* one that is off: nothing happens */
    wire_loop_free(loop);
}

Test(loop, a_timer_may_be_set_again_from_its_own_call)
{
    struct wire_loop *loop;
    struct seen seen;

    cr_assert_eq(wire_loop_new(&loop), 0);
    seen = (struct seen){.loop = loop, .timer.expired = expired};
    wire_timer_set(loop, &seen.timer, 0);
    cr_assert_eq(wire_loop_run(loop), 0);
    wire_timer_set(loop, &seen.timer, 0);
    cr_assert_eq(wire_loop_run(loop), 0);
    cr_expect_eq(seen.count, 2);
    wire_loop_free(loop);
}

/* Held up between the two, the loop finds both: what had come in time counts. */
Test(loop, what_came_before_a_deadline_is_seen_before_it)
{
    struct wire_loop *loop;
    struct seen source, timer = {.timer.expired = expired};

    cr_assert_eq(wire_loop_new(&loop), 0);
    open_pair(&source, loop);
    timer.loop = loop;
    wire_timer_set(loop, &timer.timer, 0);
    cr_assert_eq(wire_loop_run(loop), 0);
    cr_expect_eq(source.count, 1);
    cr_expect_eq(timer.count, 0, "the source could have taken it back");
    cr_assert_eq(wire_loop_run(loop), 0);
    cr_expect_eq(timer.count, 1);
    wire_loop_free(loop);
}

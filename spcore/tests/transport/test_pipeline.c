/* The pipeline over transfers that end as the test says: what came behind the end of one call is
 * the beginning of the next. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "spcore/transport/tp_private.h"

enum { TRANSFERS = 64 };

/* The device's side: the n-th transfer that is submitted ends so. */
struct ending {
    size_t length; /* of the byte n, at most what was asked */
    int error;
    bool pending; /* ends only by being unlinked */
    bool late;    /* is said to be cancelled, with what it brought */
};

struct stack {
    struct tp tp;
    struct ending endings[TRANSFERS];
    unsigned submitted, in_slot[TP_DEPTH], most_under_way, under_way;
    size_t asked[TRANSFERS];
    bool unlinked[TP_DEPTH];
    unsigned room; /* transfers, then there is no device; 0: any number */
};

static int submit(void *self, unsigned slot, uint8_t endpoint, void *data, size_t length,
                  bool zero_packet)
{
    struct stack *stack = self;
    struct ending *ending = &stack->endings[stack->submitted];

    (void)endpoint;
    (void)zero_packet;
    cr_assert(stack->submitted < TRANSFERS);
    if (stack->room && stack->submitted == stack->room)
        return -ENODEV;
    stack->in_slot[slot] = stack->submitted;
    stack->asked[stack->submitted] = length;
    stack->unlinked[slot] = false;
    if (ending->length > length)
        ending->length = length;
    if (ending->length > 0)
        memset(data, 'a' + (int)stack->submitted, ending->length);
    stack->submitted++;
    if (++stack->under_way > stack->most_under_way)
        stack->most_under_way = stack->under_way;
    return 0;
}

static int await(void *self, unsigned slot, unsigned deadline_ms)
{
    struct stack *stack = self;

    (void)deadline_ms;
    return stack->endings[stack->in_slot[slot]].pending ? -ETIMEDOUT : 0;
}

static void unlink_slot(void *self, unsigned slot)
{
    ((struct stack *)self)->unlinked[slot] = true;
}

static void settle(void *self, unsigned slot)
{
    cr_assert(((struct stack *)self)->unlinked[slot]);
}

static int result(void *self, unsigned slot, size_t *ret_actual)
{
    struct stack *stack = self;
    const struct ending *ending = &stack->endings[stack->in_slot[slot]];

    stack->under_way--;
    *ret_actual = ending->pending ? 0 : ending->length;
    return ending->pending || ending->late ? -ECANCELED : ending->error;
}

static const struct tp_slots slots = {submit, await, unlink_slot, settle, result};

static void stack_init(struct stack *stack)
{
    static const struct tp_options options = {0};

    memset(stack, 0, sizeof(*stack));
    tp_init(&stack->tp, NULL, &options);
    for (size_t i = 0; i < TRANSFERS; i++)
        stack->endings[i].length = TP_UNIT;
}

static uint8_t buffer[TP_UNIT * 8];

static int64_t in(struct stack *stack, size_t length)
{
    return tp_pipeline_in(&stack->tp, &slots, stack, 0x81, buffer, length, 1000);
}

Test(pipeline, large_call_is_cut_into_transfers_under_way_together)
{
    struct stack stack;

    stack_init(&stack);
    cr_expect_eq(in(&stack, 4 * TP_UNIT + 100), (int64_t)(4 * TP_UNIT + 100));
    cr_expect_eq(stack.submitted, 5);
    cr_expect_eq(stack.most_under_way, 5);
    cr_expect_eq(stack.asked[4], 100);
    cr_expect_eq(buffer[TP_UNIT], 'b');
    tp_done(&stack.tp);
}

Test(pipeline, short_transfer_ends_the_call_and_later_bytes_are_kept)
{
    struct stack stack;

    stack_init(&stack);
    stack.endings[1].length = 7;
    stack.endings[2].length = 5;
    stack.endings[3].pending = true;
    cr_expect_eq(in(&stack, 4 * TP_UNIT), (int64_t)(TP_UNIT + 7));
    cr_expect_eq(stack.submitted, 4);
    /* The next call gets the third transfer, without one of its own. */
    cr_expect_eq(in(&stack, 512), 5);
    cr_expect_eq(stack.submitted, 4);
    cr_expect_eq(buffer[0], 'c');
    tp_done(&stack.tp);
}

/* As libusb tells it: the transfer ended while it was being unlinked, so it is called cancelled. */
Test(pipeline, late_end_stays_an_end)
{
    struct stack stack;

    stack_init(&stack);
    stack.tp.endpoints[1 | 0x10].packet = 512;
    stack.endings[0].length = 7;
    stack.endings[1].length = 12;
    stack.endings[1].late = true;
    stack.endings[2].length = 512 + 30;
    stack.endings[2].late = true;
    stack.endings[3].pending = true;
    cr_expect_eq(in(&stack, 4 * TP_UNIT), 7);
    cr_expect_eq(in(&stack, 4096), 12);
    cr_expect_eq(in(&stack, 4096), 512 + 30);
    cr_expect_eq(stack.submitted, 4);
    tp_done(&stack.tp);
}

Test(pipeline, kept_bytes_are_given_in_parts)
{
    struct stack stack;

    stack_init(&stack);
    stack.endings[0].length = 7;
    stack.endings[1].length = 5;
    cr_expect_eq(in(&stack, 2 * TP_UNIT), 7);
    cr_expect_eq(in(&stack, 2), 2);
    cr_expect_eq(in(&stack, 2), 2);
    cr_expect_eq(in(&stack, 2), 1);
    cr_expect_eq(stack.submitted, 2);
    tp_done(&stack.tp);
}

Test(pipeline, kept_end_mark_ends_the_next_call)
{
    struct stack stack;

    stack_init(&stack);
    stack.endings[0].length = 7;
    stack.endings[1].length = 0;
    cr_expect_eq(in(&stack, 2 * TP_UNIT), 7);
    cr_expect_eq(in(&stack, 512), 0);
    cr_expect_eq(stack.submitted, 2);
    tp_done(&stack.tp);
}

Test(pipeline, bytes_before_a_timeout_are_kept)
{
    struct stack stack;

    stack_init(&stack);
    stack.endings[1].pending = true;
    cr_expect_eq(in(&stack, 2 * TP_UNIT), -ETIMEDOUT);
    cr_expect_eq(in(&stack, TP_UNIT), (int64_t)TP_UNIT);
    cr_expect_eq(buffer[0], 'a');
    cr_expect_eq(stack.submitted, 2);
    tp_done(&stack.tp);
}

Test(pipeline, stall_is_the_result_and_takes_the_rest_back)
{
    struct stack stack;

    stack_init(&stack);
    stack.endings[0].error = -EPIPE;
    stack.endings[0].length = 0;
    for (size_t i = 1; i < 4; i++)
        stack.endings[i].pending = true;
    cr_expect_eq(in(&stack, 4 * TP_UNIT), -EPIPE);
    cr_expect_eq(stack.under_way, 0);
    tp_done(&stack.tp);
}

static int count_bytes(void *context, const void *data, size_t length)
{
    uint64_t *sum = context;

    (void)data;
    *sum += length;
    return *sum >= 3 * TP_UNIT ? 1 : 0;
}

Test(pipeline, sink_gets_the_stream_in_order_until_it_stops)
{
    static uint8_t ring[TP_DEPTH * TP_UNIT];
    uint64_t sum = 0;
    struct tp_sink sink = {count_bytes, &sum, false};
    struct stack stack;

    stack_init(&stack);
    cr_expect_eq(
        tp_pipeline_in_to(&stack.tp, &slots, &stack, 0x81, 40 * TP_UNIT, &sink, ring, 1000),
        -ECANCELED);
    cr_expect_eq(sum, 3 * TP_UNIT);
    cr_expect_eq(stack.under_way, 0);
    tp_done(&stack.tp);
}

Test(pipeline, out_call_of_nothing_sends_only_an_end)
{
    struct stack stack;

    stack_init(&stack);
    cr_expect_eq(tp_pipeline_out(&slots, &stack, 2, buffer, 0, false, 1000), 0);
    cr_expect_eq(stack.submitted, 0);
    cr_expect_eq(tp_pipeline_out(&slots, &stack, 2, buffer, 0, true, 1000), 0);
    cr_expect_eq(stack.submitted, 1);
    tp_done(&stack.tp);
}

static int count_all(void *context, const void *data, size_t length)
{
    (void)data;
    *(uint64_t *)context += length;
    return 0;
}

static int64_t in_to(struct stack *stack, uint64_t length, uint64_t *sum)
{
    static uint8_t ring[TP_DEPTH * TP_UNIT];
    struct tp_sink sink = {count_all, sum, true};

    return tp_pipeline_in_to(&stack->tp, &slots, stack, 0x81, length, &sink, ring, 1000);
}

Test(pipeline, what_answers_a_stream_is_under_way_with_it)
{
    struct stack stack;
    uint64_t sum = 0;

    stack_init(&stack);
    stack.endings[2].length = 100;
    stack.endings[3].length = 12;
    cr_expect_eq(in_to(&stack, 2 * TP_UNIT + 512, &sum), (int64_t)(2 * TP_UNIT + 100));
    cr_expect_eq(sum, 2 * TP_UNIT + 100);
    cr_expect_eq(stack.submitted, 4);
    cr_expect_eq(in(&stack, TP_UNIT), 12);
    cr_expect_eq(buffer[0], 'd');
    cr_expect_eq(stack.submitted, 4);
    tp_done(&stack.tp);
}

Test(pipeline, an_answer_behind_a_stream_that_does_not_come_is_the_result)
{
    struct stack stack;
    uint64_t sum = 0;

    stack_init(&stack);
    stack.endings[1].length = 100;
    stack.endings[2].pending = true;
    cr_expect_eq(in_to(&stack, TP_UNIT + 512, &sum), -ETIMEDOUT);
    cr_expect_eq(sum, TP_UNIT + 100, "the sink had it all the same");
    cr_expect_eq(stack.under_way, 0);
    tp_done(&stack.tp);
}

/* A device that ends its data before it announced to: what comes behind is the answer. */
Test(pipeline, the_answer_of_a_stream_that_ends_early_is_kept)
{
    struct stack stack;
    uint64_t sum = 0;

    stack_init(&stack);
    stack.endings[0].length = 7;
    stack.endings[1].length = 12;
    for (size_t i = 2; i < 4; i++)
        stack.endings[i].pending = true;
    cr_expect_eq(in_to(&stack, 2 * TP_UNIT + 512, &sum), 7);
    cr_expect_eq(in(&stack, TP_UNIT), 12);
    tp_done(&stack.tp);
}

/* No mark, no short packet: what comes behind is none of the stream's. */
Test(pipeline, an_answer_is_no_part_of_the_stream)
{
    struct stack stack;
    uint64_t sum = 0;

    stack_init(&stack);
    stack.endings[1].length = 12;
    cr_expect_eq(in_to(&stack, TP_UNIT, &sum), (int64_t)TP_UNIT);
    cr_expect_eq(sum, TP_UNIT);
    cr_expect_eq(in(&stack, TP_UNIT), 12);
    tp_done(&stack.tp);
}

/* ---- a question and its answers: transfer 0 is the question, 1 and 2 the answers */

static bool is_long(void *context, const void *answer, size_t length)
{
    (void)context;
    (void)answer;
    return length > 100;
}

static int question_of(struct stack *stack, unsigned parts, int ret_parts[TP_PARTS])
{
    static char text[] = "question", more[] = "more"; /* the stack writes into what goes out, too */
    struct tp_question question = {.out = 2,
                                   .in = 0x81,
                                   .parts = {{text, 8, true}, {more, 4, true}},
                                   .count = parts,
                                   .answers = 2,
                                   .due = is_long};

    stack->endings[0].length = 8;
    return tp_pipeline_ask(&stack->tp, &slots, stack, &question, 1000, ret_parts);
}

Test(pipeline, answers_that_are_due_are_there_for_the_next_calls)
{
    int parts[TP_PARTS] = {0};
    struct stack stack;

    stack_init(&stack);
    stack.endings[1].length = 500;
    stack.endings[2].length = 12;
    cr_expect_eq(question_of(&stack, 1, parts), 0);
    cr_expect_eq(parts[0], 0);
    cr_expect_eq(stack.most_under_way, 3);
    cr_expect_eq(in(&stack, TP_UNIT), 500);
    cr_expect_eq(buffer[0], 'b');
    cr_expect_eq(in(&stack, TP_UNIT), 12);
    cr_expect_eq(buffer[0], 'c');
    cr_expect_eq(stack.submitted, 3);
    tp_done(&stack.tp);
}

Test(pipeline, what_is_not_due_is_taken_back)
{
    int parts[TP_PARTS] = {0};
    struct stack stack;

    stack_init(&stack);
    stack.endings[1].length = 12;
    stack.endings[2].pending = true;
    cr_expect_eq(question_of(&stack, 1, parts), 0);
    cr_expect_eq(stack.under_way, 0);
    cr_expect_eq(in(&stack, TP_UNIT), 12);
    stack.endings[3].length = 9;
    cr_expect_eq(in(&stack, TP_UNIT), 9, "a transfer of its own");
    cr_expect_eq(stack.submitted, 4);
    tp_done(&stack.tp);
}

/* As libusb tells it. */
Test(pipeline, what_came_while_it_was_taken_back_is_kept)
{
    int parts[TP_PARTS] = {0};
    struct stack stack;

    stack_init(&stack);
    stack.tp.endpoints[1 | 0x10].packet = 512;
    stack.endings[1].length = 12;
    stack.endings[2].length = 30;
    stack.endings[2].late = true;
    cr_expect_eq(question_of(&stack, 1, parts), 0);
    cr_expect_eq(in(&stack, TP_UNIT), 12);
    cr_expect_eq(in(&stack, TP_UNIT), 30);
    cr_expect_eq(stack.submitted, 3);
    tp_done(&stack.tp);
}

Test(pipeline, a_question_that_is_refused_has_no_answer)
{
    int parts[TP_PARTS] = {0};
    struct stack stack;

    stack_init(&stack);
    stack.endings[0].error = -EPIPE;
    stack.endings[1].pending = stack.endings[2].pending = true;
    cr_expect_eq(question_of(&stack, 1, parts), 0);
    cr_expect_eq(parts[0], -EPIPE);
    cr_expect_eq(stack.under_way, 0);
    tp_done(&stack.tp);
}

Test(pipeline, a_part_that_is_refused_takes_the_next_back)
{
    int parts[TP_PARTS] = {0};
    struct stack stack;

    stack_init(&stack);
    stack.endings[0].error = -EPIPE;
    for (size_t i = 1; i < 4; i++)
        stack.endings[i].pending = true;
    (void)question_of(&stack, 2, parts);
    cr_expect_eq(parts[0], -EPIPE);
    cr_expect_eq(stack.submitted, 4);
    cr_expect_eq(stack.under_way, 0);
    tp_done(&stack.tp);
}

Test(pipeline, a_part_that_cannot_go_is_why_the_one_before_is_taken_back)
{
    int parts[TP_PARTS] = {0};
    struct stack stack;

    stack_init(&stack);
    stack.room = 1;
    stack.endings[0].pending = true;
    (void)question_of(&stack, 2, parts);
    cr_expect_eq(parts[0], -ENODEV);
    cr_expect_eq(parts[1], -ENODEV);
    cr_expect_eq(stack.under_way, 0);
    tp_done(&stack.tp);
}

Test(pipeline, a_part_that_was_cut_is_an_error)
{
    int parts[TP_PARTS] = {0};
    struct stack stack;

    stack_init(&stack);
    stack.endings[1].length = 3;
    stack.endings[2].pending = stack.endings[3].pending = true;
    (void)question_of(&stack, 2, parts);
    cr_expect_eq(parts[0], 0);
    cr_expect_eq(parts[1], -EIO);
    tp_done(&stack.tp);
}

Test(pipeline, an_answer_that_does_not_come_is_the_result)
{
    int parts[TP_PARTS] = {0};
    struct stack stack;

    stack_init(&stack);
    stack.endings[1].length = 500;
    stack.endings[2].pending = true;
    cr_expect_eq(question_of(&stack, 1, parts), -ETIMEDOUT);
    cr_expect_eq(parts[0], 0);
    cr_expect_eq(in(&stack, TP_UNIT), 500, "what came is not lost");
    tp_done(&stack.tp);
}

/* What was kept is older than any answer. */
Test(pipeline, kept_bytes_are_given_before_an_answer_is_asked_for)
{
    int parts[TP_PARTS] = {0};
    struct stack stack;

    stack_init(&stack);
    stack.endings[0].length = 7;
    stack.endings[1].length = 5;
    cr_expect_eq(in(&stack, 2 * TP_UNIT), 7);
    stack.endings[2].length = 8;
    cr_expect_eq(question_of(&stack, 1, parts), 0);
    cr_expect_eq(stack.submitted, 3);
    cr_expect_eq(in(&stack, TP_UNIT), 5);
    stack.endings[3].length = 20;
    cr_expect_eq(in(&stack, TP_UNIT), 20);
    tp_done(&stack.tp);
}

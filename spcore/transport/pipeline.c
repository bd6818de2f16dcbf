/* A call is cut into transfers of which several are in flight. What the device sent for transfers
 * behind a short packet belongs to the next call and is kept for it. */
#include <errno.h>
#include <stdlib.h>

#include "spcore/base.h"
#include "spcore/transport/tp_kept.h"

struct pipeline {
    struct tp *tp; /* NULL: OUT */
    const struct tp_slots *slots;
    void *self;
    uint8_t endpoint;
    uint8_t *base; /* the caller's buffer, or the ring */
    bool ring, zero_packet;
    const struct tp_sink *sink;
    uint64_t total, asked, done;
    unsigned head, count; /* slots in flight, the oldest first */
    void *data[TP_DEPTH];
    size_t length[TP_DEPTH];
    bool over; /* nothing more is to be asked for */
    bool answer_asked;
    unsigned answer; /* the slot of what comes behind the end */
    int error;
};

/* ---- the pipeline */

static void stop(struct pipeline *p, int error)
{
    p->over = true;
    if (!p->error)
        p->error = error;
}

static void ask(struct pipeline *p)
{
    while (!p->over && p->count < TP_DEPTH && (p->asked < p->total || p->total == 0)) {
        unsigned slot = (p->head + p->count) % TP_DEPTH;
        size_t length = p->total - p->asked < TP_UNIT ? (size_t)(p->total - p->asked) : TP_UNIT;
        bool last = p->asked + length == p->total;
        int error;

        p->data[slot] = p->ring ? p->base + slot * TP_UNIT : p->base + p->asked;
        p->length[slot] = length;
        error = p->slots->submit(p->self, slot, p->endpoint, p->data[slot], length,
                                 last && p->zero_packet);
        if (error) {
            stop(p, error);
            return;
        }
        p->count++;
        p->asked += length;
        p->over = last;
    }
}

/* Behind the last one. */
static void ask_answer(struct pipeline *p)
{
    unsigned slot = (p->head + p->count) % TP_DEPTH;

    if (!p->sink || !p->sink->answered || p->answer_asked || p->error || p->asked < p->total ||
        p->count == 0 || p->count == TP_DEPTH)
        return;
    p->data[slot] = p->base + slot * TP_UNIT;
    p->length[slot] = TP_ANSWER;
    if (p->slots->submit(p->self, slot, p->endpoint, p->data[slot], TP_ANSWER, false))
        return;
    p->answer = slot;
    p->answer_asked = true;
    p->count++;
}

/* It is all that is under way, and due. */
static void await_answer(struct pipeline *p, bool ended, unsigned deadline_ms)
{
    if (ended && !p->error && p->answer_asked && p->count == 1)
        stop(p, p->slots->wait(p->self, p->head, deadline_ms));
}

/* libusb calls a transfer cancelled even if it ended while it was being unlinked; bytes that fill
 * no packet say that it did, and where. */
static bool ended_all_the_same(const struct pipeline *p, int error, size_t actual)
{
    unsigned packet = p->tp ? tp_packet_size(p->tp, p->endpoint) : 0;

    return error == -ECANCELED && packet > 0 && actual % packet != 0;
}

/* Accounts for the oldest transfer, which is over. */
static void take(struct pipeline *p, bool *ended)
{
    unsigned slot = p->head;
    size_t actual = 0;
    int error = p->slots->result(p->self, slot, &actual);
    bool is_short;

    if (ended_all_the_same(p, error, actual))
        error = 0;
    is_short = error == 0 && actual < p->length[slot];
    p->head = (p->head + 1) % TP_DEPTH;
    p->count--;
    if (*ended || p->error || (p->answer_asked && slot == p->answer)) {
        /* Behind the end of this call: the next one's. */
        if (p->tp && (actual > 0 || is_short) &&
            tp_kept_put(p->tp, p->endpoint, p->data[slot], actual, is_short) != 0)
            stop(p, -ENOMEM);
        return;
    }
    p->done += actual;
    if (p->sink && actual > 0 && p->sink->put(p->sink->context, p->data[slot], actual) != 0)
        stop(p, -ECANCELED);
    if (is_short) {
        *ended = true;
        p->over = true;
    }
    if (error)
        stop(p, error);
}

/* Takes back what is in flight. Bytes that come all the same are accounted for in order, so a
 * transfer that ended while it was being unlinked is not lost. */
static void drain(struct pipeline *p, bool *ended)
{
    for (unsigned i = 0; i < p->count; i++)
        p->slots->unlink(p->self, (p->head + i) % TP_DEPTH);
    while (p->count > 0) {
        p->slots->settle(p->self, p->head);
        take(p, ended);
    }
}

static void run(struct pipeline *p, unsigned deadline_ms)
{
    int64_t deadline = base_now_ms() + deadline_ms;
    bool ended = false;

    for (;;) {
        int64_t left;
        int error;

        /* In bursts: refilling after every transfer would make both ends wake for each. */
        if (p->count <= TP_DEPTH / 2)
            ask(p);
        ask_answer(p);
        if (p->count == 0 || ended || p->error)
            break;
        left = deadline - base_now_ms();
        error = p->slots->wait(p->self, p->head, left < 0 ? 0 : (unsigned)left);
        if (error) {
            p->over = true;
            drain(p, &ended);
            /* Whatever ended in time counts; what taking back brought about has this cause. */
            if (p->error == -ECANCELED || p->error == -ENODEV)
                p->error = error;
            return;
        }
        take(p, &ended);
        if (p->sink)
            deadline = base_now_ms() + deadline_ms;
    }
    await_answer(p, ended, deadline_ms);
    drain(p, &ended);
}

int64_t tp_pipeline_out(const struct tp_slots *slots, void *self, uint8_t endpoint,
                        const void *data, size_t length, bool end, unsigned deadline_ms)
{
    struct pipeline p = {.slots = slots,
                         .self = self,
                         .endpoint = endpoint,
                         .base = (uint8_t *)(uintptr_t)data,
                         .zero_packet = end,
                         .total = length};

    if (length == 0 && !end)
        return 0;
    run(&p, deadline_ms);
    return p.error ? p.error : (int64_t)p.done;
}

/* -errno, with the bytes that came before it kept for the next call, or the count. */
static int64_t finish_in(struct pipeline *p)
{
    bool again = p->error == -ETIMEDOUT || p->error == -ECANCELED;

    if (!p->error)
        return (int64_t)p->done;
    if (again && !p->sink && p->done > 0 &&
        tp_kept_put_first(p->tp, p->endpoint, p->base, (size_t)p->done) != 0)
        p->error = -ENOMEM;
    return p->error;
}

int64_t tp_pipeline_in(struct tp *tp, const struct tp_slots *slots, void *self, uint8_t endpoint,
                       void *data, size_t length, unsigned deadline_ms)
{
    struct pipeline p = {.tp = tp, .slots = slots, .self = self, .endpoint = endpoint};
    size_t done = 0;

    while (tp_kept_any(tp, endpoint)) {
        size_t count;
        bool closes = tp_kept_take(tp, endpoint, (uint8_t *)data + done, length - done, &count);

        done += count;
        if (closes || done == length)
            return (int64_t)done;
    }
    p.base = data;
    p.done = p.asked = done;
    p.total = length;
    run(&p, deadline_ms);
    return finish_in(&p);
}

int64_t tp_pipeline_in_to(struct tp *tp, const struct tp_slots *slots, void *self, uint8_t endpoint,
                          uint64_t length, const struct tp_sink *sink, uint8_t *ring,
                          unsigned deadline_ms)
{
    struct pipeline p = {.tp = tp,
                         .slots = slots,
                         .self = self,
                         .endpoint = endpoint,
                         .base = ring,
                         .ring = true,
                         .sink = sink};
    uint64_t done = 0;

    while (tp_kept_any(tp, endpoint)) {
        size_t room = length - done < TP_UNIT ? (size_t)(length - done) : TP_UNIT, count;
        bool closes = tp_kept_take(tp, endpoint, ring, room, &count);

        done += count;
        if (count > 0 && sink->put(sink->context, ring, count) != 0)
            return -ECANCELED;
        if (closes || done == length)
            return (int64_t)done;
    }
    p.done = p.asked = done;
    p.total = length;
    run(&p, deadline_ms);
    return finish_in(&p);
}

/* ---- a question and its answers */

/* Waits for a transfer that is wanted and takes back any other. 0, or -errno of one that was wanted
 * and did not come, whatever it brought. */
static int end_transfer(const struct tp_slots *slots, void *self, unsigned slot, bool wanted,
                        unsigned deadline_ms, size_t *ret_actual)
{
    int waited = wanted ? slots->wait(self, slot, deadline_ms) : 0, result;

    if (waited || !wanted) {
        slots->unlink(self, slot);
        slots->settle(self, slot);
    }
    result = slots->result(self, slot, ret_actual);
    return waited && result == -ECANCELED ? waited : result;
}

/* What came of it is the next tp_bulk_in()'s. 0, or -errno. */
static int end_answer(struct tp *tp, const struct tp_slots *slots, void *self, unsigned slot,
                      uint8_t endpoint, struct tp_kept *answer, bool wanted, unsigned deadline_ms)
{
    unsigned packet = tp_packet_size(tp, endpoint);
    int error = end_transfer(slots, self, slot, wanted, deadline_ms, &answer->to);

    if (error == -ECANCELED && packet && answer->to % packet != 0)
        error = 0; /* it ended while it was taken back */
    answer->closes = !error && answer->to < TP_ANSWER;
    return error;
}

/* How many are under way then; -errno of one that is not in ret_parts. */
static unsigned submit_parts(const struct tp_slots *slots, void *self,
                             const struct tp_question *question, int ret_parts[TP_PARTS])
{
    for (unsigned i = 0; i < question->count; i++) {
        ret_parts[i] =
            slots->submit(self, i, question->out, (void *)(uintptr_t)question->parts[i].data,
                          question->parts[i].length, question->parts[i].end);
        if (ret_parts[i])
            return i;
    }
    return question->count;
}

static unsigned submit_answers(struct tp *tp, const struct tp_slots *slots, void *self,
                               const struct tp_question *question, struct tp_kept **answers)
{
    unsigned count = 0;

    /* What is kept comes first, and the caller asks for more behind it. */
    if (tp_kept_any(tp, question->in))
        return 0;
    for (; count < question->answers; count++) {
        answers[count] = tp_kept_spare(tp);
        if (!answers[count])
            break;
        if (slots->submit(self, TP_PARTS + count, question->in, answers[count]->data, TP_ANSWER,
                          false)) {
            tp_kept_put_answer(tp, question->in, answers[count]);
            break;
        }
    }
    return count;
}

/* All of it went out. */
static bool end_parts(const struct tp_slots *slots, void *self, const struct tp_question *question,
                      unsigned count, unsigned deadline_ms, int ret_parts[TP_PARTS])
{
    bool wanted = count == question->count;

    for (unsigned i = 0; i < count; i++) {
        size_t sent = 0;

        ret_parts[i] = end_transfer(slots, self, i, wanted, deadline_ms, &sent);
        if (ret_parts[i] == -ECANCELED && count < question->count)
            ret_parts[i] = ret_parts[count]; /* taken back because that one could not go */
        if (!ret_parts[i] && sent != question->parts[i].length)
            ret_parts[i] = -EIO;
        wanted = wanted && !ret_parts[i];
    }
    return wanted;
}

int tp_pipeline_ask(struct tp *tp, const struct tp_slots *slots, void *self,
                    const struct tp_question *question, unsigned deadline_ms,
                    int ret_parts[TP_PARTS])
{
    struct tp_kept *answers[TP_ANSWERS];
    unsigned parts = submit_parts(slots, self, question, ret_parts), count = 0;
    int error = 0;
    bool wanted;

    if (parts == question->count)
        count = submit_answers(tp, slots, self, question, answers);
    wanted = end_parts(slots, self, question, parts, deadline_ms, ret_parts);
    for (unsigned i = 0; i < count; i++) {
        int result = end_answer(tp, slots, self, TP_PARTS + i, question->in, answers[i], wanted,
                                deadline_ms);

        if (wanted) {
            error = result;
            wanted = !result && question->due(question->context, answers[i]->data, answers[i]->to);
        }
        tp_kept_put_answer(tp, question->in, answers[i]);
    }
    return error;
}

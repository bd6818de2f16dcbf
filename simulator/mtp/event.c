/* Events: what the host is told of changes it did not make. They wait here until the function takes
 * them. */
#include "simulator/mtp/mtpr_internal.h"
#include "spcore/base.h"

const uint16_t mtpr_implemented_events[] = {
    MTP_EC_OBJECT_ADDED,
    MTP_EC_OBJECT_REMOVED,
    MTP_EC_STORE_ADDED,
    MTP_EC_STORE_REMOVED,
    MTP_EC_DEVICE_PROP_CHANGED,
    MTP_EC_OBJECT_INFO_CHANGED,
    MTP_EC_STORAGE_INFO_CHANGED,
    MTP_EC_UNREPORTED_STATUS,
    MTP_EC_OBJECT_PROP_CHANGED,
    MTP_EC_OBJECT_REFERENCES_CHANGED,
    MTP_EC_DEVICE_INFO_CHANGED,
    MTP_EC_REQUEST_OBJECT_TRANSFER,
    MTP_EC_STORE_FULL,
    MTP_EC_DEVICE_RESET,
    MTP_EC_OBJECT_PROP_DESC_CHANGED,
};
const size_t mtpr_implemented_event_count = ARRAY_SIZE(mtpr_implemented_events);

static unsigned parameters(uint16_t code)
{
    if (code == MTP_EC_UNREPORTED_STATUS || code == MTP_EC_DEVICE_INFO_CHANGED ||
        code == MTP_EC_DEVICE_RESET)
        return 0;
    return code == MTP_EC_OBJECT_PROP_CHANGED || code == MTP_EC_OBJECT_PROP_DESC_CHANGED ? 2 : 1;
}

static void put(struct mtpr_queue *queue, const struct mtpr_event *event)
{
    queue->events[(queue->first + queue->count++) % MTPR_EVENTS] = *event;
}

/* Tied to no operation (Still Image 1.0, 7.3; PTP 12.3.2). */
static struct mtpr_event untied(uint16_t code, uint32_t parameter, uint32_t second)
{
    return (struct mtpr_event){code, 0xffffffffu, parameters(code), {parameter, second, 0}};
}

static void append(struct mtpr_queue *queue, const struct mtpr_event *event)
{
    struct mtpr_event lost = untied(MTP_EC_UNREPORTED_STATUS, 0, 0);

    /* The last place is kept for the word that something was lost. */
    if (queue->count + 1 < MTPR_EVENTS) {
        put(queue, event);
    } else if (!queue->lost) {
        put(queue, &lost);
        queue->lost = true;
    }
}

void mtpr_raise(struct mtpr_responder *r, uint16_t code, uint32_t parameter, uint32_t second)
{
    const struct mtpr_filter *filter = r->policy->filter;
    struct mtpr_event events[MTPR_EVENTS_OF_ONE] = {untied(code, parameter, second)};
    size_t count = 1;

    if ((!r->session.open && r->policy->events_in_session) ||
        !mtpr_listed(&r->config->events, code))
        return;
    if (filter && filter->event)
        count = filter->event(filter->self, r, events, count);
    for (size_t i = 0; i < count; i++)
        append(&r->queue, &events[i]);
    if (count && r->waker.wake)
        r->waker.wake(r->waker.self);
}

/* The host's own changes are no news to it (MTP-EVT-004). */
void mtpr_echo(struct mtpr_responder *r, uint16_t code, uint32_t parameter)
{
    if (!r->policy->own_changes_silent ||
        (code == MTP_EC_OBJECT_REMOVED && r->policy->deletions_announced))
        mtpr_raise(r, code, parameter, 0);
}

bool mtpr_event_peek(struct mtpr_responder *r, struct mtpr_event *ret_event)
{
    if (r->queue.count == 0)
        return false;
    *ret_event = r->queue.events[r->queue.first];
    return true;
}

void mtpr_event_pop(struct mtpr_responder *r)
{
    if (r->queue.count == 0)
        return;
    r->queue.first = (r->queue.first + 1) % MTPR_EVENTS;
    r->queue.count--;
    if (r->queue.count == 0)
        r->queue.lost = false;
}

size_t mtpr_event_count(const struct mtpr_responder *r)
{
    return r->queue.count;
}

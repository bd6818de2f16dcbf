#include "simulator/mtp/mtpr_internal.h"
#include "spcore/base.h"

enum { UNLISTED_EVENT = 0xc8ff }; /* a vendor's, that no player of ours lists */

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

bool mtpr_event_implemented(uint16_t code)
{
    for (size_t i = 0; i < mtpr_implemented_event_count; i++) {
        if (mtpr_implemented_events[i] == code)
            return true;
    }
    return false;
}

static unsigned parameters(uint16_t code)
{
    if (code == MTP_EC_UNREPORTED_STATUS || code == MTP_EC_DEVICE_INFO_CHANGED ||
        code == MTP_EC_DEVICE_RESET)
        return 0;
    return code == MTP_EC_OBJECT_PROP_CHANGED || code == MTP_EC_OBJECT_PROP_DESC_CHANGED ? 2 : 1;
}

static void append(struct mtpr_responder *r, uint16_t code, uint32_t parameter, uint32_t second)
{
    struct mtpr_event *event = &r->events[(r->event_first + r->event_count) % MTPR_EVENTS];

    /* Tied to no operation (Still Image 1.0, 7.3; PTP 12.3.2). */
    *event = (struct mtpr_event){code, 0xffffffffu, parameters(code), {parameter, second, 0}};
    if (mtpr_deviates(r, DEFECT_EVENT_WITHOUT_PROPERTY) && event->count > 1)
        event->count = 1;
    if (mtpr_deviates(r, DEFECT_EVENT_WITH_TRANSACTION))
        event->transaction = r->command.transaction;
    r->event_count++;
}

void mtpr_raise(struct mtpr_responder *r, uint16_t code, uint32_t parameter, uint32_t second)
{
    if (!r->open || !mtpr_listed(&r->config->events, code))
        return;
    if (mtpr_deviates(r, DEFECT_EVENTS_MISSING) && code != MTP_EC_OBJECT_ADDED)
        return;
    if (mtpr_deviates(r, DEFECT_EVENT_BEFORE_COMMIT) && code == MTP_EC_OBJECT_ADDED)
        r->unreadable = parameter;
    /* The last place is kept for the word that something was lost. */
    if (r->event_count + 1 < MTPR_EVENTS) {
        append(r, code, parameter, second);
        if (mtpr_deviates(r, DEFECT_EVENT_UNLISTED) && r->event_count + 1 < MTPR_EVENTS)
            append(r, UNLISTED_EVENT, parameter, 0);
    } else if (mtpr_deviates(r, DEFECT_EVENT_QUEUE_BLOCKS)) {
        if (r->event_count < MTPR_EVENTS)
            append(r, code, parameter, second);
    } else if (!r->events_lost) {
        append(r, MTP_EC_UNREPORTED_STATUS, 0, 0);
        r->events_lost = true;
    }
    if (r->host.wake)
        r->host.wake(r->host.self);
}

/* The host's own changes are no news to it (MTP-EVT-004), but for a defect and a quirk. */
void mtpr_echo(struct mtpr_responder *r, uint16_t code, uint32_t parameter)
{
    if (mtpr_deviates(r, DEFECT_EVENTS_ECHO) ||
        (code == MTP_EC_OBJECT_REMOVED && mtpr_deviates(r, QUIRK_DELETE_EVENT)))
        mtpr_raise(r, code, parameter, 0);
}

bool mtpr_event_peek(struct mtpr_responder *r, struct mtpr_event *ret_event)
{
    if (r->event_count == 0)
        return false;
    *ret_event = r->events[r->event_first];
    return true;
}

void mtpr_event_pop(struct mtpr_responder *r)
{
    if (r->event_count == 0)
        return;
    r->event_first = (r->event_first + 1) % MTPR_EVENTS;
    r->event_count--;
    if (r->event_count == 0)
        r->events_lost = false;
}

size_t mtpr_event_count(const struct mtpr_responder *r)
{
    return r->event_count;
}

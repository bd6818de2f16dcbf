/* The answer to GetObjectPropList, made while it is being sent: once through to measure it, once
 * more in windows. A million objects need one window of memory. */
#include <errno.h>
#include <string.h>

#include "simulator/mtp/mtpr_internal.h"
#include "simulator/mtp/mtpr_property.h"
#include "simulator/mtp/mtpr_quirks.h"

#define WINDOW ((size_t)64 << 10)

static bool asked_for(const struct mtpr_responder *r, const struct mtpr_object_property *property)
{
    if (r->list.property)
        return property->code == r->list.property;
    if (r->list.group)
        return mtpr_property_group(property) == r->list.group;
    return !property->slow && !mtpr_property_left_out(r, property->code);
}

static uint32_t write_object(struct mtpr_responder *r, const struct store_object *object,
                             struct wr *wr)
{
    const struct mtpr_object_property *property;
    size_t cursor = 0;
    uint32_t count = 0;

    while ((property = mtpr_property_at(r, object->format, &cursor)) != NULL) {
        if (!asked_for(r, property))
            continue;
        wr_u32(wr, object->handle);
        wr_u16(wr, property->code);
        wr_u16(wr, property->type);
        mtpr_property_write(r, object, property, wr);
        count++;
    }
    return count;
}

static void restart(struct mtpr_responder *r)
{
    r->list.scope.started = false;
    r->list.scope.cursor = 0;
    r->list.window_at = 0;
    wr_clear(&r->list.window);
    wr_u32(&r->list.window, r->list.count);
}

int mtpr_list_begin(struct mtpr_responder *r)
{
    const struct store_object *object;
    struct wr *window = &r->list.window;
    uint64_t length = 4;

    r->list.count = 0;
    restart(r);
    while ((object = mtpr_scope_next(r, &r->list.scope)) != NULL) {
        wr_clear(window);
        r->list.count += write_object(r, object, window);
        length += window->used;
        if (window->failed)
            return -ENOMEM;
    }
    restart(r);
    r->source.kind = MTPR_SOURCE_LIST;
    r->source.length = length;
    return 0;
}

/* Makes the window reach `end`; what lies before `start` goes. */
static int reach(struct mtpr_responder *r, uint64_t start, uint64_t end)
{
    struct wr *window = &r->list.window;

    if (start > r->list.window_at) {
        size_t gone = (size_t)(start - r->list.window_at);

        gone = gone < window->used ? gone : window->used;
        memmove(window->data, window->data + gone, window->used - gone);
        window->used -= gone;
        r->list.window_at += gone;
    }
    while (r->list.window_at + window->used < end) {
        const struct store_object *object = mtpr_scope_next(r, &r->list.scope);

        /* Less than measured: the store changed in between, which mtpr_settle() prevents. */
        if (!object)
            return -EIO;
        (void)write_object(r, object, window);
        if (window->failed)
            return -ENOMEM;
        /* After a step back: everything up to the asked position is passed over. */
        if (r->list.window_at + window->used <= start) {
            r->list.window_at += window->used;
            wr_clear(window);
        }
    }
    return 0;
}

int mtpr_list_read(struct mtpr_responder *r, uint64_t position, size_t room,
                   struct mtpr_piece *ret_piece)
{
    uint64_t left = r->source.length - position;
    size_t length = left < room ? (size_t)left : room;
    uint64_t end = position + length, have;

    if (position < r->list.window_at)
        restart(r);
    have = r->list.window_at + r->list.window.used;
    if (have < end) {
        /* At least a window at a time, so that small requests do not move memory for each. */
        uint64_t far = left < WINDOW ? r->source.length : position + WINDOW;
        int error = reach(r, position, end > far ? end : far);

        if (error)
            return error;
    }
    *ret_piece =
        (struct mtpr_piece){.memory = r->list.window.data + (size_t)(position - r->list.window_at),
                            .fd = -1,
                            .length = length};
    return 0;
}

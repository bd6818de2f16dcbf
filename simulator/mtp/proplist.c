/* The answer to GetObjectPropList, made while it is being sent: once through to measure it, once
 * more in windows. A million objects need one window of memory. */
#include <errno.h>

#include "mtp/internal.h"

#define WINDOW ((size_t)64 << 10)

static uint32_t write_object(struct mtpr_responder *r, const struct store_object *object,
                             struct wr *wr)
{
    const struct mtpr_object_property *property;
    size_t cursor = 0;
    uint32_t count = 0;

    while ((property = mtpr_property_at(r, object->format, &cursor)) != NULL) {
        if (r->list.property ? property->code != r->list.property : property->slow)
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
    r->list.window.long_empty = r->out.long_empty;
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
    r->source = MTPR_SOURCE_LIST;
    r->in_length = length;
    return 0;
}

static int next_window(struct mtpr_responder *r)
{
    const struct store_object *object;
    struct wr *window = &r->list.window;

    r->list.window_at += window->used;
    wr_clear(window);
    while (window->used < WINDOW) {
        object = mtpr_scope_next(r, &r->list.scope);
        if (!object)
            break;
        (void)write_object(r, object, window);
    }
    if (window->failed)
        return -ENOMEM;
    /* Less than measured: the store changed in between, which mtpr_settle() prevents. */
    return window->used ? 0 : -EIO;
}

int mtpr_list_read(struct mtpr_responder *r, uint64_t position, size_t room,
                   struct mtpr_piece *ret_piece)
{
    size_t inside, left;

    if (position < r->list.window_at)
        restart(r);
    while (position >= r->list.window_at + r->list.window.used && position < r->in_length) {
        int error = next_window(r);

        if (error)
            return error;
    }
    inside = (size_t)(position - r->list.window_at);
    left = r->list.window.used - inside;
    *ret_piece =
        (struct mtpr_piece){r->list.window.data + inside, -1, 0, left < room ? left : room};
    return 0;
}

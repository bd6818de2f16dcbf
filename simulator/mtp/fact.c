/* Properties of an object that the player itself knows better than the host. */
#include <errno.h>

#include "simulator/mtp/mtpr_internal.h"
#include "simulator/mtp/mtpr_property.h"

int mtpr_note_fact(struct mtpr_responder *r, struct store_object *object, uint16_t code,
                   const void *value, uint32_t length)
{
    const struct mtpr_object_property *property = mtpr_property_of(r, object->format, code);

    if (!property)
        return -ENOENT;
    if (mtpr_property_check(property, value, length) != MTP_RC_OK)
        return -ERANGE;
    return store_set_property(r->store, object, code, value, length);
}

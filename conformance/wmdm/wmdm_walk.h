/* All that a provider shows of a device, object by object, each beside what the judge's own
 * initiator has read of it before. */
#ifndef CONFORMANCE_WMDM_WMDM_WALK_H
#define CONFORMANCE_WMDM_WMDM_WALK_H

#include "conformance/raw/raw_snapshot.h"
#include "conformance/wmdm/wmdm.h"

struct wmdm_seen {
    IMDSPStorage *storage, *parent; /* borrowed; the parent of a medium's root: NULL */
    const struct snapshot_store *store;
    const struct snapshot_object *object; /* NULL: the root of the store */
};
typedef void wmdm_seen_visit(struct wmdm *w, const struct snapshot *snapshot,
                             const struct wmdm_seen *seen, void *context);

/* Visits every root and every object, parents first. What the provider shows and the device has
 * not, or the other way round, is a failure of SP-ENUM-028 and SP-ENUM-029, and a medium that it
 * has not one of SP-GLOB-005, where the case judges them. */
void wmdm_walk(struct wmdm *w, const struct snapshot *snapshot, wmdm_seen_visit *visit,
               void *context);
/* The device's date, as of its ObjectInfo, without a zone: is this the same, in whatever zone? */
bool wmdm_is_date(const uint16_t *text, const WMDMDATETIME *date);

#endif

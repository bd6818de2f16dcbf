/* What a provider offers of what the documents leave to it: asked once, before the cases, by
 * QueryInterface, capabilities and one call each. */
#ifndef CONFORMANCE_WMDM_WMDM_OFFER_H
#define CONFORMANCE_WMDM_WMDM_OFFER_H

#include <stdint.h>

#include "conformance/wmdm/wmdm_class.h"

enum wmdm_item {
    WMDM_PNP,
    WMDM_PREFERENCE,
    WMDM_REVOKED,
    WMDM_CHANNEL_CLASS,
    WMDM_SYNC,
    WMDM_SHELL,
    WMDM_REGISTRATION,
    WMDM_DEVICE3,
    WMDM_ICON,
    WMDM_OPAQUE,
    WMDM_SESSION,
    WMDM_CONTROL,
    WMDM_CONTROL_PLAY,
    WMDM_CONTROL_PAUSE,
    WMDM_CONTROL_SEEK,
    WMDM_DEVICE_SERIAL,
    WMDM_DEVICE_POWER,
    WMDM_DEVICE_PATH,
    WMDM_DEVICE_FIND,
    WMDM_DEVICE_IOCTL,
    WMDM_DEVICE_NAME,
    WMDM_DEVICE_PARTNER,
    WMDM_MEDIUM_SERIAL,
    WMDM_MEDIUM_FOLDERS,
    WMDM_MEDIUM_NESTED,
    WMDM_MEDIUM_FORMAT,
    WMDM_STORAGE3,
    WMDM_STORAGE4,
    WMDM_STORAGE_FIND,
    WMDM_STORAGE_ATTRIBUTES,
    WMDM_STORAGE_METADATA,
    WMDM_PLAYLISTS,
    WMDM_OBJECT2,
    WMDM_OBJECTINFO,
    WMDM_DIRECT,
    WMDM_RIGHTS,
    WMDM_OBJECT_READ,
    WMDM_OBJECT_SEEK,
    WMDM_OBJECT_RENAME,
    WMDM_OBJECT_MOVE,
    WMDM_ITEMS
};
/* As the catalogue calls them. */
extern const char *const wmdm_items[WMDM_ITEMS];

/* What could not be asked, since something else failed before it, is for the cases to judge. */
enum wmdm_answer { WMDM_NOT_ASKED, WMDM_OFFERED, WMDM_NOT_OFFERED };

/* In memory that outlives the process that asks. */
struct wmdm_offers {
    struct wmdm_class class;
    volatile uint8_t of[WMDM_ITEMS]; /* enum wmdm_answer */
};

/* Asks all of it, of the first device, medium and file there is, and finds the class, where none is
 * told. Changes nothing on the device: what cannot be asked without is not asked there. Ends as a
 * case does at the first step that is barred. */
void wmdm_observe(struct conf *c, struct wmdm_offers *ret);
/* False: the result says that the method is not offered, by either of the two names it has. */
bool wmdm_is_offered(int32_t hr);

#endif

/* The rules as the front keeps them unless told otherwise. */
#include "simulator/wire/usbip/usbip_policy.h"

const struct usbip_policy usbip_by_the_book = {
    .lengths_bounded = true,
    .unlinked_unanswered = true,
    .unplug_ends_connection = true,
};

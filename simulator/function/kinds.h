/* The registry of functions: from what a player file calls them to what an interface does. */
#ifndef SIMULATOR_FUNCTION_KINDS_H
#define SIMULATOR_FUNCTION_KINDS_H

#include "simulator/function/zero.h"
#include "simulator/usb/device.h"

struct mtpr_config;
struct store;

/* Of usb_interface_identity. */
enum function_kind {
    FUNCTION_NONE, /* an interface that is only looked at */
#define FUNCTION(name, word, make) FUNCTION_##name,
#include "simulator/function/kinds.def"
#undef FUNCTION
};

/* What a player lends its functions, and what outlives them. */
struct function_parts {
    const struct mtpr_config *config;
    struct store *store; /* NULL: function_is_used() says that no one needs it */
    const struct still_image_policy *still_image;
    const struct mtpr_policy *responder;
    enum zero_pattern pattern;
};

bool function_is_used(const struct usb_identity *identity, enum function_kind kind);

/* One function for each interface that names a kind in its setting 0, with all settings of that
 * number; at most USB_FUNCTIONS_MAX. On failure -ENOMEM or what the maker says, and none is left.
 * function_free_all() is their end; by then no device has them. */
int function_new_all(const struct usb_identity *identity, const struct function_parts *parts,
                     struct usb_function ret_functions[USB_FUNCTIONS_MAX], size_t *ret_count);
void function_free_all(const struct usb_function functions[], size_t count);

#endif

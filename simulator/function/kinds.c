/* Makes what the interfaces of a player do. The only place that knows all functions: the device
 * core below and the player above see the seam alone (usb/function.h). */
#include "simulator/function/kinds.h"

#include <errno.h>

#include "simulator/function/still_image/still_image.h"
#include "spcore/base.h"

/* The settings of one interface; the first is setting 0. */
struct settings {
    const struct usb_interface_identity *first;
    size_t count;
};

/* ---- makers: ops and self of *ret_function, or -errno */

static int make_still_image(const struct settings *settings, const struct function_parts *parts,
                            struct usb_function *ret_function)
{
    const struct still_image_options options = {.settings = settings->first,
                                                .setting_count = settings->count,
                                                .config = parts->config,
                                                .store = parts->store,
                                                .policy = parts->still_image,
                                                .responder = parts->responder};
    struct still_image *made;
    int error = still_image_new(&options, &made);

    if (!error)
        *ret_function = (struct usb_function){.ops = &still_image_ops, .self = made};
    return error;
}

static int make_zero(const struct settings *settings, const struct function_parts *parts,
                     bool source_sink, struct usb_function *ret_function)
{
    const struct zero_options options = {.settings = settings->first,
                                         .setting_count = settings->count,
                                         .source_sink = source_sink,
                                         .pattern = parts->pattern};

    *ret_function = (struct usb_function){.ops = &zero_ops, .self = zero_new(&options)};
    return ret_function->self ? 0 : -ENOMEM;
}

static int make_source_sink(const struct settings *settings, const struct function_parts *parts,
                            struct usb_function *ret_function)
{
    return make_zero(settings, parts, true, ret_function);
}

static int make_loopback(const struct settings *settings, const struct function_parts *parts,
                         struct usb_function *ret_function)
{
    return make_zero(settings, parts, false, ret_function);
}

static int (*const makers[])(const struct settings *settings, const struct function_parts *parts,
                             struct usb_function *ret_function) = {
#define FUNCTION(name, word, make) [FUNCTION_##name] = make,
#include "simulator/function/kinds.def"
#undef FUNCTION
};

/* ---- all of a device */

bool function_is_used(const struct usb_identity *identity, enum function_kind kind)
{
    for (size_t i = 0; i < identity->interface_count; i++) {
        if (identity->interfaces[i].function == kind)
            return true;
    }
    return false;
}

int function_new_all(const struct usb_identity *identity, const struct function_parts *parts,
                     struct usb_function ret_functions[USB_FUNCTIONS_MAX], size_t *ret_count)
{
    size_t count = 0;
    int error;

    for (size_t i = 0; i < identity->interface_count; i++) {
        const struct settings settings = {&identity->interfaces[i], usb_setting_count(identity, i)};

        if (settings.first->function == FUNCTION_NONE)
            continue;
        if (count < USB_FUNCTIONS_MAX)
            error = makers[settings.first->function](&settings, parts, &ret_functions[count]);
        else
            error = -E2BIG;
        if (error) {
            function_free_all(ret_functions, count);
            return error;
        }
        ret_functions[count].first_interface = settings.first->number;
        ret_functions[count++].interface_count = 1;
    }
    *ret_count = count;
    return 0;
}

void function_free_all(const struct usb_function functions[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        functions[i].ops->free(functions[i].self);
}

/* Defects of the still image function: what each does to a class request, a transfer or a container
 * that comes or leaves (defects_still_image.def says which is whose). */
#include "simulator/defect/filters_usb.h"
#include "simulator/defect/policies_internal.h"
#include "simulator/usb/usb_internal.h"
#include "spcore/base.h"

static bool is_class_request(const struct usb_setup *setup)
{
    return (setup->request_type & 0x7f) == 0x21;
}

/* ---- class requests */

static bool any_interface(void *self, struct usb_device *device, struct usb_setup *setup,
                          uint8_t *data, int *ret_length)
{
    (void)self, (void)data, (void)ret_length;
    if (is_class_request(setup))
        setup->index = device->functions[0].first_interface;
    return false;
}

#define INSIDE
#define DEFECT(token, label, how, ...) {.which = DEFECT_##token, how},
static const struct policy_row rows[] = {
#include "simulator/defect/defects_still_image.def"
};
const struct policy_table policies_still_image = {rows, ARRAY_SIZE(rows)};

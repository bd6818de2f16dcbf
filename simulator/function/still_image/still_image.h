/* The still image function (Still Image Capture Device 1.0): MTP containers on two bulk pipes,
 * events on an interrupt pipe, four class requests. The same bytes run on the class interface
 * 06/01/01 and on the vendor-specific one of a portable audio player. */
#ifndef SIMULATOR_FUNCTION_STILL_IMAGE_STILL_IMAGE_H
#define SIMULATOR_FUNCTION_STILL_IMAGE_STILL_IMAGE_H

#include "simulator/function/still_image/still_image_policy.h"
#include "simulator/mtp/responder.h"
#include "simulator/usb/function.h"
#include "simulator/usb/usb_identity.h"

struct still_image;

struct still_image_options {
    const struct usb_interface_identity *settings; /* of its interface */
    size_t setting_count;
    const struct mtpr_config *config;
    struct store *store;
    const struct still_image_policy *policy;
    const struct mtpr_policy *responder;
};

extern const struct usb_function_ops still_image_ops;

/* The endpoints of the first setting that has what the function needs: a bulk IN, a bulk OUT and
 * an interrupt IN endpoint. -ENOENT: none has. */
struct still_image_pipes {
    uint8_t in, out, event; /* addresses */
};
int still_image_find_pipes(const struct usb_interface_identity *settings, size_t setting_count,
                           struct still_image_pipes *ret_pipes);

/* -ENOENT: no pipes. Settings, config, store and policies stay the caller's and outlive it;
 * so does a device it is attached to (still_image_ops). */
int still_image_new(const struct still_image_options *options, struct still_image **ret_function);
struct mtpr_responder *still_image_responder(struct still_image *function);

bool still_image_busy(const struct still_image *function);
/* The device gives the running transfer up: both bulk endpoints halt. -ENOENT: none runs. */
int still_image_cancel(struct still_image *function);

#endif

/* How a defect or a quirk is done, for the files that make policies of them: one a layer, with a
 * table of its rows and, for each seam of the layer, a function that asks those that are on. */
#ifndef SIMULATOR_DEFECT_POLICIES_INTERNAL_H
#define SIMULATOR_DEFECT_POLICIES_INTERNAL_H

#include <stddef.h>

#include "simulator/defect/changes_usb.h"
#include "simulator/defect/policies.h"
#include "simulator/defect/tokens.h"

/* An operation answers another code than it should: `to` for `from`, after all it does; from 0: it
 * does nothing and answers `to`. */
struct mtp_recode {
    uint16_t operation, from, to;
};

/* Turns a flag of its layer's policy over, has a filter at a seam of it, or both. A quirk may have
 * several rows, each a flag. */
struct policy_row {
    unsigned which;
    bool turns;
    size_t flag; /* offsetof(struct policies, …) */
    struct usb_filter usb;
    struct still_image_filter still_image;
    struct usbip_filter usbip;
    struct mtpr_filter mtpr;
    struct mtp_recode recode;
    struct usb_change change;
};

struct policy_table {
    const struct policy_row *rows;
    size_t count;
};
extern const struct policy_table policies_usb, policies_chapter9, policies_descriptors,
    policies_msos, policies_still_image, policies_container, policies_usbip, policies_urb,
    policies_mtp, policies_mtp_session, policies_mtp_info, policies_mtp_object, policies_mtp_send,
    policies_mtp_storage, policies_mtp_property, policies_mtp_place, policies_mtp_kept;

/* Of the defect in policies->generated. */
extern const struct policy_row generated_mtp, generated_usb, generated_usbip;

/* What is by the book, and the functions that ask the rows. */
void policies_reset_usb(struct policies *policies);
void policies_reset_still_image(struct policies *policies);
void policies_reset_usbip(struct policies *policies);
void policies_reset_mtp(struct policies *policies);

#endif

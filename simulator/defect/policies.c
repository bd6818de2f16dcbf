/* From the set of what is switched on to the policies of a player's layers, anew at each switch. */
#include "simulator/defect/policies_internal.h"

#include "spcore/base.h"

static const struct policy_table *const tables[] = {
    &policies_usb,         &policies_chapter9,   &policies_descriptors,  &policies_msos,
    &policies_still_image, &policies_usbip,      &policies_mtp,          &policies_mtp_session,
    &policies_mtp_info,    &policies_mtp_object, &policies_mtp_property,
};

static void reset(struct policies *policies)
{
    policies->row_count = 0;
    policies_reset_usb(policies);
    policies_reset_still_image(policies);
    policies_reset_usbip(policies);
    policies_reset_mtp(policies);
}

/* The flag becomes the opposite of what it is by the book, whatever else has turned it. */
static void turn(struct policies *policies, const struct policies *by_the_book, size_t flag)
{
    *(bool *)((char *)policies + flag) = !*(const bool *)((const char *)by_the_book + flag);
}

static void fill(struct policies *policies)
{
    struct policies by_the_book;

    reset(policies);
    by_the_book = *policies;
    for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
        for (size_t k = 0; k < tables[i]->count; k++) {
            const struct policy_row *row = &tables[i]->rows[k];

            if (!deviates(&policies->on, row->which))
                continue;
            if (row->turns)
                turn(policies, &by_the_book, row->flag);
            if (!defect_texts[row->which].quirk)
                policies->rows[policies->row_count++] = row;
        }
    }
    policies->usb.filter = policies->row_count ? &policies->usb_filter : NULL;
    policies->still_image.filter = policies->row_count ? &policies->still_image_filter : NULL;
    policies->usbip.filter = policies->row_count ? &policies->usbip_filter : NULL;
    policies->mtpr.filter = policies->row_count ? &policies->mtpr_filter : NULL;
}

void policies_init(struct policies *policies, const struct defect_set *on)
{
    *policies = (struct policies){.on = *on};
    fill(policies);
}

void policies_switch(struct policies *policies, unsigned which, bool on)
{
    defect_switch(&policies->on, which, on);
    fill(policies);
}

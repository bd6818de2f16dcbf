/* From the set of what is switched on to the policies of a player's layers, anew at each switch. */
#include "simulator/defect/policies_internal.h"

#include <errno.h>
#include <string.h>

#include "simulator/defect/generated.h"
#include "spcore/base.h"

static const struct policy_table *const tables[] = {
    &policies_usb,         &policies_chapter9,    &policies_descriptors,  &policies_msos,
    &policies_still_image, &policies_container,   &policies_usbip,        &policies_urb,
    &policies_mtp,         &policies_mtp_session, &policies_mtp_info,     &policies_mtp_object,
    &policies_mtp_send,    &policies_mtp_storage, &policies_mtp_property, &policies_mtp_place,
    &policies_mtp_kept,
};

/* Of the one in policies->generated, wherever it is. */
static const struct policy_row *const generated_rows[] = {&generated_mtp, &generated_usb,
                                                          &generated_usbip};

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

/* Most players have none on. */
static bool is_empty(const struct defect_set *set)
{
    static const struct defect_set none;

    return memcmp(set, &none, sizeof(none)) == 0;
}

static void turn_all(struct policies *policies)
{
    struct policies by_the_book = *policies;

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
}

static void fill(struct policies *policies)
{
    reset(policies);
    if (!is_empty(&policies->on))
        turn_all(policies);
    for (size_t i = 0; policies->generated && i < ARRAY_SIZE(generated_rows); i++)
        policies->rows[policies->row_count++] = generated_rows[i];
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

bool policies_know(const char *name)
{
    return defect_find(name) >= 0 || generated_is(name);
}

int policies_deviate(struct policies *policies, const char *name, bool on)
{
    int which = defect_find(name);
    struct generated *generated = NULL;

    if (which >= 0) {
        policies_switch(policies, (unsigned)which, on);
        return 0;
    }
    if (!generated_is(name))
        return -ENOENT;
    if (on && (generated = generated_new(name)) == NULL)
        return -ENOMEM;
    generated_free(policies->generated);
    policies->generated = generated;
    fill(policies);
    return 0;
}

const char *policies_generated(const struct policies *policies)
{
    return policies->generated ? generated_name(policies->generated) : NULL;
}

void policies_done(struct policies *policies)
{
    generated_free(policies->generated);
    policies->generated = NULL;
}

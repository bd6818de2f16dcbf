/* GetDeviceInfo, OpenSession, CloseSession, ResetDevice and the ways a session gets lost. */
#include <string.h>

#include "simulator/mtp/mtpr_internal.h"

/* ---- GetDeviceInfo (MTP 1.1, 5.1.1) */

/* MTP-DEV-… says what is there; a player file may say more, and is refused what is not. */
static size_t all_operations(const struct mtpr_responder *r, uint16_t codes[256])
{
    const struct mtpr_operation *const *table, *operation;
    size_t count = 0;

    for (size_t i = 0; r->config->operations.codes && i < r->config->operations.count && i < 255;
         i++)
        codes[count++] = r->config->operations.codes[i];
    if (r->config->operations.codes)
        return count;
    for (table = mtpr_tables; *table; table++) {
        for (operation = *table; operation->code; operation++)
            codes[count++] = operation->code;
    }
    return count;
}

static void put_operations(struct mtpr_responder *r)
{
    uint16_t codes[256];
    size_t all = all_operations(r, codes), count = 0;

    for (size_t i = 0; i < all; i++) {
        if (codes[i] != MTP_OP_GET_OBJECT_PROP_DESC || !mtpr_deviates(r, DEFECT_NO_PROP_DESC))
            codes[count++] = codes[i];
    }
    if (mtpr_deviates(r, DEFECT_LISTS_DRIFT))
        codes[count++] = MTP_OP_SELF_TEST;
    wr_u16_array(&r->out, codes, count);
}

static void put_events(struct mtpr_responder *r)
{
    if (r->config->events.codes)
        wr_u16_array(&r->out, r->config->events.codes, r->config->events.count);
    else
        wr_u16_array(&r->out, mtpr_implemented_events, mtpr_implemented_event_count);
}

static void put_device_properties(struct mtpr_responder *r)
{
    wr_u32(&r->out, (uint32_t)r->config->property_count);
    for (size_t i = 0; i < r->config->property_count; i++)
        wr_u16(&r->out, r->config->properties[i].code);
}

static void put_formats(struct mtpr_responder *r)
{
    size_t count = mtpr_format_count(r);

    wr_u16_array(&r->out, r->config->capture_formats.codes, r->config->capture_formats.count);
    wr_u32(&r->out, (uint32_t)count);
    for (size_t i = 0; i < count; i++)
        wr_u16(&r->out, mtpr_format_at(r, i));
}

static uint16_t get_device_info(struct mtpr_responder *r)
{
    const struct mtpr_config *config = r->config;
    const char *extensions = config->extensions;

    if (mtpr_deviates(r, DEFECT_NO_MICROSOFT_EXTENSION))
        extensions = "papkit.org: 1.0;";
    wr_u16(&r->out, 100);
    wr_u32(&r->out, config->extension_id);
    wr_u16(&r->out, 100);
    wr_string(&r->out, extensions);
    wr_u16(&r->out, config->functional_mode);
    if (mtpr_deviates(r, DEFECT_DEVICE_INFO_SWAPPED)) {
        put_events(r);
        put_operations(r);
    } else {
        put_operations(r);
        put_events(r);
    }
    put_device_properties(r);
    put_formats(r);
    wr_string(&r->out, config->manufacturer);
    wr_string(&r->out, config->model);
    wr_string(&r->out, config->version);
    wr_string(&r->out, config->serial);
    mtpr_out_memory(r);
    return MTP_RC_OK;
}

/* ---- sessions */

static void lose_session(struct mtpr_responder *r)
{
    if (!mtpr_deviates(r, DEFECT_CLOSE_KEEPS_INFO))
        mtpr_pending_drop(r, &r->pending);
    mtpr_edits_drop(r);
    r->open = false;
    r->session = 0;
    r->last_id_known = false;
    r->event_count = 0;
    r->events_lost = false;
    r->unreadable = 0;
    if (mtpr_deviates(r, DEFECT_FRIENDLY_NAME_FORGOTTEN))
        mtpr_device_properties_forget(r);
}

static uint16_t open_session(struct mtpr_responder *r)
{
    uint32_t id = r->command.params[0];

    if (id == 0 && !mtpr_deviates(r, DEFECT_SESSION_ZERO_OPENS))
        return MTP_RC_INVALID_PARAMETER;
    if (r->open) {
        if (!mtpr_deviates(r, DEFECT_SESSION_REOPENS)) {
            /* The host that opened it died: libmtp goes on in the session, from id 1. */
            r->last_id_known = false;
            r->reply.params[0] = r->session;
            r->reply.count = 1;
            return MTP_RC_SESSION_ALREADY_OPEN;
        }
        lose_session(r);
    }
    r->open = true;
    r->session = id;
    /* OpenSession has id 0 itself; a host that counts from 1 on starts at any id here. */
    r->last_id = 0;
    r->last_id_known = false;
    return MTP_RC_OK;
}

static uint16_t close_session(struct mtpr_responder *r)
{
    r->spent = true;
    lose_session(r);
    return MTP_RC_OK;
}

/* The device goes back to its power-on state; objects and settings stay (MTP 1.1, D.2.16). */
static uint16_t reset_device(struct mtpr_responder *r)
{
    if (!mtpr_deviates(r, DEFECT_RESET_DEVICE_KEEPS_SESSION))
        lose_session(r);
    return MTP_RC_OK;
}

bool mtpr_session_open(const struct mtpr_responder *r)
{
    return r->open;
}

bool mtpr_crashed(struct mtpr_responder *r)
{
    bool crashed = r->crashed;

    r->crashed = false;
    return crashed;
}

void mtpr_lock(struct mtpr_responder *r, bool locked)
{
    r->unlocked = !locked;
}

bool mtpr_locked(const struct mtpr_responder *r)
{
    return !r->unlocked && mtpr_deviates(r, QUIRK_LOCKED);
}

void mtpr_reset(struct mtpr_responder *r, enum mtpr_loss why)
{
    if (why == MTPR_LOSS_BUS && mtpr_deviates(r, DEFECT_TORN_OBJECT_LISTED))
        mtpr_send_torn(r);
    mtpr_cancel(r);
    if (why == MTPR_LOSS_POWER)
        r->spent = false;
    else if (mtpr_deviates(r, QUIRK_SESSION_STAYS))
        return;
    if (why == MTPR_LOSS_CLASS_RESET && mtpr_deviates(r, DEFECT_RESET_KEEPS_SESSION))
        return;
    lose_session(r);
    mtpr_pending_drop(r, &r->pending);
    if (why == MTPR_LOSS_BUS && mtpr_deviates(r, DEFECT_METADATA_FORGOTTEN))
        mtpr_metadata_forget(r);
}

const struct mtpr_operation mtpr_session_operations[] = {
    {.code = MTP_OP_GET_DEVICE_INFO,
     .phase = MTPR_DATA_IN,
     .flags = MTPR_ANY_TIME | MTPR_ANY_ID,
     .run = get_device_info},
    {.code = MTP_OP_OPEN_SESSION,
     .params = 1,
     .flags = MTPR_ANY_TIME | MTPR_ANY_ID,
     .run = open_session},
    /* android-file-transfer closes with id 0; refused, the session would outlive its host. */
    {.code = MTP_OP_CLOSE_SESSION, .flags = MTPR_ANY_ID, .run = close_session},
    {.code = MTP_OP_RESET_DEVICE, .run = reset_device},
    {.code = 0},
};

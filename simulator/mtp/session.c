/* GetDeviceInfo, OpenSession, CloseSession, ResetDevice and the ways a session gets lost. */
#include "simulator/mtp/mtpr_internal.h"
#include "simulator/mtp/mtpr_property.h"

/* ---- GetDeviceInfo (MTP 1.1, 5.1.1) */

/* MTP-DEV-… says what is there; a player file may say more, and is refused what is not. */
static size_t all_operations(const struct mtpr_responder *r, uint16_t codes[256])
{
    size_t count = 0;

    for (size_t i = 0; r->config->operations.codes && i < r->config->operations.count && i < 255;
         i++)
        codes[count++] = r->config->operations.codes[i];
    if (r->config->operations.codes)
        return count;
    for (const struct mtpr_operation *const *table = mtpr_tables; *table; table++) {
        for (const struct mtpr_operation *operation = *table; operation->code; operation++)
            codes[count++] = operation->code;
    }
    return count;
}

static void put_operations(struct mtpr_responder *r)
{
    uint16_t codes[256];

    wr_u16_array(&r->out, codes, all_operations(r, codes));
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

    wr_u16(&r->out, 100);
    wr_u32(&r->out, config->extension_id);
    wr_u16(&r->out, 100);
    wr_string(&r->out, config->extensions);
    wr_u16(&r->out, config->functional_mode);
    put_operations(r);
    put_events(r);
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
    mtpr_edits_drop(r);
    r->session = (struct mtpr_session){.spent = r->session.spent};
    r->queue.count = 0;
    r->queue.lost = false;
}

static uint16_t open_session(struct mtpr_responder *r)
{
    uint32_t id = r->command.params[0];

    if (id == 0 && r->policy->zero_session_refused)
        return MTP_RC_INVALID_PARAMETER;
    if (r->session.open) {
        /* The host that opened it died: libmtp goes on in the session, from id 1. */
        r->session.last_id_known = false;
        r->reply.params[0] = r->session.id;
        r->reply.count = 1;
        return MTP_RC_SESSION_ALREADY_OPEN;
    }
    /* OpenSession has id 0 itself; a host that counts from 1 on starts at any id here. */
    r->session = (struct mtpr_session){.open = true, .spent = r->session.spent, .id = id};
    return MTP_RC_OK;
}

static uint16_t close_session(struct mtpr_responder *r)
{
    r->session.spent = true;
    if (r->policy->close_drops_info)
        mtpr_pending_drop(r, &r->pending);
    lose_session(r);
    return MTP_RC_OK;
}

/* The device goes back to its power-on state; objects and settings stay (MTP 1.1, D.2.16). */
static uint16_t reset_device(struct mtpr_responder *r)
{
    mtpr_pending_drop(r, &r->pending);
    lose_session(r);
    return MTP_RC_OK;
}

bool mtpr_session_open(const struct mtpr_responder *r)
{
    return r->session.open;
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
    return !r->unlocked && r->policy->locked;
}

void mtpr_reset(struct mtpr_responder *r, enum mtpr_loss why)
{
    const struct mtpr_filter *filter = r->policy->filter;

    if (filter && filter->loss)
        filter->loss(filter->self, r, why);
    mtpr_cancel(r);
    if (why == MTPR_LOSS_POWER)
        r->session.spent = false;
    else if (r->policy->session_stays)
        return;
    if (why == MTPR_LOSS_CLASS_RESET && !r->policy->class_reset_ends_session)
        return;
    mtpr_pending_drop(r, &r->pending);
    lose_session(r);
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

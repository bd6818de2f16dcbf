/* SendObjectInfo, SendObjectPropList and SendObject (MTP 1.1, D.2.12, D.2.13, E.2.8). An object
 * comes into being when all its content is there, not before. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/mtp/mtpr_internal.h"
#include "simulator/mtp/mtpr_property.h"
#include "simulator/mtp/mtpr_quirks.h"

void mtpr_pending_drop(struct mtpr_responder *r, struct mtpr_pending *pending)
{
    if (pending->valid && pending->reserved)
        arena_trim(store_arena(r->store), pending->draft.offset, pending->reserved, 0);
    free(pending->bag);
    *pending = (struct mtpr_pending){0};
}

/* ---- where it is to go */

static uint16_t target_parent(struct mtpr_responder *r, uint32_t parent, bool any_volume)
{
    const struct store_object *above = store_find(r->store, parent);

    if (any_volume)
        return MTP_RC_SPECIFICATION_OF_DESTINATION_UNSUPPORTED;
    if (!above || above->format != MTP_FC_ASSOCIATION)
        return MTP_RC_INVALID_PARENT_OBJECT;
    return above->volume == r->target.volume ? MTP_RC_OK : MTP_RC_INVALID_PARENT_OBJECT;
}

/* Store 0: the first one that takes it. */
static uint16_t any_volume(struct mtpr_responder *r)
{
    for (size_t i = 0; i < store_volume_count(r->store); i++) {
        if (store_volume_at(r->store, i)->present && mtpr_may_write(r, i, false) == MTP_RC_OK) {
            r->target.volume = i;
            return MTP_RC_OK;
        }
    }
    return MTP_RC_STORE_READ_ONLY;
}

static uint16_t target(struct mtpr_responder *r)
{
    uint32_t storage = r->command.params[0], parent = r->command.params[1];
    uint16_t code = storage ? mtpr_volume(r, storage, &r->target.volume) : any_volume(r);

    r->target.said_parent = parent;
    r->target.parent = parent == 0xffffffffu ? 0 : parent;
    if (code == MTP_RC_OK && r->target.parent)
        code = target_parent(r, parent, storage == 0);
    if (code == MTP_RC_OK)
        code = mtpr_may_write(r, r->target.volume, false);
    return code;
}

/* ---- what is announced */

static uint16_t check_size(struct mtpr_responder *r, struct mtpr_pending *pending)
{
    uint64_t limit = store_volume_at(r->store, r->target.volume)->max_object_size;

    if (store_fits(r->store, r->target.volume, 0, 1))
        return MTP_RC_STORE_FULL;
    if (!pending->size_known)
        return MTP_RC_OK;
    if (limit && pending->draft.size > limit)
        return MTP_RC_OBJECT_TOO_LARGE;
    if (pending->draft.size > store_free_space(r->store, r->target.volume) &&
        r->policy->room_checked)
        return MTP_RC_STORE_FULL;
    return MTP_RC_OK;
}

static uint16_t check_name(struct mtpr_responder *r, struct mtpr_pending *pending)
{
    const struct store_object *other;
    uint16_t code = mtpr_name_refusal(r, pending->name, NULL);

    if (code != MTP_RC_OK)
        return code;
    if (!store_name_legal(pending->name) && r->policy->names_checked)
        return MTP_RC_INVALID_DATASET;
    other = store_find_name(r->store, r->target.volume, r->target.parent, pending->name);
    if (!other || store_volume_at(r->store, r->target.volume)->keep_both)
        return MTP_RC_OK;
    return MTP_RC_ACCESS_DENIED;
}

static uint16_t check_format(struct mtpr_responder *r, uint16_t format)
{
    return mtpr_format_taken(r, format) ? MTP_RC_OK : MTP_RC_INVALID_OBJECT_FORMAT_CODE;
}

/* The announced object takes the place of one announced before. */
static void replace(struct mtpr_responder *r, struct mtpr_pending *pending)
{
    mtpr_pending_drop(r, &r->pending);
    r->pending = *pending;
    r->pending.valid = true;
    r->pending.draft.name = r->pending.name;
    r->pending.draft.bag = r->pending.bag;
}

uint16_t mtpr_commit_pending(struct mtpr_responder *r, struct mtpr_pending *pending)
{
    struct store_object *object;
    int error;

    pending->draft.name = pending->name;
    pending->draft.bag = pending->bag;
    if (pending->draft.parent && !store_find(r->store, pending->draft.parent))
        return MTP_RC_INVALID_PARENT_OBJECT;
    if (pending->reserved)
        arena_trim(store_arena(r->store), pending->draft.offset, pending->reserved,
                   pending->draft.size);
    error = store_create(r->store, &pending->draft, &object);
    if (error)
        return mtpr_code_of(error);
    pending->reserved = 0;
    if (r->owner.stored)
        r->owner.stored(r->owner.self, object);
    mtpr_echo(r, MTP_EC_OBJECT_ADDED, object->handle);
    return MTP_RC_OK;
}

/* Everything is checked: the object is expected, or there already if it has no content. */
static uint16_t announce(struct mtpr_responder *r, struct mtpr_pending *pending)
{
    bool folder = pending->draft.format == MTP_FC_ASSOCIATION && r->policy->folders_whole;
    uint16_t code;

    pending->draft.handle = store_reserve_handle(r->store);
    pending->draft.parent = r->target.parent;
    pending->draft.volume = r->target.volume;
    if (pending->draft.handle == 0)
        return MTP_RC_GENERAL_ERROR;
    if (folder || mtpr_format_is_abstract(pending->draft.format)) {
        pending->draft.size = 0;
        pending->size_known = true;
        pending->dataless = true;
        code = mtpr_commit_pending(r, pending);
        if (code != MTP_RC_OK)
            return code;
    }
    r->reply.params[0] = mtpr_storage_id(r, r->target.volume);
    r->reply.params[1] = r->target.said_parent;
    r->reply.params[2] = pending->draft.handle;
    r->reply.count = 3;
    replace(r, pending);
    /* A folder is complete: SendObject has nothing to follow (MTP-OBJ-012). */
    if (folder)
        mtpr_pending_drop(r, &r->pending);
    return MTP_RC_OK;
}

/* ---- SendObjectInfo */

static bool read_dates(struct rd *rd, struct store_draft *draft)
{
    char text[MTPR_TEXT_MAX];

    draft->created = draft->modified = STORE_NO_DATE;
    /* Some initiators leave the trailing strings out. */
    if (rd_left(rd) == 0)
        return true;
    rd_string(rd, text);
    if (rd->failed || !mtpr_date_parse(text, &draft->created))
        return false;
    if (rd_left(rd) == 0)
        return true;
    rd_string(rd, text);
    return !rd->failed && mtpr_date_parse(text, &draft->modified);
}

static bool read_object_info(struct mtpr_responder *r, struct mtpr_pending *pending)
{
    struct rd rd = rd_over(r->in.data, r->in.used);
    uint32_t size;

    (void)rd_u32(&rd); /* storage: the parameter counts */
    pending->draft.format = rd_u16(&rd);
    pending->draft.protection = rd_u16(&rd) == 1;
    size = rd_u32(&rd);
    pending->draft.size = size;
    pending->size_known = size != 0xffffffffu;
    if (r->policy->info_size_wide && mtpr_info_is_wide(r->in.data, r->in.used)) {
        pending->draft.size |= (uint64_t)rd_u32(&rd) << 32;
        pending->size_known = true;
    }
    (void)rd_bytes(&rd, 2 + 4 * 6); /* thumb and image fields */
    (void)rd_u32(&rd);              /* parent: the parameter counts */
    pending->draft.association = rd_u16(&rd);
    (void)rd_bytes(&rd, 8);
    rd_string(&rd, pending->name);
    return !rd.failed && read_dates(&rd, &pending->draft);
}

static uint16_t send_object_info(struct mtpr_responder *r, bool whole)
{
    struct mtpr_pending pending = {0};
    uint16_t code;

    (void)whole;
    if (!read_object_info(r, &pending))
        return MTP_RC_INVALID_DATASET;
    code = check_format(r, pending.draft.format);
    if (pending.draft.format == MTP_FC_ASSOCIATION || mtpr_format_is_abstract(pending.draft.format))
        pending.draft.size = 0;
    if (pending.draft.format == MTP_FC_ASSOCIATION && pending.draft.association == 0)
        pending.draft.association = MTP_AT_GENERIC_FOLDER;
    if (code == MTP_RC_OK)
        code = check_name(r, &pending);
    if (code == MTP_RC_OK)
        code = check_size(r, &pending);
    return code == MTP_RC_OK ? announce(r, &pending) : code;
}

/* ---- SendObjectPropList: format and size in the parameters, the rest as properties */

static uint16_t prop_list_check(struct mtpr_responder *r)
{
    uint16_t code = target(r);

    if (code == MTP_RC_OK && r->command.params[2] > 0xffff)
        return MTP_RC_INVALID_OBJECT_FORMAT_CODE;
    return code == MTP_RC_OK ? check_format(r, (uint16_t)r->command.params[2]) : code;
}

/* One {handle, property, type, value} of the list. */
static uint16_t take_property(struct mtpr_responder *r, struct mtpr_pending *pending, struct rd *rd)
{
    const struct mtpr_object_property *property;
    const uint8_t *value;
    uint32_t length, handle = rd_u32(rd);
    uint16_t code = rd_u16(rd), type = rd_u16(rd), result;
    struct wr wr = {0};
    struct rd text;

    value = rd_value(rd, type, &length);
    if (!value || handle != 0)
        return MTP_RC_INVALID_DATASET;
    if (!mtpr_property_exists(r, code))
        return MTP_RC_INVALID_OBJECT_PROP_CODE;
    property = mtpr_property_of(r, pending->draft.format, code);
    if (!property)
        return MTP_RC_OBJECT_PROP_NOT_SUPPORTED;
    if (property->type != type)
        return MTP_RC_INVALID_OBJECT_PROP_FORMAT;
    if (mtpr_property_check(property, value, length) != MTP_RC_OK)
        return MTP_RC_INVALID_OBJECT_PROP_VALUE;
    text = rd_over(value, length);
    if (code == MTP_OPC_OBJECT_FILE_NAME && type == MTP_DTC_STRING) {
        rd_string(&text, pending->name);
        return check_name(r, pending);
    }
    if ((code == MTP_OPC_DATE_CREATED || code == MTP_OPC_DATE_MODIFIED) && type == MTP_DTC_STRING) {
        char date[MTPR_TEXT_MAX];

        rd_string(&text, date);
        (void)mtpr_date_parse(date, code == MTP_OPC_DATE_CREATED ? &pending->draft.created
                                                                 : &pending->draft.modified);
        return MTP_RC_OK;
    }
    if (code == MTP_OPC_PROTECTION_STATUS && mtpr_type_width(type) > 0) {
        pending->draft.protection = value[0] == 1;
        return MTP_RC_OK;
    }
    /* At creation also what cannot be set later, if it is no fact of the store's own. */
    if (code < MTP_OPC_PERSISTENT_UID && code != MTP_OPC_KEYWORDS && code != MTP_OPC_HIDDEN &&
        code != MTP_OPC_SYSTEM_OBJECT)
        return MTP_RC_OK;
    value = mtpr_property_kept(property, value, &length, &wr);
    result = mtpr_code_of(store_bag_set(&pending->bag, code, value, length));
    wr_done(&wr);
    return result;
}

static uint16_t take_list(struct mtpr_responder *r, struct mtpr_pending *pending)
{
    struct rd rd = rd_over(r->in.data, r->in.used);
    uint32_t count = rd_array(&rd, 8), i;
    uint16_t code = rd.failed ? MTP_RC_INVALID_DATASET : MTP_RC_OK;

    for (i = 0; i < count && code == MTP_RC_OK; i++)
        code = take_property(r, pending, &rd);
    if (code == MTP_RC_OK && rd_left(&rd) > 0)
        code = MTP_RC_INVALID_DATASET;
    if (code == MTP_RC_OK && pending->name[0] == '\0') {
        code = MTP_RC_INVALID_DATASET;
    } else if (code != MTP_RC_OK && count) {
        r->reply.count = 4;
        r->reply.params[0] = mtpr_storage_id(r, r->target.volume);
        r->reply.params[1] = r->target.said_parent;
        r->reply.params[3] = i - 1;
    }
    return code;
}

static uint16_t send_object_prop_list(struct mtpr_responder *r, bool whole)
{
    struct mtpr_pending pending = {.size_known = true};
    uint64_t high = r->command.params[3];
    uint16_t code;

    (void)whole;
    pending.draft.format = (uint16_t)r->command.params[2];
    pending.draft.created = pending.draft.modified = STORE_NO_DATE;
    pending.draft.size = high << 32 | r->command.params[4];
    if (pending.draft.format == MTP_FC_ASSOCIATION)
        pending.draft.association = MTP_AT_GENERIC_FOLDER;
    if (pending.draft.format == MTP_FC_ASSOCIATION || mtpr_format_is_abstract(pending.draft.format))
        pending.draft.size = 0;
    code = check_size(r, &pending);
    if (code == MTP_RC_OK)
        code = take_list(r, &pending);
    if (code == MTP_RC_OK) {
        memset(&r->reply, 0, sizeof(r->reply));
        code = announce(r, &pending);
        /* The index of the failed property is a parameter on success too:
         * android-file-transfer does not do without. */
        if (code == MTP_RC_OK)
            r->reply.count = 4;
    }
    if (code != MTP_RC_OK)
        free(pending.bag);
    return code;
}

/* ---- SendObject */

static uint16_t send_object_check(struct mtpr_responder *r)
{
    struct mtpr_pending *pending = &r->pending;
    uint64_t room, limit;
    int error;

    if (!pending->valid)
        return MTP_RC_NO_VALID_OBJECT_INFO;
    pending->written = 0;
    if (pending->dataless)
        return MTP_RC_OK;
    if (pending->reserved)
        arena_trim(store_arena(r->store), pending->draft.offset, pending->reserved, 0);
    pending->reserved = 0;
    room = store_free_space(r->store, pending->draft.volume);
    limit = store_volume_at(r->store, pending->draft.volume)->max_object_size;
    if (limit && room > limit)
        room = limit;
    if (pending->size_known && pending->draft.size < room)
        room = pending->draft.size;
    error = arena_reserve(store_arena(r->store), room, &pending->draft.offset);
    if (error)
        return mtpr_code_of(error == -EFBIG ? -ENOSPC : error);
    pending->reserved = room;
    return MTP_RC_OK;
}

static uint16_t send_object_accept(struct mtpr_responder *r, const uint8_t *data, size_t length)
{
    struct mtpr_pending *pending = &r->pending;
    uint64_t room;
    int error;

    if (pending->dataless)
        return MTP_RC_OK;
    room = pending->reserved - pending->written;
    if (length > room && !r->policy->excess_refused) {
        length = (size_t)room;
    } else if (length > room) {
        /* More than announced, or than an open-ended object may have. */
        return pending->size_known &&
                       pending->draft.size <= store_free_space(r->store, pending->draft.volume)
                   ? MTP_RC_INCOMPLETE_TRANSFER
                   : MTP_RC_STORE_FULL;
    }
    error = arena_write_fresh(store_arena(r->store),
                              pending->draft.offset + (off_t)pending->written, data, length);
    pending->written += length;
    return mtpr_code_of(error);
}

static uint16_t send_object_finish(struct mtpr_responder *r, bool whole)
{
    struct mtpr_pending *pending = &r->pending;
    uint16_t code;

    if (!pending->valid)
        return MTP_RC_NO_VALID_OBJECT_INFO;
    if (pending->dataless) {
        if (whole)
            mtpr_pending_drop(r, pending);
        return MTP_RC_OK;
    }
    if (!whole && r->policy->half_objects_dropped)
        return MTP_RC_INCOMPLETE_TRANSFER;
    /* Another length than announced: the info stays, SendObject may be tried again. */
    if (whole && pending->size_known && pending->written != pending->draft.size)
        return MTP_RC_INCOMPLETE_TRANSFER;
    pending->draft.size = pending->written;
    if (r->policy->last_sector_lost)
        pending->draft.size -= pending->written % 512;
    code = mtpr_commit_pending(r, pending);
    mtpr_pending_drop(r, pending);
    return code;
}

const struct mtpr_operation mtpr_send_operations[] = {
    {.code = MTP_OP_SEND_OBJECT_INFO,
     .params = 2,
     .phase = MTPR_DATA_OUT,
     .run = target,
     .finish = send_object_info},
    {.code = MTP_OP_SEND_OBJECT,
     .phase = MTPR_DATA_OUT,
     .run = send_object_check,
     .accept = send_object_accept,
     .finish = send_object_finish},
    {.code = MTP_OP_SEND_OBJECT_PROP_LIST,
     .params = 5,
     .phase = MTPR_DATA_OUT,
     .run = prop_list_check,
     .finish = send_object_prop_list},
    {.code = 0},
};

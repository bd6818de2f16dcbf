/* Defects of objects: which are found, what comes of one, how they are moved and deleted. */
#include <string.h>

#include "mtp_codes.h"
#include "simulator/defect/filters_mtp.h"
#include "spcore/base.h"

static bool is_listing(uint16_t code)
{
    return code == MTP_OP_GET_NUM_OBJECTS || code == MTP_OP_GET_OBJECT_HANDLES;
}

/* ---- listing: storage, format, parent */

static uint16_t any_format(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self, (void)r;
    if (is_listing(command->code))
        command->params[1] = 0;
    return 0;
}

static uint16_t low_format(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self, (void)r;
    if (is_listing(command->code))
        command->params[1] &= 0xffff;
    return 0;
}

static uint16_t zero_is_root(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self, (void)r;
    if (is_listing(command->code) && command->params[2] == 0)
        command->params[2] = 0xffffffffu;
    return 0;
}

static uint16_t root_is_zero(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self, (void)r;
    if (is_listing(command->code) && command->params[2] == 0xffffffffu)
        command->params[2] = 0;
    return 0;
}

static uint16_t any_store(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self, (void)r;
    if (is_listing(command->code))
        command->params[0] = 0xffffffffu;
    return 0;
}

static uint16_t first_store(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self;
    if (is_listing(command->code) && command->params[0] == 0xffffffffu)
        command->params[0] = store_volume_at(mtpr_store(r), 0)->id;
    return 0;
}

static void list_below(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    struct store *store = mtpr_store(r);
    const struct store_object *above = store_find(store, mtpr_command(r)->params[2]), *object;
    uint32_t cursor = 0, count = 0;

    (void)self;
    if (!mtp_answers(r, answer, MTP_OP_GET_OBJECT_HANDLES) || !above)
        return;
    answer->data->used = 0;
    wr_u32(answer->data, 0);
    while ((object = store_each(store, &cursor)) != NULL) {
        if (object == above || !store_is_below(store, object, above))
            continue;
        wr_u32(answer->data, object->handle);
        count++;
    }
    wr_u32_at(answer->data, 0, count);
}

/* Does the command of a listing speak of it, whatever its format? */
static bool is_asked_for(const struct mtpr_responder *r, const struct store_object *object)
{
    const uint32_t *params = mtpr_command(r)->params;
    uint32_t storage = store_volume_at(mtpr_store(r), object->volume)->id;
    uint32_t parent = params[2] == 0xffffffffu ? 0 : params[2];

    return (params[0] == 0xffffffffu || params[0] == storage) &&
           (params[2] == 0 || object->parent == parent);
}

static void count_no_folders(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    const uint32_t format = mtpr_command(r)->params[1];
    const struct store_object *object;
    uint32_t cursor = 0;

    (void)self;
    if (!mtp_answers(r, answer, MTP_OP_GET_NUM_OBJECTS) || (format && format != MTP_FC_ASSOCIATION))
        return;
    while ((object = store_each(mtpr_store(r), &cursor)) != NULL)
        answer->reply->params[0] -= object->format == MTP_FC_ASSOCIATION && is_asked_for(r, object);
}

static void no_parent_is_empty(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    uint16_t *code = &answer->reply->code;

    (void)self;
    if (!is_listing(mtpr_command(r)->code) ||
        (*code != MTP_RC_INVALID_PARENT_OBJECT && *code != MTP_RC_INVALID_OBJECT_HANDLE))
        return;
    *code = MTP_RC_OK;
    if (mtpr_command(r)->code == MTP_OP_GET_NUM_OBJECTS) {
        answer->reply->count = 1;
    } else {
        answer->phase = MTPR_DATA_IN;
        wr_u32(answer->data, 0);
    }
}

/* ---- content */

/* Data of the host's are waited for, which never come, so nothing is ever said. */
static void empty_hangs(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    if (mtpr_command(r)->code == MTP_OP_GET_OBJECT && answer->reply->code == MTP_RC_OK &&
        mtpr_in_length(r) == 0)
        answer->phase = MTPR_DATA_OUT;
}

static void no_length(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    uint16_t code = mtpr_command(r)->code;

    (void)self;
    if (code == MTP_OP_GET_PARTIAL_OBJECT || code == MTP_OP_GET_PARTIAL_OBJECT_64)
        answer->reply->count = 0;
}

static uint16_t short_offset(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self, (void)r;
    if (command->code == MTP_OP_GET_PARTIAL_OBJECT_64)
        command->params[2] = 0;
    return 0;
}

/* Parameters of GetPartialObject: handle, offset, most. */
static uint16_t no_offset(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self, (void)r;
    if (command->code == MTP_OP_GET_PARTIAL_OBJECT)
        command->params[1] = 0;
    return 0;
}

static uint16_t no_most(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self, (void)r;
    if (command->code == MTP_OP_GET_PARTIAL_OBJECT)
        command->params[2] = 0xffffffffu;
    return 0;
}

static uint16_t clamp_offset(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    const struct store_object *object = store_find(mtpr_store(r), command->params[0]);

    (void)self;
    if (command->code == MTP_OP_GET_PARTIAL_OBJECT && object && object->size > 0 &&
        command->params[1] >= object->size)
        command->params[1] = (uint32_t)object->size - 1;
    return 0;
}

static void counted_thumb(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    struct wr counted = {0};

    (void)self;
    if (!mtp_answers(r, answer, MTP_OP_GET_THUMB))
        return;
    wr_u32(&counted, (uint32_t)answer->data->used);
    wr_bytes(&counted, answer->data->data, answer->data->used);
    wr_done(answer->data);
    *answer->data = counted;
}

/* ---- deleting and formatting */

static void deletion_ok(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    uint16_t *code = &answer->reply->code;

    (void)self;
    if (mtpr_command(r)->code == MTP_OP_DELETE_OBJECT &&
        (*code == MTP_RC_PARTIAL_DELETION || *code == MTP_RC_OBJECT_WRITE_PROTECTED ||
         *code == MTP_RC_STORE_READ_ONLY))
        *code = MTP_RC_OK;
}

static uint16_t delete_any_format(void *self, struct mtpr_responder *r,
                                  struct mtpr_command *command)
{
    (void)self, (void)r;
    if (command->code == MTP_OP_DELETE_OBJECT && command->params[0] == 0xffffffffu)
        command->params[1] = 0;
    return 0;
}

static uint16_t delete_no_format(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self, (void)r;
    return command->code == MTP_OP_DELETE_OBJECT && command->params[0] == 0xffffffffu &&
                   command->params[1]
               ? MTP_RC_OK
               : 0;
}

/* All that is left of what was deleted, from below: protected files of ours have no siblings. */
static void remove_protected(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    struct store *store = mtpr_store(r);
    struct store_object *object = store_find(store, mtpr_command(r)->params[0]), *child;

    (void)self;
    if (mtpr_command(r)->code != MTP_OP_DELETE_OBJECT || !object ||
        answer->reply->code != MTP_RC_PARTIAL_DELETION)
        return;
    while ((child = store_first_child(store, object)) != NULL)
        object = child;
    (void)store_remove(store, object);
}

static void format_all(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    struct store *store = mtpr_store(r);

    (void)self;
    if (!mtp_answers(r, answer, MTP_OP_FORMAT_STORE))
        return;
    for (size_t i = 0; i < store_volume_count(store); i++)
        (void)store_format(store, i);
}

static void format_refused(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    int volume = store_volume_find(mtpr_store(r), mtpr_command(r)->params[0]);

    (void)self;
    if (mtpr_command(r)->code == MTP_OP_FORMAT_STORE && volume >= 0 &&
        answer->reply->code == MTP_RC_PARAMETER_NOT_SUPPORTED)
        (void)store_format(mtpr_store(r), (size_t)volume);
}

/* ---- moving and copying */

/* Into itself: nothing moves, and its ObjectInfo says that it did. */
static void move_into_itself(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    const struct mtpr_command *command = mtpr_command(r);
    struct store *store = mtpr_store(r);
    const struct store_object *object = store_find(store, command->params[0]);
    struct mtp_notes *its = notes(self);

    if (command->code == MTP_OP_MOVE_OBJECT && object &&
        answer->reply->code == MTP_RC_INVALID_PARENT_OBJECT &&
        store_is_below(store, store_find(store, command->params[2]), object)) {
        answer->reply->code = MTP_RC_OK;
        its->looped = object->handle;
        its->looped_parent = command->params[2];
    }
    if (mtp_answers(r, answer, MTP_OP_GET_OBJECT_INFO) && command->params[0] == its->looped)
        put_le32(answer->data->data + MTP_INFO_PARENT, its->looped_parent);
}

/* To another store: a copy, and the original goes. */
static uint16_t move_by_copy(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    const struct store_object *object = store_find(mtpr_store(r), command->params[0]);
    int volume = store_volume_find(mtpr_store(r), command->params[1]);

    notes(self)->moved = 0;
    if (command->code != MTP_OP_MOVE_OBJECT || !object || volume == (int)object->volume)
        return 0;
    notes(self)->moved = object->handle;
    command->code = MTP_OP_COPY_OBJECT;
    return 0;
}

static void remove_moved(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    struct store_object *object = store_find(mtpr_store(r), notes(self)->moved);

    if (!mtp_answers(r, answer, MTP_OP_COPY_OBJECT) || !object)
        return;
    (void)store_remove(mtpr_store(r), object);
    answer->reply->count = 0;
}

static void forget_properties(struct store *store, struct store_object *object)
{
    uint32_t length;

    for (int code = MTP_OPC_BUY_FLAG; code <= MTP_OPC_ENCODING_PROFILE; code++) {
        if (store_property(object, (uint16_t)code, &length))
            (void)store_set_property(store, object, (uint16_t)code, NULL, 0);
    }
}

static void copy_bare(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    struct store_object *copy = store_find(mtpr_store(r), answer->reply->params[0]);

    (void)self;
    if (mtp_answers(r, answer, MTP_OP_COPY_OBJECT) && copy)
        forget_properties(mtpr_store(r), copy);
}

static void name_source(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    if (mtp_answers(r, answer, MTP_OP_COPY_OBJECT))
        answer->reply->params[0] = mtpr_command(r)->params[0];
}

static void remove_source(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    struct store_object *source = store_find(mtpr_store(r), mtpr_command(r)->params[0]);

    (void)self;
    if (mtp_answers(r, answer, MTP_OP_COPY_OBJECT) && source)
        (void)store_remove(mtpr_store(r), source); /* not if it has children */
}

static void empty_copy(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    struct store *store = mtpr_store(r);
    struct store_object *copy = store_find(store, answer->reply->params[0]), *child;

    (void)self;
    if (!mtp_answers(r, answer, MTP_OP_COPY_OBJECT) || !copy)
        return;
    while ((child = store_first_child(store, copy)) != NULL && store_remove(store, child) == 0)
        ;
}

/* ---- parts */

static uint16_t none_is_all(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self, (void)r;
    if (command->code == MTP_OP_GET_PARTIAL_OBJECT && command->params[2] == 0)
        command->params[2] = 0xffffffffu;
    return 0;
}

static void part_of_folder(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    if (mtpr_command(r)->code != MTP_OP_GET_PARTIAL_OBJECT ||
        !store_find(mtpr_store(r), mtpr_command(r)->params[0]) ||
        answer->reply->code != MTP_RC_INVALID_OBJECT_HANDLE)
        return;
    answer->reply->code = MTP_RC_OK;
    answer->reply->count = 1;
    answer->phase = MTPR_DATA_IN;
}

/* ---- protection */

static uint16_t keep_protected(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self, (void)r;
    return command->code == MTP_OP_SET_OBJECT_PROTECTION && command->params[1] == 0 ? MTP_RC_OK : 0;
}

/* Protection is honoured by all operations but one. */
#define UNPROTECTED_BY(function, operation)                                                        \
    static uint16_t function(void *self, struct mtpr_responder *r, struct mtpr_command *command)   \
    {                                                                                              \
        struct policies *policies = self;                                                          \
                                                                                                   \
        (void)r;                                                                                   \
        policies->mtpr.protection_honoured = command->code != (operation);                         \
        return 0;                                                                                  \
    }
UNPROTECTED_BY(delete_protected, MTP_OP_DELETE_OBJECT)
UNPROTECTED_BY(set_protected_value, MTP_OP_SET_OBJECT_PROP_VALUE)
UNPROTECTED_BY(set_protected_list, MTP_OP_SET_OBJECT_PROP_LIST)
UNPROTECTED_BY(refer_protected, MTP_OP_SET_OBJECT_REFERENCES)
UNPROTECTED_BY(edit_protected, MTP_OP_BEGIN_EDIT_OBJECT)
UNPROTECTED_BY(move_protected, MTP_OP_MOVE_OBJECT)

static void forget_metadata(void *self, struct mtpr_responder *r, enum mtpr_loss why)
{
    struct store_object *object;
    uint32_t cursor = 0;

    (void)self;
    while (why == MTPR_LOSS_BUS && (object = store_each(mtpr_store(r), &cursor)) != NULL) {
        if (mtpr_format_plays(object->format))
            forget_properties(mtpr_store(r), object);
    }
}

static void forget_names(void *self, struct mtpr_responder *r, enum mtpr_loss why)
{
    struct store_object *object;
    uint32_t cursor = 0, length;

    (void)self;
    while (why == MTPR_LOSS_BUS && (object = store_each(mtpr_store(r), &cursor)) != NULL) {
        if (store_property(object, MTP_OPC_NAME, &length))
            (void)store_set_property(mtpr_store(r), object, MTP_OPC_NAME, NULL, 0);
    }
}

static const struct policy_row rows[] = {
#define DEFECT(token, label, how, ...) {DEFECT_##token, how},
#include "simulator/defect/defects_mtp_object.def"
#undef DEFECT
};
const struct policy_table policies_mtp_object = {rows, ARRAY_SIZE(rows)};

/* Defects of storages: their ids, StorageInfo. */
#include <string.h>

#include "mtp_codes.h"
#include "simulator/defect/filters_mtp.h"
#include "spcore/base.h"

/* ---- storages */

enum { TYPE, ACCESS = 2, CAPACITY, FREE_SPACE, LABEL = 7 }; /* fields */

/* Says `said` for the first storage where it names storages. */
static void say_storage_id(const struct mtpr_responder *r, struct mtpr_answer *answer,
                           uint32_t said)
{
    const struct store_volume *first = store_volume_at(mtpr_store(r), 0);
    bool list = mtp_answers(r, answer, MTP_OP_GET_STORAGE_IDS);
    uint8_t *id;

    if (!list && !mtp_answers(r, answer, MTP_OP_GET_OBJECT_INFO))
        return;
    id = answer->data->data + (list ? 4 : 0);
    if (first->present && get_le32(id) == first->id)
        put_le32(id, said);
}

static uint32_t high_half(const struct mtpr_responder *r)
{
    return store_volume_at(mtpr_store(r), 0)->id & 0xffff0000u;
}

static void low_storage_id(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    say_storage_id(r, answer, 1);
}

static void high_storage_id(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    say_storage_id(r, answer, high_half(r));
}

static uint32_t *said_storage(struct mtpr_command *command)
{
    switch (command->code) {
    case MTP_OP_GET_STORAGE_INFO:
    case MTP_OP_GET_NUM_OBJECTS:
    case MTP_OP_GET_OBJECT_HANDLES:
    case MTP_OP_SEND_OBJECT_INFO:
    case MTP_OP_SEND_OBJECT_PROP_LIST:
    case MTP_OP_FORMAT_STORE:
        return &command->params[0];
    case MTP_OP_MOVE_OBJECT:
    case MTP_OP_COPY_OBJECT:
        return &command->params[1];
    default:
        return NULL;
    }
}

/* Takes what was said for the first storage. */
static uint16_t take_storage_id(const struct mtpr_responder *r, struct mtpr_command *command,
                                uint32_t said)
{
    uint32_t *storage = said_storage(command);

    if (storage && *storage == said)
        *storage = store_volume_at(mtpr_store(r), 0)->id;
    return 0;
}

static uint16_t take_low_storage_id(void *self, struct mtpr_responder *r,
                                    struct mtpr_command *command)
{
    (void)self;
    return take_storage_id(r, command, 1);
}

static uint16_t take_high_storage_id(void *self, struct mtpr_responder *r,
                                     struct mtpr_command *command)
{
    (void)self;
    return take_storage_id(r, command, high_half(r));
}

static void same_storage_id(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    struct store *store = mtpr_store(r);

    (void)self;
    if (!mtp_answers(r, answer, MTP_OP_GET_STORAGE_IDS))
        return;
    for (size_t i = 1; i < store_volume_count(store); i++) {
        if (store_volume_at(store, i)->present)
            put_le32(answer->data->data + 4 + 4 * i, store_volume_at(store, 0)->id);
    }
}

static void keep_slot_id(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    struct store *store = mtpr_store(r);

    (void)self;
    if (!mtp_answers(r, answer, MTP_OP_GET_STORAGE_IDS))
        return;
    for (size_t i = 0; i < store_volume_count(store); i++)
        put_le32(answer->data->data + 4 + 4 * i, store_volume_at(store, i)->id);
}

static bool cut_storage_info(const struct mtpr_responder *r, const struct mtpr_answer *answer,
                             struct mtp_field fields[])
{
    return mtp_answers(r, answer, MTP_OP_GET_STORAGE_INFO) &&
           mtp_cut(answer->data, MTP_STORAGE_INFO, fields);
}

/* Another field in the place of that one; NULL: nothing. */
static void respell(const struct mtpr_responder *r, struct mtpr_answer *answer, size_t field,
                    const void *bytes, size_t length)
{
    struct mtp_field fields[MTP_FIELDS_MAX];

    if (!cut_storage_info(r, answer, fields))
        return;
    fields[field] = (struct mtp_field){bytes, length};
    mtp_join(answer->data, MTP_STORAGE_INFO, fields);
}

static void one_volume(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    struct wr text = {0};

    (void)self;
    wr_string(&text, "VOLUME");
    respell(r, answer, LABEL, text.data, text.used);
    wr_done(&text);
}

static void no_label(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    respell(r, answer, LABEL, NULL, 0);
}

static void no_type(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    respell(r, answer, TYPE, "\0", 2);
}

static void odd_access(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    respell(r, answer, ACCESS, "\3", 2);
}

static void too_much_free(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    struct mtp_field fields[MTP_FIELDS_MAX];
    uint8_t more[8];

    (void)self;
    if (!cut_storage_info(r, answer, fields))
        return;
    put_le64(more, get_le64(fields[CAPACITY].data) + 1);
    respell(r, answer, FREE_SPACE, more, sizeof(more));
}

/* Of the last volume something was deleted on, for all that was deleted. */
static uint16_t note_gone(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    const struct store_object *object = store_find(mtpr_store(r), command->params[0]);

    if (command->code == MTP_OP_DELETE_OBJECT && object) {
        notes(self)->gone += object->size;
        notes(self)->gone_volume = object->volume;
    }
    return 0;
}

static void keep_gone(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    struct mtp_field fields[MTP_FIELDS_MAX];
    uint64_t is, gone = notes(self)->gone;
    uint8_t left[8];

    if (!cut_storage_info(r, answer, fields) ||
        store_volume_find(mtpr_store(r), mtpr_command(r)->params[0]) !=
            (int)notes(self)->gone_volume)
        return;
    is = get_le64(fields[FREE_SPACE].data);
    put_le64(left, is > gone ? is - gone : 0);
    respell(r, answer, FREE_SPACE, left, sizeof(left));
}

static uint16_t check_info_room(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    struct policies *policies = self;

    (void)r;
    policies->mtpr.room_checked = command->code != MTP_OP_SEND_OBJECT_PROP_LIST;
    return 0;
}

/* One field says what another says. */
static void repeat(const struct mtpr_responder *r, struct mtpr_answer *answer, size_t field,
                   size_t other)
{
    struct mtp_field fields[MTP_FIELDS_MAX];

    if (cut_storage_info(r, answer, fields))
        respell(r, answer, field, fields[other].data, fields[other].length);
}

static void free_capacity(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    repeat(r, answer, CAPACITY, FREE_SPACE);
}

static void short_capacity(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    struct mtp_field fields[MTP_FIELDS_MAX];

    (void)self;
    if (cut_storage_info(r, answer, fields))
        respell(r, answer, CAPACITY, fields[CAPACITY].data, 4);
}

static void all_space_free(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    repeat(r, answer, FREE_SPACE, CAPACITY);
}

static void general_error(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    uint16_t *code = &answer->reply->code;

    (void)self, (void)r;
    if (*code == MTP_RC_INVALID_STORAGE_ID || *code == MTP_RC_STORE_NOT_AVAILABLE ||
        *code == MTP_RC_STORE_READ_ONLY)
        *code = MTP_RC_GENERAL_ERROR;
}

static void delete_refused(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    struct store_object *object = store_find(mtpr_store(r), mtpr_command(r)->params[0]);

    (void)self;
    if (mtpr_command(r)->code == MTP_OP_DELETE_OBJECT && object &&
        answer->reply->code == MTP_RC_STORE_READ_ONLY)
        (void)store_remove(mtpr_store(r), object);
}

static const struct policy_row rows[] = {
#define DEFECT(token, label, how, ...) {DEFECT_##token, how},
#include "simulator/defect/defects_mtp_storage.def"
#undef DEFECT
};
const struct policy_table policies_mtp_storage = {rows, ARRAY_SIZE(rows)};

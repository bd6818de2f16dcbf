/* Defects of properties, of objects and of the device, and of references. */
#include <stdlib.h>
#include <string.h>

#include "mtp_codes.h"
#include "simulator/defect/filters_mtp.h"
#include "simulator/mtp/mtpr_value.h"
#include "spcore/base.h"

/* ---- what is asked for */

/* Parameters of GetObjectPropList: handle, format, property, group, depth. */
static uint16_t any_depth(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self, (void)r;
    if (command->code == MTP_OP_GET_OBJECT_PROP_LIST && command->params[0] != 0xffffffffu)
        command->params[4] = 0;
    return 0;
}

static uint16_t deep_is_all(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self, (void)r;
    if (command->code == MTP_OP_GET_OBJECT_PROP_LIST && command->params[4] > 1)
        command->params[4] = 0xffffffffu;
    return 0;
}

static uint16_t root_of_no_handle(void *self, struct mtpr_responder *r,
                                  struct mtpr_command *command)
{
    (void)self;
    if (command->code == MTP_OP_GET_OBJECT_PROP_LIST && command->params[0] != 0xffffffffu &&
        !store_find(mtpr_store(r), command->params[0])) {
        command->params[0] = 0;
        command->params[4] = 1;
    }
    return 0;
}

static uint16_t all_of_no_property(void *self, struct mtpr_responder *r,
                                   struct mtpr_command *command)
{
    (void)self, (void)r;
    if (command->code == MTP_OP_GET_OBJECT_PROP_LIST && command->params[2] <= 0xffff &&
        command->params[2] && !mtpr_usual_property((uint16_t)command->params[2]))
        command->params[2] = 0xffffffffu;
    return 0;
}

static uint16_t any_group(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self, (void)r;
    if (command->code == MTP_OP_GET_OBJECT_PROP_LIST && command->params[3]) {
        command->params[2] = 0xffffffffu;
        command->params[3] = 0;
    }
    return 0;
}

static uint16_t any_list_format(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self, (void)r;
    if (command->code == MTP_OP_GET_OBJECT_PROP_LIST)
        command->params[1] = 0;
    return 0;
}

static uint16_t any_list_property(void *self, struct mtpr_responder *r,
                                  struct mtpr_command *command)
{
    (void)self, (void)r;
    if (command->code == MTP_OP_GET_OBJECT_PROP_LIST && command->params[2])
        command->params[2] = 0xffffffffu;
    return 0;
}

/* ---- what is said */

static bool answers_value(const struct mtpr_responder *r, const struct mtpr_answer *answer,
                          uint16_t property)
{
    return mtp_answers(r, answer, MTP_OP_GET_OBJECT_PROP_VALUE) &&
           mtpr_command(r)->params[1] == property;
}

static void short_object_size(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    if (answers_value(r, answer, MTP_OPC_OBJECT_SIZE) && answer->data->used > 4)
        answer->data->used = 4;
}

static void id_is_handle(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    if (!answers_value(r, answer, MTP_OPC_PERSISTENT_UID))
        return;
    memset(answer->data->data, 0, answer->data->used);
    put_le32(answer->data->data, mtpr_command(r)->params[0]);
}

static void other_track(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    if (answers_value(r, answer, MTP_OPC_TRACK) && answer->data->used)
        answer->data->data[0]++;
}

static bool describes(const struct mtpr_responder *r, const struct mtpr_answer *answer)
{
    return mtp_answers(r, answer, MTP_OP_GET_OBJECT_PROP_DESC) && answer->data->used > 7;
}

static void high_default(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    if (describes(r, answer) && mtpr_command(r)->params[0] == MTP_OPC_HIDDEN)
        put_le16(answer->data->data + 5, 2);
}

/* The form is the last byte of a date's description. */
static void date_formless(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    if (describes(r, answer) && mtpr_command(r)->params[0] == MTP_OPC_DATE_MODIFIED)
        answer->data->data[answer->data->used - 1] = MTP_FORM_NONE;
}

static void all_settable(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    if (describes(r, answer))
        answer->data->data[4] = 1;
}

static void long_protection(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    if (answers_value(r, answer, MTP_OPC_PROTECTION_STATUS))
        wr_u16(answer->data, 0);
}

static void other_name(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    if (answers_value(r, answer, MTP_OPC_NAME) && answer->data->used > 1)
        answer->data->data[1] ^= 1;
}

static void short_id(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    if (answers_value(r, answer, MTP_OPC_PERSISTENT_UID))
        answer->data->used = 8;
}

static void id_of_format(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    const struct store_object *object = store_find(mtpr_store(r), mtpr_command(r)->params[0]);

    (void)self;
    if (answers_value(r, answer, MTP_OPC_PERSISTENT_UID) && object)
        memset(answer->data->data, object->format & 0xff, answer->data->used);
}

/* Of a folder in a folder, which is where new ones are made. */
static void id_of_deleted(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    const struct store_object *object = store_find(mtpr_store(r), mtpr_command(r)->params[0]);

    notes(self)->deletions += mtpr_command(r)->code == MTP_OP_DELETE_OBJECT;
    if (answers_value(r, answer, MTP_OPC_PERSISTENT_UID) && object && object->parent &&
        object->format == MTP_FC_ASSOCIATION && notes(self)->deletions)
        memset(answer->data->data, 0x22, answer->data->used);
}

static void size_of_list(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    const struct store_object *object = store_find(mtpr_store(r), mtpr_command(r)->params[0]);

    (void)self;
    if (answers_value(r, answer, MTP_OPC_OBJECT_SIZE) && object && object->references)
        put_le32(answer->data->data, 4 * object->references->count);
}

static void other_code(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    if (mtp_answers(r, answer, MTP_OP_GET_OBJECT_PROP_DESC))
        answer->data->data[0] ^= 1;
}

static void cut_device_desc(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    if (mtp_answers(r, answer, MTP_OP_GET_DEVICE_PROP_DESC))
        answer->data->used--;
}

/* Code, type, get or set, then what both kinds of descriptions have. */
static struct rd behind_type(const struct wr *description, uint16_t *ret_type)
{
    struct rd rd = rd_over(description->data, description->used);

    (void)rd_u16(&rd);
    *ret_type = rd_u16(&rd);
    (void)rd_u8(&rd);
    return rd;
}

static void no_form(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    uint32_t length;
    uint16_t type;
    struct rd rd;

    (void)self;
    if (!mtp_answers(r, answer, MTP_OP_GET_OBJECT_PROP_DESC))
        return;
    rd = behind_type(answer->data, &type);
    (void)rd_value(&rd, type, &length);
    (void)rd_u32(&rd); /* group */
    answer->data->used -= rd_left(&rd);
}

static void default_is_current(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    struct wr spoilt = {0};
    const uint8_t *factory, *rest;
    uint32_t length, current;
    uint16_t type;
    struct rd rd;

    (void)self;
    if (!mtp_answers(r, answer, MTP_OP_GET_DEVICE_PROP_DESC))
        return;
    rd = behind_type(answer->data, &type);
    factory = rd_value(&rd, type, &length);
    (void)rd_value(&rd, type, &current);
    rest = rd.at;
    if (rd.failed)
        return;
    wr_bytes(&spoilt, answer->data->data, (size_t)(factory - answer->data->data));
    wr_bytes(&spoilt, factory, length);
    wr_bytes(&spoilt, factory, length);
    wr_bytes(&spoilt, rest, rd_left(&rd));
    wr_done(answer->data);
    *answer->data = spoilt;
}

static void bare_interdependence(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    if (mtp_answers(r, answer, MTP_OP_GET_INTERDEPENDENT_PROP_DESC))
        wr_clear(answer->data);
}

/* ---- what is set */

static uint16_t set_nothing(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self, (void)r;
    return command->code == MTP_OP_SET_OBJECT_PROP_VALUE ||
                   command->code == MTP_OP_SET_OBJECT_PROP_LIST
               ? MTP_RC_OK
               : 0;
}

static uint16_t set_no_device_property(void *self, struct mtpr_responder *r,
                                       struct mtpr_command *command)
{
    (void)self, (void)r;
    return command->code == MTP_OP_SET_DEVICE_PROP_VALUE ? MTP_RC_OK : 0;
}

static void any_value(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    uint16_t *code = &answer->reply->code;

    (void)self;
    if (mtpr_command(r)->code == MTP_OP_SET_OBJECT_PROP_VALUE &&
        (*code == MTP_RC_INVALID_OBJECT_PROP_FORMAT || *code == MTP_RC_INVALID_OBJECT_PROP_VALUE ||
         *code == MTP_RC_INVALID_DATASET))
        *code = MTP_RC_OK;
}

static void no_sent_index(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    if (mtpr_command(r)->code == MTP_OP_SEND_OBJECT_PROP_LIST && answer->reply->count == 4)
        answer->reply->count = 3;
}

static uint16_t reset_no_value(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self, (void)r;
    return command->code == MTP_OP_RESET_DEVICE_PROP_VALUE ? MTP_RC_OK : 0;
}

static uint16_t reset_only_one(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self, (void)r;
    return command->code == MTP_OP_RESET_DEVICE_PROP_VALUE && command->params[0] == 0xffffffffu
               ? MTP_RC_OK
               : 0;
}

static void any_type(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    if (mtpr_command(r)->code != MTP_OP_SET_OBJECT_PROP_LIST ||
        answer->reply->code != MTP_RC_INVALID_OBJECT_PROP_FORMAT)
        return;
    answer->reply->code = MTP_RC_OK;
    answer->reply->count = 0;
}

static void no_index(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    if (mtpr_command(r)->code == MTP_OP_SET_OBJECT_PROP_LIST)
        answer->reply->count = 0;
}

static void any_string(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    const struct mtpr_command *command = mtpr_command(r);
    const struct mtpr_device_property *property =
        mtpr_device_property(r, (uint16_t)command->params[0]);

    (void)self;
    if (command->code == MTP_OP_SET_DEVICE_PROP_VALUE &&
        answer->reply->code == MTP_RC_INVALID_DEVICE_PROP_VALUE && property &&
        property->type == MTP_DTC_STRING)
        answer->reply->code = MTP_RC_OK;
}

/* Of that operation's list these properties are all there is. */
static void keep_of_list(const struct mtpr_responder *r, struct wr *dataset, uint16_t operation,
                         bool (*keeps)(const struct mtpr_responder *r, uint32_t handle,
                                       uint16_t code))
{
    struct rd rd = rd_over(dataset->data, dataset->used);
    struct wr list = {0};
    uint32_t kept = 0;

    if (mtpr_command(r)->code != operation)
        return;
    wr_u32(&list, 0);
    for (uint32_t left = rd_u32(&rd); left > 0 && !rd.failed; left--) {
        const uint8_t *element = rd.at;
        uint32_t handle = rd_u32(&rd), length;
        uint16_t code = rd_u16(&rd), type = rd_u16(&rd);

        if (rd_value(&rd, type, &length) && keeps(r, handle, code)) {
            wr_bytes(&list, element, 8 + (size_t)length);
            kept++;
        }
    }
    wr_u32_at(&list, 0, kept);
    wr_done(dataset);
    *dataset = list;
}

static bool is_name(const struct mtpr_responder *r, uint32_t handle, uint16_t code)
{
    (void)r, (void)handle;
    return code == MTP_OPC_OBJECT_FILE_NAME;
}

/* So that nothing else can be wrong. */
static void take_only_name(void *self, struct mtpr_responder *r, struct wr *dataset)
{
    (void)self;
    keep_of_list(r, dataset, MTP_OP_SEND_OBJECT_PROP_LIST, is_name);
}

static bool is_no_date(const struct mtpr_responder *r, uint32_t handle, uint16_t code)
{
    (void)r, (void)handle;
    return code != MTP_OPC_DATE_CREATED && code != MTP_OPC_DATE_MODIFIED;
}

static void take_no_dates(void *self, struct mtpr_responder *r, struct wr *dataset)
{
    (void)self;
    keep_of_list(r, dataset, MTP_OP_SEND_OBJECT_PROP_LIST, is_no_date);
}

static bool is_no_track(const struct mtpr_responder *r, uint32_t handle, uint16_t code)
{
    (void)r, (void)handle;
    return code != MTP_OPC_TRACK;
}

static void take_no_track(void *self, struct mtpr_responder *r, struct wr *dataset)
{
    (void)self;
    keep_of_list(r, dataset, MTP_OP_SEND_OBJECT_PROP_LIST, is_no_track);
}

static bool is_there(const struct mtpr_responder *r, uint32_t handle, uint16_t code)
{
    (void)code;
    return store_find(mtpr_store(r), handle) != NULL;
}

static void take_what_is_there(void *self, struct mtpr_responder *r, struct wr *dataset)
{
    (void)self;
    keep_of_list(r, dataset, MTP_OP_SET_OBJECT_PROP_LIST, is_there);
}

/* ---- references */

static bool is_references(const struct mtpr_responder *r, const struct wr *dataset)
{
    return mtpr_command(r)->code == MTP_OP_SET_OBJECT_REFERENCES && dataset->used >= 4;
}

static void trust_count(void *self, struct mtpr_responder *r, struct wr *dataset)
{
    uint32_t count, most;

    (void)self;
    if (!is_references(r, dataset))
        return;
    count = get_le32(dataset->data);
    most = (uint32_t)(dataset->used / 4 - 1);
    count = count < most ? count : most;
    put_le32(dataset->data, count);
    dataset->used = 4 + 4 * (size_t)count;
}

static void lose_references(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    struct store_object *list = store_find(mtpr_store(r), mtpr_command(r)->params[0]);

    (void)self;
    if (mtpr_command(r)->code == MTP_OP_SET_OBJECT_REFERENCES && list &&
        answer->reply->code == MTP_RC_INVALID_OBJECT_REFERENCE)
        (void)store_set_references(mtpr_store(r), list, NULL, 0);
}

static int by_number(const void *left, const void *right)
{
    uint32_t a = get_le32(left), b = get_le32(right);

    return a < b ? -1 : a > b;
}

static void sort_references(void *self, struct mtpr_responder *r, struct wr *dataset)
{
    uint8_t *at, *end;
    uint32_t count;

    (void)self;
    if (!is_references(r, dataset))
        return;
    count = get_le32(dataset->data);
    if (dataset->used != 4 + 4 * (size_t)count)
        return;
    at = dataset->data + 4;
    qsort(at, count, 4, by_number);
    end = at;
    for (uint32_t i = 0; i < count; i++, at += 4) {
        if (i == 0 || get_le32(at) != get_le32(end - 4)) {
            memmove(end, at, 4);
            end += 4;
        }
    }
    dataset->used = (size_t)(end - dataset->data);
    put_le32(dataset->data, (uint32_t)(dataset->used / 4 - 1));
}

/* ---- reports of what happened on the device */

static void report_nothing(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    if (!mtp_answers(r, answer, MTP_OP_WMPPD_REPORT_ADDED_DELETED_ITEMS) &&
        !mtp_answers(r, answer, MTP_OP_WMPPD_REPORT_ACQUIRED_ITEMS))
        return;
    wr_clear(answer->data);
    wr_u32(answer->data, 0);
    if (mtpr_command(r)->code == MTP_OP_WMPPD_REPORT_ADDED_DELETED_ITEMS)
        wr_u32(answer->data, 0);
    answer->reply->params[1] = 0; /* left over */
}

static const struct policy_row rows[] = {
#define DEFECT(token, label, how, ...) {DEFECT_##token, how},
#include "simulator/defect/defects_mtp_property.def"
#undef DEFECT
    {DEFECT_REFERENCES_DANGLE, STORE(references_clean)},
};
const struct policy_table policies_mtp_property = {rows, ARRAY_SIZE(rows)};

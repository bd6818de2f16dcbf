/* Defects of values that a host sends: what of them is kept. */
#include "mtp_codes.h"
#include "simulator/defect/filters_mtp.h"
#include "spcore/base.h"

/* ---- the string that stands at an offset of a dataset (MTP 1.1, 3.2.3) */

static bool has_string(const struct wr *dataset, size_t at)
{
    return dataset->used > at && dataset->used >= at + 1 + 2 * (size_t)dataset->data[at];
}

/* Its units, one after the other; the last one ends it. */
static void for_units(struct wr *dataset, size_t at, uint16_t (*change)(uint16_t unit))
{
    if (!has_string(dataset, at))
        return;
    for (size_t i = 0; i < dataset->data[at]; i++) {
        uint8_t *unit = dataset->data + at + 1 + 2 * i;

        put_le16(unit, change(get_le16(unit)));
    }
}

static uint16_t to_ascii(uint16_t unit)
{
    return unit < 0x80 ? unit : '?';
}

static uint16_t to_name(uint16_t unit)
{
    return unit == '/' || unit == '\\' ? '_' : unit;
}

/* ---- texts of objects and of the device */

static bool sets_value(const struct mtpr_responder *r)
{
    return mtpr_command(r)->code == MTP_OP_SET_OBJECT_PROP_VALUE;
}

/* That some hosts may set, and that are texts everywhere. */
static bool sets_text(const struct mtpr_responder *r)
{
    uint32_t property = mtpr_command(r)->params[1];

    return sets_value(r) && (property == MTP_OPC_ARTIST || property == MTP_OPC_ALBUM_NAME ||
                             property == MTP_OPC_NAME);
}

static void cut_text(void *self, struct mtpr_responder *r, struct wr *dataset)
{
    enum { MOST = 128 };

    (void)self;
    if (!sets_text(r) || !has_string(dataset, 0) || dataset->data[0] <= MOST + 1)
        return;
    dataset->data[0] = MOST + 1;
    dataset->used = 1 + 2 * (MOST + 1);
    put_le16(dataset->data + dataset->used - 2, 0);
}

static void ascii_text(void *self, struct mtpr_responder *r, struct wr *dataset)
{
    (void)self;
    if (sets_text(r))
        for_units(dataset, 0, to_ascii);
}

static void never_empty(void *self, struct mtpr_responder *r, struct wr *dataset)
{
    (void)self;
    if (!sets_text(r) || dataset->used != 1)
        return;
    wr_clear(dataset);
    wr_string(dataset, " ");
}

static void drop_tail(void *self, struct mtpr_responder *r, struct wr *dataset)
{
    (void)self;
    if (sets_text(r) && has_string(dataset, 0))
        dataset->used = 1 + 2 * (size_t)dataset->data[0];
}

static bool sets_device_text(const struct mtpr_responder *r)
{
    return mtpr_command(r)->code == MTP_OP_SET_DEVICE_PROP_VALUE &&
           mtpr_command(r)->params[0] == MTP_DPC_DEVICE_FRIENDLY_NAME;
}

static void ascii_device_text(void *self, struct mtpr_responder *r, struct wr *dataset)
{
    (void)self;
    if (sets_device_text(r))
        for_units(dataset, 0, to_ascii);
}

static void drop_device_tail(void *self, struct mtpr_responder *r, struct wr *dataset)
{
    (void)self;
    if (sets_device_text(r) && has_string(dataset, 0))
        dataset->used = 1 + 2 * (size_t)dataset->data[0];
}

/* The property, if it is a number that the host sets; NULL: it is not. */
static const struct mtpr_device_property *device_number(const struct mtpr_responder *r)
{
    const struct mtpr_command *command = mtpr_command(r);
    const struct mtpr_device_property *property =
        mtpr_device_property(r, (uint16_t)command->params[0]);

    return command->code == MTP_OP_SET_DEVICE_PROP_VALUE && property &&
                   property->type < MTP_DTC_ARRAY
               ? property
               : NULL;
}

static void take_outside(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    if (device_number(r) && answer->reply->code == MTP_RC_INVALID_DEVICE_PROP_VALUE)
        answer->reply->code = MTP_RC_OK;
}

/* Refused, too late. */
static void set_outside(void *self, struct mtpr_responder *r, struct wr *dataset)
{
    const struct mtpr_device_property *property = device_number(r);

    (void)self;
    if (property && dataset->used == property->value.length)
        (void)store_set_value(mtpr_store(r), property->code, dataset->data,
                              (uint32_t)dataset->used);
}

static void other_refusal(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    if (device_number(r) && answer->reply->code == MTP_RC_INVALID_DEVICE_PROP_VALUE)
        answer->reply->code = MTP_RC_INVALID_PARAMETER;
}

static void drop_device_rest(void *self, struct mtpr_responder *r, struct wr *dataset)
{
    const struct mtpr_device_property *property = device_number(r);

    (void)self;
    if (property && dataset->used > property->value.length)
        dataset->used = property->value.length;
}

static void fill_device_number(void *self, struct mtpr_responder *r, struct wr *dataset)
{
    const struct mtpr_device_property *property = device_number(r);

    (void)self;
    while (property && !dataset->failed && dataset->used < property->value.length)
        wr_u8(dataset, 0);
}

/* ---- numbers, dates, lists */

static void short_duration(void *self, struct mtpr_responder *r, struct wr *dataset)
{
    (void)self;
    if (sets_value(r) && mtpr_command(r)->params[1] == MTP_OPC_DURATION && dataset->used == 4)
        put_le16(dataset->data + 2, 0);
}

static void date_both(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    const struct mtpr_command *command = mtpr_command(r);
    struct store_object *object = store_find(mtpr_store(r), command->params[0]);

    (void)self;
    if (sets_value(r) && command->params[1] == MTP_OPC_DATE_MODIFIED && object &&
        answer->reply->code == MTP_RC_OK)
        (void)store_set_dates(mtpr_store(r), object, object->modified, object->modified);
}

/* Lists of texts only: others are left alone. */
static void one_object(void *self, struct mtpr_responder *r, struct wr *dataset)
{
    enum { HEAD = 8 /* handle, property, type */ };
    size_t at = 4;

    (void)self;
    if (mtpr_command(r)->code != MTP_OP_SET_OBJECT_PROP_LIST)
        return;
    while (dataset->used > at + HEAD && get_le16(dataset->data + at + 6) == MTP_DTC_STRING &&
           has_string(dataset, at + HEAD)) {
        put_le32(dataset->data + at, get_le32(dataset->data + 4));
        at += HEAD + 1 + 2 * (size_t)dataset->data[at + HEAD];
    }
}

/* ---- names of files */

static bool announces_file(const struct mtpr_responder *r, const struct wr *dataset)
{
    return mtpr_command(r)->code == MTP_OP_SEND_OBJECT_INFO && dataset->used > MTP_INFO_NAME &&
           get_le16(dataset->data + MTP_INFO_FORMAT) != MTP_FC_ASSOCIATION;
}

static void ascii_file_name(void *self, struct mtpr_responder *r, struct wr *dataset)
{
    (void)self;
    if (announces_file(r, dataset))
        for_units(dataset, MTP_INFO_NAME, to_ascii);
}

static void take_file_separators(void *self, struct mtpr_responder *r, struct wr *dataset)
{
    (void)self;
    if (announces_file(r, dataset))
        for_units(dataset, MTP_INFO_NAME, to_name);
}

/* The name, if it is the first of the list. */
static void take_list_separators(void *self, struct mtpr_responder *r, struct wr *dataset)
{
    enum { CODE = 8, VALUE = 12 };

    (void)self;
    if (mtpr_command(r)->code == MTP_OP_SEND_OBJECT_PROP_LIST && dataset->used > VALUE &&
        get_le16(dataset->data + CODE) == MTP_OPC_OBJECT_FILE_NAME)
        for_units(dataset, VALUE, to_name);
}

static void take_set_separators(void *self, struct mtpr_responder *r, struct wr *dataset)
{
    (void)self;
    if (sets_value(r) && mtpr_command(r)->params[1] == MTP_OPC_OBJECT_FILE_NAME)
        for_units(dataset, 0, to_name);
}

static const struct policy_row rows[] = {
#define DEFECT(token, label, how, ...) {DEFECT_##token, how},
#include "simulator/defect/defects_mtp_kept.def"
#undef DEFECT
};
const struct policy_table policies_mtp_kept = {rows, ARRAY_SIZE(rows)};

/* Defects of what a player says of itself and of an object: datasets that were
 * made by the book and are spoilt before they leave. */
#include <string.h>

#include "mtp_codes.h"
#include "simulator/defect/filters_mtp.h"
#include "spcore/base.h"

/* ---- DeviceInfo */

enum { STANDARD, EXTENSION_ID, EXTENSION_VERSION, EXTENSIONS }; /* fields */
enum { OPERATIONS = 5, EVENTS, PROPERTIES, SERIAL = 13 };

static bool cut_device_info(const struct mtpr_responder *r, const struct mtpr_answer *answer,
                            struct mtp_field fields[])
{
    return mtp_answers(r, answer, MTP_OP_GET_DEVICE_INFO) &&
           mtp_cut(answer->data, MTP_DEVICE_INFO, fields);
}

static void swap_lists(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    struct mtp_field fields[MTP_FIELDS_MAX], events;

    (void)self;
    if (!cut_device_info(r, answer, fields))
        return;
    events = fields[EVENTS];
    fields[EVENTS] = fields[OPERATIONS];
    fields[OPERATIONS] = events;
    mtp_join(answer->data, MTP_DEVICE_INFO, fields);
}

/* Another field of DeviceInfo. */
static void respell_device(const struct mtpr_responder *r, struct mtpr_answer *answer, size_t field,
                           const void *bytes, size_t length)
{
    struct mtp_field fields[MTP_FIELDS_MAX];

    if (!cut_device_info(r, answer, fields))
        return;
    fields[field] = (struct mtp_field){bytes, length};
    mtp_join(answer->data, MTP_DEVICE_INFO, fields);
}

static void no_serial(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    respell_device(r, answer, SERIAL, NULL, 0);
}

static void next_standard(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    respell_device(r, answer, STANDARD, "\145", 2);
}

static void no_extension_id(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    respell_device(r, answer, EXTENSION_ID, "\0\0\0", 4);
}

static void next_extension(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    respell_device(r, answer, EXTENSION_VERSION, "\145", 2);
}

static void other_extension(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    struct mtp_field fields[MTP_FIELDS_MAX];
    struct wr text = {0};

    (void)self;
    if (!cut_device_info(r, answer, fields))
        return;
    wr_string(&text, "papkit.org: 1.0;");
    fields[EXTENSIONS] = (struct mtp_field){text.data, text.used};
    mtp_join(answer->data, MTP_DEVICE_INFO, fields);
    wr_done(&text);
}

/* The array of words with `more` behind it and without `less`; 0: none. */
static void relist(const struct mtp_field *array, uint16_t more, uint16_t less,
                   struct wr *ret_array)
{
    struct rd rd = rd_over(array->data, array->length);
    uint32_t count = rd_array(&rd, 2), kept = 0;

    wr_u32(ret_array, 0);
    for (uint32_t i = 0; i < count + (more != 0); i++) {
        uint16_t code = i < count ? rd_u16(&rd) : more;

        if (code != less) {
            wr_u16(ret_array, code);
            kept++;
        }
    }
    wr_u32_at(ret_array, 0, kept);
}

static void relist_field(struct mtpr_responder *r, struct mtpr_answer *answer, size_t field,
                         uint16_t more, uint16_t less)
{
    struct mtp_field fields[MTP_FIELDS_MAX];
    struct wr array = {0};

    if (!cut_device_info(r, answer, fields))
        return;
    relist(&fields[field], more, less, &array);
    fields[field] = (struct mtp_field){array.data, array.used};
    mtp_join(answer->data, MTP_DEVICE_INFO, fields);
    wr_done(&array);
}

static void relist_operations(struct mtpr_responder *r, struct mtpr_answer *answer, uint16_t more,
                              uint16_t less)
{
    relist_field(r, answer, OPERATIONS, more, less);
}

static void unlist_copy(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    relist_operations(r, answer, 0, MTP_OP_COPY_OBJECT);
}

static void unlist_sending(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    relist_operations(r, answer, 0, MTP_OP_SEND_OBJECT);
}

static void unlist_battery(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    relist_field(r, answer, PROPERTIES, 0, MTP_DPC_BATTERY_LEVEL);
}

static uint16_t no_battery(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self, (void)r;
    return command->code == MTP_OP_GET_DEVICE_PROP_DESC &&
                   command->params[0] == MTP_DPC_BATTERY_LEVEL
               ? MTP_RC_DEVICE_PROP_NOT_SUPPORTED
               : 0;
}

static uint16_t no_wav(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self, (void)r;
    return command->code == MTP_OP_GET_OBJECT_PROPS_SUPPORTED && command->params[0] == MTP_FC_WAV
               ? MTP_RC_INVALID_OBJECT_FORMAT_CODE
               : 0;
}

static void list_self_test(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    relist_operations(r, answer, MTP_OP_SELF_TEST, 0);
}

static void list_twice(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    relist_operations(r, answer, MTP_OP_GET_OBJECT, 0);
}

static uint16_t no_prop_desc(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self, (void)r;
    if (command->code == MTP_OP_GET_OBJECT_PROP_DESC)
        command->code = 0; /* unknown */
    return 0;
}

static void unlist_prop_desc(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    relist_operations(r, answer, 0, MTP_OP_GET_OBJECT_PROP_DESC);
}

static uint16_t no_unique_id(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self, (void)r;
    return command->code == MTP_OP_GET_OBJECT_PROP_VALUE &&
                   command->params[1] == MTP_OPC_PERSISTENT_UID
               ? MTP_RC_OBJECT_PROP_NOT_SUPPORTED
               : 0;
}

static void relist_properties(struct mtpr_responder *r, struct mtpr_answer *answer, uint16_t more,
                              uint16_t less)
{
    struct wr array = {0};

    if (!mtp_answers(r, answer, MTP_OP_GET_OBJECT_PROPS_SUPPORTED))
        return;
    relist(&(struct mtp_field){answer->data->data, answer->data->used}, more, less, &array);
    wr_done(answer->data);
    *answer->data = array;
}

static void unlist_unique_id(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    relist_properties(r, answer, 0, MTP_OPC_PERSISTENT_UID);
}

static void unlist_genre(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    relist_properties(r, answer, 0, MTP_OPC_GENRE);
}

static void name_twice(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    relist_properties(r, answer, MTP_OPC_NAME, 0);
}

/* ---- ObjectInfo */

enum { INFO_PROTECTION = 2, INFO_SIZE }; /* fields */
enum { PARENT = 11, ASSOCIATION, NAME = 15, CREATED, KEYWORDS = 18 };

static void deep(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    enum { BIT_DEPTH = 34 }; /* bytes in front of it */

    (void)self;
    if (mtp_answers(r, answer, MTP_OP_GET_OBJECT_INFO))
        put_le32(answer->data->data + BIT_DEPTH, 24);
}

static void created_is_modified(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    struct mtp_field fields[MTP_FIELDS_MAX];

    (void)self;
    if (!mtp_answers(r, answer, MTP_OP_GET_OBJECT_INFO) ||
        !mtp_cut(answer->data, MTP_OBJECT_INFO, fields))
        return;
    fields[CREATED + 1] = fields[CREATED];
    mtp_join(answer->data, MTP_OBJECT_INFO, fields);
}

static void all_ones_is_root(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    if (mtp_answers(r, answer, MTP_OP_GET_OBJECT_INFO) &&
        get_le32(answer->data->data + MTP_INFO_PARENT) == 0)
        put_le32(answer->data->data + MTP_INFO_PARENT, 0xffffffffu);
}

/* Zeros in the place of that field, or nothing. */
static void blank(const struct mtpr_responder *r, struct mtpr_answer *answer, size_t field,
                  bool gone)
{
    static const uint8_t zeros[4];
    struct mtp_field fields[MTP_FIELDS_MAX];

    if (!mtp_answers(r, answer, MTP_OP_GET_OBJECT_INFO) ||
        !mtp_cut(answer->data, MTP_OBJECT_INFO, fields))
        return;
    fields[field] = (struct mtp_field){zeros, gone ? 0 : fields[field].length};
    mtp_join(answer->data, MTP_OBJECT_INFO, fields);
}

#define BLANK(name, field, gone)                                                                   \
    static void name(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)             \
    {                                                                                              \
        (void)self;                                                                                \
        blank(r, answer, field, gone);                                                             \
    }
BLANK(no_keywords, KEYWORDS, true)
BLANK(no_size, INFO_SIZE, false)
BLANK(no_protection, INFO_PROTECTION, false)
BLANK(all_at_root, PARENT, false)
BLANK(no_association, ASSOCIATION, false)

static bool answers_file_info(const struct mtpr_responder *r, const struct mtpr_answer *answer)
{
    return mtp_answers(r, answer, MTP_OP_GET_OBJECT_INFO) &&
           get_le16(answer->data->data + MTP_INFO_FORMAT) != MTP_FC_ASSOCIATION;
}

static void no_storage(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    if (answers_file_info(r, answer))
        put_le32(answer->data->data, 0);
}

static void no_format(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    if (answers_file_info(r, answer))
        put_le16(answer->data->data + MTP_INFO_FORMAT, MTP_FC_UNDEFINED);
}

/* The dates of the host's: the bytes behind the name, 0: there are none. */
static size_t sent_dates(const struct mtpr_responder *r, const struct wr *dataset)
{
    size_t at = MTP_INFO_NAME;

    if (mtpr_command(r)->code != MTP_OP_SEND_OBJECT_INFO || dataset->used <= at)
        return 0;
    at += 1 + 2 * (size_t)dataset->data[at];
    return at < dataset->used ? at : 0;
}

/* The second of the dates: no T where it belongs, or a month above 12. */
static bool is_strange(const struct wr *dataset, size_t at)
{
    const uint8_t *text;

    at += 1 + 2 * (size_t)dataset->data[at];
    if (at >= dataset->used || dataset->data[at] == 0)
        return false;
    text = dataset->data + at + 1;
    return at + 1 + 18 > dataset->used || text[16] != 'T' || (text[8] == '1' && text[10] > '2');
}

static void drop_strange_dates(void *self, struct mtpr_responder *r, struct wr *dataset)
{
    size_t at = sent_dates(r, dataset);

    (void)self;
    if (at && is_strange(dataset, at))
        dataset->used = at;
}

static void refuse_zones(void *self, struct mtpr_responder *r, struct wr *dataset)
{
    size_t at = sent_dates(r, dataset);

    (void)self;
    if (at && (memchr(dataset->data + at, '+', dataset->used - at) ||
               memchr(dataset->data + at, 'Z', dataset->used - at)))
        dataset->used = MTP_INFO_NAME; /* no whole dataset */
}

static void wrap_size(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    const struct store_object *object = store_find(mtpr_store(r), mtpr_command(r)->params[0]);

    (void)self;
    if (mtp_answers(r, answer, MTP_OP_GET_OBJECT_INFO) && object)
        put_le32(answer->data->data + MTP_INFO_SIZE, (uint32_t)object->size);
}

/* "dd.mm.yyyy hh:mm" of "yyyymmddThhmmss". */
static void put_local(struct wr *wr, const char *date)
{
    char local[] = "dd.mm.yyyy hh:mm";

    memcpy(local, date + 6, 2);
    memcpy(local + 3, date + 4, 2);
    memcpy(local + 6, date, 4);
    memcpy(local + 11, date + 9, 2);
    memcpy(local + 14, date + 11, 2);
    wr_string(wr, local);
}

static void local_dates(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    struct mtp_field fields[MTP_FIELDS_MAX];
    struct wr dates[2] = {{0}, {0}};

    (void)self;
    if (!mtp_answers(r, answer, MTP_OP_GET_OBJECT_INFO) ||
        !mtp_cut(answer->data, MTP_OBJECT_INFO, fields))
        return;
    for (size_t i = 0; i < ARRAY_SIZE(dates); i++) {
        struct rd rd = rd_over(fields[CREATED + i].data, fields[CREATED + i].length);
        char date[MTPR_TEXT_MAX];

        rd_string(&rd, date);
        if (date[0] == '\0')
            continue;
        put_local(&dates[i], date);
        fields[CREATED + i] = (struct mtp_field){dates[i].data, dates[i].used};
    }
    mtp_join(answer->data, MTP_OBJECT_INFO, fields);
    wr_done(&dates[0]);
    wr_done(&dates[1]);
}

/* ---- strings */

static void long_empty_strings(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    static const struct {
        uint16_t operation;
        const char *layout;
    } datasets[] = {
        {MTP_OP_GET_DEVICE_INFO, MTP_DEVICE_INFO},
        {MTP_OP_GET_STORAGE_INFO, MTP_STORAGE_INFO},
        {MTP_OP_GET_OBJECT_INFO, MTP_OBJECT_INFO},
    };

    (void)self;
    for (size_t i = 0; i < ARRAY_SIZE(datasets); i++) {
        const char *layout = datasets[i].layout;
        struct mtp_field fields[MTP_FIELDS_MAX];

        if (!mtp_answers(r, answer, datasets[i].operation) ||
            !mtp_cut(answer->data, layout, fields))
            continue;
        for (size_t k = 0; layout[k]; k++) {
            if (layout[k] == 's' && fields[k].length == 1)
                fields[k] = (struct mtp_field){"\1\0", 3};
        }
        mtp_join(answer->data, layout, fields);
    }
}

/* The string without the first half of each surrogate pair. */
static void put_halves(struct wr *wr, const struct mtp_field *string)
{
    struct rd rd = rd_over(string->data, string->length);
    size_t at = wr->used;
    uint8_t kept = 0;

    wr_u8(wr, 0);
    for (unsigned left = rd_u8(&rd); left > 0; left--) {
        uint16_t unit = rd_u16(&rd);

        if (unit >= 0xd800 && unit < 0xdc00)
            continue;
        wr_u16(wr, unit);
        kept++;
    }
    if (!wr->failed)
        wr->data[at] = kept;
}

/* Count, 254 units, terminator: 511 bytes. */
static void cut_long_name(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    enum { LONGEST = 511 };

    (void)self;
    if (!mtp_answers(r, answer, MTP_OP_GET_OBJECT_PROP_VALUE) || answer->data->used != LONGEST ||
        mtpr_command(r)->params[1] != MTP_OPC_OBJECT_FILE_NAME)
        return;
    answer->data->used -= 4;
    answer->data->data[0] -= 2;
    put_le16(answer->data->data + answer->data->used - 2, 0);
}

static void halve_pairs(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    bool info = mtp_answers(r, answer, MTP_OP_GET_OBJECT_INFO);
    bool value = mtp_answers(r, answer, MTP_OP_GET_OBJECT_PROP_VALUE) &&
                 (mtpr_command(r)->params[1] == MTP_OPC_OBJECT_FILE_NAME ||
                  mtpr_command(r)->params[1] == MTP_OPC_NAME);
    const char *layout = info ? MTP_OBJECT_INFO : "s";
    struct mtp_field fields[MTP_FIELDS_MAX];
    struct wr name = {0};

    (void)self;
    if (!(info || value) || !mtp_cut(answer->data, layout, fields))
        return;
    put_halves(&name, &fields[info ? NAME : 0]);
    fields[info ? NAME : 0] = (struct mtp_field){name.data, name.used};
    mtp_join(answer->data, layout, fields);
    wr_done(&name);
}

static const struct policy_row rows[] = {
#define DEFECT(token, label, how, ...) {DEFECT_##token, how},
#include "simulator/defect/defects_mtp_info.def"
#undef DEFECT
};
const struct policy_table policies_mtp_info = {rows, ARRAY_SIZE(rows)};

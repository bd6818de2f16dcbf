/* Defects of sending: what is announced, under which name, and what becomes of it. */
#include <string.h>

#include "mtp_codes.h"
#include "simulator/defect/filters_mtp.h"
#include "spcore/base.h"

/* ---- sending: what is announced */

static bool is_info(const struct mtpr_responder *r, const struct wr *dataset)
{
    return mtpr_command(r)->code == MTP_OP_SEND_OBJECT_INFO && dataset->used > MTP_INFO_NAME;
}

/* Where the running announcement goes to; false: to no store that is. */
static bool place_of(const struct mtpr_responder *r, size_t *ret_volume, uint32_t *ret_parent)
{
    const uint32_t *params = mtpr_command(r)->params;
    int volume = params[0] ? store_volume_find(mtpr_store(r), params[0]) : 0;

    if (volume < 0)
        return false;
    *ret_volume = (size_t)volume;
    *ret_parent = params[1] == 0xffffffffu ? 0 : params[1];
    return true;
}

static bool name_of(const struct wr *info, char ret_name[MTPR_TEXT_MAX])
{
    struct rd rd = rd_over(info->data + MTP_INFO_NAME, info->used - MTP_INFO_NAME);

    rd_string(&rd, ret_name);
    return !rd.failed;
}

/* The most bytes the volume takes; UINT64_MAX: no limit. */
static uint64_t limit_of(const struct mtpr_responder *r, uint32_t storage)
{
    int volume = storage ? store_volume_find(mtpr_store(r), storage) : 0;
    uint64_t limit =
        volume < 0 ? 0 : store_volume_at(mtpr_store(r), (size_t)volume)->max_object_size;

    return limit ? limit : UINT64_MAX;
}

static void cut_info_size(void *self, struct mtpr_responder *r, struct wr *dataset)
{
    uint64_t limit = limit_of(r, mtpr_command(r)->params[0]);

    (void)self;
    if (is_info(r, dataset) && get_le32(dataset->data + MTP_INFO_SIZE) > limit)
        put_le32(dataset->data + MTP_INFO_SIZE, (uint32_t)limit);
}

static uint16_t cut_list_size(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    uint64_t size = (uint64_t)command->params[3] << 32 | command->params[4];
    uint64_t limit = limit_of(r, command->params[0]);

    (void)self;
    if (command->code == MTP_OP_SEND_OBJECT_PROP_LIST && size > limit) {
        command->params[3] = (uint32_t)(limit >> 32);
        command->params[4] = (uint32_t)limit;
    }
    return 0;
}

static uint16_t low_size(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self, (void)r;
    if (command->code == MTP_OP_SEND_OBJECT_PROP_LIST)
        command->params[3] = 0;
    return 0;
}

/* As if the host did not know how much it sends. */
static void forget_size(void *self, struct mtpr_responder *r, struct wr *dataset)
{
    (void)self;
    if (is_info(r, dataset))
        put_le32(dataset->data + MTP_INFO_SIZE, 0xffffffffu);
}

static uint16_t parents_store(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    const struct store_object *parent = store_find(mtpr_store(r), command->params[1]);

    (void)self;
    if (command->code == MTP_OP_SEND_OBJECT_INFO && parent)
        command->params[0] = store_volume_at(mtpr_store(r), parent->volume)->id;
    return 0;
}

static uint16_t refuse_any_store(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self, (void)r;
    return command->code == MTP_OP_SEND_OBJECT_INFO && command->params[0] == 0
               ? MTP_RC_INVALID_STORAGE_ID
               : 0;
}

static uint16_t guess_store(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self;
    if (command->code == MTP_OP_SEND_OBJECT_INFO && command->params[0] &&
        store_volume_find(mtpr_store(r), command->params[0]) < 0)
        command->params[0] = store_volume_at(mtpr_store(r), 0)->id;
    return 0;
}

static bool announces(const struct mtpr_command *command, uint16_t operation)
{
    return command->code == operation && command->params[1] && command->params[1] != 0xffffffffu;
}

/* Into the folder that the file is in. */
static void beside_file(struct mtpr_responder *r, struct mtpr_command *command)
{
    const struct store_object *parent = store_find(mtpr_store(r), command->params[1]);

    if (parent && parent->format != MTP_FC_ASSOCIATION)
        command->params[1] = parent->parent ? parent->parent : 0xffffffffu;
}

static uint16_t beside_file_by_info(void *self, struct mtpr_responder *r,
                                    struct mtpr_command *command)
{
    (void)self;
    if (announces(command, MTP_OP_SEND_OBJECT_INFO))
        beside_file(r, command);
    return 0;
}

static uint16_t beside_file_by_list(void *self, struct mtpr_responder *r,
                                    struct mtpr_command *command)
{
    (void)self;
    if (announces(command, MTP_OP_SEND_OBJECT_PROP_LIST))
        beside_file(r, command);
    return 0;
}

static uint16_t unknown_is_root(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self;
    if (announces(command, MTP_OP_SEND_OBJECT_INFO) &&
        !store_find(mtpr_store(r), command->params[1]))
        command->params[1] = 0xffffffffu;
    return 0;
}

static uint16_t to_root(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self, (void)r;
    if (command->code == MTP_OP_SEND_OBJECT_INFO && command->params[1])
        command->params[1] = 0xffffffffu;
    return 0;
}

/* ---- sending: names */

/* Names are checked unless this one has that in it. */
static void take_names(void *self, struct mtpr_responder *r, const struct wr *dataset,
                       bool (*has)(const char *name))
{
    struct policies *policies = self;
    char name[MTPR_TEXT_MAX];

    if (is_info(r, dataset) && name_of(dataset, name))
        policies->mtpr.names_checked = !has(name);
}

#define TAKES(function, condition)                                                                 \
    static bool has_##function(const char *name)                                                   \
    {                                                                                              \
        return condition;                                                                          \
    }                                                                                              \
    static void function(void *self, struct mtpr_responder *r, struct wr *dataset)                 \
    {                                                                                              \
        take_names(self, r, dataset, has_##function);                                              \
    }
TAKES(take_separators, strpbrk(name, "/\\") != NULL)
TAKES(take_dots, strcmp(name, "..") == 0)
TAKES(take_controls, strpbrk(name, "\1\2\3\4\5\6\7\b\t\n\v\f\r\33\177") != NULL)
TAKES(take_empty, name[0] == '\0')

/* Every other namesake gets another first letter. */
static void rename_second(void *self, struct mtpr_responder *r, struct wr *dataset)
{
    struct policies *policies = self;
    char name[MTPR_TEXT_MAX];
    size_t volume;
    uint32_t parent;

    if (is_info(r, dataset) && place_of(r, &volume, &parent) && name_of(dataset, name) &&
        store_find_name(mtpr_store(r), volume, parent, name) && policies->asked++ % 2)
        dataset->data[MTP_INFO_NAME + 1] ^= 1;
}

static void remove_namesake(void *self, struct mtpr_responder *r, struct wr *dataset)
{
    char name[MTPR_TEXT_MAX];
    struct store_object *other;
    size_t volume;
    uint32_t parent;

    (void)self;
    if (!is_info(r, dataset) || !place_of(r, &volume, &parent) || !name_of(dataset, name))
        return;
    other = store_find_name(mtpr_store(r), volume, parent, name);
    if (other)
        (void)store_remove(mtpr_store(r), other); /* not if it has children */
}

/* ---- sending: what becomes of it */

static void other_handle(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    uint16_t code = mtpr_command(r)->code;
    struct mtpr_reply *reply = answer->reply;

    (void)self;
    if ((code == MTP_OP_SEND_OBJECT_INFO || code == MTP_OP_SEND_OBJECT_PROP_LIST) &&
        reply->code == MTP_RC_OK && !store_find(mtpr_store(r), reply->params[2]))
        reply->params[2] += 0x1000;
}

/* Of what the operation answers: store, parent, handle. */
static void say_nothing(const struct mtpr_responder *r, struct mtpr_answer *answer,
                        uint16_t operation, unsigned of)
{
    if (mtpr_command(r)->code == operation && answer->reply->code == MTP_RC_OK)
        answer->reply->params[of] = 0;
}

static void no_store(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    say_nothing(r, answer, MTP_OP_SEND_OBJECT_INFO, 0);
}

static void no_chosen_store(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    if (!mtpr_command(r)->params[0])
        no_store(self, r, answer);
}

static void no_parent(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    say_nothing(r, answer, MTP_OP_SEND_OBJECT_INFO, 1);
}

static void no_list_store(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    say_nothing(r, answer, MTP_OP_SEND_OBJECT_PROP_LIST, 0);
}

static void no_chosen_list_store(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    if (!mtpr_command(r)->params[0])
        no_list_store(self, r, answer);
}

static void root_is_itself(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    const struct mtpr_command *command = mtpr_command(r);
    uint32_t *params = answer->reply->params;

    (void)self;
    if (command->code == MTP_OP_SEND_OBJECT_INFO && command->params[1] == 0xffffffff &&
        answer->reply->code == MTP_RC_OK)
        params[1] = params[2];
}

static void info_stays(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    bool *sent = &notes(self)->sent;

    if (mtpr_command(r)->code != MTP_OP_SEND_OBJECT)
        return;
    if (*sent && answer->reply->code == MTP_RC_NO_VALID_OBJECT_INFO)
        answer->reply->code = MTP_RC_OK;
    *sent |= answer->reply->code == MTP_RC_OK;
}

static void answer_early(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    if (mtpr_command(r)->code == MTP_OP_SEND_OBJECT &&
        answer->reply->code == MTP_RC_NO_VALID_OBJECT_INFO)
        answer->phase = MTPR_REPLY;
}

/* What was announced before appears, empty, when something else is announced. */
static void list_replaced(void *self, struct mtpr_responder *r, struct wr *dataset)
{
    struct mtp_announced *before = &notes(self)->announced;
    struct store_draft draft = {.handle = before->handle,
                                .parent = before->parent,
                                .volume = before->volume,
                                .format = before->format,
                                .name = before->name,
                                .created = STORE_NO_DATE,
                                .modified = STORE_NO_DATE};
    struct store_object *empty;

    if (!is_info(r, dataset))
        return;
    if (draft.handle && !store_find(mtpr_store(r), draft.handle))
        (void)store_create(mtpr_store(r), &draft, &empty);
    before->handle = 0;
    before->format = get_le16(dataset->data + MTP_INFO_FORMAT);
    before->name[0] = '\0';
    (void)name_of(dataset, before->name);
}

static void note_announced(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    struct mtp_announced *announced = &notes(self)->announced;
    uint16_t code = mtpr_command(r)->code;

    if (answer->reply->code != MTP_RC_OK)
        return;
    if (code == MTP_OP_SEND_OBJECT)
        announced->handle = 0;
    else if (code == MTP_OP_SEND_OBJECT_INFO && place_of(r, &announced->volume, &announced->parent))
        announced->handle = answer->reply->params[2];
}

/* What was announced and is not there has five bytes. */
static void read_announced(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    note_announced(self, r, answer);
    if (mtpr_command(r)->code != MTP_OP_GET_OBJECT || !answer->data ||
        answer->reply->code != MTP_RC_INVALID_OBJECT_HANDLE ||
        mtpr_command(r)->params[0] != notes(self)->announced.handle)
        return;
    answer->reply->code = MTP_RC_OK;
    answer->phase = MTPR_DATA_IN;
    wr_bytes(answer->data, "early", 5);
}

static uint16_t refuse_second_info(void *self, struct mtpr_responder *r,
                                   struct mtpr_command *command)
{
    const struct mtp_announced *before = &notes(self)->announced;

    return command->code == MTP_OP_SEND_OBJECT_INFO && before->handle &&
                   !store_find(mtpr_store(r), before->handle)
               ? MTP_RC_DEVICE_BUSY
               : 0;
}

static void note_short(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    notes(self)->cut = mtpr_command(r)->code == MTP_OP_SEND_OBJECT
                           ? answer->reply->code == MTP_RC_INCOMPLETE_TRANSFER
                           : notes(self)->cut;
}

static uint16_t refuse_again(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)r;
    return command->code == MTP_OP_SEND_OBJECT && notes(self)->cut ? MTP_RC_NO_VALID_OBJECT_INFO
                                                                   : 0;
}

static void note_folder(void *self, struct mtpr_responder *r, struct wr *dataset)
{
    notes(self)->folder =
        is_info(r, dataset) && get_le16(dataset->data + MTP_INFO_FORMAT) == MTP_FC_ASSOCIATION;
}

static uint16_t busy_after_folder(void *self, struct mtpr_responder *r,
                                  struct mtpr_command *command)
{
    bool busy = notes(self)->folder && command->code != MTP_OP_SEND_OBJECT;

    (void)r;
    notes(self)->folder = false;
    return busy ? MTP_RC_DEVICE_BUSY : 0;
}

static void make_empty(const struct mtpr_responder *r, size_t volume, uint32_t parent)
{
    struct store_draft draft = {.format = MTP_FC_UNDEFINED,
                                .volume = volume,
                                .parent = parent,
                                .name = "refused",
                                .created = STORE_NO_DATE,
                                .modified = STORE_NO_DATE};
    struct store_object *empty;

    (void)store_create(mtpr_store(r), &draft, &empty);
}

static void list_unnamed(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    if (mtpr_command(r)->code == MTP_OP_SEND_OBJECT &&
        answer->reply->code == MTP_RC_NO_VALID_OBJECT_INFO)
        make_empty(r, 0, 0);
}

static void list_misplaced(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    const struct store_object *parent = store_find(mtpr_store(r), mtpr_command(r)->params[1]);

    (void)self;
    if (mtpr_command(r)->code == MTP_OP_SEND_OBJECT_INFO && parent &&
        answer->reply->code == MTP_RC_INVALID_STORAGE_ID)
        make_empty(r, parent->volume, parent->handle);
}

static void list_untyped(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    size_t volume;
    uint32_t parent;

    (void)self;
    if (mtpr_command(r)->code == MTP_OP_SEND_OBJECT_PROP_LIST &&
        answer->reply->code == MTP_RC_INVALID_OBJECT_PROP_FORMAT && place_of(r, &volume, &parent))
        make_empty(r, volume, parent);
}

/* One that was refused for its size, by a name of ours: its own is forgotten. */
static void list_unfit(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    size_t volume;
    uint32_t parent;

    (void)self;
    if (mtpr_command(r)->code == MTP_OP_SEND_OBJECT_INFO &&
        answer->reply->code == MTP_RC_STORE_FULL && place_of(r, &volume, &parent))
        make_empty(r, volume, parent);
}

static const struct policy_row rows[] = {
#define DEFECT(token, label, how, ...) {DEFECT_##token, how},
#include "simulator/defect/defects_mtp_send.def"
#undef DEFECT
    /* The function's, but for the room there is in the responder. */
    {DEFECT_EXCESS_DATA_KEPT, ON(dataset, forget_size)},
};
const struct policy_table policies_mtp_send = {rows, ARRAY_SIZE(rows)};

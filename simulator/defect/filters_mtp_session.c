/* Defects of sessions, commands and events: what is done before an operation runs, or instead. */
#include "mtp_codes.h"
#include "simulator/defect/filters_mtp.h"
#include "spcore/base.h"

/* ---- commands */

static uint16_t reuse_parameters(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    uint32_t *before = notes(self)->params;

    (void)r;
    for (unsigned i = 0; i < 5; i++) {
        if (i < command->count)
            before[i] = command->params[i];
        else
            command->params[i] = before[i];
    }
    return 0;
}

static uint16_t reuse_third(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    uint32_t *before = &notes(self)->params[2];

    (void)r;
    if (command->count > 2)
        *before = command->params[2];
    else if (command->count == 2)
        command->params[2] = *before;
    return 0;
}

/* Vendors' and rarer operations: those a player must list. */
static uint16_t no_extensions(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self, (void)r;
    if (command->code == MTP_OP_SKIP || (command->code >= 0x9100 && command->code <= 0x92ff))
        command->code = 0; /* unknown */
    return 0;
}

/* ---- operations that say OK and do nothing */

static uint16_t skip_nothing(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self, (void)r;
    return command->code == MTP_OP_SKIP ? MTP_RC_OK : 0;
}

static uint16_t clean_nothing(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self, (void)r;
    return command->code == MTP_OP_WMDRMPD_CLEAN_DATA_STORE ? MTP_RC_OK : 0;
}

static uint16_t reset_nothing(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self, (void)r;
    return command->code == MTP_OP_RESET_DEVICE ? MTP_RC_OK : 0;
}

/* ---- sessions */

static uint16_t device_info_in_session(void *self, struct mtpr_responder *r,
                                       struct mtpr_command *command)
{
    (void)self;
    return command->code == MTP_OP_GET_DEVICE_INFO && !mtpr_session_open(r)
               ? MTP_RC_SESSION_NOT_OPEN
               : 0;
}

static uint16_t device_info_outside(void *self, struct mtpr_responder *r,
                                    struct mtpr_command *command)
{
    (void)self;
    return command->code == MTP_OP_GET_DEVICE_INFO && mtpr_session_open(r) ? MTP_RC_ACCESS_DENIED
                                                                           : 0;
}

static void other_mode_in_session(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    static const uint8_t sleeping[] = {1, 0};
    struct mtp_field fields[MTP_FIELDS_MAX];

    (void)self;
    if (!mtpr_session_open(r) || !mtp_answers(r, answer, MTP_OP_GET_DEVICE_INFO) ||
        !mtp_cut(answer->data, MTP_DEVICE_INFO, fields))
        return;
    fields[4] = (struct mtp_field){sleeping, sizeof(sleeping)};
    mtp_join(answer->data, MTP_DEVICE_INFO, fields);
}

static uint16_t zero_is_one(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)r;
    notes(self)->zero = command->code == MTP_OP_OPEN_SESSION && command->params[0] == 0;
    if (notes(self)->zero)
        command->params[0] = 1;
    return 0;
}

static void refuse_zero(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)r;
    if (notes(self)->zero)
        answer->reply->code = MTP_RC_INVALID_PARAMETER;
}

static uint16_t refuse_high_session(void *self, struct mtpr_responder *r,
                                    struct mtpr_command *command)
{
    (void)self, (void)r;
    return command->code == MTP_OP_OPEN_SESSION && command->params[0] > INT32_MAX
               ? MTP_RC_INVALID_PARAMETER
               : 0;
}

static void bare_refusal(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self, (void)r;
    if (answer->reply->code == MTP_RC_SESSION_ALREADY_OPEN)
        answer->reply->count = 0;
}

static void name_new_session(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)self;
    if (answer->reply->code == MTP_RC_SESSION_ALREADY_OPEN)
        answer->reply->params[0] = mtpr_command(r)->params[0];
}

static void name_first_session(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    uint32_t *first = &notes(self)->first_session;

    if (mtp_answers(r, answer, MTP_OP_OPEN_SESSION) && !*first)
        *first = mtpr_command(r)->params[0];
    if (answer->reply->code == MTP_RC_SESSION_ALREADY_OPEN)
        answer->reply->params[0] = *first;
}

/* ---- what was announced, and the end of its session */

static uint16_t close_keeps_later(void *self, struct mtpr_responder *r,
                                  struct mtpr_command *command)
{
    struct policies *policies = self;

    if (command->code == MTP_OP_CLOSE_SESSION && mtpr_session_open(r))
        policies->mtpr.close_drops_info = notes(self)->closings++ == 0;
    return 0;
}

static uint16_t close_keeps_list(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    struct policies *policies = self;

    (void)r;
    if (command->code == MTP_OP_SEND_OBJECT_PROP_LIST || command->code == MTP_OP_SEND_OBJECT_INFO)
        policies->mtpr.close_drops_info = command->code == MTP_OP_SEND_OBJECT_INFO;
    return 0;
}

static void send_outlived(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    struct mtp_notes *its = notes(self);
    uint16_t code = mtpr_command(r)->code;

    if (code == MTP_OP_SEND_OBJECT_INFO)
        its->waits = answer->reply->code == MTP_RC_OK;
    if (code != MTP_OP_SEND_OBJECT)
        return;
    if (its->outlives && answer->reply->code == MTP_RC_NO_VALID_OBJECT_INFO)
        answer->reply->code = MTP_RC_OK;
    its->waits = its->outlives = false;
}

static void outlive_reset(void *self, struct mtpr_responder *r, enum mtpr_loss why)
{
    (void)r;
    if (why == MTPR_LOSS_CLASS_RESET)
        notes(self)->outlives |= notes(self)->waits;
    notes(self)->waits = false;
}

static void outlive_bus(void *self, struct mtpr_responder *r, enum mtpr_loss why)
{
    (void)r;
    if (why == MTPR_LOSS_BUS)
        notes(self)->outlives |= notes(self)->waits;
    notes(self)->waits = false;
}

static void note_second_open(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    (void)r;
    notes(self)->closing |= answer->reply->code == MTP_RC_SESSION_ALREADY_OPEN;
}

static uint16_t close_after_second(void *self, struct mtpr_responder *r,
                                   struct mtpr_command *command)
{
    (void)command;
    if (notes(self)->closing)
        mtpr_reset(r, MTPR_LOSS_CLASS_RESET);
    notes(self)->closing = false;
    return 0;
}

static uint16_t close_nothing(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self, (void)r;
    return command->code == MTP_OP_CLOSE_SESSION ? MTP_RC_OK : 0;
}

static uint16_t reopen(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self;
    if (command->code == MTP_OP_OPEN_SESSION && mtpr_session_open(r))
        mtpr_reset(r, MTPR_LOSS_CLASS_RESET);
    return 0;
}

/* The device is called what its player file says. */
static void first_name(struct mtpr_responder *r)
{
    const struct mtpr_device_property *name = mtpr_device_property(r, MTP_DPC_DEVICE_FRIENDLY_NAME);
    const struct mtpr_bytes *value;

    if (!name)
        return;
    value = name->current.data ? &name->current : &name->value;
    (void)store_set_value(mtpr_store(r), name->code, value->data, value->length);
}

static uint16_t forget_name(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self;
    if (command->code == MTP_OP_OPEN_SESSION && !mtpr_session_open(r))
        first_name(r);
    return 0;
}

static void forget_name_at_reset(void *self, struct mtpr_responder *r, enum mtpr_loss why)
{
    (void)self;
    if (why == MTPR_LOSS_CLASS_RESET)
        first_name(r);
}

static void id_of_session(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    if (mtpr_command(r)->code == MTP_OP_OPEN_SESSION)
        notes(self)->sessions++;
    if (mtp_answers(r, answer, MTP_OP_GET_OBJECT_PROP_VALUE) &&
        mtpr_command(r)->params[1] == MTP_OPC_PERSISTENT_UID && answer->data->used)
        answer->data->data[answer->data->used - 1] ^= notes(self)->sessions;
}

/* Nobody is there to hear that it was. */
static void list_torn(void *self, struct mtpr_responder *r, enum mtpr_loss why)
{
    struct policies *policies = self;
    bool dropped = policies->mtpr.half_objects_dropped;

    if (why != MTPR_LOSS_BUS)
        return;
    policies->mtpr.half_objects_dropped = false;
    mtpr_cancel(r);
    policies->mtpr.half_objects_dropped = dropped;
}

/* ---- handles */

static void answer_ones(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    notes(self)->deletions += mtpr_command(r)->code == MTP_OP_DELETE_OBJECT;
    if (notes(self)->deletions && mtpr_command(r)->code == MTP_OP_SEND_OBJECT_INFO)
        answer->reply->params[2] = UINT32_MAX;
}

static uint16_t expire(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)r;
    notes(self)->deletions += command->code == MTP_OP_DELETE_OBJECT;
    return command->code == MTP_OP_GET_OBJECT_INFO && notes(self)->deletions > 50
               ? MTP_RC_INVALID_OBJECT_HANDLE
               : 0;
}

/* ---- events */

enum { UNLISTED_EVENT = 0xc8ff }; /* a vendor's, that no player of ours lists */

static size_t tie_event(void *self, struct mtpr_responder *r, struct mtpr_event events[],
                        size_t count)
{
    (void)self;
    for (size_t i = 0; i < count; i++)
        events[i].transaction = mtpr_transaction(r);
    return count;
}

static size_t only_additions(void *self, struct mtpr_responder *r, struct mtpr_event events[],
                             size_t count)
{
    (void)self, (void)r;
    return events[0].code == MTP_EC_OBJECT_ADDED ? count : 0;
}

static size_t only_info(void *self, struct mtpr_responder *r, struct mtpr_event events[],
                        size_t count)
{
    (void)self, (void)r;
    return events[0].code == MTP_EC_OBJECT_INFO_CHANGED ? count : 0;
}

/* After that operation the host is told what it did. */
#define TELLS(function, operation, event, about)                                                   \
    static void function(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)         \
    {                                                                                              \
        const struct mtpr_command *command = mtpr_command(r);                                      \
                                                                                                   \
        (void)self;                                                                                \
        if (command->code == (operation) && answer->reply->code == MTP_RC_OK)                      \
            mtpr_raise(r, event, about, command->params[1]);                                       \
    }
TELLS(tell_copy, MTP_OP_COPY_OBJECT, MTP_EC_OBJECT_ADDED, answer->reply->params[0])
TELLS(tell_move, MTP_OP_MOVE_OBJECT, MTP_EC_OBJECT_INFO_CHANGED, command->params[0])
TELLS(tell_tag, MTP_OP_SET_OBJECT_PROP_VALUE, MTP_EC_OBJECT_PROP_CHANGED, command->params[0])
TELLS(tell_list, MTP_OP_SET_OBJECT_REFERENCES, MTP_EC_OBJECT_REFERENCES_CHANGED, command->params[0])
TELLS(tell_set, MTP_OP_SET_DEVICE_PROP_VALUE, MTP_EC_DEVICE_PROP_CHANGED, command->params[0])
TELLS(tell_reset, MTP_OP_RESET_DEVICE_PROP_VALUE, MTP_EC_DEVICE_PROP_CHANGED, command->params[0])

#define DROPS(function, dropped)                                                                   \
    static size_t function(void *self, struct mtpr_responder *r, struct mtpr_event events[],       \
                           size_t count)                                                           \
    {                                                                                              \
        (void)self, (void)r;                                                                       \
        return events[0].code == (dropped) ? 0 : count;                                            \
    }
DROPS(drop_added, MTP_EC_OBJECT_ADDED)
DROPS(drop_removed, MTP_EC_OBJECT_REMOVED)
DROPS(drop_info, MTP_EC_OBJECT_INFO_CHANGED)
DROPS(drop_space, MTP_EC_STORAGE_INFO_CHANGED)

static size_t no_handle(void *self, struct mtpr_responder *r, struct mtpr_event events[],
                        size_t count)
{
    (void)self, (void)r;
    if (events[0].code == MTP_EC_OBJECT_ADDED)
        events[0].params[0] = 0;
    return count;
}

static size_t add_parameter(void *self, struct mtpr_responder *r, struct mtpr_event events[],
                            size_t count)
{
    (void)self, (void)r;
    if (count && events[0].count < 3)
        events[0].params[events[0].count++] = 7;
    return count;
}

static size_t add_to_own(void *self, struct mtpr_responder *r, struct mtpr_event events[],
                         size_t count)
{
    return count && events[0].code == MTP_EC_DEVICE_INFO_CHANGED
               ? add_parameter(self, r, events, count)
               : count;
}

/* Each addition waits for the next and comes behind it. */
static size_t swap_events(void *self, struct mtpr_responder *r, struct mtpr_event events[],
                          size_t count)
{
    struct mtpr_event *held = &notes(self)->held;

    (void)r;
    if (count != 1 || events[0].code != MTP_EC_OBJECT_ADDED)
        return count;
    if (held->count == 0) {
        *held = events[0];
        return 0;
    }
    events[1] = *held;
    held->count = 0;
    return 2;
}

static size_t event_without_property(void *self, struct mtpr_responder *r,
                                     struct mtpr_event events[], size_t count)
{
    (void)self, (void)r;
    if (events[0].count > 1)
        events[0].count = 1;
    return count;
}

static size_t unlisted_event(void *self, struct mtpr_responder *r, struct mtpr_event events[],
                             size_t count)
{
    (void)self, (void)r;
    if (count == 0 || count == MTPR_EVENTS_OF_ONE)
        return count;
    events[count] = events[0];
    events[count].code = UNLISTED_EVENT;
    events[count].count = 1;
    return count + 1;
}

static bool is_full(const struct mtpr_responder *r)
{
    return mtpr_event_count(r) + 1 >= MTPR_EVENTS;
}

static size_t lose_when_full(void *self, struct mtpr_responder *r, struct mtpr_event events[],
                             size_t count)
{
    (void)self, (void)events;
    return is_full(r) ? 0 : count;
}

static uint16_t busy_when_full(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    (void)self, (void)command;
    return is_full(r) ? MTP_RC_DEVICE_BUSY : 0;
}

static size_t added_too_early(void *self, struct mtpr_responder *r, struct mtpr_event events[],
                              size_t count)
{
    (void)r;
    if (events[0].code == MTP_EC_OBJECT_ADDED)
        notes(self)->unreadable = events[0].params[0];
    return count;
}

static uint16_t not_there_yet(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    struct mtp_notes *its = notes(self);

    (void)r;
    if (command->code != MTP_OP_GET_OBJECT_INFO || !its->unreadable ||
        command->params[0] != its->unreadable)
        return 0;
    its->unreadable = 0;
    return MTP_RC_INVALID_OBJECT_HANDLE;
}

static uint16_t no_content_yet(void *self, struct mtpr_responder *r, struct mtpr_command *command)
{
    struct mtp_notes *its = notes(self);

    (void)r;
    if (command->code != MTP_OP_GET_OBJECT || !its->unreadable ||
        command->params[0] != its->unreadable)
        return 0;
    its->unreadable = 0;
    return MTP_RC_INVALID_OBJECT_HANDLE;
}

static const struct policy_row rows[] = {
#define DEFECT(token, label, how, ...) {DEFECT_##token, how},
#include "simulator/defect/defects_mtp_session.def"
#undef DEFECT
};
const struct policy_table policies_mtp_session = {rows, ARRAY_SIZE(rows)};

/* One transaction of the responder: the rules before any operation, the operation by its table, the
 * data either way, the reply. It knows no operation; the op_*.c know no transaction. */
#include "simulator/mtp/responder.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/mtp/mtpr_internal.h"
#include "simulator/mtp/mtpr_quirks.h"
#include "spcore/base.h"

const struct mtpr_operation *const mtpr_tables[] = {
    mtpr_session_operations,
    mtpr_storage_operations,
    mtpr_object_operations,
    mtpr_tree_operations,
    mtpr_send_operations,
    mtpr_edit_operations,
    mtpr_device_property_operations,
    mtpr_object_property_operations,
    mtpr_reference_operations,
    NULL,
};

/* Vendors' and rarer operations: there only for a player that lists them. */
static const struct mtpr_operation *const listed_tables[] = {
    mtpr_playback_operations, mtpr_report_operations, mtpr_self_test_operations,
    mtpr_wmdrmpd_operations,  mtpr_opaque_operations, NULL,
};

int mtpr_new(const struct mtpr_config *config, struct store *store, struct mtpr_waker waker,
             const struct mtpr_policy *policy, struct mtpr_responder **ret_responder)
{
    struct mtpr_responder *r = calloc(1, sizeof(*r));

    if (!r)
        return -ENOMEM;
    r->config = config;
    r->store = store;
    r->waker = waker;
    r->policy = policy;
    *ret_responder = r;
    return 0;
}

void mtpr_set_owner(struct mtpr_responder *r, const struct mtpr_owner *owner)
{
    r->owner = *owner;
}

void mtpr_free(struct mtpr_responder *r)
{
    if (!r)
        return;
    mtpr_pending_drop(r, &r->pending);
    mtpr_edits_drop(r);
    wr_done(&r->out);
    wr_done(&r->in);
    wr_done(&r->list.window);
    free(r);
}

uint16_t mtpr_code_of(int error)
{
    static const struct {
        int error;
        uint16_t code;
    } codes[] = {
        {0, MTP_RC_OK},
        {-ENOSPC, MTP_RC_STORE_FULL},
        {-EDQUOT, MTP_RC_STORE_FULL}, /* of the simulator's memory */
        {-EFBIG, MTP_RC_OBJECT_TOO_LARGE},
        {-EEXIST, MTP_RC_ACCESS_DENIED},
        {-ELOOP, MTP_RC_INVALID_PARENT_OBJECT},
        {-EINVAL, MTP_RC_INVALID_DATASET},
    };

    for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
        if (codes[i].error == error)
            return codes[i].code;
    }
    return MTP_RC_GENERAL_ERROR;
}

bool mtpr_listed(const struct mtpr_codes *codes, uint16_t code)
{
    if (!codes->codes)
        return true;
    for (size_t i = 0; i < codes->count; i++) {
        if (codes->codes[i] == code)
            return true;
    }
    return false;
}

static const struct mtpr_operation *in_tables(const struct mtpr_operation *const *table,
                                              uint16_t code)
{
    for (; *table; table++) {
        for (const struct mtpr_operation *operation = *table; operation->code; operation++) {
            if (operation->code == code)
                return operation;
        }
    }
    return NULL;
}

static const struct mtpr_operation *implemented(uint16_t code)
{
    const struct mtpr_operation *operation = in_tables(mtpr_tables, code);

    return operation ? operation : in_tables(listed_tables, code);
}

bool mtpr_operation_implemented(uint16_t code)
{
    return implemented(code) != NULL;
}

static const struct mtpr_operation *find(const struct mtpr_responder *r, uint16_t code)
{
    if (!mtpr_listed(&r->config->operations, code))
        return NULL;
    return r->config->operations.codes ? implemented(code) : in_tables(mtpr_tables, code);
}

/* ---- the rules before any operation */

/* Ids rise within a session and wrap from 0xfffffffe to 1 (MTP 1.1, 4.2.1). What repeats or falls
 * is refused, so nothing runs twice. */
static uint16_t check_id(struct mtpr_responder *r)
{
    struct mtpr_session *session = &r->session;
    uint32_t id = r->command.transaction, last = session->last_id;
    bool wrapped = last >= 0xffffff00u && id <= 0xff && r->policy->ids_wrap;
    bool repeated = session->last_id_known && id <= last && !wrapped;

    if (r->operation->flags & MTPR_ANY_ID || !session->open)
        return MTP_RC_OK;
    if (r->policy->ids_checked && (id == 0 || id == 0xffffffffu || repeated))
        return MTP_RC_INVALID_TRANSACTION_ID;
    session->last_id = id;
    session->last_id_known = true;
    return MTP_RC_OK;
}

static uint16_t check(struct mtpr_responder *r)
{
    uint16_t code;

    if (r->session.spent && r->policy->closes_for_good)
        return MTP_RC_GENERAL_ERROR;
    if (!r->operation)
        return MTP_RC_OPERATION_NOT_SUPPORTED;
    if (!r->session.open && !(r->operation->flags & MTPR_ANY_TIME) && r->policy->session_required)
        return MTP_RC_SESSION_NOT_OPEN;
    code = check_id(r);
    if (code != MTP_RC_OK)
        return code;
    for (unsigned i = r->operation->params; i < r->command.count; i++) {
        if (r->command.params[i] != 0)
            return MTP_RC_PARAMETER_NOT_SUPPORTED;
    }
    return mtpr_quirk_refusal(r);
}

/* 0, or the response code of a filter that lets the operation not run. */
static uint16_t take_command(struct mtpr_responder *r, const struct mtpr_command *command)
{
    const struct mtpr_filter *filter = r->policy->filter;
    struct mtpr_command taken = *command;
    uint16_t code = filter && filter->command ? filter->command(filter->self, r, &taken) : 0;

    r->command = taken;
    r->operation = find(r, taken.code);
    memset(&r->reply, 0, sizeof(r->reply));
    wr_clear(&r->out);
    wr_clear(&r->in);
    r->source = (struct mtpr_source){.kind = MTPR_SOURCE_MEMORY};
    r->sink = (struct mtpr_sink){.refused = MTP_RC_OK};
    r->edit = NULL;
    r->running = true;
    return code;
}

static uint16_t run(struct mtpr_responder *r)
{
    uint16_t code = check(r);

    assert(code != MTP_RC_OK || r->operation); /* check() passes no unknown operation */
    if (code == MTP_RC_OK && r->operation->run)
        code = r->operation->run(r);
    if (code == MTP_RC_OK && r->out.failed)
        code = MTP_RC_GENERAL_ERROR;
    return code;
}

/* The reply is found; what is left of the phases is returned. */
static enum mtpr_phase decide(struct mtpr_responder *r, enum mtpr_phase phase)
{
    const struct mtpr_filter *filter = r->policy->filter;
    bool in_memory = r->source.kind == MTPR_SOURCE_MEMORY;
    struct mtpr_answer answer = {phase, &r->reply, in_memory ? &r->out : NULL};

    r->decided = true;
    if (!filter || !filter->answer)
        return phase;
    filter->answer(filter->self, r, &answer);
    if (in_memory)
        r->source.length = r->out.used;
    return answer.phase;
}

enum mtpr_phase mtpr_begin(struct mtpr_responder *r, const struct mtpr_command *command)
{
    uint16_t code = take_command(r, command);
    enum mtpr_phase phase = r->operation ? (enum mtpr_phase)r->operation->phase : MTPR_REPLY;
    bool runs = code == 0;

    if (runs)
        code = run(r);
    r->reply.code = code;
    r->decided = false;
    if (phase == MTPR_DATA_IN && code != MTP_RC_OK) {
        r->source = (struct mtpr_source){.kind = MTPR_SOURCE_MEMORY};
        wr_clear(&r->out);
        if (r->policy->refusals_bare)
            phase = MTPR_REPLY;
    }
    if (phase == MTPR_DATA_OUT && runs && code == MTP_RC_OK)
        return phase;
    return decide(r, phase);
}

/* ---- data to the host */

void mtpr_out_memory(struct mtpr_responder *r)
{
    r->source.kind = MTPR_SOURCE_MEMORY;
    r->source.length = r->out.used;
}

void mtpr_out_content(struct mtpr_responder *r, const struct store_object *object, uint64_t from,
                      uint64_t length)
{
    r->source = (struct mtpr_source){
        .kind = object->seeded ? MTPR_SOURCE_SEED : MTPR_SOURCE_FILE,
        .length = length,
        .handle = object->handle,
        .from = from,
    };
    if (object->seeded)
        r->source.seed = object->seed;
    else
        r->source.offset = object->offset;
}

uint64_t mtpr_in_length(const struct mtpr_responder *r)
{
    return r->source.length;
}

static bool sends_content(const struct mtpr_responder *r)
{
    return r->source.kind == MTPR_SOURCE_FILE || r->source.kind == MTPR_SOURCE_SEED;
}

bool mtpr_in_to_end(const struct mtpr_responder *r)
{
    const struct store_object *object = store_find(r->store, r->source.handle);

    return sends_content(r) && object && r->source.from + r->source.length == object->size;
}

/* So much of it is made at a time: URBs are seldom larger. */
#define SEED_WINDOW ((size_t)256 << 10)

static int seed_in(struct mtpr_responder *r, uint64_t position, size_t length,
                   struct mtpr_piece *ret_piece)
{
    uint8_t *window;

    length = length < SEED_WINDOW ? length : SEED_WINDOW;
    wr_clear(&r->out);
    window = wr_space(&r->out, length);
    if (!window)
        return -ENOMEM;
    store_seed_bytes(r->source.seed, r->source.from + position, window, length);
    *ret_piece = (struct mtpr_piece){.memory = window, .fd = -1, .length = length};
    return 0;
}

static struct mtpr_piece file_piece(const struct mtpr_responder *r, off_t offset, size_t length)
{
    struct arena *arena = store_arena(r->store);

    return (struct mtpr_piece){.fd = arena_fd(arena),
                               .offset = offset,
                               .length = length,
                               .mapped = arena_map(arena, offset, length)};
}

int mtpr_in(struct mtpr_responder *r, uint64_t position, size_t room, struct mtpr_piece *ret_piece)
{
    uint64_t left = r->source.length - position;
    size_t length = left < room ? (size_t)left : room;

    if (position > r->source.length)
        return -EINVAL;
    if (length == 0) {
        *ret_piece = (struct mtpr_piece){.fd = -1};
        return 0;
    }
    if (r->source.kind == MTPR_SOURCE_LIST)
        return mtpr_list_read(r, position, length, ret_piece);
    if (r->source.kind == MTPR_SOURCE_SEED)
        return seed_in(r, position, length, ret_piece);
    if (r->source.kind == MTPR_SOURCE_FILE)
        *ret_piece = file_piece(r, r->source.offset + (off_t)(r->source.from + position), length);
    else
        *ret_piece =
            (struct mtpr_piece){.memory = r->out.data + position, .fd = -1, .length = length};
    return 0;
}

int mtpr_settle(struct mtpr_responder *r)
{
    uint64_t position = 0;

    if (!r->running || r->source.kind != MTPR_SOURCE_LIST)
        return 0;
    wr_clear(&r->out);
    while (position < r->source.length) {
        struct mtpr_piece piece;
        int error = mtpr_list_read(r, position, SIZE_MAX, &piece);

        if (error)
            return error;
        wr_bytes(&r->out, piece.memory, piece.length);
        position += piece.length;
    }
    if (r->out.failed)
        return -ENOMEM;
    r->source.kind = MTPR_SOURCE_MEMORY;
    return 0;
}

bool mtpr_sends(const struct mtpr_responder *r, uint32_t handle)
{
    return r->running && sends_content(r) && r->source.handle == handle;
}

/* ---- data from the host */

void mtpr_out(struct mtpr_responder *r, const uint8_t *data, size_t length)
{
    r->sink.received += length;
    if (r->decided || r->sink.refused != MTP_RC_OK)
        return;
    if (r->operation->accept) {
        r->sink.refused = r->operation->accept(r, data, length);
        return;
    }
    if (r->in.used + length > MTPR_DATASET_MAX)
        r->sink.refused = MTP_RC_INVALID_DATASET;
    else
        wr_bytes(&r->in, data, length);
    if (r->in.failed)
        r->sink.refused = MTP_RC_GENERAL_ERROR;
}

static uint16_t finish(struct mtpr_responder *r, enum mtpr_end how)
{
    const struct mtpr_filter *filter = r->policy->filter;
    const struct mtpr_operation *operation = r->operation;

    if (r->sink.refused != MTP_RC_OK)
        return r->sink.refused;
    if (how != MTPR_END_WHOLE) {
        if (operation->accept)
            (void)operation->finish(r, false);
        return how == MTPR_END_WRONG_ID ? MTP_RC_INVALID_TRANSACTION_ID
                                        : MTP_RC_INCOMPLETE_TRANSFER;
    }
    if (!operation->accept && filter && filter->dataset)
        filter->dataset(filter->self, r, &r->in);
    return operation->finish(r, true);
}

void mtpr_out_end(struct mtpr_responder *r, enum mtpr_end how)
{
    if (!r->decided) {
        r->reply.code = finish(r, how);
        (void)decide(r, MTPR_REPLY);
    }
    r->running = false;
    wr_clear(&r->in);
}

const struct mtpr_reply *mtpr_reply(const struct mtpr_responder *r)
{
    return &r->reply;
}

void mtpr_cancel(struct mtpr_responder *r)
{
    if (r->running && !r->decided && r->operation->accept)
        (void)r->operation->finish(r, false);
    r->running = false;
    r->source = (struct mtpr_source){.kind = MTPR_SOURCE_MEMORY};
    wr_clear(&r->in);
    wr_clear(&r->out);
}

const struct mtpr_command *mtpr_command(const struct mtpr_responder *r)
{
    return &r->command;
}

uint32_t mtpr_transaction(const struct mtpr_responder *r)
{
    return r->command.transaction;
}

struct store *mtpr_store(const struct mtpr_responder *r)
{
    return r->store;
}

#include "simulator/mtp/responder.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/mtp/mtpr_internal.h"
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
const struct mtpr_operation *const mtpr_listed_tables[] = {
    mtpr_playback_operations,
    mtpr_report_operations,
    mtpr_wmdrmpd_operations,
    NULL,
};

int mtpr_new(const struct mtpr_config *config, struct store *store, struct mtpr_waker host,
             const struct defect_set *defects, struct mtpr_responder **ret_responder)
{
    struct mtpr_responder *r = calloc(1, sizeof(*r));

    if (!r)
        return -ENOMEM;
    r->config = config;
    r->store = store;
    r->host = host;
    r->defects = defects;
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
    const struct mtpr_operation *operation;

    for (; *table; table++) {
        for (operation = *table; operation->code; operation++) {
            if (operation->code == code)
                return operation;
        }
    }
    return NULL;
}

static const struct mtpr_operation *implemented(uint16_t code)
{
    const struct mtpr_operation *operation = in_tables(mtpr_tables, code);

    return operation ? operation : in_tables(mtpr_listed_tables, code);
}

bool mtpr_operation_implemented(uint16_t code)
{
    return implemented(code) != NULL;
}

static const struct mtpr_operation *find(const struct mtpr_responder *r, uint16_t code)
{
    if (!mtpr_listed(&r->config->operations, code))
        return NULL;
    if (code == MTP_OP_GET_OBJECT_PROP_DESC && mtpr_deviates(r, DEFECT_NO_PROP_DESC))
        return NULL;
    if (mtpr_deviates(r, DEFECT_EXTENSIONS_ONLY_LISTED))
        return in_tables(mtpr_tables, code);
    return r->config->operations.codes ? implemented(code) : in_tables(mtpr_tables, code);
}

/* ---- the rules before any operation */

/* Ids rise within a session and wrap from 0xfffffffe to 1 (MTP 1.1, 4.2.1). What repeats or falls
 * is refused, so nothing runs twice. */
static uint16_t check_id(struct mtpr_responder *r)
{
    uint32_t id = r->command.transaction, last = r->last_id;
    bool wrapped =
        last >= 0xffffff00u && id <= 0xff && !mtpr_deviates(r, DEFECT_WRAPPED_ID_REFUSED);

    if (r->operation->flags & MTPR_ANY_ID || !r->open)
        return MTP_RC_OK;
    r->repeated = r->last_id_known && id <= last && !wrapped;
    if (!mtpr_deviates(r, DEFECT_REPEATED_ID_RUNS) && (id == 0 || id == 0xffffffffu || r->repeated))
        return MTP_RC_INVALID_TRANSACTION_ID;
    r->last_id = id;
    r->last_id_known = true;
    return MTP_RC_OK;
}

static bool leaks(const struct mtpr_responder *r)
{
    return mtpr_deviates(r, DEFECT_SESSION_LEAKS) &&
           (r->command.code == MTP_OP_GET_STORAGE_IDS ||
            r->command.code == MTP_OP_GET_NUM_OBJECTS || r->command.code == MTP_OP_GET_OBJECT_INFO);
}

static uint16_t check(struct mtpr_responder *r)
{
    uint16_t code;

    if (r->spent && mtpr_deviates(r, QUIRK_CLOSE_SESSION))
        return MTP_RC_GENERAL_ERROR;
    if (!r->operation)
        return MTP_RC_OPERATION_NOT_SUPPORTED;
    if (mtpr_deviates(r, DEFECT_EVENT_QUEUE_BLOCKS) && r->event_count == MTPR_EVENTS)
        return MTP_RC_DEVICE_BUSY;
    if (!r->open && !(r->operation->flags & MTPR_ANY_TIME) && !leaks(r))
        return MTP_RC_SESSION_NOT_OPEN;
    if (!r->open && r->command.code == MTP_OP_GET_DEVICE_INFO &&
        mtpr_deviates(r, DEFECT_DEVICE_INFO_NEEDS_SESSION))
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

static void take_command(struct mtpr_responder *r, const struct mtpr_command *command)
{
    struct mtpr_command before = r->command;

    r->command = *command;
    if (mtpr_deviates(r, DEFECT_PARAMETERS_REUSED))
        for (unsigned i = command->count; i < 5; i++)
            r->command.params[i] = before.params[i];
    r->operation = find(r, command->code);
    memset(&r->reply, 0, sizeof(r->reply));
    wr_clear(&r->out);
    wr_clear(&r->in);
    r->out.long_empty = mtpr_deviates(r, DEFECT_EMPTY_STRING_LONG);
    r->out.bmp_only = mtpr_deviates(r, DEFECT_NAMES_BMP_ONLY);
    r->in_length = 0;
    r->in_handle = 0;
    r->source = MTPR_SOURCE_MEMORY;
    r->hangs = false;
    r->edit = NULL;
    r->running = true;
}

enum mtpr_phase mtpr_begin(struct mtpr_responder *r, const struct mtpr_command *command)
{
    enum mtpr_phase phase;
    uint16_t code;

    take_command(r, command);
    code = check(r);
    phase = r->operation ? r->operation->phase : MTPR_REPLY;
    assert(code != MTP_RC_OK || r->operation); /* check() passes no unknown operation */
    if (code == MTP_RC_OK && r->operation->run)
        code = r->operation->run(r);
    if (code == MTP_RC_OK && r->out.failed)
        code = MTP_RC_GENERAL_ERROR;
    r->reply.code = code;
    r->refused = code;
    if (phase == MTPR_DATA_IN && code != MTP_RC_OK) {
        r->in_length = 0;
        r->source = MTPR_SOURCE_MEMORY;
        if (!mtpr_deviates(r, DEFECT_ERROR_WITH_EMPTY_DATA))
            phase = MTPR_REPLY;
    }
    if (phase == MTPR_DATA_OUT && code == MTP_RC_NO_VALID_OBJECT_INFO &&
        mtpr_deviates(r, DEFECT_DATA_WITHOUT_INFO_LEFT))
        phase = MTPR_REPLY;
    return phase;
}

/* ---- data to the host */

void mtpr_out_memory(struct mtpr_responder *r)
{
    r->source = MTPR_SOURCE_MEMORY;
    r->in_length = r->out.used;
}

void mtpr_out_content(struct mtpr_responder *r, const struct store_object *object, uint64_t from,
                      uint64_t length)
{
    r->source = MTPR_SOURCE_FILE;
    r->in_offset = object->offset + (off_t)from;
    r->in_length = length;
    r->in_handle = object->handle;
}

uint64_t mtpr_in_length(const struct mtpr_responder *r)
{
    return r->in_length;
}

bool mtpr_in_hangs(const struct mtpr_responder *r)
{
    return r->hangs;
}

bool mtpr_in_to_end(const struct mtpr_responder *r)
{
    const struct store_object *object = store_find(r->store, r->in_handle);

    return r->source == MTPR_SOURCE_FILE && object &&
           r->in_offset + (off_t)r->in_length == object->offset + (off_t)object->size;
}

int mtpr_in(struct mtpr_responder *r, uint64_t position, size_t room, struct mtpr_piece *ret_piece)
{
    uint64_t left = r->in_length - position;
    size_t length = left < room ? (size_t)left : room;

    if (position > r->in_length)
        return -EINVAL;
    if (length == 0) {
        *ret_piece = (struct mtpr_piece){NULL, -1, 0, 0};
        return 0;
    }
    if (r->source == MTPR_SOURCE_LIST)
        return mtpr_list_read(r, position, length, ret_piece);
    if (r->source == MTPR_SOURCE_FILE)
        *ret_piece = (struct mtpr_piece){NULL, arena_fd(store_arena(r->store)),
                                         r->in_offset + (off_t)position, length};
    else
        *ret_piece = (struct mtpr_piece){r->out.data + position, -1, 0, length};
    return 0;
}

int mtpr_settle(struct mtpr_responder *r)
{
    uint64_t position = 0;

    if (!r->running || r->source != MTPR_SOURCE_LIST)
        return 0;
    wr_clear(&r->out);
    while (position < r->in_length) {
        struct mtpr_piece piece;
        int error = mtpr_list_read(r, position, SIZE_MAX, &piece);

        if (error)
            return error;
        wr_bytes(&r->out, piece.memory, piece.length);
        position += piece.length;
    }
    if (r->out.failed)
        return -ENOMEM;
    r->source = MTPR_SOURCE_MEMORY;
    return 0;
}

bool mtpr_sends(const struct mtpr_responder *r, uint32_t handle)
{
    return r->running && r->source == MTPR_SOURCE_FILE && r->in_handle == handle;
}

/* ---- data from the host */

void mtpr_out_begin(struct mtpr_responder *r, uint64_t announced)
{
    r->announced = announced;
    r->received = 0;
}

void mtpr_out(struct mtpr_responder *r, const uint8_t *data, size_t length)
{
    r->received += length;
    if (r->refused != MTP_RC_OK)
        return;
    if (r->operation->accept) {
        r->refused = r->operation->accept(r, data, length);
        return;
    }
    if (r->in.used + length > MTPR_DATASET_MAX)
        r->refused = MTP_RC_INVALID_DATASET;
    else
        wr_bytes(&r->in, data, length);
    if (r->in.failed)
        r->refused = MTP_RC_GENERAL_ERROR;
}

void mtpr_out_end(struct mtpr_responder *r, enum mtpr_end how)
{
    bool kept = r->operation && r->operation->accept && r->operation->finish;
    uint16_t code = r->refused;

    assert(code != MTP_RC_OK || (r->operation && r->operation->finish)); /* else refused before */
    if (how != MTPR_END_WHOLE && kept && code == MTP_RC_OK)
        (void)r->operation->finish(r, false);
    if (code == MTP_RC_OK && how == MTPR_END_WRONG_ID)
        code = MTP_RC_INVALID_TRANSACTION_ID;
    else if (code == MTP_RC_OK && how != MTPR_END_WHOLE)
        code = MTP_RC_INCOMPLETE_TRANSFER;
    else if (code == MTP_RC_OK)
        code = r->operation->finish(r, true);
    r->reply.code = code;
    r->running = false;
    wr_clear(&r->in);
}

const struct mtpr_reply *mtpr_reply(const struct mtpr_responder *r)
{
    return &r->reply;
}

void mtpr_cancel(struct mtpr_responder *r)
{
    if (r->running && r->operation && r->operation->accept && r->operation->finish)
        (void)r->operation->finish(r, false);
    r->running = false;
    r->source = MTPR_SOURCE_MEMORY;
    r->in_length = 0;
    wr_clear(&r->in);
    wr_clear(&r->out);
}

uint32_t mtpr_transaction(const struct mtpr_responder *r)
{
    return r->command.transaction;
}

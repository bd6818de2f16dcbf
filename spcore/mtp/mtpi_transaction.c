/* One transaction: command, data phase, response (MTP 1.1, 4.2; PTP over USB, 7). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/base.h"
#include "spcore/mtp/mtpi_private.h"

enum { DIRECT_PIECE = 4 * 1024 * 1024 }; /* so that a deadline is that of a piece */

struct phase {
    struct mtpi *mtpi;
    uint16_t code;
    uint32_t id;
    struct mtpi_data *data;
    size_t room;       /* of data->in */
    uint64_t left;     /* payload bytes that may still come */
    int sink_result;   /* not 0: the caller's sink does not want more */
    int fault;         /* -EPROTO found while the data ran; the response is read all the same */
    bool tail;         /* the data ended with a full packet: a zero-length one may follow */
    const uint8_t *at; /* bytes in mtpi->first that belong to the next container */
    size_t waiting;
};

/* ---- ids */

static uint32_t after(uint32_t id)
{
    return id >= 0xfffffffe ? 1 : id + 1;
}

static bool has(const uint16_t *codes, size_t count, uint16_t code)
{
    for (size_t i = 0; i < count; i++) {
        if (codes[i] == code)
            return true;
    }
    return false;
}

/* Whatever is not known to read only may change something. */
static bool only_reads(uint16_t code)
{
    static const uint16_t reads[] = {
        MTP_OP_GET_DEVICE_INFO,
        MTP_OP_GET_STORAGE_IDS,
        MTP_OP_GET_STORAGE_INFO,
        MTP_OP_GET_NUM_OBJECTS,
        MTP_OP_GET_OBJECT_HANDLES,
        MTP_OP_GET_OBJECT_INFO,
        MTP_OP_GET_OBJECT,
        MTP_OP_GET_THUMB,
        MTP_OP_GET_DEVICE_PROP_DESC,
        MTP_OP_GET_DEVICE_PROP_VALUE,
        MTP_OP_GET_PARTIAL_OBJECT,
        MTP_OP_GET_OBJECT_PROPS_SUPPORTED,
        MTP_OP_GET_OBJECT_PROP_DESC,
        MTP_OP_GET_OBJECT_PROP_VALUE,
        MTP_OP_GET_OBJECT_PROP_LIST,
        MTP_OP_GET_OBJECT_REFERENCES,
        MTP_OP_GET_PARTIAL_OBJECT_64,
    };

    return has(reads, ARRAY_SIZE(reads), code);
}

/* What changes an object's content, and lists. */
static bool keeps_names(uint16_t code)
{
    static const uint16_t keeps[] = {
        MTP_OP_SEND_OBJECT,         MTP_OP_SET_OBJECT_REFERENCES, MTP_OP_BEGIN_EDIT_OBJECT,
        MTP_OP_SEND_PARTIAL_OBJECT, MTP_OP_TRUNCATE_OBJECT,       MTP_OP_END_EDIT_OBJECT,
    };

    return only_reads(code) || has(keeps, ARRAY_SIZE(keeps), code);
}

static unsigned read_counter(struct mtpi *mtpi, const unsigned *counter)
{
    unsigned count;

    pthread_mutex_lock(&mtpi->state);
    count = *counter;
    pthread_mutex_unlock(&mtpi->state);
    return count;
}

unsigned mtpi_changes(struct mtpi *mtpi)
{
    return read_counter(mtpi, &mtpi->changes);
}

unsigned mtpi_name_changes(struct mtpi *mtpi)
{
    return read_counter(mtpi, &mtpi->name_changes);
}

/* Outside a session only CloseSession, for the session of a host that is gone, has an id. */
static uint32_t begin(struct mtpi *mtpi, uint16_t code)
{
    uint32_t id;

    pthread_mutex_lock(&mtpi->state);
    if (code == MTP_OP_OPEN_SESSION || !mtpi->session) {
        id = code == MTP_OP_CLOSE_SESSION;
    } else {
        id = mtpi->next;
        mtpi->next = after(id);
    }
    mtpi->running = true;
    mtpi->cancelled = false;
    mtpi->changes += !only_reads(code);
    mtpi->name_changes += !keeps_names(code);
    mtpi->running_id = id;
    mtpi->runner = pthread_self();
    pthread_mutex_unlock(&mtpi->state);
    return id;
}

static bool is_cancelled(struct mtpi *mtpi)
{
    bool cancelled;

    pthread_mutex_lock(&mtpi->state);
    cancelled = mtpi->cancelled;
    pthread_mutex_unlock(&mtpi->state);
    return cancelled;
}

/* True if mtpi_cancel() was called while it ran. */
static bool finish(struct mtpi *mtpi, uint16_t code, const struct mtpi_response *response)
{
    bool ok = response && response->code == MTP_RC_OK, cancelled;

    pthread_mutex_lock(&mtpi->state);
    mtpi->running = false;
    cancelled = mtpi->cancelled;
    if (ok && code == MTP_OP_OPEN_SESSION) {
        mtpi->session = true;
        mtpi->next = 1;
    } else if (ok && (code == MTP_OP_CLOSE_SESSION || code == MTP_OP_RESET_DEVICE)) {
        mtpi->session = false;
        mtpi->next = 0;
    }
    pthread_mutex_unlock(&mtpi->state);
    return cancelled;
}

uint32_t mtpi_next_transaction(const struct mtpi *mtpi)
{
    struct mtpi *self = (struct mtpi *)(uintptr_t)mtpi;
    uint32_t next;

    pthread_mutex_lock(&self->state);
    next = self->session ? self->next : 0;
    pthread_mutex_unlock(&self->state);
    return next;
}

void mtpi_set_transaction(struct mtpi *mtpi, uint32_t next)
{
    pthread_mutex_lock(&mtpi->state);
    mtpi->next = next;
    pthread_mutex_unlock(&mtpi->state);
}

/* ---- data to the device */

static int send(struct mtpi *mtpi, const void *data, size_t length, bool end)
{
    int64_t count;

    if (is_cancelled(mtpi))
        return -ECANCELED;
    count = tp_bulk_out(mtpi->tp, mtpi->pipe.bulk_out, data, length, end, mtpi->deadline_ms);
    if (count < 0)
        return (int)count;
    return (size_t)count == length ? 0 : -EIO;
}

/* Fills the piece from `from` on; bytes in it, or -errno. */
static int64_t fill(struct phase *phase, size_t from, uint64_t want)
{
    struct mtpi_data *data = phase->data;
    size_t used = from, room = MTPI_PIECE;

    if (want < room - used)
        room = used + (size_t)want;
    while (used < room) {
        int64_t count = data->source(data->context, phase->mtpi->piece + used, room - used);

        if (count <= 0 || (uint64_t)count > room - used)
            return count < 0 ? count : -EIO;
        used += (size_t)count;
    }
    return (int64_t)used;
}

static int send_from_source(struct phase *phase, size_t header)
{
    uint64_t left = phase->data->out_length;
    size_t from = header;
    int error = 0;

    do {
        int64_t used = fill(phase, from, left);

        if (used < 0)
            return (int)used;
        left -= (uint64_t)used - from;
        error = send(phase->mtpi, phase->mtpi->piece, (size_t)used, left == 0);
        from = 0;
    } while (!error && left > 0);
    return error;
}

/* ---- data from the device */

static int store(struct phase *phase, const void *bytes, size_t length)
{
    struct mtpi_data *data = phase->data;

    if (length > MTPI_MOST - data->in_length)
        return -EMSGSIZE;
    if (length > phase->room - data->in_length) {
        size_t room = (data->in_length + length) * 2;
        uint8_t *more = realloc(data->in, room);

        if (!more)
            return -ENOMEM;
        data->in = more;
        phase->room = room;
    }
    memcpy(data->in + data->in_length, bytes, length);
    data->in_length += length;
    return 0;
}

/* A sink of the transport: hands on what was announced and notes what comes beyond it. */
static int take(void *context, const void *bytes, size_t length)
{
    struct phase *phase = context;
    struct mtpi_data *data = phase->data;

    if (length > phase->left) {
        phase->fault = -EPROTO;
        length = (size_t)phase->left;
    }
    phase->left -= length;
    if (length == 0)
        return 0;
    if (!data || !data->has_in)
        phase->fault = -EPROTO; /* data that no one asked for is read and dropped */
    else if (data->sink)
        phase->sink_result = data->sink(data->context, bytes, length);
    else
        phase->sink_result = store(phase, bytes, length);
    if (!phase->sink_result && is_cancelled(phase->mtpi))
        return -ECANCELED;
    return phase->sink_result;
}

/* The next container's first bytes in mtpi->first; the count or -errno. */
static int64_t read_first(struct phase *phase)
{
    struct mtpi *mtpi = phase->mtpi;
    int64_t count = 0;
    size_t waiting = phase->waiting;

    if (waiting > 0) {
        memmove(mtpi->first, phase->at, waiting);
        phase->waiting = 0;
        return (int64_t)waiting;
    }
    for (int tries = 0; tries < 3; tries++) {
        if (is_cancelled(mtpi))
            return -ECANCELED;
        count =
            tp_bulk_in(mtpi->tp, mtpi->pipe.bulk_in, mtpi->first, MTPI_FIRST, mtpi->deadline_ms);
        /* The mark behind a data phase that ended with a full packet; some devices send a byte
         * where a packet of no length is due. */
        if (count != 0 && !(count == 1 && phase->tail))
            break;
        phase->tail = false;
    }
    return count;
}

/* What came in one read with the announced end of the data: an extra byte, or the response of a
 * device that marks no end. */
static void split(struct phase *phase, size_t end, size_t count)
{
    if (count - end >= CONTAINER_HEADER) {
        phase->at = phase->mtpi->first + end;
        phase->waiting = count - end;
    } else if (count - end > 1) {
        phase->fault = -EPROTO;
    }
}

static int read_rest(struct phase *phase, bool unbounded)
{
    struct mtpi *mtpi = phase->mtpi;
    uint64_t left = phase->left, ask = left;
    int64_t count;

    /* Whole packets, so that the last one cannot overrun. */
    if (unbounded)
        ask = INT64_MAX;
    else if (left % mtpi->packet != 0)
        ask = left + mtpi->packet - left % mtpi->packet;
    count = tp_bulk_in_to(mtpi->tp, mtpi->pipe.bulk_in, ask, ask > left && !unbounded, take, phase,
                          mtpi->deadline_ms);
    if (count < 0)
        return (int)count;
    if (!unbounded && (uint64_t)count < left)
        phase->fault = -EPROTO;
    return 0;
}

/* `count` bytes of the data container are in mtpi->first. */
static int read_data(struct phase *phase, const struct container *container, size_t count)
{
    struct mtpi *mtpi = phase->mtpi;
    bool unbounded = container->length == CONTAINER_UNBOUNDED;
    bool ended = count < MTPI_FIRST && count != CONTAINER_HEADER;
    size_t here = count;

    phase->left = unbounded ? UINT64_MAX : container->length - CONTAINER_HEADER;
    phase->tail = container->length % mtpi->packet == 0;
    if (!unbounded && count > container->length) {
        here = container->length;
        split(phase, here, count);
    }
    if (take(phase, mtpi->first + CONTAINER_HEADER, here - CONTAINER_HEADER) != 0)
        return -ECANCELED;
    if (phase->left == 0)
        return 0;
    if (ended) {
        if (!unbounded)
            phase->fault = -EPROTO;
        return 0;
    }
    return read_rest(phase, unbounded);
}

/* ---- the whole */

static int read_answer(struct phase *phase, struct mtpi_response *ret_response)
{
    struct mtpi *mtpi = phase->mtpi;
    struct mtpi_response response;
    struct container container;
    int64_t count = read_first(phase);
    int error;

    if (count < 0)
        return (int)count;
    if (!container_get(mtpi->first, (size_t)count, &container))
        return -EPROTO;
    if (container.type == MTP_CT_DATA) {
        if (container.code != phase->code || container.transaction_id != phase->id)
            return -EPROTO;
        error = read_data(phase, &container, (size_t)count);
        if (error)
            return error;
        count = read_first(phase);
        if (count < 0)
            return (int)count;
    }
    if (!container_get_response(mtpi->first, (size_t)count, &response) ||
        response.transaction_id != phase->id)
        return -EPROTO;
    /* A data phase that broke off is explained by the response, unless that says all is well. */
    if (phase->fault && response.code == MTP_RC_OK)
        return phase->fault;
    *ret_response = response;
    return 0;
}

/* ---- what goes out, and what answers it */

/* Behind the data, or a piece of them, comes more. */
static bool is_due(void *context, const void *answer, size_t length)
{
    struct container container;

    (void)context;
    return container_get(answer, length, &container) && container.type == MTP_CT_DATA &&
           (container.length == CONTAINER_UNBOUNDED ||
            length < (size_t)container.length + CONTAINER_HEADER);
}

static int ask(struct mtpi *mtpi, struct tp_question *question)
{
    if (is_cancelled(mtpi))
        return -ECANCELED;
    question->out = mtpi->pipe.bulk_out;
    question->in = mtpi->pipe.bulk_in;
    question->due = is_due;
    return tp_ask(mtpi->tp, question, mtpi->deadline_ms);
}

/* The command, header and first bytes go together, so that the header is no packet of its own; the
 * rest goes from the caller's memory. Where there is none the response is asked for, too. */
static int send_from_memory(struct phase *phase, const uint8_t *command, size_t command_length)
{
    struct mtpi *mtpi = phase->mtpi;
    uint64_t left = phase->data->out_length;
    const uint8_t *at = phase->data->out;
    size_t count =
        left < MTPI_FIRST - CONTAINER_HEADER ? (size_t)left : MTPI_FIRST - CONTAINER_HEADER;
    struct tp_question question = {
        .parts = {{command, command_length, true},
                  {mtpi->piece, CONTAINER_HEADER + count, left == count}},
        .count = 2,
        .answers = left == count,
    };
    int error;

    if (count > 0)
        memcpy(mtpi->piece + CONTAINER_HEADER, at, count);
    left -= count;
    error = ask(mtpi, &question);
    while (!error && left > 0) {
        at += count;
        count = left < DIRECT_PIECE ? (size_t)left : DIRECT_PIECE;
        left -= count;
        error = send(mtpi, at, count, left == 0);
    }
    return error;
}

static int send_data(struct phase *phase, const uint8_t *command, size_t command_length)
{
    struct mtpi *mtpi = phase->mtpi;
    uint64_t length = phase->data->out_length;
    struct container container = {
        .length = length < CONTAINER_UNBOUNDED - CONTAINER_HEADER
                      ? (uint32_t)length + CONTAINER_HEADER
                      : CONTAINER_UNBOUNDED,
        .type = MTP_CT_DATA,
        .code = phase->code,
        .transaction_id = phase->id,
    };
    int error;

    if (!mtpi->piece)
        mtpi->piece = malloc(MTPI_PIECE);
    if (!mtpi->piece)
        return -ENOMEM;
    container_put(mtpi->piece, &container);
    if (!phase->data->source)
        return send_from_memory(phase, command, command_length);
    error = send(mtpi, command, command_length, true);
    return error ? error : send_from_source(phase, CONTAINER_HEADER);
}

static int run_phases(struct phase *phase, const uint32_t *params, unsigned param_count,
                      struct mtpi_response *ret_response)
{
    const struct mtpi_data *data = phase->data;
    uint8_t command[CONTAINER_MOST];
    size_t length = container_put_command(command, phase->code, phase->id, params, param_count);
    struct tp_question question = {
        .parts = {{command, length, true}}, .count = 1, .answers = data && data->has_in ? 2 : 1};
    int error =
        data && data->has_out ? send_data(phase, command, length) : ask(phase->mtpi, &question);

    return error ? error : read_answer(phase, ret_response);
}

/* After a failure the device may be in the middle of the transaction. */
static void recover(struct mtpi *mtpi, uint32_t id, int error, bool cancelled)
{
    if (error == -ENODEV)
        return;
    if (error == -EPIPE) {
        (void)tp_clear_halt(mtpi->tp, mtpi->pipe.bulk_in);
        (void)tp_clear_halt(mtpi->tp, mtpi->pipe.bulk_out);
        return;
    }
    if (!cancelled && mtpi_cancel_request(mtpi, id) == -ENODEV)
        return;
    mtpi_resynchronise(mtpi);
}

int mtpi_transact(struct mtpi *mtpi, uint16_t code, const uint32_t *params, unsigned param_count,
                  struct mtpi_data *data, struct mtpi_response *ret)
{
    struct phase phase = {.mtpi = mtpi, .code = code, .data = data};
    struct mtpi_response response = {0};
    bool cancelled;
    int error;

    if (param_count > CONTAINER_PARAMS)
        return -EINVAL;
    if (data) {
        data->in = NULL;
        data->in_length = 0;
    }
    pthread_mutex_lock(&mtpi->transaction);
    phase.id = begin(mtpi, code);
    error = run_phases(&phase, params, param_count, &response);
    cancelled = finish(mtpi, code, error ? NULL : &response);
    if (error)
        recover(mtpi, phase.id, error, cancelled);
    pthread_mutex_unlock(&mtpi->transaction);
    if (phase.sink_result && error == -ECANCELED)
        error = phase.sink_result;
    if (error) {
        if (data) {
            free(data->in);
            data->in = NULL;
            data->in_length = 0;
        }
        return error;
    }
    *ret = response;
    return 0;
}

void mtpi_hold(struct mtpi *mtpi)
{
    pthread_mutex_lock(&mtpi->transaction);
}

void mtpi_let_go(struct mtpi *mtpi)
{
    pthread_mutex_unlock(&mtpi->transaction);
}

int mtpi_run(struct mtpi *mtpi, uint16_t code, const uint32_t *params, unsigned param_count,
             struct mtpi_data *data, struct mtpi_response *ret)
{
    struct mtpi_response response;
    int error = mtpi_transact(mtpi, code, params, param_count, data, &response);

    if (error)
        return error;
    if (ret)
        *ret = response;
    if (response.code == MTP_RC_OK)
        return 0;
    if (data) {
        free(data->in);
        data->in = NULL;
        data->in_length = 0;
    }
    return response.code;
}

int mtpi_fetch(struct mtpi *mtpi, uint16_t code, const uint32_t *params, unsigned param_count,
               struct mtpi_data *ret_data)
{
    struct mtpi_data data = {.has_in = true};
    int result = mtpi_run(mtpi, code, params, param_count, &data, NULL);

    if (result == 0)
        *ret_data = data;
    return result;
}

/* The initiator's life, its interface, and the class requests (USB still image 1.0, 5.2). */
#include "spcore/mtp/mtpi.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "spcore/base.h"
#include "spcore/mtp/mtpi_private.h"

enum { CLASS_MS = 2000, CLOSE_MS = 2000, DRAIN_MS = 50 };

/* ---- the interface */

struct seen {
    struct mtpi_pipe pipe;
    uint8_t class_code, subclass, protocol, alternate;
    bool valid;
};

static void see_endpoint(struct mtpi_pipe *pipe, uint8_t address, uint8_t type)
{
    if (type == 2 && (address & 0x80) && !pipe->bulk_in)
        pipe->bulk_in = address;
    else if (type == 2 && !(address & 0x80) && !pipe->bulk_out)
        pipe->bulk_out = address;
    else if (type == 3 && (address & 0x80) && !pipe->interrupt_in)
        pipe->interrupt_in = address;
}

/* Players that are a disk as well keep a disk's class in their other mode. A disk whose protocol is
 * bulk only has no interrupt endpoint (USB mass storage, bulk-only transport 1.0, 4.3 and 4.4). */
static bool is_disguised(const struct seen *seen)
{
    return seen->class_code == 0x08 && seen->protocol == 0x50;
}

/* The still image class wins over a vendor's interface, and that over one that looks like a
 * disk's. */
static void consider(const struct seen *seen, struct mtpi_pipe *best, unsigned *best_rank)
{
    struct mtpi_pipe pipe = seen->pipe;
    unsigned rank;

    if (!seen->valid || !pipe.bulk_in || !pipe.bulk_out || !pipe.interrupt_in)
        return;
    pipe.still_image = seen->class_code == 6 && seen->subclass == 1 && seen->protocol == 1;
    rank = pipe.still_image ? 3 : seen->class_code == 0xff ? 2 : is_disguised(seen) ? 1 : 0;
    if (rank > *best_rank) {
        *best = pipe;
        *best_rank = rank;
    }
}

int mtpi_find_pipe(const struct tp *tp, struct mtpi_pipe *ret_pipe)
{
    size_t length;
    const uint8_t *bytes = tp_config_descriptor(tp, &length);
    struct mtpi_rd rd = mtpi_rd_over(bytes, length);
    struct mtpi_pipe best = {0};
    struct seen seen = {0};
    unsigned rank = 0;

    while (mtpi_rd_left(&rd) >= 2) {
        uint8_t size = rd.at[0], type = rd.at[1];
        const uint8_t *at = size >= 2 ? mtpi_rd_bytes(&rd, size) : NULL;

        if (!at)
            break;
        if (type == 4 && size >= 9) {
            consider(&seen, &best, &rank);
            seen = (struct seen){.pipe = {.interface_number = at[2]},
                                 .class_code = at[5],
                                 .subclass = at[6],
                                 .protocol = at[7],
                                 .valid = at[3] == 0};
        } else if (type == 5 && size >= 7) {
            see_endpoint(&seen.pipe, at[2], at[3] & 0x03);
        }
    }
    consider(&seen, &best, &rank);
    if (!rank)
        return -ENOTSUP;
    *ret_pipe = best;
    return 0;
}

/* ---- life */

void mtpi_read_os_string(struct tp *tp)
{
    struct tp_setup setup = {0x80, 6, 0x03ee, 0, 18};
    uint8_t data[18];

    (void)tp_control(tp, &setup, data, CLASS_MS);
}

int mtpi_new(struct tp *tp, struct mtpi **ret_mtpi)
{
    struct mtpi *mtpi = calloc(1, sizeof(*mtpi));
    pthread_mutexattr_t nests;
    pthread_condattr_t attributes;
    int error = -ENOMEM;

    if (!mtpi)
        return error;
    mtpi->tp = tp;
    mtpi->deadline_ms = MTPI_DEADLINE_MS;
    pthread_mutexattr_init(&nests);
    pthread_mutexattr_settype(&nests, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&mtpi->transaction, &nests);
    pthread_mutexattr_destroy(&nests);
    pthread_mutex_init(&mtpi->state, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&mtpi->event_free, &attributes);
    pthread_condattr_destroy(&attributes);
    mtpi->first = malloc(MTPI_FIRST);
    if (mtpi->first)
        error = mtpi_find_pipe(tp, &mtpi->pipe);
    if (!error)
        error = tp_claim(tp, mtpi->pipe.interface_number);
    if (!error) {
        mtpi->packet = tp_packet_size(tp, mtpi->pipe.bulk_in);
        error = mtpi->packet == 0 ? -EPROTO : 0;
    }
    if (!error)
        mtpi_read_os_string(tp);
    if (error) {
        mtpi_free(mtpi);
        return error;
    }
    *ret_mtpi = mtpi;
    return 0;
}

void mtpi_free(struct mtpi *mtpi)
{
    if (!mtpi)
        return;
    if (mtpi->session) {
        mtpi->deadline_ms = CLOSE_MS;
        (void)mtpi_close_session(mtpi);
    }
    pthread_mutex_destroy(&mtpi->transaction);
    pthread_mutex_destroy(&mtpi->state);
    pthread_cond_destroy(&mtpi->event_free);
    free(mtpi->operations.item);
    free(mtpi->first);
    free(mtpi->piece);
    free(mtpi);
}

void mtpi_set_deadline(struct mtpi *mtpi, unsigned milliseconds)
{
    pthread_mutex_lock(&mtpi->transaction);
    mtpi->deadline_ms = milliseconds;
    pthread_mutex_unlock(&mtpi->transaction);
}

struct tp *mtpi_transport(struct mtpi *mtpi)
{
    return mtpi->tp;
}

/* ---- class requests */

int mtpi_cancel_request(struct mtpi *mtpi, uint32_t transaction_id)
{
    struct tp_setup setup = {0x21, MTP_REQ_CANCEL, 0, mtpi->pipe.interface_number, 6};
    uint8_t data[6]; /* 0x4001, then the id */
    int count;

    put_le16(data, 0x4001);
    put_le32(data + 2, transaction_id);
    count = tp_control(mtpi->tp, &setup, data, CLASS_MS);
    return count < 0 ? count : 0;
}

/* One attempt to wake the thread that runs transaction `id`; false once there is none. The state
 * is locked over it, so that a later call of that thread is never hit. */
static bool interrupt(struct mtpi *mtpi, uint32_t id)
{
    bool running;

    pthread_mutex_lock(&mtpi->state);
    running = mtpi->running && mtpi->running_id == id;
    if (running)
        tp_cancel(mtpi->tp);
    pthread_mutex_unlock(&mtpi->state);
    return running;
}

int mtpi_cancel(struct mtpi *mtpi)
{
    static const struct timespec between = {.tv_nsec = 5 * 1000 * 1000};
    bool running, own;
    uint32_t id;
    int error;

    pthread_mutex_lock(&mtpi->state);
    running = mtpi->running && !mtpi->cancelled;
    own = running && pthread_equal(mtpi->runner, pthread_self());
    id = mtpi->running_id;
    if (running) {
        mtpi->cancelled = true;
        mtpi->cancels++;
    }
    pthread_mutex_unlock(&mtpi->state);
    if (!running)
        return 0;
    error = mtpi_cancel_request(mtpi, id);
    /* It may stand between two calls of the transport, so once is not enough. From a source or
     * sink it notices by itself. */
    for (int tries = 0; !own && tries < 400 && interrupt(mtpi, id); tries++)
        nanosleep(&between, NULL);
    return error;
}

/* Get Device Status (0x67): a response code. */
static int device_status(struct mtpi *mtpi, uint16_t *ret_code)
{
    struct tp_setup setup = {0xa1, MTP_REQ_GET_DEVICE_STATUS, 0, mtpi->pipe.interface_number, 64};
    uint8_t data[64];
    int count = tp_control(mtpi->tp, &setup, data, CLASS_MS);
    struct mtpi_rd rd;
    uint16_t length, code;

    if (count < 0)
        return count;
    rd = mtpi_rd_over(data, (size_t)count);
    length = (uint16_t)mtpi_rd_uint(&rd, 2);
    code = (uint16_t)mtpi_rd_uint(&rd, 2);
    if (rd.error || length < 4 || length > count)
        return -EPROTO;
    *ret_code = code;
    return 0;
}

void mtpi_resynchronise(struct mtpi *mtpi)
{
    static const struct timespec between = {.tv_nsec = 5 * 1000 * 1000};
    uint16_t code = MTP_RC_DEVICE_BUSY;
    int tries = 0;

    while (code == MTP_RC_DEVICE_BUSY && tries++ < 200) {
        if (device_status(mtpi, &code) != 0)
            break;
        if (code == MTP_RC_DEVICE_BUSY)
            nanosleep(&between, NULL);
    }
    /* Anything but OK comes with halted endpoints (USB still image 1.0, 5.2.4). */
    if (code != MTP_RC_OK) {
        (void)tp_clear_halt(mtpi->tp, mtpi->pipe.bulk_in);
        (void)tp_clear_halt(mtpi->tp, mtpi->pipe.bulk_out);
    }
    /* Some devices push what they had queued all the same. */
    for (tries = 0; tries < 4096; tries++) {
        if (tp_bulk_in(mtpi->tp, mtpi->pipe.bulk_in, mtpi->first, MTPI_FIRST, DRAIN_MS) < 0)
            break;
    }
}

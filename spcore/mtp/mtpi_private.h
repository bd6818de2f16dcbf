/* Inside the initiator. */
#ifndef SPCORE_MTP_MTPI_PRIVATE_H
#define SPCORE_MTP_MTPI_PRIVATE_H

#include <pthread.h>

#include "spcore/mtp/mtpi_container.h"
#include "spcore/mtp/mtpi_dataset.h"

#define MTPI_FIRST ((size_t)64 * 1024)        /* of the first read of a data phase */
#define MTPI_MOST ((size_t)256 * 1024 * 1024) /* of a dataset: of a device that never ends it */
#define MTPI_PIECE ((size_t)1024 * 1024)      /* of what is sent at once */

struct mtpi {
    struct tp *tp; /* borrowed */
    struct mtpi_pipe pipe;
    uint16_t packet; /* of bulk IN */
    unsigned deadline_ms;

    pthread_mutex_t transaction; /* held over one transaction, or over several by mtpi_hold() */
    uint8_t *first;              /* owned: MTPI_FIRST bytes for headers and small data */
    uint8_t *piece;              /* owned: MTPI_PIECE bytes of OUT data, made when needed */

    pthread_mutex_t state; /* guards what follows */
    bool session, running, cancelled;
    pthread_t runner;
    uint32_t next, running_id;
    unsigned cancels, changes, name_changes;
    struct mtpi_u16_array operations; /* as the device lists them; empty: not read yet */
    bool awaited;                     /* somebody waits for an event, and owns what follows */
    pthread_cond_t event_free;

    uint8_t event[64];
    size_t event_length;
};

/* The class request, without regard to what runs. */
int mtpi_cancel_request(struct mtpi *mtpi, uint32_t transaction_id);
/* After a cancel: waits until the device is idle again and drops what it still sends. */
void mtpi_resynchronise(struct mtpi *mtpi);

/* mtpi_transact() whose result is the response code when that is not OK. */
int mtpi_run(struct mtpi *mtpi, uint16_t code, const uint32_t *params, unsigned param_count,
             struct mtpi_data *data, struct mtpi_response *ret);
#define MTPI_PARAMS(...)                                                                           \
    (const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t)
/* A dataset in, into memory of its own: *data, *length; free() it. */
int mtpi_fetch(struct mtpi *mtpi, uint16_t code, const uint32_t *params, unsigned param_count,
               struct mtpi_data *ret_data);
int mtpi_fetch_u32_array(struct mtpi *mtpi, uint16_t code, const uint32_t *params,
                         unsigned param_count, struct mtpi_u32_array *ret);
/* Sends what was written and frees it; -EINVAL if writing failed. `ret` may be NULL and is filled
 * for every response. */
int mtpi_send_dataset(struct mtpi *mtpi, uint16_t code, const uint32_t *params,
                      unsigned param_count, struct mtpi_wr *dataset, struct mtpi_response *ret);
int mtpi_send_value(struct mtpi *mtpi, uint16_t code, const uint32_t *params, unsigned param_count,
                    const struct mtpi_value *value);
/* True if the device lists the operation; reads DeviceInfo once. */
bool mtpi_has(struct mtpi *mtpi, uint16_t operation);

#endif

/* The responder's state, and what every operation may ask it. What only some of them share stands
 * in headers of its own: mtpr_transfer.h, mtpr_property.h, mtpr_quirks.h. */
#ifndef SIMULATOR_MTP_MTPR_INTERNAL_H
#define SIMULATOR_MTP_MTPR_INTERNAL_H

#include "mtp_codes.h"
#include "simulator/mtp/mtpr_operation.h"
#include "simulator/mtp/mtpr_transfer.h"
#include "simulator/mtp/responder.h"

/* Datasets a host may send; object content is never collected. */
#define MTPR_DATASET_MAX ((size_t)8 << 20)

struct mtpr_session {
    bool open;
    bool spent; /* one was closed since the last plug */
    uint32_t id, last_id;
    bool last_id_known;
};

struct mtpr_queue {
    struct mtpr_event events[MTPR_EVENTS];
    size_t first, count;
    bool lost; /* and the host was told so */
};

struct mtpr_responder {
    const struct mtpr_config *config;
    struct store *store;
    const struct mtpr_policy *policy;
    struct mtpr_waker waker;
    struct mtpr_owner owner;

    struct mtpr_session session;
    bool unlocked, crashed; /* quirks */

    struct mtpr_command command;
    const struct mtpr_operation *operation; /* NULL: unknown */
    struct mtpr_reply reply;
    bool running;
    bool decided; /* the reply stands since the command: what data come are only drained */

    struct wr out; /* datasets for the host */
    struct mtpr_source source;
    struct mtpr_list list;

    struct wr in; /* datasets from the host */
    struct mtpr_sink sink;
    struct mtpr_target target;
    struct mtpr_pending pending;
    struct mtpr_edit edits[MTPR_EDITS];
    struct mtpr_edit *edit; /* of SendPartialObject */

    struct mtpr_queue queue;
};

/* -errno to response code: the one seam. */
uint16_t mtpr_code_of(int error);
bool mtpr_listed(const struct mtpr_codes *codes, uint16_t code);

/* ---- events */
extern const uint16_t mtpr_implemented_events[];
extern const size_t mtpr_implemented_event_count;
/* Of a change the host made itself. */
void mtpr_echo(struct mtpr_responder *r, uint16_t code, uint32_t parameter);

/* ---- storages, and what may be done to what lies there */
uint32_t mtpr_storage_id(const struct mtpr_responder *r, size_t volume);
/* OK, INVALID_STORAGE_ID or STORE_NOT_AVAILABLE. */
uint16_t mtpr_volume(const struct mtpr_responder *r, uint32_t id, size_t *ret_volume);
uint16_t mtpr_may_write(const struct mtpr_responder *r, size_t volume, bool deleting);
uint16_t mtpr_may_change(const struct mtpr_responder *r, const struct store_object *object);

#endif

/* How an operation is written down: one row a code, with what is done at its command, with its data
 * and at their end. Each op_*.c brings a table of them. */
#ifndef SIMULATOR_MTP_MTPR_OPERATION_H
#define SIMULATOR_MTP_MTPR_OPERATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mtpr_responder;

enum { MTPR_ANY_TIME = 1 /* works without a session */, MTPR_ANY_ID = 2 /* no id rules */ };

/* The functions return response codes; what else is in the reply they put there themselves. */
struct mtpr_operation {
    uint16_t code;
    uint8_t params; /* most it takes */
    uint8_t phase;  /* enum mtpr_phase */
    uint8_t flags;
    /* At the command. For OUT a check before the data, may be NULL. */
    uint16_t (*run)(struct mtpr_responder *r);
    /* OUT: content as it comes; NULL: collected in r->in. */
    uint16_t (*accept)(struct mtpr_responder *r, const uint8_t *data, size_t length);
    /* OUT: all data are there. `whole` false: the data phase was cut short (accept only). */
    uint16_t (*finish)(struct mtpr_responder *r, bool whole);
};

/* Each ends with code 0. */
extern const struct mtpr_operation mtpr_session_operations[];
extern const struct mtpr_operation mtpr_storage_operations[];
extern const struct mtpr_operation mtpr_object_operations[];
extern const struct mtpr_operation mtpr_tree_operations[];
extern const struct mtpr_operation mtpr_send_operations[];
extern const struct mtpr_operation mtpr_edit_operations[];
extern const struct mtpr_operation mtpr_device_property_operations[];
extern const struct mtpr_operation mtpr_object_property_operations[];
extern const struct mtpr_operation mtpr_reference_operations[];
extern const struct mtpr_operation mtpr_playback_operations[];
extern const struct mtpr_operation mtpr_report_operations[];
extern const struct mtpr_operation mtpr_self_test_operations[];
extern const struct mtpr_operation mtpr_wmdrmpd_operations[];
extern const struct mtpr_operation mtpr_opaque_operations[];

/* Those every player has, ended by NULL. */
extern const struct mtpr_operation *const mtpr_tables[];

#endif

/* What filters of the responder share, and the words of their tables: each file of them ends with
 * one, made of its rows in a .def. */
#ifndef SIMULATOR_DEFECT_FILTERS_MTP_H
#define SIMULATOR_DEFECT_FILTERS_MTP_H

#include "simulator/defect/policies_internal.h"
#include "simulator/mtp/responder.h"

static inline struct mtp_notes *notes(void *self)
{
    struct policies *policies = self;

    return &policies->mtp_notes;
}

/* Is this the good answer to that operation, with its dataset? */
bool mtp_answers(const struct mtpr_responder *r, const struct mtpr_answer *answer,
                 uint16_t operation);

/* ---- a dataset in parts */

#define MTP_FIELDS_MAX 24u

struct mtp_field {
    const void *data;
    size_t length;
};

/* `layout` has a letter a field: a number of bytes, s a string, a an array of words. True if the
 * dataset is of it; the fields point into the dataset until it is written. */
bool mtp_cut(const struct wr *dataset, const char *layout, struct mtp_field fields[MTP_FIELDS_MAX]);
/* Makes the dataset of as many fields as the layout has. */
void mtp_join(struct wr *dataset, const char *layout, const struct mtp_field fields[]);

/* DeviceInfo, StorageInfo, ObjectInfo (MTP 1.1, 5.1.1, 5.2.2, 5.3.1). */
#define MTP_DEVICE_INFO "242s2aaaaassss"
#define MTP_STORAGE_INFO "222884ss"
#define MTP_OBJECT_INFO "422424444444244ssss"
/* Bytes of an ObjectInfo before that field. */
enum { MTP_INFO_FORMAT = 4, MTP_INFO_SIZE = 8, MTP_INFO_PARENT = 38, MTP_INFO_NAME = 52 };

/* ---- for the files' tables */

#define FLAG(member) .turns = true, .flag = offsetof(struct policies, mtpr.member)
#define STORE(member) .turns = true, .flag = offsetof(struct policies, store.member)
#define ON(seam, function) .mtpr.seam = function
#define MTP_OP_UNKNOWN 0x10ff /* in PTP's range, and nobody's */
#define RECODE(operation_, from_, to_)                                                             \
    .recode = {.operation = MTP_OP_##operation_, .from = MTP_RC_##from_, .to = MTP_RC_##to_}
#define REFUSE(operation_, with) .recode = {.operation = MTP_OP_##operation_, .to = MTP_RC_##with}
#define BOTH(...) __VA_ARGS__

#endif

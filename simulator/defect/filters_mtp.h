/* The filters that rows of defects_mtp.def name, declared from them, and what they share. */
#ifndef SIMULATOR_DEFECT_FILTERS_MTP_H
#define SIMULATOR_DEFECT_FILTERS_MTP_H

#include "simulator/defect/policies.h"
#include "simulator/mtp/responder.h"

#define DECLARE_command(f)                                                                         \
    uint16_t f(void *self, struct mtpr_responder *r, struct mtpr_command *command);
#define DECLARE_dataset(f) void f(void *self, struct mtpr_responder *r, struct wr *dataset);
#define DECLARE_answer(f) void f(void *self, struct mtpr_responder *r, struct mtpr_answer *answer);
#define DECLARE_event(f)                                                                           \
    size_t f(void *self, struct mtpr_responder *r, struct mtpr_event events[], size_t count);
#define DECLARE_loss(f) void f(void *self, struct mtpr_responder *r, enum mtpr_loss why);

#define FLAG(member)
#define STORE(member)
#define ON(seam, function) DECLARE_##seam(function)
#define BOTH(one, other) one other
#define DEFECT(token, label, how, ...) how
#include "simulator/defect/defects_mtp.def"
#undef DEFECT
#undef BOTH
#undef ON
#undef STORE
#undef FLAG
DECLARE_dataset(mtp_forget_size)

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

#endif

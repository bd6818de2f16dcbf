/* What filters of the responder share: datasets cut into their fields and put together again. */
#include <ctype.h>

#include "mtp_codes.h"
#include "simulator/defect/filters_mtp.h"

bool mtp_answers(const struct mtpr_responder *r, const struct mtpr_answer *answer,
                 uint16_t operation)
{
    return mtpr_command(r)->code == operation && answer->reply->code == MTP_RC_OK && answer->data;
}

static size_t length_of(const struct rd *at, char kind)
{
    struct rd rd = *at;

    if (isdigit((unsigned char)kind))
        return (size_t)(kind - '0');
    return kind == 's' ? 1 + 2 * (size_t)rd_u8(&rd) : 4 + 2 * (size_t)rd_array(&rd, 2);
}

bool mtp_cut(const struct wr *dataset, const char *layout, struct mtp_field fields[MTP_FIELDS_MAX])
{
    struct rd rd = rd_over(dataset->data, dataset->used);

    for (; *layout && !rd.failed; layout++, fields++) {
        fields->length = length_of(&rd, *layout);
        fields->data = rd_bytes(&rd, fields->length);
    }
    return !rd.failed && rd_left(&rd) == 0;
}

void mtp_join(struct wr *dataset, const char *layout, const struct mtp_field fields[])
{
    struct wr joined = {0};

    for (; *layout; layout++, fields++)
        wr_bytes(&joined, fields->data, fields->length);
    wr_done(dataset);
    *dataset = joined;
}

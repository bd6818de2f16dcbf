/* Commands that only a player and an application for it understand, and what carries them passes on
 * (OPAQUECOMMAND of Windows Media Device Manager). MTP has no operation for them and leaves the
 * codes from 0x9000 to vendors; these two are papkit's own:
 *
 *   9711 <-  GUID of the command, data     parameter 1: the storage it is for; 0: the device
 *   9712 ->  answer to the last command
 *
 * Three are understood, {7061706B-6974-4F70-8000-0000000000NN}: 01 answers its data, 02 answers
 * them twice, 03 answers how many commands came before it, as u32. */
#include <string.h>

#include "simulator/mtp/mtpr_internal.h"

enum { GUID_SIZE = 16, DATA_MOST = 1u << 20 };
/* Values of the store, beside the device properties. */
enum { ANSWER_KEY = 0x10200, COUNT_KEY };
enum { ECHO = 1, TWICE, COUNT };

static const uint8_t family[GUID_SIZE - 1] = {0x6b, 0x70, 0x61, 0x70, 0x74, 0x69, 0x70, 0x4f, 0x80};

static uint32_t commands_so_far(const struct mtpr_responder *r)
{
    uint32_t length;
    const uint8_t *value = store_value(r->store, COUNT_KEY, &length);
    struct rd rd = rd_over(value, value ? length : 0);

    return value ? rd_u32(&rd) : 0;
}

static uint16_t keep(struct mtpr_responder *r, uint32_t key, struct wr *wr)
{
    uint16_t code =
        wr->failed ? MTP_RC_GENERAL_ERROR
                   : mtpr_code_of(store_set_value(r->store, key, wr->data, (uint32_t)wr->used));

    wr_done(wr);
    return code;
}

static uint16_t answer(struct mtpr_responder *r, uint8_t command, const uint8_t *data, size_t size)
{
    struct wr said = {0}, count = {0};
    uint16_t code;

    if (command == COUNT)
        wr_u32(&said, commands_so_far(r));
    else
        wr_bytes(&said, data, size);
    if (command == TWICE)
        wr_bytes(&said, data, size);
    code = keep(r, ANSWER_KEY, &said);
    if (code == MTP_RC_OK) {
        wr_u32(&count, commands_so_far(r) + 1);
        code = keep(r, COUNT_KEY, &count);
    }
    return code;
}

static uint16_t take_command(struct mtpr_responder *r, bool whole)
{
    const uint8_t *data = r->in.data;
    uint16_t code = MTP_RC_OK;
    size_t volume;

    if (!whole || r->in.used < GUID_SIZE || r->in.used > GUID_SIZE + DATA_MOST)
        return MTP_RC_INVALID_DATASET;
    if (r->command.params[0])
        code = mtpr_volume(r, r->command.params[0], &volume);
    if (code != MTP_RC_OK)
        return code;
    if (memcmp(data, family, sizeof(family)) != 0 || !data[GUID_SIZE - 1] ||
        data[GUID_SIZE - 1] > COUNT)
        return MTP_RC_PARAMETER_NOT_SUPPORTED;
    return answer(r, data[GUID_SIZE - 1], data + GUID_SIZE, r->in.used - GUID_SIZE);
}

static uint16_t give_answer(struct mtpr_responder *r)
{
    uint32_t length;
    const uint8_t *said = store_value(r->store, ANSWER_KEY, &length);

    if (said)
        wr_bytes(&r->out, said, length);
    mtpr_out_memory(r);
    return MTP_RC_OK;
}

const struct mtpr_operation mtpr_opaque_operations[] = {
    {.code = MTP_OP_SEND_OPAQUE_COMMAND,
     .params = 1,
     .phase = MTPR_DATA_OUT,
     .finish = take_command},
    {.code = MTP_OP_GET_OPAQUE_ANSWER, .phase = MTPR_DATA_IN, .run = give_answer},
    {.code = 0},
};

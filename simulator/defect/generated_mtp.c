/* Generated defects of the responder: its datasets, parameters and codes, and the events. What
 * carries them, the containers, is passing in generated_usb.c. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mtp_codes.h"
#include "simulator/defect/generated.h"
#include "simulator/defect/policies_internal.h"
#include "simulator/mtp/mtpr_internal.h"
#include "spcore/base.h"

struct mtp_place {
    uint16_t operation;
    const char *name, *layout;
    unsigned key;
};

static const struct mtp_place places[] = {
#define PLACE(operation, name, layout, key) {MTP_OP_##operation, name, layout, key},
#include "simulator/defect/generated_places.def"
};

/* Content is spoilt only as far as it fits into memory. */
#define CONTENT_MAX ((uint64_t)4 << 20)

static const struct mtp_place *place_of(uint16_t operation)
{
    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        if (places[i].operation == operation)
            return &places[i];
    }
    return NULL;
}

/* ---- the dataset */

static bool append(struct wr *wr, const struct mtpr_piece *piece)
{
    uint8_t *room = wr_space(wr, piece->length);

    if (!room)
        return false;
    if (piece->memory)
        memcpy(room, piece->memory, piece->length);
    else if (pread(piece->fd, room, piece->length, piece->offset) != (ssize_t)piece->length)
        return false;
    return true;
}

/* Lists and contents, which go out as they are made, as one dataset in memory. */
static bool hold(struct mtpr_responder *r)
{
    struct wr whole = {0};

    if (r->source.length > CONTENT_MAX)
        return false;
    while (whole.used < r->source.length) {
        struct mtpr_piece piece;

        if (mtpr_in(r, whole.used, SIZE_MAX, &piece) < 0 || !piece.length ||
            !append(&whole, &piece)) {
            wr_done(&whole);
            return false;
        }
    }
    wr_done(&r->out);
    r->out = whole;
    mtpr_out_memory(r);
    return true;
}

static void cut(struct passing *passing, const struct mtp_place *place)
{
    if (strcmp(place->layout, "list") == 0)
        cut_property_list(passing);
    else if (strcmp(place->layout, "Value=value") == 0)
        cut_value(passing);
    else
        (void)cut_layout(passing, 0, "", place->layout);
}

static void spoil_dataset(struct generated *generated, struct mtpr_responder *r,
                          const struct mtp_place *place, struct passing *passing)
{
    size_t length;

    if (r->source.kind != MTPR_SOURCE_MEMORY && !hold(r))
        return;
    length = r->out.used;
    if (!wr_space(&r->out, length + 64)) /* so that anything may stand in it twice */
        return;
    passing->bytes = r->out.data;
    passing->length = length;
    passing->room = r->out.used;
    cut(passing, place);
    (void)generated_spoil(generated, passing);
    r->out.used = passing->length;
    r->source.length = passing->length;
}

/* ---- the response */

static void spoil_parameters(struct generated *generated, struct passing passing,
                             struct mtpr_reply *reply)
{
    uint8_t bytes[sizeof(reply->params)];

    passing.bytes = bytes;
    passing.length = reply->count * sizeof(uint32_t);
    passing.room = sizeof(bytes);
    for (unsigned i = 0; i < reply->count; i++)
        put_le32(bytes + 4 * i, reply->params[i]);
    (void)cut_layout(&passing, 0, "", "P1=4 P2=4 P3=4 P4=4 P5=4");
    if (!generated_spoil(generated, &passing))
        return;
    reply->count = (unsigned)(passing.length / 4);
    for (unsigned i = 0; i < reply->count; i++)
        reply->params[i] = get_le32(bytes + 4 * i);
}

/* A good answer becomes a failure, a failure another one or a good answer without data. */
static void spoil_code(struct generated *generated, const struct passing *passing,
                       struct mtpr_answer *answer)
{
    static const uint16_t failures[] = {MTP_RC_GENERAL_ERROR, MTP_RC_ACCESS_DENIED,
                                        MTP_RC_INVALID_PARAMETER, MTP_RC_STORE_FULL,
                                        MTP_RC_DEVICE_BUSY};
    uint16_t *code = &answer->reply->code;
    uint16_t failure = failures[(generated_draw(generated) >> 8) % ARRAY_SIZE(failures)];

    if (*code != MTP_RC_OK) {
        if (generated_hits(generated, passing, "Refusal", SPOIL_CHANGED))
            *code = failure == *code ? MTP_RC_PARTIAL_DELETION : failure;
        if (generated_hits(generated, passing, "Refusal", SPOIL_DROPPED))
            *code = MTP_RC_OK;
        return;
    }
    if (generated_hits(generated, passing, "Response", SPOIL_CHANGED)) {
        *code = failure;
        answer->phase = MTPR_REPLY;
    }
    if (answer->phase == MTPR_DATA_IN && generated_hits(generated, passing, "Data", SPOIL_DROPPED))
        answer->phase = MTPR_REPLY;
}

static void spoil_answer(void *self, struct mtpr_responder *r, struct mtpr_answer *answer)
{
    const struct policies *policies = self;
    struct generated *generated = policies->generated;
    const struct mtpr_command *command = mtpr_command(r);
    const struct mtp_place *place = place_of(command->code);
    struct passing passing = {0};

    if (!place)
        return;
    passing.place = place->name;
    passing.key = place->key ? (uint16_t)command->params[place->key - 1] : 0;
    passing.across = strstr(place->name, "Desc") != NULL;
    passing.owner = passing.across ? command->params[0] + 1ull : command->params[0];
    if (!generated_begin(generated, &passing))
        return;
    if (place->layout && answer->phase == MTPR_DATA_IN && answer->reply->code == MTP_RC_OK)
        spoil_dataset(generated, r, place, &passing);
    passing.field_count = 0;
    spoil_parameters(generated, passing, answer->reply);
    spoil_code(generated, &passing, answer);
}

/* ---- events */

static size_t spoil_event(void *self, struct mtpr_responder *r,
                          struct mtpr_event events[MTPR_EVENTS_OF_ONE], size_t count)
{
    const struct policies *policies = self;
    struct generated *generated = policies->generated;
    struct mtpr_event *event = &events[0];
    uint8_t bytes[6 + sizeof(event->params)];
    struct passing passing = {.place = "Event",
                              .key = event->code,
                              .owner = event->params[0] + 1ull,
                              .bytes = bytes,
                              .length = 6 + 4 * (size_t)event->count,
                              .room = sizeof(bytes)};

    (void)r;
    if (!count || !generated_begin(generated, &passing))
        return count;
    put_le16(bytes, event->code);
    put_le32(bytes + 2, event->transaction);
    for (unsigned i = 0; i < event->count; i++)
        put_le32(bytes + 6 + 4 * i, event->params[i]);
    (void)cut_layout(&passing, 6, "", "P1=4 P2=4 P3=4");
    cut_add(&passing, "", "Code", FIELD_NUMBER, 0, 2);
    if (passing.field_count) /* an event is of one code; what is left of it is a parameter's */
        passing.fields[passing.field_count - 1].rigid = true;
    if (generated_spoil(generated, &passing) && passing.length >= 6) {
        event->code = get_le16(bytes);
        event->count = (unsigned)((passing.length - 6) / 4);
        for (unsigned i = 0; i < event->count; i++)
            event->params[i] = get_le32(bytes + 6 + 4 * i);
    }
    if (generated_hits(generated, &passing, "All", SPOIL_DROPPED))
        return 0;
    if (count < MTPR_EVENTS_OF_ONE && generated_hits(generated, &passing, "All", SPOIL_DOUBLED))
        events[count++] = *event;
    return count;
}

const struct policy_row generated_mtp = {.mtpr = {.answer = spoil_answer, .event = spoil_event}};

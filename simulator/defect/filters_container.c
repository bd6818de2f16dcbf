/* Defects of the still image function's pipes: what each does to a transfer or a container that
 * comes or leaves (defects_container.def). */
#include <errno.h>
#include <string.h>

#include "mtp_codes.h"
#include "simulator/defect/filters_usb.h"
#include "simulator/defect/policies_internal.h"
#include "simulator/function/still_image/still_image_internal.h"
#include "simulator/mtp/mtpr_internal.h"
#include "simulator/usb/usb_internal.h"
#include "spcore/base.h"

enum { JOINED_MAX = 2048 + MTPR_HEADER };

/* ---- transfers */

static void clear_notes(void *self, struct usb_device *device)
{
    struct policies *policies = self;

    (void)device;
    policies->asked = 0;
}

/* In the place of what the function gave, which comes with the next call. */
static int give_instead(struct still_image *si, struct usb_in *in, const uint8_t *bytes,
                        size_t length)
{
    si_in_undo(si, si->in, in->length);
    *in = (struct usb_in){.end = true, .length = length, .chunk_count = length != 0};
    in->chunks[0] = (struct usb_chunk){.memory = bytes, .length = length};
    return 0;
}

static int give_data_first(void *self, struct usb_device *device, uint8_t endpoint, size_t room,
                           int result, struct usb_in *in)
{
    struct policies *policies = self;
    struct still_image *si = filters_still_image_of(device);
    static uint8_t head[MTPR_HEADER];

    (void)room;
    if (!si || endpoint != si->in || result || si->code != MTP_OP_SET_OBJECT_PROP_VALUE)
        return result;
    policies->asked = !policies->asked;
    if (!policies->asked)
        return result;
    put_le32(head, MTPR_HEADER);
    put_le16(head + 4, MTP_CT_DATA);
    put_le16(head + 6, si->code);
    put_le32(head + 8, mtpr_transaction(si->responder));
    return give_instead(si, in, head, MTPR_HEADER);
}

static int empty_behind_object(void *self, struct usb_device *device, uint8_t endpoint, size_t room,
                               int result, struct usb_in *in)
{
    struct policies *policies = self;
    struct still_image *si = filters_still_image_of(device);
    bool owed = policies->asked;

    (void)room;
    if (!si || endpoint != si->in || result || si->code != MTP_OP_GET_OBJECT)
        return result;
    policies->asked = !owed && in->end && in->length % usb_function_packet_size(device, endpoint) &&
                      si->now.state == IN_REPLY && !si->now.position;
    return owed ? give_instead(si, in, NULL, 0) : result;
}

static size_t note_unknown(void *self, struct still_image *si, uint8_t *bytes, size_t length)
{
    struct policies *policies = self;

    (void)si;
    if (get_le16(bytes + 4) != MTP_CT_RESPONSE ||
        get_le16(bytes + 6) != MTP_RC_OPERATION_NOT_SUPPORTED)
        return length;
    memcpy(policies->last_command, bytes, length);
    policies->asked = 2;
    return length;
}

/* The first that is given is the response itself. */
static int answer_again(void *self, struct usb_device *device, uint8_t endpoint, size_t room,
                        int result, struct usb_in *in)
{
    struct policies *policies = self;
    struct still_image *si = filters_still_image_of(device);

    (void)room;
    if (!si || endpoint != si->in || result || !policies->asked)
        return result;
    return --policies->asked
               ? result
               : give_instead(si, in, policies->last_command, get_le32(policies->last_command));
}

static int forget_queued(void *self, struct usb_device *device, uint8_t endpoint, size_t room,
                         int result, struct usb_in *in)
{
    struct still_image *si = filters_still_image_of(device);

    (void)self, (void)room, (void)in;
    if (si && endpoint == si->in)
        si->has_queued = false;
    return result;
}

static int no_zero_packet(void *self, struct usb_device *device, uint8_t endpoint, size_t room,
                          int result, struct usb_in *in)
{
    (void)self, (void)device, (void)endpoint, (void)room;
    in->no_zlp |= in->end;
    return result;
}

static bool runs(const struct usb_device *device, uint16_t operation)
{
    const struct still_image *si = filters_still_image_of(device);

    return si && mtpr_command(si->responder)->code == operation;
}

static int dataset_no_zero_packet(void *self, struct usb_device *device, uint8_t endpoint,
                                  size_t room, int result, struct usb_in *in)
{
    (void)self, (void)endpoint, (void)room;
    in->no_zlp |=
        in->end && !runs(device, MTP_OP_GET_OBJECT) && !runs(device, MTP_OP_GET_PARTIAL_OBJECT);
    return result;
}

static int part_no_zero_packet(void *self, struct usb_device *device, uint8_t endpoint, size_t room,
                               int result, struct usb_in *in)
{
    (void)self, (void)endpoint, (void)room;
    in->no_zlp |= in->end && runs(device, MTP_OP_GET_PARTIAL_OBJECT);
    return result;
}

static int empty_event(void *self, struct usb_device *device, uint8_t endpoint, size_t room,
                       int result, struct usb_in *in)
{
    const struct still_image *si = filters_still_image_of(device);

    (void)self, (void)room;
    if (!si || endpoint != si->event || result != -EAGAIN)
        return result;
    in->end = true;
    return 0;
}

static int stall_zero_packet(void *self, struct usb_device *device, uint8_t endpoint,
                             const uint8_t **data, size_t *length)
{
    struct still_image *si = filters_still_image_of(device);

    (void)self, (void)endpoint, (void)data;
    return si && !*length && si->out_state == OUT_COMMAND && !si->head_used ? si_protocol_error(si)
                                                                            : 0;
}

/* Whole packets of a data phase; ret_closed: a zero-length packet follows them. */
static bool is_whole_packets(const struct usb_device *device, uint8_t endpoint, size_t length,
                             bool *ret_closed)
{
    const struct still_image *si = filters_still_image_of(device);
    const struct usb_endpoint *state = &device->endpoints[usb_index(endpoint)];

    *ret_closed = state->head && (state->head->flags & USB_URB_ZERO_PACKET);
    return si && endpoint == si->out && si->out_state == OUT_DATA && length &&
           length % state->packet_size == 0;
}

static int refuse_closed(void *self, struct usb_device *device, uint8_t endpoint,
                         const uint8_t **data, size_t *length)
{
    bool closed;

    (void)self, (void)data;
    return is_whole_packets(device, endpoint, *length, &closed) && closed ? -EPIPE : 0;
}

static int await_zero_packet(void *self, struct usb_device *device, uint8_t endpoint,
                             const uint8_t **data, size_t *length)
{
    bool closed;

    (void)self, (void)data;
    return is_whole_packets(device, endpoint, *length, &closed) && !closed ? -EAGAIN : 0;
}

/* Only bytes end a data phase. */
static int end_by_bytes(void *self, struct usb_device *device, uint8_t endpoint,
                        const uint8_t **data, size_t *length)
{
    struct policies *policies = self;
    bool closed;

    (void)data;
    policies->still_image.short_packet_ends_data =
        !is_whole_packets(device, endpoint, *length, &closed) || !closed;
    return 0;
}

static int await_dataset_zero_packet(void *self, struct usb_device *device, uint8_t endpoint,
                                     const uint8_t **data, size_t *length)
{
    return runs(device, MTP_OP_SEND_OBJECT)
               ? 0
               : await_zero_packet(self, device, endpoint, data, length);
}

/* Is it where a data container begins? */
static bool begins_data(const struct usb_device *device, size_t length)
{
    const struct still_image *si = filters_still_image_of(device);

    return si && si->out_state == OUT_DATA && !si->head_used && length >= MTPR_HEADER;
}

static int drop_excess(void *self, struct usb_device *device, uint8_t endpoint,
                       const uint8_t **data, size_t *length)
{
    (void)self, (void)endpoint;
    if (begins_data(device, *length) && *length > get_le32(*data))
        *length = get_le32(*data);
    return 0;
}

static int read_as_command(void *self, struct usb_device *device, uint8_t endpoint,
                           const uint8_t **data, size_t *length)
{
    struct still_image *si = filters_still_image_of(device);

    (void)self, (void)endpoint, (void)data;
    if (begins_data(device, *length) && si->responder->decided)
        si->out_state = OUT_COMMAND;
    return 0;
}

/* What lies beyond is taken as the next command. */
static int drop_first_only(void *self, struct usb_device *device, uint8_t endpoint,
                           const uint8_t **data, size_t *length)
{
    enum { MOST = 64 * 1024 };
    struct still_image *si = filters_still_image_of(device);

    (void)self, (void)data, (void)length;
    if (si && endpoint == si->out && si->out_state == OUT_DATA && si->responder->decided &&
        si->received >= MOST)
        si->out_state = OUT_COMMAND;
    return 0;
}

static int refuse_joined(void *self, struct usb_device *device, uint8_t endpoint,
                         const uint8_t **data, size_t *length)
{
    (void)self, (void)endpoint, (void)data;
    return begins_data(device, *length) && *length > JOINED_MAX ? -EPIPE : 0;
}

static int refuse_split_dataset(void *self, struct usb_device *device, uint8_t endpoint,
                                const uint8_t **data, size_t *length)
{
    (void)self, (void)endpoint, (void)data;
    return begins_data(device, *length) && *length == MTPR_HEADER &&
                   !runs(device, MTP_OP_SEND_OBJECT)
               ? -EPIPE
               : 0;
}

/* Behind a header in a packet of its own. */
static int skip_behind_header(void *self, struct usb_device *device, uint8_t endpoint,
                              const uint8_t **data, size_t *length)
{
    const struct still_image *si = filters_still_image_of(device);
    size_t skipped = *length < MTPR_HEADER ? *length : MTPR_HEADER;

    (void)self, (void)endpoint;
    if (!si || si->out_state != OUT_DATA || si->head_used < MTPR_HEADER || si->received)
        return 0;
    *data += skipped;
    *length -= skipped;
    return 0;
}

static int wedge(void *self, struct usb_device *device, uint8_t endpoint, int result)
{
    struct policies *policies = self;

    (void)device, (void)endpoint;
    policies->wedged |= result == -EPIPE;
    return result;
}

static int stall_wedged(void *self, struct usb_device *device, uint8_t endpoint,
                        const uint8_t **data, size_t *length)
{
    const struct policies *policies = self;

    (void)device, (void)endpoint, (void)data, (void)length;
    return policies->wedged ? -EPIPE : 0;
}

static int give_nothing(void *self, struct usb_device *device, uint8_t endpoint, size_t room,
                        int result, struct usb_in *in)
{
    const struct policies *policies = self;

    (void)device, (void)endpoint, (void)room, (void)in;
    return policies->wedged ? -EPIPE : result;
}

/* ---- containers */

static bool is_of_type(const uint8_t *bytes, uint16_t type)
{
    return get_le16(bytes + 4) == type;
}

/* As a command, if it is one that is wanted. */
static bool take_if(uint8_t *head, const size_t *used, bool whole, uint16_t type)
{
    if (whole && *used >= MTPR_HEADER && is_of_type(head, type))
        put_le16(head + 4, MTP_CT_COMMAND);
    return whole;
}

static bool take_response(void *self, struct still_image *si, uint8_t *head, size_t *used,
                          bool whole)
{
    (void)self, (void)si;
    return take_if(head, used, whole, MTP_CT_RESPONSE);
}

static bool take_event(void *self, struct still_image *si, uint8_t *head, size_t *used, bool whole)
{
    (void)self, (void)si;
    return take_if(head, used, whole, MTP_CT_EVENT);
}

static bool take_type_9(void *self, struct still_image *si, uint8_t *head, size_t *used, bool whole)
{
    (void)self, (void)si;
    return take_if(head, used, whole, 9);
}

/* A length that no command has, if it is wanted: what is missing is still there of the command
 * before. */
static bool take_any(void *self, uint8_t *head, size_t *used, bool whole, bool wanted)
{
    struct policies *policies = self;
    struct mtpr_command command;
    bool good = whole && mtpr_command_parse(head, *used, &command);

    if (!good && (*used < 8 || !wanted))
        return whole;
    memcpy(policies->last_command, head, *used);
    if (good)
        return true;
    put_le32(policies->last_command, sizeof(policies->last_command));
    put_le16(policies->last_command + 4, MTP_CT_COMMAND);
    memcpy(head, policies->last_command, sizeof(policies->last_command));
    *used = sizeof(policies->last_command);
    return true;
}

static bool take_short(void *self, struct still_image *si, uint8_t *head, size_t *used, bool whole)
{
    (void)si;
    return take_any(self, head, used, whole, get_le32(head) < MTPR_HEADER);
}

static bool take_odd(void *self, struct still_image *si, uint8_t *head, size_t *used, bool whole)
{
    (void)si;
    return take_any(self, head, used, whole,
                    get_le32(head) % 4 != 0 && get_le32(head) > MTPR_HEADER &&
                        get_le32(head) < MTPR_COMMAND_MAX);
}

static bool take_long(void *self, struct still_image *si, uint8_t *head, size_t *used, bool whole)
{
    (void)si;
    return take_any(self, head, used, whole, get_le32(head) > MTPR_COMMAND_MAX);
}

static bool take_torn(void *self, struct still_image *si, uint8_t *head, size_t *used, bool whole)
{
    (void)si;
    return take_any(self, head, used, whole,
                    get_le32(head) % 4 == 0 && get_le32(head) > *used &&
                        get_le32(head) <= MTPR_COMMAND_MAX);
}

static size_t data_without_header(void *self, struct still_image *si, uint8_t *bytes, size_t length)
{
    (void)self, (void)si;
    if (is_of_type(bytes, MTP_CT_DATA))
        put_le32(bytes, get_le32(bytes) - MTPR_HEADER);
    return length;
}

static size_t response_without_header(void *self, struct still_image *si, uint8_t *bytes,
                                      size_t length)
{
    (void)self, (void)si;
    if (is_of_type(bytes, MTP_CT_RESPONSE))
        put_le32(bytes, get_le32(bytes) - MTPR_HEADER);
    return length;
}

static size_t turn_code(void *self, struct still_image *si, uint8_t *bytes, size_t length)
{
    (void)self, (void)si;
    put_be16(bytes + 6, get_le16(bytes + 6));
    return length;
}

static size_t data_of_zero(void *self, struct still_image *si, uint8_t *bytes, size_t length)
{
    (void)self, (void)si;
    if (is_of_type(bytes, MTP_CT_DATA))
        put_le32(bytes + 8, 0);
    return length;
}

static size_t response_of_zero(void *self, struct still_image *si, uint8_t *bytes, size_t length)
{
    (void)self, (void)si;
    if (is_of_type(bytes, MTP_CT_RESPONSE))
        put_le32(bytes + 8, 0);
    return length;
}

static size_t data_of_ok(void *self, struct still_image *si, uint8_t *bytes, size_t length)
{
    (void)self, (void)si;
    if (is_of_type(bytes, MTP_CT_DATA))
        put_le16(bytes + 6, MTP_RC_OK);
    return length;
}

static size_t wedge_by_incomplete(void *self, struct still_image *si, uint8_t *bytes, size_t length)
{
    struct policies *policies = self;

    (void)si;
    policies->wedged |=
        is_of_type(bytes, MTP_CT_RESPONSE) && get_le16(bytes + 6) == MTP_RC_INCOMPLETE_TRANSFER;
    return length;
}

static size_t invalid_short_dataset(void *self, struct still_image *si, uint8_t *bytes,
                                    size_t length)
{
    (void)self;
    if (is_of_type(bytes, MTP_CT_RESPONSE) && si->code != MTP_OP_SEND_OBJECT &&
        get_le16(bytes + 6) == MTP_RC_INCOMPLETE_TRANSFER)
        put_le16(bytes + 6, MTP_RC_INVALID_DATASET);
    return length;
}

/* Half a value is taken for one that is broken. */
static size_t short_value_is_broken(void *self, struct still_image *si, uint8_t *bytes,
                                    size_t length)
{
    (void)self;
    if (is_of_type(bytes, MTP_CT_RESPONSE) && si->code != MTP_OP_SEND_OBJECT &&
        si->code != MTP_OP_SEND_OBJECT_INFO && get_le16(bytes + 6) == MTP_RC_INCOMPLETE_TRANSFER)
        put_le16(bytes + 6, MTP_RC_INVALID_OBJECT_PROP_VALUE);
    return length;
}

static size_t two_bytes_more(void *self, struct still_image *si, uint8_t *bytes, size_t length)
{
    (void)self;
    if (!is_of_type(bytes, MTP_CT_RESPONSE) || si->code != MTP_OP_GET_NUM_OBJECTS)
        return length;
    put_le16(bytes + length, 0);
    put_le32(bytes, (uint32_t)length + 2);
    return length + 2;
}

static size_t wrap_length(void *self, struct still_image *si, uint8_t *bytes, size_t length)
{
    (void)self;
    if (get_le16(bytes + 4) == MTP_CT_DATA)
        put_le32(bytes, (uint32_t)(MTPR_HEADER + mtpr_in_length(si->responder)));
    return length;
}

static size_t pad_response(void *self, struct still_image *si, uint8_t *bytes, size_t length)
{
    (void)self, (void)si;
    if (get_le16(bytes + 4) != MTP_CT_RESPONSE)
        return length;
    for (; length < MTPR_COMMAND_MAX; length += 4)
        put_le32(bytes + length, 0xdeadbeef);
    put_le32(bytes, MTPR_COMMAND_MAX);
    return length;
}

#undef FLAG
#define FLAG(member) .turns = true, .flag = offsetof(struct policies, still_image.member)
#define CONTAINER(seam, function) .still_image.seam = function
#define DEFECT(token, label, how, ...) {.which = DEFECT_##token, how},
static const struct policy_row rows[] = {
#include "simulator/defect/defects_container.def"
};
const struct policy_table policies_container = {rows, ARRAY_SIZE(rows)};

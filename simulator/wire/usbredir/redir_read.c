/* Where the parser gets its bytes from. A long payload is received where it is to stay: what is
 * missing of one whose header has come, into the memory that the parser has allocated; and one as
 * long as the last, in the same call as its header, into a URB that waits for it. The parser is
 * told of such a payload and sees none of it. */
#include <assert.h>
#include <errno.h>

#include "simulator/wire/usbredir/redir_internal.h"
#include "spcore/base.h"

/* Payloads of which that much is missing are received where they are to stay. */
#define DIRECT (16u * 1024u)
/* No URB waits for a longer one: import.c keeps no larger buffer either. */
#define FORESEEN_MAX (1u << 20)
/* The longest thing but a transfer: a filter. */
#define PART_MAX (64u * 1024u)

bool redir_half_read(const struct redir_guest *guest)
{
    return guest->input.header_done || guest->input.left;
}

size_t redir_pending(const struct redir_guest *guest)
{
    const struct redir_input *input = &guest->input;

    return link_pending(&guest->link) + (input->payload ? 0 : input->got - input->taken);
}

/* What is handed to the parser never goes beyond a header, or beyond a packet. */
static void follow(struct redir_guest *guest, const uint8_t *data, size_t length)
{
    struct redir_input *input = &guest->input;

    if (input->left) {
        input->left -= length < input->left ? (uint32_t)length : input->left;
        return;
    }
    for (size_t i = 0; i < length && input->header_done + i < sizeof(input->header); i++)
        input->header[input->header_done + i] = data[i];
    input->header_done += length;
    if (input->header_done < redir_header_size(guest))
        return;
    input->header_done = 0;
    input->left = get_le32(input->header + 4);
}

/* ---- the URB that waits */

static bool has_waiting(struct redir_guest *guest)
{
    struct redir_input *input = &guest->input;

    if (!input->waiting)
        input->waiting = import_get(&guest->link.import);
    if (!input->waiting)
        return false;
    input->waiting->urb.length = input->foreseen;
    if (import_room(&guest->link.import, input->waiting) == 0)
        return true;
    redir_input_done(guest);
    return false;
}

/* What came with the payload's first bytes: 0 unless it is the header of a bulk packet that has no
 * less and fits. */
static uint32_t foreseen_payload(const struct redir_guest *guest)
{
    const uint8_t *at = guest->link.input;
    size_t header = redir_header_size(guest), own = redir_bulk_size(guest);
    uint32_t length = get_le32(at + 4);

    if (get_le32(at) != usb_redir_bulk_packet || at[header] & 0x80 || length < own)
        return 0;
    length -= (uint32_t)own;
    return length >= guest->input.got && length <= guest->input.foreseen ? length : 0;
}

static size_t read_waiting(struct redir_input *input, uint8_t *data, size_t wanted)
{
    size_t length = input->got - input->taken;

    if (input->payload) {
        if (input->got < input->payload)
            return 0;
        input->taken = input->got;
        return wanted;
    }
    length = length < wanted ? length : wanted;
    memcpy(data, input->waiting->urb.data + input->taken, length);
    input->taken += length;
    return length;
}

struct import_urb *redir_take_waiting(struct redir_guest *guest)
{
    struct redir_input *input = &guest->input;
    struct import_urb *urb = input->waiting;

    if (!input->payload)
        return NULL;
    input->waiting = NULL;
    input->payload = 0;
    input->got = input->taken = 0;
    return urb;
}

void redir_foresee(struct redir_guest *guest, size_t length)
{
    if (length >= DIRECT && length <= FORESEEN_MAX)
        guest->input.foreseen = (uint32_t)length;
}

void redir_input_done(struct redir_guest *guest)
{
    if (guest->input.waiting)
        import_put(&guest->link.import, guest->input.waiting);
    guest->input.waiting = NULL;
}

/* ---- the parser's call, the link's */

static size_t read_from(struct redir_guest *guest, uint8_t *data, size_t wanted)
{
    struct redir_input *input = &guest->input;
    size_t direct = input->direct_done;

    input->direct = NULL;
    input->direct_done = 0;
    if (direct)
        return direct;
    if (output_blocked(&guest->link.output))
        return 0;
    if (link_pending(&guest->link))
        return link_take(&guest->link, data, wanted);
    if (input->got > input->taken)
        return read_waiting(input, data, wanted);
    if (wanted >= DIRECT) {
        input->direct = data;
        input->direct_room = wanted;
    }
    return 0;
}

/* The parser has allocated what it asks for, up to 128 MiB of it: none of that is touched before
 * it has been found to be within our limits. */
int redir_read(void *priv, uint8_t *data, int count)
{
    struct redir_guest *guest = priv;
    size_t wanted = (size_t)count, most = guest->link.import.offer ? IMPORT_LENGTH_MAX : PART_MAX;
    size_t got;

    if (wanted > most)
        guest->error = -EMSGSIZE;
    if (guest->error || guest->link.dead)
        return -1;
    got = read_from(guest, data, wanted);
    follow(guest, data, got);
    return (int)got;
}

uint8_t *redir_target(const struct wire_link *link, size_t *ret_head, size_t *ret_room)
{
    struct redir_guest *guest = container_of(link, struct redir_guest, link);
    struct redir_input *input = &guest->input;

    if (input->direct) {
        *ret_room = input->direct_room;
        return input->direct;
    }
    if (input->payload) {
        *ret_room = input->payload - input->got;
        return input->waiting->urb.data + input->got;
    }
    if (!input->foreseen || redir_half_read(guest) || !has_waiting(guest))
        return NULL;
    assert(input->got == input->taken); /* the parser reads on until there is nothing */
    input->got = input->taken = 0;
    *ret_head = redir_header_size(guest) + redir_bulk_size(guest);
    *ret_room = input->foreseen;
    return input->waiting->urb.data;
}

void redir_filled(struct wire_link *link, size_t length)
{
    struct redir_guest *guest = container_of(link, struct redir_guest, link);
    struct redir_input *input = &guest->input;

    if (input->direct) {
        input->direct_done = length;
        return;
    }
    input->got += length;
    if (!input->payload)
        input->payload = foreseen_payload(guest);
}

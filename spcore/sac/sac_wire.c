/* Messages as bytes: a reader that no length can lead out of its message and a writer that knows
 * its room. A failure of either sticks, so that their users ask once, at the end. */
#include <string.h>

#include "spcore/base.h"
#include "spcore/sac/sac_private.h"

static const uint8_t magic[4] = {'P', 'K', 'S', 'C'};

struct sac_bytes sac_read(struct sac_reader *r, size_t length)
{
    struct sac_bytes bytes = {r->p, length};

    if (r->failed || (size_t)(r->end - r->p) < length) {
        r->failed = true;
        return (struct sac_bytes){NULL, 0};
    }
    r->p += length;
    return bytes;
}

struct sac_bytes sac_read_counted(struct sac_reader *r, size_t limit)
{
    struct sac_bytes count = sac_read(r, 2);
    size_t length = r->failed ? 0 : get_le16(count.data);

    if (length > limit)
        r->failed = true;
    return sac_read(r, length);
}

bool sac_read_done(const struct sac_reader *r)
{
    return !r->failed && r->p == r->end;
}

struct sac_reader sac_read_message(const uint8_t *data, size_t length, enum sac_kind kind)
{
    struct sac_reader r = {data, data + length, false};
    struct sac_bytes header = sac_read(&r, SAC_HEADER);

    if (r.failed || length > SAC_MAX_MESSAGE) {
        r.failed = true;
        return r;
    }
    r.failed = memcmp(header.data, magic, sizeof(magic)) != 0 || header.data[4] != 1 ||
               header.data[5] != (uint8_t)kind || get_le16(header.data + 6) != length - SAC_HEADER;
    return r;
}

void sac_write(struct sac_writer *w, const void *data, size_t length)
{
    if (w->failed || sizeof(w->data) - w->length < length) {
        w->failed = true;
        return;
    }
    if (length)
        memcpy(w->data + w->length, data, length);
    w->length += length;
}

void sac_write_counted(struct sac_writer *w, const void *data, size_t length)
{
    uint8_t count[2];

    if (length > 0xffff)
        w->failed = true;
    put_le16(count, (uint16_t)length);
    sac_write(w, count, sizeof(count));
    sac_write(w, data, length);
}

void sac_write_begin(struct sac_writer *w, enum sac_kind kind)
{
    const uint8_t rest[4] = {1, (uint8_t)kind, 0, 0};

    w->length = 0;
    w->failed = false;
    sac_write(w, magic, sizeof(magic));
    sac_write(w, rest, sizeof(rest));
}

void sac_write_length(struct sac_writer *w, size_t more)
{
    size_t length = w->length - SAC_HEADER + more;

    if (w->failed || length > 0xffff) {
        w->failed = true;
        return;
    }
    put_le16(w->data + 6, (uint16_t)length);
}

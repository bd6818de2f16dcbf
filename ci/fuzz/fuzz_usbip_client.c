/* The USB/IP client fed with whatever a server might send: the input's first byte says how many
 * bytes the server answers to the import; then come replies to URBs that are in flight. The bytes
 * are all there before the client looks, and the server's end closes behind them, so nothing here
 * waits. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "spcore/usbip/usbip_client.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { URBS = 6, BUFFER = 256, DEADLINE_MS = 1000 };

struct job {
    struct usbip_urb urb;
    struct usbip_packet packets[4];
    uint8_t buffer[BUFFER + 8];
    unsigned over;
};

static void job_over(struct usbip_urb *urb)
{
    struct job *job = urb->context;

    job->over++;
    if (urb->actual > urb->length || urb->status > 0)
        abort();
}

static void job_init(struct job *job, unsigned index)
{
    static const uint8_t endpoints[URBS] = {0x80, 0x81, 0x02, 0x83, 0x84, 0x05};

    memset(job, 0, sizeof(*job));
    memset(job->buffer + BUFFER, 0xa5, 8);
    job->urb = (struct usbip_urb){.endpoint = endpoints[index],
                                  .data = job->buffer,
                                  .length = BUFFER,
                                  .complete = job_over,
                                  .context = job};
    if (index < 4)
        return;
    job->urb.isochronous = true;
    job->urb.packets = job->packets;
    job->urb.packet_count = 4;
    for (unsigned i = 0; i < 4; i++)
        job->packets[i] = (struct usbip_packet){.offset = i * 64, .length = 60};
}

static void check(const struct job *job)
{
    if (job->over != 1)
        abort();
    for (unsigned i = 0; i < 8; i++) {
        if (job->buffer[BUFFER + i] != 0xa5)
            abort();
    }
}

static void run(struct usbip_client *client, unsigned unlinks)
{
    static struct job jobs[URBS];
    unsigned submitted[URBS];

    for (unsigned i = 0; i < URBS; i++) {
        job_init(&jobs[i], i);
        submitted[i] = usbip_submit(client, &jobs[i].urb) == 0;
    }
    for (unsigned i = 0; i < URBS; i++) {
        if (submitted[i] && (unlinks >> i & 1))
            (void)usbip_unlink(client, &jobs[i].urb);
    }
    while (usbip_pump(client, DEADLINE_MS) > 0)
        ;
    usbip_free(client);
    for (unsigned i = 0; i < URBS; i++) {
        if (submitted[i])
            check(&jobs[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t import[8 + 312] = {0x01, 0x11, 0x00, 0x03};
    struct usbip_client *client;
    size_t cut;
    int ends[2];

    if (size < 2 || size > 4096 || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
        return 0;
    /* Usually a whole, right import: the reader of replies lies behind it. */
    memcpy(import + 8 + 256, "1-1", 3);
    cut = data[0] < 240 ? sizeof(import) : (size_t)(data[0] - 240) * 20;
    (void)!send(ends[1], import, cut, MSG_NOSIGNAL);
    (void)!send(ends[1], data + 2, size - 2, MSG_NOSIGNAL);
    /* Only its own direction: what the client sends must not fail before all is read. */
    shutdown(ends[1], SHUT_WR);
    if (usbip_import_on(ends[0], "1-1", DEADLINE_MS, &client) == 0)
        run(client, data[1]);
    close(ends[1]);
    return 0;
}

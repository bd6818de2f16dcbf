/* USB/IP 1.1.1: many and large URBs (usbip_protocol.rst sets no bound, hosts use both). */
#include <stdlib.h>
#include <string.h>

#include "conformance/raw/dut.h"
#include "spcore/base.h"

enum { DEPTH = 32, SMALL = 16 * 1024, LARGE = 1024 * 1024, CONTENT = 10 * LARGE };

/* GetObject's command as a submit that is not waited for; its seqnum, 0: it was not taken. */
static uint32_t submit_get(struct dut *dut, uint32_t handle)
{
    uint8_t command[16];
    struct raw_urb urb = {
        .direction = RAW_OUT, .endpoint = dut->pipe.out & 0x0f, .length = sizeof(command)};

    put_le32(command, sizeof(command));
    put_le16(command + 4, MTP_CT_COMMAND);
    put_le16(command + 6, MTP_OP_GET_OBJECT);
    put_le32(command + 8, dut->pipe.next++);
    put_le32(command + 12, handle);
    return raw_submit(dut->pipe.raw, &urb, command) ? 0 : urb.seqnum;
}

/* Reads one GetObject through `depth` URBs of `size` bytes that wait before it is asked for, and
 * are always under way; the bytes of its data container that came in order, fewer when a URB failed
 * or was cut. */
static size_t read_through(struct dut *dut, uint32_t handle, uint32_t size, unsigned depth,
                           uint8_t *back, size_t room)
{
    static uint32_t numbers[CONTENT / SMALL + DEPTH];
    struct raw_connection *connection = dut->pipe.raw;
    uint32_t asked = 0, answered = 0, command = 0;
    size_t got = 0;

    while (got < CONTENT + 12) {
        struct raw_reply reply = {0};
        int error;

        /* As many as are needed for the container alone, so that none is left over. */
        while (asked < answered + depth && (size_t)asked * size < CONTENT + 12) {
            struct raw_urb urb = {
                .direction = RAW_IN, .endpoint = dut->pipe.in & 0x0f, .length = size, .packets = 0};

            if (raw_submit(connection, &urb, NULL) != 0)
                return got;
            numbers[asked++] = urb.seqnum;
        }
        if (!command && (command = submit_get(dut, handle)) == 0)
            return got;
        error = raw_next(connection, DUT_PROMPT_MS, &reply, back + got, room - got);
        if (!error && reply.seqnum == command)
            continue;
        got += reply.data_length;
        if (error || reply.status || reply.seqnum != numbers[answered] ||
            (reply.actual != size && got != CONTENT + 12)) {
            conf_note(dut->c, "URB %u: %s, seqnum %u, status %s, %u bytes; %zu in all", answered,
                      value_errno(error).text, reply.seqnum, value_errno(reply.status).text,
                      reply.actual, got);
            return got;
        }
        answered++;
    }
    return got;
}

CONF_CASE(USBIP_URB_BV_20, .title = "32 URBs may be outstanding and one may carry a megabyte",
          .level = CONF_SHOULD, .reqs = REQS("USBIP-URB-020"),
          .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001", .player = "mtp",
          .needs = CONF_WIRE | CONF_WRITES, .timeout_s = 60,
          .steps = "Send 10 MiB in URBs of 1 MiB; read it through 32 URBs of 16 KiB, then through "
                   "URBs of 1 MiB")
{
    DUT_CONNECTION connection = dut_import(c);
    DUT dut = dut_raw(c, connection);
    uint8_t *bytes = malloc(CONTENT + 12), *back = malloc(CONTENT + LARGE);
    uint32_t folder, handle, id;
    size_t sent = 0;

    if (!bytes || !back)
        conf_setup_failed(c, "no memory");
    if (dut_open(&dut, 1) != MTP_RC_OK)
        dut_unprepared(&dut, "OpenSession");
    dut.store = dut_first_store(&dut);
    folder = dut_folder(&dut, 0xffffffff, "papcheck-load");
    dut_fill(bytes + 12, CONTENT, 41);
    if (dut_send_info(&dut, dut.store, folder, MTP_FC_UNDEFINED, CONTENT, "load.bin") != MTP_RC_OK)
        dut_unprepared(&dut, "operation");
    handle = dut.answer.param[2];
    id = dut.pipe.next++;
    if (ct_command(&dut.pipe, MTP_OP_SEND_OBJECT, id, PARAMS()) != 0)
        conf_refused(c, "SendObject", "SendObject was not taken");
    put_le32(bytes, CONTENT + 12);
    put_le16(bytes + 4, MTP_CT_DATA);
    put_le16(bytes + 6, MTP_OP_SEND_OBJECT);
    put_le32(bytes + 8, id);
    ROW("USBIP-URB-020.out") {
        while (sent < CONTENT + 12) {
            size_t part = CONTENT + 12 - sent < LARGE ? CONTENT + 12 - sent : LARGE;
            int64_t count = ct_bulk_out(&dut.pipe, bytes + sent, part, sent + part == CONTENT + 12);

            REQUIRE_EQ(count, part);
            sent += part;
        }
        CHECK_RC(dut_collect(&dut), MTP_RC_OK);
    }
    for (int large = 0; large < 2; large++) {
        memset(back, 0, CONTENT + 12);
        ROW(large ? "USBIP-URB-020.in" : "USBIP-URB-020.depth") {
            REQUIRE_EQ(read_through(&dut, handle, large ? LARGE : SMALL, large ? 2 : DEPTH, back,
                                    CONTENT + LARGE),
                       CONTENT + 12);
            CHECK(memcmp(back + 12, bytes + 12, CONTENT) == 0);
            CHECK_RC(dut_collect(&dut), MTP_RC_OK);
        }
    }
    dut_op(&dut, MTP_OP_DELETE_OBJECT, PARAMS(folder));
    dut_op(&dut, MTP_OP_CLOSE_SESSION, PARAMS());
    free(bytes);
    free(back);
}

/* MTP 1.1, appendix H: what holds of the packets of an object's content holds of every dataset. */
#include <stdio.h>
#include <string.h>

#include "conformance/raw/dut.h"

enum { PACKET_MOST = 1024, INFO_BARE = 60 /* an ObjectInfo with empty strings but for two */ };

/* SendObjectInfo of a folder whose container fills its packets: the keywords make up for it. */
static void put_filled(struct ct_writer *writer, const char *name, uint16_t packet)
{
    size_t units = strlen(name), total = 12 + INFO_BARE + 2 * units;
    char keywords[PACKET_MOST] = "";

    for (size_t length = 0; total % packet; total += 2)
        keywords[length++] = 'k';
    ct_put_object_info(writer, MTP_FC_ASSOCIATION, 0, name);
    writer->length--; /* the keywords, empty so far */
    ct_put_text(writer, keywords);
}

/* How a data phase of the host's may come. */
enum form { CLOSED, OPEN, SPLIT };

static int64_t send_form(struct dut *dut, uint32_t id, const struct ct_writer *info, enum form form)
{
    struct ct_pipe *pipe = &dut->pipe;
    const uint32_t said = (uint32_t)info->length + 12;

    if (form != SPLIT)
        return ct_send_as(pipe, said, MTP_CT_DATA, MTP_OP_SEND_OBJECT_INFO, id, info->bytes,
                          info->length, form == CLOSED);
    if (ct_send_as(pipe, said, MTP_CT_DATA, MTP_OP_SEND_OBJECT_INFO, id, NULL, 0, false) != 0)
        return -1;
    return ct_bulk_out(pipe, info->bytes, info->length, true) < 0 ? -1 : 0;
}

CONF_CASE(USB_BLK_BV_17, .title = "A dataset of whole packets is taken in every form",
          .reqs = REQS("USB-BLK-007", "USB-BLK-010"),
          .ics = "MTP && !USB.SPEED.SUPER && STORE.WRITABLE && MTP.FORMAT.3001", .player = "mtp",
          .needs = CONF_WRITES,
          .steps = "SendObjectInfo of a folder whose container fills its packets: with a "
                   "zero-length packet, without, and with its header in a packet of its own; the "
                   "folder is there")
{
    static const char *const forms[] = {"USB-BLK-007.with", "USB-BLK-007.without",
                                        "USB-BLK-010.split"};
    DUT dut = dut_work(c);

    for (enum form form = CLOSED; form <= SPLIT; form++) {
        char name[] = "dataset-0";
        struct ct_writer info = {0};
        uint32_t id = mtpi_next_transaction(dut.mtpi);

        name[8] = (char)('0' + (int)form);
        put_filled(&info, name, dut.pipe.packet);
        mtpi_set_transaction(dut.mtpi, id + 1);
        if (ct_command(&dut.pipe, MTP_OP_SEND_OBJECT_INFO, id, PARAMS(dut.store, dut.folder)) != 0)
            conf_refused(c, "SendObjectInfo", "SendObjectInfo was not taken");
        dut.pipe.deadline_ms = DUT_PROMPT_MS;
        ROW(forms[form]) {
            REQUIRE_EQ(send_form(&dut, id, &info, form), 0);
            REQUIRE_RC(dut_collect(&dut), MTP_RC_OK);
            CHECK(dut.answer.params >= 3 && dut_in_step(&dut));
        }
    }
    ROW("USB-BLK-007.without") {
        uint32_t handles[4];

        CHECK_EQ(dut_handles(&dut, dut.store, 0, dut.folder, handles, 4), 3);
    }
}

/* Handles behind their count, and part of an object: both fill packets, one if it is of some size.
 */
static void ends(struct conf *c)
{
    DUT dut = dut_work(c);
    static uint8_t bytes[PACKET_MOST];
    const size_t filled = dut.pipe.packet < 64 ? 64 : dut.pipe.packet;
    const size_t part = filled - 12, handles = part / 4 - 1;
    uint32_t file;

    dut_fill(bytes, sizeof(bytes), 17);
    file = dut_file(&dut, dut.folder, "part.bin", MTP_FC_UNDEFINED, bytes, sizeof(bytes));
    for (size_t i = 1; i < handles; i++) {
        char name[32];

        snprintf(name, sizeof(name), "folder-%zu", i);
        dut_folder(&dut, dut.folder, name);
    }
    dut.pipe.deadline_ms = DUT_PROMPT_MS;
    ROW("USB-BLK-006.zero") {
        CHECK_RC(dut_op(&dut, MTP_OP_GET_OBJECT_HANDLES, PARAMS(dut.store, 0, dut.folder)),
                 MTP_RC_OK);
        CHECK_EQ(dut.answer.data_length, filled);
        CHECK_EQ(dut.answer.size, part);
    }
    ROW("USB-BLK-006.zero") {
        if (dut_offers(&dut, MTP_OP_GET_PARTIAL_OBJECT)) {
            CHECK_RC(dut_op(&dut, MTP_OP_GET_PARTIAL_OBJECT, PARAMS(file, 0, (uint32_t)part)),
                     MTP_RC_OK);
            CHECK_BYTES(dut.answer.data, dut.answer.size, bytes, part);
            CHECK(dut_in_step(&dut));
        } else {
            conf_excused(c, 3, "the device sends no parts of objects");
        }
    }
}

CONF_CASE(USB_BLK_BV_18, .title = "A dataset that fills a packet of high speed ends, too",
          .reqs = REQS("USB-BLK-006"),
          .ics = "MTP && USB.SPEED.HIGH && STORE.WRITABLE && MTP.FORMAT.3001", .player = "mtp",
          .needs = CONF_WRITES, .timeout_s = 60,
          .steps = "GetObjectHandles of a folder of 124, GetPartialObject of 500 bytes: 512 bytes "
                   "with their header, and the response behind them")
{
    ends(c);
}

CONF_CASE(USB_BLK_BV_19, .title = "A dataset that fills a packet of full speed ends, too",
          .reqs = REQS("USB-BLK-006"), .ics = "MTP && USB.SPEED.FULL && STORE.WRITABLE",
          .player = "mtp-full-speed", .needs = CONF_WRITES,
          .steps =
              "GetObjectHandles of a folder of 12, GetPartialObject of 52 bytes: 64 bytes with "
              "their header, and the response behind them")
{
    ends(c);
}

/* MTP 1.1, 4.2: the one row of the catalogue whose subject is the initiator. Ours is judged by what
 * it puts on the wire: the one that papcheck and the provider speak through. */
#include <stdlib.h>
#include <string.h>

#include "conformance/raw/dut.h"
#include "spcore/base.h"

enum { COMMANDS = 16 };

/* Transaction ids of the commands that went out. */
struct wire {
    uint32_t ids[COMMANDS];
    size_t count;
};

static void note_command(void *context, const struct tp_event *event)
{
    struct wire *wire = context;
    const uint8_t *bytes = event->data;

    if (strcmp(event->what, "bulk-out") == 0 && event->length >= 12 &&
        get_le16(bytes + 4) == MTP_CT_COMMAND && wire->count < COMMANDS)
        wire->ids[wire->count++] = get_le32(bytes + 8);
}

static void ask(struct conf *c, struct mtpi *mtpi, uint16_t code, const uint32_t *params,
                unsigned count)
{
    struct mtpi_data data = {.has_in = code == MTP_OP_GET_STORAGE_IDS};
    struct mtpi_response response = {0};
    int error = mtpi_transact(mtpi, code, params, count, &data, &response);

    free(data.in);
    if (error || response.code != MTP_RC_OK)
        conf_refused_op(c, code, error ? error : response.code);
}

/* What a broken initiator would count to before the next command. */
static void defect(struct conf *c, struct mtpi *mtpi, const char *name, uint32_t next)
{
    if (strcmp(conf_host_defect(c), name) == 0)
        mtpi_set_transaction(mtpi, next);
}

static void talk(struct conf *c, struct mtpi *mtpi)
{
    ask(c, mtpi, MTP_OP_OPEN_SESSION, PARAMS(1));
    for (int i = 0; i < 3; i++)
        ask(c, mtpi, MTP_OP_GET_STORAGE_IDS, PARAMS());
    defect(c, mtpi, "host-ids-skip", 6);
    ask(c, mtpi, MTP_OP_GET_STORAGE_IDS, PARAMS());
    mtpi_set_transaction(mtpi, 0xfffffffd);
    ask(c, mtpi, MTP_OP_GET_STORAGE_IDS, PARAMS());
    ask(c, mtpi, MTP_OP_GET_STORAGE_IDS, PARAMS());
    defect(c, mtpi, "host-ids-wrap-to-2", 2);
    ask(c, mtpi, MTP_OP_GET_STORAGE_IDS, PARAMS());
    ask(c, mtpi, MTP_OP_GET_STORAGE_IDS, PARAMS());
    ask(c, mtpi, MTP_OP_CLOSE_SESSION, PARAMS());
}

CONF_CASE(MTP_SES_BV_14, .title = "Our initiator counts its transactions as it must",
          .reqs = REQS("MTP-SES-004"), .ics = "ANY", .player = "mtp",
          .needs = CONF_CONTROL | CONF_HOST,
          .steps = "The ids on the wire: OpenSession 0, then 1, 2, 3, 4; preset to 0xFFFFFFFD: "
                   "that, 0xFFFFFFFE, 1, 2, 3")
{
    static const uint32_t expected[] = {0, 1, 2, 3, 4, 0xfffffffd, 0xfffffffe, 1, 2, 3};
    struct wire wire = {.count = 0};
    struct tp_trace trace = {note_command, &wire};
    struct tp_options options = {.trace = &trace};
    struct tp *tp = NULL;
    struct mtpi *mtpi = NULL;

    if (tp_open(conf_device_uri(c), &options, &tp) != 0)
        conf_refused(c, "configuration descriptor", "the player is not opened");
    if (mtpi_new(tp, &mtpi) != 0)
        conf_refused(c, "bulk pipes", "no interface has the pipes of MTP");
    talk(c, mtpi);
    mtpi_free(mtpi);
    tp_close(tp);
    ROW("MTP-SES-004")
        CHECK_BYTES(wire.ids, wire.count * sizeof(wire.ids[0]), expected, sizeof(expected));
}

/* The device's side of the same rule. */
CONF_CASE(MTP_SES_BV_04, .title = "Transaction ids wrap from 0xFFFFFFFE to 1",
          .reqs = REQS("MTP-SES-004"), .ics = "MTP", .player = "mtp",
          .steps = "GetStorageIDs with ids 0xFFFFFFFD, 0xFFFFFFFE, 1 and 2: each is served under "
                   "its own id")
{
    static const uint32_t ids[] = {0xfffffffd, 0xfffffffe, 1, 2};
    DUT dut = dut_session(c);

    ROW("MTP-SES-004") {
        for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
            mtpi_set_transaction(dut.mtpi, ids[i]);
            CHECK_RC(dut_op(&dut, MTP_OP_GET_STORAGE_IDS, PARAMS()), MTP_RC_OK);
            CHECK_EQ(dut.answer.id, ids[i]);
        }
    }
}

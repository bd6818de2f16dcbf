/* Still image class 1.0, 7; MTP 1.1, H.2: data phases of the host's that end too early, and long
 * ones that nobody wants. */
#include <string.h>

#include "conformance/raw/dut.h"
#include "spcore/base.h"

/* The next transaction of the session. */
static uint32_t next_id(struct dut *dut)
{
    uint32_t id = mtpi_next_transaction(dut->mtpi);

    mtpi_set_transaction(dut->mtpi, id + 1);
    return id;
}

/* Of `said` payload bytes `length` are sent and ended; the response. */
static uint16_t cut(struct dut *dut, uint16_t operation, const uint32_t *params, unsigned count,
                    const void *bytes, size_t said, size_t length)
{
    uint32_t id = next_id(dut);

    if (ct_command(&dut->pipe, operation, id, params, count) != 0 ||
        ct_send_as(&dut->pipe, (uint32_t)said + 12, MTP_CT_DATA, operation, id, bytes, length,
                   true) != 0)
        conf_refused(dut->c, "SendObject", "a data phase that ends early was not taken");
    return dut_collect(dut);
}

CONF_CASE(USB_BLK_BI_20, .title = "Wherever a data phase ends early, it is IncompleteTransfer",
          .reqs = REQS("USB-BLK-008"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "SendObject of 3000 bytes ended after two whole packets by a zero-length one; "
                   "SendObjectInfo's dataset ended in its middle; an operation after each")
{
    enum { ALL = 3000 };
    DUT dut = dut_work(c);
    static uint8_t bytes[ALL];
    struct ct_writer info = {0};

    dut_fill(bytes, sizeof(bytes), 9);
    if (dut_send_info(&dut, dut.store, dut.folder, MTP_FC_UNDEFINED, ALL, "early.bin") != MTP_RC_OK)
        dut_unprepared(&dut, "operation");
    dut.pipe.deadline_ms = DUT_PROMPT_MS;
    ROW("USB-BLK-008.empty")
        CHECK_RC(
            cut(&dut, MTP_OP_SEND_OBJECT, PARAMS(), bytes, ALL, 2 * (size_t)dut.pipe.packet - 12),
            MTP_RC_INCOMPLETE_TRANSFER);
    ROW("USB-BLK-008.next")
        CHECK(dut_in_step(&dut));
    ct_put_object_info(&info, dut_format(&dut, MTP_FC_UNDEFINED), 5, "early.bin");
    ROW("USB-BLK-008.dataset")
        CHECK_RC(cut(&dut, MTP_OP_SEND_OBJECT_INFO, PARAMS(dut.store, dut.folder), info.bytes,
                     info.length, info.length / 2),
                 MTP_RC_INCOMPLETE_TRANSFER);
    ROW("USB-BLK-008.next")
        CHECK(dut_in_step(&dut));
}

CONF_CASE(USB_BLK_BI_21, .title = "Data that nobody wants are taken to their end, however many",
          .reqs = REQS("USB-BLK-012"), .ics = "MTP && STORE.WRITABLE", .player = "mtp",
          .needs = CONF_WRITES,
          .steps = "SendObject of 300000 bytes that were not announced; GetDeviceInfo after it")
{
    DUT dut = dut_session(c);
    static uint8_t bytes[300000];

    dut_fill(bytes, sizeof(bytes), 10);
    ROW("USB-BLK-012.large") {
        CHECK_NOT_RC(dut_put(&dut, MTP_OP_SEND_OBJECT, PARAMS(), bytes, sizeof(bytes)), MTP_RC_OK);
        CHECK(dut_in_step(&dut));
    }
}

/* What hosts set of an object or of the device, or say of one that is to come. */
struct said {
    uint16_t operation;
    uint32_t params[5];
    unsigned count;
    struct ct_writer data;
};

static void put_name(struct ct_writer *list, uint32_t handle, uint16_t code)
{
    ct_put32(list, 1);
    ct_put32(list, handle);
    ct_put16(list, code);
    ct_put16(list, MTP_DTC_STRING);
    ct_put_text(list, "renamed.mp3");
}

/* Only of what the device takes whole: what it refuses, it may refuse before it looks; and half an
 * empty text is a header alone, which more may follow. */
static void check_cut(struct dut *dut, const struct said *one)
{
    struct conf *c = dut->c;
    const struct ct_writer *data = &one->data;

    ROW("USB-BLK-008.values") {
        if (!dut_offers(dut, one->operation) || data->length < 2 ||
            dut_put(dut, one->operation, one->params, one->count, data->bytes, data->length) !=
                MTP_RC_OK) {
            conf_excused(c, 1, "it does not take this whole, or it is empty");
            return;
        }
        CHECK_RC(cut(dut, one->operation, one->params, one->count, data->bytes, data->length,
                     data->length / 2),
                 MTP_RC_INCOMPLETE_TRANSFER);
    }
    ROW("USB-BLK-008.next")
        CHECK(dut_in_step(dut));
}

CONF_CASE(USB_BLK_BI_22, .title = "So it is of values, of lists of them and of references",
          .reqs = REQS("USB-BLK-008"), .ics = "MTP && STORE.WRITABLE && MTP.FORMAT.3001",
          .player = "mtp", .needs = CONF_WRITES,
          .steps = "SetDevicePropValue of the friendly name it has, SetObjectPropValue, "
                   "SetObjectPropList, SetObjectReferences, SendObjectPropList: each that is "
                   "answered OK again, its dataset ended in the middle; an operation after each")
{
    DUT dut = dut_work(c);
    const uint32_t file = dut_file(&dut, dut.folder, "cut.mp3", MTP_FC_MP3, "music", 5);
    struct said all[] = {
        {.operation = MTP_OP_SET_DEVICE_PROP_VALUE,
         .params = {MTP_DPC_DEVICE_FRIENDLY_NAME},
         .count = 1},
        {.operation = MTP_OP_SET_OBJECT_PROP_VALUE, .params = {file, MTP_OPC_NAME}, .count = 2},
        {.operation = MTP_OP_SET_OBJECT_PROP_LIST},
        {.operation = MTP_OP_SET_OBJECT_REFERENCES, .params = {file}, .count = 1},
        {.operation = MTP_OP_SEND_OBJECT_PROP_LIST,
         .params = {dut.store, dut.folder, dut.format, 0, 5},
         .count = 5},
    };

    dut_op(&dut, MTP_OP_GET_DEVICE_PROP_VALUE, PARAMS(MTP_DPC_DEVICE_FRIENDLY_NAME));
    ct_put_bytes(&all[0].data, dut.answer.data, dut.answer.size);
    ct_put_text(&all[1].data, "as it is not called");
    put_name(&all[2].data, file, MTP_OPC_NAME);
    ct_put32(&all[3].data, 1);
    ct_put32(&all[3].data, file);
    put_name(&all[4].data, 0, MTP_OPC_OBJECT_FILE_NAME);
    dut.pipe.deadline_ms = DUT_PROMPT_MS;
    for (size_t i = 0; i < ARRAY_SIZE(all); i++)
        check_cut(&dut, &all[i]);
}

/* DeviceIoControl with the one code that is documented for MTP devices: what goes in reaches the
 * device, and what comes out is what the device said. */
#include <stddef.h>

#include "conformance/raw/dut.h"
#include "conformance/wmdm/wmdm_case.h"
#include "spcore/base.h"

#define IO_CASE(token, title_, steps_, ...)                                                        \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .ics = "PROVIDER.DEVICE.IOCTL",   \
              .needs = CONF_PROVIDER, .steps = steps_)

enum { HEAD = offsetof(MTP_COMMAND_DATA_OUT, CommandReadData), ROOM = 4096 };
static const uint32_t NOBODY = 0xfffffff0; /* a handle */

struct answer {
    MTP_COMMAND_DATA_OUT head; /* as it came */
    BYTE bytes[HEAD + ROOM];
    DWORD size;
};

/* The command with that much room for data. */
static HRESULT ask(struct wmdm *w, MTP_COMMAND_DATA_IN command, const void *written, DWORD room,
                   struct answer *ret)
{
    HRESULT hr;

    ret->size = HEAD + room;
    hr = wmdm_command(w, &command, written, ret->bytes, &ret->size);
    memcpy(&ret->head, ret->bytes, HEAD);
    return hr;
}

/* Bytes of data that came, of those there was room for. */
static size_t came(const struct answer *answer)
{
    DWORD count = answer->head.CommandReadDataSize;

    return count < ROOM ? count : ROOM;
}

/* What the device answers the judge's own initiator, which lets go of it after. */
static size_t say_itself(struct conf *c, uint16_t operation, const uint32_t *params, unsigned count,
                         uint8_t *bytes, size_t size)
{
    size_t length = 0;

    SETUP {
        DUT dut = dut_session(c);

        dut_must(&dut, operation, params, count);
        length = dut.answer.size < size ? dut.answer.size : size;
        if (length)
            memcpy(bytes, dut.answer.data, length);
    }
    conf_transport_drop(c);
    return length;
}

#define READS(code, ...)                                                                           \
    ((MTP_COMMAND_DATA_IN){.OpCode = (code), .NextPhase = MTP_NEXTPHASE_READ_DATA, ##__VA_ARGS__})

IO_CASE(DEVICE_COMMAND_BV_01, "A command goes to the device, and its answer comes back",
        "GetDeviceInfo, GetStorageInfo of the first storage and GetObjectInfo of a handle that "
        "nobody has by DeviceIoControl, the first two against what the judge is told itself",
        "SP-DEV-053")
{
    uint8_t info[ROOM], ids[64], storage[ROOM];
    size_t info_length = say_itself(c, MTP_OP_GET_DEVICE_INFO, PARAMS(), info, sizeof(info));
    uint32_t first = 0;
    size_t storage_length;
    struct wmdm *w;
    static struct answer answer;

    if (say_itself(c, MTP_OP_GET_STORAGE_IDS, PARAMS(), ids, sizeof(ids)) >= 8)
        first = get_le32(ids + 4);
    if (!first)
        conf_inconclusive(c, "the device has no storage");
    storage_length =
        say_itself(c, MTP_OP_GET_STORAGE_INFO, PARAMS(first), storage, sizeof(storage));
    w = wmdm_open(c);
    ROW("SP-DEV-053.data") {
        REQUIRE_HR(ask(w, READS(MTP_OP_GET_DEVICE_INFO), NULL, ROOM, &answer), S_OK);
        CHECK_BYTES(answer.bytes + HEAD, came(&answer), info, info_length);
    }
    ROW("SP-DEV-053.size")
        CHECK_EQ(answer.size, HEAD + info_length);
    ROW("SP-DEV-053.parameters") {
        REQUIRE_HR(ask(w, READS(MTP_OP_GET_STORAGE_INFO, .NumParams = 1, .Params = {first}), NULL,
                       ROOM, &answer),
                   S_OK);
        CHECK_RC(answer.head.ResponseCode, MTP_RC_OK);
        CHECK_BYTES(answer.bytes + HEAD, came(&answer), storage, storage_length);
    }
    ROW("SP-DEV-053.response") {
        REQUIRE_HR(ask(w, READS(MTP_OP_GET_OBJECT_INFO, .NumParams = 1, .Params = {NOBODY}), NULL,
                       ROOM, &answer),
                   S_OK);
        CHECK_RC(answer.head.ResponseCode, MTP_RC_INVALID_OBJECT_HANDLE);
        CHECK_EQ(answer.head.CommandReadDataSize, 0);
    }
}

/* "papkit" as MTP writes it, and what was there before. */
static const uint8_t name[] = {7, 'p', 0, 'a', 0, 'p', 0, 'k', 0, 'i', 0, 't', 0, 0, 0};

static void give_name(struct conf *c, const uint8_t *bytes, size_t size)
{
    SETUP {
        DUT dut = dut_session(c);

        if (dut_put(&dut, MTP_OP_SET_DEVICE_PROP_VALUE, PARAMS(MTP_DPC_DEVICE_FRIENDLY_NAME), bytes,
                    size) != MTP_RC_OK)
            dut_unprepared(&dut, "SetDevicePropValue");
    }
    conf_transport_drop(c);
}

static void need_name(struct conf *c)
{
    uint8_t description[600];
    size_t length;

    SETUP {
        DUT dut = dut_session(c);

        if (!dut_offers(&dut, MTP_OP_SET_DEVICE_PROP_VALUE) ||
            dut_op(&dut, MTP_OP_GET_DEVICE_PROP_DESC, PARAMS(MTP_DPC_DEVICE_FRIENDLY_NAME)) !=
                MTP_RC_OK)
            conf_inconclusive(c, "the device has no friendly name that can be set");
        length = dut.answer.size < sizeof(description) ? dut.answer.size : sizeof(description);
        memcpy(description, dut.answer.data, length);
    }
    conf_transport_drop(c);
    if (length < 5 || description[4] != 1)
        conf_inconclusive(c, "the device's friendly name cannot be set");
}

CONF_CASE(DEVICE_COMMAND_BV_02, .title = "What a command writes reaches the device",
          .reqs = REQS("SP-DEV-053"), .ics = "PROVIDER.DEVICE.IOCTL && MTP.OP.1016",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "SetDevicePropValue of the friendly name by DeviceIoControl; the judge reads it "
                   "itself, before and after")
{
    uint8_t before[600], after[600];
    size_t before_length, after_length;
    struct wmdm *w;
    static struct answer answer;

    need_name(c);
    before_length = say_itself(c, MTP_OP_GET_DEVICE_PROP_VALUE,
                               PARAMS(MTP_DPC_DEVICE_FRIENDLY_NAME), before, sizeof(before));
    w = wmdm_open(c);
    ROW("SP-DEV-053.written") {
        MTP_COMMAND_DATA_IN command = {.OpCode = MTP_OP_SET_DEVICE_PROP_VALUE,
                                       .NumParams = 1,
                                       .Params = {MTP_DPC_DEVICE_FRIENDLY_NAME},
                                       .NextPhase = MTP_NEXTPHASE_WRITE_DATA,
                                       .CommandWriteDataSize = sizeof(name)};

        REQUIRE_HR(ask(w, command, name, 0, &answer), S_OK);
        CHECK_RC(answer.head.ResponseCode, MTP_RC_OK);
        wmdm_let_go(w);
        after_length = say_itself(c, MTP_OP_GET_DEVICE_PROP_VALUE,
                                  PARAMS(MTP_DPC_DEVICE_FRIENDLY_NAME), after, sizeof(after));
        CHECK_BYTES(after, after_length, name, sizeof(name));
    }
    give_name(c, before, before_length);
}

static bool is_no_room(HRESULT hr)
{
    return hr == HRESULT_FROM_WIN32(ERROR_INSUFFICIENT_BUFFER) ||
           hr == HRESULT_FROM_WIN32(ERROR_MORE_DATA);
}

IO_CASE(DEVICE_COMMAND_BI_01, "Too little room and missing input are said",
        "IOCTL_MTP_CUSTOM_COMMAND without input of 0 and 4 bytes; GetDeviceInfo with 1 byte of "
        "room, and with none for its data",
        "SP-DEV-054", "SP-DEV-055", "SP-DEV-053")
{
    struct wmdm *w = wmdm_open(c);
    static struct answer answer;
    DWORD size = 0;
    HRESULT hr;

    ROW("SP-DEV-054")
        CHECK_HR(CALL(IMDSPDevice3, DeviceIoControl, wmdm_device3(w), IOCTL_MTP_CUSTOM_COMMAND,
                      NULL, 4, NULL, &size),
                 E_INVALIDARG);
    ROW("SP-DEV-055.room") {
        BYTE little;

        size = 1;
        hr = wmdm_command(w, &READS(MTP_OP_GET_DEVICE_INFO), NULL, &little, &size);
        CHECK_ANSWER(is_no_room(hr), hr, "ERROR_INSUFFICIENT_BUFFER");
        hr = ask(w, READS(MTP_OP_GET_DEVICE_INFO), NULL, 0, &answer);
        CHECK_ANSWER(is_no_room(hr), hr, "ERROR_INSUFFICIENT_BUFFER");
    }
}

/* SendOpaqueCommand of devices and storages, where a device has commands that nobody between it and
 * the application understands. */
#include "conformance/raw/raw_snapshot.h"
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_offer.h"
#include "conformance/wmdm/wmdm_opaque.h"
#include "spcore/base.h"

#define OPAQUE_CASE(token, title_, level_, steps_, ...)                                            \
    CONF_CASE(token, .title = title_, .reqs = REQS(__VA_ARGS__), .level = level_,                  \
              .ics = "PROVIDER.OPAQUE", .player = "pap-commands", .needs = CONF_PROVIDER,          \
              .steps = steps_)

enum { LARGE = 4096 };

static HRESULT send(struct wmdm *w, OPAQUECOMMAND *command)
{
    struct conf *c = wmdm_conf(w);

    return CALL(IMDSPDevice, SendOpaqueCommand, wmdm_device(w), command);
}

/* In a ROW: the answer is that. */
static void answers(struct wmdm *w, BYTE code, const BYTE *data, DWORD length, const BYTE *wanted,
                    DWORD wanted_length)
{
    struct conf *c = wmdm_conf(w);
    OPAQUECOMMAND command = wmdm_opaque(w, code, data, length);
    const GUID sent = command.guidCommand;

    CHECK_HR(send(w, &command), S_OK);
    CHECK(IsEqualGUID(&command.guidCommand, &sent));
    CHECK_BYTES(command.pData ? command.pData : (const BYTE *)"", command.dwDataLen, wanted,
                wanted_length);
    CoTaskMemFree(command.pData);
}

OPAQUE_CASE(DEVICE_OPAQUE_BV_01, "A command goes to the device as it is, and its answer comes back",
            CONF_MUST,
            "A command that the device answers with its own data: of 0, 1 and 4096 bytes",
            "SP-DEV-033")
{
    struct wmdm *w = wmdm_open(c);
    BYTE data[LARGE];

    pv_pattern(data, sizeof(data));
    ROW("SP-DEV-033.empty")
        answers(w, WMDM_COMMAND_ECHO, NULL, 0, (const BYTE *)"", 0);
    ROW("SP-DEV-033.one")
        answers(w, WMDM_COMMAND_ECHO, data, 1, data, 1);
    ROW("SP-DEV-033.many")
        answers(w, WMDM_COMMAND_ECHO, data, LARGE, data, LARGE);
}

OPAQUE_CASE(DEVICE_OPAQUE_BV_02, "An answer may be longer or shorter than the command", CONF_MUST,
            "A command that the device answers with its data twice, with data and without; one of "
            "4096 bytes that it answers with four",
            "SP-DEV-034")
{
    struct wmdm *w = wmdm_open(c);
    BYTE data[LARGE], twice[2 * LARGE];
    OPAQUECOMMAND command;

    pv_pattern(data, sizeof(data));
    memcpy(twice, data, LARGE);
    memcpy(twice + LARGE, data, LARGE);
    ROW("SP-DEV-034.longer")
        answers(w, WMDM_COMMAND_TWICE, data, LARGE, twice, sizeof(twice));
    command = wmdm_opaque(w, WMDM_COMMAND_COUNT, NULL, 0);
    ROW("SP-DEV-034.new") {
        CHECK_HR(send(w, &command), S_OK);
        CHECK(command.dwDataLen == 4 && command.pData != NULL);
    }
    CoTaskMemFree(command.pData);
    command = wmdm_opaque(w, WMDM_COMMAND_COUNT, data, LARGE);
    ROW("SP-DEV-034.shorter") {
        CHECK_HR(send(w, &command), S_OK);
        CHECK_EQ(command.dwDataLen, 4);
    }
    CoTaskMemFree(command.pData);
}

OPAQUE_CASE(DEVICE_OPAQUE_BV_03, "A storage passes commands on, too", CONF_MAY,
            "Commands of 0, 1 and 4096 bytes to the first root, and one that the device does not "
            "know",
            "SP-STG-045")
{
    static const DWORD lengths[] = {0, 1, LARGE};
    struct wmdm *w = wmdm_open(c);
    BYTE data[LARGE];
    OPAQUECOMMAND none = wmdm_opaque(w, WMDM_COMMAND_NONE, NULL, 0);
    HRESULT hr;

    pv_pattern(data, sizeof(data));
    for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
        OPAQUECOMMAND command = wmdm_opaque(w, WMDM_COMMAND_ECHO, data, lengths[i]);

        ROW("SP-STG-045") {
            hr = CALL(IMDSPStorage, SendOpaqueCommand, wmdm_root(w), &command);
            if (wmdm_is_offered(hr)) {
                CHECK_HR(hr, S_OK);
                CHECK_BYTES(command.pData ? command.pData : (const BYTE *)"", command.dwDataLen,
                            data, lengths[i]);
            } else {
                conf_excused(c, 2, "commands are the device's alone");
            }
        }
        CoTaskMemFree(command.pData);
    }
    hr = CALL(IMDSPStorage, SendOpaqueCommand, wmdm_root(w), &none);
    ROW("SP-STG-045")
        CHECK_ANSWER(hr == WMDM_E_NOTSUPPORTED || hr == E_NOTIMPL, hr,
                     "WMDM_E_NOTSUPPORTED or E_NOTIMPL");
}

/* ---- MACs */
/* How many commands the device has seen before this one. */
static uint32_t seen_by_device(struct wmdm *w)
{
    OPAQUECOMMAND command = wmdm_opaque(w, WMDM_COMMAND_COUNT, NULL, 0);
    uint32_t count = 0;
    HRESULT hr = send(w, &command);

    wmdm_setup(wmdm_conf(w), "IMDSPDevice::SendOpaqueCommand", hr);
    if (command.dwDataLen == 4 && command.pData)
        count = (uint32_t)(command.pData[0] | command.pData[1] << 8 | command.pData[2] << 16) |
                (uint32_t)command.pData[3] << 24;
    CoTaskMemFree(command.pData);
    return count;
}

static void spoil_guid(OPAQUECOMMAND *command)
{
    command->guidCommand.Data4[7] = WMDM_COMMAND_TWICE;
}

static void spoil_length(OPAQUECOMMAND *command)
{
    command->dwDataLen--;
}

static void spoil_data(OPAQUECOMMAND *command)
{
    command->pData[command->dwDataLen - 1] ^= 1;
}

static void spoil_mac(OPAQUECOMMAND *command)
{
    command->abMAC[WMDM_MAC_LENGTH - 1] ^= 1;
}

/* In a way that the exclusive or of all bytes does not tell. */
static void spoil_two(OPAQUECOMMAND *command)
{
    command->abMAC[0] ^= 0x10;
    command->abMAC[1] ^= 0x10;
}

static void storage_refuses(struct wmdm *w)
{
    struct conf *c = wmdm_conf(w);
    OPAQUECOMMAND command = wmdm_opaque(w, WMDM_COMMAND_ECHO, "content", 7);
    HRESULT hr;

    spoil_mac(&command);
    hr = CALL(IMDSPStorage, SendOpaqueCommand, wmdm_root(w), &command);
    if (wmdm_is_offered(hr))
        CHECK_HR(hr, WMDM_E_MAC_CHECK_FAILED);
    else
        conf_excused(c, 1, "commands are the device's alone");
    CoTaskMemFree(command.pData);
}

OPAQUE_CASE(DEVICE_OPAQUE_BI_01, "A command whose MAC does not agree stays here", CONF_MUST,
            "Commands whose GUID, length, last byte and MAC are others after the MAC was made, the "
            "MAC by one byte and by two, and to a storage; how many the device has seen",
            "SP-MAC-022")
{
    static const struct {
        const char *row;
        void (*spoil)(OPAQUECOMMAND *command);
    } ways[] = {{"SP-MAC-022.guid", spoil_guid},
                {"SP-MAC-022.length", spoil_length},
                {"SP-MAC-022.data", spoil_data},
                {"SP-MAC-022.mac", spoil_mac},
                {"SP-MAC-022.together", spoil_two}};
    struct wmdm *w = wmdm_open(c);
    uint32_t before = seen_by_device(w);

    for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
        OPAQUECOMMAND command = wmdm_opaque(w, WMDM_COMMAND_ECHO, "content", 7);

        ways[i].spoil(&command);
        ROW(ways[i].row)
            CHECK_HR(send(w, &command), WMDM_E_MAC_CHECK_FAILED);
        CoTaskMemFree(command.pData);
    }
    ROW("SP-MAC-022.storage")
        storage_refuses(w);
    ROW("SP-MAC-022.kept")
        CHECK_EQ(seen_by_device(w), before + 1);
}

OPAQUE_CASE(DEVICE_OPAQUE_BV_04, "The answer has a MAC of its own", CONF_MUST,
            "The MAC of an answer that is longer than its command; of a command without data",
            "SP-MAC-023", "SP-MAC-024")
{
    struct wmdm *w = wmdm_open(c);
    OPAQUECOMMAND command = wmdm_opaque(w, WMDM_COMMAND_TWICE, "content", 7);
    BYTE mac[WMDM_MAC_LENGTH];

    wmdm_setup(c, "IMDSPDevice::SendOpaqueCommand", send(w, &command));
    wmdm_opaque_mac(w, &command, mac);
    ROW("SP-MAC-023")
        CHECK_BYTES(command.abMAC, sizeof(mac), mac, sizeof(mac));
    CoTaskMemFree(command.pData);
    command = wmdm_opaque(w, WMDM_COMMAND_ECHO, NULL, 0);
    ROW("SP-MAC-024")
        CHECK_HR(send(w, &command), S_OK);
    CoTaskMemFree(command.pData);
}

OPAQUE_CASE(DEVICE_OPAQUE_BV_05, "Of twenty bytes for the MAC eight are it", CONF_SHOULD,
            "A command with a pattern behind its MAC", "SP-MAC-025")
{
    struct wmdm *w = wmdm_open(c);
    OPAQUECOMMAND command = wmdm_opaque(w, WMDM_COMMAND_ECHO, "content", 7);
    BYTE pattern[sizeof(command.abMAC) - WMDM_MAC_LENGTH];

    memset(pattern, 0xa5, sizeof(pattern));
    memcpy(command.abMAC + WMDM_MAC_LENGTH, pattern, sizeof(pattern));
    ROW("SP-MAC-025.taken")
        CHECK_HR(send(w, &command), S_OK);
    ROW("SP-MAC-025.behind")
        CHECK_BYTES(command.abMAC + WMDM_MAC_LENGTH, sizeof(pattern), pattern, sizeof(pattern));
    CoTaskMemFree(command.pData);
}

/* Several files at once, each by a thread of its own: the channel does not come apart, and each
 * file gets and gives its own bytes. That a device takes one at a time is right, too, as long as it
 * says so (SP-THREAD-004). */
#include "conformance/wmdm/wmdm_case.h"
#include "conformance/wmdm/wmdm_thread.h"

#define THREADS 4
#define READ_BLOCK 4096
#define WRITE_BLOCK 512
#define ROUNDS 40

struct transfer {
    struct sac_channel *channel;
    IMDSPObject *object;
    BYTE byte;       /* of reading: all that the file holds */
    unsigned wrong;  /* rounds in which the channel did not hold */
    unsigned mixed;  /* or the bytes were not the file's */
    unsigned vague;  /* or that failed without a reason */
    unsigned failed; /* with one, or without */
};

static void note(struct transfer *it, HRESULT hr)
{
    it->failed += hr != S_OK;
    it->vague += hr == E_FAIL || hr == E_UNEXPECTED;
}

/* Without the marks of wmdm_mac(): they belong to one thread. */
static bool mac_of(struct sac_channel *channel, const void *data, DWORD length, DWORD size,
                   BYTE ret_mac[WMDM_MAC_LENGTH])
{
    SAC_HMAC handle;

    return sac_mac_init(channel, &handle) == S_OK &&
           (!length || sac_mac_update(channel, handle, data, length) == S_OK) &&
           sac_mac_update(channel, handle, &size, sizeof(size)) == S_OK &&
           sac_mac_final(channel, handle, ret_mac) == S_OK;
}

static bool all_of(const BYTE *data, size_t length, BYTE byte)
{
    while (length && data[length - 1] == byte)
        length--;
    return length == 0;
}

/* One Read of the whole file. */
static bool read_block(struct transfer *it)
{
    BYTE data[READ_BLOCK], mac[WMDM_MAC_LENGTH], expected[WMDM_MAC_LENGTH];
    DWORD size = sizeof(data);
    HRESULT hr = mac_of(it->channel, NULL, 0, size, mac)
                     ? IMDSPObject_Read(it->object, data, &size, mac)
                     : E_OUTOFMEMORY;

    note(it, hr);
    if (hr != S_OK || size > sizeof(data) || sac_decrypt_param(it->channel, data, size) != S_OK ||
        !mac_of(it->channel, data, size, size, expected) || memcmp(mac, expected, sizeof(mac)) != 0)
        return false;
    it->mixed += size != sizeof(data) || !all_of(data, size, it->byte);
    return true;
}

static void *read_blocks(void *context)
{
    struct transfer *it = context;

    for (unsigned i = 0; i < ROUNDS; i++) {
        HRESULT opened = IMDSPObject_Open(it->object, MDSP_READ);
        bool ok = opened == S_OK && read_block(it);

        note(it, opened);
        it->wrong += !ok || IMDSPObject_Close(it->object) != S_OK;
    }
    return NULL;
}

static bool is_of_channel(HRESULT hr)
{
    return hr == WMDM_E_MAC_CHECK_FAILED || hr == WMDM_E_NOTCERTIFIED;
}

static void *write_blocks(void *context)
{
    struct transfer *it = context;
    HRESULT opened = IMDSPObject_Open(it->object, MDSP_WRITE);

    note(it, opened);
    it->wrong += opened == WMDM_E_NOTCERTIFIED;
    for (unsigned i = 0; i < ROUNDS && opened == S_OK; i++) {
        BYTE data[WRITE_BLOCK], mac[WMDM_MAC_LENGTH];
        DWORD size = sizeof(data);
        HRESULT hr;

        memset(data, it->byte, sizeof(data));
        it->wrong += !mac_of(it->channel, data, size, size, mac) ||
                     sac_encrypt_param(it->channel, data, size) != S_OK;
        hr = IMDSPObject_Write(it->object, data, &size, mac);
        note(it, hr);
        it->wrong += is_of_channel(hr);
    }
    if (opened == S_OK)
        it->wrong += is_of_channel(IMDSPObject_Close(it->object));
    return NULL;
}

static const char *const files[THREADS] = {"a.bin", "b.bin", "c.bin", "d.bin"};

static struct transfer transfer_of(struct wmdm *w, IMDSPStorage *file, size_t i)
{
    return (struct transfer){
        .channel = wmdm_channel(w), .object = AS(IMDSPObject, file), .byte = (BYTE)('a' + i)};
}

#define SUM(each, member)                                                                          \
    ((each)[0].member + (each)[1].member + (each)[2].member + (each)[3].member)

CONF_CASE(AUTH_THREAD_BV_01, .title = "Several threads read at once through the channel",
          .reqs = REQS("SP-THREAD-004", "SP-THREAD-008", "SP-DEV-016"),
          .ics = "PROVIDER.OBJECT.READ", .needs = CONF_PROVIDER | CONF_WRITES, .timeout_s = 60,
          .steps = "Four threads read four files securely and verify every MAC and every byte; "
                   "GetType")
{
    static BYTE content[READ_BLOCK];
    struct wmdm *w = wmdm_open(c);
    struct transfer readers[THREADS];
    DWORD type = 0;

    for (size_t i = 0; i < THREADS; i++) {
        IMDSPStorage *file;

        memset(content, (int)('a' + i), sizeof(content));
        file = wmdm_put(w, wmdm_work_folder(w), files[i], content, sizeof(content));
        readers[i] = transfer_of(w, file, i);
        RELEASE(file);
    }
    ROW("SP-THREAD-008.read") {
        wmdm_together(c, "IMDSPObject::Read", read_blocks, readers, sizeof(*readers), THREADS);
        CHECK_EQ(SUM(readers, wrong), 0);
    }
    ROW("SP-THREAD-004.read")
        CHECK_EQ(SUM(readers, mixed), 0);
    ROW("SP-THREAD-004.clean")
        CHECK_EQ(SUM(readers, vague), 0);
    ROW("SP-DEV-016.clear") { /* who sets the bit is not called by several at once */
        REQUIRE_HR(CALL(IMDSPDevice, GetType, wmdm_device(w), &type), S_OK);
        CHECK(type & WMDM_DEVICE_TYPE_NONREENTRANT ||
              SUM(readers, wrong) + SUM(readers, mixed) + SUM(readers, vague) == 0);
    }
    for (size_t i = 0; i < THREADS; i++)
        RELEASE(readers[i].object);
}

/* Of a file whose every Write was taken. */
static void check_written(struct wmdm *w, const struct transfer *it)
{
    struct conf *c = wmdm_conf(w);
    IMDSPStorage *file = AS(IMDSPStorage, it->object);
    BYTE expected[ROUNDS * WRITE_BLOCK], *content;
    size_t length = 0;

    memset(expected, it->byte, sizeof(expected));
    content = wmdm_get(w, file, &length);
    CHECK_BYTES(content, length, expected, sizeof(expected));
    free(content);
    RELEASE(file);
}

CONF_CASE(AUTH_THREAD_BV_02, .title = "Several threads write at once through the channel",
          .reqs = REQS("SP-THREAD-004", "SP-THREAD-008"), .ics = "ANY",
          .needs = CONF_PROVIDER | CONF_WRITES, .timeout_s = 60,
          .steps = "Four threads write four files, each block with its MAC; what the files hold")
{
    struct wmdm *w = wmdm_open(c);
    struct transfer writers[THREADS];
    bool reads = conf_offers(c, "PROVIDER.OBJECT.READ");

    for (size_t i = 0; i < THREADS; i++) {
        IMDSPStorage *file = wmdm_create(w, wmdm_work_folder(w), files[i], WMDM_FILE_ATTR_FILE,
                                         ROUNDS * WRITE_BLOCK, NULL);

        writers[i] = transfer_of(w, file, i);
        RELEASE(file);
    }
    ROW("SP-THREAD-008.write") {
        wmdm_together(c, "IMDSPObject::Write", write_blocks, writers, sizeof(*writers), THREADS);
        CHECK_EQ(SUM(writers, wrong), 0);
    }
    ROW("SP-THREAD-004.clean")
        CHECK_EQ(SUM(writers, vague), 0);
    for (size_t i = 0; i < THREADS; i++) {
        ROW("SP-THREAD-004.written") {
            if (reads && !writers[i].failed)
                check_written(w, &writers[i]);
            else
                conf_excused(c, 1, "the device takes one file at a time");
        }
        RELEASE(writers[i].object);
    }
}

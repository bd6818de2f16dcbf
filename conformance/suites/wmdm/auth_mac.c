/* What the MACs of the provider's methods cover (WMDM, Message Authentication; Encryption and
 * Decryption; readings U7 to U10 of docs/errata.md). */
#include <pthread.h>

#include "conformance/wmdm/wmdm_case.h"

/* A MAC with bytes around it that must stay. */
struct guarded {
    BYTE before[8], mac[WMDM_MAC_LENGTH], after[16];
};

static struct guarded guarded_new(void)
{
    struct guarded g;

    memset(&g, 0x6d, sizeof(g));
    return g;
}

static void check_guard(struct conf *c, const struct guarded *g)
{
    struct guarded clean = guarded_new();

    CHECK_BYTES(g->before, sizeof(g->before), clean.before, sizeof(clean.before));
    CHECK_BYTES(g->after, sizeof(g->after), clean.after, sizeof(clean.after));
}

/* The MAC covers the whole structure, and a changed byte does not verify. */
static void check_serial(struct conf *c, struct wmdm *w, WMDMID *id, const struct guarded *g)
{
    BYTE expected[WMDM_MAC_LENGTH];

    wmdm_mac(w, id, sizeof(*id), NULL, 0, expected);
    CHECK_BYTES(g->mac, sizeof(g->mac), expected, sizeof(expected));
    id->pID[WMDMID_LENGTH - 1] ^= 1;
    wmdm_mac(w, id, sizeof(*id), NULL, 0, expected);
    CHECK(memcmp(g->mac, expected, sizeof(expected)) != 0);
    id->pID[WMDMID_LENGTH - 1] ^= 1;
    check_guard(c, g);
}

CONF_CASE(AUTH_SERIAL_BV_01, .title = "The device's serial number comes with the MAC of all of it",
          .reqs = REQS("SP-MAC-010", "SP-MAC-029"), .ics = "PROVIDER.DEVICE.SERIAL",
          .needs = CONF_PROVIDER,
          .steps = "GetSerialNumber twice into differently poisoned structures; MAC over 140 bytes")
{
    struct wmdm *w = wmdm_open(c);
    struct guarded a = guarded_new(), b = guarded_new();
    WMDMID one, two;

    memset(&one, 0x11, sizeof(one));
    memset(&two, 0x22, sizeof(two));
    ROW("SP-MAC-010") {
        SETUP_CALL(IMDSPDevice, GetSerialNumber, wmdm_device(w), &one, a.mac);
        SETUP_CALL(IMDSPDevice, GetSerialNumber, wmdm_device(w), &two, b.mac);
        check_serial(c, w, &one, &a);
    }
    /* cbSize and dwVendorID are the provider's to fill too. */
    ROW("SP-MAC-029")
        CHECK_BYTES((const BYTE *)&one, sizeof(one), (const BYTE *)&two, sizeof(two));
}

CONF_CASE(AUTH_SERIAL_BV_02, .title = "The medium's serial number comes with the MAC of all of it",
          .reqs = REQS("SP-MAC-011"), .ics = "PROVIDER.MEDIUM.SERIAL", .needs = CONF_PROVIDER,
          .steps = "IMDSPStorageGlobals::GetSerialNumber; MAC over 140 bytes")
{
    struct wmdm *w = wmdm_open(c);
    struct guarded g = guarded_new();
    WMDMID id;
    HRESULT hr;

    memset(&id, 0, sizeof(id));
    ROW("SP-MAC-011") {
        hr = CALL(IMDSPStorageGlobals, GetSerialNumber, wmdm_globals(w), &id, g.mac);
        REQUIRE_HR(hr, S_OK);
        check_serial(c, w, &id, &g);
    }
}

/* A file of our own, open for `mode`. */
static struct wmdm_file *file(struct conf *c, const void *data, size_t length, DWORD mode)
{
    struct wmdm_file *f = wmdm_file(c, "mac.bin", data, length);

    wmdm_file_open(f, mode);
    return f;
}

CONF_CASE(AUTH_READ_BV_01, .title = "Read's MAC covers plaintext, then the size it returns",
          .reqs = REQS("SP-MAC-013", "SP-MAC-009", "SP-MAC-014"), .ics = "PROVIDER.OBJECT.READ",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "1000 bytes in blocks of 600: a full block and a short one")
{
    static BYTE content[1000];
    struct wmdm_file *f;

    for (size_t i = 0; i < sizeof(content); i++)
        content[i] = (BYTE)(i * 7 + 1);
    f = file(c, content, sizeof(content), MDSP_READ);
    ROW("SP-MAC-013") {
        for (size_t at = 0; at < sizeof(content);) {
            BYTE data[600], raw[600], data_first[WMDM_MAC_LENGTH], size_first[WMDM_MAC_LENGTH];
            BYTE cipher[WMDM_MAC_LENGTH];
            struct guarded g = guarded_new();
            DWORD size = sizeof(data);

            wmdm_mac(f->w, &size, sizeof(size), NULL, 0, g.mac);
            SETUP_CALL(IMDSPObject, Read, f->object, data, &size, g.mac);
            REQUIRE(size > 0 && size <= sizeof(data));
            memcpy(raw, data, sizeof(raw));
            wmdm_ours(c, "the host's DecryptParam",
                      sac_decrypt_param(wmdm_channel(f->w), data, size));
            REQUIRE(size <= sizeof(content) - at);
            wmdm_mac(f->w, data, size, &size, sizeof(size), data_first);
            wmdm_mac(f->w, &size, sizeof(size), data, size, size_first);
            wmdm_mac(f->w, raw, size, &size, sizeof(size), cipher);
            CHECK_BYTES(g.mac, sizeof(g.mac), data_first, sizeof(data_first));
            check_guard(c, &g);
            ROW("SP-MAC-009")
                CHECK(memcmp(g.mac, size_first, sizeof(size_first)) != 0);
            ROW("SP-MAC-014") {
                CHECK_BYTES(data, size, content + at, size);
                CHECK(memcmp(g.mac, cipher, sizeof(cipher)) != 0);
            }
            at += size;
        }
    }
}

CONF_CASE(AUTH_READ_BV_02, .title = "Read at the end answers S_OK and no bytes",
          .reqs = REQS("SP-MAC-027"), .level = CONF_SHOULD, .ics = "PROVIDER.OBJECT.READ",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "A file of 100 bytes read whole, then again")
{
    static BYTE content[100];
    struct wmdm_file *f = file(c, content, sizeof(content), MDSP_READ);
    BYTE data[200];
    DWORD size = sizeof(data);

    ROW("SP-MAC-027") {
        wmdm_setup(c, "IMDSPObject::Read", wmdm_read(f->w, f->object, data, &size));
        size = sizeof(data);
        CHECK_HR(wmdm_read(f->w, f->object, data, &size), S_OK);
        CHECK_EQ(size, 0);
    }
}

CONF_CASE(AUTH_READ_BV_03, .title = "Read accepts a MAC over the size it is asked for",
          .reqs = REQS("SP-MAC-021"), .level = CONF_MAY, .ics = "PROVIDER.OBJECT.READ",
          .needs = CONF_PROVIDER | CONF_WRITES, .steps = "A valid input MAC (reading U8)")
{
    static BYTE content[100];
    struct wmdm_file *f = file(c, content, sizeof(content), MDSP_READ);
    BYTE data[100];
    DWORD size = sizeof(data);

    ROW("SP-MAC-021")
        CHECK_HR(wmdm_read(f->w, f->object, data, &size), S_OK);
}

/* ---- Write */
/* A block as the host sends it, to be spoilt by the case. */
struct block {
    BYTE data[100], mac[WMDM_MAC_LENGTH];
    DWORD size;
};

static struct block block_new(struct wmdm *w, BYTE fill)
{
    struct block block = {.size = 100};

    memset(block.data, fill, sizeof(block.data));
    wmdm_mac(w, block.data, block.size, &block.size, sizeof(block.size), block.mac);
    wmdm_ours(wmdm_conf(w), "the host's EncryptParam",
              sac_encrypt_param(wmdm_channel(w), block.data, block.size));
    return block;
}

static HRESULT send(struct wmdm_file *f, struct block *block)
{
    struct conf *c = wmdm_conf(f->w);

    return CALL(IMDSPObject, Write, f->object, block->data, &block->size, block->mac);
}

/* Closes, and compares what the file holds by now. */
static void check_content(struct conf *c, struct wmdm_file *f, const void *expected,
                          size_t expected_length)
{
    size_t length = 0;
    BYTE *content;

    wmdm_file_close(f);
    if (!conf_offers(c, "PROVIDER.OBJECT.READ")) {
        CHECK_EQ(pv_size(f->w, f->storage), expected_length);
        return;
    }
    content = wmdm_get(f->w, f->storage, &length);
    CHECK_BYTES(content, length, expected, expected_length);
    free(content);
}

CONF_CASE(AUTH_WRITE_BI_01, .title = "Write compares all eight bytes of the MAC",
          .reqs = REQS("SP-MAC-015"), .ics = "ANY", .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "Each byte of the MAC changed in turn; then the good block")
{
    struct wmdm_file *f = file(c, NULL, 0, MDSP_WRITE);
    struct block good = block_new(f->w, 0x41);

    ROW("SP-MAC-015") {
        for (size_t i = 0; i < WMDM_MAC_LENGTH; i++) {
            struct block bad = good;
            bad.mac[i] ^= 0x10;
            CHECK_HR(send(f, &bad), WMDM_E_MAC_CHECK_FAILED);
        }
        CHECK_HR(send(f, &good), S_OK);
        CHECK_EQ(good.size, 100);
    }
}

CONF_CASE(AUTH_WRITE_BI_02, .title = "A Write that fails its MAC writes nothing",
          .reqs = REQS("SP-MAC-016"), .ics = "ANY", .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "A good block, a bad one, a good one: the file holds the two good ones")
{
    struct wmdm_file *f = file(c, NULL, 0, MDSP_WRITE);
    struct block first = block_new(f->w, 'a'), bad = block_new(f->w, 'b');
    struct block second = block_new(f->w, 'c');
    BYTE expected[200];

    memset(expected, 'a', 100);
    memset(expected + 100, 'c', 100);
    bad.mac[7] ^= 1;
    ROW("SP-MAC-016") {
        wmdm_setup(c, "IMDSPObject::Write", send(f, &first));
        CHECK_HR(send(f, &bad), WMDM_E_MAC_CHECK_FAILED);
        CHECK_HR(send(f, &second), S_OK);
        check_content(c, f, expected, sizeof(expected));
    }
}

CONF_CASE(AUTH_WRITE_BI_03, .title = "Write refuses changed ciphertext", .reqs = REQS("SP-MAC-017"),
          .ics = "ANY", .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "One bit of the block changed, the MAC as it was")
{
    struct wmdm_file *f = file(c, NULL, 0, MDSP_WRITE);
    struct block bad = block_new(f->w, 'b');

    bad.data[50] ^= 4;
    ROW("SP-MAC-017") {
        CHECK_HR(send(f, &bad), WMDM_E_MAC_CHECK_FAILED);
        check_content(c, f, "", 0);
    }
}

CONF_CASE(AUTH_WRITE_BI_04, .title = "Write refuses a size other than the one in the MAC",
          .reqs = REQS("SP-MAC-018"), .ics = "ANY", .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "99 bytes, well encrypted, with a MAC over them and the size 100")
{
    struct wmdm_file *f = file(c, NULL, 0, MDSP_WRITE);
    struct block bad = {.size = 100};

    memset(bad.data, 'd', 99);
    wmdm_mac(f->w, bad.data, 99, &bad.size, sizeof(bad.size), bad.mac);
    bad.size = 99;
    wmdm_ours(c, "the host's EncryptParam",
              sac_encrypt_param(wmdm_channel(f->w), bad.data, bad.size));
    ROW("SP-MAC-018") {
        CHECK_HR(send(f, &bad), WMDM_E_MAC_CHECK_FAILED);
        check_content(c, f, "", 0);
    }
}

CONF_CASE(AUTH_WRITE_BV_01, .title = "Write leaves the caller's data as they were",
          .reqs = REQS("SP-MAC-019", "SP-MAC-020"), .level = CONF_SHOULD, .ics = "ANY",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "The buffer compared; the MAC is its input or covers the returned size (U8)")
{
    struct wmdm_file *f = file(c, NULL, 0, MDSP_WRITE);
    struct block block = block_new(f->w, 'e'), before = block;
    BYTE of_size[WMDM_MAC_LENGTH];

    ROW("SP-MAC-019") {
        wmdm_setup(c, "IMDSPObject::Write", send(f, &block));
        CHECK_BYTES(block.data, sizeof(block.data), before.data, sizeof(before.data));
    }
    wmdm_mac(f->w, &block.size, sizeof(block.size), NULL, 0, of_size);
    ROW("SP-MAC-020")
        CHECK(memcmp(block.mac, before.mac, sizeof(block.mac)) == 0 ||
              memcmp(block.mac, of_size, sizeof(of_size)) == 0);
}

CONF_CASE(AUTH_CLEAR_BV_01, .title = "The clear channel neither encrypts nor wants a MAC",
          .reqs = REQS("SP-MAC-026"), .ics = "PROVIDER.OBJECT2 && PROVIDER.OBJECT.READ",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "Written clear, read securely; written securely, read clear")
{
    static const char text[] = "text that goes over as it is";
    struct wmdm_file *f = file(c, NULL, 0, MDSP_WRITE);
    IMDSPObject2 *two = wmdm_query(f->w, f->object, &IID_IMDSPObject2);
    BYTE data[64];
    DWORD size = sizeof(text);

    memcpy(data, text, sizeof(text));
    ROW("SP-MAC-026") {
        REQUIRE_HR(CALL(IMDSPObject2, WriteOnClearChannel, two, data, &size), S_OK);
        check_content(c, f, text, sizeof(text));
        wmdm_file_open(f, MDSP_READ);
        size = sizeof(data);
        REQUIRE_HR(CALL(IMDSPObject2, ReadOnClearChannel, two, data, &size), S_OK);
        CHECK_BYTES(data, size, text, sizeof(text));
    }
    IMDSPObject2_Release(two);
}

/* ---- several threads */
struct reader {
    struct sac_channel *channel;
    IMDSPObject *object;
    unsigned rounds, wrong;
};

/* Without marks: they belong to one thread; the case's own stand around all of it. */
static void *read_blocks(void *context)
{
    struct reader *r = context;

    for (unsigned i = 0; i < r->rounds; i++) {
        BYTE data[4096], mac[WMDM_MAC_LENGTH], expected[WMDM_MAC_LENGTH];
        DWORD size = sizeof(data);
        SAC_HMAC handle;
        bool ok = IMDSPObject_Open(r->object, MDSP_READ) == S_OK &&
                  IMDSPObject_Read(r->object, data, &size, mac) == S_OK && size <= sizeof(data) &&
                  sac_decrypt_param(r->channel, data, size) == S_OK &&
                  sac_mac_init(r->channel, &handle) == S_OK &&
                  sac_mac_update(r->channel, handle, data, size) == S_OK &&
                  sac_mac_update(r->channel, handle, &size, sizeof(size)) == S_OK &&
                  sac_mac_final(r->channel, handle, expected) == S_OK &&
                  memcmp(mac, expected, sizeof(mac)) == 0;
        r->wrong += !ok || IMDSPObject_Close(r->object) != S_OK;
    }
    return NULL;
}

#define READERS 4

static void run_readers(struct conf *c, struct reader *readers)
{
    pthread_t threads[READERS];

    conf_in_provider(c, "IMDSPObject::Read");
    for (size_t i = 0; i < READERS; i++) {
        if (pthread_create(&threads[i], NULL, read_blocks, &readers[i]) != 0)
            conf_setup_failed(c, "no thread");
    }
    for (size_t i = 0; i < READERS; i++)
        pthread_join(threads[i], NULL);
    conf_in_provider(c, NULL);
}

CONF_CASE(AUTH_THREAD_BV_01, .title = "Several threads use the channel at once",
          .reqs = REQS("SP-THREAD-008"), .ics = "PROVIDER.OBJECT.READ",
          .needs = CONF_PROVIDER | CONF_WRITES, .timeout_s = 60,
          .steps = "Four threads read four files securely and verify every MAC")
{
    static BYTE content[READERS][4096];
    static const char *const names[READERS] = {"a.bin", "b.bin", "c.bin", "d.bin"};
    struct wmdm *w = wmdm_open(c);
    struct reader readers[READERS];
    unsigned wrong = 0;

    ROW("SP-THREAD-008") {
        for (size_t i = 0; i < READERS; i++) {
            IMDSPStorage *file;
            memset(content[i], (int)('a' + i), sizeof(content[i]));
            file = wmdm_put(w, wmdm_work_folder(w), names[i], content[i], sizeof(content[i]));
            readers[i] =
                (struct reader){wmdm_channel(w), wmdm_query(w, file, &IID_IMDSPObject), 40, 0};
            IMDSPStorage_Release(file);
        }
        run_readers(c, readers);
        for (size_t i = 0; i < READERS; i++) {
            wrong += readers[i].wrong;
            IMDSPObject_Release(readers[i].object);
        }
        CHECK_EQ(wrong, 0);
    }
}

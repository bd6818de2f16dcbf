/* What the MACs of the provider's methods cover (WMDM, Message Authentication; Encryption and
 * Decryption; readings U7 to U10 of docs/errata.md). */
#include "conformance/wmdm/wmdm_case.h"

/* The MAC covers the whole structure, and a changed byte does not verify. */
static void check_serial(struct conf *c, struct wmdm *w, WMDMID *id, const BYTE *mac)
{
    BYTE expected[WMDM_MAC_LENGTH];

    wmdm_mac(w, id, sizeof(*id), NULL, 0, expected);
    CHECK_BYTES(mac, WMDM_MAC_LENGTH, expected, sizeof(expected));
    id->pID[WMDMID_LENGTH - 1] ^= 1;
    wmdm_mac(w, id, sizeof(*id), NULL, 0, expected);
    CHECK(memcmp(mac, expected, sizeof(expected)) != 0);
    id->pID[WMDMID_LENGTH - 1] ^= 1;
}

CONF_CASE(AUTH_SERIAL_BV_01, .title = "The device's serial number comes with the MAC of all of it",
          .reqs = REQS("SP-MAC-010", "SP-MAC-029", "SP-MAC-001"), .ics = "PROVIDER.DEVICE.SERIAL",
          .needs = CONF_PROVIDER,
          .steps = "GetSerialNumber twice into differently poisoned structures; MAC over 140 bytes")
{
    struct wmdm *w = wmdm_open(c);
    BYTE a[WMDM_MAC_LENGTH] = {0}, b[WMDM_MAC_LENGTH] = {0};
    WMDMID one, two;

    memset(&one, 0x11, sizeof(one));
    memset(&two, 0x22, sizeof(two));
    ROW("SP-MAC-010.whole") {
        SETUP_CALL(IMDSPDevice, GetSerialNumber, wmdm_device(w), &one, a);
        check_serial(c, w, &one, a);
    }
    ROW("SP-MAC-010.again") {
        SETUP_CALL(IMDSPDevice, GetSerialNumber, wmdm_device(w), &two, b);
        check_serial(c, w, &two, b);
    }
    ROW("SP-MAC-029.tail")
        CHECK_BYTES(one.pID, sizeof(one.pID), two.pID, sizeof(two.pID));
    ROW("SP-MAC-029.fields") {
        CHECK_EQ(one.cbSize, two.cbSize);
        CHECK_EQ(one.dwVendorID, two.dwVendorID);
        CHECK_EQ(one.SerialNumberLength, two.SerialNumberLength);
    }
}

CONF_CASE(AUTH_SERIAL_BV_02, .title = "The medium's serial number comes with the MAC of all of it",
          .reqs = REQS("SP-MAC-011", "SP-MAC-029", "SP-MAC-001"), .ics = "PROVIDER.MEDIUM.SERIAL",
          .needs = CONF_PROVIDER,
          .steps = "IMDSPStorageGlobals::GetSerialNumber twice; MAC over 140 bytes")
{
    struct wmdm *w = wmdm_open(c);
    BYTE a[WMDM_MAC_LENGTH] = {0}, b[WMDM_MAC_LENGTH] = {0};
    WMDMID one, two;
    HRESULT hr;

    memset(&one, 0x11, sizeof(one));
    memset(&two, 0x22, sizeof(two));
    ROW("SP-MAC-011.whole") {
        hr = CALL(IMDSPStorageGlobals, GetSerialNumber, wmdm_globals(w), &one, a);
        REQUIRE_HR(hr, S_OK);
        check_serial(c, w, &one, a);
    }
    ROW("SP-MAC-011.again") {
        hr = CALL(IMDSPStorageGlobals, GetSerialNumber, wmdm_globals(w), &two, b);
        REQUIRE_HR(hr, S_OK);
        check_serial(c, w, &two, b);
    }
    ROW("SP-MAC-029.medium")
        CHECK_BYTES((const BYTE *)&one, sizeof(one), (const BYTE *)&two, sizeof(two));
}

/* A file of our own, open for `mode`. */
static struct wmdm_file *file(struct conf *c, const void *data, size_t length, DWORD mode)
{
    struct wmdm_file *f = wmdm_file(c, "mac.bin", data, length);

    wmdm_file_open(f, mode);
    return f;
}

/* Another file beside it, open for `mode`; close_another() ends it. */
static IMDSPObject *another(struct wmdm_file *f, const char *name, const void *data, size_t length,
                            DWORD mode)
{
    struct conf *c = wmdm_conf(f->w);
    IMDSPStorage *storage = wmdm_put(f->w, f->folder, name, data, length);
    IMDSPObject *object = wmdm_query(f->w, storage, &IID_IMDSPObject);

    RELEASE(storage);
    SETUP_CALL(IMDSPObject, Open, object, mode);
    return object;
}

static void close_another(struct conf *c, IMDSPObject *object)
{
    SETUP_CALL(IMDSPObject, Close, object);
    RELEASE(object);
}

/* ---- Read */
struct taken {
    BYTE plain[600], raw[600], mac[WMDM_MAC_LENGTH];
    DWORD size;
};

static void take(struct wmdm_file *f, struct taken *ret)
{
    struct conf *c = wmdm_conf(f->w);

    ret->size = sizeof(ret->raw);
    wmdm_mac(f->w, &ret->size, sizeof(ret->size), NULL, 0, ret->mac);
    SETUP_CALL(IMDSPObject, Read, f->object, ret->raw, &ret->size, ret->mac);
    REQUIRE(ret->size > 0 && ret->size <= sizeof(ret->raw));
    memcpy(ret->plain, ret->raw, sizeof(ret->plain));
    wmdm_ours(c, "the host's DecryptParam",
              sac_decrypt_param(wmdm_channel(f->w), ret->plain, ret->size));
}

static void check_taken(struct conf *c, struct wmdm_file *f, const struct taken *block,
                        const BYTE *content)
{
    const DWORD *size = &block->size;
    BYTE right[WMDM_MAC_LENGTH], other[WMDM_MAC_LENGTH];

    wmdm_mac(f->w, block->plain, *size, size, sizeof(*size), right);
    ROW("SP-MAC-013.data")
        CHECK_BYTES(block->mac, sizeof(block->mac), right, sizeof(right));
    if (*size < sizeof(block->plain)) {
        ROW("SP-MAC-013.short")
            CHECK_BYTES(block->mac, sizeof(block->mac), right, sizeof(right));
    }
    wmdm_mac(f->w, block->plain, *size, NULL, 0, other);
    ROW("SP-MAC-013.size")
        CHECK(memcmp(block->mac, other, sizeof(other)) != 0);
    wmdm_mac(f->w, size, sizeof(*size), block->plain, *size, other);
    ROW("SP-MAC-009.read")
        CHECK(memcmp(block->mac, other, sizeof(other)) != 0);
    ROW("SP-MAC-014.plain") {
        CHECK_BYTES(block->plain, *size, content, *size);
        CHECK_BYTES(block->mac, sizeof(block->mac), right, sizeof(right));
    }
    wmdm_mac(f->w, block->raw, *size, size, sizeof(*size), other);
    ROW("SP-MAC-014.cipher")
        CHECK(memcmp(block->mac, other, sizeof(other)) != 0);
}

CONF_CASE(AUTH_READ_BV_01, .title = "Read's MAC covers plaintext, then the size it returns",
          .reqs = REQS("SP-MAC-013", "SP-MAC-009", "SP-MAC-014", "SP-MAC-001"),
          .ics = "PROVIDER.OBJECT.READ", .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "1000 bytes in blocks of 600: a full block and a short one")
{
    static BYTE content[1000];
    struct wmdm_file *f;
    struct taken block;

    for (size_t i = 0; i < sizeof(content); i++)
        content[i] = (BYTE)(i * 7 + 1);
    f = file(c, content, sizeof(content), MDSP_READ);
    ROW("SP-MAC-013.data") {
        for (size_t at = 0; at < sizeof(content); at += block.size) {
            take(f, &block);
            REQUIRE(block.size <= sizeof(content) - at);
            check_taken(c, f, &block, content + at);
        }
    }
}

#define LARGE 100003u /* more than sixteen bits count */

CONF_CASE(AUTH_READ_BV_04, .title = "Read's MAC covers all of a large block",
          .reqs = REQS("SP-MAC-013"), .ics = "PROVIDER.OBJECT.READ",
          .needs = CONF_PROVIDER | CONF_WRITES, .steps = "100003 bytes, in blocks as they come")
{
    static BYTE content[LARGE], data[LARGE];
    struct wmdm_file *f;
    DWORD size = 1;

    pv_pattern(content, sizeof(content));
    f = file(c, content, sizeof(content), MDSP_READ);
    ROW("SP-MAC-013.large") {
        for (size_t at = 0; at < sizeof(data) && size; at += size) {
            size = (DWORD)(sizeof(data) - at);
            REQUIRE_HR(wmdm_read(f->w, f->object, data + at, &size), S_OK);
        }
        CHECK_BYTES(data, sizeof(data), content, sizeof(content));
    }
}

CONF_CASE(AUTH_READ_BV_02, .title = "Read at the end answers S_OK and no bytes",
          .reqs = REQS("SP-MAC-027"), .level = CONF_SHOULD, .ics = "PROVIDER.OBJECT.READ",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "A file of 100 bytes read whole, then again; a file of none")
{
    static BYTE content[100];
    struct wmdm_file *f = file(c, content, sizeof(content), MDSP_READ);
    IMDSPObject *empty;
    BYTE data[200];
    DWORD size = sizeof(data);

    wmdm_setup(c, "IMDSPObject::Read", wmdm_read(f->w, f->object, data, &size));
    size = sizeof(data);
    ROW("SP-MAC-027.code") {
        CHECK_HR(wmdm_read(f->w, f->object, data, &size), S_OK);
        ROW("SP-MAC-027.size")
            CHECK_EQ(size, 0);
    }
    wmdm_file_close(f);
    empty = another(f, "empty.bin", NULL, 0, MDSP_READ);
    size = sizeof(data);
    ROW("SP-MAC-027.empty") {
        CHECK_HR(wmdm_read(f->w, empty, data, &size), S_OK);
        CHECK_EQ(size, 0);
    }
    close_another(c, empty);
}

CONF_CASE(AUTH_READ_BV_03, .title = "Read accepts a MAC over the size it is asked for",
          .reqs = REQS("SP-MAC-021"), .level = CONF_MAY, .ics = "PROVIDER.OBJECT.READ",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "A valid input MAC, then one that is none (reading U8)")
{
    static BYTE content[100];
    struct wmdm_file *f = file(c, content, sizeof(content), MDSP_READ);
    BYTE data[50], mac[WMDM_MAC_LENGTH];
    DWORD size = sizeof(data);
    HRESULT hr;

    ROW("SP-MAC-021.valid")
        CHECK_HR(wmdm_read(f->w, f->object, data, &size), S_OK);
    size = sizeof(data);
    wmdm_mac(f->w, &size, sizeof(size), NULL, 0, mac);
    mac[3] ^= 1;
    ROW("SP-MAC-021.invalid") {
        hr = CALL(IMDSPObject, Read, f->object, data, &size, mac);
        CHECK_ANSWER(hr == S_OK || hr == WMDM_E_MAC_CHECK_FAILED, hr,
                     "S_OK or WMDM_E_MAC_CHECK_FAILED");
    }
}

/* ---- Write */
/* A block as the host sends it, to be spoilt by the case. */
struct block {
    BYTE data[100], mac[WMDM_MAC_LENGTH];
    DWORD size;
};

static void encrypt(struct wmdm *w, struct block *block)
{
    wmdm_ours(wmdm_conf(w), "the host's EncryptParam",
              sac_encrypt_param(wmdm_channel(w), block->data, block->size));
}

static struct block block_new(struct wmdm *w, BYTE fill)
{
    struct block block = {.size = 100};

    memset(block.data, fill, sizeof(block.data));
    wmdm_mac(w, block.data, block.size, &block.size, sizeof(block.size), block.mac);
    encrypt(w, &block);
    return block;
}

static HRESULT send(struct wmdm_file *f, struct block *block)
{
    struct conf *c = wmdm_conf(f->w);

    return CALL(IMDSPObject, Write, f->object, block->data, &block->size, block->mac);
}

/* Closes, and hands out what the file holds by now, to be freed; NULL: it cannot be read, and
 * `ret_length` is what the provider says. */
static BYTE *close_and_get(struct conf *c, struct wmdm_file *f, size_t *ret_length)
{
    wmdm_file_close(f);
    if (conf_offers(c, "PROVIDER.OBJECT.READ"))
        return wmdm_get(f->w, f->storage, ret_length);
    *ret_length = pv_size(f->w, f->storage);
    return NULL;
}

/* Nothing has come of all that was refused. */
static void check_nothing(struct conf *c, struct wmdm_file *f)
{
    size_t length = 0;

    free(close_and_get(c, f, &length));
    CHECK_EQ(length, 0);
}

/* This byte of the MAC and the next one: the same bit of both, and one more and one less. */
static void refuse_changes_of(struct wmdm_file *f, const struct block *good, size_t i)
{
    struct conf *c = wmdm_conf(f->w);
    struct block flipped = *good, moved = *good;

    flipped.mac[i] ^= 0x10;
    flipped.mac[i + 1] ^= 0x10;
    CHECK_HR(send(f, &flipped), WMDM_E_MAC_CHECK_FAILED);
    moved.mac[i]++;
    moved.mac[i + 1]--;
    CHECK_HR(send(f, &moved), WMDM_E_MAC_CHECK_FAILED);
}

CONF_CASE(AUTH_WRITE_BI_01, .title = "Write compares all eight bytes of the MAC",
          .reqs = REQS("SP-MAC-015", "SP-MAC-009", "SP-MAC-019", "SP-MAC-001"), .ics = "ANY",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps =
              "Each byte of the MAC changed in turn, and it and the next one in ways that a sum "
              "does not tell; a MAC without the size; the good block")
{
    struct wmdm_file *f = file(c, NULL, 0, MDSP_WRITE);
    struct block good = block_new(f->w, 0x41), bare = {.size = 100};

    ROW("SP-MAC-015.each") {
        for (size_t i = 0; i < WMDM_MAC_LENGTH; i++) {
            struct block bad = good;

            bad.mac[i] ^= (BYTE)(1u << (i + 4) % 8);
            CHECK_HR(send(f, &bad), WMDM_E_MAC_CHECK_FAILED);
        }
    }
    ROW("SP-MAC-015.together") {
        for (size_t i = 0; i + 1 < WMDM_MAC_LENGTH; i++)
            refuse_changes_of(f, &good, i);
    }
    memset(bare.data, 0x41, sizeof(bare.data));
    wmdm_mac(f->w, bare.data, bare.size, NULL, 0, bare.mac);
    encrypt(f->w, &bare);
    ROW("SP-MAC-015.size")
        CHECK_HR(send(f, &bare), WMDM_E_MAC_CHECK_FAILED);
    ROW("SP-MAC-015.taken") {
        HRESULT hr = send(f, &good);

        CHECK_HR(hr, S_OK);
        CHECK_EQ(good.size, 100);
        ROW("SP-MAC-009.write")
            CHECK_HR(hr, S_OK);
    }
}

CONF_CASE(AUTH_WRITE_BI_02, .title = "A Write that fails its MAC writes nothing",
          .reqs = REQS("SP-MAC-016"), .ics = "ANY", .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "A good block, a bad one, a good one: the file holds the two good ones")
{
    struct wmdm_file *f = file(c, NULL, 0, MDSP_WRITE);
    struct block first = block_new(f->w, 'a'), bad = block_new(f->w, 'b');
    struct block second = block_new(f->w, 'c');
    BYTE expected[100], *content;
    size_t length = 0;

    memset(expected, 'c', sizeof(expected));
    bad.mac[7] ^= 1;
    wmdm_setup(c, "IMDSPObject::Write", send(f, &first));
    ROW("SP-MAC-016.code")
        CHECK_HR(send(f, &bad), WMDM_E_MAC_CHECK_FAILED);
    ROW("SP-MAC-016.position")
        CHECK_HR(send(f, &second), S_OK);
    ROW("SP-MAC-016.content") {
        content = close_and_get(c, f, &length);
        CHECK_EQ(length, 200);
        CHECK(!content || !memchr(content, 'b', length));
    }
    if (content) {
        ROW("SP-MAC-016.position")
            CHECK(length >= 200 && memcmp(content + 100, expected, sizeof(expected)) == 0);
    }
    free(content);
}

CONF_CASE(AUTH_WRITE_BI_03, .title = "Write refuses changed ciphertext", .reqs = REQS("SP-MAC-017"),
          .ics = "ANY", .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "One bit of the block changed, first, amid and last; the MAC as it was")
{
    static const size_t places[] = {0, 50, 99};
    struct wmdm_file *f = file(c, NULL, 0, MDSP_WRITE);
    const struct block good = block_new(f->w, 'b');

    ROW("SP-MAC-017.code") {
        for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
            struct block bad = good;

            bad.data[places[i]] ^= 4;
            CHECK_HR(send(f, &bad), WMDM_E_MAC_CHECK_FAILED);
        }
    }
    ROW("SP-MAC-017.nothing")
        check_nothing(c, f);
}

CONF_CASE(AUTH_WRITE_BI_04, .title = "Write refuses a size other than the one in the MAC",
          .reqs = REQS("SP-MAC-018"), .ics = "ANY", .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "A good block with size 99; 99 bytes with a MAC over them and the size 100")
{
    struct wmdm_file *f = file(c, NULL, 0, MDSP_WRITE);
    struct block cut = block_new(f->w, 'd'), bad = {.size = 100};

    cut.size = 99;
    memset(bad.data, 'd', 99);
    wmdm_mac(f->w, bad.data, 99, &bad.size, sizeof(bad.size), bad.mac);
    bad.size = 99;
    encrypt(f->w, &bad);
    ROW("SP-MAC-018.smaller") {
        CHECK_HR(send(f, &cut), WMDM_E_MAC_CHECK_FAILED);
        CHECK_HR(send(f, &bad), WMDM_E_MAC_CHECK_FAILED);
    }
    ROW("SP-MAC-018.nothing")
        check_nothing(c, f);
}

CONF_CASE(AUTH_WRITE_BI_05, .title = "Write refuses a large block, too, whose MAC is wrong",
          .reqs = REQS("SP-MAC-016", "SP-MAC-017"), .ics = "ANY",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "100003 bytes with a wrong MAC; with the last bit changed; as they are")
{
    static BYTE plain[LARGE], sent[LARGE], data[LARGE]; /* it may be decrypted in its place */
    struct wmdm_file *f = file(c, NULL, 0, MDSP_WRITE);
    BYTE mac[WMDM_MAC_LENGTH], wrong[WMDM_MAC_LENGTH];
    DWORD size = LARGE;

    pv_pattern(plain, sizeof(plain));
    wmdm_mac(f->w, plain, size, &size, sizeof(size), mac);
    memcpy(sent, plain, sizeof(sent));
    memcpy(wrong, mac, sizeof(wrong));
    wrong[0] ^= 1;
    wmdm_ours(c, "the host's EncryptParam", sac_encrypt_param(wmdm_channel(f->w), sent, LARGE));
    memcpy(data, sent, sizeof(data));
    ROW("SP-MAC-016.large")
        CHECK_HR(CALL(IMDSPObject, Write, f->object, data, &size, wrong), WMDM_E_MAC_CHECK_FAILED);
    size = LARGE;
    memcpy(data, sent, sizeof(data));
    data[LARGE - 1] ^= 1;
    memcpy(wrong, mac, sizeof(wrong));
    ROW("SP-MAC-017.large")
        CHECK_HR(CALL(IMDSPObject, Write, f->object, data, &size, wrong), WMDM_E_MAC_CHECK_FAILED);
    size = LARGE;
    memcpy(data, sent, sizeof(data));
    ROW("SP-MAC-016.large") {
        CHECK_HR(CALL(IMDSPObject, Write, f->object, data, &size, mac), S_OK);
        CHECK(size > 0 && size <= LARGE);
    }
}

/* What stands where the MAC stood: that of another block would tell of one. */
static void check_left_mac(struct wmdm *w, IMDSPObject *object, BYTE fill)
{
    struct conf *c = wmdm_conf(w);
    struct block block = block_new(w, fill), before = block;
    BYTE of_size[WMDM_MAC_LENGTH];

    SETUP_CALL(IMDSPObject, Write, object, block.data, &block.size, block.mac);
    wmdm_mac(w, &block.size, sizeof(block.size), NULL, 0, of_size);
    CHECK(memcmp(block.mac, before.mac, sizeof(block.mac)) == 0 ||
          memcmp(block.mac, of_size, sizeof(of_size)) == 0);
}

CONF_CASE(AUTH_WRITE_BV_01, .title = "Write leaves the caller's data as they were",
          .reqs = REQS("SP-MAC-019", "SP-MAC-020"), .level = CONF_SHOULD, .ics = "ANY",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "A block to each of two files; its data are as they were (any call's check), "
                   "its MAC is its own or covers the returned size (U8)")
{
    struct wmdm_file *f = file(c, NULL, 0, MDSP_WRITE);
    IMDSPObject *second;

    ROW("SP-MAC-020.taken")
        check_left_mac(f->w, f->object, 'e');
    wmdm_file_close(f);
    second = another(f, "mac2.bin", NULL, 0, MDSP_WRITE);
    ROW("SP-MAC-020.taken")
        check_left_mac(f->w, second, 'f');
    close_another(c, second);
}

CONF_CASE(AUTH_CLEAR_BV_01, .title = "The clear channel neither encrypts nor wants a MAC",
          .reqs = REQS("SP-MAC-026"), .ics = "PROVIDER.OBJECT2 && PROVIDER.OBJECT.READ",
          .needs = CONF_PROVIDER | CONF_WRITES,
          .steps = "Written clear, read securely; written securely, read clear")
{
    static const char text[] = "text that goes over as it is";
    struct wmdm_file *f = file(c, NULL, 0, MDSP_WRITE);
    IMDSPObject2 *two = wmdm_query(f->w, f->object, &IID_IMDSPObject2);
    IMDSPObject *secure;
    BYTE data[64], *content;
    DWORD size = sizeof(text);
    size_t length = 0;

    memcpy(data, text, sizeof(text));
    ROW("SP-MAC-026.write") {
        REQUIRE_HR(CALL(IMDSPObject2, WriteOnClearChannel, two, data, &size), S_OK);
        content = close_and_get(c, f, &length);
        CHECK_BYTES(content, length, text, sizeof(text));
        free(content);
    }
    RELEASE(two);
    secure = another(f, "mac2.bin", text, sizeof(text), MDSP_READ);
    two = wmdm_query(f->w, secure, &IID_IMDSPObject2);
    size = sizeof(data);
    ROW("SP-MAC-026.read") {
        CHECK_HR(CALL(IMDSPObject2, ReadOnClearChannel, two, data, &size), S_OK);
        CHECK_BYTES(data, size < sizeof(data) ? size : sizeof(data), text, sizeof(text));
    }
    RELEASE(two);
    close_another(c, secure);
}

/* What an open channel's class does with its session key: hands it out, takes another, encrypts and
 * decrypts parameters (CSecureChannelServer). */
#include <stdlib.h>
#include <string.h>

#include "conformance/wmdm/wmdm_ends.h"

/* ---- session keys */
CONF_CASE(AUTH_KEY_BV_01, .title = "GetSessionKey hands out the eight bytes both ends have",
          .reqs = REQS("SP-AUTH-034"), .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "Compared with the host's; bytes around stay; NULL refused")
{
    ENDS e = wmdm_ends_open(c);
    BYTE own[SAC_SESSION_KEYLEN], room[48], untouched[20];
    BYTE *key = room + 20;

    memset(room, 0xc7, sizeof(room));
    memset(untouched, 0xc7, sizeof(untouched));
    wmdm_ours(c, "the host's GetSessionKey", sac_get_session_key(e.client, own));
    ROW("SP-AUTH-034.equal") {
        REQUIRE_HR(SLOT(e, get_session_key, key), S_OK);
        CHECK_BYTES(key, sizeof(own), own, sizeof(own));
    }
    ROW("SP-AUTH-034.eight") {
        CHECK_BYTES(room, 20, untouched, 20);
        CHECK_BYTES(key + 8, 20, untouched, 20);
    }
    ROW("SP-AUTH-034.null")
        CHECK_HR(SLOT(e, get_session_key, NULL), E_INVALIDARG);
}

static void check_mac(struct wmdm_ends *e, const void *data, DWORD length)
{
    struct conf *c = e->c;
    BYTE theirs[64], ours[WMDM_MAC_LENGTH];
    SAC_HMAC mac = 0;

    CHECK_HR(SLOT(*e, mac_init, &mac), S_OK);
    CHECK_HR(SLOT(*e, mac_update, mac, data, length), S_OK);
    CHECK_HR(SLOT(*e, mac_final, mac, theirs), S_OK);
    wmdm_ours(c, "the host's MACInit", sac_mac_init(e->client, &mac));
    wmdm_ours(c, "the host's MACUpdate", sac_mac_update(e->client, mac, data, length));
    wmdm_ours(c, "the host's MACFinal", sac_mac_final(e->client, mac, ours));
    CHECK_BYTES(theirs, sizeof(ours), ours, sizeof(ours));
}

CONF_CASE(AUTH_KEY_BV_02, .title = "SetSessionKey takes effect for parameters and MAC",
          .reqs = REQS("SP-AUTH-035", "SP-AUTH-034"), .ics = "PROVIDER.CHANNEL_CLASS",
          .needs = CONF_PROVIDER,
          .steps =
              "A known key on both ends; text of the old key no longer decrypts; GetSessionKey; "
              "NULL refused; another key")
{
    static const BYTE known[SAC_SESSION_KEYLEN] = {8, 7, 6, 5, 4, 3, 2, 1};
    static const BYTE plain[32] = "a parameter of thirty-two bytes";
    static const BYTE other[SAC_SESSION_KEYLEN] = {9, 9, 9, 9, 1, 1, 1, 1};
    ENDS e = wmdm_ends_open(c);
    BYTE old[32], sent[32], received[32], key[SAC_SESSION_KEYLEN];

    memcpy(old, plain, 32);
    memcpy(sent, plain, 32);
    memcpy(received, plain, 32);
    wmdm_ours(c, "the host's EncryptParam", sac_encrypt_param(e.client, old, 32));
    ROW("SP-AUTH-035.encrypts")
        REQUIRE_HR(SLOT(e, set_session_key, known), S_OK);
    wmdm_ours(c, "the host's SetSessionKey", sac_set_session_key(e.client, known));
    ROW("SP-AUTH-035.encrypts") {
        CHECK_HR(SLOT(e, encrypt_param, sent, 32), S_OK);
        wmdm_ours(c, "the host's DecryptParam", sac_decrypt_param(e.client, sent, 32));
        CHECK_BYTES(sent, 32, plain, 32);
    }
    wmdm_ours(c, "the host's EncryptParam", sac_encrypt_param(e.client, received, 32));
    ROW("SP-AUTH-035.decrypts") {
        CHECK_HR(SLOT(e, decrypt_param, received, 32), S_OK);
        CHECK_BYTES(received, 32, plain, 32);
    }
    ROW("SP-AUTH-035.old") {
        (void)SLOT(e, decrypt_param, old, 32);
        CHECK(memcmp(old, plain, 32) != 0);
    }
    ROW("SP-AUTH-035.mac")
        check_mac(&e, plain, 32);
    ROW("SP-AUTH-034.current") {
        CHECK_HR(SLOT(e, get_session_key, key), S_OK);
        CHECK_BYTES(key, sizeof(key), known, sizeof(known));
    }
    ROW("SP-AUTH-035.null")
        CHECK_HR(SLOT(e, set_session_key, NULL), E_INVALIDARG);
    ROW("SP-AUTH-035.again")
        REQUIRE_HR(SLOT(e, set_session_key, other), S_OK);
    wmdm_ours(c, "the host's SetSessionKey", sac_set_session_key(e.client, other));
    ROW("SP-AUTH-035.again")
        check_mac(&e, plain, 32);
}

/* How many of the others this key is equal to. */
static unsigned equal_ones(BYTE keys[][SAC_SESSION_KEYLEN], size_t count)
{
    unsigned equal = 0;

    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++)
            equal += memcmp(keys[i], keys[j], SAC_SESSION_KEYLEN) == 0;
    }
    return equal;
}

CONF_CASE(AUTH_KEY_BV_03, .title = "Every handshake gives another session key",
          .reqs = REQS("SP-AUTH-036"), .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "100 handshakes of one channel and the first ones of ten, all keys compared")
{
    static BYTE keys[100][SAC_SESSION_KEYLEN];
    ENDS e = wmdm_ends_open(c);

    ROW("SP-AUTH-036.again") {
        for (size_t i = 0; i < 100; i++) {
            wmdm_step(c, "handshake", "the handshake", wmdm_ends_connect(&e));
            REQUIRE_HR(SLOT(e, get_session_key, keys[i]), S_OK);
        }
        CHECK_EQ(equal_ones(keys, 100), 0);
    }
    ROW("SP-AUTH-036.channels") {
        for (size_t i = 0; i < 10; i++) {
            ENDS other = wmdm_ends_open(c);
            REQUIRE_HR(SLOT(other, get_session_key, keys[i]), S_OK);
        }
        CHECK_EQ(equal_ones(keys, 10), 0);
    }
}

CONF_CASE(AUTH_KEY_BV_04, .title = "A second handshake replaces the session key",
          .reqs = REQS("SP-AUTH-043"), .level = CONF_SHOULD, .ics = "PROVIDER.CHANNEL_CLASS",
          .needs = CONF_PROVIDER, .steps = "The key before and after, and the host's (reading U6)")
{
    ENDS e = wmdm_ends_open(c);
    BYTE first[SAC_SESSION_KEYLEN], second[SAC_SESSION_KEYLEN], own[SAC_SESSION_KEYLEN];

    wmdm_step(c, "GetSessionKey", "GetSessionKey", SLOT(e, get_session_key, first));
    ROW("SP-AUTH-043.key") {
        REQUIRE_HR(wmdm_ends_connect(&e), S_OK);
        REQUIRE_HR(SLOT(e, get_session_key, second), S_OK);
        wmdm_ours(c, "the host's GetSessionKey", sac_get_session_key(e.client, own));
        CHECK(memcmp(first, second, sizeof(first)) != 0);
        CHECK_BYTES(second, sizeof(second), own, sizeof(own));
    }
}

/* ---- parameters */
#define LONGEST 100003u

/* 1 to 600, and some longer ones; 0: no more. */
static DWORD length_at(unsigned i)
{
    static const DWORD longer[] = {1000, 1023, 1024, 1025, 2047, 4095, 4096, 65543, LONGEST, 0};

    return i < 600 ? i + 1 : longer[i - 600];
}

/* Of what one end did to a parameter in a buffer that goes on behind it. */
struct tally {
    unsigned failed, outside, differs, clear, tail;
};

static void count_clear(struct tally *tally, const BYTE *plain, const BYTE *data, DWORD length)
{
    tally->clear += length >= 8 && memcmp(data, plain, length) == 0;
    /* Left in the clear by chance: once in 2^56 for seven bytes; shorter tails do not count. */
    tally->tail +=
        length > 8 && length % 8 == 7 && memcmp(data + length - 7, plain + length - 7, 7) == 0;
}

/* One end encrypts, the other decrypts; whichever is the provider's. */
static struct tally go_over(struct wmdm_ends *e, bool provider_encrypts)
{
    static BYTE plain[LONGEST + 32], data[sizeof(plain)];
    struct tally tally = {0, 0, 0, 0, 0};
    DWORD length;

    for (size_t i = 0; i < sizeof(plain); i++)
        plain[i] = (BYTE)(i * 31 + i / 256);
    for (unsigned i = 0; (length = length_at(i)) != 0; i++) {
        memcpy(data, plain, sizeof(data));
        tally.failed += (provider_encrypts ? e->class->encrypt_param(e->server, data, length)
                                           : sac_encrypt_param(e->client, data, length)) != S_OK;
        count_clear(&tally, plain, data, length);
        tally.failed +=
            (provider_encrypts ? sac_decrypt_param(e->client, data, length)
                               : e->class->decrypt_param(e->server, data, length)) != S_OK;
        tally.differs += memcmp(data, plain, length) != 0;
        tally.outside += memcmp(data + length, plain + length, sizeof(data) - length) != 0;
    }
    return tally;
}

CONF_CASE(AUTH_PARAM_BV_01, .title = "Parameters of every length go over and come back",
          .reqs = REQS("SP-AUTH-037"), .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "Lengths 1 to 600 and some to 100003: encrypted by one end, decrypted by the "
                   "other, both ways")
{
    ENDS e = wmdm_ends_open(c);
    struct tally out, in;

    ROW("SP-AUTH-037.encrypts") {
        out = go_over(&e, true);
        CHECK_EQ(out.failed, 0);
        CHECK_EQ(out.differs, 0);
    }
    ROW("SP-AUTH-037.decrypts") {
        in = go_over(&e, false);
        CHECK_EQ(in.failed, 0);
        CHECK_EQ(in.differs, 0);
    }
    ROW("SP-AUTH-037.length") {
        CHECK_EQ(out.outside, 0);
        CHECK_EQ(in.outside, 0);
    }
    ROW("SP-AUTH-037.hidden")
        CHECK_EQ(out.clear, 0);
    ROW("SP-AUTH-037.tail")
        CHECK_EQ(out.tail, 0);
}

CONF_CASE(AUTH_PARAM_BI_01, .title = "EncryptParam and DecryptParam refuse NULL",
          .reqs = REQS("SP-AUTH-038"), .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "Both with NULL and 16, then a good round trip")
{
    static const BYTE plain[16] = "sixteen bytes..";
    ENDS e = wmdm_ends_open(c);
    BYTE data[16];

    ROW("SP-AUTH-038.encrypt")
        CHECK_HR(SLOT(e, encrypt_param, NULL, 16), E_INVALIDARG);
    ROW("SP-AUTH-038.decrypt")
        CHECK_HR(SLOT(e, decrypt_param, NULL, 16), E_INVALIDARG);
    ROW("SP-AUTH-038.after") {
        memcpy(data, plain, 16);
        CHECK_HR(SLOT(e, encrypt_param, data, 16), S_OK);
        CHECK_HR(SLOT(e, decrypt_param, data, 16), S_OK);
        CHECK_BYTES(data, 16, plain, 16);
    }
}

CONF_CASE(AUTH_PARAM_BI_02, .title = "Without a handshake nothing is encrypted",
          .reqs = REQS("SP-AUTH-039"), .level = CONF_SHOULD, .ics = "PROVIDER.CHANNEL_CLASS",
          .needs = CONF_PROVIDER,
          .steps = "Both methods on a fresh channel: a failure, and the buffer as it was")
{
    static const BYTE plain[16] = "sixteen bytes..";
    ENDS e = wmdm_ends_bare(c);
    BYTE data[16];

    memcpy(data, plain, 16);
    ROW("SP-AUTH-039.encrypt")
        CHECK_FAILS(SLOT(e, encrypt_param, data, 16));
    ROW("SP-AUTH-039.decrypt")
        CHECK_FAILS(SLOT(e, decrypt_param, data, 16));
    ROW("SP-AUTH-039.untouched")
        CHECK_BYTES(data, 16, plain, 16);
}

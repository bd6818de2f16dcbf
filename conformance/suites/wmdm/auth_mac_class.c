/* MACs of the provider's secure-channel class itself (CSecureChannelServer), against those of the
 * host's end. */
#include <stdlib.h>
#include <string.h>

#include "conformance/wmdm/wmdm_ends.h"

static void server_mac(struct wmdm_ends *e, const void *data, DWORD length,
                       BYTE ret[WMDM_MAC_LENGTH])
{
    struct conf *c = e->c;
    BYTE room[64]; /* a class that writes too much spoils no stack but its own row's check */
    SAC_HMAC mac = 0;

    wmdm_step(c, "MAC", "MACInit", SLOT(*e, mac_init, &mac));
    wmdm_step(c, "MAC", "MACUpdate", SLOT(*e, mac_update, mac, data, length));
    wmdm_step(c, "MAC", "MACFinal", SLOT(*e, mac_final, mac, room));
    memcpy(ret, room, WMDM_MAC_LENGTH);
}

static void client_mac(struct wmdm_ends *e, const void *data, DWORD length,
                       BYTE ret[WMDM_MAC_LENGTH])
{
    struct conf *c = e->c;
    SAC_HMAC mac = 0;

    wmdm_ours(c, "the host's MACInit", sac_mac_init(e->client, &mac));
    wmdm_ours(c, "the host's MACUpdate", sac_mac_update(e->client, mac, data, length));
    wmdm_ours(c, "the host's MACFinal", sac_mac_final(e->client, mac, ret));
}

CONF_CASE(AUTH_MAC_BV_01, .title = "MACFinal writes eight bytes", .reqs = REQS("SP-MAC-001"),
          .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "Bytes before and behind stay as they were")
{
    ENDS e = wmdm_ends_open(c);
    BYTE room[64], untouched[64];
    SAC_HMAC mac = 0;

    memset(room, 0x3c, sizeof(room));
    memset(untouched, 0x3c, sizeof(untouched));
    wmdm_step(c, "MAC", "MACInit", SLOT(e, mac_init, &mac));
    wmdm_step(c, "MAC", "MACUpdate", SLOT(e, mac_update, mac, "data", 4));
    ROW("SP-MAC-001.class") {
        REQUIRE_HR(SLOT(e, mac_final, mac, room + 16), S_OK);
        CHECK_BYTES(room, 16, untouched, 16);
        CHECK_BYTES(room + 24, 40, untouched, 40);
        CHECK(memcmp(room + 16, untouched, 8) != 0);
    }
}

CONF_CASE(AUTH_MAC_BI_01, .title = "MACInit refuses NULL and leaves other handles alone",
          .reqs = REQS("SP-MAC-002"), .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "MACInit(NULL) while a handle is open; that one's MAC is the host's")
{
    ENDS e = wmdm_ends_open(c);
    BYTE room[64] = {0}, expected[WMDM_MAC_LENGTH];
    SAC_HMAC one = 0, mac = 0;

    ROW("SP-MAC-002.handle") {
        REQUIRE_HR(SLOT(e, mac_init, &one), S_OK);
        CHECK_HR(SLOT(e, mac_update, one, "data", 4), S_OK);
        CHECK_HR(SLOT(e, mac_final, one, room), S_OK);
    }
    wmdm_step(c, "MAC", "MACInit", SLOT(e, mac_init, &mac));
    ROW("SP-MAC-002.null")
        CHECK_HR(SLOT(e, mac_init, NULL), E_INVALIDARG);
    ROW("SP-MAC-002.others") {
        CHECK_HR(SLOT(e, mac_update, mac, "data", 4), S_OK);
        CHECK_HR(SLOT(e, mac_final, mac, room), S_OK);
        client_mac(&e, "data", 4, expected);
        CHECK_BYTES(room, 8, expected, 8);
    }
}

CONF_CASE(AUTH_MAC_BI_02, .title = "MACUpdate refuses NULL data and handles that are none",
          .reqs = REQS("SP-MAC-003"), .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "3 of 4 bytes; NULL, handle 0, a handle never given out and a finished one")
{
    ENDS e = wmdm_ends_open(c);
    BYTE room[64] = {0}, expected[WMDM_MAC_LENGTH];
    SAC_HMAC mac = 0;

    wmdm_step(c, "MAC", "MACInit", SLOT(e, mac_init, &mac));
    ROW("SP-MAC-003.adds")
        CHECK_HR(SLOT(e, mac_update, mac, "data", 3), S_OK);
    ROW("SP-MAC-003.null")
        CHECK_HR(SLOT(e, mac_update, mac, NULL, 4), E_INVALIDARG);
    ROW("SP-MAC-003.never") {
        CHECK_HR(SLOT(e, mac_update, 0, "data", 4), E_INVALIDARG);
        CHECK_HR(SLOT(e, mac_update, mac + 1000, "data", 4), E_INVALIDARG);
    }
    wmdm_step(c, "MAC", "MACFinal", SLOT(e, mac_final, mac, room));
    client_mac(&e, "dat", 3, expected);
    ROW("SP-MAC-003.adds")
        CHECK_BYTES(room, 8, expected, 8);
    ROW("SP-MAC-003.finished")
        CHECK_HR(SLOT(e, mac_update, mac, "data", 4), E_INVALIDARG);
}

CONF_CASE(AUTH_MAC_BI_03, .title = "MACFinal ends the handle", .reqs = REQS("SP-MAC-004"),
          .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "MACUpdate and MACFinal on the finished handle; the same while another is open, "
                   "whose MAC is the host's")
{
    ENDS e = wmdm_ends_open(c);
    BYTE room[64] = {0}, expected[WMDM_MAC_LENGTH];
    SAC_HMAC mac = 0, next = 0;

    wmdm_step(c, "MAC", "MACInit", SLOT(e, mac_init, &mac));
    wmdm_step(c, "MAC", "MACUpdate", SLOT(e, mac_update, mac, "data", 4));
    ROW("SP-MAC-004.value") {
        REQUIRE_HR(SLOT(e, mac_final, mac, room), S_OK);
        client_mac(&e, "data", 4, expected);
        CHECK_BYTES(room, 8, expected, 8);
    }
    ROW("SP-MAC-004.update")
        CHECK_HR(SLOT(e, mac_update, mac, "more", 4), E_INVALIDARG);
    ROW("SP-MAC-004.final")
        CHECK_HR(SLOT(e, mac_final, mac, room), E_INVALIDARG);
    wmdm_step(c, "MAC", "MACInit", SLOT(e, mac_init, &next));
    ROW("SP-MAC-004.next") {
        if (next == mac) {
            conf_excused(c, 2, "the handle is given out again");
        } else {
            CHECK_HR(SLOT(e, mac_update, mac, "more", 4), E_INVALIDARG);
            CHECK_HR(SLOT(e, mac_final, mac, room), E_INVALIDARG);
        }
        CHECK_HR(SLOT(e, mac_update, next, "next", 4), S_OK);
        CHECK_HR(SLOT(e, mac_final, next, room), S_OK);
        client_mac(&e, "next", 4, expected);
        CHECK_BYTES(room, 8, expected, 8);
    }
}

/* Each of them has a letter of its own. */
static void check_several(struct wmdm_ends *e)
{
    struct conf *c = e->c;
    static const char letters[] = "abcd";
    SAC_HMAC macs[4] = {0};

    for (size_t i = 0; i < 4; i++)
        REQUIRE_HR(SLOT(*e, mac_init, &macs[i]), S_OK);
    for (size_t i = 0; i < 4; i++)
        CHECK_HR(SLOT(*e, mac_update, macs[i], &letters[i], 1), S_OK);
    for (size_t i = 0; i < 4; i++) {
        BYTE room[64] = {0}, expected[WMDM_MAC_LENGTH];

        CHECK_HR(SLOT(*e, mac_final, macs[i], room), S_OK);
        client_mac(e, &letters[i], 1, expected);
        CHECK_BYTES(room, 8, expected, 8);
    }
}

CONF_CASE(AUTH_MAC_BV_02, .title = "MAC handles do not influence each other",
          .reqs = REQS("SP-MAC-005"), .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "Two interleaved, compared with the host's one after the other; one after them; "
                   "four at once")
{
    ENDS e = wmdm_ends_open(c);
    BYTE a[64] = {0}, b[64] = {0}, expected[WMDM_MAC_LENGTH];
    SAC_HMAC one = 0, two = 0;

    wmdm_step(c, "MAC", "MACInit", SLOT(e, mac_init, &one));
    ROW("SP-MAC-005.apart") {
        REQUIRE_HR(SLOT(e, mac_init, &two), S_OK);
        CHECK_HR(SLOT(e, mac_update, one, "ab", 2), S_OK);
        CHECK_HR(SLOT(e, mac_update, two, "wx", 2), S_OK);
        CHECK_HR(SLOT(e, mac_update, one, "cd", 2), S_OK);
        REQUIRE_HR(SLOT(e, mac_final, one, a), S_OK);
        client_mac(&e, "abcd", 4, expected);
        CHECK_BYTES(a, 8, expected, 8);
    }
    ROW("SP-MAC-005.outlives") {
        CHECK_HR(SLOT(e, mac_update, two, "yz", 2), S_OK);
        CHECK_HR(SLOT(e, mac_final, two, b), S_OK);
        client_mac(&e, "wxyz", 4, expected);
        CHECK_BYTES(b, 8, expected, 8);
    }
    server_mac(&e, "abcd", 4, b);
    client_mac(&e, "abcd", 4, expected);
    ROW("SP-MAC-005.anew")
        CHECK_BYTES(b, 8, expected, 8);
    ROW("SP-MAC-005.several")
        check_several(&e);
}

CONF_CASE(AUTH_MAC_BV_03, .title = "Both ends compute the same MAC", .reqs = REQS("SP-MAC-006"),
          .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "Data of 1 to 88573 bytes, both ends; 1000 bytes in three parts")
{
    static BYTE data[88573];
    ENDS e = wmdm_ends_open(c);
    BYTE a[64] = {0}, b[WMDM_MAC_LENGTH];
    SAC_HMAC mac = 0;

    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (BYTE)(i * 17 + conf_seed(c));
    ROW("SP-MAC-006.whole") {
        for (DWORD n = 1; n <= sizeof(data); n = n * 3 + 1) {
            server_mac(&e, data, n, a);
            client_mac(&e, data, n, b);
            CHECK_BYTES(a, 8, b, sizeof(b));
        }
    }
    wmdm_step(c, "MAC", "MACInit", SLOT(e, mac_init, &mac));
    wmdm_step(c, "MAC", "MACUpdate", SLOT(e, mac_update, mac, data, 1));
    wmdm_step(c, "MAC", "MACUpdate", SLOT(e, mac_update, mac, data + 1, 998));
    wmdm_step(c, "MAC", "MACUpdate", SLOT(e, mac_update, mac, data + 999, 1));
    wmdm_step(c, "MAC", "MACFinal", SLOT(e, mac_final, mac, a));
    client_mac(&e, data, 1000, b);
    ROW("SP-MAC-006.parts")
        CHECK_BYTES(a, 8, b, sizeof(b));
}

CONF_CASE(AUTH_MAC_BV_04, .title = "The MAC depends on the session key", .reqs = REQS("SP-MAC-007"),
          .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "The same data before and after a second handshake, and in a second channel")
{
    ENDS e = wmdm_ends_open(c);
    ENDS other = wmdm_ends_open(c);
    BYTE a[WMDM_MAC_LENGTH], b[WMDM_MAC_LENGTH];

    server_mac(&e, "the same data", 13, a);
    server_mac(&other, "the same data", 13, b);
    ROW("SP-MAC-007.channels")
        CHECK(memcmp(a, b, sizeof(a)) != 0);
    wmdm_step(c, "handshake", "the second handshake", wmdm_ends_connect(&e));
    server_mac(&e, "the same data", 13, b);
    ROW("SP-MAC-007.sessions")
        CHECK(memcmp(a, b, sizeof(a)) != 0);
}

/* In three parts, one bit changed or, `bit` SIZE_MAX, none. */
static void mac_of_parts(struct wmdm_ends *e, size_t bit, BYTE ret[WMDM_MAC_LENGTH])
{
    struct conf *c = e->c;
    BYTE parts[3][40] = {{0}}, room[64] = {0};
    SAC_HMAC mac = 0;

    if (bit != SIZE_MAX)
        parts[bit / 8 / sizeof(parts[0])][bit / 8 % sizeof(parts[0])] = (BYTE)(1u << bit % 8);
    wmdm_step(c, "MAC", "MACInit", SLOT(*e, mac_init, &mac));
    for (size_t i = 0; i < 3; i++)
        wmdm_step(c, "MAC", "MACUpdate", SLOT(*e, mac_update, mac, parts[i], sizeof(parts[i])));
    wmdm_step(c, "MAC", "MACFinal", SLOT(*e, mac_final, mac, room));
    memcpy(ret, room, WMDM_MAC_LENGTH);
}

CONF_CASE(AUTH_MAC_BV_05, .title = "The MAC depends on every byte", .reqs = REQS("SP-MAC-008"),
          .ics = "PROVIDER.CHANNEL_CLASS", .needs = CONF_PROVIDER,
          .steps = "256 single-bit changes in 1024 bytes; one in each byte of three updates")
{
    static BYTE data[1024];
    ENDS e = wmdm_ends_open(c);
    BYTE a[WMDM_MAC_LENGTH], b[WMDM_MAC_LENGTH];
    unsigned same = 0;

    server_mac(&e, data, sizeof(data), a);
    for (size_t i = 0; i < 256; i++) {
        data[i * 4 + i % 4] ^= (BYTE)(1u << i % 8);
        server_mac(&e, data, sizeof(data), b);
        same += memcmp(a, b, sizeof(a)) == 0;
        data[i * 4 + i % 4] = 0;
    }
    ROW("SP-MAC-008.bytes")
        CHECK_EQ(same, 0);
    same = 0;
    mac_of_parts(&e, SIZE_MAX, a);
    for (size_t i = 0; i < 120; i++) {
        mac_of_parts(&e, i * 8 + i % 8, b);
        same += memcmp(a, b, sizeof(a)) == 0;
    }
    ROW("SP-MAC-008.updates")
        CHECK_EQ(same, 0);
}

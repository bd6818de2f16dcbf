/* The open channel: its parameters, MACs and session key, by several threads, and against the
 * vectors that were computed without this code. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/sac/sac_private.h"
#include "spcore/tests/sac_ends.h"

/* ---- parameters */
Test(sac, parameters_of_any_length_go_over_and_back)
{
    struct ends e = ends_new();

    connect(&e);
    for (DWORD n = 1; n <= 67; n++) {
        BYTE plain[80], data[80];
        for (size_t i = 0; i < sizeof(plain); i++)
            plain[i] = (BYTE)(i * 13 + n);
        memcpy(data, plain, sizeof(plain));
        cr_assert_eq(sac_encrypt_param(e.server, data, n), S_OK);
        cr_assert_arr_eq(data + n, plain + n, sizeof(plain) - n, "beyond length %u", n);
        cr_assert(n < 8 || memcmp(data, plain, n) != 0);
        cr_assert_eq(sac_decrypt_param(e.client, data, n), S_OK);
        cr_assert_arr_eq(data, plain, sizeof(plain), "length %u", n);
    }
    ends_free(&e);
}

Test(sac, messages_may_be_decrypted_in_any_order)
{
    struct ends e = ends_new();
    BYTE first[100], second[100];

    connect(&e);
    memset(first, 1, sizeof(first));
    memset(second, 2, sizeof(second));
    cr_assert_eq(sac_encrypt_param(e.client, first, sizeof(first)), S_OK);
    cr_assert_eq(sac_encrypt_param(e.client, second, sizeof(second)), S_OK);
    cr_assert_eq(sac_decrypt_param(e.server, second, sizeof(second)), S_OK);
    cr_assert_eq(sac_decrypt_param(e.server, first, sizeof(first)), S_OK);
    cr_assert_eq(first[99], 1);
    cr_assert_eq(second[0], 2);
    ends_free(&e);
}

Test(sac, a_bit_of_the_message_changes_all_of_it)
{
    struct ends e = ends_new();
    BYTE a[256] = {0}, b[256] = {0};
    size_t differing = 0;

    connect(&e);
    b[255] = 1;
    cr_assert_eq(sac_encrypt_param(e.client, a, sizeof(a)), S_OK);
    cr_assert_eq(sac_encrypt_param(e.client, b, sizeof(b)), S_OK);
    for (size_t i = 0; i < sizeof(a); i++)
        differing += a[i] != b[i];
    cr_assert_gt(differing, 230);
    ends_free(&e);
}

Test(sac, parameters_need_an_open_channel_and_a_buffer)
{
    struct ends e = ends_new();
    BYTE data[16] = "untouched.......";
    SAC_HMAC mac;

    cr_assert_eq(sac_encrypt_param(e.server, data, sizeof(data)), WMDM_E_NOTCERTIFIED);
    cr_assert_eq(sac_mac_init(e.server, &mac), WMDM_E_NOTCERTIFIED);
    cr_assert_eq(memcmp(data, "untouched.......", 16), 0);
    connect(&e);
    cr_assert_eq(sac_encrypt_param(e.server, NULL, 16), E_INVALIDARG);
    cr_assert_eq(sac_decrypt_param(e.server, NULL, 16), E_INVALIDARG);
    cr_assert_eq(sac_get_session_key(e.server, NULL), E_INVALIDARG);
    cr_assert_eq(sac_set_session_key(e.server, NULL), E_INVALIDARG);
    ends_free(&e);
}

Test(sac, a_set_session_key_takes_the_place_of_the_agreed_one)
{
    static const BYTE key[SAC_SESSION_KEYLEN] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct ends e = ends_new();
    BYTE old[32] = "text under the agreed key", data[32] = "text under a key set later";

    connect(&e);
    cr_assert_eq(sac_encrypt_param(e.client, old, sizeof(old)), S_OK);
    cr_assert_eq(sac_set_session_key(e.server, key), S_OK);
    cr_assert_eq(sac_set_session_key(e.client, key), S_OK);
    cr_assert_eq(sac_encrypt_param(e.client, data, sizeof(data)), S_OK);
    cr_assert_eq(sac_decrypt_param(e.server, data, sizeof(data)), S_OK);
    cr_assert_str_eq((char *)data, "text under a key set later");
    cr_assert_eq(sac_decrypt_param(e.server, old, sizeof(old)), S_OK);
    cr_assert_neq(memcmp(old, "text under the agreed key", 26), 0);
    ends_free(&e);
}

/* ---- MAC */
static void mac_of(struct sac_channel *c, const void *data, DWORD length, BYTE *ret)
{
    SAC_HMAC mac;

    cr_assert_eq(sac_mac_init(c, &mac), S_OK);
    cr_assert_eq(sac_mac_update(c, mac, data, length), S_OK);
    cr_assert_eq(sac_mac_final(c, mac, ret), S_OK);
}

Test(sac, interleaved_macs_do_not_touch_each_other)
{
    struct ends e = ends_new();
    BYTE a[8], b[8], expected_a[8], expected_b[8];
    SAC_HMAC one, two;

    connect(&e);
    mac_of(e.client, "abcd", 4, expected_a);
    mac_of(e.client, "wxyz", 4, expected_b);
    cr_assert_eq(sac_mac_init(e.server, &one), S_OK);
    cr_assert_eq(sac_mac_init(e.server, &two), S_OK);
    cr_assert_eq(sac_mac_update(e.server, one, "ab", 2), S_OK);
    cr_assert_eq(sac_mac_update(e.server, two, "wx", 2), S_OK);
    cr_assert_eq(sac_mac_update(e.server, one, "cd", 2), S_OK);
    cr_assert_eq(sac_mac_final(e.server, one, a), S_OK);
    cr_assert_eq(sac_mac_update(e.server, two, "yz", 2), S_OK);
    cr_assert_eq(sac_mac_final(e.server, two, b), S_OK);
    cr_assert_arr_eq(a, expected_a, 8);
    cr_assert_arr_eq(b, expected_b, 8);
    ends_free(&e);
}

Test(sac, a_finished_mac_is_no_handle_any_more)
{
    struct ends e = ends_new();
    BYTE result[8];
    SAC_HMAC old, fresh;

    connect(&e);
    cr_assert_eq(sac_mac_init(e.server, NULL), E_INVALIDARG);
    cr_assert_eq(sac_mac_init(e.server, &old), S_OK);
    cr_assert_neq(old, 0);
    cr_assert_eq(sac_mac_update(e.server, old, NULL, 1), E_INVALIDARG);
    cr_assert_eq(sac_mac_final(e.server, old, NULL), E_INVALIDARG);
    cr_assert_eq(sac_mac_final(e.server, old, result), S_OK);
    cr_assert_eq(sac_mac_init(e.server, &fresh), S_OK); /* in the same slot */
    cr_assert_neq(old, fresh);
    cr_assert_eq(sac_mac_update(e.server, old, "x", 1), E_INVALIDARG);
    cr_assert_eq(sac_mac_final(e.server, old, result), E_INVALIDARG);
    cr_assert_eq(sac_mac_update(e.server, 0, "x", 1), E_INVALIDARG);
    cr_assert_eq(sac_mac_update(e.server, UINT32_MAX, "x", 1), E_INVALIDARG);
    cr_assert_eq(sac_mac_final(e.server, fresh, result), S_OK);
    ends_free(&e);
}

Test(sac, more_macs_at_once_than_slots_at_first)
{
    struct ends e = ends_new();
    SAC_HMAC macs[100];
    BYTE result[8], expected[8];

    connect(&e);
    for (BYTE i = 0; i < 100; i++) {
        cr_assert_eq(sac_mac_init(e.server, &macs[i]), S_OK);
        cr_assert_eq(sac_mac_update(e.server, macs[i], &i, 1), S_OK);
    }
    for (BYTE i = 100; i-- > 0;) {
        mac_of(e.client, &i, 1, expected);
        cr_assert_eq(sac_mac_final(e.server, macs[i], result), S_OK);
        cr_assert_arr_eq(result, expected, 8);
    }
    ends_free(&e);
}

/* ---- threads */
static void *work(void *context)
{
    struct ends *e = context;
    BYTE data[300], mac[8], other[8];

    for (unsigned i = 0; i < 200; i++) {
        memset(data, (int)i, sizeof(data));
        mac_of(e->client, data, sizeof(data), mac);
        if (FAILED(sac_encrypt_param(e->client, data, sizeof(data))) ||
            FAILED(sac_decrypt_param(e->server, data, sizeof(data))))
            return context;
        mac_of(e->server, data, sizeof(data), other);
        if (memcmp(mac, other, 8) != 0 || data[299] != (BYTE)i)
            return context;
    }
    return NULL;
}

Test(sac, eight_threads_share_a_channel)
{
    struct ends e = ends_new();
    pthread_t threads[8];
    void *wrong;

    connect(&e);
    for (size_t i = 0; i < 8; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, work, &e), 0);
    for (size_t i = 0; i < 8; i++) {
        cr_assert_eq(pthread_join(threads[i], &wrong), 0);
        cr_assert_null(wrong);
    }
    ends_free(&e);
}

/* ---- the specification's vectors, made by ci/sac_vectors.py without this code */
static size_t from_hex(const char *text, uint8_t *out)
{
    size_t length = strlen(text) / 2;

    for (size_t i = 0; i < length; i++) {
        char pair[3] = {text[2 * i], text[2 * i + 1], '\0'};
        out[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return length;
}

static void check_keys(const char *secret, const uint8_t *text, size_t length,
                       const uint8_t *session, const char *finish)
{
    struct sac_handshake *handshake = sac_handshake_new();
    uint8_t expected[SAC_HASH], actual[SAC_HASH];
    struct sac_keys *keys;

    cr_assert_eq(from_hex(secret, handshake->secret), SAC_PUBLIC);
    cr_assert_eq(from_hex(finish, expected), SAC_HASH);
    cr_assert(sac_handshake_add(handshake, text, length));
    keys = sac_handshake_keys(handshake, actual);
    cr_assert_not_null(keys);
    cr_assert_arr_eq(sac_keys_session(keys), session, SAC_SESSION_KEYLEN);
    cr_assert_arr_eq(actual, expected, SAC_HASH);
    sac_keys_unref(keys);
    sac_handshake_free(handshake);
}

static void check_vector(char *const field[5])
{
    uint8_t a[1024], b[1024], c[1024], mac[SAC_HASH];
    size_t b_length = from_hex(field[2], b), c_length = from_hex(field[3], c), got = 0;
    struct sac_keys *keys;

    if (strcmp(field[0], "keys") == 0) {
        check_keys(field[1], b, b_length, c, field[4]);
        return;
    }
    cr_assert_eq(from_hex(field[1], a), SAC_SESSION_KEYLEN);
    keys = sac_keys_new(a);
    if (strcmp(field[0], "mac") == 0) {
        EVP_MAC_CTX *context = sac_keys_mac(keys);
        cr_assert(EVP_MAC_update(context, b, b_length) == 1);
        cr_assert(EVP_MAC_final(context, mac, &got, sizeof(mac)) == 1);
        EVP_MAC_CTX_free(context);
        cr_assert_arr_eq(mac, c, WMDM_MAC_LENGTH);
    } else {
        cr_assert_eq(b_length, c_length);
        cr_assert(sac_keys_encrypt(keys, b, b_length));
        cr_assert_arr_eq(b, c, c_length, "%zu bytes", c_length);
    }
    sac_keys_unref(keys);
}

Test(sac, the_published_vectors_hold)
{
    FILE *file = fopen("fixtures/wire/sac_vectors.tsv", "r");
    char line[8192];
    unsigned count = 0;

    cr_assert_not_null(file, "run from the top of the tree");
    while (fgets(line, sizeof(line), file)) {
        char *field[5] = {NULL}, *rest = line;
        if (line[0] == '#')
            continue;
        line[strcspn(line, "\n")] = '\0';
        for (size_t i = 0; i < 5 && rest; i++)
            field[i] = strsep(&rest, "\t");
        cr_assert_not_null(field[3]);
        check_vector(field);
        count++;
    }
    fclose(file);
    cr_assert_eq(count, 28);
}

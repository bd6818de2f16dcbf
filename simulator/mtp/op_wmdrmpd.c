/* A SIMULATION of microsoft.com/WMDRMPD (0x9101 to 0x910b). It protects nothing and imitates no
 * real message: only which operation moves data which way is public (libmtp's names, the device
 * logs). The messages here are lines of ASCII of papkit's own that say so, each begins with
 * "papkit-test-", and a host can drive every state with them:
 *
 *   9101 ->  papkit-test-time-challenge NONCE          NONCE: 8 hexadecimal digits
 *   9102 <-  papkit-test-time-response NONCE DATE      sets SecureTime (0xd101)
 *   9103 <-  papkit-test-license ID USES               ID: 32 hexadecimal digits, dc41's bytes
 *   9104 ->  an array of the ids that need a license: none, or no use left
 *   9105 <-  papkit-test-meter-query                   asks for a challenge
 *   9106 ->  papkit-test-meter-challenge NONCE COUNT   COUNT: plays of licensed objects so far
 *   9107 <-  papkit-test-meter-response NONCE          the plays are settled
 *   9108     forgets licenses and plays
 *   9109 ->  u32 uses left of the object in parameter 1; 0xffffffff: it needs no license
 *   910a <-  papkit-test-command TEXT
 *   910b ->  papkit-test-request TEXT of the last command */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/mtp/mtpr_internal.h"
#include "simulator/mtp/mtpr_property.h"

#define TEXT_MOST 512u
/* Values of the store, beside the device properties. */
enum { NONCE_KEY = 0x10100, LICENSES_KEY, METER_KEY, COMMAND_KEY };
/* One license: unique id, u32 uses. */
#define LICENSE 20u
#define LICENSES_MOST 4096u

static uint32_t word(const struct mtpr_responder *r, uint32_t key)
{
    uint32_t length;
    const uint8_t *value = store_value(r->store, key, &length);
    struct rd rd = rd_over(value, value ? length : 0);

    return value ? rd_u32(&rd) : 0;
}

static uint16_t keep_word(struct mtpr_responder *r, uint32_t key, uint32_t number)
{
    struct wr wr = {0};
    uint16_t code;

    wr_u32(&wr, number);
    code = wr.failed ? MTP_RC_GENERAL_ERROR
                     : mtpr_code_of(store_set_value(r->store, key, wr.data, (uint32_t)wr.used));
    wr_done(&wr);
    return code;
}

/* A fresh number; the same run gives the same ones. */
static uint16_t new_nonce(struct mtpr_responder *r, uint32_t *ret_nonce)
{
    uint32_t nonce = word(r, NONCE_KEY) * 1664525u + 1013904223u;

    *ret_nonce = nonce;
    return keep_word(r, NONCE_KEY, nonce);
}

static void say(struct mtpr_responder *r, const char *text)
{
    wr_bytes(&r->out, text, strlen(text));
    mtpr_out_memory(r);
}

/* The host's message as text; false: too long, or bytes that are none. */
static bool text_of(const struct mtpr_responder *r, char ret_text[TEXT_MOST])
{
    if (r->in.used >= TEXT_MOST)
        return false;
    for (size_t i = 0; i < r->in.used; i++) {
        if (r->in.data[i] < 0x20 || r->in.data[i] > 0x7e)
            return false;
    }
    if (r->in.used)
        memcpy(ret_text, r->in.data, r->in.used);
    ret_text[r->in.used] = '\0';
    return true;
}

/* ---- secure time */

static uint16_t time_challenge(struct mtpr_responder *r)
{
    char text[64];
    uint32_t nonce;
    uint16_t code = new_nonce(r, &nonce);

    snprintf(text, sizeof(text), "papkit-test-time-challenge %08x", nonce);
    if (code == MTP_RC_OK)
        say(r, text);
    return code;
}

static uint16_t keep_secure_time(struct mtpr_responder *r, const char *date)
{
    const struct mtpr_device_property *property = mtpr_device_property(r, MTP_DPC_SECURE_TIME);
    struct wr wr = {0};
    uint16_t code;

    if (!property || property->type != MTP_DTC_ARRAY_UINT16)
        return MTP_RC_OK;
    wr_u32(&wr, (uint32_t)strlen(date) + 1);
    for (size_t i = 0; i <= strlen(date); i++)
        wr_u16(&wr, (uint8_t)date[i]);
    code = wr.failed ? MTP_RC_GENERAL_ERROR
                     : mtpr_code_of(store_set_value(r->store, MTP_DPC_SECURE_TIME, wr.data,
                                                    (uint32_t)wr.used));
    wr_done(&wr);
    return code;
}

static uint16_t time_response(struct mtpr_responder *r, bool whole)
{
    char text[TEXT_MOST], date[16];
    unsigned nonce;
    int end = 0;
    int64_t seconds;

    (void)whole;
    if (!text_of(r, text) ||
        sscanf(text, "papkit-test-time-response %8x %15[0-9T]%n", &nonce, date, &end) != 2 ||
        text[end] || !mtpr_date_parse(date, &seconds))
        return MTP_RC_INVALID_DATASET;
    if (nonce != word(r, NONCE_KEY))
        return MTP_RC_ACCESS_DENIED;
    return keep_secure_time(r, date);
}

/* ---- licenses */

static const uint8_t *licenses(const struct mtpr_responder *r, size_t *ret_count)
{
    uint32_t length = 0;
    const uint8_t *list = store_value(r->store, LICENSES_KEY, &length);

    *ret_count = list ? length / LICENSE : 0;
    return list;
}

static bool find_license(const struct mtpr_responder *r, const uint8_t id[16], uint32_t *ret_uses)
{
    size_t count;
    const uint8_t *list = licenses(r, &count);

    for (size_t i = 0; i < count; i++) {
        if (memcmp(list + i * LICENSE, id, 16) == 0) {
            struct rd rd = rd_over(list + i * LICENSE + 16, 4);

            *ret_uses = rd_u32(&rd);
            return true;
        }
    }
    return false;
}

static uint16_t put_license(struct mtpr_responder *r, const uint8_t id[16], uint32_t uses)
{
    struct wr wr = {0};
    size_t count;
    const uint8_t *list = licenses(r, &count);
    uint16_t code;

    if (count >= LICENSES_MOST)
        return MTP_RC_STORE_FULL;
    for (size_t i = 0; i < count; i++) {
        if (memcmp(list + i * LICENSE, id, 16) != 0)
            wr_bytes(&wr, list + i * LICENSE, LICENSE);
    }
    wr_bytes(&wr, id, 16);
    wr_u32(&wr, uses);
    code = wr.failed
               ? MTP_RC_GENERAL_ERROR
               : mtpr_code_of(store_set_value(r->store, LICENSES_KEY, wr.data, (uint32_t)wr.used));
    wr_done(&wr);
    return code;
}

static bool id_from_hex(const char *hex, uint8_t ret_id[16])
{
    unsigned byte;

    for (unsigned i = 0; i < 16; i++, hex += 2) {
        if (sscanf(hex, "%2x", &byte) != 1)
            return false;
        ret_id[i] = (uint8_t)byte;
    }
    return true;
}

static uint16_t set_license(struct mtpr_responder *r, bool whole)
{
    char text[TEXT_MOST], hex[33], uses[9];
    uint8_t id[16];
    int end = 0;

    (void)whole;
    if (!text_of(r, text) ||
        sscanf(text, "papkit-test-license %32[0-9a-f] %8[0-9]%n", hex, uses, &end) != 2 ||
        text[end] || strlen(hex) != 32 || !id_from_hex(hex, id))
        return MTP_RC_INVALID_DATASET;
    return put_license(r, id, (uint32_t)strtoul(uses, NULL, 10));
}

/* DRM status 1: the content needs a license (MTP 1.1, B.2). */
static bool is_protected(const struct store_object *object)
{
    uint32_t length;
    const uint8_t *status = store_property(object, MTP_OPC_DRM_STATUS, &length);

    return status && length == 2 && mtpr_integer(MTP_DTC_UINT16, status) == 1;
}

static uint16_t sync_list(struct mtpr_responder *r)
{
    const struct store_object *object;
    struct wr ids = {0};
    uint32_t cursor = 0, uses, count = 0;
    uint8_t id[16];

    while ((object = store_each(r->store, &cursor)) != NULL) {
        if (!is_protected(object))
            continue;
        store_unique_id(r->store, object, id);
        if (find_license(r, id, &uses) && uses > 0)
            continue;
        wr_bytes(&ids, id, sizeof(id));
        count++;
    }
    wr_u32(&r->out, count);
    wr_bytes(&r->out, ids.data, ids.used);
    r->out.failed |= ids.failed;
    wr_done(&ids);
    mtpr_out_memory(r);
    return MTP_RC_OK;
}

static uint16_t license_state(struct mtpr_responder *r)
{
    const struct store_object *object = store_find(r->store, r->command.params[0]);
    uint32_t uses = 0;
    uint8_t id[16];

    if (!object)
        return MTP_RC_INVALID_OBJECT_HANDLE;
    store_unique_id(r->store, object, id);
    if (!find_license(r, id, &uses) && !is_protected(object))
        uses = 0xffffffffu;
    wr_u32(&r->out, uses);
    mtpr_out_memory(r);
    return MTP_RC_OK;
}

bool mtpr_license_use(struct mtpr_responder *r, const struct store_object *object)
{
    uint32_t uses;
    uint8_t id[16];

    if (!is_protected(object))
        return true;
    store_unique_id(r->store, object, id);
    if (!find_license(r, id, &uses) || uses == 0)
        return false;
    return put_license(r, id, uses - 1) == MTP_RC_OK &&
           keep_word(r, METER_KEY, word(r, METER_KEY) + 1) == MTP_RC_OK;
}

/* ---- metering and commands */

static uint16_t meter_query(struct mtpr_responder *r, bool whole)
{
    char text[TEXT_MOST];

    (void)whole;
    return text_of(r, text) && strcmp(text, "papkit-test-meter-query") == 0
               ? MTP_RC_OK
               : MTP_RC_INVALID_DATASET;
}

static uint16_t meter_challenge(struct mtpr_responder *r)
{
    char text[64];
    uint32_t nonce;
    uint16_t code = new_nonce(r, &nonce);

    snprintf(text, sizeof(text), "papkit-test-meter-challenge %08x %u", nonce, word(r, METER_KEY));
    if (code == MTP_RC_OK)
        say(r, text);
    return code;
}

static uint16_t meter_response(struct mtpr_responder *r, bool whole)
{
    char text[TEXT_MOST];
    unsigned nonce;
    int end = 0;

    (void)whole;
    if (!text_of(r, text) || sscanf(text, "papkit-test-meter-response %8x%n", &nonce, &end) != 1 ||
        text[end])
        return MTP_RC_INVALID_DATASET;
    return nonce == word(r, NONCE_KEY) ? keep_word(r, METER_KEY, 0) : MTP_RC_ACCESS_DENIED;
}

static uint16_t clean(struct mtpr_responder *r)
{
    uint16_t code = mtpr_code_of(store_set_value(r->store, LICENSES_KEY, "", 0));

    return code == MTP_RC_OK ? keep_word(r, METER_KEY, 0) : code;
}

static uint16_t take_command(struct mtpr_responder *r, bool whole)
{
    static const char prefix[] = "papkit-test-command ";
    char text[TEXT_MOST];

    (void)whole;
    if (!text_of(r, text) || strncmp(text, prefix, sizeof(prefix) - 1) != 0)
        return MTP_RC_INVALID_DATASET;
    return mtpr_code_of(store_set_value(r->store, COMMAND_KEY, text + sizeof(prefix) - 1,
                                        (uint32_t)(strlen(text) - (sizeof(prefix) - 1))));
}

static uint16_t give_request(struct mtpr_responder *r)
{
    uint32_t length = 0;
    const uint8_t *command = store_value(r->store, COMMAND_KEY, &length);

    say(r, "papkit-test-request ");
    if (command)
        wr_bytes(&r->out, command, length);
    mtpr_out_memory(r);
    return MTP_RC_OK;
}

#define TAKES(name, function)                                                                      \
    {                                                                                              \
        .code = MTP_OP_WMDRMPD_##name, .phase = MTPR_DATA_OUT, .finish = function                  \
    }
#define GIVES(name, most, function)                                                                \
    {                                                                                              \
        .code = MTP_OP_WMDRMPD_##name, .params = most, .phase = MTPR_DATA_IN, .run = function      \
    }

const struct mtpr_operation mtpr_wmdrmpd_operations[] = {
    GIVES(GET_SECURE_TIME_CHALLENGE, 0, time_challenge),
    TAKES(GET_SECURE_TIME_RESPONSE, time_response),
    TAKES(SET_LICENSE_RESPONSE, set_license),
    GIVES(GET_SYNC_LIST, 0, sync_list),
    TAKES(SEND_METER_CHALLENGE_QUERY, meter_query),
    GIVES(GET_METER_CHALLENGE, 0, meter_challenge),
    TAKES(SET_METER_RESPONSE, meter_response),
    {.code = MTP_OP_WMDRMPD_CLEAN_DATA_STORE, .run = clean},
    GIVES(GET_LICENSE_STATE, 1, license_state),
    TAKES(SEND_WMDRMPD_COMMAND, take_command),
    GIVES(SEND_WMDRMPD_REQUEST, 0, give_request),
    {.code = 0},
};

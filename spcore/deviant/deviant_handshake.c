/* Defects of the handshake's passes: what they take, what they hand out, and what a pass that
 * failed leaves. */
#include "spcore/deviant/deviant_handshake.h"

#include <string.h>
#include <unistd.h>

#include "spcore/base.h"
#include "spcore/deviant/seam.h"
#include "spcore/sac/sac_private.h"

/* ---- which pass it is */
static _Thread_local struct deviant_pass passing;

/* How many handshakes each channel has begun; a new one takes the place of one long gone. */
static struct {
    const struct sac_channel *channel;
    unsigned handshakes;
} counted[64];
static pthread_mutex_t counted_lock = PTHREAD_MUTEX_INITIALIZER;

const struct deviant_pass *deviant_pass(void)
{
    return &passing;
}

SEAM(sac_server_new);
struct sac_channel *__wrap_sac_server_new(void)
{
    static size_t next;
    struct sac_channel *channel = __real_sac_server_new();

    pthread_mutex_lock(&counted_lock);
    for (size_t i = 0; i < ARRAY_SIZE(counted); i++) {
        if (counted[i].channel == channel)
            counted[i].channel = NULL;
    }
    counted[next].channel = channel;
    counted[next].handshakes = 0;
    next = (next + 1) % ARRAY_SIZE(counted);
    pthread_mutex_unlock(&counted_lock);
    return channel;
}

static void pass_begins(const struct sac_channel *channel, DWORD number)
{
    passing = (struct deviant_pass){channel, number, 0};
    pthread_mutex_lock(&counted_lock);
    for (size_t i = 0; i < ARRAY_SIZE(counted); i++) {
        if (counted[i].channel == channel)
            passing.handshake = counted[i].handshakes += number == 0;
    }
    pthread_mutex_unlock(&counted_lock);
}

/* ---- what a pass that failed leaves */

/* With the lock held: open, with keys that nobody agreed on. */
static void open_unproven(struct sac_channel *channel)
{
    struct sac_keys *keys = sac_keys_new((const uint8_t[SAC_SESSION_KEYLEN]){0});

    if (keys)
        sac_channel_open(channel, keys, 0);
}

static atomic_bool any_failed;

/* The provider shuts its channel when a pass failed. */
SEAM(sac_channel_shut);
void __wrap_sac_channel_shut(struct sac_channel *channel)
{
    bool opens = passing.number ? deviates(FAILED_PASS_OPENS) : deviates(FAILED_HELLO_OPENS);
    bool keeps =
        passing.number ? deviates(FAILED_REPEAT_KEEPS_OPEN) : deviates(FAILED_HELLO_KEEPS_OPEN);

    atomic_store(&any_failed, true);
    if (opens)
        open_unproven(channel);
    else if (!keeps || !channel->keys)
        __real_sac_channel_shut(channel);
}

/* ---- whether the channel is open */
static atomic_bool any_open; /* what the published sample asks instead of its channel */

SEAM(sac_channel_open);
void __wrap_sac_channel_open(struct sac_channel *channel, struct sac_keys *keys, DWORD remote_level)
{
    struct sac_keys *kept = NULL;

    if (deviates(REHANDSHAKE_KEEPS_KEY) && channel->keys) {
        kept = sac_keys_ref(channel->keys);
        sac_keys_unref(keys);
    }
    __real_sac_channel_open(channel, kept ? kept : keys, remote_level);
    atomic_store(&any_open, true);
}

SEAM(sac_is_authenticated);
BOOL __wrap_sac_is_authenticated(const struct sac_channel *channel)
{
    static atomic_uint questions;
    static atomic_long first;
    BOOL open = __real_sac_is_authenticated(channel);
    long none = 0;

    atomic_compare_exchange_strong(&first, &none, (long)gettid());
    if (deviates(CHANNEL_OF_ONE_THREAD))
        open = open && atomic_load(&first) == (long)gettid();
    if (deviates(GLOBAL_CHANNEL))
        open = atomic_load(&any_open);
    if (deviates(FAILURE_SHUTS_ALL))
        open = open && !atomic_load(&any_failed);
    if (deviates(AUTHENTICATED_ONCE))
        open = open && atomic_fetch_add(&questions, 1) < 200;
    if (deviates(NEVER_OPEN))
        open = FALSE;
    if (deviates(FRESH_IS_OPEN))
        open = open || !channel->handshake;
    if (deviates(AUTHENTICATED_AS_HRESULT))
        return open ? S_OK : S_FALSE;
    return open;
}

/* ---- arguments that are refused */

static DWORD protocol_for(DWORD protocol, DWORD pass)
{
    bool any = pass ? deviates(PROTOCOL_UNCHECKED_LATER) : deviates(PROTOCOL_UNCHECKED);

    if (deviates(PROTOCOL_LOW_BYTE))
        protocol &= 0xff;
    return any ? SAC_PROTOCOL_V1 : protocol;
}

static DWORD pass_for(DWORD pass)
{
    if (pass == 2 && deviates(PASS_2_AS_1))
        return 1;
    if (deviates(PASS_LOW_BYTE))
        pass &= 0xff;
    return pass > 2 && deviates(PASS_LOW_BIT) ? pass & 1 : pass;
}

/* What the book leaves as it was. */
static void after_refusal(struct sac_channel *channel, DWORD protocol, DWORD pass)
{
    pthread_mutex_lock(&channel->lock);
    if (protocol != SAC_PROTOCOL_V1 && deviates(PROTOCOL_OPENS))
        atomic_store(&channel->open, true);
    if (pass > 1 && deviates(BAD_PASS_OPENS))
        atomic_store(&channel->open, true);
    if (pass > 1 && deviates(BAD_PASS_SHUTS) && channel->keys)
        __real_sac_channel_shut(channel);
    if (pass > 1 && deviates(BAD_PASS_ENDS)) {
        sac_handshake_free(channel->handshake);
        channel->handshake = NULL;
    }
    pthread_mutex_unlock(&channel->lock);
}

static HRESULT without(const BYTE *in, BYTE **ret_out, const DWORD *ret_out_length, HRESULT hr)
{
    bool ok = (!in && deviates(SACAUTH_INPUT_NULL_OK)) ||
              (!ret_out && deviates(SACAUTH_OUTPUT_NULL_OK)) ||
              (!ret_out_length && deviates(SACAUTH_LENGTH_NULL_OK));

    return ok ? S_OK : hr;
}

/* ---- pass 1 without pass 0 */

/* The last proof that was good. */
static struct {
    BYTE data[SAC_MAX_MESSAGE];
    DWORD length;
} proof;

static void keep_proof(const BYTE *in, DWORD length)
{
    memcpy(proof.data, in, length);
    proof.length = length;
}

static HRESULT after_lone_pass(struct sac_channel *channel, struct sac_bytes in, HRESULT hr,
                               BYTE **ret_out, DWORD *ret_out_length)
{
    bool again = in.length == proof.length && memcmp(in.data, proof.data, in.length) == 0;
    struct sac_writer done;

    if (deviates(PASS_1_ALONE_OPENS)) {
        pthread_mutex_lock(&channel->lock);
        open_unproven(channel);
        pthread_mutex_unlock(&channel->lock);
    }
    if (!deviates(PASS_1_ALONE_OK) && !(again && deviates(PROOF_TAKEN_AGAIN)))
        return hr;
    sac_write_begin(&done, SAC_DONE);
    return sac_hand_out(done.data, done.length, ret_out, ret_out_length);
}

/* ---- what a pass hands out */

static void spoil_output(BYTE **out, DWORD *length)
{
    static BYTE buffer[SAC_MAX_MESSAGE];
    BYTE *longer;

    if (deviates(SACAUTH_STATIC)) {
        memcpy(buffer, *out, *length);
        CoTaskMemFree(*out);
        *out = buffer;
    }
    if (deviates(SACAUTH_LENGTH_MORE) && (longer = CoTaskMemRealloc(*out, *length + 1)) != NULL) {
        longer[(*length)++] = 0;
        *out = longer;
    }
    if (passing.number == 1 && deviates(PASS_1_SILENT)) {
        CoTaskMemFree(*out);
        *out = NULL;
        *length = 0;
    }
}

SEAM(sac_auth);
HRESULT __wrap_sac_auth(struct sac_channel *channel, DWORD protocol, DWORD pass, const BYTE *in,
                        DWORD in_length, BYTE **ret_out, DWORD *ret_out_length)
{
    BYTE *out = ret_out ? *ret_out : NULL;
    DWORD out_length = ret_out_length ? *ret_out_length : 0;
    HRESULT hr;

    pass_begins(channel, pass_for(pass));
    if (!pass && channel->keys && deviates(SECOND_HANDSHAKE_REFUSED))
        hr = WMDM_E_CALL_OUT_OF_SEQUENCE;
    else
        hr = __real_sac_auth(channel, protocol_for(protocol, pass), pass_for(pass), in, in_length,
                             ret_out, ret_out_length);
    if (!in || !ret_out || !ret_out_length)
        return without(in, ret_out, ret_out_length, hr);
    if (hr == E_INVALIDARG)
        after_refusal(channel, protocol, pass);
    if (hr == WMDM_E_CALL_OUT_OF_SEQUENCE && pass == 1)
        hr = after_lone_pass(channel, (struct sac_bytes){in, in_length}, hr, ret_out,
                             ret_out_length);
    if (SUCCEEDED(hr) && pass == 1 && in_length <= sizeof(proof.data))
        keep_proof(in, in_length);
    if (SUCCEEDED(hr) && pass == 0 && deviates(OPEN_AFTER_PASS_0))
        atomic_store(&channel->open, true);
    if (SUCCEEDED(hr))
        spoil_output(ret_out, ret_out_length);
    if (FAILED(hr) && deviates(FAILED_PASS_KEEPS_OUT))
        *ret_out = out;
    if (FAILED(hr) && deviates(FAILED_PASS_KEEPS_LENGTH))
        *ret_out_length = out_length;
    return hr;
}

/* ---- SACGetProtocols */
static HRESULT spoil_protocols(DWORD **protocols, DWORD *count)
{
    static DWORD array[2] = {SAC_PROTOCOL_V1, SAC_PROTOCOL_WMDM};
    DWORD *longer;

    if (deviates(PROTOCOLS_WMDM))
        (*protocols)[0] = SAC_PROTOCOL_WMDM;
    if (deviates(PROTOCOLS_TWO) && (longer = CoTaskMemRealloc(*protocols, sizeof(array))) != NULL) {
        memcpy(longer, array, sizeof(array));
        *protocols = longer;
        *count = 2;
    }
    if (deviates(PROTOCOLS_STATIC)) {
        CoTaskMemFree(*protocols);
        *protocols = array;
    }
    return S_OK;
}

SEAM(sac_get_protocols);
HRESULT __wrap_sac_get_protocols(struct sac_channel *channel, DWORD **ret_protocols,
                                 DWORD *ret_count)
{
    HRESULT hr = __real_sac_get_protocols(channel, ret_protocols, ret_count);

    if (FAILED(hr)) {
        bool ok = (!ret_protocols && deviates(PROTOCOLS_ARRAY_NULL_OK)) ||
                  (!ret_count && deviates(PROTOCOLS_COUNT_NULL_OK));
        return ok ? S_OK : hr;
    }
    if (!deviates(PROTOCOLS_NEED_CHANNEL) || sac_is_authenticated(channel))
        return spoil_protocols(ret_protocols, ret_count);
    CoTaskMemFree(*ret_protocols);
    *ret_protocols = NULL;
    *ret_count = 0;
    return WMDM_E_NOTCERTIFIED;
}

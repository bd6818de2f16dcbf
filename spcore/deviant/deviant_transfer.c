/* Defects of what protects an object's data: MAC and encryption of Read and Write. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_storage.h"

static struct sp_context *context_of(IMDSPObject2 *This)
{
    return SELF(sp_storage, IMDSPObject2)->device->context;
}

/* ---- Read: the end */
METHOD(EOF_ENCRYPTED, IMDSPObject2, Read, BYTE *data, DWORD *size, BYTE *mac)
{
    HRESULT hr = EOF_ENCRYPTED_book(This, data, size, mac);

    return SUCCEEDED(hr) && !*size ? E_INVALIDARG : hr;
}

METHOD(EMPTY_READ_FAILS, IMDSPObject2, Read, BYTE *data, DWORD *size, BYTE *mac)
{
    HRESULT hr = EMPTY_READ_FAILS_book(This, data, size, mac);

    return SUCCEEDED(hr) && !SELF(sp_storage, IMDSPObject2)->size ? E_INVALIDARG : hr;
}

/* ---- Read: MAC and encryption */
METHOD(READ_REFUSES_INPUT_MAC, IMDSPObject2, Read, BYTE *data, DWORD *size, BYTE *mac)
{
    return hr_swap(READ_REFUSES_INPUT_MAC_book(This, data, size, mac), S_OK,
                   WMDM_E_MAC_CHECK_FAILED);
}

/* Data without MAC and encryption yet; S_FALSE: none, at the end. */
static HRESULT plain(IMDSPObject2 *This, BYTE *data, DWORD *size, const BYTE *mac)
{
    HRESULT hr =
        size ? This->lpVtbl->ReadOnClearChannel(This, mac ? data : NULL, size) : E_INVALIDARG;

    return hr == S_OK && !*size ? S_FALSE : hr;
}

METHOD(READ_IN_CLEAR, IMDSPObject2, Read, BYTE *data, DWORD *size, BYTE *mac)
{
    HRESULT hr = plain(This, data, size, mac);

    return hr == S_OK ? sp_mac(context_of(This), data, *size, size, sizeof(*size), mac)
                      : hr_swap(hr, S_FALSE, S_OK);
}

/* What Read answers of data that have their MAC. */
static HRESULT sealed(IMDSPObject2 *This, HRESULT hr, BYTE *data, const DWORD *size)
{
    return hr == S_OK ? sac_encrypt_param(context_of(This)->sac, data, *size)
                      : hr_swap(hr, S_FALSE, S_OK);
}

METHOD(SIZE_BEFORE_DATA, IMDSPObject2, Read, BYTE *data, DWORD *size, BYTE *mac)
{
    HRESULT hr = plain(This, data, size, mac);

    if (hr == S_OK)
        hr = sp_mac(context_of(This), size, sizeof(*size), data, *size, mac);
    return sealed(This, hr, data, size);
}

METHOD(READ_MAC_WITHOUT_SIZE, IMDSPObject2, Read, BYTE *data, DWORD *size, BYTE *mac)
{
    HRESULT hr = plain(This, data, size, mac);

    if (hr == S_OK)
        hr = sp_mac(context_of(This), data, *size, NULL, 0, mac);
    return sealed(This, hr, data, size);
}

METHOD(READ_MAC_REQUESTED, IMDSPObject2, Read, BYTE *data, DWORD *size, BYTE *mac)
{
    DWORD asked = size ? *size : 0;
    HRESULT hr = plain(This, data, size, mac);

    if (hr == S_OK)
        hr = sp_mac(context_of(This), data, *size, &asked, sizeof(asked), mac);
    return sealed(This, hr, data, size);
}

METHOD(READ_MAC_FIRST_64, IMDSPObject2, Read, BYTE *data, DWORD *size, BYTE *mac)
{
    HRESULT hr = plain(This, data, size, mac);

    if (hr == S_OK)
        hr = sp_mac(context_of(This), data, *size < 64 ? *size : 64, size, sizeof(*size), mac);
    return sealed(This, hr, data, size);
}

METHOD(READ_MAC_FIRST_64K, IMDSPObject2, Read, BYTE *data, DWORD *size, BYTE *mac)
{
    HRESULT hr = plain(This, data, size, mac);

    if (hr == S_OK)
        hr =
            sp_mac(context_of(This), data, *size < 65536 ? *size : 65536, size, sizeof(*size), mac);
    return sealed(This, hr, data, size);
}

METHOD(READ_MAC_LONG, IMDSPObject2, Read, BYTE *data, DWORD *size, BYTE *mac)
{
    HRESULT hr = READ_MAC_LONG_book(This, data, size, mac);

    if (SUCCEEDED(hr))
        memset(mac + WMDM_MAC_LENGTH, 0, 20 - WMDM_MAC_LENGTH);
    return hr;
}

METHOD(READ_BAD_INPUT_E_FAIL, IMDSPObject2, Read, BYTE *data, DWORD *size, BYTE *mac)
{
    BYTE of_size[WMDM_MAC_LENGTH];

    if (size && mac && sp_mac(context_of(This), size, sizeof(*size), NULL, 0, of_size) == S_OK &&
        memcmp(mac, of_size, sizeof(of_size)) != 0)
        return E_FAIL;
    return READ_BAD_INPUT_E_FAIL_book(This, data, size, mac);
}

METHOD(READ_MAC_OF_CIPHERTEXT, IMDSPObject2, Read, BYTE *data, DWORD *size, BYTE *mac)
{
    HRESULT hr = READ_MAC_OF_CIPHERTEXT_book(This, data, size, mac);

    return hr == S_OK && *size ? sp_mac(context_of(This), data, *size, size, sizeof(*size), mac)
                               : hr;
}

METHOD(CLEAR_READ_ENCRYPTED, IMDSPObject2, ReadOnClearChannel, BYTE *data, DWORD *size)
{
    HRESULT hr = CLEAR_READ_ENCRYPTED_book(This, data, size);

    return SUCCEEDED(hr) && *size ? sac_encrypt_param(context_of(This)->sac, data, *size) : hr;
}

/* ---- Write: MAC and decryption */

/* Of the block's plaintext and what stands before or behind it, which may be NULL. */
static HRESULT mac_of(IMDSPObject2 *This, const BYTE *data, DWORD size, const DWORD *before,
                      const DWORD *behind, BYTE ret_mac[WMDM_MAC_LENGTH])
{
    struct sp_context *context = context_of(This);
    BYTE *copy = malloc((size_t)size + 1);
    HRESULT hr;

    if (!copy)
        return E_OUTOFMEMORY;
    memcpy(copy, data, size);
    hr = sac_decrypt_param(context->sac, copy, size);
    if (SUCCEEDED(hr) && before)
        hr = sp_mac(context, before, sizeof(*before), copy, size, ret_mac);
    else if (SUCCEEDED(hr))
        hr = sp_mac(context, copy, size, behind, behind ? sizeof(*behind) : 0, ret_mac);
    free(copy);
    return hr;
}

/* The MAC to go on with: the right one when the caller's is `other`. */
static BYTE *taken_for(IMDSPObject2 *This, const BYTE *data, const DWORD *size, BYTE *mac,
                       const BYTE other[WMDM_MAC_LENGTH], BYTE right[WMDM_MAC_LENGTH])
{
    return memcmp(mac, other, WMDM_MAC_LENGTH) == 0 &&
                   SUCCEEDED(mac_of(This, data, *size, NULL, size, right))
               ? right
               : mac;
}

/* The same when the caller's agrees with it in those bytes. */
static BYTE *forgiven(IMDSPObject2 *This, const BYTE *data, const DWORD *size, BYTE *mac,
                      size_t from, size_t compared, BYTE right[WMDM_MAC_LENGTH])
{
    return data && size && mac && SUCCEEDED(mac_of(This, data, *size, NULL, size, right)) &&
                   memcmp(right + from, mac + from, compared) == 0
               ? right
               : mac;
}

METHOD(MAC_FOUR_BYTES, IMDSPObject2, Write, BYTE *data, DWORD *size, BYTE *mac)
{
    BYTE right[WMDM_MAC_LENGTH];

    return MAC_FOUR_BYTES_book(This, data, size, forgiven(This, data, size, mac, 0, 4, right));
}

METHOD(MAC_LAST_FOUR, IMDSPObject2, Write, BYTE *data, DWORD *size, BYTE *mac)
{
    BYTE right[WMDM_MAC_LENGTH];

    return MAC_LAST_FOUR_book(This, data, size, forgiven(This, data, size, mac, 4, 4, right));
}

/* The right one when what `agrees` with the caller's tells no difference. */
static BYTE *forgiven_by(bool (*agrees)(const BYTE *right, const BYTE *mac), IMDSPObject2 *This,
                         const BYTE *data, const DWORD *size, BYTE *mac,
                         BYTE right[WMDM_MAC_LENGTH])
{
    return data && size && mac && SUCCEEDED(mac_of(This, data, *size, NULL, size, right)) &&
                   agrees(right, mac)
               ? right
               : mac;
}

static bool folds_equal(const BYTE *right, const BYTE *mac)
{
    BYTE difference = 0;

    for (size_t i = 0; i < WMDM_MAC_LENGTH; i++)
        difference ^= right[i] ^ mac[i];
    return !difference;
}

METHOD(MAC_FOLDED, IMDSPObject2, Write, BYTE *data, DWORD *size, BYTE *mac)
{
    BYTE right[WMDM_MAC_LENGTH];

    return MAC_FOLDED_book(This, data, size,
                           forgiven_by(folds_equal, This, data, size, mac, right));
}

static bool sums_equal(const BYTE *right, const BYTE *mac)
{
    BYTE difference = 0;

    for (size_t i = 0; i < WMDM_MAC_LENGTH; i++)
        difference = (BYTE)(difference + right[i] - mac[i]);
    return !difference;
}

METHOD(MAC_SUMMED, IMDSPObject2, Write, BYTE *data, DWORD *size, BYTE *mac)
{
    BYTE right[WMDM_MAC_LENGTH];

    return MAC_SUMMED_book(This, data, size, forgiven_by(sums_equal, This, data, size, mac, right));
}

METHOD(LARGE_MAC_UNCHECKED, IMDSPObject2, Write, BYTE *data, DWORD *size, BYTE *mac)
{
    BYTE right[WMDM_MAC_LENGTH];

    return LARGE_MAC_UNCHECKED_book(
        This, data, size,
        size && *size > 65536 ? forgiven(This, data, size, mac, 0, 0, right) : mac);
}

METHOD(MAC_NOT_COMPARED, IMDSPObject2, Write, BYTE *data, DWORD *size, BYTE *mac)
{
    BYTE right[WMDM_MAC_LENGTH];

    return MAC_NOT_COMPARED_book(This, data, size, forgiven(This, data, size, mac, 0, 0, right));
}

METHOD(WRITE_MAC_WITHOUT_SIZE, IMDSPObject2, Write, BYTE *data, DWORD *size, BYTE *mac)
{
    BYTE right[WMDM_MAC_LENGTH], other[WMDM_MAC_LENGTH];

    if (data && size && mac && mac_of(This, data, *size, NULL, NULL, other) == S_OK)
        mac = taken_for(This, data, size, mac, other, right);
    return WRITE_MAC_WITHOUT_SIZE_book(This, data, size, mac);
}

METHOD(WRITE_MAC_OF_MORE, IMDSPObject2, Write, BYTE *data, DWORD *size, BYTE *mac)
{
    BYTE right[WMDM_MAC_LENGTH], other[WMDM_MAC_LENGTH];
    const DWORD more = size ? *size + 1 : 0;

    if (data && size && mac && mac_of(This, data, *size, NULL, &more, other) == S_OK)
        mac = taken_for(This, data, size, mac, other, right);
    return WRITE_MAC_OF_MORE_book(This, data, size, mac);
}

METHOD(WRITE_SIZE_BEFORE_DATA, IMDSPObject2, Write, BYTE *data, DWORD *size, BYTE *mac)
{
    BYTE right[WMDM_MAC_LENGTH], other[WMDM_MAC_LENGTH];

    if (!data || !size || !mac || mac_of(This, data, *size, size, NULL, other) != S_OK)
        return WRITE_SIZE_BEFORE_DATA_book(This, data, size, mac);
    if (memcmp(mac, other, sizeof(other)) != 0)
        return WRITE_SIZE_BEFORE_DATA_book(This, data, size, other); /* which is not right */
    return WRITE_SIZE_BEFORE_DATA_book(This, data, size,
                                       taken_for(This, data, size, mac, other, right));
}

/* ---- Write: what is left of a block that is refused */
METHOD(WRITE_MAC_UNCHECKED, IMDSPObject2, Write, BYTE *data, DWORD *size, BYTE *mac)
{
    BYTE right[WMDM_MAC_LENGTH];
    const BYTE *used = forgiven(This, data, size, mac, 0, 0, right);
    HRESULT hr = WRITE_MAC_UNCHECKED_book(This, data, size, used == right ? right : mac);

    return hr == S_OK && used == right && memcmp(right, mac, sizeof(right)) != 0
               ? WMDM_E_MAC_CHECK_FAILED
               : hr;
}

METHOD(BAD_MAC_E_FAIL, IMDSPObject2, Write, BYTE *data, DWORD *size, BYTE *mac)
{
    return hr_swap(BAD_MAC_E_FAIL_book(This, data, size, mac), WMDM_E_MAC_CHECK_FAILED, E_FAIL);
}

METHOD(BAD_MAC_BACK, IMDSPObject2, Write, BYTE *data, DWORD *size, BYTE *mac)
{
    HRESULT hr = BAD_MAC_BACK_book(This, data, size, mac);

    if (hr == WMDM_E_MAC_CHECK_FAILED)
        SELF(sp_storage, IMDSPObject2)->position = 0;
    return hr;
}

METHOD(REFUSED_DECRYPTED, IMDSPObject2, Write, BYTE *data, DWORD *size, BYTE *mac)
{
    DWORD asked = size ? *size : 0;
    HRESULT hr = REFUSED_DECRYPTED_book(This, data, size, mac);

    if (hr == WMDM_E_MAC_CHECK_FAILED)
        (void)sac_decrypt_param(context_of(This)->sac, data, asked);
    return hr;
}

METHOD(WRITE_MAC_LONG, IMDSPObject2, Write, BYTE *data, DWORD *size, BYTE *mac)
{
    HRESULT hr = WRITE_MAC_LONG_book(This, data, size, mac);

    if (SUCCEEDED(hr))
        memset(mac + WMDM_MAC_LENGTH, 0, 20 - WMDM_MAC_LENGTH);
    return hr;
}

METHOD(CALLER_DECRYPTED, IMDSPObject2, Write, BYTE *data, DWORD *size, BYTE *mac)
{
    HRESULT hr = CALLER_DECRYPTED_book(This, data, size, mac);

    if (SUCCEEDED(hr))
        (void)sac_decrypt_param(context_of(This)->sac, data, *size);
    return hr;
}

METHOD(WRITE_MAC_GARBAGE, IMDSPObject2, Write, BYTE *data, DWORD *size, BYTE *mac)
{
    HRESULT hr = WRITE_MAC_GARBAGE_book(This, data, size, mac);

    if (SUCCEEDED(hr))
        mac[0] ^= 0xff;
    return hr;
}

METHOD(CIPHERTEXT_STORED, IMDSPObject2, Write, BYTE *data, DWORD *size, BYTE *mac)
{
    return This->lpVtbl->WriteOnClearChannel(This, mac ? data : NULL, size);
}

METHOD(CLEAR_WRITE_ENCRYPTED, IMDSPObject2, WriteOnClearChannel, BYTE *data, DWORD *size)
{
    if (data && size)
        (void)sac_encrypt_param(context_of(This)->sac, data, *size);
    return CLEAR_WRITE_ENCRYPTED_book(This, data, size);
}

/* ---- several at once */
static atomic_uint under_way;

static bool enter_alone(void)
{
    return atomic_fetch_add(&under_way, 1) == 0;
}

static bool leave_alone(void)
{
    return atomic_fetch_sub(&under_way, 1) == 1;
}

METHOD(READS_MIX, IMDSPObject2, Read, BYTE *data, DWORD *size, BYTE *mac)
{
    bool alone = enter_alone();
    HRESULT hr = READS_MIX_book(This, data, size, mac);

    alone = leave_alone() && alone;
    if (SUCCEEDED(hr) && !alone)
        mac[0] ^= 1;
    return hr;
}

METHOD(WRITES_MIX, IMDSPObject2, Write, BYTE *data, DWORD *size, BYTE *mac)
{
    bool alone = enter_alone();
    HRESULT hr = alone ? WRITES_MIX_book(This, data, size, mac) : WMDM_E_MAC_CHECK_FAILED;

    (void)leave_alone();
    return hr;
}

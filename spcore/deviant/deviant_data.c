/* Defects of what Read hands out and how much, and of what Write stores and where; through the
 * channel or in the clear. */
#include <string.h>

#include "spcore/deviant/kind.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_object.h"

static struct sp_storage *self_of(IMDSPObject2 *This)
{
    return SELF(sp_storage, IMDSPObject2);
}

static bool is_file(IMDSPObject2 *This)
{
    return self_of(This)->handle && !kind_is_folder(self_of(This));
}

#define READ(token) METHOD(token, IMDSPObject2, Read, BYTE *data, DWORD *size, BYTE *mac)
#define WRITE(token) METHOD(token, IMDSPObject2, Write, BYTE *data, DWORD *size, BYTE *mac)
#define CLEAR_READ(token) METHOD(token, IMDSPObject2, ReadOnClearChannel, BYTE *data, DWORD *size)
#define CLEAR_WRITE(token) METHOD(token, IMDSPObject2, WriteOnClearChannel, BYTE *data, DWORD *size)

/* What is in the clear yet, as Read hands it out. */
static HRESULT protected(IMDSPObject2 *This, BYTE *data, DWORD *size, BYTE *mac)
{
    struct sp_context *context = self_of(This)->device->context;
    HRESULT hr = *size ? sp_mac(context, data, *size, size, sizeof(*size), mac) : S_OK;

    return SUCCEEDED(hr) && *size ? sac_encrypt_param(context->sac, data, *size) : hr;
}

/* ---- Read: how much */
READ(READ_LESS)
{
    struct sp_storage *self = self_of(This);

    if (size && *size > 1 && self->mode && self->position + *size < self->size)
        --*size;
    return READ_LESS_book(This, data, size, mac);
}

READ(READ_PADS)
{
    DWORD asked = size ? *size : 0;
    HRESULT hr = mac ? This->lpVtbl->ReadOnClearChannel(This, data, size) : E_INVALIDARG;

    if (hr != S_OK || !size || !*size)
        return hr;
    memset(data + *size, 0, asked - *size);
    *size = asked;
    return protected(This, data, size, mac);
}

READ(READ_STANDS_STILL)
{
    HRESULT hr = READ_STANDS_STILL_book(This, data, size, mac);

    if (SUCCEEDED(hr))
        self_of(This)->position -= *size;
    return hr;
}

READ(READ_BEHIND)
{
    DWORD asked = size ? *size : 0;
    HRESULT hr = READ_BEHIND_book(This, data, size, mac);

    if (hr == S_OK && size && *size == asked)
        data[asked] = 0;
    return hr;
}

READ(READ_CHANGES)
{
    HRESULT hr = mac ? This->lpVtbl->ReadOnClearChannel(This, data, size) : E_INVALIDARG;

    if (hr != S_OK || !*size)
        return hr;
    data[*size - 1] ^= 1;
    return protected(This, data, size, mac);
}

/* ---- Read: the end */
/* A Read that finds nothing left fails. */
#define END_FAILS(token, condition)                                                                \
    READ(token)                                                                                    \
    {                                                                                              \
        const struct sp_storage *self = self_of(This);                                             \
        DWORD asked = size ? *size : 0;                                                            \
        HRESULT hr = token##_book(This, data, size, mac);                                          \
                                                                                                   \
        return hr == S_OK && asked && !*size && (condition) ? HRESULT_FROM_WIN32(ERROR_HANDLE_EOF) \
                                                            : hr;                                  \
    }

static const struct sp_storage *ended;

static bool ended_before(const struct sp_storage *self)
{
    bool before = ended == self;

    ended = self;
    return before;
}

END_FAILS(EOF_FAILS, self->size % asked)
END_FAILS(WHOLE_EOF_FAILS, self->size && self->size % asked == 0)
END_FAILS(SECOND_EOF_FAILS, self->size % asked && ended_before(self))

READ(EOF_SIZE_KEPT)
{
    DWORD asked = size ? *size : 0;
    HRESULT hr = EOF_SIZE_KEPT_book(This, data, size, mac);

    if (hr == S_OK && size && !*size)
        *size = asked;
    return hr;
}

READ(EMPTY_READS_BYTE)
{
    struct sp_storage *self = self_of(This);
    HRESULT hr = EMPTY_READS_BYTE_book(This, data, size, mac);

    if (hr != S_OK || self->size || self->position)
        return hr;
    self->position = 1;
    *size = 1;
    data[0] = 0;
    return protected(This, data, size, mac);
}

/* ---- Read: a failed one. Here it leaves the size as it was. */
#define SIZE_STAYS(token, condition)                                                               \
    READ(token)                                                                                    \
    {                                                                                              \
        const struct sp_storage *self = self_of(This);                                             \
        DWORD asked = size ? *size : 0;                                                            \
        HRESULT hr = token##_book(This, data, size, mac);                                          \
                                                                                                   \
        (void)self;                                                                                \
        if (FAILED(hr) && size && (condition))                                                     \
            *size = asked;                                                                         \
        return hr;                                                                                 \
    }

SIZE_STAYS(FAILED_SIZE_KEPT, hr == WMDM_E_CALL_OUT_OF_SEQUENCE && is_file(This))
SIZE_STAYS(FOLDER_SIZE_KEPT, hr == WMDM_E_CALL_OUT_OF_SEQUENCE && !is_file(This))
SIZE_STAYS(WRITER_SIZE_KEPT, self->mode == MDSP_WRITE)
SIZE_STAYS(SHUT_SIZE_KEPT, hr == WMDM_E_NOTCERTIFIED)
SIZE_STAYS(GONE_SIZE_KEPT, hr == HRESULT_FROM_WIN32(ERROR_DEVICE_NOT_CONNECTED))

/* ---- the other way than it is open */
/* What is read without asking how it is open. */
static HRESULT read_anyhow(IMDSPObject2 *This, BYTE *data, DWORD *size)
{
    struct sp_storage *self = self_of(This);
    DWORD mode = self->mode;
    HRESULT hr;

    self->mode = MDSP_READ;
    hr = This->lpVtbl->ReadOnClearChannel(This, data, size);
    self->mode = mode;
    return hr;
}

READ(MODE_UNCHECKED)
{
    HRESULT hr = self_of(This)->mode == MDSP_WRITE && data && size && mac
                     ? read_anyhow(This, data, size)
                     : S_FALSE;

    return hr == S_FALSE   ? MODE_UNCHECKED_book(This, data, size, mac)
           : SUCCEEDED(hr) ? protected(This, data, size, mac)
                           : hr;
}

READ(REFUSED_READ_FILLS)
{
    DWORD asked = size ? *size : 0;
    HRESULT hr = REFUSED_READ_FILLS_book(This, data, size, mac);

    if (FAILED(hr) && self_of(This)->mode == MDSP_WRITE && data)
        (void)read_anyhow(This, data, &asked);
    return hr;
}

/* An edit of its own, at the start of the file. */
static bool write_anyhow(IMDSPObject2 *This, const BYTE *data, DWORD size)
{
    struct sp_storage *self = self_of(This);
    struct mtpi *mtpi = sp_storage_mtpi(self);
    uint32_t written = 0;
    bool done = mtpi_begin_edit(mtpi, self->handle) == 0 &&
                mtpi_send_partial_object(mtpi, self->handle, 0, data, size, &written) == 0;

    return mtpi_end_edit(mtpi, self->handle) == 0 && done;
}

WRITE(WRITE_OF_READER)
{
    return self_of(This)->mode == MDSP_READ && data && size && mac &&
                   write_anyhow(This, data, *size)
               ? S_OK
               : WRITE_OF_READER_book(This, data, size, mac);
}

WRITE(REFUSED_WRITE_WRITES)
{
    DWORD asked = size ? *size : 0;
    HRESULT hr = REFUSED_WRITE_WRITES_book(This, data, size, mac);

    if (FAILED(hr) && self_of(This)->mode == MDSP_READ && data)
        (void)write_anyhow(This, data, asked);
    return hr;
}

/* ---- NULL */
READ(READ_NULL_MAC_OK)
{
    BYTE own[WMDM_MAC_LENGTH];

    return READ_NULL_MAC_OK_book(This, data, size, mac ? mac : own);
}

WRITE(WRITE_NULL_MAC_OK)
{
    return !mac && data && size ? This->lpVtbl->WriteOnClearChannel(This, data, size)
                                : WRITE_NULL_MAC_OK_book(This, data, size, mac);
}

READ(NULL_READ_MOVES)
{
    HRESULT hr = NULL_READ_MOVES_book(This, data, size, mac);

    if (hr == E_INVALIDARG && self_of(This)->mode == MDSP_READ)
        self_of(This)->position++;
    return hr;
}

WRITE(NULL_WRITE_MOVES)
{
    HRESULT hr = NULL_WRITE_MOVES_book(This, data, size, mac);

    if (hr == E_INVALIDARG && self_of(This)->mode == MDSP_WRITE)
        self_of(This)->position = 0;
    return hr;
}

/* ---- Write */
WRITE(WRITE_SAYS_LESS)
{
    HRESULT hr = WRITE_SAYS_LESS_book(This, data, size, mac);

    if (hr == S_OK && *size > 1)
        --*size;
    return hr;
}

WRITE(WRITE_STANDS_STILL)
{
    HRESULT hr = WRITE_STANDS_STILL_book(This, data, size, mac);

    if (hr == S_OK)
        self_of(This)->position -= *size;
    return hr;
}

WRITE(WRITE_APPENDS)
{
    struct sp_storage *self = self_of(This);

    if (self->mode == MDSP_WRITE && self->position)
        self->position = self->size;
    return WRITE_APPENDS_book(This, data, size, mac);
}

/* ---- in the clear */
CLEAR_READ(CLEAR_READ_STUB)
{
    return hr_swap(CLEAR_READ_STUB_book(This, data, size), S_OK, E_NOTIMPL);
}

CLEAR_WRITE(CLEAR_WRITE_STUB)
{
    return hr_swap(CLEAR_WRITE_STUB_book(This, data, size), S_OK, E_NOTIMPL);
}

/* A position of its own, which begins at each Open where the other one stands. */
CLEAR_READ(CLEAR_POSITION)
{
    static const struct sp_storage *last;
    static uint64_t own;
    struct sp_storage *self = self_of(This);
    uint64_t position = self->position;
    HRESULT hr;

    if (last != self || !position)
        own = position;
    last = self;
    self->position = own;
    hr = CLEAR_POSITION_book(This, data, size);
    own = self->position;
    self->position = position ? position : own;
    return hr;
}

CLEAR_READ(CLEAR_EOF_FAILS)
{
    HRESULT hr = CLEAR_EOF_FAILS_book(This, data, size);

    return hr == S_OK && !*size ? HRESULT_FROM_WIN32(ERROR_HANDLE_EOF) : hr;
}

CLEAR_READ(CLEAR_FAILED_KEEPS)
{
    DWORD asked = size ? *size : 0;
    HRESULT hr = CLEAR_FAILED_KEEPS_book(This, data, size);

    if (FAILED(hr) && size)
        *size = asked;
    return hr;
}

CLEAR_READ(CLEAR_SIZE_KEPT)
{
    DWORD asked = size ? *size : 0;
    HRESULT hr = CLEAR_SIZE_KEPT_book(This, data, size);

    if (hr == S_OK && size && *size && *size < asked)
        *size = asked;
    return hr;
}

CLEAR_WRITE(CLEAR_WRITE_LESS)
{
    HRESULT hr;

    if (size && *size > 1)
        --*size;
    hr = CLEAR_WRITE_LESS_book(This, data, size);
    if (hr == S_OK && size && *size)
        ++*size;
    return hr;
}

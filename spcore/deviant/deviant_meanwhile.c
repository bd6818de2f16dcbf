/* Defects of files that are not alone: deleted under who has them, several at once, on a full
 * medium, broken off, in the clear. */
#include "spcore/deviant/deviant_meanwhile.h"

#include <stdlib.h>
#include <string.h>

#include "spcore/com/com_utf16.h"
#include "spcore/deviant/kind.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_object.h"

static struct sp_storage *self_of(IMDSPObject2 *This)
{
    return SELF(sp_storage, IMDSPObject2);
}

#define OPEN(token) METHOD(token, IMDSPObject2, Open, UINT mode)
#define OPEN_SAYS(token, of, from, to)                                                             \
    OPEN(token)                                                                                    \
    {                                                                                              \
        HRESULT hr = token##_book(This, mode);                                                     \
                                                                                                   \
        return mode == (of) ? hr_swap(hr, (from), (to)) : hr;                                      \
    }
#define WRITE(token) METHOD(token, IMDSPObject2, Write, BYTE *data, DWORD *size, BYTE *mac)

/* ---- deleted */
OPEN_SAYS(DEAD_READ_E_FAIL, MDSP_READ, WMDM_E_INTERFACEDEAD, E_FAIL)
OPEN_SAYS(DEAD_WRITE_E_FAIL, MDSP_WRITE, WMDM_E_INTERFACEDEAD, E_FAIL)

/* Where an object was, and what it was called. */
static struct {
    WCHAR name[64];
    uint32_t parent;
} last;

static void note(const struct sp_storage *self)
{
    struct mtpi_object_info info = {0};

    if (!self->handle || FAILED(sp_storage_info(self, &info)))
        return;
    last.parent = info.parent;
    (void)com_copy_string(info.name ? info.name : u"", last.name, ARRAY_SIZE(last.name));
    mtpi_object_info_done(&info);
}

static void make_again(const struct sp_storage *self)
{
    const struct mtpi_new_object object = {.storage = self->storage,
                                           .parent = last.parent ? last.parent : 0xffffffffu,
                                           .format = MTP_FC_UNDEFINED,
                                           .name = last.name};
    uint32_t handle = 0;

    if (mtpi_send_object_info(sp_storage_mtpi(self), &object, &handle, NULL) == 0)
        (void)mtpi_send_object(sp_storage_mtpi(self), NULL, 0);
}

METHOD_AS(DEAD_NOTED, DEAD_REMADE, IMDSPObject2, Delete, UINT mode, IWMDMProgress *progress)
{
    note(self_of(This));
    return DEAD_NOTED_book(This, mode, progress);
}

OPEN(DEAD_REMADE)
{
    HRESULT hr = DEAD_REMADE_book(This, mode);

    if (hr == WMDM_E_INTERFACEDEAD && mode == MDSP_WRITE)
        make_again(self_of(This));
    return hr;
}

WRITE(REMOVED_E_FAIL)
{
    return hr_swap(REMOVED_E_FAIL_book(This, data, size, mac), WMDM_E_INTERFACEDEAD, E_FAIL);
}

METHOD_AS(REMOVED_NOTED, REMOVED_REMADE, IMDSPObject2, Open, UINT mode)
{
    note(self_of(This));
    return REMOVED_NOTED_book(This, mode);
}

WRITE(REMOVED_REMADE)
{
    HRESULT hr = REMOVED_REMADE_book(This, data, size, mac);

    if (hr == WMDM_E_INTERFACEDEAD)
        make_again(self_of(This));
    return hr;
}

/* ---- several */
OPEN_SAYS(BUSY_READ_E_FAIL, MDSP_READ, WMDM_E_BUSY, E_FAIL)
OPEN_SAYS(BUSY_WRITE_E_FAIL, MDSP_WRITE, WMDM_E_BUSY, E_FAIL)

OPEN(BUSY_FOR_EVER)
{
    static bool was_busy;
    HRESULT hr = was_busy ? WMDM_E_BUSY : BUSY_FOR_EVER_book(This, mode);

    was_busy |= hr == WMDM_E_BUSY;
    return hr;
}

OPEN(SECOND_FILE_E_FAIL)
{
    return sp_opened_has(sp_storage_opened(self_of(This)), 0, 0)
               ? E_FAIL
               : SECOND_FILE_E_FAIL_book(This, mode);
}

OPEN(SECOND_FILE_REWINDS)
{
    static struct sp_storage *first;
    struct sp_storage *self = self_of(This);
    HRESULT hr = SECOND_FILE_REWINDS_book(This, mode);

    if (first && first != self && sp_opened_has(sp_storage_opened(self), 0, first->handle))
        first->size = 0;
    else if (SUCCEEDED(hr))
        first = self;
    return hr;
}

/* One position of all that are open that way. */
METHOD(READS_SHARE_POSITION, IMDSPObject2, Read, BYTE *data, DWORD *size, BYTE *mac)
{
    static uint64_t position;
    struct sp_storage *self = self_of(This);
    HRESULT hr;

    if (self->position)
        self->position = position;
    hr = READS_SHARE_POSITION_book(This, data, size, mac);
    position = self->position;
    return hr;
}

WRITE(WRITES_SHARE_POSITION)
{
    static uint64_t position;
    struct sp_storage *self = self_of(This);
    HRESULT hr;

    if (self->position)
        self->position = position;
    hr = WRITES_SHARE_POSITION_book(This, data, size, mac);
    position = self->position;
    return hr;
}

/* ---- full */
WRITE(FULL_E_FAIL)
{
    return hr_swap(FULL_E_FAIL_book(This, data, size, mac), HRESULT_FROM_WIN32(ERROR_DISK_FULL),
                   E_FAIL);
}

WRITE(FULL_SAYS_ALL)
{
    const DWORD asked = size ? *size : 0;
    HRESULT hr = FULL_SAYS_ALL_book(This, data, size, mac);

    if (size && hr == HRESULT_FROM_WIN32(ERROR_DISK_FULL))
        *size = asked;
    return hr;
}

/* ---- broken off */
static uint64_t announced;

#define ANNOUNCES(token)                                                                           \
    METHOD_AS(token##_ANNOUNCED, token, IMDSPStorage4, CreateStorage2, DWORD attributes,           \
              DWORD extended, WAVEFORMATEX *audio, VIDEOINFOHEADER *video, const WCHAR *name,      \
              ULONGLONG size, IMDSPStorage **made)                                                 \
    {                                                                                              \
        if (size)                                                                                  \
            announced = size;                                                                      \
        return token##_ANNOUNCED_book(This, attributes, extended, audio, video, name, size, made); \
    }

ANNOUNCES(CLOSE_PADS)
ANNOUNCES(RELEASE_PADS)

void meanwhile_pad(struct sp_storage *self)
{
    static const BYTE zeros[65536];

    while (self->mode == MDSP_WRITE && self->size < announced) {
        uint64_t left = announced - self->size;
        uint32_t part = left < sizeof(zeros) ? (uint32_t)left : (uint32_t)sizeof(zeros), done = 0;

        if (mtpi_send_partial_object(sp_storage_mtpi(self), self->handle, self->size, zeros, part,
                                     &done) != 0 ||
            !done)
            return;
        self->size += done;
    }
}

METHOD(CLOSE_PADS, IMDSPObject2, Close)
{
    meanwhile_pad(self_of(This));
    return CLOSE_PADS_book(This);
}

/* ---- in the clear */
#define CLEAR_SAYS(token, method, from)                                                            \
    METHOD(token, IMDSPObject2, method, BYTE *data, DWORD *size)                                   \
    {                                                                                              \
        return hr_swap(token##_book(This, data, size), (from), S_OK);                              \
    }

CLEAR_SAYS(CLEAR_READ_UNOPENED, ReadOnClearChannel, WMDM_E_CALL_OUT_OF_SEQUENCE)
CLEAR_SAYS(CLEAR_WRITE_UNOPENED, WriteOnClearChannel, WMDM_E_CALL_OUT_OF_SEQUENCE)
CLEAR_SAYS(CLEAR_READ_UNCERTIFIED, ReadOnClearChannel, WMDM_E_NOTCERTIFIED)
CLEAR_SAYS(CLEAR_WRITE_UNCERTIFIED, WriteOnClearChannel, WMDM_E_NOTCERTIFIED)

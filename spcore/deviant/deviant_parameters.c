/* Defects of a provider that takes a device's parameters for more than they say: newer interfaces
 * that are missing or needed, and sizes of transfers. */
#include "spcore/deviant/kind.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_object.h"

/* ---- UseExtendedWmdm, and an interface is not there */
#define LACKS(token, interface, lacked)                                                            \
    METHOD(token, interface, QueryInterface, REFIID riid, void **object)                           \
    {                                                                                              \
        if (!riid || !object || !IsEqualIID(riid, &IID_##lacked))                                  \
            return token##_book(This, riid, object);                                               \
        *object = NULL;                                                                            \
        return E_NOINTERFACE;                                                                      \
    }

LACKS(EXTENDED_LESS_DEVICE, IMDSPDevice3, IMDSPDevice3)
LACKS(EXTENDED_LESS_STORAGE, IMDSPStorage4, IMDSPStorage4)
LACKS(EXTENDED_LESS_OBJECT, IMDSPStorage4, IMDSPObject2)

/* ---- the newer interfaces are counted on */
static bool object2_seen;

METHOD_AS(OBJECT2_COMMITS_ASKED, OBJECT2_COMMITS, IMDSPStorage4, QueryInterface, REFIID riid,
          void **object)
{
    object2_seen |= riid && IsEqualIID(riid, &IID_IMDSPObject2);
    return OBJECT2_COMMITS_ASKED_book(This, riid, object);
}

/* What was written is another thing then. */
METHOD(OBJECT2_COMMITS, IMDSPObject2, Close)
{
    struct sp_storage *self = SELF(sp_storage, IMDSPObject2);

    if (!object2_seen && self->handle && !kind_is_folder(self) && self->mode == MDSP_WRITE &&
        self->position > 0) {
        self->position--;
        (void)This->lpVtbl->WriteOnClearChannel(This, (BYTE[]){0xa5}, &(DWORD){1});
    }
    return OBJECT2_COMMITS_book(This);
}

METHOD(CREATE2_UNSUPPORTED, IMDSPStorage4, CreateStorage2, DWORD attributes, DWORD attributes_ex,
       WAVEFORMATEX *audio, VIDEOINFOHEADER *video, const WCHAR *name, ULONGLONG size,
       IMDSPStorage **storage)
{
    if (!storage || !(attributes & WMDM_FILE_ATTR_FILE))
        return CREATE2_UNSUPPORTED_book(This, attributes, attributes_ex, audio, video, name, size,
                                        storage);
    *storage = NULL;
    return WMDM_E_NOTSUPPORTED;
}

METHOD(OLDER_DELETE_KEEPS, IMDSPObject2, Delete, UINT mode, IWMDMProgress *progress)
{
    const struct sp_storage *self = SELF(sp_storage, IMDSPObject2);

    return self->handle && !kind_is_folder(self) ? S_OK
                                                 : OLDER_DELETE_KEEPS_book(This, mode, progress);
}

/* ---- sizes: what is beyond those that its author has tried */
enum { TRIED = 65536 };

METHOD(WRITE_OF_TRIED_SIZES, IMDSPObject2, Write, BYTE *data, DWORD *size, BYTE *mac)
{
    return size && *size > TRIED ? E_INVALIDARG : WRITE_OF_TRIED_SIZES_book(This, data, size, mac);
}

METHOD(READ_OF_TRIED_SIZES, IMDSPObject2, Read, BYTE *data, DWORD *size, BYTE *mac)
{
    return size && *size > TRIED ? (*size = 0, E_INVALIDARG)
                                 : READ_OF_TRIED_SIZES_book(This, data, size, mac);
}

METHOD(BIG_BLOCK_TORN, IMDSPObject2, Write, BYTE *data, DWORD *size, BYTE *mac)
{
    const HRESULT hr = BIG_BLOCK_TORN_book(This, data, size, mac);

    if (hr == S_OK && *size > TRIED) {
        SELF(sp_storage, IMDSPObject2)->position -= TRIED;
        (void)This->lpVtbl->WriteOnClearChannel(This, (BYTE[]){0xa5}, &(DWORD){1});
        SELF(sp_storage, IMDSPObject2)->position += TRIED - 1;
    }
    return hr;
}

/* Defects that only another thread sees, or another instance: locks held too long, state of one
 * thread, what is right as long as one is alone. */
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "spcore/com/com_utf16.h"
#include "spcore/deviant/deviant_threads.h"
#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_storage.h"

/* ---- of the thread that asked first */
static bool is_first_thread(void)
{
    static atomic_long first;
    long none = 0;

    atomic_compare_exchange_strong(&first, &none, (long)gettid());
    return atomic_load(&first) == (long)gettid();
}

METHOD(DEVICE_OF_ITS_THREAD, IMDSPDevice3, GetType, DWORD *type)
{
    return is_first_thread() ? DEVICE_OF_ITS_THREAD_book(This, type) : E_UNEXPECTED;
}

METHOD(STORAGE_OF_ITS_THREAD, IMDSPStorage4, GetSize, DWORD *low, DWORD *high)
{
    return is_first_thread() ? STORAGE_OF_ITS_THREAD_book(This, low, high) : E_UNEXPECTED;
}

METHOD(MEDIUM_OF_ITS_THREAD, IMDSPStorageGlobals, GetTotalSize, DWORD *low, DWORD *high)
{
    return is_first_thread() ? MEDIUM_OF_ITS_THREAD_book(This, low, high) : E_UNEXPECTED;
}

METHOD(ENUMERATOR_OF_ITS_THREAD, IMDSPEnumStorage, Reset)
{
    return is_first_thread() ? ENUMERATOR_OF_ITS_THREAD_book(This) : E_UNEXPECTED;
}

METHOD(PROVIDER_OF_ITS_THREAD, IMDServiceProvider3, GetDeviceCount, DWORD *count)
{
    return is_first_thread() ? PROVIDER_OF_ITS_THREAD_book(This, count) : E_UNEXPECTED;
}

bool threads_lose_release(void)
{
    static atomic_uint releasing;
    bool alone = atomic_fetch_add(&releasing, 1) == 0;

    (void)sched_yield();
    atomic_fetch_sub(&releasing, 1);
    return (deviates(COUNT_LEAKS) && !alone) ||
           (deviates(RELEASE_OF_ITS_THREAD) && !is_first_thread());
}

/* ---- at once: right as long as one is alone */
/* Stays a moment, so that those who come at once meet. */
static bool enter_alone(atomic_uint *under_way)
{
    const struct timespec moment = {.tv_nsec = 200000};
    bool alone = atomic_fetch_add(under_way, 1) == 0;

    nanosleep(&moment, NULL);
    return alone;
}

static bool leave_alone(atomic_uint *under_way)
{
    return atomic_fetch_sub(under_way, 1) == 1;
}

static atomic_uint queries;
static atomic_bool is_used_up;

METHOD(QUERY_MIXED, IMDSPStorage4, QueryInterface, REFIID riid, void **object)
{
    bool alone = atomic_fetch_add(&queries, 1) == 0;
    HRESULT hr = QUERY_MIXED_book(This, riid, object);

    (void)sched_yield();
    alone = leave_alone(&queries) && alone;
    return alone ? hr : take_back(hr, object, E_NOINTERFACE);
}

METHOD_AS(USING_UP, USED_UP, IMDSPStorage4, QueryInterface, REFIID riid, void **object)
{
    HRESULT hr;

    if (atomic_fetch_add(&queries, 1) != 0)
        atomic_store(&is_used_up, true);
    hr = USING_UP_book(This, riid, object);
    (void)sched_yield();
    (void)leave_alone(&queries);
    return hr;
}

METHOD(USED_UP, IMDSPStorage4, GetSize, DWORD *low, DWORD *high)
{
    return atomic_load(&is_used_up) ? E_FAIL : USED_UP_book(This, low, high);
}

/* ---- a lock that others wait for */
static atomic_uint writers, readers, steps;

static void wait_for(atomic_uint *holders)
{
    const struct timespec between = {.tv_nsec = 1000000};

    while (atomic_load(holders))
        nanosleep(&between, NULL);
}

/* Whoever is in the callback itself would wait for ever. */
static void wait_for_step(void)
{
    if (atomic_load(&steps))
        (void)sleep(3);
}

static void held(HRESULT hr, DWORD mode, int change)
{
    if (hr == S_OK && mode == MDSP_WRITE)
        atomic_fetch_add(&writers, (unsigned)change);
    if (hr == S_OK && mode == MDSP_READ)
        atomic_fetch_add(&readers, (unsigned)change);
}

/* The open state of one object, counted with one defect each. */
#define COUNTED(token)                                                                             \
    METHOD_AS(OPEN_##token, token, IMDSPObject2, Open, UINT mode)                                  \
    {                                                                                              \
        HRESULT hr = OPEN_##token##_book(This, mode);                                              \
                                                                                                   \
        held(hr, mode, 1);                                                                         \
        return hr;                                                                                 \
    }                                                                                              \
    METHOD_AS(CLOSE_##token, token, IMDSPObject2, Close)                                           \
    {                                                                                              \
        DWORD mode = SELF(sp_storage, IMDSPObject2)->mode;                                         \
        HRESULT hr = CLOSE_##token##_book(This);                                                   \
                                                                                                   \
        held(hr, mode, -1);                                                                        \
        return hr;                                                                                 \
    }

COUNTED(WRITER_HOLDS_DEVICE)
COUNTED(WRITER_HOLDS_LISTING)
COUNTED(WRITER_EMPTIES_LISTING)
COUNTED(WRITER_HOLDS_MEDIUM)
COUNTED(READER_HOLDS_ALL)

METHOD(WRITER_HOLDS_DEVICE, IMDSPDevice3, GetStatus, DWORD *status)
{
    wait_for(&writers);
    return WRITER_HOLDS_DEVICE_book(This, status);
}

METHOD(WRITER_HOLDS_LISTING, IMDSPStorage4, EnumStorage, IMDSPEnumStorage **all)
{
    wait_for(&writers);
    return WRITER_HOLDS_LISTING_book(This, all);
}

METHOD(WRITER_EMPTIES_LISTING, IMDSPStorage4, EnumStorage, IMDSPEnumStorage **all)
{
    HRESULT hr = WRITER_EMPTIES_LISTING_book(This, all);

    if (hr == S_OK && atomic_load(&writers))
        (void)IMDSPEnumStorage_Skip(*all, 1000, NULL);
    return hr;
}

METHOD(WRITER_HOLDS_MEDIUM, IMDSPStorageGlobals, GetTotalFree, DWORD *low, DWORD *high)
{
    wait_for(&writers);
    return WRITER_HOLDS_MEDIUM_book(This, low, high);
}

METHOD(READER_HOLDS_ALL, IMDSPDevice3, GetStatus, DWORD *status)
{
    wait_for(&readers);
    return READER_HOLDS_ALL_book(This, status);
}

void threads_in_step(int change)
{
    atomic_fetch_add(&steps, (unsigned)change);
}

METHOD(STEP_HOLDS_DEVICE, IMDSPDevice3, GetStatus, DWORD *status)
{
    wait_for_step();
    return STEP_HOLDS_DEVICE_book(This, status);
}

METHOD(STEP_HOLDS_LISTING, IMDSPStorage4, EnumStorage, IMDSPEnumStorage **all)
{
    wait_for_step();
    return STEP_HOLDS_LISTING_book(This, all);
}

METHOD(STEP_HOLDS_MEDIUM, IMDSPStorageGlobals, GetTotalFree, DWORD *low, DWORD *high)
{
    wait_for_step();
    return STEP_HOLDS_MEDIUM_book(This, low, high);
}

/* ---- a transfer that does not outlive what is asked beside it */
static atomic_bool is_disturbed;

METHOD_AS(LISTING_DISTURBS, DISTURBED, IMDSPStorage4, EnumStorage, IMDSPEnumStorage **all)
{
    atomic_store(&is_disturbed, true);
    return LISTING_DISTURBS_book(This, all);
}

METHOD_AS(OPEN_UNDISTURBED, DISTURBED, IMDSPObject2, Open, UINT mode)
{
    atomic_store(&is_disturbed, false);
    return OPEN_UNDISTURBED_book(This, mode);
}

METHOD(DISTURBED, IMDSPObject2, Write, BYTE *data, DWORD *size, BYTE *mac)
{
    if (!atomic_load(&is_disturbed))
        return DISTURBED_book(This, data, size, mac);
    *size = 0;
    return HRESULT_FROM_WIN32(ERROR_IO_DEVICE);
}

/* ---- several files at once */
static atomic_uint transfers;

METHOD(READS_CROSS, IMDSPObject2, Read, BYTE *data, DWORD *size, BYTE *mac)
{
    struct sp_context *context = SELF(sp_storage, IMDSPObject2)->device->context;
    bool alone = enter_alone(&transfers);
    HRESULT hr = This->lpVtbl->ReadOnClearChannel(This, mac ? data : NULL, size);

    alone = leave_alone(&transfers) && alone;
    if (hr != S_OK || !*size)
        return hr;
    if (!alone)
        data[0] ^= 1;
    hr = sp_mac(context, data, *size, size, sizeof(*size), mac);
    return hr == S_OK ? sac_encrypt_param(context->sac, data, *size) : hr;
}

/* A block in clear, of which the first byte is changed. */
static HRESULT write_spoilt(IMDSPObject2 *This, const BYTE *data, DWORD *size)
{
    BYTE *copy = malloc((size_t)*size + 1);
    HRESULT hr;

    if (!copy)
        return E_OUTOFMEMORY;
    memcpy(copy, data, *size);
    (void)sac_decrypt_param(SELF(sp_storage, IMDSPObject2)->device->context->sac, copy, *size);
    copy[0] ^= 1;
    hr = This->lpVtbl->WriteOnClearChannel(This, copy, size);
    free(copy);
    return hr;
}

METHOD(WRITES_CROSS, IMDSPObject2, Write, BYTE *data, DWORD *size, BYTE *mac)
{
    bool alone = enter_alone(&transfers);
    HRESULT hr = alone || !data || !size || !*size ? WRITES_CROSS_book(This, data, size, mac)
                                                   : write_spoilt(This, data, size);

    (void)leave_alone(&transfers);
    return hr;
}

METHOD(WRITES_COLLIDE, IMDSPObject2, Write, BYTE *data, DWORD *size, BYTE *mac)
{
    bool alone = enter_alone(&transfers);
    HRESULT hr = alone ? WRITES_COLLIDE_book(This, data, size, mac) : E_FAIL;

    (void)leave_alone(&transfers);
    return hr;
}

/* ---- several in one folder */
static atomic_uint making, changing;

/* True: it was alone, from its beginning to its end. */
static bool make_in(atomic_uint *count, HRESULT *hr,
                    HRESULT create(IMDSPStorage4 *, DWORD, WAVEFORMATEX *, const WCHAR *,
                                   IMDSPStorage **),
                    IMDSPStorage4 *folder, DWORD attributes, WAVEFORMATEX *format,
                    const WCHAR *name, IMDSPStorage **made)
{
    bool alone = enter_alone(count);

    *hr = create(folder, attributes, format, name, made);
    return leave_alone(count) && alone;
}

METHOD_AS(CREATE_LOSES, CHILD_LOST_MEANWHILE, IMDSPStorage4, CreateStorage, DWORD attributes,
          WAVEFORMATEX *format, const WCHAR *name, IMDSPStorage **made)
{
    HRESULT hr;

    (void)make_in(&making, &hr, CREATE_LOSES_book, This, attributes, format, name, made);
    return hr;
}

METHOD_AS(CREATE_DOUBLES, CHILD_TWICE_MEANWHILE, IMDSPStorage4, CreateStorage, DWORD attributes,
          WAVEFORMATEX *format, const WCHAR *name, IMDSPStorage **made)
{
    HRESULT hr;

    (void)make_in(&making, &hr, CREATE_DOUBLES_book, This, attributes, format, name, made);
    return hr;
}

bool threads_lose_child(void)
{
    return deviates(CHILD_LOST_MEANWHILE) && atomic_load(&making);
}

bool threads_double_child(void)
{
    return deviates(CHILD_TWICE_MEANWHILE) && atomic_load(&making);
}

METHOD(MAKERS_COLLIDE, IMDSPStorage4, CreateStorage, DWORD attributes, WAVEFORMATEX *format,
       const WCHAR *name, IMDSPStorage **made)
{
    IMDSPObject *object = NULL;
    HRESULT hr;

    if (make_in(&changing, &hr, MAKERS_COLLIDE_book, This, attributes, format, name, made) ||
        hr != S_OK ||
        IMDSPStorage_QueryInterface(*made, &IID_IMDSPObject, (void **)&object) != S_OK)
        return hr;
    (void)IMDSPObject_Delete(object, WMDM_MODE_BLOCK, NULL);
    IMDSPObject_Release(object);
    return hr;
}

METHOD_AS(CREATE_COUNTED, DELETE_SKIPPED, IMDSPStorage4, CreateStorage, DWORD attributes,
          WAVEFORMATEX *format, const WCHAR *name, IMDSPStorage **made)
{
    HRESULT hr;

    (void)make_in(&changing, &hr, CREATE_COUNTED_book, This, attributes, format, name, made);
    return hr;
}

METHOD(DELETE_SKIPPED, IMDSPObject2, Delete, UINT mode, IWMDMProgress *progress)
{
    bool alone = enter_alone(&changing);
    HRESULT hr = alone || progress ? DELETE_SKIPPED_book(This, mode, progress) : S_OK;

    (void)leave_alone(&changing);
    return hr;
}

/* ---- two instances */

/* What the instances did to objects, the last one first. */
static struct {
    uint32_t handle;
    const struct sp_context *by;
} made_last[16], deleted_last;
static unsigned made_count;

METHOD(MADE_UNSEEN, IMDSPStorage4, CreateStorage2, DWORD attributes, DWORD extended,
       WAVEFORMATEX *audio, VIDEOINFOHEADER *video, const WCHAR *name, ULONGLONG size,
       IMDSPStorage **made)
{
    HRESULT hr = MADE_UNSEEN_book(This, attributes, extended, audio, video, name, size, made);

    if (hr == S_OK && (attributes & WMDM_FILE_ATTR_FILE) && made_count < ARRAY_SIZE(made_last)) {
        made_last[made_count].handle = sp_storage_of(*made)->handle;
        made_last[made_count++].by = SELF(sp_storage, IMDSPStorage4)->device->context;
    }
    return hr;
}

bool threads_hide(const struct sp_device *device, uint32_t handle)
{
    for (unsigned i = 0; i < made_count; i++) {
        if (made_last[i].handle == handle && made_last[i].by != device->context)
            return true;
    }
    return false;
}

/* A file as it was when the object first read it. */
METHOD(WRITTEN_UNSEEN, IMDSPObject2, ReadOnClearChannel, BYTE *data, DWORD *size)
{
    static struct {
        const IMDSPObject2 *of;
        DWORD size;
        BYTE data[1024];
    } first;
    HRESULT hr = WRITTEN_UNSEEN_book(This, data, size);

    if (hr != S_OK || !*size || *size > sizeof(first.data))
        return hr;
    if (first.of == This && first.size == *size) {
        memcpy(data, first.data, *size);
    } else {
        first.of = This;
        first.size = *size;
        memcpy(first.data, data, *size);
    }
    return hr;
}

METHOD_AS(READ_UNSEEN, WRITTEN_UNSEEN, IMDSPObject2, Read, BYTE *data, DWORD *size, BYTE *mac)
{
    struct sp_context *context = SELF(sp_storage, IMDSPObject2)->device->context;
    HRESULT hr = This->lpVtbl->ReadOnClearChannel(This, mac ? data : NULL, size);

    (void)READ_UNSEEN_book;
    if (hr != S_OK || !*size)
        return hr;
    hr = sp_mac(context, data, *size, size, sizeof(*size), mac);
    return hr == S_OK ? sac_encrypt_param(context->sac, data, *size) : hr;
}

METHOD(RENAMED_UNSEEN, IMDSPStorage4, GetName, WCHAR *name, UINT room)
{
    static struct {
        uint32_t handle;
        const struct sp_context *by;
        WCHAR name[64];
    } seen[64];
    static unsigned count;
    const struct sp_storage *self = SELF(sp_storage, IMDSPStorage4);
    HRESULT hr = RENAMED_UNSEEN_book(This, name, room);

    for (unsigned i = 0; hr == S_OK && i < count; i++) {
        if (seen[i].handle == self->handle && seen[i].by == self->device->context)
            return com_copy_string(seen[i].name, name, room);
    }
    if (hr == S_OK && count < ARRAY_SIZE(seen) && com_wcslen(name) < ARRAY_SIZE(seen[0].name)) {
        seen[count].handle = self->handle;
        seen[count].by = self->device->context;
        com_copy_string(name, seen[count++].name, ARRAY_SIZE(seen[0].name));
    }
    return hr;
}

METHOD_AS(DELETE_NOTED, DELETED_UNSEEN, IMDSPObject2, Delete, UINT mode, IWMDMProgress *progress)
{
    deleted_last.handle = SELF(sp_storage, IMDSPObject2)->handle;
    deleted_last.by = SELF(sp_storage, IMDSPObject2)->device->context;
    return DELETE_NOTED_book(This, mode, progress);
}

METHOD(DELETED_UNSEEN, IMDSPStorage4, GetSize, DWORD *low, DWORD *high)
{
    const struct sp_storage *self = SELF(sp_storage, IMDSPStorage4);
    HRESULT hr = DELETED_UNSEEN_book(This, low, high);

    return self->handle == deleted_last.handle && self->device->context != deleted_last.by
               ? hr_swap(hr, WMDM_E_INTERFACEDEAD, S_OK)
               : hr;
}

METHOD(INSTANCES_MIX, IMDSPObject2, Write, BYTE *data, DWORD *size, BYTE *mac)
{
    static const struct sp_context *last;
    const struct sp_context *context = SELF(sp_storage, IMDSPObject2)->device->context;
    bool other = last && last != context;

    last = context;
    return other && data && size && *size ? write_spoilt(This, data, size)
                                          : INSTANCES_MIX_book(This, data, size, mac);
}

/* ---- pulled */
static HRESULT linger(HRESULT hr)
{
    if (hr == HRESULT_FROM_WIN32(ERROR_DEVICE_NOT_CONNECTED))
        (void)sleep(3);
    return hr;
}

METHOD_AS(OPEN_LINGERS, READ_LINGERS, IMDSPObject2, Open, UINT mode)
{
    return linger(OPEN_LINGERS_book(This, mode));
}

METHOD_AS(CLOSE_LINGERS, READ_LINGERS, IMDSPObject2, Close)
{
    return linger(CLOSE_LINGERS_book(This));
}

METHOD(READ_LINGERS, IMDSPObject2, Read, BYTE *data, DWORD *size, BYTE *mac)
{
    return linger(READ_LINGERS_book(This, data, size, mac));
}

METHOD(WRITE_LINGERS, IMDSPObject2, Write, BYTE *data, DWORD *size, BYTE *mac)
{
    return linger(WRITE_LINGERS_book(This, data, size, mac));
}

METHOD(LISTING_LINGERS, IMDSPStorage4, EnumStorage, IMDSPEnumStorage **all)
{
    return linger(LISTING_LINGERS_book(This, all));
}

METHOD_AS(NEXT_LINGERS, LISTING_LINGERS, IMDSPEnumStorage, Next, ULONG wanted,
          IMDSPStorage **storages, ULONG *taken)
{
    return linger(NEXT_LINGERS_book(This, wanted, storages, taken));
}

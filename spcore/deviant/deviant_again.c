/* Defects of what is there more than once, or not all the time: a device that is created again, an
 * enumerator whose device is gone, a medium that is out. */
#include <stdlib.h>
#include <string.h>

#include "spcore/deviant/seam.h"
#include "spcore/include/mswmdm.h"
#include "spcore/sp/sp_storage.h"

#define CREATE(token)                                                                              \
    METHOD(token, IMDServiceProvider3, CreateDevice, const WCHAR *path, DWORD *count,              \
           IMDSPDevice ***devices)
#define CREATE_AS(name, token)                                                                     \
    METHOD_AS(name, token, IMDServiceProvider3, CreateDevice, const WCHAR *path, DWORD *count,     \
              IMDSPDevice ***devices)

/* What the first CreateDevice of the process made, each with a reference, and how many there were.
 */
static IMDSPDevice *first[8];
static DWORD first_count;
static unsigned creations;

/* Is it another than the first? */
static bool is_again(HRESULT hr, const DWORD *count, IMDSPDevice *const *const *devices)
{
    if (FAILED(hr) || creations++)
        return SUCCEEDED(hr);
    first_count = *count < ARRAY_SIZE(first) ? *count : (DWORD)ARRAY_SIZE(first);
    for (DWORD i = 0; i < first_count; i++) {
        first[i] = (*devices)[i];
        first[i]->lpVtbl->AddRef(first[i]);
    }
    return false;
}

static const struct sp_device *device_of(IMDSPDevice *device)
{
    return container_of(device, struct sp_device, IMDSPDevice3_iface);
}

/* In the place of what was made. */
static void hand_out(IMDSPDevice *const *instead, DWORD instead_count, DWORD *count,
                     IMDSPDevice ***devices)
{
    IMDSPDevice **array = CoTaskMemAlloc(ARRAY_SIZE(first) * sizeof(*array));

    if (!array)
        return;
    while (*count)
        (void)take_back(S_OK, &(*devices)[--*count], S_OK);
    CoTaskMemFree(*devices);
    memcpy(array, instead, instead_count * sizeof(*array));
    *count = instead_count;
    *devices = array;
}

/* One more behind what was made, which shows that medium. */
static void append(uint32_t storage, DWORD *count, IMDSPDevice ***devices)
{
    const struct sp_device *like = device_of((*devices)[0]);
    IMDSPDevice **longer = CoTaskMemRealloc(*devices, ((size_t)*count + 1) * sizeof(IMDSPDevice *));

    if (!longer)
        return;
    *devices = longer;
    if (SUCCEEDED(sp_device_new(like->context, like->connection, storage, like->canonical, *count,
                                &longer[*count])))
        ++*count;
}

static uint32_t last_medium(IMDSPDevice *device)
{
    struct mtpi_u32_array ids = {0};
    uint32_t last = 0;

    if (SUCCEEDED(sp_device_storages((struct sp_device *)device_of(device), &ids)) && ids.count)
        last = ids.item[ids.count - 1];
    free(ids.item);
    return last;
}

static bool is_gone(void)
{
    DWORD status = 0;

    return first_count && SUCCEEDED(first[0]->lpVtbl->GetStatus(first[0], &status)) &&
           status & WMDM_STATUS_DEVICE_NOTPRESENT;
}

/* ---- enumerators of devices */
CREATE_AS(LISTED_CREATE, PNP_LISTED)
{
    HRESULT hr = LISTED_CREATE_book(This, path, count, devices);

    (void)is_again(hr, count, (IMDSPDevice *const *const *)devices);
    return hr;
}

METHOD_AS(LISTED_COUNT, PNP_LISTED, IMDServiceProvider3, GetDeviceCount, DWORD *count)
{
    HRESULT hr = LISTED_COUNT_book(This, count);

    if (SUCCEEDED(hr))
        *count = first_count;
    return hr;
}

METHOD(PNP_LISTED, IMDServiceProvider3, EnumDevices, IMDSPEnumDevice **enumerator)
{
    HRESULT hr = PNP_LISTED_book(This, enumerator);

    if (FAILED(hr) || !first_count)
        return hr;
    (void)take_back(hr, enumerator, S_OK);
    return sp_enum_device_new(device_of(first[0])->context, first, first_count, 0, enumerator);
}

CREATE_AS(STRANGE_CREATE, ENUM_OF_GONE_STRANGE)
{
    HRESULT hr = STRANGE_CREATE_book(This, path, count, devices);

    (void)is_again(hr, count, (IMDSPDevice *const *const *)devices);
    return hr;
}

METHOD(ENUM_OF_GONE_STRANGE, IMDSPEnumDevice, Clone, IMDSPEnumDevice **clone)
{
    HRESULT hr = ENUM_OF_GONE_STRANGE_book(This, clone);

    return is_gone() ? take_back(hr, clone, 2) : hr;
}

CREATE_AS(E_FAIL_CREATE, ENUM_OF_GONE_E_FAIL)
{
    HRESULT hr = E_FAIL_CREATE_book(This, path, count, devices);

    (void)is_again(hr, count, (IMDSPDevice *const *const *)devices);
    return hr;
}

METHOD(ENUM_OF_GONE_E_FAIL, IMDSPEnumDevice, Reset)
{
    HRESULT hr = ENUM_OF_GONE_E_FAIL_book(This);

    return is_gone() ? hr_swap(hr, S_OK, E_FAIL) : hr;
}

/* How often Next said that it is at the end. */
static unsigned ends;

METHOD(DEVICES_AFTER_END_OK, IMDSPEnumDevice, Next, ULONG wanted, IMDSPDevice **devices,
       ULONG *fetched)
{
    HRESULT hr = DEVICES_AFTER_END_OK_book(This, wanted, devices, fetched);

    return hr == S_FALSE && ends++ ? S_OK : hr;
}

METHOD(DEVICES_AFTER_END_UNCOUNTED, IMDSPEnumDevice, Next, ULONG wanted, IMDSPDevice **devices,
       ULONG *fetched)
{
    const ULONG before = fetched ? *fetched : 0;
    HRESULT hr = DEVICES_AFTER_END_UNCOUNTED_book(This, wanted, devices, fetched);

    if (hr == S_FALSE && ends++ && fetched)
        *fetched = before;
    return hr;
}

METHOD(DEVICES_AFTER_END_KEPT, IMDSPEnumDevice, Next, ULONG wanted, IMDSPDevice **devices,
       ULONG *fetched)
{
    IMDSPDevice *before = devices && wanted ? devices[0] : NULL;
    HRESULT hr = DEVICES_AFTER_END_KEPT_book(This, wanted, devices, fetched);

    if (hr == S_FALSE && ends++ && devices)
        devices[0] = before;
    return hr;
}

METHOD(COUNT_ALWAYS_NEEDED, IMDSPEnumDevice, Next, ULONG wanted, IMDSPDevice **devices,
       ULONG *fetched)
{
    return fetched || !devices ? COUNT_ALWAYS_NEEDED_book(This, wanted, devices, fetched)
                               : E_INVALIDARG;
}

METHOD(COUNT_NEVER_NEEDED, IMDSPEnumDevice, Next, ULONG wanted, IMDSPDevice **devices,
       ULONG *fetched)
{
    return COUNT_NEVER_NEEDED_book(This, wanted, devices, fetched ? fetched : &(ULONG){0});
}

METHOD(DEVICES_RESET_FAILS, IMDSPEnumDevice, Reset)
{
    return hr_swap(DEVICES_RESET_FAILS_book(This), S_OK, WMDM_E_INTERFACEDEAD);
}

/* ---- which interfaces a provider has */
METHOD(THIRD_E_FAIL, IMDServiceProvider3, QueryInterface, REFIID riid, void **object)
{
    HRESULT hr = THIRD_E_FAIL_book(This, riid, object);

    return IsEqualIID(riid, &IID_IMDServiceProvider3) ? take_back(hr, object, E_FAIL) : hr;
}

METHOD(THIRD_STUB, IMDServiceProvider3, SetDeviceEnumPreference, DWORD preference)
{
    return hr_swap(THIRD_STUB_book(This, preference), S_OK, E_NOTIMPL);
}

METHOD(SECOND_REFUSED, IMDServiceProvider3, QueryInterface, REFIID riid, void **object)
{
    HRESULT hr = SECOND_REFUSED_book(This, riid, object);

    return IsEqualIID(riid, &IID_IMDServiceProvider2) ? take_back(hr, object, E_NOINTERFACE) : hr;
}

/* ---- the preference, and how many devices come of it */
CREATE(PREFERENCE_OF_INSTANCE)
{
    HRESULT hr = PREFERENCE_OF_INSTANCE_book(This, path, count, devices);

    if (is_again(hr, count, (IMDSPDevice *const *const *)devices))
        append(last_medium((*devices)[0]), count, devices);
    return hr;
}

CREATE_AS(ANEW_CREATE, PREFERENCE_ANEW)
{
    HRESULT hr = ANEW_CREATE_book(This, path, count, devices);

    (void)is_again(hr, count, (IMDSPDevice *const *const *)devices);
    return hr;
}

METHOD(PREFERENCE_ANEW, IMDServiceProvider3, SetDeviceEnumPreference, DWORD preference)
{
    HRESULT hr = PREFERENCE_ANEW_book(This, preference);

    return creations > 1 ? hr_swap(hr, WMDM_E_CALL_OUT_OF_SEQUENCE, S_OK) : hr;
}

CREATE(WHOLE_WITH_MEDIA)
{
    HRESULT hr = WHOLE_WITH_MEDIA_book(This, path, count, devices);

    if (SUCCEEDED(hr) && !device_of((*devices)[0])->storage)
        append(last_medium((*devices)[0]), count, devices);
    return hr;
}

CREATE(FIRST_MEDIUM_TWICE)
{
    HRESULT hr = FIRST_MEDIUM_TWICE_book(This, path, count, devices);

    if (SUCCEEDED(hr))
        append(device_of((*devices)[0])->storage, count, devices);
    return hr;
}

/* ---- a device that is created again */
CREATE(DEVICES_IN_ONE_ARRAY)
{
    static IMDSPDevice **array;
    HRESULT hr = DEVICES_IN_ONE_ARRAY_book(This, path, count, devices);

    if (is_again(hr, count, (IMDSPDevice *const *const *)devices)) {
        hand_out(first, 0, count, devices);
        CoTaskMemFree(*devices);
        *count = first_count;
        *devices = array;
    } else if (SUCCEEDED(hr)) {
        array = *devices;
    }
    return hr;
}

/* The first ones went with the array of before; the reference kept here lets them say so. */
static bool is_released;

METHOD_AS(UNCOUNTED_NAME, DEVICE_UNCOUNTED, IMDSPDevice3, GetName, WCHAR *name, UINT room)
{
    HRESULT hr = UNCOUNTED_NAME_book(This, name, room);

    return is_released ? hr_swap(hr, S_OK, WMDM_E_INTERFACEDEAD) : hr;
}

CREATE(DEVICE_UNCOUNTED)
{
    HRESULT hr = DEVICE_UNCOUNTED_book(This, path, count, devices);

    if (is_again(hr, count, (IMDSPDevice *const *const *)devices)) {
        hand_out(first, first_count, count, devices);
        is_released = true;
    }
    return hr;
}

CREATE(EARLY_INSTANCE_BLIND)
{
    static const IMDServiceProvider3 *seeing;
    HRESULT hr = EARLY_INSTANCE_BLIND_book(This, path, count, devices);

    if (!seeing)
        seeing = This;
    if (FAILED(hr) || seeing == This)
        return hr;
    hand_out(first, 0, count, devices);
    CoTaskMemFree(*devices);
    *devices = NULL;
    return HRESULT_FROM_WIN32(ERROR_NOT_READY);
}

/* What fails hands out nothing. */
static HRESULT refuse_again(HRESULT hr, HRESULT failure, DWORD *count, IMDSPDevice ***devices)
{
    if (!is_again(hr, count, (IMDSPDevice *const *const *)devices) || creations != 2)
        return hr;
    hand_out(first, 0, count, devices);
    CoTaskMemFree(*devices);
    *devices = NULL;
    return failure;
}

CREATE(DEVICE_EXCLUSIVE)
{
    HRESULT hr = DEVICE_EXCLUSIVE_book(This, path, count, devices);

    return refuse_again(hr, HRESULT_FROM_WIN32(ERROR_ACCESS_DENIED), count, devices);
}

CREATE(BURST_E_FAIL)
{
    HRESULT hr = BURST_E_FAIL_book(This, path, count, devices);

    return refuse_again(hr, E_FAIL, count, devices);
}

CREATE(BURST_DEAD)
{
    HRESULT hr = BURST_DEAD_book(This, path, count, devices);

    if (is_again(hr, count, (IMDSPDevice *const *const *)devices) && creations == 2) {
        for (DWORD i = 0; i < first_count; i++)
            first[i]->lpVtbl->AddRef(first[i]);
        hand_out(first, first_count, count, devices);
    }
    return hr;
}

METHOD(SERIAL_NUMBERED, IMDSPDevice3, GetSerialNumber, WMDMID *id, BYTE *mac)
{
    static const IMDSPDevice3 *numbered;
    HRESULT hr = SERIAL_NUMBERED_book(This, id, mac);

    if (!numbered)
        numbered = This;
    if (SUCCEEDED(hr) && numbered != This)
        id->pID[0]++;
    return hr;
}

/* The children of the first root, as they were when its device was created. */
static IMDSPEnumStorage *children;
static const struct sp_device *owner;

static void remember_children(IMDSPDevice *device)
{
    IMDSPEnumStorage *roots = NULL;
    IMDSPStorage *root = NULL;
    ULONG fetched = 0;

    owner = device_of(device);
    if (FAILED(device->lpVtbl->EnumStorage(device, &roots)))
        return;
    if (roots->lpVtbl->Next(roots, 1, &root, &fetched) == S_OK) {
        (void)root->lpVtbl->EnumStorage(root, &children);
        root->lpVtbl->Release(root);
    }
    roots->lpVtbl->Release(roots);
}

CREATE_AS(OF_FIRST_CREATE, CHILDREN_OF_FIRST)
{
    HRESULT hr = OF_FIRST_CREATE_book(This, path, count, devices);

    if (SUCCEEDED(hr) && !is_again(hr, count, (IMDSPDevice *const *const *)devices))
        remember_children(first[0]);
    return hr;
}

METHOD(CHILDREN_OF_FIRST, IMDSPStorage4, EnumStorage, IMDSPEnumStorage **enumerator)
{
    const struct sp_storage *self = sp_storage_of((IMDSPStorage *)This);
    HRESULT hr = CHILDREN_OF_FIRST_book(This, enumerator);

    if (FAILED(hr) || !children || self->handle || self->device == owner)
        return hr;
    (void)take_back(hr, enumerator, S_OK);
    return children->lpVtbl->Clone(children, enumerator);
}

/* ---- media that are taken out */
static size_t media_of(IMDSPDevice3 *This)
{
    struct mtpi_u32_array ids = {0};
    size_t count = 0;

    if (SUCCEEDED(sp_device_storages(SELF(sp_device, IMDSPDevice3), &ids)))
        count = ids.count;
    free(ids.item);
    return count;
}

METHOD(ROOTS_REMEMBERED, IMDSPDevice3, EnumStorage, IMDSPEnumStorage **roots)
{
    static IMDSPEnumStorage *remembered;
    HRESULT hr = ROOTS_REMEMBERED_book(This, roots);

    if (FAILED(hr))
        return hr;
    if (!remembered)
        (void)(*roots)->lpVtbl->Clone(*roots, &remembered);
    (void)take_back(hr, roots, S_OK);
    return remembered->lpVtbl->Clone(remembered, roots);
}

METHOD(ROOTS_ONLY_FALL, IMDSPDevice3, EnumStorage, IMDSPEnumStorage **roots)
{
    static size_t least = SIZE_MAX;
    HRESULT hr = ROOTS_ONLY_FALL_book(This, roots);
    size_t now = media_of(This);
    ULONG skipped = 0;

    if (now < least)
        least = now;
    if (SUCCEEDED(hr) && now > least)
        (void)(*roots)->lpVtbl->Skip(*roots, (ULONG)(now - least), &skipped);
    return hr;
}

METHOD(DEVICE_SAYS_MEDIUM, IMDSPDevice3, GetStatus, DWORD *status)
{
    HRESULT hr = DEVICE_SAYS_MEDIUM_book(This, status);

    if (SUCCEEDED(hr) && media_of(This) < 2)
        *status |= WMDM_STATUS_STORAGE_NOTPRESENT;
    return hr;
}

METHOD(MEDIUM_SERIAL_OF_DEVICE, IMDSPStorageGlobals, GetSerialNumber, WMDMID *id, BYTE *mac)
{
    IMDSPDevice *device = NULL;
    HRESULT hr = This->lpVtbl->GetDevice(This, &device);

    if (FAILED(hr))
        return hr;
    hr = device->lpVtbl->GetSerialNumber(device, id, mac);
    device->lpVtbl->Release(device);
    return hr;
}

METHOD(MEDIUM_SERIAL_NUMBERED, IMDSPStorageGlobals, GetSerialNumber, WMDMID *id, BYTE *mac)
{
    static BYTE times;
    HRESULT hr = MEDIUM_SERIAL_NUMBERED_book(This, id, mac);

    if (SUCCEEDED(hr))
        id->pID[0] = (BYTE)(id->pID[0] + times++);
    return hr;
}

METHOD(MEDIUM_OUT_UNSAID, IMDSPStorageGlobals, GetStatus, DWORD *status)
{
    HRESULT hr = MEDIUM_OUT_UNSAID_book(This, status);

    if (SUCCEEDED(hr))
        *status &= ~(DWORD)WMDM_STATUS_STORAGE_NOTPRESENT;
    return hr;
}

METHOD(MEDIUM_OUT_READY, IMDSPStorageGlobals, GetStatus, DWORD *status)
{
    HRESULT hr = MEDIUM_OUT_READY_book(This, status);

    if (SUCCEEDED(hr) && *status & WMDM_STATUS_STORAGE_NOTPRESENT)
        *status |= WMDM_STATUS_READY;
    return hr;
}

METHOD(MEDIUM_OUT_STAYS, IMDSPStorageGlobals, GetStatus, DWORD *status)
{
    static DWORD was_out;
    HRESULT hr = MEDIUM_OUT_STAYS_book(This, status);

    if (SUCCEEDED(hr))
        *status |= was_out |= *status & WMDM_STATUS_STORAGE_NOTPRESENT;
    return hr;
}

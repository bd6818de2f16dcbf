/* Defects of IMDSPDirectTransfer. */
#include "spcore/com/com_utf16.h"
#include "spcore/deviant/seam.h"
#include "spcore/sp/sp_object.h"
#include "spcore/sp/sp_rights.h"

#define DIRECT(token)                                                                              \
    METHOD(token, IMDSPDirectTransfer, TransferToDevice, const WCHAR *path,                        \
           IWMDMOperation *operation, DWORD flags, const WCHAR *name, IWMDMMetaData *metadata,     \
           IWMDMProgress *progress, IMDSPStorage **made)
#define BOOK(token) token##_book(This, path, operation, flags, name, metadata, progress, made)
/* That does what it should and answers something else. */
#define ANSWERS(token, from, to)                                                                   \
    DIRECT(token)                                                                                  \
    {                                                                                              \
        return hr_swap(BOOK(token), from, to);                                                     \
    }
/* That refuses these arguments. */
#define REFUSES(token, arguments)                                                                  \
    DIRECT(token)                                                                                  \
    {                                                                                              \
        return (arguments) ? E_INVALIDARG : BOOK(token);                                           \
    }
#define TARGET (SELF(sp_storage, IMDSPDirectTransfer))

ANSWERS(DIRECT_WITHOUT_CHANNEL, WMDM_E_NOTCERTIFIED, E_INVALIDARG)
ANSWERS(DIRECT_STUB, S_OK, E_NOTIMPL)

/* ---- what comes to the device */
DIRECT(DIRECT_SOURCE_NAME)
{
    const WCHAR *last = path;

    for (const WCHAR *at = path; at && *at; at++) {
        if (*at == '/')
            last = at + 1;
    }
    name = last ? last : name;
    return BOOK(DIRECT_SOURCE_NAME);
}

/* Its child of that name; 0: none. */
static uint32_t child_of(struct sp_storage *target, const WCHAR *name)
{
    uint32_t handle = 0;

    return sp_child_by_name(target->device, target->storage, target->handle, name, &handle) == S_OK
               ? handle
               : 0;
}

/* Another first byte. */
static void spoil(struct sp_storage *target, const WCHAR *name)
{
    IMDSPStorage *child = NULL;
    IMDSPObject2 *object;
    DWORD size = 1;

    if (FAILED(sp_storage_new(target->device, target->storage, child_of(target, name), &child)))
        return;
    object = &sp_storage_of(child)->IMDSPObject2_iface;
    if (IMDSPObject2_Open(object, MDSP_WRITE) == S_OK) {
        (void)IMDSPObject2_WriteOnClearChannel(object, (BYTE[]){0xee}, &size);
        (void)IMDSPObject2_Close(object);
    }
    IMDSPStorage_Release(child);
}

DIRECT(DIRECT_FILE_SPOILT)
{
    HRESULT hr = BOOK(DIRECT_FILE_SPOILT);

    if (hr == S_OK && path)
        spoil(TARGET, name);
    return hr;
}

DIRECT(DIRECT_OPERATION_SPOILT)
{
    HRESULT hr = BOOK(DIRECT_OPERATION_SPOILT);

    if (hr == S_OK && operation)
        spoil(TARGET, name);
    return hr;
}

DIRECT(DIRECT_HANDS_TARGET)
{
    HRESULT hr = BOOK(DIRECT_HANDS_TARGET);

    if (hr == S_OK && made) {
        IMDSPStorage_Release(*made);
        hr = IMDSPDirectTransfer_QueryInterface(This, &IID_IMDSPStorage, (void **)made);
    }
    return hr;
}

DIRECT(DIRECT_ENDS_FIRST)
{
    HRESULT ok = S_OK;

    if (operation)
        (void)IWMDMOperation_End(operation, &ok, NULL);
    return BOOK(DIRECT_ENDS_FIRST);
}

DIRECT(DIRECT_ENDS_TWICE)
{
    HRESULT hr = BOOK(DIRECT_ENDS_TWICE);

    if (operation && hr == S_OK)
        (void)IWMDMOperation_End(operation, &hr, NULL);
    return hr;
}

/* ---- arguments */
DIRECT(DIRECT_PATH_FIRST)
{
    if (path && operation) {
        operation = NULL;
        flags = WMDM_CONTENT_FILE;
    }
    return BOOK(DIRECT_PATH_FIRST);
}

DIRECT(DIRECT_NAMELESS)
{
    name = name ? name : u"unnamed.mp3";
    return BOOK(DIRECT_NAMELESS);
}

ANSWERS(DIRECT_ARGUMENT_E_FAIL, E_INVALIDARG, E_FAIL)

/* Makes it, and refuses it then. */
DIRECT(DIRECT_FLAGS_LATE)
{
    bool is_strange = flags != WMDM_CONTENT_FILE && path && !operation;
    HRESULT hr;

    flags = is_strange ? WMDM_CONTENT_FILE : flags;
    hr = BOOK(DIRECT_FLAGS_LATE);
    return is_strange ? E_INVALIDARG : hr;
}

REFUSES(DIRECT_WANTS_METADATA, !metadata && progress && made)
REFUSES(DIRECT_WANTS_PROGRESS, metadata && !progress && made)
REFUSES(DIRECT_WANTS_ROOM, metadata &&progress && !made)
REFUSES(DIRECT_WANTS_ANY, !metadata && !progress && !made && name && path && !operation)
REFUSES(DIRECT_ALL_TOO_MUCH, metadata &&progress &&made)

/* ---- refusals */
ANSWERS(DIRECT_FULL_E_FAIL, HRESULT_FROM_WIN32(ERROR_DISK_FULL), E_FAIL)
ANSWERS(DIRECT_EXISTS_E_FAIL, HRESULT_FROM_WIN32(ERROR_FILE_EXISTS), E_FAIL)
ANSWERS(DIRECT_FORMAT_E_FAIL, HRESULT_FROM_WIN32(ERROR_NOT_SUPPORTED), E_FAIL)

/* An object of no bytes there. */
static void leave_behind(struct sp_storage *target, const WCHAR *name)
{
    const struct sp_creation creation = {
        .attributes = WMDM_FILE_ATTR_FILE | WMDM_STORAGECONTROL_INSERTINTO, .name = name};
    IMDSPStorage *made = NULL;

    if (SUCCEEDED(sp_storage_create(target, &creation, &made)))
        IMDSPStorage_Release(made);
}

DIRECT(DIRECT_FULL_LEFT)
{
    HRESULT hr = BOOK(DIRECT_FULL_LEFT);

    if (hr == HRESULT_FROM_WIN32(ERROR_DISK_FULL))
        leave_behind(TARGET, name);
    return hr;
}

DIRECT(DIRECT_EXISTS_SPOILT)
{
    HRESULT hr = BOOK(DIRECT_EXISTS_SPOILT);

    if (hr == HRESULT_FROM_WIN32(ERROR_FILE_EXISTS))
        spoil(TARGET, name);
    return hr;
}

DIRECT(DIRECT_OVERWRITE_BESIDE)
{
    if (flags & WMDM_FILE_CREATE_OVERWRITE)
        name = u"x2.mp3";
    return BOOK(DIRECT_OVERWRITE_BESIDE);
}

/* Replaces it, and makes another. */
DIRECT(DIRECT_OVERWRITE_TWICE)
{
    HRESULT hr = BOOK(DIRECT_OVERWRITE_TWICE);

    if (hr == S_OK && flags & WMDM_FILE_CREATE_OVERWRITE)
        leave_behind(TARGET, u"x (1).mp3");
    return hr;
}

DIRECT(DIRECT_FOLDER_REFUSED)
{
    return flags & WMDM_CONTENT_FOLDER ? HRESULT_FROM_WIN32(ERROR_NOT_SUPPORTED)
                                       : BOOK(DIRECT_FOLDER_REFUSED);
}

DIRECT(DIRECT_FOLDER_DEEP)
{
    HRESULT hr = BOOK(DIRECT_FOLDER_DEEP);
    struct sp_storage folder = {.device = TARGET->device, .storage = TARGET->storage};

    if (hr == S_OK && flags & WMDM_CONTENT_FOLDER) {
        folder.handle = child_of(TARGET, name);
        leave_behind(&folder, u"one.mp3");
    }
    return hr;
}

/* ---- progress, metadata */
DIRECT(DIRECT_SILENT)
{
    IWMDMProgress *callback = progress;
    HRESULT hr;

    if (callback)
        (void)IWMDMProgress_Begin(callback, 1);
    progress = NULL;
    hr = BOOK(DIRECT_SILENT);
    if (callback)
        (void)IWMDMProgress_End(callback);
    return hr;
}

ANSWERS(DIRECT_CANCEL_E_ABORT, WMDM_E_USER_CANCELLED, E_ABORT)

DIRECT(DIRECT_CANCEL_LEFT)
{
    HRESULT hr = BOOK(DIRECT_CANCEL_LEFT);

    if (hr == WMDM_E_USER_CANCELLED)
        leave_behind(TARGET, name);
    return hr;
}

DIRECT(DIRECT_UNTAGGED)
{
    metadata = NULL;
    return BOOK(DIRECT_UNTAGGED);
}

DIRECT(DIRECT_TAGS_STAY)
{
    static WCHAR title[] = u"T1";
    HRESULT hr = BOOK(DIRECT_TAGS_STAY);
    struct mtpi_value value = {.type = MTP_DTC_STRING, .string = title};

    if (hr == S_OK && !metadata)
        (void)mtpi_set_object_prop_value(sp_storage_mtpi(TARGET), child_of(TARGET, name),
                                         MTP_OPC_NAME, &value);
    return hr;
}

DIRECT(DIRECT_LEAKS)
{
    HRESULT hr = BOOK(DIRECT_LEAKS);

    if (hr == S_OK && made)
        IMDSPStorage_AddRef(*made);
    return hr;
}

/* ---- other sources, and failures */
DIRECT(DIRECT_EMPTY_REFUSED)
{
    IMDSPStorage *object = NULL;
    HRESULT hr = BOOK(DIRECT_EMPTY_REFUSED);
    struct sp_storage *target = TARGET;
    uint64_t size = 1;

    if (hr != S_OK || !(flags & WMDM_CONTENT_FILE) ||
        FAILED(sp_storage_new(target->device, target->storage, child_of(target, name), &object)))
        return hr;
    (void)sp_storage_size(sp_storage_of(object), &size);
    IMDSPStorage_Release(object);
    return size ? hr : take_back(hr, made, HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND));
}

DIRECT(DIRECT_LARGE_SPOILT)
{
    IMDSPStorage *object = NULL;
    HRESULT hr = BOOK(DIRECT_LARGE_SPOILT);
    struct sp_storage *target = TARGET;
    uint64_t size = 0;

    if (hr != S_OK ||
        FAILED(sp_storage_new(target->device, target->storage, child_of(target, name), &object)))
        return hr;
    (void)sp_storage_size(sp_storage_of(object), &size);
    IMDSPStorage_Release(object);
    if (size > 4 << 20)
        spoil(target, name);
    return hr;
}

DIRECT(DIRECT_PATH_IN_ASCII)
{
    WCHAR plain[4096];
    size_t length = path ? com_wcslen(path) : ARRAY_SIZE(plain);

    if (length < ARRAY_SIZE(plain)) {
        for (size_t i = 0; i <= length; i++)
            plain[i] = path[i] > 0x7f ? u'?' : path[i];
        path = plain;
    }
    return BOOK(DIRECT_PATH_IN_ASCII);
}

DIRECT(DIRECT_FAILED_KEEPS)
{
    IMDSPStorage *before = made ? *made : NULL;
    HRESULT hr = BOOK(DIRECT_FAILED_KEEPS);

    if (FAILED(hr) && made)
        *made = before;
    return hr;
}

DIRECT(DIRECT_UNWANTED_LEAKS)
{
    IMDSPStorage *unwanted = NULL;
    IMDSPStorage **wanted = made;
    HRESULT hr;

    made = wanted ? wanted : &unwanted;
    hr = BOOK(DIRECT_UNWANTED_LEAKS);
    return hr;
}

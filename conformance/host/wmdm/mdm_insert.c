/* Insert: the application is asked what it has, the provider creates the storage, takes the data
 * and closes it (SP-APP-010, SP-APP-012). */
#include "conformance/host/wmdm/mdm_insert.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/wmdm/mdm_format.h"
#include "conformance/host/wmdm/mdm_transfer.h"
#include "spcore/com/com_hresult.h"

struct insert {
    struct mdm_storage *target; /* a reference, as all interfaces here */
    DWORD mode;
    WCHAR *source, *name; /* owned */
    IWMDMOperation *operation;
    IWMDMMetaData *metadata;
    struct mdm_progress *progress;
    struct mdm_party party;
    DWORD attributes;
    WAVEFORMATEX audio;
    uint64_t size;
    IMDSPStorage *created;
    IWMDMStorage *created_ours;
};

static void insert_free(struct insert *job)
{
    mdm_party_done(&job->party);
    LET_GO(job->created_ours);
    LET_GO(job->metadata);
    LET_GO(job->operation);
    CoTaskMemFree(job->source);
    CoTaskMemFree(job->name);
    com_object_release(&job->target->com);
    free(job);
}

/* ---- what the application has */
enum {
    PLACES = WMDM_STORAGECONTROL_INSERTBEFORE | WMDM_STORAGECONTROL_INSERTAFTER |
             WMDM_STORAGECONTROL_INSERTINTO,
    FILE_FLAGS = WMDM_FILE_ATTR_READONLY | WMDM_FILE_ATTR_HIDDEN | WMDM_FILE_ATTR_SYSTEM,
    NAME_ROOM = 512
};

static HRESULT ask_name(struct insert *job)
{
    WCHAR name[NAME_ROOM] = {0};
    HRESULT hr;

    if (job->name)
        return S_OK;
    if (job->operation) {
        hr = IWMDMOperation_GetObjectName(job->operation, name, NAME_ROOM - 1);
        if (FAILED(hr))
            return hr;
        job->name = com_wcsdup(name);
    } else {
        const WCHAR *last = job->source;

        for (const WCHAR *at = job->source; at && *at; at++)
            last = *at == '/' || *at == '\\' ? at + 1 : last;
        job->name = last && *last ? com_wcsdup(last) : NULL;
    }
    return job->name && job->name[0] ? S_OK : E_INVALIDARG;
}

/* With the name there is an extension, by which a list without a format code gets one. */
static HRESULT know_name(struct insert *job)
{
    IWMDMMetaData *whole = NULL;
    HRESULT hr = ask_name(job);

    if (SUCCEEDED(hr))
        hr = mdm_format_complete(job->metadata, job->name, job->mode & WMDM_CONTENT_FOLDER, &whole);
    if (FAILED(hr))
        return hr;
    LET_GO(job->metadata);
    job->metadata = whole;
    return S_OK;
}

static HRESULT ask_operation(struct insert *job)
{
    DWORD attributes = 0, low = 0, high = 0;
    HRESULT hr = IWMDMOperation_GetObjectAttributes(job->operation, &attributes, &job->audio);

    if (hr != E_NOTIMPL && FAILED(hr))
        return hr;
    job->attributes |= attributes;
    hr = IWMDMOperation_BeginWrite(job->operation);
    if (hr != E_NOTIMPL && FAILED(hr))
        return hr;
    hr = IWMDMOperation_GetObjectTotalSize(job->operation, &low, &high);
    job->size = (uint64_t)high << 32 | low;
    return hr == E_NOTIMPL ? S_OK : hr;
}

static HRESULT open_source(struct insert *job)
{
    char *path = com_utf8_from_utf16(job->source);
    HRESULT hr = path ? S_OK : E_OUTOFMEMORY;

    if (SUCCEEDED(hr))
        job->party.file = fopen(path, "rbe");
    if (SUCCEEDED(hr) && (!job->party.file || fseeko(job->party.file, 0, SEEK_END) != 0))
        hr = hr_from_errno(-errno);
    if (SUCCEEDED(hr)) {
        job->size = (uint64_t)ftello(job->party.file);
        rewind(job->party.file);
    }
    CoTaskMemFree(path);
    return hr;
}

static HRESULT ask(struct insert *job)
{
    HRESULT hr = know_name(job);

    if (FAILED(hr))
        return hr;
    job->attributes = job->mode & (DWORD)(PLACES | FILE_FLAGS | WMDM_FILE_CREATE_OVERWRITE);
    if (job->operation)
        hr = ask_operation(job);
    else if (job->source && (job->mode & WMDM_CONTENT_FILE))
        hr = open_source(job);
    job->attributes |=
        job->mode & WMDM_CONTENT_FOLDER ? WMDM_FILE_ATTR_FOLDER : WMDM_FILE_ATTR_FILE;
    return hr;
}

/* ---- what the provider does */
static HRESULT create(struct insert *job)
{
    const struct mdm_way *way = job->target->way;
    IMDSPStorage *target = job->target->storage;
    WAVEFORMATEX *audio = job->audio.wFormatTag ? &job->audio : NULL;
    IMDSPStorage2 *second = NULL;
    IMDSPStorage4 *fourth = NULL;
    HRESULT hr;

    if (SUCCEEDED(mdm_query(way, target, &IID_IMDSPStorage4, &fourth)))
        hr = IMDSPStorage4_CreateStorageWithMetadata(fourth, job->attributes, job->name,
                                                     job->metadata, job->size, &job->created);
    else if (SUCCEEDED(mdm_query(way, target, &IID_IMDSPStorage2, &second)))
        hr = IMDSPStorage2_CreateStorage2(second, job->attributes, 0, audio, NULL, job->name,
                                          job->size, &job->created);
    else
        hr = IMDSPStorage_CreateStorage(target, job->attributes, audio, job->name, &job->created);
    LET_GO(second);
    LET_GO(fourth);
    return FAILED(hr) || job->created ? hr : E_UNEXPECTED;
}

static HRESULT send_blocks(struct insert *job, struct mdm_object *object, BYTE *block)
{
    uint64_t sent = 0;
    HRESULT hr = S_OK, got;

    do {
        DWORD size = job->target->way->block;

        got = mdm_party_get(&job->party, block, &size);
        if (FAILED(got))
            return got;
        hr = mdm_object_write(object, block, size);
        sent += size;
        if (SUCCEEDED(hr))
            hr = mdm_progress_at(job->progress, sent);
    } while (SUCCEEDED(hr) && got == S_OK);
    return hr;
}

/* Open, Write…, Close: closed, too, after a block that failed. */
static HRESULT send(struct insert *job)
{
    const struct mdm_way *way = job->target->way;
    struct mdm_object object;
    BYTE *block = malloc(way->block);
    HRESULT hr, closed;

    if (!block)
        return E_OUTOFMEMORY;
    hr = mdm_object_open(way, job->created, MDSP_WRITE, &object);
    if (SUCCEEDED(hr)) {
        mdm_party_ask(&job->party, object.clear != NULL);
        hr = send_blocks(job, &object, block);
        closed = mdm_object_close(&object);
        hr = SUCCEEDED(hr) ? closed : hr;
    }
    free(block);
    return hr;
}

/* What was said in advance where the provider could be told (SP-APP-009), and else now. */
static HRESULT set_metadata(struct insert *job)
{
    IMDSPStorage3 *third = NULL;
    HRESULT hr;

    if (!job->metadata || job->target->way->extended)
        return S_OK;
    hr = mdm_query(job->target->way, job->created, &IID_IMDSPStorage3, &third);
    if (hr == WMDM_E_NOTSUPPORTED)
        return S_OK;
    if (SUCCEEDED(hr))
        hr = IMDSPStorage3_SetMetadata(third, job->metadata);
    LET_GO(third);
    return hr == WMDM_E_NOTSUPPORTED ? S_OK : hr;
}

/* No half of an object stays (reading U21). */
static void take_back(struct insert *job)
{
    IMDSPObject *object = NULL;

    if (job->created &&
        SUCCEEDED(mdm_query(job->target->way, job->created, &IID_IMDSPObject, &object)))
        (void)IMDSPObject_Delete(object, WMDM_MODE_BLOCK | WMDM_MODE_RECURSIVE, NULL);
    LET_GO(object);
    LET_GO(job->created);
}

/* A provider that wants the source itself gets it, whole and as it is; NULL: it does not, or there
 * is none. It has no place but into a folder (IMDSPDirectTransfer). */
static IMDSPDirectTransfer *direct(const struct insert *job)
{
    IMDSPDirectTransfer *transfer = NULL;

    (void)mdm_query(job->target->way, job->target->storage, &IID_IMDSPDirectTransfer, &transfer);
    if (!(job->mode & WMDM_STORAGECONTROL_INSERTINTO) || (!job->operation && !job->source) ||
        (job->mode & WMDM_CONTENT_FOLDER))
        LET_GO(transfer);
    return transfer;
}

static HRESULT through_provider(struct insert *job, IMDSPDirectTransfer *transfer)
{
    /* One kind of content (reading U28). */
    const DWORD flags = (job->operation ? WMDM_CONTENT_OPERATIONINTERFACE : WMDM_CONTENT_FILE) |
                        (job->mode & WMDM_FILE_CREATE_OVERWRITE);
    IWMDMOperation *operation = NULL;
    HRESULT hr = know_name(job);

    if (SUCCEEDED(hr) && job->operation)
        hr = mdm_operation_new(job->target->way, job->operation, &operation);
    if (SUCCEEDED(hr))
        hr = IMDSPDirectTransfer_TransferToDevice(
            transfer, job->operation ? NULL : job->source, operation, flags, job->name,
            job->metadata, mdm_progress_interface(job->progress), &job->created);
    LET_GO(operation);
    return FAILED(hr) || job->created ? hr : E_UNEXPECTED;
}

static bool has_data(const struct insert *job)
{
    return job->operation || job->party.file;
}

static HRESULT through_blocks(struct insert *job)
{
    HRESULT hr = ask(job);

    if (SUCCEEDED(hr))
        hr = mdm_progress_begin(job->progress, job->size);
    if (SUCCEEDED(hr))
        hr = create(job);
    if (SUCCEEDED(hr) && has_data(job))
        hr = send(job);
    if (SUCCEEDED(hr))
        hr = set_metadata(job);
    if (FAILED(hr))
        take_back(job);
    return hr;
}

static HRESULT insert_work(void *argument)
{
    struct insert *job = argument;
    IMDSPDirectTransfer *transfer = direct(job);
    HRESULT hr = transfer ? through_provider(job, transfer) : through_blocks(job);

    LET_GO(transfer);
    if (SUCCEEDED(hr)) {
        HRESULT kept = mdm_storage_take(job->target->way, job->created, &job->created_ours);

        job->created = NULL;
        hr = FAILED(kept) ? kept : hr;
    }
    if (job->operation)
        (void)IWMDMOperation_End(job->operation, &hr, (IUnknown *)job->created_ours);
    return hr;
}

/* In block mode the caller wants the new object yet. */
static void insert_done(void *argument, HRESULT hr)
{
    struct insert *job = argument;
    struct mdm_progress *progress = job->progress;
    const bool in_thread = mdm_in_thread(job->mode);

    if (in_thread)
        insert_free(job);
    mdm_progress_end(progress, hr, in_thread);
}

/* ---- the method */
static bool exactly_one(DWORD bits)
{
    return bits && !(bits & (bits - 1));
}

static bool is_valid(const struct mdm_insertion *what)
{
    const DWORD content = what->mode & (WMDM_CONTENT_FILE | WMDM_CONTENT_FOLDER);
    const bool called = what->mode & WMDM_CONTENT_OPERATIONINTERFACE;

    return (what->mode & (WMDM_MODE_BLOCK | WMDM_MODE_THREAD)) &&
           exactly_one(what->mode & (DWORD)PLACES) && (called || exactly_one(content)) &&
           content != (WMDM_CONTENT_FILE | WMDM_CONTENT_FOLDER) &&
           called == (what->operation != NULL) && !(called && what->source) &&
           (called || what->source || what->name);
}

/* WMDM_MODE_QUERY: could it be done? A local file must be there and fit. */
static HRESULT could_insert(struct mdm_storage *target, const WCHAR *source)
{
    struct insert job = {.source = source ? com_wcsdup(source) : NULL};
    IMDSPStorageGlobals *globals = NULL;
    DWORD low = 0, high = 0;
    HRESULT hr = source ? open_source(&job) : S_OK;

    mdm_party_done(&job.party);
    CoTaskMemFree(job.source);
    if (FAILED(hr) || FAILED(IMDSPStorage_GetStorageGlobals(target->storage, &globals)))
        return hr;
    if (SUCCEEDED(IMDSPStorageGlobals_GetTotalFree(globals, &low, &high)) &&
        job.size > ((uint64_t)high << 32 | low))
        hr = HRESULT_FROM_WIN32(ERROR_DISK_FULL);
    LET_GO(globals);
    return hr;
}

static HRESULT prepare(struct mdm_storage *target, const struct mdm_insertion *what,
                       struct insert *job)
{
    HRESULT hr;

    com_object_add_ref(&target->com);
    job->target = target;
    job->mode = what->mode;
    job->source = what->source ? com_wcsdup(what->source) : NULL;
    job->name = what->name ? com_wcsdup(what->name) : NULL;
    job->operation = what->operation;
    if (job->operation)
        IWMDMOperation_AddRef(job->operation);
    job->party.operation = job->operation;
    job->party.channel = target->way->application->channel;
    job->metadata = what->metadata;
    if (job->metadata)
        IWMDMMetaData_AddRef(job->metadata);
    hr = mdm_progress_new(what->progress, &job->progress);
    return (what->source && !job->source) || (what->name && !job->name) ? E_OUTOFMEMORY : hr;
}

HRESULT mdm_insert(struct mdm_storage *target, const struct mdm_insertion *what,
                   IWMDMStorage **ret_new)
{
    struct insert *job;
    HRESULT hr;

    if (ret_new)
        *ret_new = NULL;
    hr = mdm_enter(target->way, is_valid(what));
    if (FAILED(hr))
        return hr;
    if (what->mode & WMDM_MODE_QUERY)
        return could_insert(target, what->source);
    job = calloc(1, sizeof(*job));
    if (!job)
        return E_OUTOFMEMORY;
    hr = prepare(target, what, job);
    if (FAILED(hr)) {
        mdm_progress_end(job->progress, hr, false);
        insert_free(job);
        return hr;
    }
    if (mdm_in_thread(what->mode))
        return mdm_run(what->mode, insert_work, insert_done, job);
    hr = mdm_run(what->mode, insert_work, insert_done, job);
    if (SUCCEEDED(hr) && ret_new) {
        *ret_new = job->created_ours;
        job->created_ours = NULL;
    }
    insert_free(job);
    return hr;
}

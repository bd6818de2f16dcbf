/* Read: the provider opens the object, its blocks go to the application or into a file, and it is
 * closed however that ended (SP-APP-014). */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "conformance/host/wmdm/mdm_insert.h"
#include "conformance/host/wmdm/mdm_transfer.h"
#include "spcore/com/com_hresult.h"

struct reading {
    struct mdm_storage *source; /* a reference, as all interfaces here */
    DWORD mode;
    char *path; /* owned; NULL: to the operation */
    IWMDMOperation *operation;
    struct mdm_progress *progress;
    struct mdm_party party;
};

static uint64_t size_of(struct reading *job)
{
    DWORD low = 0, high = 0;

    return SUCCEEDED(IMDSPStorage_GetSize(job->source->storage, &low, &high))
               ? (uint64_t)high << 32 | low
               : 0;
}

static HRESULT blocks(struct reading *job, struct mdm_object *object, BYTE *block)
{
    uint64_t got = 0;
    HRESULT hr;

    for (;;) {
        DWORD size = job->source->way->block;

        hr = mdm_object_read(object, block, &size);
        if (FAILED(hr) || !size)
            return hr;
        hr = mdm_party_put(&job->party, block, size);
        got += size;
        if (SUCCEEDED(hr))
            hr = mdm_progress_at(job->progress, got);
        if (FAILED(hr))
            return hr;
    }
}

static HRESULT receive(struct reading *job)
{
    const struct mdm_way *way = job->source->way;
    BYTE *block = malloc(way->block);
    struct mdm_object object;
    HRESULT hr, closed;

    if (!block)
        return E_OUTOFMEMORY;
    hr = mdm_object_open(way, job->source->storage, MDSP_READ, &object);
    if (SUCCEEDED(hr)) {
        mdm_party_ask(&job->party, object.clear != NULL);
        hr = blocks(job, &object, block);
        closed = mdm_object_close(&object);
        hr = SUCCEEDED(hr) ? closed : hr;
    }
    free(block);
    return hr;
}

static HRESULT begin(struct reading *job)
{
    HRESULT hr = S_OK;

    if (job->operation) {
        hr = IWMDMOperation_BeginRead(job->operation);
        hr = hr == E_NOTIMPL ? S_OK : hr;
    } else {
        job->party.file = fopen(job->path, "wbe");
        if (!job->party.file)
            hr = hr_from_errno(-errno);
    }
    return FAILED(hr) ? hr : mdm_progress_begin(job->progress, job->progress ? size_of(job) : 0);
}

static HRESULT reading_work(void *argument)
{
    struct reading *job = argument;
    HRESULT hr = begin(job);

    if (SUCCEEDED(hr))
        hr = receive(job);
    if (job->party.file) {
        if (fclose(job->party.file) != 0 && SUCCEEDED(hr))
            hr = hr_from_errno(-errno);
        job->party.file = NULL;
        if (FAILED(hr))
            (void)unlink(job->path); /* no half of a file stays */
    }
    if (job->operation)
        (void)IWMDMOperation_End(job->operation, &hr, NULL);
    return hr;
}

static void reading_done(void *argument, HRESULT hr)
{
    struct reading *job = argument;
    struct mdm_progress *progress = job->progress;
    const bool in_thread = mdm_in_thread(job->mode);

    mdm_party_done(&job->party);
    LET_GO(job->operation);
    CoTaskMemFree(job->path);
    com_object_release(&job->source->com);
    free(job);
    mdm_progress_end(progress, hr, in_thread);
}

/* Folders are copied by who walks them: the documents call it unsupported by their own providers.
 */
HRESULT mdm_read(struct mdm_storage *source, DWORD mode, const WCHAR *file, IWMDMProgress *progress,
                 IWMDMOperation *operation)
{
    const bool called = mode & WMDM_CONTENT_OPERATIONINTERFACE;
    const bool filed = mode & WMDM_CONTENT_FILE;
    struct reading *job;
    HRESULT hr =
        mdm_enter(source->way, (mode & (WMDM_MODE_BLOCK | WMDM_MODE_THREAD)) &&
                                   (called ? operation != NULL : !operation) && (called || file));

    if (FAILED(hr))
        return hr;
    if (!called && !filed)
        return mode & WMDM_CONTENT_FOLDER ? WMDM_E_NOTSUPPORTED : E_INVALIDARG;
    job = calloc(1, sizeof(*job));
    if (!job)
        return E_OUTOFMEMORY;
    job->path = called ? NULL : com_utf8_from_utf16(file);
    hr = mdm_progress_new(progress, &job->progress);
    if (FAILED(hr) || (!called && !job->path)) {
        mdm_progress_end(job->progress, E_OUTOFMEMORY, false);
        CoTaskMemFree(job->path);
        free(job);
        return E_OUTOFMEMORY;
    }
    job->source = source;
    com_object_add_ref(&source->com);
    job->mode = mode;
    job->operation = called ? operation : NULL;
    if (job->operation)
        IWMDMOperation_AddRef(job->operation);
    job->party = (struct mdm_party){.operation = job->operation,
                                    .channel = source->way->application->channel};
    return mdm_run(mode, reading_work, reading_done, job);
}

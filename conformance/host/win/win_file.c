/* Files: what an interface of a device is opened as. Overlapped requests have a copy of their data,
 * so that one that is cancelled leaves the caller's alone whenever the device answers. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/win/win_private.h"

enum { CANCELLED = ERROR_OPERATION_ABORTED };
/* An NTSTATUS of a Win32 code, as OVERLAPPED has it. */
#define STATUS_OF(code) ((ULONG_PTR)(0xc0070000u | (code)))

enum kind { READS, WRITES, CONTROLS };
struct request {
    struct request *next; /* those under way */
    struct win_object *file, *event;
    enum kind kind;
    DWORD code;
    uint8_t *in, *out;
    size_t in_size, out_size;
    void *to; /* the caller's */
    LPOVERLAPPED overlapped;
    bool cancelled;
};
static struct request *under_way;

HANDLE WINAPI CreateFileW(LPCWSTR name, DWORD access, DWORD share, LPSECURITY_ATTRIBUTES attributes,
                          DWORD disposition, DWORD flags, HANDLE template_file)
{
    struct win_host *host = win_host();
    struct pnp_handle *file = NULL;
    struct win_object *object;
    HANDLE handle = INVALID_HANDLE_VALUE;
    char *link = win_utf8(name);
    int error;

    (void)access, (void)share, (void)attributes, (void)disposition, (void)template_file;
    if (!link) {
        SetLastError(ERROR_PATH_NOT_FOUND);
        return INVALID_HANDLE_VALUE;
    }
    world_reach(host->world, WORLD_BEFORE_OPEN, link);
    error = pnp_open(host->machine, link, &file);
    if (!error && (object = win_object_new(WIN_FILE, &handle, "a device")) != NULL) {
        object->file = file;
        object->overlapped = flags & FILE_FLAG_OVERLAPPED;
    } else if (!error) {
        pnp_close(file);
    } else {
        SetLastError(win_error_of(error));
    }
    world_trace(host->world, "CreateFile(%s) -> 0x%zx", link, (size_t)handle);
    free(link);
    return handle;
}

static int transfer(const struct request *request, size_t *ret_count)
{
    struct pnp_handle *file = request->file->file;

    if (request->kind == READS)
        return pnp_read(file, request->out, request->out_size, ret_count);
    if (request->kind == WRITES)
        return pnp_write(file, request->in, request->in_size, ret_count);
    return pnp_ioctl(file, request->code, request->in, request->in_size, request->out,
                     request->out_size, ret_count);
}

/* ---- overlapped */
static void finish(struct request *request, DWORD code, size_t count)
{
    LPOVERLAPPED overlapped = request->overlapped;

    overlapped->InternalHigh = count;
    overlapped->Internal = code ? STATUS_OF(code) : 0;
    if (request->event)
        request->event->set = true;
    world_changed(win_world());
}

static void release(struct request *request)
{
    if (request->event)
        win_object_unref(request->event);
    win_object_unref(request->file);
    free(request->in);
    free(request->out);
    free(request);
}

/* Of those under way; under the lock. */
static void take_out(const struct request *request)
{
    struct request **at = &under_way;

    while (*at != request)
        at = &(*at)->next;
    *at = request->next;
}

/* The device answers when it does: that is no work of the subject's. */
static int transfer_outside(const struct request *request, size_t *ret_count)
{
    int error;

    world_outside(win_world());
    error = transfer(request, ret_count);
    world_inside(win_world());
    return error;
}

static void run_request(void *self)
{
    struct request *request = self;
    size_t count = 0;
    int error;

    error = transfer_outside(request, &count);
    world_lock(win_world());
    take_out(request);
    if (!request->cancelled) {
        if (request->to && !error && count <= request->out_size)
            memcpy(request->to, request->out, count);
        finish(request, win_error_of(error), error ? 0 : count);
    }
    world_unlock(win_world());
    release(request);
}

/* Copies what is the caller's; false: no memory. */
static bool take_over(struct request *request)
{
    uint8_t *in = request->in_size ? malloc(request->in_size) : NULL;
    uint8_t *out = request->out_size ? malloc(request->out_size) : NULL;

    if ((request->in_size && !in) || (request->out_size && !out)) {
        free(in);
        free(out);
        return false;
    }
    if (in)
        memcpy(in, request->in, request->in_size);
    request->in = in;
    request->to = request->out;
    request->out = out;
    return true;
}

static BOOL begin(const struct request *what)
{
    struct request *request = malloc(sizeof(*request));

    if (!request)
        return win_fail(ERROR_NOT_ENOUGH_MEMORY);
    *request = *what;
    if (request->overlapped->hEvent) {
        request->event = win_object_of((HANDLE)((size_t)request->overlapped->hEvent & ~(size_t)1),
                                       WIN_EVENT, "an overlapped request");
        if (!request->event) {
            free(request);
            return FALSE;
        }
    }
    if (!take_over(request)) {
        if (request->event)
            win_object_unref(request->event);
        free(request);
        return win_fail(ERROR_NOT_ENOUGH_MEMORY);
    }
    win_object_ref(request->file);
    world_lock(win_world());
    request->overlapped->Internal = STATUS_PENDING;
    if (request->event)
        request->event->set = false;
    request->next = under_way;
    under_way = request;
    world_unlock(win_world());
    if (world_pool(win_world(), "overlapped request", run_request, request)) {
        world_lock(win_world());
        take_out(request);
        if (!request->cancelled)
            finish(request, ERROR_NOT_ENOUGH_MEMORY, 0);
        world_unlock(win_world());
        release(request);
    }
    return win_fail(ERROR_IO_PENDING);
}

static BOOL perform(HANDLE file, struct request *request, LPDWORD ret_count, const char *call)
{
    BOOL result;
    size_t count = 0;

    request->file = win_object_of(file, WIN_FILE, call);
    if (!request->file)
        return FALSE;
    world_trace(win_world(), "%s(0x%zx)", call, (size_t)file);
    if (request->overlapped) {
        result = begin(request);
    } else {
        const int error = transfer_outside(request, &count);

        if (request->file->overlapped)
            world_find(win_world(), WORLD_RISK, "no-overlapped",
                       "%s without OVERLAPPED on a handle that was opened with "
                       "FILE_FLAG_OVERLAPPED may return before the request has ended",
                       call);
        result = error ? win_fail(win_error_of(error)) : TRUE;
    }
    if (ret_count)
        *ret_count = (DWORD)count;
    win_object_unref(request->file);
    return result;
}

BOOL WINAPI ReadFile(HANDLE file, LPVOID buffer, DWORD size, LPDWORD ret_count,
                     LPOVERLAPPED overlapped)
{
    struct request request = {
        .kind = READS, .out = buffer, .out_size = size, .overlapped = overlapped};

    return perform(file, &request, ret_count, "ReadFile");
}

BOOL WINAPI WriteFile(HANDLE file, LPCVOID buffer, DWORD size, LPDWORD ret_count,
                      LPOVERLAPPED overlapped)
{
    struct request request = {.kind = WRITES,
                              .in = (uint8_t *)(uintptr_t)buffer,
                              .in_size = size,
                              .overlapped = overlapped};

    return perform(file, &request, ret_count, "WriteFile");
}

BOOL WINAPI DeviceIoControl(HANDLE device, DWORD code, LPVOID in, DWORD in_size, LPVOID out,
                            DWORD out_size, LPDWORD ret_count, LPOVERLAPPED overlapped)
{
    struct request request = {.kind = CONTROLS,
                              .code = code,
                              .in = in,
                              .in_size = in ? in_size : 0,
                              .out = out,
                              .out_size = out ? out_size : 0,
                              .overlapped = overlapped};

    return perform(device, &request, ret_count, "DeviceIoControl");
}

/* ---- their ends */
static bool has_ended(void *self)
{
    const OVERLAPPED *overlapped = self;

    return HasOverlappedIoCompleted(overlapped);
}

BOOL WINAPI GetOverlappedResultEx(HANDLE file, LPOVERLAPPED overlapped, LPDWORD ret_count, DWORD ms,
                                  BOOL alertable)
{
    const struct world_condition condition = {
        .met = has_ended, .self = overlapped, .what = "an overlapped request"};
    struct win_object *object = win_object_of(file, WIN_FILE, "GetOverlappedResult");
    const uint64_t deadline = world_after(win_world(), ms);
    int error;
    ULONG_PTR status;

    (void)alertable;
    if (!object)
        return FALSE;
    world_lock(win_world());
    error = world_wait(win_world(), &condition, deadline);
    status = overlapped->Internal;
    *ret_count = (DWORD)overlapped->InternalHigh;
    world_unlock(win_world());
    win_object_unref(object);
    if (error)
        return win_fail(ms ? (DWORD)WAIT_TIMEOUT : ERROR_IO_INCOMPLETE);
    return status ? win_fail((DWORD)status & 0xffffu) : TRUE;
}

BOOL WINAPI GetOverlappedResult(HANDLE file, LPOVERLAPPED overlapped, LPDWORD ret_count, BOOL wait)
{
    return GetOverlappedResultEx(file, overlapped, ret_count, wait ? INFINITE : 0, FALSE);
}

BOOL WINAPI CancelIoEx(HANDLE file, LPOVERLAPPED overlapped)
{
    struct win_object *object = win_object_of(file, WIN_FILE, "CancelIo");
    unsigned count = 0;

    if (!object)
        return FALSE;
    world_trace(win_world(), "CancelIo(0x%zx)", (size_t)file);
    world_lock(win_world());
    for (struct request *one = under_way; one; one = one->next) {
        if (one->file == object && !one->cancelled &&
            (!overlapped || one->overlapped == overlapped)) {
            one->cancelled = true;
            finish(one, CANCELLED, 0);
            count++;
        }
    }
    world_unlock(win_world());
    win_object_unref(object);
    return count ? TRUE : win_fail(ERROR_NOT_FOUND);
}

BOOL WINAPI CancelIo(HANDLE file)
{
    return CancelIoEx(file, NULL) || GetLastError() == ERROR_NOT_FOUND;
}

/* The flow of one synchronisation: what the library has, what the state knows, what the device
 * holds; the plan; its steps, tracks before the lists that refer to them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/base.h"
#include "spcore/sync/sync_work.h"

#define UNWRITTEN "what was done cannot be written down"

/* ---- what every step needs */
void sync_say(struct sync_work *work, const struct sync_event *event)
{
    struct sync_event said = *event;

    said.done = work->done;
    if (said.kind != SYNC_EVENT_LIST)
        said.total = work->result->steps;
    if (work->options->event)
        work->options->event(work->options->context, &said);
}

void sync_end(struct sync_work *work, enum sync_end end, const char *reason)
{
    if (work->over)
        return;
    work->over = true;
    work->result->end = end;
    snprintf(work->result->reason, sizeof(work->result->reason), "%s", reason);
}

bool sync_goes_on(struct sync_work *work)
{
    if (!work->over && work->options->stop && work->options->stop(work->options->context))
        sync_end(work, SYNC_STOPPED, "stopped");
    return !work->over;
}

enum sync_failure sync_failure_of(HRESULT code)
{
    static const struct {
        HRESULT code;
        enum sync_failure failure;
    } known[] = {
        {HRESULT_FROM_WIN32(ERROR_DISK_FULL), SYNC_FULL},
        {HRESULT_FROM_WIN32(ERROR_FILE_EXISTS), SYNC_TAKEN},
        {HRESULT_FROM_WIN32(ERROR_ALREADY_EXISTS), SYNC_TAKEN},
        {HRESULT_FROM_WIN32(ERROR_INVALID_NAME), SYNC_BAD_NAME},
        {HRESULT_FROM_WIN32(ERROR_FILE_TOO_LARGE), SYNC_TOO_LARGE},
    };

    for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
        if (known[i].code == code)
            return known[i].failure;
    }
    return SYNC_REFUSED;
}

void sync_fail(struct sync_work *work, const char *path, enum sync_failure why, HRESULT code)
{
    if (work->over)
        return;
    /* Whatever it seemed to be: a device that has gone says nothing of ids and contents either. */
    if (sync_device_gone(&work->device)) {
        sync_end(work, SYNC_GONE, "the device has gone");
        return;
    }
    work->result->failed++;
    sync_say(work, &(struct sync_event){
                       .kind = SYNC_EVENT_FAILED, .path = path, .failure = why, .code = code});
}

void sync_remember(struct sync_work *work, const struct sync_row *row)
{
    if (sync_state_put(work->state, row))
        sync_end(work, SYNC_IMPOSSIBLE, UNWRITTEN);
}

void sync_forget(struct sync_work *work, const char *path)
{
    if (sync_state_drop(work->state, path))
        sync_end(work, SYNC_IMPOSSIBLE, UNWRITTEN);
}

static int compare_found(const void *path, const void *found)
{
    return strcmp(path, ((const struct sync_found *)found)->path);
}

static IWMDMStorage *folder_at(const struct sync_work *work, const char *path)
{
    const struct sync_found *found =
        work->found_count
            ? bsearch(path, work->found, work->found_count, sizeof(*work->found), compare_found)
            : NULL;

    if (found && !found->gone && found->folder)
        return found->handle;
    /* The last one first: what is made in a folder comes behind it. */
    for (size_t i = work->made_count; i > 0; i--) {
        if (strcmp(work->made[i - 1].path, path) == 0)
            return work->made[i - 1].folder;
    }
    return NULL;
}

IWMDMStorage *sync_folder_of(struct sync_work *work, const char *path, const char **ret_name)
{
    const char *slash = strrchr(path, '/');
    IWMDMStorage *folder;
    char *parent;

    *ret_name = slash ? slash + 1 : path;
    if (!slash)
        return work->device.root;
    parent = strndup(path, (size_t)(slash - path));
    folder = parent ? folder_at(work, parent) : NULL;
    free(parent);
    return folder;
}

void sync_discard(struct sync_work *work, IWMDMStorage *folder, const char *name, HRESULT code)
{
    IWMDMStorage *torn;

    if (sync_failure_of(code) == SYNC_TAKEN) /* that one is not ours */
        return;
    torn = sync_device_child(folder, name);
    if (!torn)
        return;
    code = sync_device_delete(torn);
    torn->lpVtbl->Release(torn);
    if (FAILED(code) && sync_device_gone(&work->device))
        sync_end(work, SYNC_GONE, "the device has gone");
}

/* ---- steps */
static void make_folder(struct sync_work *work, const struct sync_wanted *wanted)
{
    struct sync_made *made = &work->made[work->made_count];
    struct sync_row row = {.kind = SYNC_FOLDER, .path = wanted->path};
    IWMDMMetaData *list = NULL;
    const char *name = NULL;
    IWMDMStorage *parent = sync_folder_of(work, wanted->path, &name), *folder = NULL;
    HRESULT hr;

    if (!parent) {
        sync_fail(work, wanted->path, SYNC_REFUSED, S_OK);
        return;
    }
    sync_remember(work, &row);
    hr = sync_device_metadata(&work->device, &list);
    if (SUCCEEDED(hr))
        hr = sync_metadata_add_number(list, g_wszWMDMFormatCode, WMDM_FORMATCODE_ASSOCIATION);
    if (SUCCEEDED(hr) && !work->over)
        hr = sync_device_insert(parent, name, WMDM_CONTENT_FOLDER, list, NULL, &folder);
    if (list)
        list->lpVtbl->Release(list);
    if (FAILED(hr) || !folder) {
        sync_fail(work, wanted->path, sync_failure_of(hr), hr);
        if (!work->over)
            sync_forget(work, wanted->path);
        return;
    }
    *made = (struct sync_made){wanted->path, folder};
    work->made_count++;
    row.id = sync_device_id(folder);
    sync_remember(work, &row);
    free(row.id);
}

static void folder_step(struct sync_work *work, const struct sync_step *step)
{
    const struct sync_wanted *wanted = &work->model.wanted[step->wanted];

    if (step->what == SYNC_MAKE)
        make_folder(work, wanted);
    else if (step->what == SYNC_ADOPT && !step->found->folder)
        sync_fail(work, wanted->path, SYNC_TAKEN, S_OK);
    else if (step->what == SYNC_ADOPT && step->row && !step->row->id) /* we had begun to make it */
        sync_remember(work, &(struct sync_row){
                                .kind = SYNC_FOLDER, .path = wanted->path, .id = step->found->id});
}

static void delete_step(struct sync_work *work, const struct sync_step *step)
{
    HRESULT hr = S_FALSE; /* nothing goes */

    if (step->what == SYNC_DELETE)
        hr = step->found->folder ? sync_device_delete_folder(step->found->handle)
                                 : sync_device_delete(step->found->handle);
    if (FAILED(hr) && hr != WMDM_E_INTERFACEDEAD) {
        sync_fail(work, step->row->path, SYNC_REFUSED, hr);
        return;
    }
    if (hr != S_FALSE)
        sync_say(work, &(struct sync_event){.kind = SYNC_EVENT_DELETED, .path = step->row->path});
    sync_forget(work, step->row->path);
}

static bool is_list(const struct sync_work *work, const struct sync_step *step)
{
    return step->wanted != SYNC_NONE && work->model.wanted[step->wanted].kind >= SYNC_PLAYLIST;
}

/* Does it change anything, as far as the plan knows? Of a list that is there that is known when
 * its tracks are. */
static bool counts(const struct sync_work *work, const struct sync_step *step)
{
    if (step->wanted == SYNC_NONE)
        return step->what == SYNC_DELETE;
    return step->what != SYNC_KEEP && work->model.wanted[step->wanted].kind != SYNC_FOLDER &&
           !(is_list(work, step) && step->what == SYNC_LOOK);
}

static void take_step(struct sync_work *work, const struct sync_step *step)
{
    static void (*const ways[])(struct sync_work * work, const struct sync_step *step) = {
        [SYNC_FOLDER] = folder_step,
        [SYNC_TRACK] = sync_track_step,
        [SYNC_PLAYLIST] = sync_list_step,
        [SYNC_ALBUM] = sync_list_step,
    };

    if (!sync_goes_on(work))
        return;
    if (step->wanted == SYNC_NONE)
        delete_step(work, step);
    else
        ways[work->model.wanted[step->wanted].kind](work, step);
    work->done += counts(work, step);
}

static void take_steps(struct sync_work *work)
{
    for (size_t i = 0; i < work->plan.count && !work->over; i++) {
        if (!is_list(work, &work->plan.step[i]))
            take_step(work, &work->plan.step[i]);
    }
    for (size_t i = 0; i < work->plan.count && !work->over; i++) {
        if (is_list(work, &work->plan.step[i]))
            take_step(work, &work->plan.step[i]);
    }
}

/* The bracket that lets a device or WMDM prepare for many operations; both may do without. */
static void take_steps_in_session(struct sync_work *work)
{
    const WMDM_SESSION_TYPE type =
        (WMDM_SESSION_TYPE)(WMDM_SESSION_TRANSFER_TO_DEVICE | WMDM_SESSION_DELETE);
    IWMDMDeviceSession *session = work->device.session;
    bool begun = session && work->result->steps &&
                 SUCCEEDED(session->lpVtbl->BeginSession(session, type, NULL, 0));

    take_steps(work);
    if (begun)
        (void)session->lpVtbl->EndSession(session, type, NULL, 0);
}

/* ---- a dry run says what would be done */
static enum sync_event_kind event_of(const struct sync_step *step, bool list)
{
    return step->what == SYNC_DELETE                               ? SYNC_EVENT_DELETED
           : list                                                  ? SYNC_EVENT_LIST
           : step->what == SYNC_REPLACE || step->what == SYNC_LOOK ? SYNC_EVENT_REPLACED
           : step->what == SYNC_ADOPT                              ? SYNC_EVENT_ADOPTED
                                                                   : SYNC_EVENT_SENT;
}

static const char *said_of(const struct sync_work *work, const struct sync_step *step)
{
    const struct sync_wanted *wanted;
    const struct sync_list *list;

    if (step->wanted == SYNC_NONE)
        return step->row->path;
    wanted = &work->model.wanted[step->wanted];
    if (wanted->kind == SYNC_TRACK)
        return sync_model_track(&work->model, wanted->path)->file->path;
    list = sync_model_list(&work->model, wanted->path);
    return list && list->file ? list->file->path : wanted->path;
}

static void say_steps(struct sync_work *work)
{
    for (size_t i = 0; i < work->plan.count; i++) {
        const struct sync_step *step = &work->plan.step[i];

        if (!counts(work, step))
            continue;
        sync_say(work, &(struct sync_event){.kind = event_of(step, is_list(work, step)),
                                            .path = said_of(work, step),
                                            .bytes = step->wanted == SYNC_NONE
                                                         ? 0
                                                         : work->model.wanted[step->wanted].size});
    }
}

/* ---- the flow */
static void left_out(void *context, const char *path, enum sync_failure why)
{
    struct sync_work *work = context;

    work->result->failed++;
    sync_say(work, &(struct sync_event){.kind = SYNC_EVENT_FAILED, .path = path, .failure = why});
}

static void cannot(struct sync_work *work, enum sync_end end, const char *what, int error)
{
    char reason[200];

    snprintf(reason, sizeof(reason), "%s: %s", what, strerror(-error));
    sync_end(work, end, reason);
}

static void open_device(struct sync_work *work, IWMDMDevice *device)
{
    HRESULT hr = sync_device_open(device, work->options->root, &work->device);

    if (hr == S_FALSE)
        sync_end(work, SYNC_UNFIT, "the device has no storage");
    else if (FAILED(hr))
        sync_end(work, SYNC_GONE, "the device does not answer");
}

static void open_state(struct sync_work *work)
{
    int error = sync_state_open(work->options->state, work->device.identity, work->library.root,
                                work->options->dry_run, &work->state);

    if (!error)
        error = sync_state_rows(work->state, &work->row, &work->row_count);
    if (error == -EBUSY)
        sync_end(work, SYNC_IMPOSSIBLE, "another synchronisation of this device is at work");
    else if (error)
        cannot(work, SYNC_IMPOSSIBLE, work->options->state, error);
}

/* As the place is where a disk of music is not mounted. */
static void refuse_empty(struct sync_work *work)
{
    if (!work->library.count && work->row_count && !work->options->allow_empty)
        sync_end(work, SYNC_IMPOSSIBLE,
                 "the library is empty and was not: what came of it stays on the device");
}

static void list_device(struct sync_work *work)
{
    if (FAILED(sync_device_list(&work->device, &work->found, &work->found_count)))
        sync_end(work, SYNC_GONE, "what the device holds cannot be listed");
}

static bool goes_on(void *context)
{
    return sync_goes_on(context);
}

/* What could not be looked into may hold what seems to be missing: nothing is taken away. */
static void keep_unseen(struct sync_plan *plan)
{
    size_t kept = 0;

    for (size_t i = 0; i < plan->count; i++) {
        if (plan->step[i].wanted != SYNC_NONE)
            plan->step[kept++] = plan->step[i];
    }
    plan->count = kept;
}

static void make_plan(struct sync_work *work)
{
    const struct sync_device *device = &work->device;
    const struct sync_medium medium = {
        .formats = device->formats,
        .format_count = device->format_count,
        .playlists = sync_device_takes(device, WMDM_FORMATCODE_ABSTRACTAUDIOVIDEOPLAYLIST),
        .albums = sync_device_takes(device, WMDM_FORMATCODE_ABSTRACTAUDIOALBUM)};
    struct sync_model *model = &work->model;
    int error = sync_model_make(&work->library, &medium, work->row, work->row_count, left_out,
                                goes_on, work, model);

    if (!error)
        error = sync_plan_make(model->wanted, model->wanted_count, work->row, work->row_count,
                               work->found, work->found_count, &work->plan);
    if (!error && work->library.partial)
        keep_unseen(&work->plan);
    work->made = calloc(model->wanted_count + 1, sizeof(*work->made));
    work->kept = calloc(model->track_count + 1, sizeof(IWMDMStorage *));
    if (error || !work->made || !work->kept)
        sync_end(work, SYNC_IMPOSSIBLE, "no memory");
}

static void say_plan(struct sync_work *work)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < work->plan.count; i++) {
        const struct sync_step *step = &work->plan.step[i];

        work->result->steps += counts(work, step);
        if (step->what == SYNC_MAKE || step->what == SYNC_REPLACE)
            bytes += work->model.wanted[step->wanted].size;
    }
    sync_say(work, &(struct sync_event){.kind = SYNC_EVENT_PLAN, .bytes = bytes});
}

static void done(struct sync_work *work)
{
    sync_plan_done(&work->plan);
    sync_model_done(&work->model);
    for (size_t i = 0; i < work->made_count; i++)
        work->made[i].folder->lpVtbl->Release(work->made[i].folder);
    for (size_t i = 0; i < work->kept_count; i++)
        work->kept[i]->lpVtbl->Release(work->kept[i]);
    free(work->made);
    free(work->kept);
    sync_found_done(work->found, work->found_count);
    sync_device_close(&work->device);
    sync_library_done(&work->library);
}

void sync_run(IWMDMDevice *device, const struct sync_options *options, struct sync_result *ret)
{
    struct sync_work work = {.options = options, .result = ret, .library = {.folder = -1}};
    int error;

    *ret = (struct sync_result){.end = SYNC_WHOLE};
    error = sync_library_read(options->library, left_out, &work, &work.library);
    if (error)
        cannot(&work, SYNC_IMPOSSIBLE, options->library, error);
    if (sync_goes_on(&work))
        open_device(&work, device);
    if (sync_goes_on(&work))
        open_state(&work);
    if (sync_goes_on(&work))
        refuse_empty(&work);
    if (sync_goes_on(&work))
        list_device(&work);
    if (sync_goes_on(&work))
        make_plan(&work);
    if (sync_goes_on(&work)) {
        say_plan(&work);
        if (options->dry_run)
            say_steps(&work);
        else
            take_steps_in_session(&work);
    }
    if (sync_state_close(work.state))
        sync_end(&work, SYNC_IMPOSSIBLE, UNWRITTEN);
    if (!work.over && ret->failed)
        ret->end = SYNC_PARTIAL;
    done(&work);
}

/* ---- words */
static const struct {
    const char *word, *text;
} failures[] = {
#define X(token, word, text) [SYNC_##token] = {word, text},
    SYNC_FAILURES(X)
#undef X
};

const char *sync_failure_word(enum sync_failure failure)
{
    return failures[failure].word;
}

const char *sync_failure_text(enum sync_failure failure)
{
    return failures[failure].text;
}

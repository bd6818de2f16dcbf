/* A track's way to the device. Its row says what is being done before it is done: an intent before
 * the old object goes and the new one is made, the object's id once it is whole. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spcore/sync/sync_operation.h"
#include "spcore/sync/sync_work.h"

struct sending {
    struct sync_work *work;
    const struct sync_step *step;
    const struct sync_wanted *wanted;
    struct sync_track *track;
    struct sync_row row; /* what the state is to say; borrows its texts */
};

static bool going_on(void *context, uint64_t bytes, uint64_t size)
{
    struct sync_work *work = context;

    sync_say(work,
             &(struct sync_event){
                 .kind = SYNC_EVENT_SENDING, .path = work->sending, .bytes = bytes, .size = size});
    return sync_goes_on(work);
}

static enum sync_failure failure_of_file(int error)
{
    return error == -ENOENT ? SYNC_VANISHED : error == -ELOOP ? SYNC_LINK : SYNC_UNREADABLE;
}

static void fail(const struct sending *it, enum sync_failure why, HRESULT code)
{
    sync_fail(it->work, it->track->file->path, why, code);
}

/* The track as the file is now, which need not be what the walk saw. NULL: it has failed. */
static struct sync_operation *open_track(struct sending *it)
{
    const struct sync_library *library = &it->work->library;
    struct sync_operation *operation;
    int fd = sync_library_open(library, it->track->file->path, &it->row.size, &it->row.changed);

    if (fd < 0) {
        fail(it, failure_of_file(fd), S_OK);
        return NULL;
    }
    operation = sync_operation_new(fd, it->row.size, it->row.changed, going_on, it->work);
    if (!operation)
        sync_end(it->work, SYNC_IMPOSSIBLE, "no memory");
    return operation;
}

/* ---- what is said of it */

/* Of a track whose row was believed nothing has been read yet. */
static void know_tags(struct sending *it)
{
    struct sync_track *track = it->track;

    if (track->is_read)
        return;
    track->is_read = true;
    if (sync_track_read(&it->work->library, track->file->path, &track->facts))
        return;
    free(track->facts.art);
    track->facts.art = NULL;
}

/* Where there are no albums to have it. A cover that cannot be read is none. */
static HRESULT add_cover(const struct sending *it, IWMDMMetaData *list)
{
    const struct sync_file *cover = sync_library_cover(&it->work->library, it->track->file->path);
    struct sync_picture picture;
    void *bytes = NULL;
    HRESULT hr;

    if (sync_device_takes(&it->work->device, WMDM_FORMATCODE_ABSTRACTAUDIOALBUM) ||
        (!cover && !it->track->has_art) ||
        sync_cover_read(it->work, cover ? cover : it->track->file, &picture, &bytes))
        return S_OK;
    hr = sync_metadata_add_cover(list, &picture);
    free(bytes);
    return hr;
}

static HRESULT describe(struct sending *it, IWMDMMetaData **ret_list)
{
    HRESULT hr = sync_device_metadata(&it->work->device, ret_list);

    know_tags(it);
    if (SUCCEEDED(hr))
        hr = sync_metadata_add_track(*ret_list, it->track, it->step->row);
    return SUCCEEDED(hr) ? add_cover(it, *ret_list) : hr;
}

/* ---- sending */

/* It is there and whole: by its id it is known from now on. */
static bool keep(struct sending *it, IWMDMStorage *object)
{
    struct sync_work *work = it->work;

    it->track->id = sync_device_id(object);
    if (!it->track->id)
        return false;
    it->track->handle = object;
    object->lpVtbl->AddRef(object);
    work->kept[work->kept_count++] = object;
    it->row.id = it->track->id;
    sync_remember(work, &it->row);
    return true;
}

/* The row of a track that is not there keeps what its listeners gave. */
static void remember_absence(struct sending *it)
{
    if (it->row.rating || it->row.plays) {
        it->row.id = (char[]){""};
        sync_remember(it->work, &it->row);
    } else {
        sync_forget(it->work, it->row.path);
    }
}

static HRESULT insert(struct sending *it, IWMDMStorage *folder, const char *name,
                      struct sync_operation *operation, IWMDMStorage **ret_object)
{
    IWMDMMetaData *list = NULL;
    HRESULT hr = describe(it, &list);

    if (SUCCEEDED(hr))
        hr = sync_device_insert(folder, name, WMDM_CONTENT_FILE, list,
                                sync_operation_interface(operation), ret_object);
    if (list)
        list->lpVtbl->Release(list);
    return hr;
}

static void send_opened(struct sending *it, IWMDMStorage *folder, const char *name,
                        struct sync_operation *operation)
{
    struct sync_work *work = it->work;
    bool replaces = it->step->what != SYNC_MAKE && it->step->found;
    enum sync_failure why = SYNC_REFUSED;
    IWMDMStorage *object = NULL;
    HRESULT hr;
    bool whole;

    hr = insert(it, folder, name, operation, &object);
    whole = SUCCEEDED(hr) && object && sync_operation_whole(operation, it->row.digest);
    if (whole && keep(it, object)) {
        work->result->bytes += it->row.size;
        sync_say(work,
                 &(struct sync_event){.kind = replaces ? SYNC_EVENT_REPLACED : SYNC_EVENT_SENT,
                                      .path = it->track->file->path,
                                      .bytes = it->row.size,
                                      .size = it->row.size});
    } else {
        why = whole                            ? SYNC_NO_ID
              : sync_operation_lost(operation) ? SYNC_CHANGED
                                               : sync_failure_of(hr);
        fail(it, why, FAILED(hr) ? hr : S_OK);
        if (!work->over || work->result->end == SYNC_STOPPED) {
            sync_discard(work, folder, name, hr);
            remember_absence(it);
        }
    }
    if (object)
        object->lpVtbl->Release(object);
}

static void send_track(struct sending *it)
{
    struct sync_work *work = it->work;
    const char *name = NULL;
    IWMDMStorage *folder = sync_folder_of(work, it->wanted->path, &name);
    IWMDMStorage *old = it->step->found ? it->step->found->handle : NULL;
    struct sync_operation *operation;
    HRESULT hr = S_OK;

    if (!folder) {
        fail(it, SYNC_REFUSED, S_OK);
        return;
    }
    operation = open_track(it);
    if (!operation)
        return;
    sync_remember(work, &it->row);
    if (!work->over && old)
        hr = sync_device_delete(old);
    if (FAILED(hr))
        fail(it, SYNC_REFUSED, hr);
    else if (!work->over)
        send_opened(it, folder, name, operation);
    sync_operation_free(operation);
}

/* ---- what is there already */
static bool take_given(struct sending *it)
{
    const struct sync_found *found = it->step->found;
    uint32_t rating = it->row.rating, plays = it->row.plays;

    if (found->has_rating)
        it->row.rating = found->rating;
    if (found->has_plays)
        it->row.plays = found->plays;
    return it->row.rating != rating || it->row.plays != plays;
}

static void came_back(struct sending *it)
{
    if (!take_given(it))
        return;
    sync_remember(it->work, &it->row);
    sync_say(it->work, &(struct sync_event){.kind = SYNC_EVENT_CAME_BACK,
                                            .path = it->track->file->path,
                                            .rating = it->row.rating,
                                            .plays = it->row.plays});
}

static void use_found(struct sending *it)
{
    const struct sync_found *found = it->step->found;

    it->track->id = strdup(found->id);
    it->track->handle = found->handle;
    it->row.id = found->id;
}

/* Of the same size and another time. */
static void look_at_track(struct sending *it)
{
    struct sync_work *work = it->work;
    const struct sync_row *row = it->step->row;
    uint8_t digest[SYNC_DIGEST];
    int fd =
        sync_library_open(&work->library, it->track->file->path, &it->row.size, &it->row.changed);
    int error = fd < 0 ? fd : sync_file_digest(fd, going_on, work, digest);

    if (fd >= 0)
        close(fd);
    if (error && error != -ECANCELED)
        fail(it, failure_of_file(error), S_OK);
    if (error)
        return;
    if (it->row.size == row->size && memcmp(digest, row->digest, SYNC_DIGEST) == 0) {
        use_found(it);
        memcpy(it->row.digest, digest, SYNC_DIGEST);
        sync_remember(work, &it->row);
        came_back(it);
    } else {
        send_track(it);
    }
}

/* Somebody put it there, or the state is lost: the bytes say whether it is the one. */
static void adopt(struct sending *it)
{
    const struct sync_found *found = it->step->found;
    struct sync_operation *operation;
    HRESULT hr;

    if (found->folder || !found->id || found->size != it->wanted->size) {
        fail(it, SYNC_TAKEN, S_OK);
        return;
    }
    operation = open_track(it);
    if (!operation)
        return;
    hr = sync_device_read(found->handle, sync_operation_interface(operation));
    if (SUCCEEDED(hr) && sync_operation_whole(operation, it->row.digest)) {
        use_found(it);
        it->row.rating = found->rating;
        it->row.plays = found->plays;
        sync_remember(it->work, &it->row);
        sync_say(it->work,
                 &(struct sync_event){.kind = SYNC_EVENT_ADOPTED, .path = it->track->file->path});
    } else {
        fail(it, SYNC_TAKEN, FAILED(hr) && hr != WMDM_E_USER_CANCELLED ? hr : S_OK);
    }
    sync_operation_free(operation);
}

void sync_track_step(struct sync_work *work, const struct sync_step *step)
{
    static void (*const ways[])(struct sending * it) = {
        [SYNC_LOOK] = look_at_track,
        [SYNC_MAKE] = send_track,
        [SYNC_REPLACE] = send_track,
        [SYNC_ADOPT] = adopt,
    };
    const struct sync_wanted *wanted = &work->model.wanted[step->wanted];
    struct sync_track *track = sync_model_track(&work->model, wanted->path);
    struct sending it = {work, step, wanted, track, {.kind = SYNC_TRACK}};

    it.row.path = wanted->path;
    it.row.size = wanted->size;
    it.row.changed = wanted->changed;
    it.row.album = track->album;
    it.row.has_art = track->has_art;
    if (step->row) {
        it.row.rating = step->row->rating;
        it.row.plays = step->row->plays;
        memcpy(it.row.digest, step->row->digest, SYNC_DIGEST);
    }
    work->sending = track->file->path;
    if (step->what == SYNC_KEEP) {
        use_found(&it);
        came_back(&it);
    } else {
        ways[step->what](&it);
    }
}

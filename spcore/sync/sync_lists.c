/* Playlists and albums on the device: objects without content that refer to tracks. What a list is
 * to be is one digest, of its cover and of the ids of those of its tracks that are there, in order:
 * while that is the row's, the device is not asked. */
#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "spcore/sync/sync_work.h"

enum { COVER_MOST = 1 << 20 };

struct listing {
    struct sync_work *work;
    const struct sync_step *step;
    struct sync_list *list;
    const char *said;      /* what it is called in events */
    IWMDMStorage **object; /* owned array of borrowed handles: its tracks that are there */
    size_t count;
    struct sync_row row;
};

/* ---- what it is to be */
static void add_references(EVP_MD_CTX *hash, const struct listing *it)
{
    for (size_t i = 0; i < it->list->count; i++) {
        const char *id = it->work->model.track[it->list->track[i]].id;

        if (id)
            EVP_DigestUpdate(hash, id, strlen(id) + 1);
    }
}

static void add_cover(EVP_MD_CTX *hash, const struct sync_file *cover)
{
    if (!cover)
        return;
    EVP_DigestUpdate(hash, cover->path, strlen(cover->path) + 1);
    EVP_DigestUpdate(hash, &cover->size, sizeof(cover->size));
    EVP_DigestUpdate(hash, &cover->changed, sizeof(cover->changed));
}

static int gather(struct listing *it)
{
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    int error = hash && EVP_DigestInit_ex(hash, EVP_sha256(), NULL) == 1 ? 0 : -ENOMEM;

    it->object = calloc(it->list->count + 1, sizeof(*it->object));
    if (!it->object)
        error = -ENOMEM;
    for (size_t i = 0; i < it->list->count && !error; i++) {
        const struct sync_track *track = &it->work->model.track[it->list->track[i]];

        if (track->id)
            it->object[it->count++] = track->handle;
    }
    if (!error) {
        add_references(hash, it);
        add_cover(hash, it->list->cover);
        error = EVP_DigestFinal_ex(hash, it->row.digest, NULL) == 1 ? 0 : -EIO;
    }
    EVP_MD_CTX_free(hash);
    return error;
}

/* ---- its cover */
static int read_image(struct sync_work *work, const struct sync_file *file,
                      struct sync_picture *ret_picture, void **ret_bytes)
{
    const char *dot = strrchr(file->path, '.');
    size_t length = 0;
    char *bytes = NULL;
    int error = sync_library_load(&work->library, file->path, COVER_MOST, &bytes, &length);

    if (error)
        return error;
    *ret_picture =
        (struct sync_picture){.bytes = bytes,
                              .length = length,
                              .format = strcasecmp(dot, ".png") == 0 ? WMDM_FORMATCODE_IMAGE_PNG
                                                                     : WMDM_FORMATCODE_IMAGE_EXIF};
    *ret_bytes = bytes;
    return 0;
}

int sync_cover_read(struct sync_work *work, const struct sync_file *cover,
                    struct sync_picture *ret_picture, void **ret_bytes)
{
    struct media_facts facts = {0};
    int error;

    if (cover->kind == SYNC_FILE_COVER)
        return read_image(work, cover, ret_picture, ret_bytes);
    error = sync_track_read(&work->library, cover->path, &facts);
    if (!error && facts.art) {
        *ret_picture = (struct sync_picture){facts.art, facts.art_length, facts.art_format,
                                             facts.art_width, facts.art_height};
        *ret_bytes = facts.art;
        facts.art = NULL;
    } else if (!error) {
        error = -ENOENT;
    }
    media_facts_done(&facts);
    return error;
}

/* An album without its cover is an album all the same: what is wrong with it is said of the
 * cover. */
static void set_cover(struct listing *it, IWMDMStorage *object)
{
    const struct sync_file *cover = it->list->cover;
    struct sync_picture picture;
    IWMDMMetaData *list = NULL;
    void *bytes = NULL;
    HRESULT hr = S_OK;
    int error = cover ? sync_cover_read(it->work, cover, &picture, &bytes) : -ENOENT;

    if (!error) {
        hr = sync_device_metadata(&it->work->device, &list);
        if (SUCCEEDED(hr))
            hr = sync_metadata_add_cover(list, &picture);
        if (SUCCEEDED(hr))
            hr = sync_device_set(object, list);
        if (list)
            list->lpVtbl->Release(list);
    }
    free(bytes);
    if (cover && (error || FAILED(hr)))
        sync_fail(it->work, cover->path,
                  error == -EFBIG    ? SYNC_TOO_LARGE
                  : error == -ENOENT ? SYNC_VANISHED
                  : error            ? SYNC_UNREADABLE
                                     : SYNC_REFUSED,
                  hr);
}

/* ---- writing */
static void write_list(struct listing *it, IWMDMStorage *object)
{
    HRESULT hr = sync_device_refer(object, it->object, it->count);

    if (FAILED(hr)) {
        sync_fail(it->work, it->said, SYNC_REFUSED, hr);
        return;
    }
    set_cover(it, object);
    if (it->work->over)
        return;
    sync_remember(it->work, &it->row);
    sync_say(it->work,
             &(struct sync_event){.kind = SYNC_EVENT_LIST, .path = it->said, .total = it->count});
}

static HRESULT insert(const struct listing *it, IWMDMStorage *folder, const char *name,
                      IWMDMStorage **ret_object)
{
    IWMDMMetaData *list = NULL;
    HRESULT hr = sync_device_metadata(&it->work->device, &list);

    if (SUCCEEDED(hr))
        hr = sync_metadata_add_number(list, g_wszWMDMFormatCode,
                                      it->list->kind == SYNC_ALBUM
                                          ? WMDM_FORMATCODE_ABSTRACTAUDIOALBUM
                                          : WMDM_FORMATCODE_ABSTRACTAUDIOVIDEOPLAYLIST);
    if (SUCCEEDED(hr))
        hr = sync_metadata_add_text(list, g_wszWMDMTitle, name);
    if (SUCCEEDED(hr))
        hr = sync_device_insert(folder, name, WMDM_CONTENT_FILE, list, NULL, ret_object);
    if (list)
        list->lpVtbl->Release(list);
    return hr;
}

static void make_in(struct listing *it, IWMDMStorage *folder, const char *name)
{
    IWMDMStorage *object = NULL;
    HRESULT hr = insert(it, folder, name, &object);
    char *id = SUCCEEDED(hr) && object ? sync_device_id(object) : NULL;

    if (id) {
        it->row.id = id;
        write_list(it, object);
    } else {
        sync_fail(it->work, it->said, FAILED(hr) ? sync_failure_of(hr) : SYNC_NO_ID, hr);
        if (!it->work->over) {
            sync_discard(it->work, folder, name, hr);
            sync_forget(it->work, it->row.path);
        }
    }
    it->row.id = NULL;
    free(id);
    if (object)
        object->lpVtbl->Release(object);
}

static void make_list(struct listing *it)
{
    const char *name = NULL;
    IWMDMStorage *folder = sync_folder_of(it->work, it->row.path, &name);
    HRESULT hr = S_OK;

    if (!folder) {
        sync_fail(it->work, it->said, SYNC_REFUSED, S_OK);
        return;
    }
    sync_remember(it->work, &it->row); /* the intent */
    if (!it->work->over && it->step->found)
        hr = sync_device_delete(it->step->found->handle);
    if (FAILED(hr))
        sync_fail(it->work, it->said, SYNC_REFUSED, hr);
    else if (!it->work->over)
        make_in(it, folder, name);
}

/* The state is lost, or somebody has the name: its references say whether it is the one. */
static void adopt(struct listing *it)
{
    const struct sync_found *found = it->step->found;
    uint8_t digest[SYNC_DIGEST] = {0};
    size_t length = 0;
    char *ids = found->folder || !found->id ? NULL : sync_device_references(found->handle, &length);
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    bool same = ids && hash && EVP_DigestInit_ex(hash, EVP_sha256(), NULL) == 1 &&
                EVP_DigestUpdate(hash, ids, length) == 1;

    if (same)
        add_cover(hash, it->list->cover);
    same = same && EVP_DigestFinal_ex(hash, digest, NULL) == 1 &&
           memcmp(digest, it->row.digest, SYNC_DIGEST) == 0;
    EVP_MD_CTX_free(hash);
    free(ids);
    if (same) {
        it->row.id = found->id;
        set_cover(it, found->handle);
        sync_remember(it->work, &it->row);
        it->row.id = NULL;
        sync_say(it->work, &(struct sync_event){.kind = SYNC_EVENT_ADOPTED, .path = it->said});
    } else {
        sync_fail(it->work, it->said, SYNC_TAKEN, S_OK);
    }
}

static void look_at_list(struct listing *it)
{
    if (memcmp(it->row.digest, it->step->row->digest, SYNC_DIGEST) == 0)
        return;
    it->row.id = it->step->found->id;
    write_list(it, it->step->found->handle);
    it->row.id = NULL;
}

void sync_list_step(struct sync_work *work, const struct sync_step *step)
{
    const struct sync_wanted *wanted = &work->model.wanted[step->wanted];
    struct listing it = {.work = work, .step = step};

    it.list = sync_model_list(&work->model, wanted->path);
    it.said = it.list->file ? it.list->file->path : it.list->path;
    it.row = (struct sync_row){.kind = wanted->kind, .path = wanted->path};
    if (gather(&it))
        sync_end(work, SYNC_IMPOSSIBLE, "no memory");
    else if (it.list->kind == SYNC_ALBUM && !it.count && step->what == SYNC_MAKE)
        ; /* none of its tracks could be sent */
    else if (step->what == SYNC_LOOK)
        look_at_list(&it);
    else if (step->what == SYNC_MAKE)
        make_list(&it);
    else
        adopt(&it);
    free(it.object);
}

/* Tracks lie on the device as they lie in the library, playlists and albums in a folder each. Tags
 * are read of what is new; the rest stands in the rows. */
#include "spcore/sync/sync_model.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spcore/base.h"
#include "spcore/sync/sync_entries.h"

struct making {
    struct sync_model *model;
    const struct sync_medium *medium;
    const struct sync_row *rows;
    size_t row_count;
    sync_left_out *left_out;
    bool (*goes_on)(void *context);
    void *context;
};

/* Room for one more in an array that doubles. */
static int make_room(void *array, size_t count, size_t *room, size_t element)
{
    size_t more = *room ? 2 * *room : 16;
    void *grown;

    if (count < *room)
        return 0;
    grown = realloc(*(void **)array, more * element);
    if (!grown)
        return -ENOMEM;
    *(void **)array = grown;
    *room = more;
    return 0;
}

/* ---- tracks */
int sync_track_read(const struct sync_library *library, const char *path,
                    struct media_facts *ret_facts)
{
    uint64_t size = 0;
    int64_t changed;
    int fd = sync_library_open(library, path, &size, &changed), error;

    if (fd < 0)
        return fd;
    error = media_read(fd, 0, size, ret_facts);
    close(fd);
    return error;
}

/* 0: the device takes none of them. */
static uint16_t format_for(const struct sync_medium *medium, const char *path)
{
    const uint16_t *formats = sync_track_formats(path);

    for (; *formats; formats++) {
        for (size_t i = 0; i < medium->format_count; i++) {
            if (medium->formats[i] == *formats)
                return *formats;
        }
        if (!medium->format_count)
            return *formats;
    }
    return 0;
}

/* A name that every file system takes, from tags that may say anything. */
static void tidy(char *name)
{
    for (; *name; name++) {
        if ((unsigned char)*name < 0x20 || strchr("/\\:*?\"<>|", *name))
            *name = '_';
    }
}

/* "Artist - Album", cut between characters; "" for a track of no album. */
static char *album_of(const struct media_facts *facts)
{
    const char *artist = facts->texts[MEDIA_ALBUM_ARTIST] ? facts->texts[MEDIA_ALBUM_ARTIST]
                                                          : facts->texts[MEDIA_ARTIST];
    const char *album = facts->texts[MEDIA_ALBUM];
    char name[200];
    size_t length;

    if (!album || !sync_is_utf8(album) || (artist && !sync_is_utf8(artist)))
        return strdup("");
    length = (size_t)snprintf(name, sizeof(name), "%s%s%s", artist ? artist : "",
                              artist ? " - " : "", album);
    if (length >= sizeof(name)) {
        for (length = sizeof(name) - 1; length > 0 && (name[length] & 0xc0) == 0x80; length--)
            ;
        name[length] = '\0';
        while (!sync_is_utf8(name))
            name[--length] = '\0';
    }
    tidy(name);
    return strdup(name);
}

static const struct sync_row *row_of(const struct making *it, const char *path)
{
    size_t low = 0, high = it->row_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(it->rows[middle].path, path);

        if (order == 0)
            return &it->rows[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* A file that cannot be read now is found out when it is sent. */
static int know_track(struct sync_track *track, const struct sync_library *library,
                      const struct sync_row *row)
{
    if (row && row->id && row->kind == SYNC_TRACK && row->size == track->file->size &&
        row->changed == track->file->changed) {
        track->album = strdup(row->album);
        track->has_art = row->has_art;
        return track->album ? 0 : -ENOMEM;
    }
    track->is_read = true;
    if (sync_track_read(library, track->file->path, &track->facts) == 0) {
        track->has_art = track->facts.art != NULL;
        free(track->facts.art);
        track->facts.art = NULL;
    }
    track->album = album_of(&track->facts);
    return track->album ? 0 : -ENOMEM;
}

static int want(struct sync_model *model, enum sync_kind kind, const char *path,
                const struct sync_file *file)
{
    struct sync_wanted *wanted;

    if (make_room(&model->wanted, model->wanted_count, &model->wanted_room, sizeof(*wanted)))
        return -ENOMEM;
    wanted = &model->wanted[model->wanted_count];
    *wanted = (struct sync_wanted){.kind = kind,
                                   .path = strdup(path),
                                   .size = file ? file->size : 0,
                                   .changed = file ? file->changed : 0};
    model->wanted_count += wanted->path != NULL;
    return wanted->path ? 0 : -ENOMEM;
}

static int add_tracks(struct making *it)
{
    struct sync_model *model = it->model;
    const struct sync_library *library = model->library;
    char path[PATH_MAX + sizeof(SYNC_MUSIC)];
    int error = 0;

    model->track = calloc(library->count + 1, sizeof(*model->track));
    if (!model->track)
        return -ENOMEM;
    for (size_t i = 0; i < library->count && !error; i++) {
        const struct sync_file *file = &library->file[i];
        struct sync_track *track = &model->track[model->track_count];
        uint16_t format = format_for(it->medium, file->path);

        if (file->kind != SYNC_FILE_TRACK)
            continue;
        if (it->goes_on && !it->goes_on(it->context))
            return -ECANCELED;
        if (!format) {
            it->left_out(it->context, file->path, SYNC_FORMAT);
            continue;
        }
        model->track_count++;
        track->file = file;
        track->format = format;
        snprintf(path, sizeof(path), SYNC_MUSIC "/%s", file->path);
        error = know_track(track, library, row_of(it, path));
        if (!error)
            error = want(model, SYNC_TRACK, path, file);
    }
    return error;
}

static int compare_track(const void *path, const void *track)
{
    return strcmp(path, ((const struct sync_track *)track)->file->path);
}

static struct sync_track *track_of_file(const struct sync_model *model, const char *path)
{
    return model->track_count ? bsearch(path, model->track, model->track_count,
                                        sizeof(*model->track), compare_track)
                              : NULL;
}

struct sync_track *sync_model_track(const struct sync_model *model, const char *path)
{
    return strncmp(path, SYNC_MUSIC "/", sizeof(SYNC_MUSIC)) == 0
               ? track_of_file(model, path + sizeof(SYNC_MUSIC))
               : NULL;
}

/* ---- lists */
static int list_track(struct sync_list *list, size_t index)
{
    if (make_room(&list->track, list->count, &list->room, sizeof(*list->track)))
        return -ENOMEM;
    list->track[list->count++] = index;
    return 0;
}

static struct sync_list *add_list(struct sync_model *model, enum sync_kind kind, const char *path)
{
    struct sync_list *list;

    if (make_room(&model->list, model->list_count, &model->list_room, sizeof(*list)))
        return NULL;
    list = &model->list[model->list_count];
    *list = (struct sync_list){.kind = kind, .path = strdup(path)};
    model->list_count += list->path != NULL;
    return list->path ? list : NULL;
}

static int fill_playlist(const struct making *it, struct sync_list *list,
                         const struct sync_names *names)
{
    int error = 0;

    list->lacking = names->outside;
    for (size_t i = 0; i < names->count && !error; i++) {
        const struct sync_track *track = track_of_file(it->model, names->name[i]);

        if (track)
            error = list_track(list, (size_t)(track - it->model->track));
        else
            list->lacking++;
    }
    if (list->lacking)
        it->left_out(it->context, list->file->path, SYNC_ENTRIES);
    return error;
}

/* What is no error of ours. */
enum { GONE = 1, UNREAD };

static int read_playlist(const struct making *it, struct sync_list *list)
{
    const struct sync_library *library = it->model->library;
    struct sync_names names = {0};
    size_t length = 0;
    char *text = NULL;
    int error = sync_library_load(library, list->file->path, SYNC_PLAYLIST_MOST, &text, &length);

    if (error && error != -ENOMEM) {
        it->left_out(it->context, list->file->path,
                     error == -EFBIG    ? SYNC_TOO_LARGE
                     : error == -ENOENT ? SYNC_VANISHED
                                        : SYNC_UNREADABLE);
        return error == -ENOENT ? GONE : UNREAD;
    }
    if (!error)
        error = sync_playlist_read(text, length, list->file->path, library->root, &names);
    free(text);
    if (!error)
        error = fill_playlist(it, list, &names);
    sync_names_done(&names);
    return error;
}

static void list_done(struct sync_list *list)
{
    free(list->path);
    free(list->track);
}

/* All in one folder, "Rock/Best.m3u" as "Rock - Best": a folder beside a list of its name would be
 * in its way, and few players show folders of lists. */
static void playlist_path(const char *file, char *path, size_t size)
{
    size_t used = (size_t)snprintf(path, size, SYNC_PLAYLISTS "/");

    for (; *file && used + 4 < size; file++) {
        if (*file == '/')
            used += (size_t)sprintf(path + used, " - ");
        else
            path[used++] = *file;
    }
    path[used] = '\0';
    *strrchr(path, '.') = '\0';
}

/* Of two for one path, that of the file that comes first comes first. */
static int by_list_path(const void *a, const void *b)
{
    const struct sync_list *first = a, *second = b;
    int order = strcmp(first->path, second->path);

    return order ? order : (first->file > second->file) - (first->file < second->file);
}

static void sort_lists(struct sync_model *model)
{
    if (model->list_count)
        qsort(model->list, model->list_count, sizeof(*model->list), by_list_path);
}

static int name_playlists(const struct making *it)
{
    const struct sync_library *library = it->model->library;

    for (size_t i = 0; i < library->count; i++) {
        const struct sync_file *file = &library->file[i];
        char path[4 * PATH_MAX];
        struct sync_list *list;

        if (file->kind != SYNC_FILE_PLAYLIST)
            continue;
        if (!it->medium->playlists) {
            it->left_out(it->context, file->path, SYNC_FORMAT);
            continue;
        }
        playlist_path(file->path, path, sizeof(path));
        list = add_list(it->model, SYNC_PLAYLIST, path);
        if (!list)
            return -ENOMEM;
        list->file = file;
    }
    sort_lists(it->model);
    return 0;
}

/* Of one that cannot be read now stays what is on the device; it is no list of the model. */
static int settle_playlist(const struct making *it, struct sync_list *list, bool *ret_is_list)
{
    struct sync_model *model = it->model;
    const struct sync_wanted *before =
        model->wanted_count ? &model->wanted[model->wanted_count - 1] : NULL;
    int error;

    if (before && strcmp(before->path, list->path) == 0) {
        it->left_out(it->context, list->file->path, SYNC_TAKEN);
        return 0;
    }
    error = read_playlist(it, list);
    *ret_is_list = !error;
    if (error == GONE || (error == UNREAD && !row_of(it, list->path)))
        return 0;
    if (error < 0)
        return error;
    error = want(model, SYNC_PLAYLIST, list->path, NULL);
    if (!error)
        model->wanted[model->wanted_count - 1].stays = !*ret_is_list;
    return error;
}

static int add_playlists(const struct making *it)
{
    struct sync_model *model = it->model;
    int error = name_playlists(it);
    size_t kept = 0;

    for (size_t i = 0; i < model->list_count; i++) {
        struct sync_list list = model->list[i];
        bool is_list = false;

        if (!error)
            error = settle_playlist(it, &list, &is_list);
        if (is_list)
            model->list[kept++] = list;
        else
            list_done(&list);
    }
    model->list_count = kept;
    return error;
}

static int by_album(const void *a, const void *b, void *context)
{
    const struct sync_track *track = context;
    size_t first = *(const size_t *)a, second = *(const size_t *)b;
    int order = strcmp(track[first].album, track[second].album);

    return order ? order : (first > second) - (first < second);
}

/* The image beside its first track that has one, or that track's own. */
static void find_cover(struct sync_model *model, struct sync_list *list)
{
    const struct sync_track *track;

    for (size_t i = 0; i < list->count && !list->cover; i++)
        list->cover = sync_library_cover(model->library, model->track[list->track[i]].file->path);
    for (size_t i = 0; i < list->count && !list->cover; i++) {
        track = &model->track[list->track[i]];
        list->cover = track->has_art ? track->file : NULL;
    }
}

static int add_album(struct sync_model *model, const size_t *track, size_t count)
{
    char path[PATH_MAX];
    struct sync_list *list;
    int error = 0;

    snprintf(path, sizeof(path), SYNC_ALBUMS "/%s", model->track[track[0]].album);
    list = add_list(model, SYNC_ALBUM, path);
    if (!list)
        return -ENOMEM;
    for (size_t i = 0; i < count && !error; i++)
        error = list_track(list, track[i]);
    if (!error)
        find_cover(model, list);
    return error ? error : want(model, SYNC_ALBUM, path, NULL);
}

static int add_albums(struct sync_model *model)
{
    size_t *order = calloc(model->track_count + 1, sizeof(*order)), first = 0, next;
    int error = order ? 0 : -ENOMEM;

    for (size_t i = 0; i < model->track_count && !error; i++)
        order[i] = i;
    if (!error)
        qsort_r(order, model->track_count, sizeof(*order), by_album, model->track);
    for (; first < model->track_count && !error; first = next) {
        const char *album = model->track[order[first]].album;

        for (next = first + 1;
             next < model->track_count && strcmp(model->track[order[next]].album, album) == 0;
             next++)
            ;
        if (*album)
            error = add_album(model, order + first, next - first);
    }
    free(order);
    return error;
}

static int compare_list(const void *path, const void *list)
{
    return strcmp(path, ((const struct sync_list *)list)->path);
}

struct sync_list *sync_model_list(const struct sync_model *model, const char *path)
{
    return model->list_count
               ? bsearch(path, model->list, model->list_count, sizeof(*model->list), compare_list)
               : NULL;
}

/* ---- all that is wanted */
static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct sync_wanted *)a)->path, ((const struct sync_wanted *)b)->path);
}

/* Every folder on the way to what is wanted, once. */
static int add_folders(struct sync_model *model)
{
    size_t count = model->wanted_count;
    char last[2 * PATH_MAX] = "";

    for (size_t i = 0; i < count; i++) {
        char path[2 * PATH_MAX];
        size_t same = 0;

        snprintf(path, sizeof(path), "%s", model->wanted[i].path);
        for (size_t at = 0; path[at] == last[at] && path[at]; at++)
            same = path[at] == '/' ? at + 1 : same;
        for (char *slash = path + same; (slash = strchr(slash, '/')) != NULL; *slash++ = '/') {
            *slash = '\0';
            if (want(model, SYNC_FOLDER, path, NULL))
                return -ENOMEM;
        }
        strcpy(last, path);
    }
    return 0;
}

int sync_model_make(const struct sync_library *library, const struct sync_medium *medium,
                    const struct sync_row *rows, size_t row_count, sync_left_out *left_out,
                    bool (*goes_on)(void *context), void *context, struct sync_model *ret)
{
    struct sync_model model = {.library = library};
    struct making it = {&model, medium, rows, row_count, left_out, goes_on, context};
    int error = add_tracks(&it);

    if (!error)
        error = add_playlists(&it);
    if (!error && medium->albums)
        error = add_albums(&model);
    sort_lists(&model);
    if (!error && model.wanted_count)
        qsort(model.wanted, model.wanted_count, sizeof(*model.wanted), by_path);
    if (!error)
        error = add_folders(&model);
    if (error) {
        sync_model_done(&model);
        return error;
    }
    if (model.wanted_count)
        qsort(model.wanted, model.wanted_count, sizeof(*model.wanted), by_path);
    *ret = model;
    return 0;
}

void sync_model_done(struct sync_model *model)
{
    for (size_t i = 0; i < model->track_count; i++) {
        media_facts_done(&model->track[i].facts);
        free(model->track[i].album);
        free(model->track[i].id);
    }
    for (size_t i = 0; i < model->list_count; i++)
        list_done(&model->list[i]);
    for (size_t i = 0; i < model->wanted_count; i++)
        free(model->wanted[i].path);
    free(model->track);
    free(model->list);
    free(model->wanted);
    *model = (struct sync_model){0};
}

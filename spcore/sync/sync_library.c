/* Walks a library once: tracks and playlists by their extension, covers by their name. Nothing is
 * opened but folders; what the walk saw may be gone when it is wanted. */
#include "spcore/sync/sync_library.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spcore/base.h"
#include "spcore/include/mswmdm.h"

enum { DEEPEST = 32, FILES_MOST = 1000000 };

struct walk {
    struct sync_library *library;
    size_t room;
    sync_left_out *left_out;
    void *context;
};

/* ---- by name */
static const struct {
    const char *extension;
    enum sync_file_kind kind;
    uint16_t formats[3];
} kinds[] = {
    {"mp3", SYNC_FILE_TRACK, {WMDM_FORMATCODE_MP3}},
    {"wma", SYNC_FILE_TRACK, {WMDM_FORMATCODE_WMA}},
    {"wav", SYNC_FILE_TRACK, {WMDM_FORMATCODE_WAVE}},
    {"ogg", SYNC_FILE_TRACK, {WMDM_FORMATCODE_OGG}},
    {"oga", SYNC_FILE_TRACK, {WMDM_FORMATCODE_OGG}},
    {"flac", SYNC_FILE_TRACK, {WMDM_FORMATCODE_FLAC}},
    {"aac", SYNC_FILE_TRACK, {WMDM_FORMATCODE_AAC}},
    {"m4a", SYNC_FILE_TRACK, {WMDM_FORMATCODE_MP4, WMDM_FORMATCODE_AAC}},
    {"m3u", SYNC_FILE_PLAYLIST, {0}},
    {"m3u8", SYNC_FILE_PLAYLIST, {0}},
    {"pls", SYNC_FILE_PLAYLIST, {0}},
};

/* The first that a folder has is its cover. */
static const char *const covers[] = {"cover.jpg",   "folder.jpg", "front.jpg",  "cover.jpeg",
                                     "folder.jpeg", "cover.png",  "folder.png", "front.png"};

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static int kind_of(const char *name)
{
    const char *dot = strrchr(name, '.');

    for (size_t i = 0; dot && i < ARRAY_SIZE(kinds); i++) {
        if (strcasecmp(dot + 1, kinds[i].extension) == 0)
            return (int)i;
    }
    return -1;
}

const uint16_t *sync_track_formats(const char *path)
{
    static const uint16_t none[] = {0};
    int kind = kind_of(name_of(path));

    return kind < 0 ? none : kinds[kind].formats;
}

static bool is_wanted(const char *name, enum sync_file_kind *ret_kind)
{
    int kind = kind_of(name);

    if (kind >= 0)
        *ret_kind = kinds[kind].kind;
    for (size_t i = 0; kind < 0 && i < ARRAY_SIZE(covers); i++) {
        if (strcasecmp(name, covers[i]) != 0)
            continue;
        *ret_kind = SYNC_FILE_COVER;
        return true;
    }
    return kind >= 0;
}

/* Bytes of the character at `at`, 0 if none is there: overlong forms, surrogates and what lies
 * beyond U+10FFFF are none (RFC 3629). */
static size_t character(const unsigned char *at)
{
    unsigned length = at[0] < 0x80 ? 1 : at[0] < 0xc2 ? 0 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;

    if (at[0] > 0xf4 || (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
        (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f))
        return 0;
    for (unsigned i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    }
    return length;
}

int sync_is_utf8(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;

    while (*at) {
        size_t length = character(at);

        if (!length)
            return 0;
        at += length;
    }
    return 1;
}

/* ---- the walk */
static void leave_out(const struct walk *walk, const char *path, enum sync_failure why)
{
    char said[4 * PATH_MAX + 1];
    const unsigned char *at = (const unsigned char *)path;
    size_t used = 0;

    while (*at && used + 5 < sizeof(said)) {
        size_t length = character(at);

        if (length)
            memcpy(said + used, at, length);
        used += length ? length : (size_t)sprintf(said + used, "\\x%02x", *at);
        at += length ? length : 1;
    }
    said[used] = '\0';
    walk->left_out(walk->context, said, why);
}

/* By errno. */
static void cannot_read(struct walk *walk, const char *path)
{
    bool gone = errno == ENOENT;

    walk->library->partial |= !gone;
    leave_out(walk, path, gone ? SYNC_VANISHED : SYNC_UNREADABLE);
}

static int keep(struct walk *walk, const char *path, enum sync_file_kind kind,
                const struct stat *stat)
{
    struct sync_library *library = walk->library;

    if (library->count == FILES_MOST)
        return -E2BIG;
    if (library->count == walk->room) {
        size_t room = walk->room ? 2 * walk->room : 256;
        struct sync_file *grown = realloc(library->file, room * sizeof(*grown));

        if (!grown)
            return -ENOMEM;
        library->file = grown;
        walk->room = room;
    }
    library->file[library->count] = (struct sync_file){
        .kind = kind,
        .path = strdup(path),
        .size = (uint64_t)stat->st_size,
        .changed = (int64_t)stat->st_mtim.tv_sec * 1000000000 + stat->st_mtim.tv_nsec,
    };
    if (!library->file[library->count].path)
        return -ENOMEM;
    library->count++;
    return 0;
}

static int walk_folder(struct walk *walk, int parent, const char *name, const char *path,
                       unsigned depth);

/* `path` is the folder's below the library, with a slash behind it unless it is the library. */
static int walk_entry(struct walk *walk, int folder, const char *path, const char *name,
                      unsigned depth)
{
    enum sync_file_kind kind = SYNC_FILE_TRACK;
    char whole[PATH_MAX];
    struct stat stat;

    if (name[0] == '.') /* hidden, and the two every folder has */
        return 0;
    if ((size_t)snprintf(whole, sizeof(whole), "%s%s", path, name) >= sizeof(whole) - 1) {
        leave_out(walk, path, SYNC_TOO_DEEP);
        return 0;
    }
    if (fstatat(folder, name, &stat, AT_SYMLINK_NOFOLLOW) < 0) {
        cannot_read(walk, whole);
        return 0;
    }
    if (S_ISDIR(stat.st_mode))
        return walk_folder(walk, folder, name, whole, depth + 1);
    if (!is_wanted(name, &kind) || (!S_ISREG(stat.st_mode) && !S_ISLNK(stat.st_mode)))
        return 0;
    if (S_ISREG(stat.st_mode) && sync_is_utf8(whole))
        return keep(walk, whole, kind, &stat);
    leave_out(walk, whole, S_ISREG(stat.st_mode) ? SYNC_BAD_NAME : SYNC_LINK);
    return 0;
}

static int walk_opened(struct walk *walk, DIR *folder, const char *path, unsigned depth)
{
    const struct dirent *entry;
    int error = 0;

    errno = 0;
    while (!error && (entry = readdir(folder)) != NULL) {
        error = walk_entry(walk, dirfd(folder), path, entry->d_name, depth);
        errno = 0;
    }
    if (!error && errno)
        cannot_read(walk, path);
    return error;
}

static int walk_folder(struct walk *walk, int parent, const char *name, const char *path,
                       unsigned depth)
{
    char below[PATH_MAX + 1];
    DIR *folder;
    int error, fd;

    if (depth > DEEPEST) {
        leave_out(walk, path, SYNC_TOO_DEEP);
        return 0;
    }
    fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    folder = fd < 0 ? NULL : fdopendir(fd);
    if (!folder) {
        cannot_read(walk, path);
        if (fd >= 0)
            close(fd);
        return 0;
    }
    snprintf(below, sizeof(below), "%s/", path);
    error = walk_opened(walk, folder, below, depth);
    closedir(folder);
    return error;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct sync_file *)a)->path, ((const struct sync_file *)b)->path);
}

int sync_library_read(const char *folder, sync_left_out *left_out, void *context,
                      struct sync_library *ret)
{
    struct sync_library library = {.folder = -1, .root = realpath(folder, NULL)};
    struct walk walk = {.library = &library, .left_out = left_out, .context = context};
    DIR *opened = library.root ? opendir(library.root) : NULL;
    int error = opened ? 0 : -errno;

    if (opened) {
        error = walk_opened(&walk, opened, "", 0);
        library.folder = fcntl(dirfd(opened), F_DUPFD_CLOEXEC, 0);
        if (!error && library.folder < 0)
            error = -errno;
        closedir(opened);
    }
    if (error) {
        sync_library_done(&library);
        return error;
    }
    if (library.count)
        qsort(library.file, library.count, sizeof(*library.file), by_path);
    *ret = library;
    return 0;
}

void sync_library_done(struct sync_library *library)
{
    for (size_t i = 0; i < library->count; i++)
        free(library->file[i].path);
    free(library->file);
    free(library->root);
    if (library->folder >= 0)
        close(library->folder);
    *library = (struct sync_library){.folder = -1};
}

/* ---- what it holds */
const struct sync_file *sync_library_find(const struct sync_library *library, const char *path)
{
    struct sync_file key = {.path = (char *)(uintptr_t)path};

    return library->count ? bsearch(&key, library->file, library->count, sizeof(key), by_path)
                          : NULL;
}

int sync_library_open(const struct sync_library *library, const char *path, uint64_t *ret_size,
                      int64_t *ret_changed)
{
    /* A pipe in a track's place must not be waited for. */
    int fd = openat(library->folder, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat stat;
    int error = 0;

    if (fd < 0)
        return -errno;
    if (fstat(fd, &stat) < 0)
        error = -errno;
    else if (!S_ISREG(stat.st_mode))
        error = -EINVAL;
    if (error) {
        close(fd);
        return error;
    }
    *ret_size = (uint64_t)stat.st_size;
    *ret_changed = (int64_t)stat.st_mtim.tv_sec * 1000000000 + stat.st_mtim.tv_nsec;
    return fd;
}

static int load(int fd, size_t size, char **ret_bytes, size_t *ret_length)
{
    char *bytes = malloc(size + 1);
    size_t used = 0;
    ssize_t got = 1;

    if (!bytes)
        return -ENOMEM;
    while (used < size && (got = read(fd, bytes + used, size - used)) > 0)
        used += (size_t)got;
    if (got < 0) {
        int error = -errno;

        free(bytes);
        return error;
    }
    bytes[used] = '\0';
    *ret_bytes = bytes;
    *ret_length = used;
    return 0;
}

int sync_library_load(const struct sync_library *library, const char *path, size_t most,
                      char **ret_bytes, size_t *ret_length)
{
    uint64_t size = 0;
    int64_t changed;
    int fd = sync_library_open(library, path, &size, &changed), error;

    if (fd < 0)
        return fd;
    error = size > most ? -EFBIG : load(fd, (size_t)size, ret_bytes, ret_length);
    close(fd);
    return error;
}

/* The first file whose path begins with `length` bytes of `path`, or what would stand behind it. */
static size_t first_below(const struct sync_library *library, const char *path, size_t length)
{
    size_t low = 0, high = library->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strncmp(library->file[middle].path, path, length) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct sync_file *sync_library_cover(const struct sync_library *library, const char *path)
{
    size_t length = (size_t)(name_of(path) - path), best = ARRAY_SIZE(covers);
    const struct sync_file *cover = NULL;

    for (size_t i = first_below(library, path, length);
         i < library->count && strncmp(library->file[i].path, path, length) == 0; i++) {
        const char *name = library->file[i].path + length;

        if (library->file[i].kind != SYNC_FILE_COVER || strchr(name, '/'))
            continue;
        for (size_t rank = 0; rank < best; rank++) {
            if (strcasecmp(name, covers[rank]) != 0)
                continue;
            best = rank;
            cover = &library->file[i];
        }
    }
    return cover;
}

/* A file is the same as long as its inode, size and times are. */
#include "simulator/spec/shelf.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct spec_shelved {
    char *path;
    struct stat file;
    struct player_spec *spec; /* NULL: it was taken */
};

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
           a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static struct spec_shelved *find(const struct spec_shelf *shelf, const char *path)
{
    for (size_t i = 0; i < shelf->count; i++) {
        if (strcmp(shelf->files[i].path, path) == 0)
            return &shelf->files[i];
    }
    return NULL;
}

/* A place of its own for the path; NULL: out of memory. */
static struct spec_shelved *add(struct spec_shelf *shelf, const char *path)
{
    struct spec_shelved *files = realloc(shelf->files, (shelf->count + 1) * sizeof(*files));
    char *own = strdup(path);

    if (files)
        shelf->files = files;
    if (!files || !own) {
        free(own);
        return NULL;
    }
    files[shelf->count] = (struct spec_shelved){.path = own};
    return &files[shelf->count++];
}

void spec_shelf_put(struct spec_shelf *shelf, const char *path)
{
    struct spec_shelved *one = find(shelf, path);
    struct stat now; /* before it is read: what changes meanwhile is seen when it is taken */
    char error[512];

    if (stat(path, &now) < 0 || !S_ISREG(now.st_mode))
        return;
    if (one && one->spec && is_same(&one->file, &now))
        return;
    one = one ? one : add(shelf, path);
    if (!one)
        return;
    spec_free(one->spec);
    one->spec = NULL;
    one->file = now;
    if (spec_load(path, &one->spec, error, sizeof(error)) < 0)
        one->spec = NULL;
}

struct player_spec *spec_shelf_take(struct spec_shelf *shelf, const char *path)
{
    struct spec_shelved *one = find(shelf, path);
    struct player_spec *spec;
    struct stat now;

    if (!one || !one->spec || stat(path, &now) < 0 || !is_same(&one->file, &now))
        return NULL;
    spec = one->spec;
    one->spec = NULL;
    return spec;
}

void spec_shelf_done(struct spec_shelf *shelf)
{
    for (size_t i = 0; i < shelf->count; i++) {
        spec_free(shelf->files[i].spec);
        free(shelf->files[i].path);
    }
    free(shelf->files);
    *shelf = (struct spec_shelf){0};
}

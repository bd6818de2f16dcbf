/* Entries are paths relative to the playlist, whole paths or file: addresses, with slashes of
 * either kind, in UTF-8 or, from older programs, Latin-1. Anything may stand there: what leads out
 * of the library is counted and forgotten. */
#include "spcore/sync/sync_entries.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "spcore/sync/sync_library.h"

struct reading {
    const char *root;
    char folder[PATH_MAX]; /* of the playlist, "" or with a slash behind it */
    struct sync_names *names;
    size_t room;
};

static bool ends_with(const char *path, const char *extension)
{
    const char *dot = strrchr(path, '.');

    return dot && strcasecmp(dot + 1, extension) == 0;
}

/* ---- one entry */

/* Latin-1 where it is no UTF-8; `room` holds twice the text. */
static void to_utf8(const char *text, char *ret)
{
    if (sync_is_utf8(text)) {
        strcpy(ret, text);
        return;
    }
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;

        if (byte >= 0x80) {
            *ret++ = (char)(0xc0 | byte >> 6);
            byte = 0x80 | (byte & 0x3f);
        }
        *ret++ = (char)byte;
    }
    *ret = '\0';
}

static int digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* %XX of an address, in place; a %00 ends it. */
static void unescape(char *text)
{
    char *to = text;

    for (; *text; text++) {
        int high = *text == '%' ? digit(text[1]) : -1, low = high < 0 ? -1 : digit(text[2]);

        *to++ = (char)(low < 0 ? *text : high << 4 | low);
        text += low < 0 ? 0 : 2;
    }
    *to = '\0';
}

/* Takes "." , ".." and doubled slashes out, in place; false: it leads out. */
static bool normalise(char *path)
{
    char *rest = path, *to = path, *part;

    while ((part = strsep(&rest, "/")) != NULL) {
        size_t length = strlen(part);

        if (strcmp(part, "..") == 0) {
            if (to == path)
                return false;
            for (to--; to > path && to[-1] != '/'; to--)
                ;
        } else if (length > 0 && strcmp(part, ".") != 0) {
            memmove(to, part, length);
            to += length;
            *to++ = '/'; /* where the part's own end was, or before it */
        }
    }
    if (to > path)
        to--;
    *to = '\0';
    return to > path;
}

/* The path below the library, in place in `entry` (of PATH_MAX bytes); false: elsewhere. */
static bool resolve(const struct reading *it, char *entry)
{
    size_t root = strlen(it->root);
    char path[2 * PATH_MAX];

    if (strncasecmp(entry, "file://", 7) == 0) {
        memmove(entry, entry + 7, strlen(entry + 7) + 1);
        unescape(entry);
    } else if (strstr(entry, "://")) {
        return false;
    }
    if (!strchr(entry, '/')) {
        for (char *at = entry; (at = strchr(at, '\\')) != NULL;)
            *at = '/';
    }
    if (entry[0] == '/') {
        if (strncmp(entry, it->root, root) != 0 || entry[root] != '/')
            return false;
        memmove(path, entry + root, strlen(entry + root) + 1);
    } else {
        strcpy(path, it->folder);
        strcat(path, entry);
    }
    if (!normalise(path) || strlen(path) >= PATH_MAX)
        return false;
    strcpy(entry, path);
    return true;
}

static int add(struct reading *it, const char *text)
{
    struct sync_names *names = it->names;
    char entry[2 * PATH_MAX];

    if (strlen(text) >= PATH_MAX) {
        names->outside++;
        return 0;
    }
    to_utf8(text, entry);
    if (strlen(entry) >= PATH_MAX || !resolve(it, entry)) {
        names->outside++;
        return 0;
    }
    if (names->count == it->room) {
        size_t room = it->room ? 2 * it->room : 64;
        char **grown = realloc(names->name, room * sizeof(*grown));

        if (!grown)
            return -ENOMEM;
        names->name = grown;
        it->room = room;
    }
    names->name[names->count] = strdup(entry);
    if (!names->name[names->count])
        return -ENOMEM;
    names->count++;
    return 0;
}

/* ---- the lines */

/* What names a track in this line; NULL: nothing does. */
static char *entry_of_m3u(char *line)
{
    return line[0] && line[0] != '#' ? line : NULL;
}

/* "File12=path": the numbers are taken to stand in order, as every writer has them. */
static char *entry_of_pls(char *line)
{
    size_t digits;

    if (strncasecmp(line, "File", 4) != 0)
        return NULL;
    digits = strspn(line + 4, "0123456789");
    return digits && line[4 + digits] == '=' && line[5 + digits] ? line + 5 + digits : NULL;
}

static char *trim(char *line)
{
    char *end = line + strlen(line);

    while (end > line && (end[-1] == ' ' || end[-1] == '\t'))
        *--end = '\0';
    return line + strspn(line, " \t");
}

static int read_lines(struct reading *it, char *text, char *(*entry_of)(char *line))
{
    char *line, *entry;
    int error = 0;

    while (!error && (line = strsep(&text, "\r\n")) != NULL) {
        entry = entry_of(trim(line));
        if (entry)
            error = add(it, entry);
    }
    return error;
}

int sync_playlist_read(const char *text, size_t length, const char *path, const char *root,
                       struct sync_names *ret)
{
    struct sync_names names = {0};
    struct reading it = {.root = root, .names = &names};
    const char *slash = strrchr(path, '/');
    char *copy = malloc(length + 1);
    int error;

    if (!copy)
        return -ENOMEM;
    if (slash && (size_t)(slash - path) + 2 < sizeof(it.folder))
        memcpy(it.folder, path, (size_t)(slash - path) + 1);
    memcpy(copy, text, length);
    copy[length] = '\0';
    error = read_lines(&it, strncmp(copy, "\xef\xbb\xbf", 3) == 0 ? copy + 3 : copy,
                       ends_with(path, "pls") ? entry_of_pls : entry_of_m3u);
    free(copy);
    if (error)
        sync_names_done(&names);
    else
        *ret = names;
    return error;
}

void sync_names_done(struct sync_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->name[i]);
    free(names->name);
    *names = (struct sync_names){0};
}

/* The list of what is wrong with a file. It is bounded, as a file may be nothing but faults, and it
 * knows what one fault makes of others: whoever writes `speed: warp` is not told what does not fit
 * the speed. */
#include "simulator/spec/faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_ROOM 1024

void faults_add(struct faults *faults, unsigned line, const char *format, ...)
{
    struct fault *grown = faults->at;
    char text[LINE_ROOM];
    va_list arguments;
    int used;

    faults->count++;
    if (faults->kept == FAULTS_KEPT)
        return;
    if ((faults->kept & (faults->kept - 1)) == 0) /* room doubles */
        grown = realloc(grown, (faults->kept ? 2 * faults->kept : 1) * sizeof(*grown));
    if (!grown)
        return;
    faults->at = grown;
    used = line ? snprintf(text, sizeof(text), "%s:%u: ", faults->path, line)
                : snprintf(text, sizeof(text), "%s: ", faults->path);
    va_start(arguments, format);
    if (used >= 0 && (size_t)used < sizeof(text))
        vsnprintf(text + used, sizeof(text) - (size_t)used, format, arguments);
    va_end(arguments);
    grown[faults->kept] = (struct fault){line, faults->kept, strdup(text)};
    faults->kept += grown[faults->kept].text != NULL;
}

void faults_void(struct faults *faults, const char *place)
{
    char **grown, *copy;

    if (faults->void_count > FAULTS_KEPT || faults_is_void(faults, place))
        return;
    /* Of so many faults nobody reads the rest. */
    copy = strdup(faults->void_count == FAULTS_KEPT ? "" : place);
    grown = realloc(faults->voids, (faults->void_count + 1) * sizeof(*grown));
    if (grown)
        faults->voids = grown;
    if (grown && copy)
        grown[faults->void_count++] = copy;
    else
        free(copy);
}

bool faults_is_void(const struct faults *faults, const char *place)
{
    if (faults->void_count > FAULTS_KEPT) /* the last of them is "" */
        return true;
    for (size_t i = 0; i < faults->void_count; i++) {
        size_t length = strlen(faults->voids[i]);

        if (strncmp(place, faults->voids[i], length) == 0 &&
            (length == 0 || strchr(".[", place[length])))
            return true;
    }
    return false;
}

static int by_line(const void *left, const void *right)
{
    const struct fault *a = left, *b = right;

    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

void faults_sort(struct faults *faults)
{
    if (faults->kept)
        qsort(faults->at, faults->kept, sizeof(*faults->at), by_line);
}

void faults_done(struct faults *faults)
{
    for (size_t i = 0; i < faults->kept; i++)
        free(faults->at[i].text);
    for (size_t i = 0; i < faults->void_count; i++)
        free(faults->voids[i]);
    free(faults->at);
    free(faults->voids);
    *faults = (struct faults){.path = faults->path};
}

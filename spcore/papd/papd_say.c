/* What papd says, for the journal and for people: a line each, and no name of a file steers what
 * shows it. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "spcore/papd/papd.h"
#include "spcore/sync/sync.h"

static void line(FILE *out, char *text)
{
    for (unsigned char *at = (unsigned char *)text; *at; at++) {
        if (*at < 0x20 || *at == 0x7f)
            *at = '?';
        else if (*at == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0)
            at[0] = at[1] = '?';
    }
    fprintf(out, "%s\n", text);
    fflush(out); /* whoever reads it wants it now */
}

void papd_say(const char *format, ...)
{
    char text[2 * PATH_MAX] = "papd: ";
    const size_t length = sizeof("papd: ") - 1;
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text + length, sizeof(text) - length, format, arguments);
    va_end(arguments);
    line(stderr, text);
}

void papd_say_event(const char *uri, const struct sync_event *event)
{
    static const char *const words[] = {
        [SYNC_EVENT_SENT] = "sent",       [SYNC_EVENT_REPLACED] = "replaced",
        [SYNC_EVENT_DELETED] = "deleted", [SYNC_EVENT_ADOPTED] = "adopted",
        [SYNC_EVENT_LIST] = "list",       [SYNC_EVENT_CAME_BACK] = "came back",
        [SYNC_EVENT_FAILED] = "left out",
    };
    const char *path = event->path ? event->path : "";
    char text[2 * PATH_MAX];

    if (event->kind == SYNC_EVENT_SENDING)
        return;
    if (event->kind == SYNC_EVENT_PLAN)
        snprintf(text, sizeof(text), "%s: %zu steps, %" PRIu64 " bytes", uri, event->total,
                 event->bytes);
    else if (event->kind == SYNC_EVENT_FAILED)
        snprintf(text, sizeof(text), "%s: left out %s: %s", uri, path,
                 sync_failure_text(event->failure));
    else
        snprintf(text, sizeof(text), "%s: %s %s", uri, words[event->kind], path);
    line(stdout, text);
}

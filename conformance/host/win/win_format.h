/* Windows' formats, for text of either width. */
#ifndef CONFORMANCE_HOST_WIN_WIN_FORMAT_H
#define CONFORMANCE_HOST_WIN_WIN_FORMAT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* Where text goes: as many units as there is room for, the last of them 0. */
struct win_sink {
    bool wide; /* of WCHAR; else of char */
    void *to;
    size_t room;
    size_t length; /* that all of it has, without the 0 */
};
/* `format` is as wide as the sink; false: no memory. */
bool win_format(struct win_sink *sink, const void *format, va_list arguments);

#endif

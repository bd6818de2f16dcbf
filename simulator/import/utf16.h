/* Text that Windows wrote: UTF-16 behind a mark of byte order, as UTF-8. */
#ifndef SIMULATOR_IMPORT_UTF16_H
#define SIMULATOR_IMPORT_UTF16_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool utf16_marked(const uint8_t *bytes, size_t size);
/* Of marked bytes, without the mark, into `out`, which has room for twice as many. Ends where a
 * character is not whole: `ret_whole` is false then. Length. */
size_t utf16_decode(const uint8_t *bytes, size_t size, uint8_t *out, bool *ret_whole);

#endif

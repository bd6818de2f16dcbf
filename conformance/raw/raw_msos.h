/* Microsoft OS descriptors as a host reads them: compatible id and registry properties of the
 * first function, from a 2.0 set or from the two 1.0 answers. Any length that is off makes the
 * whole invalid, as in Windows. */
#ifndef CONFORMANCE_RAW_RAW_MSOS_H
#define CONFORMANCE_RAW_RAW_MSOS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MSOS_PROPERTIES = 16, MSOS_NAME = 64, MSOS_DATA = 512 };

struct msos_property {
    uint16_t type; /* registry type */
    char name[MSOS_NAME];
    uint8_t data[MSOS_DATA];
    size_t size;
};

struct msos {
    char compatible[9], sub[9]; /* "" none */
    struct msos_property properties[MSOS_PROPERTIES];
    size_t count;
};

/* -EPROTO, with *ret untouched, for what is no such descriptor. */
int msos_read_set(const uint8_t *bytes, size_t length, struct msos *ret);        /* 2.0 */
int msos_read_compatible(const uint8_t *bytes, size_t length, struct msos *ret); /* 1.0 */
int msos_read_properties(const uint8_t *bytes, size_t length, struct msos *ret); /* 1.0 */
/* The first property whose value is none of its registry type: a text without its terminator, a
 * number that is not four bytes. NULL: there is none. */
const struct msos_property *msos_misfit(const struct msos *msos);
const struct msos_property *msos_find(const struct msos *msos, const char *name);
/* That two descriptions of one function say the same. */
bool msos_agree(const struct msos *a, const struct msos *b);

#endif

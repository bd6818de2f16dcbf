/* The table of metadata: WMDM property, MTP object property, and the types on both sides. */
#ifndef SPCORE_SP_SP_METADATA_H
#define SPCORE_SP_SP_METADATA_H

#include "spcore/sp/sp_storage.h"

/* What lies between the two types when it is not a plain copy. */
enum sp_conversion {
    PLAIN,    /* number to number, string to string */
    YEAR,     /* a date's first four characters, as a string */
    DATE,     /* MTP date string, WMDMDATETIME */
    DURATION, /* milliseconds, 100 ns */
    TRUTH,    /* not 0 */
    UID,      /* 128 bits, text */
    BYTES,    /* array of UINT8, BINARY */
};

struct sp_metadata_row {
    const WCHAR *name;
    uint16_t code, mtp;
    WMDM_TAG_DATATYPE type;
    enum sp_conversion conversion;
    bool writable;
    bool shell; /* one of the six fields that every media file has, empty if unknown */
};

const struct sp_metadata_row *sp_metadata_row(const WCHAR *name); /* NULL: no such */
/* The next one that objects of the format have, `cursor` from 0; NULL: no more. */
const struct sp_metadata_row *sp_metadata_next(struct sp_connection *connection, uint16_t format,
                                               size_t *cursor);

#endif

/* A player file with its defaults filled in and its values encoded: data, from which a player is
 * made. */
#ifndef SIMULATOR_SPEC_SPEC_H
#define SIMULATOR_SPEC_SPEC_H

#include "simulator/defect/defect.h"
#include "simulator/function/kinds.h"
#include "simulator/spec/schema.h"

struct player_spec {
    char *path;
    char *text; /* of the file */
    size_t text_size;
    struct file_player *file;     /* owned */
    struct usb_identity identity; /* what it points to belongs to `file` or `blocks` */
    enum zero_pattern pattern;    /* of its sources and sinks */
    struct mtpr_config config;    /* as identity */
    struct store_volume *volumes; /* as identity */
    size_t volume_count;
    struct defect_set quirks;
    void **blocks; /* everything allocated on the way */
    size_t block_count;
};

/* On failure -errno, and `error` holds one line "FILE:LINE: what". */
int spec_load(const char *path, struct player_spec **ret_spec, char *error, size_t error_size);
void spec_free(struct player_spec *spec);

/* The line of a value in the file (spec/marks.h): "objects[2]". */
unsigned spec_line(const struct player_spec *spec, const char *place);

#endif

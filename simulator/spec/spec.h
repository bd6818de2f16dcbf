/* A player file with its defaults filled in and its values encoded: data, from which a player is
 * made. */
#ifndef SIMULATOR_SPEC_SPEC_H
#define SIMULATOR_SPEC_SPEC_H

#include "simulator/defect/defect.h"
#include "simulator/function/kinds.h"
#include "simulator/spec/faults.h"
#include "simulator/spec/schema.h"

struct marks;

struct player_spec {
    char *path;
    char *text; /* of the file */
    size_t text_size;
    struct marks *marks;          /* made when a line is asked for */
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

/* On failure -errno, and `error` holds one line "FILE:LINE: what": the first of the faults. */
int spec_load(const char *path, struct player_spec **ret_spec, char *error, size_t error_size);
void spec_free(struct player_spec *spec);
/* All that is wrong with it, in the order of lines: `faults`, zeroed before, borrows the path, and
 * faults_done() is due. 0: also when there are faults; -ENOMEM. */
int spec_check(const char *path, struct faults *faults);

/* The line of a value in the file (spec/marks.h): "objects[2]". */
unsigned spec_line(struct player_spec *spec, const char *place);

/* Room for a path or a value of a series, its end included. */
#define SPEC_SERIES_ROOM 1024u
/* `pattern` with {n} and {f} as these numbers in `width` digits; false: longer than the room. */
bool spec_series_text(const char *pattern, int width, uint32_t n, uint32_t f,
                      char ret_text[SPEC_SERIES_ROOM]);
/* Of the numbers of a series. */
int spec_series_width(const struct file_object *object);

#endif

/* A player file with its defaults filled in and its values encoded. */
#ifndef SIMULATOR_SPEC_SPEC_H
#define SIMULATOR_SPEC_SPEC_H

#include "simulator/function/kinds.h"
#include "simulator/mtp/responder.h"
#include "simulator/player/player.h"
#include "simulator/spec/schema.h"
#include "simulator/store/store.h"

struct player_spec {
    char *path;
    struct file_player *file;     /* owned */
    struct usb_identity identity; /* strings belong to `file` or are constants */
    enum zero_pattern pattern;    /* of its sources and sinks */
    struct mtpr_config config;
    struct store_volume *volumes; /* owned; strings as above */
    size_t volume_count;
    struct defect_set quirks;
    void **blocks; /* everything allocated on the way */
    size_t block_count;
};

/* Who is told what is wrong with a player file. */
struct reporter {
    struct player_spec *spec;
    char *error;
    size_t size;
};

/* Writes "FILE:LINE: what" for the n-th place of `needle`; -EINVAL. */
__attribute__((format(printf, 4, 5))) int player_spec_fault(struct reporter *reporter,
                                                            const char *needle, unsigned nth,
                                                            const char *format, ...);
/* spec_usb.c */
int player_spec_identity_fill(struct reporter *reporter);
/* Line of the n-th (from 0) place where `needle` stands in the file; 1 if there is none. */
unsigned player_spec_line(const struct player_spec *spec, const char *needle, unsigned nth);
void *player_spec_alloc(struct player_spec *spec, size_t count, size_t size);

#endif

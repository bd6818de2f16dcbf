/* What the files that fill a player's specification share. */
#ifndef SIMULATOR_SPEC_SPEC_INTERNAL_H
#define SIMULATOR_SPEC_SPEC_INTERNAL_H

#include "simulator/spec/faults.h"
#include "simulator/spec/spec.h"

/* Who is told what is wrong with a player file. */
struct reporter {
    struct player_spec *spec;
    struct faults *faults;
    char place[96];
};

/* The place of a fault, kept in the reporter: "storages[%u].id". */
__attribute__((format(printf, 2, 3))) const char *spec_at(struct reporter *reporter,
                                                          const char *format, ...);
/* Adds "FILE:LINE: PLACE: what", unless the place is void. 0: what follows is looked at, too. */
__attribute__((format(printf, 3, 4))) int spec_fault(struct reporter *reporter, const char *place,
                                                     const char *format, ...);
/* Zeroed, and freed with the specification; NULL: no memory. */
void *spec_alloc(struct player_spec *spec, size_t count, size_t size);

/* All: 0 or -ENOMEM. They leave a specification that the next of them can read, also where they
 * find faults in it. */
int spec_identity(struct reporter *reporter);
int spec_properties(struct reporter *reporter); /* of the device */
int spec_formats(struct reporter *reporter);    /* and their object properties */
int spec_storages(struct reporter *reporter);   /* and the room for the objects on them */
int spec_objects(struct reporter *reporter);    /* whether they can be made as they are said */

#endif

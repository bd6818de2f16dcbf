/* What the children of the folder that was read last are called, so that filling a folder does not
 * read all of it for each object. Only that a name is NOT there is taken from here: as long as this
 * side has changed no name itself, the device says the same number of children, and for a second or
 * ten times as long as the reading took. Thread safe. */
#ifndef SPCORE_SP_SP_NAMES_H
#define SPCORE_SP_SP_NAMES_H

#include <pthread.h>

#include "spcore/include/mswmdm.h"
#include "spcore/mtp/mtpi.h"

struct sp_names_set { /* of hashes: what seems to be there may be another */
    uint64_t *slot;   /* owned; 0: empty */
    size_t room, count;
};

struct sp_names {
    pthread_mutex_t lock;
    uint32_t storage, parent;
    struct sp_names_set set;
    unsigned changes; /* of names, by this side, when they were read */
    int64_t until_ms;
};

void sp_names_init(struct sp_names *names);
void sp_names_done(struct sp_names *names);

/* A folder's names, one by one; false: no memory, and it is not to be kept. */
bool sp_names_add(struct sp_names_set *set, const WCHAR *name);
void sp_names_free(struct sp_names_set *set);
/* Takes the set over: all children of that folder, read since `begun_ms` and so many changes. */
void sp_names_keep(struct sp_names *names, uint32_t storage, uint32_t parent,
                   struct sp_names_set *set, unsigned changes, int64_t begun_ms);

/* Is it known that no child has that name? Asks the device how many it has. */
bool sp_names_lack(struct sp_names *names, struct mtpi *mtpi, uint32_t storage, uint32_t parent,
                   const WCHAR *name);
/* A child of that name has been made; `changes`: those of names before that. */
void sp_names_made(struct sp_names *names, struct mtpi *mtpi, uint32_t storage, uint32_t parent,
                   const WCHAR *name, unsigned changes);

#endif

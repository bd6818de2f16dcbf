/* What is to be done, as a pure function of three lists: what the library wants, what was
 * synchronised before, and what is on the device now. */
#ifndef SPCORE_SYNC_SYNC_PLAN_H
#define SPCORE_SYNC_SYNC_PLAN_H

#include "spcore/sync/sync_state.h"

/* An object that is to be on the device. */
struct sync_wanted {
    enum sync_kind kind;
    char *path; /* below the device's root */
    uint64_t size;
    int64_t changed;
    bool stays; /* as it is, if it is there: what it is to be is not known now */
};

/* An object that is there. */
struct sync_found {
    char *path;
    char *id; /* NULL: it has none */
    bool folder;
    uint64_t size;
    bool has_rating, has_plays; /* as far as it says them */
    uint32_t rating, plays;
    bool gone;    /* deleted meanwhile */
    void *handle; /* the device's; not looked at here */
};

enum sync_do {
    SYNC_KEEP,
    SYNC_LOOK,    /* a track of the same size and another time: its bytes decide; a list */
    SYNC_MAKE,    /* `found`, if any, is torn and goes first */
    SYNC_REPLACE, /* a track: `found` goes first */
    SYNC_ADOPT,   /* something is there under that name: the same? */
    SYNC_DELETE,  /* `found` and the row */
    SYNC_FORGET   /* the row: nothing is there any more */
};

struct sync_step {
    enum sync_do what;
    size_t wanted; /* SYNC_NONE in DELETE and FORGET */
    const struct sync_row *row;
    struct sync_found *found;
};
#define SYNC_NONE ((size_t)-1)

struct sync_plan {
    struct sync_step *step; /* owned */
    size_t count;
};

/* All three lists are in order of their paths, and borrowed. What goes comes first, the inner
 * before the outer; a folder goes only when nothing remains in it. Then, in order of their paths,
 * what is made or kept. 0 or -ENOMEM. */
int sync_plan_make(const struct sync_wanted *wanted, size_t wanted_count,
                   const struct sync_row *rows, size_t row_count, struct sync_found *found,
                   size_t found_count, struct sync_plan *ret);
void sync_plan_done(struct sync_plan *plan);

#endif

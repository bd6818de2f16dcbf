/* The names of the switchable defects. */
#include "simulator/defect/defect.h"

#include <assert.h>
#include <string.h>

#include "simulator/defect/tokens.h"

static_assert(DEFECT_COUNT <= DEFECT_ROOM, "more defects than a set has room for");

const unsigned defect_count = DEFECT_COUNT;
const struct defect_text defect_texts[DEFECT_COUNT] = {
#define QUIRK(token, quirk_number, label, libmtp_flag, what)                                       \
    [QUIRK_##token] = {label, what, (const char *const[]){NULL}, quirk_number, libmtp_flag},
#include "simulator/defect/quirks.def"
#undef QUIRK
#define DEFECT(token, label, how, what, ...)                                                       \
    [DEFECT_##token] = {label, what, (const char *const[]){__VA_ARGS__, NULL}, 0, NULL},
#include "simulator/defect/defects.def"
#undef DEFECT
};

int defect_find(const char *name)
{
    for (int i = 0; i < DEFECT_COUNT; i++) {
        if (strcmp(defect_texts[i].name, name) == 0)
            return i;
    }
    return -1;
}

const struct defect_text *defect_listed(unsigned nth)
{
    return &defect_texts[(nth + QUIRK_COUNT) % DEFECT_COUNT];
}

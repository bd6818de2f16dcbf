/* The names of the switchable defects. */
#include "simulator/defect/defect.h"

#include <string.h>

const struct defect_text defect_texts[DEFECT_COUNT] = {
#define QUIRK(token, quirk_number, label, libmtp_flag, what)                                       \
    [QUIRK_##token] = {label, what, (const char *const[]){NULL}, quirk_number, libmtp_flag},
#define DEFECT(token, label, how, what, ...)                                                       \
    [DEFECT_##token] = {label, what, (const char *const[]){__VA_ARGS__, NULL}, 0, NULL},
#include "simulator/defect/defects.def"
#undef DEFECT
#undef QUIRK
};

int defect_find(const char *name)
{
    for (int i = 0; i < DEFECT_COUNT; i++) {
        if (strcmp(defect_texts[i].name, name) == 0)
            return i;
    }
    return -1;
}

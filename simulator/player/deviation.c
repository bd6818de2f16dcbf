/* The names of the switchable defects. */
#include "player/deviation.h"

#include <string.h>

const struct deviation_text deviation_texts[DEVIATION_COUNT] = {
#define QUIRK(token, quirk_number, label, libmtp_flag, what)                                       \
    [DEVIATION_##token] = {label, what, (const char *const[]){NULL}, quirk_number, libmtp_flag},
#define DEVIATION(token, label, what, ...)                                                         \
    [DEVIATION_##token] = {label, what, (const char *const[]){__VA_ARGS__, NULL}, 0, NULL},
#include "player/deviations.def"
#undef DEVIATION
#undef QUIRK
};

int deviation_find(const char *name)
{
    int i;

    for (i = 0; i < DEVIATION_COUNT; i++) {
        if (!strcmp(deviation_texts[i].name, name))
            return i;
    }
    return -1;
}

/* Which names an object may have, on every storage alike. */
#include <string.h>

#include "simulator/store/store.h"

/* UTF-16 units the text needs; 0 if it is no well-formed UTF-8. */
static unsigned units(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    unsigned count = 0;

    while (*at) {
        unsigned more = *at < 0x80 ? 0 : *at < 0xc2 ? 9 : *at < 0xe0 ? 1 : *at < 0xf0 ? 2 : 3;

        if (more > 3 || *at > 0xf4)
            return 0;
        count += more == 3 ? 2 : 1;
        for (at++; more > 0; more--, at++) {
            if ((*at & 0xc0) != 0x80)
                return 0;
        }
    }
    return count;
}

bool store_name_legal(const char *name)
{
    unsigned count = units(name);

    if (count < 1 || count > 254)
        return false;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return false;
    for (const unsigned char *at = (const unsigned char *)name; *at; at++) {
        if (*at < 0x20 || *at == 0x7f || *at == '/' || *at == '\\')
            return false;
    }
    return true;
}

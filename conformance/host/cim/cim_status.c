/* The names of WMI's results, for people. */
#include "conformance/host/cim/cim_status.h"

#include <stdio.h>

#include "spcore/base.h"

static const struct {
    HRESULT code;
    const char *name;
} names[] = {
#define STATUS(name) {(HRESULT)name, #name},
#include "conformance/host/cim/cim_status.def"
#undef STATUS
};

const char *cim_status(HRESULT hr)
{
    static _Thread_local char number[12];

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (names[i].code == hr)
            return names[i].name;
    }
    snprintf(number, sizeof(number), "0x%08X", (unsigned)hr);
    return number;
}

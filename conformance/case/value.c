/* Names of what is seen by number: a report that says 0xffffffffffffff92 leaves its reader to work
 * out that a device did not answer in time. */
#include "conformance/case/value.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "mtp_codes.h"
#include "spcore/base.h"
#include "spcore/com/com_hresult.h"
#include "spcore/include/com.h"

struct value value_errno(int64_t result)
{
    const char *name = result < 0 && result > INT_MIN ? strerrorname_np((int)-result) : NULL;
    struct value value;

    snprintf(value.text, sizeof(value.text), "%lld%s%s", (long long)result, name ? " " : "",
             name ? name : "");
    return value;
}

static const char *response_name(int code)
{
    static const struct {
        uint16_t code;
        const char *name;
    } names[] = {
#define RESPONSE(name, code) {code, "MTP_RC_" #name},
        MTP_RESPONSES(RESPONSE)
#undef RESPONSE
    };

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (names[i].code == code)
            return names[i].name;
    }
    return "(no name)";
}

struct value value_rc(int code)
{
    struct value value;

    if (code < 0)
        return value_errno(code);
    snprintf(value.text, sizeof(value.text), "0x%04x %s", (unsigned)code, response_name(code));
    return value;
}

struct value value_hr(int32_t hr)
{
    const char *name = hr_name(hr);
    struct value value;
    int at = snprintf(value.text, sizeof(value.text), "0x%08x ", (unsigned)hr);

    if (name)
        snprintf(value.text + at, sizeof(value.text) - (size_t)at, "%s", name);
    else if (hr == HRESULT_FROM_WIN32(HRESULT_CODE(hr)))
        snprintf(value.text + at, sizeof(value.text) - (size_t)at, "HRESULT_FROM_WIN32(%u)",
                 (unsigned)HRESULT_CODE(hr));
    else
        snprintf(value.text + at, sizeof(value.text) - (size_t)at, "(no name)");
    return value;
}

/* Names of what is seen by number: a report that says 0xffffffffffffff92 leaves its reader to work
 * out that a device did not answer in time. */
#include "conformance/case/value.h"

#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
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

/* NULL ends a table. */
struct code_name {
    uint16_t code;
    const char *name;
};

static const char *name_in(const struct code_name *names, int code)
{
    while (names->name && names->code != code)
        names++;
    return names->name ? names->name : "(no name)";
}

/* GET_STORAGE_IDS as the documents write it: GetStorageIDs. */
static void as_documented(const char *name, char *text, size_t size)
{
    static const char *const whole[] = {"ID", "OK", "64", "WMDRMPD", "WMPPD"};
    size_t at = 0;

    while (*name && at + 1 < size) {
        size_t length = strcspn(name, "_");
        bool is_whole = false;

        for (size_t i = 0; i < ARRAY_SIZE(whole); i++)
            is_whole |= strlen(whole[i]) == length && memcmp(name, whole[i], length) == 0;
        for (size_t i = 0; i < length && at + 1 < size; i++)
            text[at++] = (char)(i == 0 || is_whole ? name[i] : tolower((unsigned char)name[i]));
        if (length == 3 && memcmp(name, "IDS", 3) == 0)
            text[at - 2] = 'D';
        name += length + (name[length] == '_');
    }
    text[at] = '\0';
}

static struct value documented(const struct code_name *names, unsigned code)
{
    struct value value;
    const char *found = name_in(names, (int)code);
    char name[56];

    if (*found == '(')
        snprintf(name, sizeof(name), "%s", found);
    else
        as_documented(found, name, sizeof(name));
    snprintf(value.text, sizeof(value.text), "0x%04x %s", code, name);
    return value;
}

struct value value_rc(int code)
{
    static const struct code_name names[] = {
#define RESPONSE(name, code) {code, #name},
        MTP_RESPONSES(RESPONSE)
#undef RESPONSE
            {0, NULL}};

    return code < 0 ? value_errno(code) : documented(names, (unsigned)code);
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

struct value value_hr_name(int32_t hr)
{
    const char *name = hr_name(hr);
    struct value value = value_hr(hr);

    if (name)
        snprintf(value.text, sizeof(value.text), "%s", name);
    return value;
}

struct value value_op(uint16_t code)
{
    static const struct code_name names[] = {
#define OPERATION(name, code) {code, #name},
        MTP_OPERATIONS(OPERATION)
#undef OPERATION
            {0, NULL}};

    return documented(names, code);
}

struct value value_event(uint16_t code)
{
    static const struct code_name names[] = {
#define EVENT(name, code) {code, #name},
        MTP_EVENTS(EVENT)
#undef EVENT
            {0, NULL}};

    return documented(names, code);
}

const char *value_name(const struct value *value)
{
    const char *space = strchr(value->text, ' ');

    return space && space[1] != '(' ? space + 1 : value->text;
}

/* USB 2.0, table 9-4; still image class 1.0, 5.2. */
struct value value_request(const uint8_t setup[8])
{
    static const struct code_name standard[] = {
        {0, "GET_STATUS"},        {1, "CLEAR_FEATURE"},     {3, "SET_FEATURE"},
        {5, "SET_ADDRESS"},       {6, "GET_DESCRIPTOR"},    {7, "SET_DESCRIPTOR"},
        {8, "GET_CONFIGURATION"}, {9, "SET_CONFIGURATION"}, {10, "GET_INTERFACE"},
        {11, "SET_INTERFACE"},    {12, "SYNCH_FRAME"},      {0, NULL}};
    static const struct code_name class[] = {{0x64, "Cancel"},
                                             {0x65, "Get Extended Event Data"},
                                             {0x66, "Device Reset"},
                                             {0x67, "Get Device Status"},
                                             {0, NULL}};
    static const struct code_name none[] = {{0, NULL}};
    const struct code_name *const types[] = {standard, class, none, none};
    struct value value;

    snprintf(value.text, sizeof(value.text), "%s (%02x %02x %04x %04x %04x)",
             name_in(types[setup[0] >> 5 & 3], setup[1]), setup[0], setup[1], get_le16(setup + 2),
             get_le16(setup + 4), get_le16(setup + 6));
    return value;
}

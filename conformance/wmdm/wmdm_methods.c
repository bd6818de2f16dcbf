/* Every method that a provider implements, as the ABI's table has it; and a call as text, the way
 * its caller would say it. */
#define WMDM_METHOD_TABLE
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "conformance/wmdm/wmdm_call.h"
#include "spcore/base.h"
#include "spcore/com/com_guid.h"
#include "spcore/com/com_utf16.h"

#define LONGEST_STRING 60 /* of which a reader sees the beginning */

struct writer {
    char *text;
    size_t size, at;
};

static void put(struct writer *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(struct writer *out, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(out->text + out->at, out->size - out->at, format, arguments);
    va_end(arguments);
    if (length > 0)
        out->at += (size_t)length < out->size - out->at ? (size_t)length : out->size - out->at - 1;
}

void wmdm_iid_text(REFIID iid, char *text, size_t size)
{
    char guid[COM_GUID_TEXT];

    for (size_t i = 0; i < ARRAY_SIZE(iids); i++) {
        if (IsEqualGUID(iids[i].iid, iid)) {
            snprintf(text, size, "%s", iids[i].name);
            return;
        }
    }
    com_guid_format(iid, guid);
    snprintf(text, size, "%s", guid);
}

static const char *name_of(const struct wmdm_name *names, uint32_t value)
{
    while (names->name && names->value != value)
        names++;
    return names->name;
}

/* Its name, or the names of its bits; what has none as a number. */
static void put_value(struct writer *out, const struct wmdm_name *names, uint64_t value)
{
    const char *glue = "";
    const char *whole = names ? name_of(names, (uint32_t)value) : NULL;

    if (whole) {
        put(out, "%s", whole);
        return;
    }
    for (uint64_t bit = 1; names && value && bit <= UINT32_MAX; bit <<= 1) {
        const char *name = value & bit ? name_of(names, (uint32_t)bit) : NULL;
        if (!name)
            continue;
        put(out, "%s%s", glue, name);
        glue = "|";
        value &= ~bit;
    }
    if (value || !*glue)
        put(out, value < 1000000 ? "%s%llu" : "%s0x%llx", glue, (unsigned long long)value);
}

/* Of a path of this machine its last part: where a run keeps its files is no part of what was
 * asked. */
static void put_string(struct writer *out, const WCHAR *wide)
{
    char *whole = com_utf8_from_utf16(wide), *slash = whole ? strrchr(whole, '/') : NULL;
    const char *text = whole && whole[0] == '/' && slash[1] ? slash + 1 : whole;
    size_t length = text ? strlen(text) : 0, shown = length;

    if (length > LONGEST_STRING)
        shown = LONGEST_STRING;
    while (shown < length && ((unsigned char)text[shown] & 0xc0) == 0x80)
        shown--; /* not within a character */
    put(out, "\"%.*s%s\"", (int)shown, text ? text : "", shown < length ? "…" : "");
    CoTaskMemFree(whole);
}

static void put_argument(struct writer *out, const struct wmdm_parameter *parameter, uint64_t word)
{
    const void *pointer = (const void *)(uintptr_t)word;
    char iid[64];

    if (parameter->kind == WMDM_ARG_VALUE) {
        put_value(out, parameter->names, word);
    } else if (parameter->kind == WMDM_ARG_SIGNED) {
        put(out, "%lld", (long long)(int64_t)word);
    } else if (!pointer) {
        put(out, "NULL");
    } else if (parameter->kind == WMDM_ARG_TEXT) {
        put_string(out, pointer);
    } else if (parameter->kind == WMDM_ARG_IID) {
        wmdm_iid_text(pointer, iid, sizeof(iid));
        put(out, "%s", iid);
    } else if (parameter->direction == WMDM_IN) {
        put(out, "%s", parameter->name);
    } else {
        put(out, "…");
    }
}

/* Outputs at the end are left out, unless one of them is NULL: then all show which. */
static unsigned arguments_shown(const struct wmdm_method *method, const uint64_t *arguments)
{
    unsigned shown = 0;

    for (unsigned i = 0; i < method->count; i++) {
        if (method->parameters[i].direction == WMDM_IN)
            shown = i + 1;
        else if (!arguments[i])
            return method->count;
    }
    return shown;
}

void wmdm_call_text(const struct wmdm_method *method, const uint64_t *arguments, char *text,
                    size_t size)
{
    struct writer out = {text, size, 0};
    unsigned shown = arguments_shown(method, arguments);

    put(&out, "%s::%s(", method->interface, method->name);
    for (unsigned i = 0; i < shown; i++) {
        put(&out, "%s", i ? ", " : "");
        put_argument(&out, &method->parameters[i], arguments[i]);
    }
    put(&out, ")");
}

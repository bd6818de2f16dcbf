/* One object property as mtp-detect prints it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mtp_codes.h"
#include "simulator/import/import_report.h"
#include "simulator/import/lines.h"
#include "simulator/mtp/mtpr_value.h"
#include "spcore/base.h"

static const struct {
    const char *name;
    uint16_t type;
} types[] = {
    {"INT8", MTP_DTC_INT8},         {"UINT8", MTP_DTC_UINT8},   {"INT16", MTP_DTC_INT16},
    {"UINT16", MTP_DTC_UINT16},     {"INT32", MTP_DTC_INT32},   {"UINT32", MTP_DTC_UINT32},
    {"INT64", MTP_DTC_INT64},       {"UINT64", MTP_DTC_UINT64}, {"INT128", MTP_DTC_INT128},
    {"UINT128", MTP_DTC_UINT128},   {"STRING", MTP_DTC_STRING}, {"UNDEFINED", MTP_DTC_UNDEFINED},
    {"UNKNOWN", MTP_DTC_UNDEFINED},
};

static const char *const markers[] = {"GET/SET", "READ ONLY"};

/* The last of the two words that end a description; NULL: it is cut off. */
static const char *find_marker(const char *text, bool *ret_settable)
{
    const char *found = NULL;

    for (size_t i = 0; i < 2; i++) {
        for (const char *at = strstr(text, markers[i]); at; at = strstr(at + 1, markers[i])) {
            if (!found || at > found) {
                found = at;
                *ret_settable = i == 0;
            }
        }
    }
    return found;
}

/* "…name array of UINT8" up to `end`: the type. */
static bool find_type(const char *text, const char *end, uint16_t *ret_type)
{
    while (end > text && end[-1] == ' ')
        end--;
    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        size_t length = strlen(types[i].name);
        const char *at = end - length;

        if ((size_t)(end - text) < length || memcmp(at, types[i].name, length) != 0 ||
            (at > text && at[-1] != ' '))
            continue;
        while (at > text && at[-1] == ' ')
            at--;
        *ret_type = types[i].type;
        if (at - text >= 8 && memcmp(at - 8, "array of", 8) == 0)
            *ret_type |= MTP_DTC_ARRAY;
        return true;
    }
    return false;
}

/* Within what the type holds, or the negative number of the same bits. */
static bool fits(uint16_t type, size_t bits, bool negative, unsigned long long number)
{
    if (negative && !mtpr_type_signed(type) && bits < 32)
        return false; /* a smaller one is an int to printf(), and never negative */
    if (bits == 0 || bits >= 64)
        return true;
    if (negative)
        return (long long)number >= -(1ll << (bits - 1));
    return number >> (bits - (mtpr_type_signed(type) ? 1 : 0)) == 0;
}

/* Tools print what they take for signed: the same bits as the type has them. */
static char *number_text(uint16_t type, const char **text)
{
    uint16_t element = type & (uint16_t)~MTP_DTC_ARRAY;
    size_t bits = mtpr_type_width(element) * 8;
    bool negative = **text == '-';
    unsigned long long number;
    char *end, *made = NULL;

    errno = 0;
    number = negative ? (unsigned long long)strtoll(*text, &end, 10) : strtoull(*text, &end, 10);
    if (errno || end == *text || !fits(element, bits, negative, number))
        return NULL;
    *text = end;
    if (mtpr_type_signed(element)) {
        if (asprintf(&made, "%lld", (long long)number) < 0)
            return NULL;
    } else {
        if (bits > 0 && bits < 64)
            number &= (1ull << bits) - 1;
        if (asprintf(&made, "%llu", number) < 0)
            return NULL;
    }
    return made;
}

static bool add_value(struct import_property *property, char *value)
{
    char **bigger =
        value ? import_grow(property->values, property->value_count, sizeof(*bigger)) : NULL;

    if (!bigger) {
        free(value);
        return false;
    }
    property->values = bigger;
    property->values[property->value_count++] = value;
    return true;
}

static const char *take_range(const char *text, const char *end, struct import_property *property)
{
    static const char *const words[] = {"MIN", "MAX", "STEP"};

    for (unsigned i = 0; i < 3; i++) {
        text = text_after(text, words[i]);
        if (!text || !add_value(property, number_text(property->type, &text)))
            return "a range needs MIN, MAX and STEP of its type";
        text += strspn(text, ", ");
    }
    return text == end ? NULL : "unexpected words after a range";
}

static const char *take_enumeration(const char *text, const char *end,
                                    struct import_property *property)
{
    while (text < end) {
        if (property->type == MTP_DTC_STRING) {
            const char *comma = memchr(text, ',', (size_t)(end - text));
            size_t length = (size_t)((comma ? comma : end) - text);

            if (!add_value(property, strndup(text, length)))
                return "too many values";
            text += length;
        } else if (!add_value(property, number_text(property->type, &text))) {
            return "an enumeration holds what is no number of its type";
        }
        if (text < end && *text != ',' && *text != ' ')
            return "an enumeration holds what is no number of its type";
        text += strspn(text, ", ");
    }
    return NULL;
}

static const char *take_expression(const char *text, const char *end,
                                   struct import_property *property)
{
    while (end > text && end[-1] == ' ')
        end--;
    if (end - text < 2 || *text != '(' || end[-1] != ')' || text_starts(text, "((null))"))
        return NULL;
    property->expression = strndup(text + 1, (size_t)(end - text) - 2);
    return property->expression ? NULL : "no memory";
}

static const char *take_nothing(const char *text, const char *end, struct import_property *property)
{
    (void)property;
    while (end > text && end[-1] == ' ')
        end--;
    return text == end ? NULL : "unexpected words after a form";
}

static const char *take_any(const char *text, const char *end, struct import_property *property)
{
    const char *rest = text_after(text, "form");

    return take_nothing(rest ? rest : text, end, property);
}

/* "(null)" in parentheses, and whatever a vendor put there. */
static const char *take_date(const char *text, const char *end, struct import_property *property)
{
    return *text == '(' ? NULL : take_nothing(text, end, property);
}

static const struct {
    const char *prefix;
    uint8_t form;
    const char *(*take)(const char *text, const char *end, struct import_property *property);
} forms[] = {
    {"range:", MTP_FORM_RANGE, take_range},
    {"enumeration:", MTP_FORM_ENUMERATION, take_enumeration},
    {"DATETIME FORM", MTP_FORM_DATE_TIME, take_date},
    {"REGULAR EXPRESSION FORM", MTP_FORM_REGULAR_EXPRESSION, take_expression},
    {"LONG STRING FORM", MTP_FORM_LONG_STRING, take_nothing},
    {"byte array:", MTP_FORM_BYTE_ARRAY, take_nothing},
    {"ANY 8BIT VALUE", MTP_FORM_NONE, take_any},
    {"ANY 16BIT VALUE", MTP_FORM_NONE, take_any},
    {"ANY 32BIT VALUE", MTP_FORM_NONE, take_any},
};

static const char *take_form(const char *text, const char *end, struct import_property *property)
{
    for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
        const char *rest = text_after(text, forms[i].prefix);

        if (!rest || rest > end)
            continue;
        property->form = forms[i].form;
        return forms[i].take(rest, end, property);
    }
    return text == end ? NULL : "a form nobody knows";
}

static const char *take_group(const char *text, struct import_property *property)
{
    const char *rest = text_after(text, "GROUP");

    if (*text == '\0')
        return NULL;
    if (!rest)
        return "unexpected words after GET/SET or READ ONLY";
    rest = text_hex(rest, 8, &property->group);
    return rest && *rest == '\0' ? NULL : "a group that is no hexadecimal number";
}

const char *import_property_text(const char *text, struct import_property *property)
{
    const char *data = strstr(text, " data type"), *marker, *form;
    const char *wrong;

    if (!data)
        return NULL; /* old versions: the name and no more */
    if (!find_type(text, data, &property->type))
        return "a data type nobody knows";
    form = data + strlen(" data type");
    form += strspn(form, " ");
    marker = find_marker(form, &property->settable);
    if (!marker)
        return "neither GET/SET nor READ ONLY: the line is cut off";
    property->described = true;
    wrong = take_form(form, marker, property);
    marker += strlen(property->settable ? markers[0] : markers[1]);
    return wrong ? wrong : take_group(marker + strspn(marker, " "), property);
}

/* Answers cut into fields: by layouts, as the documents print them. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mtp_codes.h"
#include "simulator/defect/generated.h"
#include "spcore/base.h"

static uint64_t number(const struct passing *passing, size_t at, size_t length)
{
    uint64_t value = 0;

    for (size_t i = 0; i < length && at + i < passing->length; i++)
        value |= (uint64_t)passing->bytes[at + i] << 8 * (passing->big_endian ? length - 1 - i : i);
    return value;
}

void cut_add(struct passing *passing, const char *prefix, const char *name, enum field_type type,
             size_t at, size_t length)
{
    struct field *field = &passing->fields[passing->field_count];

    if (passing->field_count == FIELDS_MAX || at > passing->length || length > passing->length - at)
        return;
    *field = (struct field){.type = type, .at = at, .length = length, .owner = passing->owner};
    snprintf(field->name, sizeof(field->name), "%s%s", prefix, name);
    passing->field_count++;
}

static void add_element(struct passing *passing, const char *prefix, const char *name, size_t at,
                        size_t length, size_t count_at, size_t count_size)
{
    size_t before = passing->field_count;

    cut_add(passing, prefix, name, FIELD_ELEMENT, at, length);
    if (passing->field_count > before) {
        passing->fields[before].count_at = count_at;
        passing->fields[before].count_size = count_size;
    }
}

/* ---- values by their data type */

struct typed {
    enum field_type type;
    size_t length, element; /* of an ARRAY */
};

static struct typed typed_at(const struct passing *passing, size_t at, uint64_t datatype)
{
    static const uint8_t sizes[] = {0, 1, 1, 2, 2, 4, 4, 8, 8, 16, 16};
    uint64_t scalar = datatype & ~(uint64_t)MTP_DTC_ARRAY;

    if (datatype == MTP_DTC_STRING)
        return (struct typed){FIELD_TEXT, 1 + 2 * (size_t)number(passing, at, 1), 0};
    if (scalar == 0 || scalar >= ARRAY_SIZE(sizes))
        return (struct typed){FIELD_BYTES, passing->length - at, 0};
    if (datatype & MTP_DTC_ARRAY)
        return (struct typed){FIELD_ARRAY, 4 + sizes[scalar] * (size_t)number(passing, at, 4),
                              sizes[scalar]};
    return (struct typed){sizes[scalar] > 8 ? FIELD_BYTES : FIELD_NUMBER, sizes[scalar], 0};
}

static size_t add_typed(struct passing *passing, size_t at, const char *prefix, const char *name,
                        struct typed typed)
{
    char one[FIELD_NAME_MAX];
    size_t before = passing->field_count;

    cut_add(passing, prefix, name, typed.type, at, typed.length);
    if (typed.type != FIELD_ARRAY || passing->field_count == before)
        return at + typed.length;
    passing->fields[before].count_at = at;
    passing->fields[before].count_size = 4;
    snprintf(one, sizeof(one), "%.32s.one", name);
    for (size_t i = at + 4; i < at + typed.length; i += typed.element)
        add_element(passing, prefix, one, i, typed.element, at, 4);
    return at + typed.length;
}

/* ---- forms of property descriptions (MTP 1.1, 5.1.2, 5.3.2) */

static size_t cut_enumeration(struct passing *passing, size_t at, uint64_t datatype)
{
    size_t count_at = at, count = (size_t)number(passing, at, 2);

    at = add_typed(passing, at, "", "Values", (struct typed){FIELD_NUMBER, 2, 0});
    for (size_t i = 0; i < count && at < passing->length; i++) {
        struct typed typed = typed_at(passing, at, datatype);

        add_element(passing, "", "Values.one", at, typed.length, count_at, 2);
        at += typed.length;
    }
    return at;
}

static size_t cut_form(struct passing *passing, size_t at, uint64_t flag, uint64_t datatype)
{
    static const char *const range[] = {"Minimum", "Maximum", "Step"};

    for (size_t i = 0; flag == MTP_FORM_RANGE && i < ARRAY_SIZE(range); i++)
        at = add_typed(passing, at, "", range[i], typed_at(passing, at, datatype));
    if (flag == MTP_FORM_ENUMERATION)
        return cut_enumeration(passing, at, datatype);
    if (flag == MTP_FORM_REGULAR_EXPRESSION)
        return add_typed(passing, at, "", "Expression", typed_at(passing, at, MTP_DTC_STRING));
    if (flag != MTP_FORM_RANGE && at < passing->length)
        return add_typed(passing, at, "", "Form",
                         (struct typed){FIELD_BYTES, passing->length - at, 0});
    return at;
}

/* ---- layouts */

struct place {
    size_t at;
    uint64_t last, datatype, form; /* the number before; what T and f said */
};

static struct typed by_letter(const struct passing *passing, const struct place *now, char letter)
{
    switch (letter) {
    case 's':
        return typed_at(passing, now->at, MTP_DTC_STRING);
    case 'h':
        return typed_at(passing, now->at, MTP_DTC_ARRAY_UINT16);
    case 'w':
        return typed_at(passing, now->at, MTP_DTC_ARRAY_UINT32);
    case 'V':
        return typed_at(passing, now->at, now->datatype);
    case 'T':
        return (struct typed){FIELD_NUMBER, 2, 0};
    case 'f':
        return (struct typed){FIELD_NUMBER, 1, 0};
    case '$':
        return (struct typed){FIELD_BYTES, (size_t)now->last, 0};
    default:
        return (struct typed){FIELD_BYTES, passing->length - now->at, 0};
    }
}

/* A text in a field of fixed length, and the zeroes behind it. */
static void cut_fixed_text(struct passing *passing, struct place *now, const char *prefix,
                           const char *name, size_t length)
{
    char padding[FIELD_NAME_MAX];
    size_t text;

    if (length > passing->length - now->at)
        length = passing->length - now->at;
    text = strnlen((const char *)passing->bytes + now->at, length);
    cut_add(passing, prefix, name, FIELD_BYTES, now->at, text);
    snprintf(padding, sizeof(padding), "%.32s.padding", name);
    cut_add(passing, prefix, padding, FIELD_BYTES, now->at + text, length - text);
    now->at += length;
}

static void cut_one(struct passing *passing, struct place *now, const char *prefix,
                    const char *name, const char *type)
{
    struct typed typed;

    if (*type == 'Z') {
        cut_fixed_text(passing, now, prefix, name, strtoul(type + 1, NULL, 10));
        return;
    }
    if (*type == 'F') {
        now->at = cut_form(passing, now->at, now->form, now->datatype);
        return;
    }
    if (isdigit((unsigned char)*type)) {
        typed.length = strtoul(type, NULL, 10);
        typed.type =
            typed.length == 1 || typed.length == 2 || typed.length == 4 || typed.length == 8
                ? FIELD_NUMBER
                : FIELD_BYTES;
        typed.element = 0;
    } else {
        typed = by_letter(passing, now, *type);
    }
    now->last = typed.type == FIELD_NUMBER ? number(passing, now->at, typed.length) : 0;
    if (*type == 'T')
        now->datatype = now->last;
    if (*type == 'f')
        now->form = now->last;
    now->at = add_typed(passing, now->at, prefix, name, typed);
}

size_t cut_layout(struct passing *passing, size_t at, const char *prefix, const char *layout)
{
    struct place now = {.at = at};

    while (*layout && now.at < passing->length) {
        size_t name_length = strcspn(layout, "=");
        char name[FIELD_NAME_MAX];

        snprintf(name, sizeof(name), "%.*s", (int)name_length, layout);
        layout += name_length + 1;
        cut_one(passing, &now, prefix, name, layout);
        layout += strcspn(layout, " ");
        layout += strspn(layout, " ");
    }
    return now.at < passing->length ? now.at : passing->length;
}

/* ---- properties */

void cut_property_list(struct passing *passing)
{
    size_t count = (size_t)number(passing, 0, 4), at = 4;

    cut_add(passing, "", "Count", FIELD_NUMBER, 0, 4);
    for (size_t i = 0; i < count && at + 8 < passing->length; i++) {
        uint64_t datatype = number(passing, at + 6, 2);
        struct typed typed = typed_at(passing, at + 8, datatype);
        size_t before = passing->field_count;
        char value[FIELD_NAME_MAX];

        snprintf(value, sizeof(value), "Value.%04x", (unsigned)number(passing, at + 4, 2));
        add_element(passing, "", "Element", at, 8 + typed.length, 0, 4);
        cut_add(passing, "", "ObjectHandle", FIELD_NUMBER, at, 4);
        cut_add(passing, "", "PropertyCode", FIELD_NUMBER, at + 4, 2);
        cut_add(passing, "", "Datatype", FIELD_NUMBER, at + 6, 2);
        cut_add(passing, "", value, typed.type, at + 8, typed.length);
        for (size_t k = before; k < passing->field_count; k++)
            passing->fields[k].owner = number(passing, at, 4);
        at += 8 + typed.length;
    }
}

void cut_value(struct passing *passing)
{
    size_t length = passing->length;

    if (length == 1 || length == 2 || length == 4 || length == 8)
        cut_add(passing, "", "Value", FIELD_NUMBER, 0, length);
    else if (length && length == 1 + 2 * (size_t)number(passing, 0, 1))
        cut_add(passing, "", "Value", FIELD_TEXT, 0, length);
    else if (length)
        cut_add(passing, "", "Value", FIELD_BYTES, 0, length);
}

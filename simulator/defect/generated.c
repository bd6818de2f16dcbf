/* The defects that nobody wrote down: from a name to a byte that is wrong. What passes comes here
 * cut into fields; what the kind leaves open is drawn from the name. */
#include "simulator/defect/generated.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/base.h"

/* What was said last of two different objects, by field; and which names were listed. */
#define TABLE 16384u
#define VALUE_MAX ((size_t)1 << 20)

struct memory {
    uint64_t name;   /* 0: free */
    unsigned listed; /* bit per kind */
    struct {
        uint64_t owner;
        uint8_t *bytes; /* NULL: nothing yet */
        size_t length;
    } said[2];
};

struct generated {
    char name[GENERATED_NAME_MAX];
    char place[GENERATED_NAME_MAX], field[FIELD_NAME_MAX];
    enum spoil kind;
    bool lists;
    uint64_t draw;
    struct field *fields;
    struct memory *memories;
};

static const char *const kinds[SPOILS] = {"changed", "dropped", "doubled", "swapped"};

/* ---- names */

static uint64_t hash(const char *text)
{
    uint64_t value = 0xcbf29ce484222325u;

    for (; *text; text++)
        value = (value ^ (uint8_t)*text) * 0x100000001b3u;
    value ^= value >> 31; /* the last letters count as much as the first */
    value *= 0x9e3779b97f4a7c15u;
    return value ^ value >> 29;
}

static int kind_of(const char *word, size_t length)
{
    for (int i = 0; i < SPOILS; i++) {
        if (strlen(kinds[i]) == length && memcmp(kinds[i], word, length) == 0)
            return i;
    }
    return -1;
}

static bool parse(const char *name, struct generated *ret)
{
    size_t place = strcspn(name, ":"), field, kind;
    const char *at = name + place + 1;
    int found;

    *ret = (struct generated){.lists = strcmp(name, GENERATED_LIST) == 0};
    if (strlen(name) >= sizeof(ret->name))
        return false;
    snprintf(ret->name, sizeof(ret->name), "%s", name);
    if (ret->lists)
        return true;
    if (!place || !name[place])
        return false;
    field = strcspn(at, ":");
    if (!field || !at[field] || field >= sizeof(ret->field))
        return false;
    snprintf(ret->place, sizeof(ret->place), "%.*s", (int)place, name);
    snprintf(ret->field, sizeof(ret->field), "%.*s", (int)field, at);
    at += field + 1;
    kind = strcspn(at, "@");
    found = kind_of(at, kind);
    ret->kind = (enum spoil)found;
    ret->draw = hash(name);
    return found >= 0 &&
           (!at[kind] || (at[kind + 1] && !at[kind + 1 + strspn(at + kind + 1, "0123456789")]));
}

bool generated_is(const char *name)
{
    struct generated parsed;

    return parse(name, &parsed);
}

struct generated *generated_new(const char *name)
{
    struct generated *generated = malloc(sizeof(*generated));

    if (!generated)
        return NULL;
    if (!parse(name, generated)) {
        free(generated);
        return NULL;
    }
    generated->fields = calloc(FIELDS_MAX, sizeof(*generated->fields));
    generated->memories = calloc(TABLE, sizeof(*generated->memories));
    if (generated->fields && generated->memories)
        return generated;
    generated_free(generated);
    return NULL;
}

void generated_free(struct generated *generated)
{
    if (!generated)
        return;
    for (size_t i = 0; generated->memories && i < TABLE; i++) {
        free(generated->memories[i].said[0].bytes);
        free(generated->memories[i].said[1].bytes);
    }
    free(generated->memories);
    free(generated->fields);
    free(generated);
}

const char *generated_name(const struct generated *generated)
{
    return generated->name;
}

uint64_t generated_draw(const struct generated *generated)
{
    return generated->draw;
}

static void place_name(const struct passing *passing, char name[GENERATED_NAME_MAX])
{
    if (passing->key)
        snprintf(name, GENERATED_NAME_MAX, "%s.%04x", passing->place, passing->key);
    else
        snprintf(name, GENERATED_NAME_MAX, "%s", passing->place);
}

/* ---- memory */

/* NULL: the table is full. */
static struct memory *remembered(struct generated *generated, const char *place, const char *field)
{
    char name[2 * GENERATED_NAME_MAX];
    uint64_t key;

    snprintf(name, sizeof(name), "%s:%s", place, field);
    key = hash(name) | 1;
    for (size_t i = 0; i < TABLE; i++) {
        struct memory *memory = &generated->memories[(key + i) % TABLE];

        if (!memory->name)
            memory->name = key;
        if (memory->name == key)
            return memory;
    }
    return NULL;
}

static struct memory *memory_of(struct generated *generated, const struct passing *passing,
                                const struct field *field)
{
    char place[GENERATED_NAME_MAX];

    place_name(passing, place);
    return remembered(generated, passing->across ? passing->place : place, field->name);
}

static void remember(struct memory *memory, const struct passing *passing,
                     const struct field *field)
{
    size_t which = memory->said[0].bytes && memory->said[0].owner != field->owner;
    uint8_t *bytes;

    if (!field->owner || !field->length || field->length > VALUE_MAX)
        return;
    if (which && memory->said[1].bytes && memory->said[1].owner != field->owner)
        which = field->owner & 1; /* of three objects one goes */
    bytes = malloc(field->length);
    if (!bytes)
        return;
    memcpy(bytes, passing->bytes + field->at, field->length);
    free(memory->said[which].bytes);
    memory->said[which].bytes = bytes;
    memory->said[which].length = field->length;
    memory->said[which].owner = field->owner;
}

static bool differs(const struct passing *passing, const struct field *field, const uint8_t *bytes,
                    size_t length)
{
    return length != field->length || memcmp(passing->bytes + field->at, bytes, length) != 0;
}

/* What was said of another object, if it is something else; -1: nothing. */
static int another(const struct memory *memory, const struct passing *passing,
                   const struct field *field)
{
    for (int i = 0; field->owner && i < 2; i++) {
        if (memory->said[i].bytes && memory->said[i].owner != field->owner &&
            differs(passing, field, memory->said[i].bytes, memory->said[i].length))
            return i;
    }
    return -1;
}

/* ---- splicing */

/* False: there is no room for it. */
static bool splice(struct passing *passing, size_t at, size_t length, const uint8_t *bytes,
                   size_t count)
{
    size_t after = passing->length - at - length;

    if (passing->length - length + count > passing->room)
        return false;
    memmove(passing->bytes + at + count, passing->bytes + at + length, after);
    if (count)
        memcpy(passing->bytes + at, bytes, count);
    passing->length = passing->length - length + count;
    return true;
}

/* Little-endian but for USB/IP. */
static void add_to(const struct passing *passing, size_t at, size_t size, int64_t more)
{
    uint64_t value = 0;

    for (size_t i = 0; i < size; i++)
        value |= (uint64_t)passing->bytes[at + i] << 8 * (passing->big_endian ? size - 1 - i : i);
    value += (uint64_t)more;
    for (size_t i = 0; i < size; i++)
        passing->bytes[at + i] = (uint8_t)(value >> 8 * (passing->big_endian ? size - 1 - i : i));
}

/* ---- kinds */

static void flip(struct passing *passing, const struct field *field, uint64_t draw)
{
    passing->bytes[field->at + draw / 8 % field->length] ^= (uint8_t)(1u << draw % 8);
}

static bool change_number(struct passing *passing, const struct field *field, uint64_t draw)
{
    uint8_t *at = passing->bytes + field->at;

    switch (draw % 5) {
    case 0:
        add_to(passing, field->at, field->length, 1);
        break;
    case 1:
        add_to(passing, field->at, field->length, -1);
        break;
    case 2: /* all zeroes; or all ones, if it was that */
        if (at[0] == 0 && memcmp(at, at + 1, field->length - 1) == 0)
            memset(at, 0xff, field->length);
        else
            memset(at, 0, field->length);
        break;
    case 3:
        at[0] ^= 0x5a;
        at[field->length - 1] ^= 0x11;
        break;
    default:
        flip(passing, field, draw >> 3);
    }
    return true;
}

/* An MTP string stays one: another letter at its end, one more, one less. */
static bool change_text(struct passing *passing, const struct field *field, uint64_t draw)
{
    static const uint8_t one_more[] = {2, 'x', 0, 0, 0}, letter[] = {'x', 0};
    uint8_t *at = passing->bytes + field->at;
    uint8_t units = at[0];

    if (units < 2)
        return splice(passing, field->at, field->length, one_more, sizeof(one_more));
    if (draw % 3 == 0) {
        at[1 + 2 * (units - 2)] ^= 1;
        return true;
    }
    if (draw % 3 == 1 && units < 255) {
        at[0]++;
        return splice(passing, field->at + field->length - 2, 0, letter, sizeof(letter));
    }
    at[0] = units == 2 ? 0 : (uint8_t)(units - 1);
    return splice(passing, field->at + field->length - 4, units == 2 ? 4 : 2, NULL, 0);
}

static bool change(struct passing *passing, const struct field *field, uint64_t draw)
{
    if (field->type == FIELD_NUMBER)
        return change_number(passing, field, draw);
    if (field->type == FIELD_TEXT)
        return change_text(passing, field, draw);
    if (field->type == FIELD_ARRAY)
        add_to(passing, field->count_at, field->count_size, draw % 2 ? 1 : -1);
    else
        flip(passing, field, draw);
    return true;
}

static bool drop(struct passing *passing, const struct field *field)
{
    if (!splice(passing, field->at, field->length, NULL, 0))
        return false;
    if (field->type == FIELD_ELEMENT)
        add_to(passing, field->count_at, field->count_size, -1);
    return true;
}

static bool twice(struct passing *passing, const struct field *field)
{
    if (!splice(passing, field->at, 0, passing->bytes + field->at, field->length))
        return false;
    if (field->type == FIELD_ELEMENT)
        add_to(passing, field->count_at, field->count_size, 1);
    return true;
}

/* The two of them change places; `first` stands before `second`. */
static bool exchange(struct passing *passing, const struct field *first, const struct field *second)
{
    uint8_t *kept = malloc(first->length + second->length + 1);

    if (!kept)
        return false;
    memcpy(kept, passing->bytes + first->at, first->length);
    memcpy(kept + first->length, passing->bytes + second->at, second->length);
    (void)splice(passing, second->at, second->length, kept, first->length);
    (void)splice(passing, first->at, first->length, kept + first->length, second->length);
    free(kept);
    return true;
}

static bool may_change_places(const struct passing *passing, const struct field *a,
                              const struct field *b)
{
    if (a->type != b->type || a->type == FIELD_ELEMENT ||
        (a->type == FIELD_NUMBER && a->length != b->length) || a->at + a->length > b->at ||
        (passing->rigid && a->length != b->length) ||
        !differs(passing, a, passing->bytes + b->at, b->length))
        return false;
    /* Of objects the field of the same name, of a lone answer its next one. */
    return a->owner == b->owner ? !a->owner : strcmp(a->name, b->name) == 0;
}

/* NULL: none. */
static const struct field *counterpart(const struct passing *passing, const struct field *field)
{
    for (const struct field *other = field + 1; other < passing->fields + passing->field_count;
         other++) {
        if (may_change_places(passing, field, other))
            return other;
    }
    return NULL;
}

static bool swap(struct passing *passing, const struct field *field, const struct memory *memory)
{
    const struct field *other = counterpart(passing, field);
    int said = memory ? another(memory, passing, field) : -1;

    if (other)
        return exchange(passing, field, other);
    return said >= 0 && splice(passing, field->at, field->length, memory->said[said].bytes,
                               memory->said[said].length);
}

/* ---- what is possible, and what is chosen */

static bool is_possible(const struct passing *passing, const struct field *field, enum spoil kind,
                        const struct memory *memory)
{
    bool rigid = passing->rigid || field->rigid;
    int said;

    switch (kind) {
    case SPOIL_CHANGED:
        return field->length && !(passing->rigid && field->type == FIELD_TEXT);
    case SPOIL_DROPPED:
        return field->length && !rigid;
    case SPOIL_DOUBLED:
        return field->length && !rigid && passing->length + field->length <= passing->room;
    default:
        said = memory ? another(memory, passing, field) : -1;
        return field->type != FIELD_ELEMENT &&
               (counterpart(passing, field) ||
                (said >= 0 && (!passing->rigid || memory->said[said].length == field->length)));
    }
}

static void list(struct memory *memory, const char *place, const char *field, enum spoil kind)
{
    if (!memory || memory->listed & 1u << kind)
        return;
    memory->listed |= 1u << kind;
    fprintf(stderr, "passes %s:%s:%s\n", place, field, kinds[kind]);
}

static void list_all(struct generated *generated, const struct passing *passing)
{
    char place[GENERATED_NAME_MAX];

    place_name(passing, place);
    for (size_t i = 0; i < passing->field_count; i++) {
        const struct field *field = &passing->fields[i];
        struct memory *listed = remembered(generated, place, field->name);
        struct memory *memory = memory_of(generated, passing, field);

        if (memory)
            remember(memory, passing, field);
        for (enum spoil kind = 0; kind < SPOILS; kind++) {
            if (is_possible(passing, field, kind, memory))
                list(listed, place, field->name, kind);
        }
    }
}

/* Of several of that name one is drawn, among those that can be spoilt so. */
static const struct field *choose(const struct generated *generated, const struct passing *passing,
                                  const struct memory *memory)
{
    const struct field *fields = passing->fields;
    size_t count = 0, nth;

    for (size_t i = 0; i < passing->field_count; i++)
        count += strcmp(fields[i].name, generated->field) == 0 &&
                 is_possible(passing, &fields[i], generated->kind, memory);
    if (!count)
        return NULL;
    nth = (size_t)(generated->draw >> 32) % count;
    for (size_t i = 0;; i++) {
        if (strcmp(fields[i].name, generated->field) == 0 &&
            is_possible(passing, &fields[i], generated->kind, memory) && nth-- == 0)
            return &fields[i];
    }
}

bool generated_begin(struct generated *generated, struct passing *passing)
{
    char place[GENERATED_NAME_MAX];

    passing->fields = generated->fields;
    passing->field_count = 0;
    place_name(passing, place);
    return generated->lists || strcmp(place, generated->place) == 0 ||
           (passing->across &&
            strncmp(generated->place, passing->place, strlen(passing->place)) == 0);
}

static bool spoil(struct generated *generated, struct passing *passing, const struct field *field,
                  const struct memory *memory)
{
    switch (generated->kind) {
    case SPOIL_CHANGED:
        return change(passing, field, generated->draw);
    case SPOIL_DROPPED:
        return drop(passing, field);
    case SPOIL_DOUBLED:
        return twice(passing, field);
    default:
        return swap(passing, field, memory);
    }
}

/* What is said of the chosen field, before it is spoilt. */
static void remember_all(struct generated *generated, const struct passing *passing)
{
    for (size_t i = 0; i < passing->field_count; i++) {
        struct memory *memory = strcmp(passing->fields[i].name, generated->field) == 0
                                    ? memory_of(generated, passing, &passing->fields[i])
                                    : NULL;

        if (memory)
            remember(memory, passing, &passing->fields[i]);
    }
}

bool generated_spoil(struct generated *generated, struct passing *passing)
{
    char place[GENERATED_NAME_MAX];
    struct memory *memory;
    const struct field *field;

    if (generated->lists) {
        list_all(generated, passing);
        return false;
    }
    place_name(passing, place);
    if (generated->kind == SPOIL_SWAPPED)
        remember_all(generated, passing);
    memory = remembered(generated, passing->across ? passing->place : place, generated->field);
    field = strcmp(place, generated->place) == 0 ? choose(generated, passing, memory) : NULL;
    return field && spoil(generated, passing, field, memory);
}

bool generated_hits(struct generated *generated, const struct passing *passing, const char *field,
                    enum spoil kind)
{
    char place[GENERATED_NAME_MAX];

    place_name(passing, place);
    if (generated->lists) {
        list(remembered(generated, place, field), place, field, kind);
        return false;
    }
    return generated->kind == kind && strcmp(place, generated->place) == 0 &&
           strcmp(field, generated->field) == 0;
}

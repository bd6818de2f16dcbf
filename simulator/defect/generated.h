/* Defects that nobody wrote down: any field of any answer of a player, changed, dropped, doubled or
 * swapped with another object's. One is chosen by its name,
 *
 *     PLACE:FIELD:KIND[@N]        GetObjectInfo:ObjectFormat:changed@7
 *
 * where PLACE is what passes (generated_places.def), N another draw of what the kind leaves open.
 * So a name is the whole defect, and makes the same bytes wrong in the same way each time. */
#ifndef SIMULATOR_DEFECT_GENERATED_H
#define SIMULATOR_DEFECT_GENERATED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GENERATED_NAME_MAX 128u

/* This one spoils nothing, but says on stderr `passes NAME` once for each defect that would change
 * a byte of what the player says. */
#define GENERATED_LIST "list-generated"

struct generated;

/* Is it such a name, whether anything of that name ever passes or not? */
bool generated_is(const char *name);
/* NULL: no such name, or no memory. */
struct generated *generated_new(const char *name);
void generated_free(struct generated *generated); /* NULL is fine */
const char *generated_name(const struct generated *generated);

/* ---- for the filters (generated_mtp.c, generated_usb.c, generated_usbip.c) */

/* NUMBER: 1, 2, 4 or 8 bytes. TEXT: an MTP string. ARRAY: a count and its elements. ELEMENT: one of
 * them. */
enum field_type { FIELD_NUMBER, FIELD_TEXT, FIELD_ARRAY, FIELD_ELEMENT, FIELD_BYTES };

#define FIELDS_MAX 4096u
#define FIELD_NAME_MAX 48u

struct field {
    char name[FIELD_NAME_MAX];
    enum field_type type;
    size_t at, length;
    size_t count_at, count_size; /* ELEMENT, ARRAY: of the count; size 0: there is none */
    bool rigid;                  /* it is there once, or nothing is */
    uint64_t owner;              /* whose it is, where an answer has those of several objects */
};

/* What passes: bytes that may be changed, cut into fields. */
struct passing {
    const char *place;
    uint16_t key;   /* of the property that it is about, part of its name; 0: none */
    uint64_t owner; /* the object that it is about; 0: there is one only */
    bool across;    /* swapped is with what was said of another key */
    bool big_endian;
    bool rigid; /* its length is given */
    uint8_t *bytes;
    size_t length, room;
    size_t field_count;
    struct field *fields; /* FIELDS_MAX of them, the generator's */
};

/* Begins the cutting; `bytes` stay the caller's. False: nothing of that place is wanted, and the
 * rest is not needed. */
bool generated_begin(struct generated *generated, struct passing *passing);
/* The chosen defect; true: the bytes or their length are others than before. */
bool generated_spoil(struct generated *generated, struct passing *passing);
/* Is the defect `field`:`kind` of that place chosen, one without bytes of its own? Listed as well.
 */
enum spoil { SPOIL_CHANGED, SPOIL_DROPPED, SPOIL_DOUBLED, SPOIL_SWAPPED, SPOILS };
bool generated_hits(struct generated *generated, const struct passing *passing, const char *field,
                    enum spoil kind);
/* The draw behind the name, the same each time. */
uint64_t generated_draw(const struct generated *generated);

/* ---- cutting (generated_cut.c) */

/* `layout` has name=type for each field, with blanks between: a number is so many bytes, s an MTP
 * string, h and w arrays of 16 and 32 bits, T the data type of each V that follows, f the flag of
 * the form F; Zn a text in n bytes; $ as many bytes as the number before says, * the rest. Names
 * get `prefix`. Cuts from `at` on; returns where it ended, or, beyond what is there, the length. */
size_t cut_layout(struct passing *passing, size_t at, const char *prefix, const char *layout);
/* The elements of GetObjectPropList. */
void cut_property_list(struct passing *passing);
/* A property's value alone: by its length, what it looks like. */
void cut_value(struct passing *passing);
void cut_add(struct passing *passing, const char *prefix, const char *name, enum field_type type,
             size_t at, size_t length);

#endif

/* What a key of a player file means and what may stand there, beside where libcyaml puts it. Each
 * row of schema.c has one of these; papsim check and docs/player-file.md are made of them. */
#ifndef SIMULATOR_SPEC_KEY_H
#define SIMULATOR_SPEC_KEY_H

#include <cyaml/cyaml.h>
#include <stdbool.h>
#include <stdint.h>

/* Which letters a text is made of. */
enum key_letters {
    KEY_ANY_LETTERS,
    KEY_PRINTABLE, /* ASCII without a comma: instance ids are made of it (USB-DSC-010) */
    KEY_ID,        /* of Microsoft's compatible ids */
};

struct key_range {
    uint64_t least, most;
};

struct key {
    char name[24];     /* libcyaml's field points here: key_of() finds the rest by it */
    const char *says;  /* what it is: one sentence */
    const char *unit;  /* NULL: none */
    const char *usual; /* what holds when it is left out; NULL: nothing is there then */
    /* Of a number, or of the numbers of a list; of a text its length in UTF-16 units. None: what
     * the member holds. Those with `most` 0 are none. */
    struct key_range ranges[4];
    enum key_letters letters;
    bool hexadecimal;
    unsigned entries; /* of a list: the most; 0: any number */
    /* The place whose values are held against this one: the mapping it stands in ("."), or one from
     * the top ("usb"). NULL: none. */
    const char *governs;
};

/* The row of a field of schema.c. */
const struct key *key_of(const cyaml_schema_field_t *field);
/* May this scalar stand there? `schema` is the field's value, or that of the entries of its list.
 */
bool key_allows(const struct key *key, const cyaml_schema_value_t *schema, const char *text,
                size_t length);
/* What may stand there: "0 to 100 %", "full, high or super". At most `room` bytes with the NUL. */
void key_expects(const struct key *key, const cyaml_schema_value_t *schema, char *ret_text,
                 size_t room);
/* The keys of a mapping: "code, name or value". */
void key_names(const cyaml_schema_value_t *mapping, char *ret_text, size_t room);
/* A scalar that may stand there, where one that may not must be got rid of. `room` is 32. */
void key_stand_in(const struct key *key, const cyaml_schema_value_t *schema, char ret_text[32]);

/* A whole number of any base C knows and nothing behind it. */
bool key_number(const char *text, uint64_t *ret_number);

#endif

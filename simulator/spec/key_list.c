/* The schema told key by key. */
#include "simulator/spec/key_list.h"

#include "simulator/spec/key.h"
#include "simulator/spec/schema.h"

#define PATH_ROOM 128

static void list_fields(FILE *out, const char *within, const cyaml_schema_field_t *fields);

static void list_field(FILE *out, const char *within, const cyaml_schema_field_t *field)
{
    const struct key *key = key_of(field);
    const cyaml_schema_value_t *value = &field->value;
    bool list = value->type == CYAML_SEQUENCE;
    char path[PATH_ROOM], expected[700];

    snprintf(path, sizeof(path), "%s%s%s", within, key->name, list ? "[]" : "");
    key_expects(key, value, expected, sizeof(expected));
    fprintf(out, "%s\t%s\t%s\t%s\n", path, key->says, expected,
            !(value->flags & CYAML_FLAG_OPTIONAL) ? "needed"
            : key->usual                          ? key->usual
                                                  : "");
    if (list)
        value = value->sequence.entry;
    if (value->type == CYAML_MAPPING) {
        char inner[PATH_ROOM + 1];

        snprintf(inner, sizeof(inner), "%s.", path);
        list_fields(out, inner, value->mapping.fields);
    }
}

static void list_fields(FILE *out, const char *within, const cyaml_schema_field_t *fields)
{
    for (; fields->key; fields++)
        list_field(out, within, fields);
}

void key_list(FILE *out)
{
    list_fields(out, "", file_player_schema.mapping.fields);
}

/* A player file held against its schema: every key that is none, every value that may not stand
 * there, each with its line. libcyaml ends at the first, and lets some pass.
 *
 * What is at fault is taken out on the way, so that libcyaml can load the rest and spec.c hold its
 * values against each other. Hostile files end in the first pass, which keeps nothing: what may be
 * wrong with a million values is not told apart. */
#include "simulator/spec/shape.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "simulator/spec/key.h"
#include "simulator/spec/schema.h"
#include "spcore/base.h"

#define DEPTH_MOST 32          /* a player file has six */
#define VALUES_MOST (1u << 20) /* aliases counted with all that they stand for */
#define ANCHORS_MOST 1000u     /* libyaml looks through all of them for each */
#define PATH_ROOM 256
#define EXPECTED_ROOM 700
#define SHOWN_ROOM 64

/* ---- the first pass: is it YAML, and of a size? */

static unsigned line_of_byte(const char *text, size_t size, size_t byte)
{
    unsigned line = 1;

    for (size_t i = 0; i < byte && i < size; i++)
        line += text[i] == '\n';
    return line;
}

static void add_syntax(const yaml_parser_t *parser, const char *text, size_t size,
                       struct faults *faults)
{
    unsigned line = parser->error == YAML_READER_ERROR
                        ? line_of_byte(text, size, parser->problem_offset)
                        : (unsigned)parser->problem_mark.line + 1;

    faults_add(faults, line, "no YAML: %s", parser->problem ? parser->problem : "out of memory");
}

struct census {
    unsigned depth, values, anchors, documents;
};

/* What speaks against going on; NULL: nothing. */
static const char *obstacle(struct census *census, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        return census->documents++ ? "a second document: expected one" : NULL;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        census->depth--;
        return NULL;
    case YAML_SEQUENCE_START_EVENT:
        census->anchors += event->data.sequence_start.anchor != NULL;
        census->depth++;
        break;
    case YAML_MAPPING_START_EVENT:
        census->anchors += event->data.mapping_start.anchor != NULL;
        census->depth++;
        break;
    case YAML_SCALAR_EVENT:
        census->anchors += event->data.scalar.anchor != NULL;
        break;
    default:
        return NULL;
    }
    if (census->depth > DEPTH_MOST)
        return "deeper than a player file goes";
    if (++census->values > VALUES_MOST)
        return "more values than a player file can have (1048576)";
    return census->anchors > ANCHORS_MOST ? "more than 1000 anchors" : NULL;
}

/* 0, or -EINVAL with what is wrong in `faults`. */
static int admit(const char *text, size_t size, struct faults *faults)
{
    struct census census = {0};
    const char *against = NULL;
    yaml_parser_t parser;
    yaml_event_t event;
    bool ends = false;

    if (!yaml_parser_initialize(&parser))
        return -ENOMEM;
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
    while (!ends && !against && yaml_parser_parse(&parser, &event)) {
        ends = event.type == YAML_STREAM_END_EVENT;
        against = obstacle(&census, &event);
        if (against)
            faults_add(faults, (unsigned)event.start_mark.line + 1, "%s", against);
        yaml_event_delete(&event);
    }
    if (!ends && !against)
        add_syntax(&parser, text, size, faults);
    yaml_parser_delete(&parser);
    return ends && !against ? 0 : -EINVAL;
}

/* ---- the second: a document against the schema */

struct shape {
    yaml_document_t document; /* without what was at fault that far */
    struct faults *faults;
    char path[PATH_ROOM];
    unsigned values;
    int within[DEPTH_MOST]; /* nodes */
    size_t depth;
    bool hopeless; /* what is at fault cannot be taken out */
};

/* A value in its place. */
struct spot {
    const struct key *key;
    const cyaml_schema_value_t *schema;
    int node;
    unsigned line;
};

static yaml_node_t *node_at(struct shape *shape, int node)
{
    return yaml_document_get_node(&shape->document, node);
}

static unsigned line_of(const yaml_node_t *node)
{
    return (unsigned)node->start_mark.line + 1;
}

static bool is_word(const yaml_node_t *node, const char *word)
{
    return node->type == YAML_SCALAR_NODE &&
           strcmp((const char *)node->data.scalar.value, word) == 0;
}

/* What stands there, in one line; long ones cut. */
static const char *shown(const yaml_node_t *node, const char *quote, char room[SHOWN_ROOM])
{
    const unsigned char *at = node->data.scalar.value;
    size_t left = node->data.scalar.length, used = strlen(quote);

    if (node->type != YAML_SCALAR_NODE)
        return node->type == YAML_SEQUENCE_NODE ? "a list" : "a mapping";
    snprintf(room, SHOWN_ROOM, "%s", quote);
    for (; left && used < SHOWN_ROOM - 8; left--, at++)
        room[used++] = (char)(*at < 0x20 || *at == 0x7f ? ' ' : *at);
    while (left && used > strlen(quote) && (*at & 0xc0) == 0x80) { /* no half of a character */
        used--;
        at--;
    }
    snprintf(room + used, SHOWN_ROOM - used, "%s%s", left ? "…" : "", quote);
    return room;
}

static void add_wrong(struct shape *shape, const struct spot *spot)
{
    char expected[EXPECTED_ROOM], room[SHOWN_ROOM];

    key_expects(spot->key, spot->schema, expected, sizeof(expected));
    faults_add(shape->faults, spot->line, "%s: %s: expected %s",
               shape->path[0] ? shape->path : "the file",
               shown(node_at(shape, spot->node), "'", room), expected);
}

/* What stands at the path is at fault: neither it nor what it governs is judged any further. */
static void void_wrong(struct shape *shape, const struct key *key)
{
    size_t length = strlen(shape->path);
    char mapping[PATH_ROOM];

    faults_void(shape->faults, shape->path);
    if (!key->governs)
        return;
    if (strcmp(key->governs, ".") != 0) {
        faults_void(shape->faults, key->governs);
        return;
    }
    while (length && shape->path[length] != '.')
        length--;
    snprintf(mapping, sizeof(mapping), "%.*s", (int)length, shape->path);
    faults_void(shape->faults, mapping);
}

static bool check_value(struct shape *shape, const struct spot *spot);

/* A node that may stand there, with all it must have; 0: no memory. */
static int stand_in(struct shape *shape, const struct key *key, const cyaml_schema_value_t *schema);

static bool append_stand_in(struct shape *shape, int mapping, const cyaml_schema_field_t *field)
{
    int key = yaml_document_add_scalar(&shape->document, NULL, (const yaml_char_t *)field->key, -1,
                                       YAML_PLAIN_SCALAR_STYLE);
    int value = stand_in(shape, key_of(field), &field->value);

    return key && value && yaml_document_append_mapping_pair(&shape->document, mapping, key, value);
}

static int stand_in(struct shape *shape, const struct key *key, const cyaml_schema_value_t *schema)
{
    char text[32];
    int mapping;

    if (schema->type != CYAML_MAPPING) { /* no list must be there */
        key_stand_in(key, schema, text);
        return yaml_document_add_scalar(&shape->document, NULL, (const yaml_char_t *)text, -1,
                                        YAML_DOUBLE_QUOTED_SCALAR_STYLE);
    }
    mapping = yaml_document_add_mapping(&shape->document, NULL, YAML_BLOCK_MAPPING_STYLE);
    for (const cyaml_schema_field_t *field = schema->mapping.fields; mapping && field->key;
         field++) {
        if (!(field->value.flags & CYAML_FLAG_OPTIONAL) && !append_stand_in(shape, mapping, field))
            return 0;
    }
    return mapping;
}

/* ---- mappings */

/* The path ends with a key until the caller cuts it. */
static void enter(struct shape *shape, size_t length, const char *key)
{
    snprintf(shape->path + length, sizeof(shape->path) - length, "%s%s", length ? "." : "", key);
}

static const cyaml_schema_field_t *field_of(const cyaml_schema_field_t *fields,
                                            const yaml_node_t *name, size_t *ret_index)
{
    for (size_t i = 0; fields[i].key; i++) {
        if (is_word(name, fields[i].key)) {
            *ret_index = i;
            return &fields[i];
        }
    }
    return NULL;
}

static size_t pair_count(const yaml_node_t *mapping)
{
    return (size_t)(mapping->data.mapping.pairs.top - mapping->data.mapping.pairs.start);
}

/* A key that is none, or stands twice; whether it was one. */
static bool check_key(struct shape *shape, const struct spot *spot, const yaml_node_t *name,
                      const cyaml_schema_field_t *field, bool seen)
{
    char expected[EXPECTED_ROOM], room[SHOWN_ROOM];
    const char *dot = shape->path[0] ? "." : "";

    if (field && !seen)
        return true;
    if (field) {
        faults_add(shape->faults, line_of(name), "%s%s%s: stands twice: expected it once",
                   shape->path, dot, field->key);
        return false;
    }
    key_names(spot->schema, expected, sizeof(expected));
    faults_add(shape->faults, line_of(name), "%s%s%s: is no key: expected %s", shape->path, dot,
               shown(name, "", room), expected);
    return false;
}

/* The value of a key; false: the pair must go. */
static bool check_field(struct shape *shape, int mapping, size_t pair,
                        const cyaml_schema_field_t *field)
{
    const yaml_node_pair_t *it = node_at(shape, mapping)->data.mapping.pairs.start + pair;
    const struct spot spot = {key_of(field), &field->value, it->value,
                              line_of(node_at(shape, it->key))};
    size_t before = strlen(shape->path);
    int other;
    bool right;

    enter(shape, before, field->key);
    right = check_value(shape, &spot);
    if (!right && !(field->value.flags & CYAML_FLAG_OPTIONAL)) {
        other = stand_in(shape, spot.key, spot.schema);
        shape->hopeless = shape->hopeless || !other;
        node_at(shape, mapping)->data.mapping.pairs.start[pair].value = other;
        right = true;
    }
    shape->path[before] = '\0';
    return right;
}

static void add_missing(struct shape *shape, const struct spot *spot,
                        const cyaml_schema_field_t *field)
{
    char expected[EXPECTED_ROOM];

    key_expects(key_of(field), &field->value, expected, sizeof(expected));
    faults_add(shape->faults, spot->line, "%s: is missing: expected %s", shape->path, expected);
    void_wrong(shape, key_of(field));
    if (!append_stand_in(shape, spot->node, field))
        shape->hopeless = true;
}

/* Keys that are not there. One of them may be what a key that is none was meant for: misspelt, as
 * it mostly is, behind its first letter. `unknown` has those letters. */
static void check_absent(struct shape *shape, const struct spot *spot, uint64_t seen,
                         const bool unknown[256])
{
    const cyaml_schema_field_t *fields = spot->schema->mapping.fields;
    size_t before = strlen(shape->path);

    for (size_t i = 0; fields[i].key; i++) {
        if (seen >> i & 1)
            continue;
        enter(shape, before, fields[i].key);
        if (!(fields[i].value.flags & CYAML_FLAG_OPTIONAL))
            add_missing(shape, spot, &fields[i]);
        else if (unknown[(unsigned char)fields[i].key[0]])
            void_wrong(shape, key_of(&fields[i]));
        shape->path[before] = '\0';
    }
}

/* One pair: true when it stays. */
static bool check_pair(struct shape *shape, const struct spot *spot, size_t pair, uint64_t *seen,
                       bool unknown[256])
{
    int key = node_at(shape, spot->node)->data.mapping.pairs.start[pair].key;
    const yaml_node_t *name = node_at(shape, key);
    size_t index = 0;
    const cyaml_schema_field_t *field = field_of(spot->schema->mapping.fields, name, &index);
    bool known = check_key(shape, spot, name, field, *seen >> index & 1);

    if (field)
        *seen |= (uint64_t)1 << index;
    else if (name->type == YAML_SCALAR_NODE)
        unknown[name->data.scalar.value[0]] = true;
    return known && check_field(shape, spot->node, pair, field);
}

static bool check_mapping(struct shape *shape, const struct spot *spot)
{
    uint64_t seen = 0; /* by the index of the field; no mapping has that many */
    bool unknown[256] = {false};
    size_t count, kept = 0;

    if (node_at(shape, spot->node)->type != YAML_MAPPING_NODE)
        return false;
    count = pair_count(node_at(shape, spot->node));
    for (size_t pair = 0; pair < count && !shape->hopeless; pair++) {
        bool stays = check_pair(shape, spot, pair, &seen, unknown);
        yaml_node_pair_t *pairs = node_at(shape, spot->node)->data.mapping.pairs.start;

        if (stays)
            pairs[kept++] = pairs[pair];
    }
    if (shape->hopeless)
        return true;
    node_at(shape, spot->node)->data.mapping.pairs.top -= count - kept;
    check_absent(shape, spot, seen, unknown);
    return true;
}

/* ---- lists, scalars */

/* The n-th entry; one that may not stand there gives its place to one that may. */
static void check_entry(struct shape *shape, const struct spot *list, size_t n)
{
    int item = node_at(shape, list->node)->data.sequence.items.start[n];
    const struct spot spot = {list->key, list->schema->sequence.entry, item,
                              line_of(node_at(shape, item))};
    int other;

    if (check_value(shape, &spot))
        return;
    other = stand_in(shape, spot.key, spot.schema);
    shape->hopeless = shape->hopeless || !other;
    node_at(shape, list->node)->data.sequence.items.start[n] = other;
}

static bool check_list(struct shape *shape, const struct spot *spot)
{
    const yaml_node_t *node = node_at(shape, spot->node);
    size_t before = strlen(shape->path), count;
    unsigned most = spot->key->entries;

    if (node->type != YAML_SEQUENCE_NODE)
        return false;
    count = (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
    for (size_t i = 0; i < count && !shape->hopeless; i++) {
        snprintf(shape->path + before, sizeof(shape->path) - before, "[%zu]", i);
        check_entry(shape, spot, i);
    }
    shape->path[before] = '\0';
    if (!most || count <= most)
        return true;
    faults_add(shape->faults, spot->line, "%s: %zu entries: expected at most %u", shape->path,
               count, most);
    return false;
}

static bool check_scalar(struct shape *shape, const struct spot *spot)
{
    const yaml_node_t *node = node_at(shape, spot->node);

    return node->type == YAML_SCALAR_NODE &&
           key_allows(spot->key, spot->schema, (const char *)node->data.scalar.value,
                      node->data.scalar.length);
}

static bool give_up(struct shape *shape, const struct spot *spot, const char *why)
{
    faults_add(shape->faults, spot->line, "%s: %s", shape->path, why);
    shape->hopeless = true;
    return true;
}

/* False: it may not stand there, and that is said. What is wrong within a mapping or a list is said
 * and taken out. */
static bool check_value(struct shape *shape, const struct spot *spot)
{
    bool (*check)(struct shape *, const struct spot *) =
        spot->schema->type == CYAML_MAPPING    ? check_mapping
        : spot->schema->type == CYAML_SEQUENCE ? check_list
                                               : check_scalar;
    bool right;

    if (++shape->values > VALUES_MOST)
        return give_up(shape, spot, "aliases make more than 1048576 values of it");
    for (size_t i = 0; i < shape->depth; i++) {
        if (shape->within[i] == spot->node)
            return give_up(shape, spot, "an alias of what it stands in");
    }
    shape->within[shape->depth++] = spot->node; /* no deeper than the schema */
    right = check(shape, spot);
    shape->depth--;
    if (!right) {
        if (spot->schema->type != CYAML_SEQUENCE ||
            node_at(shape, spot->node)->type != YAML_SEQUENCE_NODE)
            add_wrong(shape, spot);
        void_wrong(shape, spot->key);
    }
    return right;
}

/* ---- what is left */

struct left {
    char *text;
    size_t size;
};

static int append(void *context, unsigned char *bytes, size_t size)
{
    struct left *left = context;
    char *grown = realloc(left->text, left->size + size + 1);

    if (!grown)
        return 0;
    memcpy(grown + left->size, bytes, size);
    left->text = grown;
    left->size += size;
    grown[left->size] = '\0';
    return 1;
}

/* The document as text; it is no longer the caller's. */
static int write_left(yaml_document_t *document, char **ret_text, size_t *ret_size)
{
    struct left left = {0};
    yaml_emitter_t emitter;
    bool written;

    if (!yaml_emitter_initialize(&emitter)) {
        yaml_document_delete(document);
        return -ENOMEM;
    }
    yaml_emitter_set_output(&emitter, append, &left);
    yaml_emitter_set_unicode(&emitter, 1);
    yaml_emitter_set_width(&emitter, -1);
    written = yaml_emitter_dump(&emitter, document) && yaml_emitter_flush(&emitter);
    yaml_emitter_delete(&emitter);
    if (!written || !left.text) {
        free(left.text);
        return -EINVAL;
    }
    *ret_text = left.text;
    *ret_size = left.size;
    return 0;
}

/* False: no memory; the text was found to be YAML. */
static bool load(struct shape *shape, const char *text, size_t size)
{
    yaml_parser_t parser;
    bool loaded;

    if (!yaml_parser_initialize(&parser))
        return false;
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
    loaded = yaml_parser_load(&parser, &shape->document);
    if (!loaded && parser.error != YAML_MEMORY_ERROR)
        add_syntax(&parser, text, size, shape->faults); /* an alias of nothing */
    yaml_parser_delete(&parser);
    return loaded;
}

int shape_check(const char *text, size_t size, struct faults *faults, char **ret_text,
                size_t *ret_size)
{
    static const struct key whole = {.name = "", .says = "the player"};
    struct shape shape = {.faults = faults};
    size_t before = faults->count;
    const yaml_node_t *root;
    int error = admit(text, size, faults);

    *ret_text = NULL;
    *ret_size = 0;
    if (error)
        return error;
    if (!load(&shape, text, size))
        return faults->count > before ? -EINVAL : -ENOMEM;
    root = yaml_document_get_root_node(&shape.document);
    if (!root) {
        faults_add(faults, 1, "an empty file: expected name and usb");
        yaml_document_delete(&shape.document);
        return -EINVAL;
    }
    if (!check_value(&shape, &(struct spot){&whole, &file_player_schema, 1, line_of(root)}))
        shape.hopeless = true;
    if (!shape.hopeless && faults->count > before)
        return write_left(&shape.document, ret_text, ret_size);
    yaml_document_delete(&shape.document);
    return shape.hopeless ? -EINVAL : 0;
}

/* An INF as it stands in its file: sections of entries of fields, each with its place (Windows
 * driver documentation, "General Syntax Rules for INF Files"). Nothing is replaced and nothing
 * interpreted here. */
#ifndef CONFORMANCE_HOST_INF_INF_H
#define CONFORMANCE_HOST_INF_INF_H

#include <stdbool.h>
#include <stddef.h>

#include "conformance/host/inf/inf_findings.h"
#include "conformance/host/inf/inf_text.h"

enum {
    INF_FIELD_MAX = 4095, /* characters of a field, before and after tokens are replaced */
    INF_SECTION_MAX = 255,
    INF_FIELDS_MAX = 4 << 20, /* of a file */
};

struct inf_field {
    const char *text; /* without its quotation marks; tokens stand as they are */
    struct inf_at at;
    bool is_quoted; /* some of it at least */
};

struct inf_entry {
    size_t first, count; /* of its fields; the key, if it has one, is the first */
    size_t next;         /* entry of its section, and 1; 0: none */
    struct inf_at at;
    bool has_key;
};

/* All sections of that name: the entries are in the order of the file. */
struct inf_section {
    const char *name;
    struct inf_at at;   /* of the first */
    size_t first, last; /* entries, and 1; 0: none */
    size_t index;       /* of all sections */
};

struct inf {
    char *name; /* as findings have it; owned, as all of this */
    enum inf_encoding encoding;
    char *pool; /* what is pointed to */
    struct inf_section **sections;
    struct inf_entry *entries;
    struct inf_field *fields;
    size_t section_count, entry_count, field_count;
    void *by_name;                 /* tsearch() of the sections */
    struct inf_findings *findings; /* borrowed */
};

/* Reads all of what a file holds. What a reader can get over is a finding; 0, or what
 * inf_text_decode() answers, -EFBIG with too many fields and -EILSEQ
 * without a section as well. `findings` outlives it. */
int inf_parse(const char *name, const void *data, size_t size, unsigned code_page,
              struct inf_findings *findings, struct inf **ret, char *error, size_t error_size);
/* The same of a file; also -errno of reading it. */
int inf_load(const char *path, unsigned code_page, struct inf_findings *findings, struct inf **ret,
             char *error, size_t error_size);
void inf_free(struct inf *inf);

/* By name, without regard to the case of ASCII letters; NULL: there is none. */
const struct inf_section *inf_section(const struct inf *inf, const char *name);
/* NULL: there is none, or no more. */
const struct inf_entry *inf_first(const struct inf *inf, const struct inf_section *section);
const struct inf_entry *inf_next(const struct inf *inf, const struct inf_entry *entry);

/* "": it has none. */
const char *inf_key(const struct inf *inf, const struct inf_entry *entry);
/* The values behind the key, or all fields; how many, and the one of that index: an empty one where
 * the entry ends before. */
size_t inf_value_count(const struct inf_entry *entry);
struct inf_field inf_value(const struct inf *inf, const struct inf_entry *entry, size_t index);
/* The first entry of that key; NULL: there is none. */
const struct inf_entry *inf_entry(const struct inf *inf, const struct inf_section *section,
                                  const char *key);

#endif

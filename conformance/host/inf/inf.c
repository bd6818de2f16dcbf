/* What an INF holds, found by name. */
#include "conformance/host/inf/inf.h"

#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "conformance/host/inf/inf_sections.h"

/* At most one byte more than a file may have: so much says that it is too large. */
static int slurp(const char *path, char **ret_data, size_t *ret_size)
{
    enum { CHUNK = 1 << 20 };
    char *data = malloc(INF_BYTES_MAX + 1);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    size_t size = 0;
    ssize_t got = fd < 0 ? -1 : 1;

    while (data && got > 0 && size <= INF_BYTES_MAX) {
        size_t room = INF_BYTES_MAX + 1 - size;

        got = read(fd, data + size, room < CHUNK ? room : CHUNK);
        size += got > 0 ? (size_t)got : 0;
    }
    if (!data || got < 0) {
        int error = data ? errno : ENOMEM;

        if (fd >= 0)
            close(fd);
        free(data);
        return -error;
    }
    close(fd);
    *ret_data = data;
    *ret_size = size;
    return 0;
}

int inf_load(const char *path, unsigned code_page, struct inf_findings *findings, struct inf **ret,
             char *error, size_t error_size)
{
    char *data = NULL;
    size_t size = 0;
    int status = slurp(path, &data, &size);

    if (status) {
        snprintf(error, error_size, "%s", strerror(-status));
        return status;
    }
    status = inf_parse(path, data, size, code_page, findings, ret, error, error_size);
    free(data);
    return status;
}

static void keep(void *section)
{
    (void)section;
}

void inf_free(struct inf *inf)
{
    if (!inf)
        return;
    tdestroy(inf->by_name, keep);
    for (size_t i = 0; i < inf->section_count; i++)
        free(inf->sections[i]);
    free(inf->sections);
    free(inf->entries);
    free(inf->fields);
    free(inf->pool);
    free(inf->name);
    free(inf);
}

int inf_section_compare(const void *a, const void *b)
{
    const struct inf_section *x = a, *y = b;

    return strcasecmp(x->name, y->name);
}

const struct inf_section *inf_section(const struct inf *inf, const char *name)
{
    struct inf_section wanted = {.name = name};
    struct inf_section *const *found = tfind(&wanted, &inf->by_name, inf_section_compare);

    return found ? *found : NULL;
}

const struct inf_entry *inf_first(const struct inf *inf, const struct inf_section *section)
{
    return section && section->first ? &inf->entries[section->first - 1] : NULL;
}

const struct inf_entry *inf_next(const struct inf *inf, const struct inf_entry *entry)
{
    return entry->next ? &inf->entries[entry->next - 1] : NULL;
}

const char *inf_key(const struct inf *inf, const struct inf_entry *entry)
{
    return entry->has_key ? inf->fields[entry->first].text : "";
}

size_t inf_value_count(const struct inf_entry *entry)
{
    return entry->count - entry->has_key;
}

struct inf_field inf_value(const struct inf *inf, const struct inf_entry *entry, size_t index)
{
    const struct inf_field *last = &inf->fields[entry->first + entry->count - 1];

    if (index < inf_value_count(entry))
        return inf->fields[entry->first + entry->has_key + index];
    return (struct inf_field){.text = "", .at = last->at};
}

const struct inf_entry *inf_entry(const struct inf *inf, const struct inf_section *section,
                                  const char *key)
{
    const struct inf_entry *entry = inf_first(inf, section);

    while (entry && strcasecmp(inf_key(inf, entry), key) != 0)
        entry = inf_next(inf, entry);
    return entry;
}

/* A sign that begins no token and stands for no other. */
static bool has_lone_percent(const char *text)
{
    size_t count = 0;

    for (const char *at = strchr(text, '%'); at; at = strchr(at + 1, '%'))
        count++;
    return count % 2 != 0;
}

void inf_check_reference(const struct inf *inf, const struct inf_field *field)
{
    const char *text = field->text;
    size_t length = strlen(text);
    const char *what = NULL;

    if (strchr(text, ']'))
        what = "a closing bracket";
    else if (field->is_quoted)
        return;
    else if (strchr(text, '['))
        what = "an opening bracket";
    else if (has_lone_percent(text))
        what = "a % sign alone";
    else if (length > 0 && text[length - 1] == '\\')
        what = "a backslash at its end";
    if (what)
        inf_find(inf->findings, inf->name, field->at, "SVC-SYN-014",
                 "put it in quotation marks, and write no ] in the name of a section",
                 "the name of a section with %s", what);
}

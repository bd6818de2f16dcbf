/* What the reader of mtp-detect's output and its table of keys share. */
#ifndef SIMULATOR_IMPORT_MTP_DETECT_INTERNAL_H
#define SIMULATOR_IMPORT_MTP_DETECT_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "simulator/import/import_report.h"
#include "simulator/import/lines.h"

/* In the order in which mtp-detect prints them; bits, so that a line can belong to several. */
enum section {
    SECTION_HEAD = 1,
    SECTION_USB = 2,
    SECTION_DEVICE = 4,
    SECTION_OPERATIONS = 8,
    SECTION_EVENTS = 16,
    SECTION_PROPERTIES = 32,
    SECTION_FORMATS = 64,
    SECTION_STORAGES = 128,
    SECTION_FOLDERS = 256,
    SECTION_VALUES = 512,
    SECTION_TYPES = 1024,
    SECTION_TIME = 2048,
    SECTION_CERTIFICATE = 4096,
};

struct parser {
    struct lines *lines;
    struct import_report *report;   /* = &candidate */
    struct import_report candidate; /* what is being read */
    char ignored[512];              /* what is wrong with those after the first bad one */
    enum section section;
    const char *heading; /* of the section */
    char *error;
    size_t error_size;
    unsigned seen; /* sections */
    char *joined;  /* owned: a line that was in pieces */
    bool ended;
    enum section next; /* with which another report began */
    char **wrapped;    /* a text whose next lines may belong to it */
    char *pending;     /* owned: words of the last object property */
    size_t pending_length;
    unsigned pending_line;
    unsigned format_indent;
};

#define FAULT(parser, ...)                                                                         \
    lines_fault((parser)->lines, (parser)->error, (parser)->error_size, __VA_ARGS__)

/* A line that begins with a key of the running section. */
int import_take_keyed(struct parser *parser, const char *line, bool *ret_known);

/* A line of the file types; what the tool calls no type is none. -ENOMEM. */
int import_type_add(struct import_report *report, const char *line);
/* The formats that the types stand for; -ENOMEM. */
int import_formats_of_types(struct import_report *report);

#endif

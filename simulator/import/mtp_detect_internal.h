/* What the readers of the parts of mtp-detect's output share. */
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
    SECTION_AFTER = 8192, /* nothing belongs anywhere any more */
};

#define SECTION_CODES (SECTION_OPERATIONS | SECTION_EVENTS | SECTION_PROPERTIES)
#define SECTION_TEXTS (SECTION_TIME | SECTION_CERTIFICATE)

/* A line of an object property, which mail programs make several of. */
struct piece {
    char *text; /* owned */
    unsigned line, indent;
};

struct parser {
    struct lines *lines;
    enum import_mode mode;
    struct import_report *report;   /* = &candidate */
    struct import_report candidate; /* what is being read */
    char ignored[512];              /* what is wrong with those after the first bad one */
    enum section section;
    const char *heading; /* of the section */
    char *error;
    size_t error_size;
    unsigned seen;     /* sections */
    uint64_t keys;     /* rows of the table of keys that were read; a storage's: of the last one */
    size_t row;        /* of that table, which is being read */
    bool storage_told; /* a line of the last storage came */
    bool skipping_storage; /* one whose id came already */
    char *joined;          /* owned: a line that was in pieces */
    bool ended;
    bool unfinished;      /* the last line of a log that was cut in the middle of one */
    bool skipping;        /* below a heading that came twice */
    bool unread_storages; /* the tool could not read about them, and prints none */
    bool went_on;         /* something came below the file types */
    enum section next;    /* with which another report began */
    char **wrapped;       /* a text whose next lines may belong to it */
    struct piece *pieces; /* owned: words of the last object property */
    size_t piece_count, piece_bytes;
    unsigned format_indent, property_indent;
    bool described;     /* some object property was */
    bool lost_format;   /* its line was odd: its properties are nobody's */
    bool odd_operation; /* one of its lines was */
};

#define IMPORT_TEXT_BYTES ((size_t)64 << 10) /* of what goes over several lines */
#define IMPORT_STRING_UNITS ((size_t)255)    /* MTP 1.1, 3.2.3: with the one that ends it */

/* Beside 0 and -errno: the line is left out, and a note says so. */
enum { LEFT_OUT = 1 };

/* What is wrong with the last line: -EINVAL where that is refused, else LEFT_OUT. */
__attribute__((format(printf, 2, 3))) int import_fault(struct parser *parser, const char *format,
                                                       ...);
/* The same of what --strict has always taken at its word: 0 there. */
__attribute__((format(printf, 2, 3))) int import_suspect(struct parser *parser, const char *format,
                                                         ...);
/* -ENOMEM. */
int import_no_memory(struct parser *parser);

#define FAULT(parser, ...) import_fault((parser), __VA_ARGS__)
#define NOTE(parser, ...) import_note(&(parser)->report->notes, (parser)->lines, __VA_ARGS__)

/* A message of the tool or of a library; bytes that mtp-detect -d shows. */
bool import_is_noise(const char *line);
bool import_is_dump(const char *line);

const char *import_heading(enum section section);
/* Does this code stand so in a list of this section? `rest` is what follows its digits. */
bool import_is_of_kind(enum section section, const char *line, const char *rest, unsigned code);

/* A line that begins with a key of the running section. */
int import_take_keyed(struct parser *parser, const char *line, bool *ret_known);
/* The only section above which no such line stands and that comes later; 0: there is none. */
enum section import_section_of_key(const struct parser *parser, const char *line);
/* Keys that the tool always prints, and that did not come in the section that ends here. */
void import_missing_keys(struct parser *parser);

/* A line of formats and object properties. */
int import_take_format_line(struct parser *parser, char *line, unsigned indent);
/* What was collected of the last property is read as a whole. */
int import_flush_property(struct parser *parser);
void import_drop_pieces(struct parser *parser);

/* A line of the secure time or the certificate. */
int import_take_long_text(struct parser *parser, const char *line);
/* A line that goes on with the description of the extensions. */
int import_take_extension(struct parser *parser, const char *line);
/* UTF-16 units of UTF-8; NULL has none. */
size_t import_text_units(const char *text);

/* A line of the file types; what the tool calls no type is none. -ENOMEM. */
int import_type_add(struct import_report *report, const char *line);
bool import_is_type(const char *line);
/* The formats that the types stand for; -ENOMEM. */
int import_formats_of_types(struct import_report *report);

/* ---- a log that is not whole */

/* The section whose heading must have stood above this line; 0: the running one. */
enum section import_guess_section(const struct parser *parser, const char *line);
/* What the report lacks is assumed, and noted; less than a device is refused. */
int import_mend(struct parser *parser);
/* What a whole report may lack, too. */
void import_note_end(struct parser *parser);

#endif

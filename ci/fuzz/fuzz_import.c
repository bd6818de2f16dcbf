/* The readers of logs over whatever somebody pastes: no crash, one line of error or a player file
 * that ends, notes that are lines, a log that is taken strictly is taken leniently, too, and
 * anonymising keeps the number of lines. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/import/anonymise.h"
#include "simulator/import/import_report.h"
#include "simulator/import/lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t count_lines(const char *text, size_t size)
{
    size_t count = 0;

    for (size_t i = 0; i < size; i++)
        count += text[i] == '\n';
    return count;
}

static void one_line(const char *error)
{
    if (!error[0] || strchr(error, '\n') || strncmp(error, "log:", 4) != 0)
        abort();
}

static void each_note(const struct import_notes *notes)
{
    size_t lines = 0;

    for (const char *at = notes->text; at && *at; at = strchr(at, '\n') + 1, lines++) {
        if (strncmp(at, "log:", 4) != 0 || !strchr(at, '\n'))
            abort();
    }
    if (lines > notes->count)
        abort();
}

enum kind { LSUSB, LENIENT, STRICT };

static bool import(const uint8_t *data, size_t size, enum kind kind)
{
    static const struct import_origin origin = {"fuzz", "fuzz"};
    struct import_report report = {0};
    struct lines lines;
    char error[512] = "", *text;
    size_t length;
    int result;

    if (lines_over("log", data, size, &lines))
        return false;
    result = kind == LSUSB
                 ? import_lsusb(&lines, &report, error, sizeof(error))
                 : import_mtp_detect(&lines, kind == STRICT ? IMPORT_STRICT : IMPORT_LENIENT,
                                     &report, error, sizeof(error));
    each_note(&report.notes);
    if (result) {
        one_line(error);
    } else if (import_write(&report, &origin, &text, &length) == 0) {
        if (length == 0 || text[length - 1] != '\n')
            abort();
        free(text);
    }
    import_report_done(&report);
    lines_done(&lines);
    return result == 0;
}

static void disguise(const uint8_t *data, size_t size)
{
    struct import_notes notes = {0};
    struct lines lines;
    char error[512] = "", *text = NULL;
    size_t length = 0;
    FILE *out;
    int result;

    if (lines_over("log", data, size, &lines))
        return;
    out = open_memstream(&text, &length);
    result = anonymise(&lines, out, &notes, error, sizeof(error));
    fclose(out);
    if (result)
        one_line(error);
    else if (count_lines(text, length) != count_lines(lines.text, lines.size))
        abort();
    free(text);
    each_note(&notes);
    import_notes_done(&notes);
    lines_done(&lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    import(data, size, LSUSB);
    if (!import(data, size, LENIENT) && import(data, size, STRICT))
        abort();
    disguise(data, size);
    return 0;
}

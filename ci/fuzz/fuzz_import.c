/* The readers of logs over whatever somebody pastes: no crash, one line of error or a player file
 * that ends, and anonymising keeps the number of lines. */
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

static void import(const uint8_t *data, size_t size, bool lsusb)
{
    static const struct import_origin origin = {"fuzz", "fuzz"};
    struct import_report report = {0};
    struct lines lines;
    char error[512] = "", *text;
    size_t length;

    if (lines_over("log", data, size, &lines))
        return;
    if ((lsusb ? import_lsusb : import_mtp_detect)(&lines, &report, error, sizeof(error))) {
        one_line(error);
    } else if (import_write(&report, &origin, &text, &length) == 0) {
        if (length == 0 || text[length - 1] != '\n')
            abort();
        free(text);
    }
    import_report_done(&report);
    lines_done(&lines);
}

static void disguise(const uint8_t *data, size_t size)
{
    struct lines lines;
    char error[512] = "", *text = NULL;
    size_t length = 0;
    FILE *out;
    int result;

    if (lines_over("log", data, size, &lines))
        return;
    out = open_memstream(&text, &length);
    result = anonymise(&lines, out, error, sizeof(error));
    fclose(out);
    if (result)
        one_line(error);
    else if (count_lines(text, length) != count_lines(lines.text, lines.size))
        abort();
    free(text);
    lines_done(&lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    import(data, size, false);
    import(data, size, true);
    disguise(data, size);
    return 0;
}

/* The reports a run leaves: a writer a format, each file whole or not there, and the summary. */
#include "conformance/report/report.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "conformance/report/kept.h"
#include "conformance/report/markup.h"
#include "conformance/report/reach.h"
#include "conformance/report/standing.h"
#include "conformance/results/results_folder.h"
#include "spcore/base.h"

static const struct writer {
    unsigned format;
    const char *file;
    void (*write)(const struct results *results, const char *folder, FILE *out);
} writers[] = {
    {REPORT_TEXT, "report.txt", rep_write_text},
    {REPORT_JUNIT, "junit.xml", rep_write_junit},
    {REPORT_HTML, "report.html", rep_write_html},
};

static int write_one(const struct writer *writer, const struct results *results, const char *folder,
                     char *error, size_t error_size)
{
    struct whole whole;
    int result = results_folder_open(&whole, folder, writer->file);

    if (!result) {
        writer->write(results, folder, whole.file);
        result = whole_end(&whole);
    }
    if (result)
        snprintf(error, error_size, "%s/%s: %s", folder, writer->file, strerror(-result));
    return result;
}

int report_write(const struct results *results, const char *folder, unsigned formats, char *error,
                 size_t error_size)
{
    int result = 0;

    for (size_t i = 0; !result && i < ARRAY_SIZE(writers); i++) {
        if (formats & writers[i].format)
            result = write_one(&writers[i], results, folder, error, error_size);
    }
    return result;
}

void report_summary(const struct results *results, const char *folder, FILE *out)
{
    unsigned long warnings = 0;

    reach_print(results, out);
    for (size_t i = 0; i < results->case_count; i++)
        warnings += results->cases[i].warnings;
    for (enum verdict verdict = 0; verdict < VERDICTS; verdict++)
        fprintf(out, "%zu %s%s", results_count(results, NULL, verdict), verdict_names[verdict].text,
                verdict + 1 < VERDICTS ? " " : "");
    fprintf(out, ", %lu warning%s – ", warnings, warnings == 1 ? "" : "s");
    for (const char *letter = rep_standing(results); *letter; letter++)
        fputc(toupper((unsigned char)*letter), out);
    fprintf(out, " (%d)%s – ", results->exit,
            results->defects.count ? ", defects switched on: nothing can be claimed" : "");
    rep_plain(out, rep_shown_path(folder));
    fputs("/report.html\n", out);
}

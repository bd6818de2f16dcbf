/* An INF from anybody: it is read and judged to its end, places lie inside the file, and findings
 * are whole. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/inf/inf_lint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(const struct inf *inf, size_t size)
{
    size_t seen = 0;

    for (size_t i = 0; i < inf->section_count; i++) {
        for (const struct inf_entry *e = inf_first(inf, inf->sections[i]); e; e = inf_next(inf, e))
            seen++;
        if (inf_section(inf, inf->sections[i]->name) != inf->sections[i])
            abort();
    }
    if (seen != inf->entry_count)
        abort();
    for (size_t i = 0; i < inf->field_count; i++) {
        const struct inf_at at = inf->fields[i].at;

        if (at.line == 0 || at.column == 0 || at.line > size + 1 || at.column > size + 1)
            abort();
    }
}

static void choose(const struct inf *inf)
{
    static const struct inf_system system = {INF_AMD64, 10, 0, 22000, 1, 0};
    struct inf_strings strings;

    if (inf_strings_of(inf, inf_strings_choose(inf, 0x407), &strings))
        return;
    for (const struct inf_entry *e = inf_first(inf, inf_section(inf, "Manufacturer")); e;
         e = inf_next(inf, e))
        (void)inf_models(&strings, e, &system);
    inf_strings_done(&strings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct inf_findings findings = {.count = 0};
    struct inf *inf = NULL;
    char error[256] = "";

    if (inf_parse("fuzz", data, size, INF_CODE_PAGE, &findings, &inf, error, sizeof(error))) {
        if (!error[0] || strchr(error, '\n'))
            abort();
    } else {
        hold(inf, size);
        choose(inf);
        if (inf_lint(inf, NULL, INF_CODE_PAGE))
            abort();
    }
    inf_findings_sort(&findings);
    for (size_t i = 0; i < findings.count; i++) {
        if (!findings.at[i].text[0] || !findings.at[i].fix[0] || !findings.at[i].at.line)
            abort();
    }
    inf_free(inf);
    inf_findings_done(&findings);
    return 0;
}

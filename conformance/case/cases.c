/* The list of cases: every CONF_CASE of the suites leaves a pointer in section `conf_cases`, and
 * the linker marks its ends. Nothing else registers a case. */
#include "conformance/case/cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/results/clause.h"

#define TIMEOUT_S 20 /* of a case that names none */

extern const struct conf_case *const __start_conf_cases[] __attribute__((weak));
extern const struct conf_case *const __stop_conf_cases[] __attribute__((weak));

const char *const cases_levels[] = {
    [CONF_MUST] = "MUST", [CONF_SHOULD] = "SHOULD", [CONF_MAY] = "MAY"};

const struct cases_need cases_needs[] = {
    {CONF_WIRE, "wire", "speaks USB/IP itself (not over usb:)"},
    {CONF_WRITES, "writes", "creates or deletes objects (--destructive on a real device)"},
    {CONF_FORMATS, "formats", "formats a store (--destructive and --serial on a real device)"},
    {CONF_CONTROL, "control", "the control socket of our own simulator"},
    {CONF_PROVIDER, "provider", "a provider (--provider, or libspcore.so)"},
    {CONF_INF, "inf", "an INF, which it judges"},
    {CONF_SERVICE, "service", "a device service (--service, or libpapservice.so)"},
    {CONF_CLASS_PROVIDER, "class-provider", "a class provider (--class-provider, or libpapwmi.so)"},
    {CONF_HOST, "host", "our own model of a host, which it judges (never in a vendor's run)"},
    {0, NULL, NULL},
};

static int by_id(const void *a, const void *b)
{
    return strcmp((*(const struct conf_case *const *)a)->id,
                  (*(const struct conf_case *const *)b)->id);
}

size_t cases_all(const struct conf_case *const **ret_cases)
{
    static const struct conf_case **sorted;
    size_t count = (size_t)(__stop_conf_cases - __start_conf_cases);

    if (!sorted && count) {
        sorted = malloc(count * sizeof(*sorted));
        if (!sorted)
            return 0;
        memcpy(sorted, __start_conf_cases, count * sizeof(*sorted));
        qsort(sorted, count, sizeof(*sorted), by_id);
    }
    *ret_cases = sorted;
    return count;
}

void cases_name(const struct conf_case *conf_case, char *name, size_t size)
{
    snprintf(name, size, "%s", conf_case->id);
    for (char *at = name; *at; at++) {
        if (*at == '_')
            *at = '-';
    }
}

static bool is_id(const char *text, const char *id)
{
    while (*text && (*text == *id || (*text == '-' && *id == '_'))) {
        text++;
        id++;
    }
    return !*text && !*id;
}

const struct conf_case *cases_find(const char *id)
{
    const struct conf_case *const *cases;
    size_t count = cases_all(&cases);

    for (size_t i = 0; i < count; i++) {
        if (is_id(id, cases[i]->id))
            return cases[i];
    }
    return NULL;
}

bool cases_judge(const struct conf_case *conf_case, const char *row)
{
    for (size_t i = 0; conf_case->reqs[i]; i++) {
        if (clause_is_of(row, conf_case->reqs[i]))
            return true;
    }
    return false;
}

bool cases_have(const char *row)
{
    const struct conf_case *const *cases;
    size_t count = cases_all(&cases);

    for (size_t i = 0; i < count; i++) {
        if (cases_judge(cases[i], row))
            return true;
    }
    return false;
}

/* Rows of every call into a provider (conformance/wmdm/wmdm_call.c), and of every transaction of a
 * device (conformance/raw/exchange.c). */
static const char *const of_calls[] = {
    "SP-AUTH-010", "SP-AUTH-023", "SP-DEV-003", "SP-DEV-008", "SP-DEV-043",  "SP-DEV-053",
    "SP-ERR-001",  "SP-ERR-002",  "SP-ERR-003", "SP-ERR-010", "SP-LIFE-005", "SP-LIFE-009",
    "SP-MAC-001",  "SP-MAC-019",  "SP-OBJ-016", "SP-PNP-008", "SP-STG-002",  NULL};
static const char *const of_frames[] = {"USB-BLK-001",   "USB-BLK-005",   "USB-BLK-012",
                                        "USB-BLK-014",   "USBIP-OP-004",  "USBIP-URB-002",
                                        "USBIP-URB-005", "USBIP-URB-010", NULL};

bool cases_may_judge(const struct conf_case *conf_case, const char *row)
{
    const char *const *standing = conf_case->needs & CONF_PROVIDER ? of_calls : of_frames;

    for (; *standing; standing++) {
        if (clause_is_of(row, *standing))
            return true;
    }
    return cases_judge(conf_case, row);
}

const char *cases_base_name(const char *file)
{
    const char *slash = strrchr(file, '/');

    return slash ? slash + 1 : file;
}

unsigned cases_timeout_s(const struct conf_case *conf_case)
{
    return conf_case->timeout_s ? conf_case->timeout_s : TIMEOUT_S;
}

/* Dates of MTP 1.1, 3.2.5, as WMDM wants them: in UTC. Expected values by hand. */
#include <criterion/criterion.h>

#include "spcore/base.h"
#include "spcore/com/com_memory.h"
#include "spcore/com/com_utf16.h"
#include "spcore/sp/sp_storage.h"

static bool parse(const char *text, WMDMDATETIME *ret)
{
    WCHAR *wide = com_utf16_from_utf8(text);
    bool ok;

    cr_assert_not_null(wide);
    ok = sp_date_parse(wide, ret);
    CoTaskMemFree(wide);
    return ok;
}

static void expect(const char *text, WMDMDATETIME expected)
{
    WMDMDATETIME date = {0};

    cr_assert(parse(text, &date), "%s", text);
    cr_expect_eq(date.wYear, expected.wYear, "%s", text);
    cr_expect_eq(date.wMonth, expected.wMonth, "%s", text);
    cr_expect_eq(date.wDay, expected.wDay, "%s", text);
    cr_expect_eq(date.wHour, expected.wHour, "%s", text);
    cr_expect_eq(date.wMinute, expected.wMinute, "%s", text);
    cr_expect_eq(date.wSecond, expected.wSecond, "%s", text);
}

Test(date, a_zone_is_taken_off)
{
    expect("20260102T030405", (WMDMDATETIME){2026, 1, 2, 3, 4, 5});
    expect("20260102T030405.9", (WMDMDATETIME){2026, 1, 2, 3, 4, 5});
    expect("20260102T030405Z", (WMDMDATETIME){2026, 1, 2, 3, 4, 5});
    expect("20260102T030405.0+0100", (WMDMDATETIME){2026, 1, 2, 2, 4, 5});
    expect("20260101T003000+0530", (WMDMDATETIME){2025, 12, 31, 19, 0, 0});
    expect("20240228T233000-0100", (WMDMDATETIME){2024, 2, 29, 0, 30, 0});
}

Test(date, what_is_no_date_is_refused)
{
    static const char *const bad[] = {"",
                                      "20260102",
                                      "20260102 030405",
                                      "20260230T030405",
                                      "20260002T030405",
                                      "20260102T240000",
                                      "20260102T036005",
                                      "20260102T030460",
                                      "20260102T030405.",
                                      "20260102T030405+1",
                                      "20260102T030405+1500",
                                      "20260102T030405Zulu",
                                      "20260102T030405+0100Z"};

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        WMDMDATETIME date = {.wYear = 7};

        cr_expect_not(parse(bad[i], &date), "%s", bad[i]);
        cr_expect_eq(date.wYear, 7, "%s", bad[i]);
    }
    cr_expect_not(sp_date_parse(NULL, &(WMDMDATETIME){0}));
}

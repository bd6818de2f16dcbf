/* Windows' formats and bounded copies, of both widths. */
#include <criterion/criterion.h>
#include <limits.h>
#include <string.h>

#include "conformance/host/win/win_text.h"
#include "spcore/com/com_utf16.h"

static void is_wide(const WCHAR *text, const char *expected)
{
    char *narrow = com_utf8_from_utf16(text);

    cr_assert_str_eq(narrow, expected);
    CoTaskMemFree(narrow);
}

Test(win_format, text_is_as_wide_as_the_function_unless_it_says_otherwise)
{
    char narrow[64];
    WCHAR wide[64];

    cr_assert_eq(StringCchPrintfW(wide, 64, u"%s|%S|%ls|%hs|%ws|%c%C", u"wide", "nar\xc3\xb6w",
                                  u"l", "h", u"w", u'x', 'y'),
                 S_OK);
    is_wide(wide, "wide|nar\xc3\xb6w|l|h|w|xy");
    cr_assert_eq(StringCchPrintfA(narrow, 64, "%s|%S|%ls|%hs|%c%C", "narrow", u"\u00f6", u"l", "h",
                                  'x', u'\u00fc'),
                 S_OK);
    cr_assert_str_eq(narrow, "narrow|\xc3\xb6|l|h|x\xc3\xbc");
}

Test(win_format, numbers_have_windows_sizes)
{
    char text[128];

    /* long has 32 bits there, and so has what a caller means by it. */
    cr_assert_eq(StringCchPrintfA(text, sizeof(text), "%ld %lu %I64d %I64x %Iu %hd %u", -1,
                                  0xffffffffu, INT64_MIN, INT64_MAX, (size_t)-1, 0x18000, -1),
                 S_OK);
    cr_assert_str_eq(text, "-1 4294967295 -9223372036854775808 7fffffffffffffff "
                           "18446744073709551615 -32768 4294967295");
    cr_assert_eq(StringCchPrintfA(text, sizeof(text), "%p %08lX %+5d|%-5d|%.3f|%*d", (void *)0x1f,
                                  0xabu, 7, 7, 0.5, 4, 1),
                 S_OK);
    cr_assert_str_eq(text, "000000000000001F 000000AB    +7|7    |0.500|   1");
}

Test(win_format, width_and_precision_are_of_text_too)
{
    WCHAR text[32];

    cr_assert_eq(StringCchPrintfW(text, 32, u"[%6.2s][%-4s][%.*s]", u"abc", u"x", 1, u"yz"), S_OK);
    is_wide(text, "[    ab][x   ][y]");
    cr_assert_eq(StringCchPrintfW(text, 32, u"%s 100%% %y", (WCHAR *)NULL), S_OK);
    is_wide(text, "(null) 100% y");
}

Test(win_format, what_does_not_fit_is_cut)
{
    WCHAR wide[4] = {'?', '?', '?', '?'};
    char narrow[4];

    cr_assert_eq(StringCchPrintfW(wide, 4, u"%d", 12345), STRSAFE_E_INSUFFICIENT_BUFFER);
    is_wide(wide, "123");
    cr_assert_eq(StringCbPrintfW(wide, 4, u"%d", 12345), STRSAFE_E_INSUFFICIENT_BUFFER);
    is_wide(wide, "1");
    cr_assert_eq(StringCchPrintfA(narrow, 4, "%s", "abc"), S_OK);
    cr_assert_eq(StringCchPrintfA(narrow, 4, "%s", "abcd"), STRSAFE_E_INSUFFICIENT_BUFFER);
    cr_assert_str_eq(narrow, "abc");
    cr_assert_eq(StringCchPrintfA(narrow, 0, "x"), STRSAFE_E_INVALID_PARAMETER);
    cr_assert_eq(paphost_swprintf(wide, 4, u"%s", u"abcd"), -1);
    cr_assert_eq(paphost_swprintf(wide, 4, u"%s", u"abc"), 3);
}

Test(win_format, copies_end_where_their_room_does)
{
    char text[6] = "";
    size_t length = 9;

    cr_assert_eq(StringCchCopyA(text, 6, "abc"), S_OK);
    cr_assert_eq(StringCchCatA(text, 6, "def"), STRSAFE_E_INSUFFICIENT_BUFFER);
    cr_assert_str_eq(text, "abcde");
    cr_assert_eq(StringCchCopyNA(text, 6, "xyz", 2), S_OK);
    cr_assert_eq(StringCchCatNA(text, 6, "12345", 3), S_OK);
    cr_assert_str_eq(text, "xy123");
    cr_assert_eq(StringCbLengthA(text, 6, &length), S_OK);
    cr_assert_eq(length, 5);
    cr_assert_eq(StringCchLengthA(text, 5, &length), STRSAFE_E_INVALID_PARAMETER);
    cr_assert_eq(length, 0);
}

Test(win_format, numbers_are_read_as_there)
{
    WCHAR text[] = u" 0x1fz", *end = NULL;

    cr_assert_eq(paphost_wcstol(text, &end, 0), 0x1f);
    cr_assert_eq(end, text + 5);
    cr_assert_eq(paphost_wcstol(u"4294967296", NULL, 10), INT32_MAX);
    cr_assert_eq(paphost_wcstoul(u"4294967295", NULL, 10), UINT32_MAX);
    cr_assert_eq(paphost_wcstoul(u"-1", NULL, 10), UINT32_MAX);
    cr_assert_eq(paphost_wcstoul(u"99999999999", NULL, 10), UINT32_MAX);
    cr_assert_eq(paphost_wcscspn(u"a,b", u";,"), 1);
    cr_assert_eq(*paphost_wcspbrk(u"a,b", u";,"), ',');
    cr_assert_null(paphost_wcspbrk(u"ab", u";,"));
}

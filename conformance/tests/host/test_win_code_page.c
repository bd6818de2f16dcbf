/* UTF-8 and UTF-16, as MultiByteToWideChar and WideCharToMultiByte count and refuse. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "conformance/host/include/winbase.h"
#include "conformance/host/win/win_text.h"

Test(win_code_page, text_goes_both_ways_with_its_end_when_asked_for)
{
    WCHAR wide[8];
    char narrow[8];

    cr_assert_eq(MultiByteToWideChar(CP_ACP, 0, "\xc3\xb6!", -1, NULL, 0), 3);
    cr_assert_eq(MultiByteToWideChar(CP_UTF8, 0, "\xc3\xb6!", -1, wide, 8), 3);
    cr_assert(wide[0] == 0xf6 && wide[1] == '!' && wide[2] == 0);
    cr_assert_eq(MultiByteToWideChar(CP_UTF8, 0, "abc", 2, wide, 2), 2);
    cr_assert_eq(WideCharToMultiByte(CP_UTF8, 0, u"\u00f6!", -1, NULL, 0, NULL, NULL), 4);
    cr_assert_eq(WideCharToMultiByte(CP_UTF8, 0, u"\u00f6!", -1, narrow, 8, NULL, NULL), 4);
    cr_assert_str_eq(narrow, "\xc3\xb6!");
}

Test(win_code_page, ends_within_text_are_kept)
{
    static const char several[] = "a\0b\0";
    WCHAR wide[5];

    cr_assert_eq(MultiByteToWideChar(CP_ACP, 0, several, 5, wide, 5), 5);
    cr_assert(wide[0] == 'a' && !wide[1] && wide[2] == 'b' && !wide[3] && !wide[4]);
}

Test(win_code_page, what_does_not_fit_or_is_none_is_refused)
{
    WCHAR wide[2];
    char narrow[2];

    cr_assert_eq(MultiByteToWideChar(CP_ACP, 0, "abc", -1, wide, 2), 0);
    cr_assert_eq(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
    cr_assert_eq(WideCharToMultiByte(CP_ACP, 0, u"\u20ac", 1, narrow, 2, NULL, NULL), 0);
    cr_assert_eq(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
    cr_assert_eq(MultiByteToWideChar(CP_UTF8, 0, "abc", 0, NULL, 0), 0);
    cr_assert_eq(GetLastError(), ERROR_INVALID_PARAMETER);
    cr_assert_eq(MultiByteToWideChar(CP_UTF8, 0, "\xff", 1, wide, 2), 1);
    cr_assert_eq(wide[0], 0xfffd);
    cr_assert_eq(MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, "\xff", 1, wide, 2), 0);
    cr_assert_eq(GetLastError(), ERROR_NO_UNICODE_TRANSLATION);
    cr_assert_eq(MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, "\xef\xbf\xbd", 3, wide, 2), 1);
}

Test(win_code_page, ordinals_are_compared_by_code_unit)
{
    cr_assert_eq(CompareStringOrdinal(u"ABC", -1, u"abc", -1, TRUE), CSTR_EQUAL);
    cr_assert_eq(CompareStringOrdinal(u"ABC", -1, u"abc", -1, FALSE), CSTR_LESS_THAN);
    cr_assert_eq(CompareStringOrdinal(u"abc", 2, u"ab", -1, FALSE), CSTR_EQUAL);
    cr_assert_eq(CompareStringOrdinal(u"abc", -1, u"ab", -1, FALSE), CSTR_GREATER_THAN);
    cr_assert_eq(CompareStringOrdinal(NULL, -1, u"ab", -1, FALSE), 0);
}

enum { ALL = -1, TRUNCATED = 80 };

Test(win_code_page, what_does_not_fit_is_refused_or_cut_between_characters)
{
    char narrow[4] = "zzz";
    WCHAR wide[3];
    size_t count = 99;

    cr_assert_eq(paphost_wcstombs_s(&count, narrow, 4, u"a\u00f6", 4), 0);
    cr_assert_str_eq(narrow, "a\xc3\xb6");
    cr_assert_eq(count, 4);
    cr_assert_eq(paphost_wcstombs_s(&count, narrow, 3, u"a\u00f6", 3), ERANGE);
    cr_assert(count == 0 && narrow[0] == '\0');
    cr_assert_eq(paphost_wcstombs_s(&count, narrow, 3, u"a\u00f6", (size_t)ALL), TRUNCATED);
    cr_assert(count == 2 && strcmp(narrow, "a") == 0);
    cr_assert_eq(paphost_wcstombs_s(&count, narrow, 3, u"abc", 1), 0);
    cr_assert(count == 2 && strcmp(narrow, "a") == 0);
    cr_assert_eq(paphost_wcstombs_s(&count, NULL, 0, u"a\u00f6", 0), 0);
    cr_assert_eq(count, 4);
    cr_assert_eq(paphost_wcstombs_s(NULL, NULL, 4, u"a", 1), EINVAL);
    cr_assert_eq(paphost_wcstombs_s(NULL, narrow, 4, NULL, 1), EINVAL);

    cr_assert_eq(paphost_mbstowcs_s(&count, wide, 3, "\xc3\xb6!", 3), 0);
    cr_assert(count == 3 && wide[0] == 0xf6 && wide[1] == '!' && !wide[2]);
    cr_assert_eq(paphost_mbstowcs_s(&count, wide, 2, "\xf0\x9f\x98\x80", 2), ERANGE);
    cr_assert(count == 0 && !wide[0]);
    cr_assert_eq(paphost_mbstowcs_s(&count, wide, 2, "\xf0\x9f\x98\x80", (size_t)ALL), TRUNCATED);
    cr_assert(count == 1 && !wide[0]);
    cr_assert_eq(paphost_mbstowcs_s(&count, wide, 3, "\xf0\x9f\x98\x80", 2), 0);
    cr_assert(count == 3 && wide[0] == 0xd83d && wide[1] == 0xde00 && !wide[2]);
}

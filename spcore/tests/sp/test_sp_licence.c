/* The simulation's licences, from bytes laid out by hand (docs/protected-content.md). */
#include <criterion/criterion.h>
#include <string.h>

#include "spcore/base.h"
#include "spcore/sp/sp_licence.h"

#define ASF_HEADER                                                                                 \
    0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11, 0xa6, 0xd9, 0x00, 0xaa, 0x00, 0x62, 0xce, 0x6c
#define LICENCE                                                                                    \
    0x53, 0x70, 0x61, 0x70, 0x6d, 0x69, 0x69, 0x4c, 0x9e, 0x11, 0x5b, 0x0d, 0x8c, 0x2f, 0x41, 0x6a
#define STORE                                                                                      \
    0x53, 0x70, 0x61, 0x70, 0x6d, 0x69, 0x74, 0x53, 0x9e, 0x11, 0x5b, 0x0d, 0x8c, 0x2f, 0x41, 0x6a
#define CONTENT 1, 0, 0, 0, 2, 0, 3, 0, 4, 5, 6, 7, 8, 9, 10, 11
#define RIGHTS                                                                                     \
    1, 0, 0, 0, 3, 0, 0, 0, 0x13, 0, 0, 0, 2, 0, 0, 0, 5, 0, 0, 0, 0xee, 7, 12, 0, 31, 0, 23, 0,   \
        59, 0, 58, 0
#define SIZE(n) (n), 0, 0, 0, 0, 0, 0, 0

static const GUID content = {1, 2, 3, {4, 5, 6, 7, 8, 9, 10, 11}};
static const BYTE whole[] = {ASF_HEADER, SIZE(102), 1,       0,        0,       0,
                             1,          2,         LICENCE, SIZE(72), CONTENT, RIGHTS};
static const WMDMDATETIME today = {2026, 11, 30, 12, 0, 0};

/* As a block of its own: a read beyond its end is seen by the sanitizer. */
static enum sp_protection protection(const BYTE *bytes, size_t length, struct sp_licence *licence)
{
    BYTE *copy = malloc(length + !length);
    enum sp_protection found;

    memcpy(copy, bytes, length);
    found = sp_licence_header(copy, length, licence);
    free(copy);
    return found;
}

Test(licence, of_a_header_has_all_its_fields)
{
    struct sp_licence licence;

    cr_assert_eq(protection(whole, sizeof(whole), &licence), SP_SIMULATED);
    cr_expect(IsEqualGUID(&licence.content, &content));
    cr_expect(licence.is_given);
    cr_expect_eq(licence.rights.cbSize, 36);
    cr_expect_eq(licence.rights.dwContentType, 1);
    cr_expect_eq(licence.rights.fuFlags, 3);
    cr_expect_eq(licence.rights.fuRights, 0x13);
    cr_expect_eq(licence.rights.dwAppSec, 2);
    cr_expect_eq(licence.rights.dwPlaybackCount, 5);
    cr_expect_eq(licence.rights.ExpirationDate.wYear, 2030);
    cr_expect_eq(licence.rights.ExpirationDate.wSecond, 58);
}

Test(licence, of_a_header_without_flags_has_no_count_and_no_end)
{
    struct sp_licence licence;
    BYTE bare[sizeof(whole)];

    memcpy(bare, whole, sizeof(whole));
    bare[74] = 0; /* fuFlags */
    cr_assert_eq(protection(bare, sizeof(bare), &licence), SP_SIMULATED);
    cr_expect_eq(licence.rights.dwPlaybackCount, 0);
    cr_expect_eq(licence.rights.ExpirationDate.wYear, 0xffff);
}

Test(licence, that_is_elsewhere_leaves_the_content_alone_in_the_header)
{
    static const BYTE bytes[] = {ASF_HEADER, SIZE(70), 1,       0,        0,      0,
                                 1,          2,        LICENCE, SIZE(40), CONTENT};
    struct sp_licence licence;

    cr_assert_eq(protection(bytes, sizeof(bytes), &licence), SP_SIMULATED);
    cr_expect_not(licence.is_given);
    cr_expect(IsEqualGUID(&licence.content, &content));
}

Test(licence, of_a_real_scheme_is_foreign)
{
    static const BYTE one[] = {ASF_HEADER, SIZE(54), 1,    0,    0,    0,    1,       2,    0xfb,
                               0xb3,       0x11,     0x22, 0x23, 0xbd, 0xd2, 0x11,    0xb4, 0xb7,
                               0x00,       0xa0,     0xc9, 0x55, 0xfc, 0x6e, SIZE(24)};
    static const BYTE two[] = {ASF_HEADER, SIZE(54), 1,    0,    0,    0,    1,       2,    0x14,
                               0xe6,       0x8a,     0x29, 0x22, 0x26, 0x17, 0x4c,    0xb9, 0x35,
                               0xda,       0xe0,     0x7e, 0xe9, 0x28, 0x9c, SIZE(24)};
    struct sp_licence licence;

    cr_expect_eq(protection(one, sizeof(one), &licence), SP_FOREIGN);
    cr_expect_eq(protection(two, sizeof(two), &licence), SP_FOREIGN);
}

Test(licence, of_a_real_scheme_is_foreign_where_the_header_goes_on_behind_what_was_read)
{
    static const BYTE bytes[] = {
        ASF_HEADER, SIZE(200), 1,    0,    0,    0,    1,    2,    0x14, 0xe6, 0x8a, 0x29,     0x22,
        0x26,       0x17,      0x4c, 0xb9, 0x35, 0xda, 0xe0, 0x7e, 0xe9, 0x28, 0x9c, SIZE(170)};
    struct sp_licence licence;

    cr_expect_eq(protection(bytes, sizeof(bytes), &licence), SP_FOREIGN);
}

Test(licence, may_stand_wherever_the_header_reaches)
{
    struct sp_licence licence;
    BYTE header[ARRAY_SIZE(whole)];

    memcpy(header, whole, sizeof(header));
    cr_expect_eq(sp_licence_reach(header, 29), 0);
    cr_expect_eq(sp_licence_reach(header, 30), 102);
    header[19] = 1; /* 16 MiB and some */
    cr_expect_eq(sp_licence_reach(header, 30), SP_HEADER_MOST);
    cr_expect_eq(protection(header, sizeof(header), &licence), SP_SIMULATED);
    cr_expect_eq(protection(header, 30, &licence), SP_FOREIGN);
    header[0] = 0;
    cr_expect_eq(sp_licence_reach(header, sizeof(header)), 0);
}

Test(licence, is_none_of_a_file_that_is_cut_anywhere)
{
    struct sp_licence licence;

    for (size_t length = 0; length < sizeof(whole); length++)
        cr_expect_eq(protection(whole, length, &licence), SP_CLEAR, "%zu bytes", length);
}

Test(licence, is_none_behind_an_object_whose_size_makes_no_sense)
{
    static const BYTE sizes[] = {0, 23, 0xff};
    struct sp_licence licence;
    BYTE bytes[sizeof(whole)];

    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        memcpy(bytes, whole, sizeof(whole));
        bytes[46] = sizes[i];
        cr_expect_eq(protection(bytes, sizeof(bytes), &licence), SP_CLEAR);
    }
    memcpy(bytes, whole, sizeof(whole));
    memset(bytes + 46, 0xff, 8);
    cr_expect_eq(protection(bytes, sizeof(bytes), &licence), SP_CLEAR);
}

Test(licence, store_has_the_records_of_a_content)
{
    static const BYTE bytes[] = {STORE, 1,       0,      0, 0, CONTENT, RIGHTS,  1,      0, 0, 0,
                                 STORE, RIGHTS,  7,      0, 0, 0,       CONTENT, RIGHTS, 2, 0, 0,
                                 0,     CONTENT, RIGHTS, 1, 0, 0,       0,       CONTENT};
    enum sp_record kind;
    WMDMRIGHTS rights;
    size_t cursor = 0;

    cr_assert(sp_licence_next(bytes, sizeof(bytes), &content, &cursor, &kind, &rights));
    cr_expect_eq(kind, SP_RECORD_LICENCE);
    cr_expect_eq(rights.dwPlaybackCount, 5);
    cr_assert(sp_licence_next(bytes, sizeof(bytes), &content, &cursor, &kind, &rights));
    cr_expect_eq(kind, SP_RECORD_REVOKED);
    cr_expect_not(sp_licence_next(bytes, sizeof(bytes), &content, &cursor, &kind, &rights),
                  "a record that is cut");
}

Test(licence, store_that_is_none_has_no_records)
{
    enum sp_record kind;
    WMDMRIGHTS rights;
    size_t cursor = 0;

    cr_expect_not(sp_licence_next(whole, sizeof(whole), &content, &cursor, &kind, &rights));
    cr_expect_not(sp_licence_next(NULL, 0, &content, &cursor, &kind, &rights));
}

static WMDMRIGHTS right(DWORD flags, DWORD rights, DWORD level, WORD year)
{
    return (WMDMRIGHTS){.cbSize = sizeof(WMDMRIGHTS),
                        .fuFlags = flags,
                        .fuRights = rights,
                        .dwAppSec = level,
                        .ExpirationDate = {year, 11, 30, 12, 0, 0}};
}

Test(licence, allows_what_nothing_forbids)
{
    static const struct {
        DWORD flags, rights, level;
        WORD year;
        HRESULT hr;
    } rows[] = {
        {0, WMDM_RIGHTS_COPY_TO_NON_SDMI_DEVICE, 1, 0, S_OK},
        {0, WMDM_RIGHTS_COPY_TO_SDMI_DEVICE, 0, 0, S_OK},
        {0, 0, 9, 0, WMDM_E_NORIGHTS},
        {0, WMDM_RIGHTS_PLAY_ON_PC | WMDM_RIGHTS_COPY_TO_CD, 9, 0, WMDM_E_INCORRECT_RIGHTS},
        {WMDM_RIGHTS_EXPIRATIONDATE, WMDM_RIGHTS_COPY_TO_SDMI_DEVICE, 9, 2025,
         WMDM_E_LICENSE_EXPIRED},
        {WMDM_RIGHTS_EXPIRATIONDATE, WMDM_RIGHTS_COPY_TO_SDMI_DEVICE, 1, 2026, S_OK},
        {WMDM_RIGHTS_EXPIRATIONDATE, WMDM_RIGHTS_COPY_TO_SDMI_DEVICE, 1, 2027, S_OK},
        {0, WMDM_RIGHTS_COPY_TO_SDMI_DEVICE, 2, 0, WMDM_E_INCORRECT_APPSEC},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        WMDMRIGHTS one = right(rows[i].flags, rows[i].rights, rows[i].level, rows[i].year);

        cr_expect_eq(sp_licence_allows(&one, 1, &today), rows[i].hr, "row %zu", i);
    }
}

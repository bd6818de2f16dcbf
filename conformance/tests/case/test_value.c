/* Codes are shown by number and name; one without a name is told from one that has it. */
#include <criterion/criterion.h>
#include <errno.h>
#include <limits.h>

#include "conformance/case/value.h"
#include "mtp_codes.h"
#include "spcore/include/mswmdm.h"

Test(value, an_error_keeps_its_sign_and_is_named)
{
    cr_expect_str_eq(value_errno(-ETIMEDOUT).text, "-110 ETIMEDOUT");
    cr_expect_str_eq(value_errno(-EPIPE).text, "-32 EPIPE");
}

Test(value, a_count_is_a_number_alone)
{
    cr_expect_str_eq(value_errno(0).text, "0");
    cr_expect_str_eq(value_errno(18).text, "18");
}

Test(value, what_is_no_error_has_no_name)
{
    cr_expect_str_eq(value_errno(-99999).text, "-99999");
    cr_expect_str_eq(value_errno(INT64_MIN).text, "-9223372036854775808");
}

Test(value, a_response_is_named_or_said_to_have_no_name)
{
    cr_expect_str_eq(value_rc(MTP_RC_INVALID_PARAMETER).text, "0x201d InvalidParameter");
    cr_expect_str_eq(value_rc(0x2fff).text, "0x2fff (no name)");
    cr_expect_str_eq(value_rc(-ETIMEDOUT).text, "-110 ETIMEDOUT");
}

Test(value, a_result_has_32_bits_and_its_name)
{
    cr_expect_str_eq(value_hr(WMDM_E_NOTCERTIFIED).text, "0x80045005 WMDM_E_NOTCERTIFIED");
    cr_expect_str_eq(value_hr(WMDM_E_LICENSE_EXPIRED).text, "0x80045012 WMDM_E_LICENSE_EXPIRED");
    cr_expect_str_eq(value_hr(S_OK).text, "0x00000000 S_OK");
    cr_expect_str_eq(value_hr(HRESULT_FROM_WIN32(ERROR_DISK_FULL)).text,
                     "0x80070070 ERROR_DISK_FULL");
}

Test(value, a_windows_error_without_a_name_keeps_its_number)
{
    cr_expect_str_eq(value_hr(HRESULT_FROM_WIN32(4711)).text,
                     "0x80071267 HRESULT_FROM_WIN32(4711)");
    cr_expect_str_eq(value_hr((HRESULT)0x8badf00du).text, "0x8badf00d (no name)");
}

Test(value, an_operation_and_a_request_are_named)
{
    static const uint8_t get[8] = {0x80, 6, 0x00, 0x01, 0, 0, 18, 0};
    static const uint8_t reset[8] = {0x21, 0x66, 0, 0, 1, 0, 0, 0};
    static const uint8_t vendor[8] = {0xc0, 0x20, 0, 0, 4, 0, 40, 0};

    cr_expect_str_eq(value_op(MTP_OP_GET_OBJECT_HANDLES).text, "0x1007 GetObjectHandles");
    cr_expect_str_eq(value_op(MTP_OP_GET_STORAGE_IDS).text, "0x1004 GetStorageIDs");
    cr_expect_str_eq(value_op(MTP_OP_GET_PARTIAL_OBJECT_64).text, "0x95c1 GetPartialObject64");
    cr_expect_str_eq(value_request(get).text, "GET_DESCRIPTOR (80 06 0100 0000 0012)");
    cr_expect_str_eq(value_request(reset).text, "Device Reset (21 66 0000 0001 0000)");
    cr_expect_str_eq(value_request(vendor).text, "(no name) (c0 20 0000 0004 0028)");
}

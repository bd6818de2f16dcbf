/* One object property in mtp-detect's words. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "mtp_codes.h"
#include "simulator/import/import_report.h"

static struct import_property read_text(const char *text)
{
    struct import_property property = {0};

    cr_assert_null(import_property_text(text, &property), "%s", text);
    return property;
}

static void refused(const char *text)
{
    struct import_property property = {0};

    cr_assert_not_null(import_property_text(text, &property), "%s", text);
    for (size_t i = 0; i < property.value_count; i++)
        free(property.values[i]);
    free(property.values);
    free(property.expression);
}

static void done(struct import_property *property)
{
    for (size_t i = 0; i < property->value_count; i++)
        free(property->values[i]);
    free(property->values);
    free(property->expression);
}

Test(property_text, a_name_alone_says_nothing_of_the_type)
{
    struct import_property property = read_text("PersistantUniqueObjectIdentifier");

    cr_assert_not(property.described);
}

Test(property_text, numbers_printed_as_signed_have_the_bits_of_their_type)
{
    struct import_property property =
        read_text("Width UINT32 data type range: MIN 0, MAX -1, STEP 1 READ ONLY");

    cr_assert_eq(property.type, MTP_DTC_UINT32);
    cr_assert_eq(property.form, MTP_FORM_RANGE);
    cr_assert_not(property.settable);
    cr_assert_str_eq(property.values[1], "4294967295");
    done(&property);
}

Test(property_text, signed_types_keep_their_sign)
{
    struct import_property property =
        read_text("Unknown INT16 data type enumeration: -3, 4,  GET/SET GROUP 0xffffffff");

    cr_assert_eq(property.value_count, 2);
    cr_assert_str_eq(property.values[0], "-3");
    cr_assert_eq(property.group, 0xffffffffu);
    cr_assert(property.settable);
    done(&property);
}

Test(property_text, an_array_is_told_from_its_elements)
{
    struct import_property property =
        read_text("Data array of UINT8 data type byte array:  GET/SET");

    cr_assert_eq(property.type, MTP_DTC_ARRAY_UINT8);
    cr_assert_eq(property.form, MTP_FORM_BYTE_ARRAY);
}

Test(property_text, a_text_may_hold_the_words_that_end_a_description)
{
    struct import_property property =
        read_text("Mode STRING data type enumeration: GET/SET, READ ONLY,  READ ONLY");

    cr_assert_eq(property.value_count, 2);
    cr_assert_str_eq(property.values[0], "GET/SET");
    cr_assert_not(property.settable);
    done(&property);
}

Test(property_text, an_expression_is_kept)
{
    struct import_property property =
        read_text("Name STRING data type REGULAR EXPRESSION FORM ([a-z(0-9)]*) GET/SET GROUP 0x0");

    cr_assert_str_eq(property.expression, "[a-z(0-9)]*");
    done(&property);
}

Test(property_text, what_is_cut_off_or_foreign_is_refused)
{
    refused("Rating UINT16 data type range: MIN 0, MAX 100");
    refused("Rating UINT16 data type range: MIN 0, MAX 100 GET/SET");
    refused("Rating UINT17 data type GET/SET");
    refused("Rating UINT16 data type enumeration: 0, x, GET/SET");
    refused("Rating UINT16 data type GET/SET and more");
    refused("Rating UINT16 data type some FORM GET/SET");
    refused("Rating UINT16 data type GET/SET GROUP zero");
}

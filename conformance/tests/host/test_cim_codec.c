/* Values and objects as bytes: what can be had of an object comes back, and what is none is
 * refused. */
#include "conformance/host/cim/cim_codec.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

static struct cim_value back(struct cim_value value)
{
    struct cim_value ret = {.is_null = true};
    void *bytes;
    size_t size;

    cr_assert_eq(cim_encode_value(&value, &bytes, &size), 0);
    cr_assert_eq(cim_decode_value(bytes, size, &ret), 0);
    cr_expect(cim_value_equal(&value, &ret, false));
    free(bytes);
    return ret;
}

Test(cim_codec, reals_that_are_no_numbers_come_back)
{
    cr_expect(isnan(back((struct cim_value){.type = CIM_REAL64, .one.r = NAN}).one.r));
    cr_expect_eq(back((struct cim_value){.type = CIM_REAL32, .one.r = -INFINITY}).one.r, -INFINITY);
}

Test(cim_codec, the_least_and_the_most_of_a_type_come_back)
{
    cr_expect_eq(back(cim_int(CIM_SINT8, INT8_MIN)).one.i, INT8_MIN);
    cr_expect_eq(back(cim_int(CIM_SINT32, INT32_MAX)).one.i, INT32_MAX);
    cr_expect_eq(back(cim_int(CIM_SINT64, INT64_MIN)).one.i, INT64_MIN);
    cr_expect_eq(back(cim_int(CIM_UINT64, -1)).one.u, UINT64_MAX);
}

/* A number of 64 bits where the type has less. */
static void refused(CIMTYPE type, int64_t number)
{
    struct cim_value value = cim_int(CIM_SINT64, number);
    uint8_t *bytes;
    size_t size;

    cr_assert_eq(cim_encode_value(&value, (void **)&bytes, &size), 0);
    bytes[0] = (uint8_t)(type << 1);
    cr_expect_eq(cim_decode_value(bytes, size, &value), WBEM_E_INVALID_OBJECT);
    free(bytes);
}

Test(cim_codec, numbers_beyond_a_type_are_none)
{
    refused(CIM_SINT8, INT8_MIN - 1);
    refused(CIM_SINT8, INT8_MAX + 1);
    refused(CIM_SINT8, INT64_MAX);
    refused(CIM_SINT32, INT64_MIN);
}

/* Codes as a reader looks them up: the number and its name. */
#ifndef CONFORMANCE_CASE_VALUE_H
#define CONFORMANCE_CASE_VALUE_H

#include <stdint.h>

struct value {
    char text[72];
};

struct value value_errno(int64_t result); /* "-110 ETIMEDOUT"; a count, or 0, is a number alone */
struct value value_rc(int code);          /* "0x2001 OK"; -errno: none came */
struct value value_hr(int32_t hr);        /* "0x80045005 WMDM_E_NOTCERTIFIED" */
struct value value_hr_name(int32_t hr);   /* the name alone, where it has one */
struct value value_op(uint16_t code);     /* "0x1007 GetObjectHandles" */
struct value value_event(uint16_t code);  /* "0x4002 ObjectAdded" */
const char *value_name(const struct value *value); /* its name; where it has none, all of it */
/* The eight bytes of a setup stage: "GET_DESCRIPTOR (80 06 0100 0000 0012)", whose words are host
 * order. */
struct value value_request(const uint8_t setup[8]);

#endif

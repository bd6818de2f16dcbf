/* Forms: which values a property may have, as a player file says it. */
#include <string.h>

#include "simulator/mtp/mtpr_internal.h"
#include "simulator/mtp/mtpr_property.h"

bool mtpr_in_form(uint16_t type, const struct mtpr_form *form, const uint8_t *value,
                  uint32_t length)
{
    int64_t number, low, high, step;
    bool natural = !mtpr_type_signed(type);

    if (form->form == MTP_FORM_RANGE) {
        number = mtpr_integer(type, value);
        low = mtpr_integer(type, form->choices[0].data);
        high = mtpr_integer(type, form->choices[1].data);
        step = mtpr_integer(type, form->choices[2].data);
        if (natural ? (uint64_t)number < (uint64_t)low || (uint64_t)number > (uint64_t)high
                    : number < low || number > high)
            return false;
        return step <= 0 || ((uint64_t)number - (uint64_t)low) % (uint64_t)step == 0;
    }
    if (form->form != MTP_FORM_ENUMERATION)
        return true;
    for (size_t i = 0; i < form->enumeration_count; i++) {
        if (form->enumeration[i].length == length &&
            memcmp(form->enumeration[i].data, value, length) == 0)
            return true;
    }
    return false;
}

void mtpr_form_write(const struct mtpr_form *form, struct wr *wr)
{
    wr_u8(wr, form->form);
    switch (form->form) {
    case MTP_FORM_RANGE:
        for (size_t i = 0; i < 3; i++)
            wr_bytes(wr, form->choices[i].data, form->choices[i].length);
        break;
    case MTP_FORM_ENUMERATION:
        wr_u16(wr, (uint16_t)form->enumeration_count);
        for (size_t i = 0; i < form->enumeration_count; i++)
            wr_bytes(wr, form->enumeration[i].data, form->enumeration[i].length);
        break;
    case MTP_FORM_REGULAR_EXPRESSION:
        wr_string(wr, form->expression ? form->expression : "");
        break;
    case MTP_FORM_FIXED_LENGTH_ARRAY:
        wr_u16(wr, (uint16_t)form->length);
        break;
    case MTP_FORM_BYTE_ARRAY:
    case MTP_FORM_LONG_STRING:
        wr_u32(wr, form->length);
        break;
    default: /* none, date */
        break;
    }
}

/* UTF-8 into descriptors: what a player file says becomes UTF-16LE here, once, whatever it holds.
 */
#include "simulator/usb/bytes.h"
#include "spcore/base.h"

/* One code point; advances *text past it (at least one byte). */
static uint32_t next_point(const unsigned char **text)
{
    static const struct {
        unsigned char mask, lead;
        unsigned more;
        uint32_t least;
    } forms[] = {{0x80, 0x00, 0, 0},
                 {0xe0, 0xc0, 1, 0x80},
                 {0xf0, 0xe0, 2, 0x800},
                 {0xf8, 0xf0, 3, 0x10000}};
    const unsigned char *at = *text;

    for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
        uint32_t point = at[0] & (unsigned char)~forms[i].mask;
        unsigned k;

        if ((at[0] & forms[i].mask) != forms[i].lead)
            continue;
        for (k = 1; k <= forms[i].more && (at[k] & 0xc0) == 0x80; k++)
            point = point << 6 | (at[k] & 0x3f);
        if (k <= forms[i].more || point < forms[i].least || point > 0x10ffff ||
            (point >= 0xd800 && point < 0xe000))
            break;
        *text = at + 1 + forms[i].more;
        return point;
    }
    *text = at + 1;
    return 0xfffd;
}

size_t put_utf16(struct usb_bytes *w, const char *text, size_t units_max)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t units = 0;

    while (*at) {
        uint32_t point = next_point(&at);
        size_t wide = point > 0xffff ? 2 : 1;

        if (units + wide > units_max)
            break;
        if (wide == 2) {
            put16(w, 0xd800 + ((point - 0x10000) >> 10));
            put16(w, 0xdc00 + ((point - 0x10000) & 0x3ff));
        } else {
            put16(w, point);
        }
        units += wide;
    }
    return units;
}

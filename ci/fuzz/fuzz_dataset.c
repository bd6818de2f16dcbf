/* The bounded reader over hostile datasets: whatever it accepts, the writer gives back the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/mtp/dataset.h"
#include "simulator/mtp/mtpr_value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rd rd = rd_over(data, size);
    char text[MTPR_TEXT_MAX];
    int64_t seconds;

    while (rd_left(&rd) > 2) {
        uint16_t type = rd_u16(&rd);
        const uint8_t *start = rd.at, *value;
        uint32_t length;

        value = rd_value(&rd, type, &length);
        if (value && type == 0xffff) {
            struct rd again = rd_over(start, length);
            struct wr wr = {0};

            rd_string(&again, text);
            wr_string(&wr, text);
            /* 01 00 00 is an empty string too, only longer. */
            if (text[0] && (wr.used != length || memcmp(wr.data, start, length) != 0))
                abort();
            (void)mtpr_date_parse(text, &seconds);
            wr_done(&wr);
        }
    }
    return 0;
}

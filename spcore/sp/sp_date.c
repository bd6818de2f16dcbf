/* Dates of MTP as WMDMDATETIME: read strictly, as what no calendar has must not become a date. */
#include <time.h>

#include "spcore/sp/sp_storage.h"

/* `count` digits at *at, which moves on behind them. */
static bool digits(const uint16_t *text, unsigned *at, unsigned count, unsigned *ret_number)
{
    unsigned number = 0;

    for (; count; count--, ++*at) {
        if (text[*at] < '0' || text[*at] > '9')
            return false;
        number = number * 10 + (unsigned)(text[*at] - '0');
    }
    *ret_number = number;
    return true;
}

/* Minutes east of Greenwich; nothing, or a plain "Z": none. */
static bool zone(const uint16_t *text, unsigned at, int *ret_minutes)
{
    unsigned hours, minutes;
    bool east = text[at] == '+';

    *ret_minutes = 0;
    if (text[at] == 0 || (text[at] == 'Z' && text[at + 1] == 0))
        return true;
    if ((!east && text[at] != '-') || (at++, !digits(text, &at, 2, &hours)) ||
        !digits(text, &at, 2, &minutes) || text[at] || hours > 14 || minutes > 59)
        return false;
    *ret_minutes = (int)(hours * 60 + minutes) * (east ? 1 : -1);
    return true;
}

bool sp_date_parse(const uint16_t *text, WMDMDATETIME *ret_date)
{
    static const unsigned width[6] = {4, 2, 2, 2, 2, 2};
    unsigned field[6], at = 0, tenth;
    int offset;
    struct tm tm;
    time_t utc;

    if (!text)
        return false;
    for (unsigned i = 0; i < 6; i++) {
        if ((i == 3 && text[at++] != 'T') || !digits(text, &at, width[i], &field[i]))
            return false;
    }
    if (text[at] == '.' && (at++, !digits(text, &at, 1, &tenth)))
        return false;
    if (!zone(text, at, &offset))
        return false;
    tm = (struct tm){.tm_year = (int)field[0] - 1900,
                     .tm_mon = (int)field[1] - 1,
                     .tm_mday = (int)field[2],
                     .tm_hour = (int)field[3],
                     .tm_min = (int)field[4],
                     .tm_sec = (int)field[5]};
    utc = timegm(&tm);
    /* timegm() moved what no calendar has: 31 February, 24 o'clock. */
    if (tm.tm_mon != (int)field[1] - 1 || tm.tm_mday != (int)field[2] ||
        tm.tm_hour != (int)field[3] || field[4] > 59 || field[5] > 59)
        return false;
    utc -= offset * 60;
    gmtime_r(&utc, &tm);
    *ret_date = (WMDMDATETIME){(WORD)(tm.tm_year + 1900), (WORD)(tm.tm_mon + 1), (WORD)tm.tm_mday,
                               (WORD)tm.tm_hour,          (WORD)tm.tm_min,       (WORD)tm.tm_sec};
    return true;
}

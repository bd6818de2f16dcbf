/* Numbers, strings, arrays and dates of datasets. A host's bytes are read here and nowhere else, so
 * that what is too short or no text fails in one place. */
#include "simulator/mtp/dataset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "spcore/base.h"

struct rd rd_over(const void *data, size_t length)
{
    const uint8_t *bytes = data;

    return (struct rd){bytes, bytes ? bytes + length : NULL, false};
}

size_t rd_left(const struct rd *rd)
{
    return rd->failed ? 0 : (size_t)(rd->end - rd->at);
}

const uint8_t *rd_bytes(struct rd *rd, size_t length)
{
    const uint8_t *at = rd->at;

    if (rd->failed || length > (size_t)(rd->end - rd->at)) {
        rd->failed = true;
        return NULL;
    }
    rd->at += length;
    return at;
}

uint8_t rd_u8(struct rd *rd)
{
    const uint8_t *at = rd_bytes(rd, 1);

    return at ? *at : 0;
}

uint16_t rd_u16(struct rd *rd)
{
    const uint8_t *at = rd_bytes(rd, 2);

    return at ? get_le16(at) : 0;
}

uint32_t rd_u32(struct rd *rd)
{
    const uint8_t *at = rd_bytes(rd, 4);

    return at ? get_le32(at) : 0;
}

char *mtpr_put_utf8(char *at, uint32_t point)
{
    if (point < 0x80) {
        *at++ = (char)point;
    } else if (point < 0x800) {
        *at++ = (char)(0xc0 | point >> 6);
        *at++ = (char)(0x80 | (point & 0x3f));
    } else if (point < 0x10000) {
        *at++ = (char)(0xe0 | point >> 12);
        *at++ = (char)(0x80 | (point >> 6 & 0x3f));
        *at++ = (char)(0x80 | (point & 0x3f));
    } else {
        *at++ = (char)(0xf0 | point >> 18);
        *at++ = (char)(0x80 | (point >> 12 & 0x3f));
        *at++ = (char)(0x80 | (point >> 6 & 0x3f));
        *at++ = (char)(0x80 | (point & 0x3f));
    }
    return at;
}

void rd_string(struct rd *rd, char ret_text[MTPR_TEXT_MAX])
{
    char text[MTPR_TEXT_MAX], *at = text;
    unsigned count = rd_u8(rd);

    for (unsigned i = 0; i < count && !rd->failed; i++) {
        uint32_t unit = rd_u16(rd);

        if ((unit == 0) != (i + 1 == count))
            rd->failed = true;
        if (unit >= 0xdc00 && unit < 0xe000)
            rd->failed = true;
        if (unit >= 0xd800 && unit < 0xdc00) {
            uint32_t low = rd_u16(rd);

            i++;
            if (i + 1 >= count || low < 0xdc00 || low >= 0xe000)
                rd->failed = true;
            unit = 0x10000 + ((unit & 0x3ff) << 10 | (low & 0x3ff));
        }
        if (unit && !rd->failed)
            at = mtpr_put_utf8(at, unit);
    }
    if (rd->failed)
        return;
    *at = '\0';
    memcpy(ret_text, text, (size_t)(at - text) + 1);
}

uint32_t rd_array(struct rd *rd, size_t element)
{
    uint32_t count = rd_u32(rd);

    if (rd->failed || count > rd_left(rd) / element) {
        rd->failed = true;
        return 0;
    }
    return count;
}

void wr_done(struct wr *wr)
{
    free(wr->data);
    *wr = (struct wr){0};
}

void wr_clear(struct wr *wr)
{
    wr->used = 0;
    wr->failed = false;
    /* A big answer does not stay in memory for ever. */
    if (wr->room > (1u << 20))
        wr_done(wr);
}

uint8_t *wr_space(struct wr *wr, size_t length)
{
    if (wr->failed)
        return NULL;
    if (wr->room - wr->used < length) {
        size_t room = wr->room ? wr->room : 256;
        uint8_t *bigger;

        while (room - wr->used < length)
            room *= 2;
        bigger = realloc(wr->data, room);
        if (!bigger) {
            wr->failed = true;
            return NULL;
        }
        wr->data = bigger;
        wr->room = room;
    }
    wr->used += length;
    return wr->data + wr->used - length;
}

void wr_bytes(struct wr *wr, const void *data, size_t length)
{
    uint8_t *at = length ? wr_space(wr, length) : NULL;

    if (at)
        memcpy(at, data, length);
}

void wr_u8(struct wr *wr, uint8_t value)
{
    wr_bytes(wr, &value, sizeof(value));
}

void wr_u16(struct wr *wr, uint16_t value)
{
    put_le16(&value, value);
    wr_bytes(wr, &value, sizeof(value));
}

void wr_u32(struct wr *wr, uint32_t value)
{
    put_le32(&value, value);
    wr_bytes(wr, &value, sizeof(value));
}

void wr_u64(struct wr *wr, uint64_t value)
{
    put_le64(&value, value);
    wr_bytes(wr, &value, sizeof(value));
}

void wr_u32_at(struct wr *wr, size_t at, uint32_t value)
{
    if (!wr->failed && at + 4 <= wr->used)
        put_le32(wr->data + at, value);
}

/* One code point of well-formed UTF-8; anything else gives U+FFFD a byte. */
static uint32_t take_utf8(const unsigned char **at)
{
    const unsigned char *byte = *at;
    unsigned more = *byte < 0x80 ? 0 : *byte < 0xc2 ? 4 : *byte < 0xe0 ? 1 : *byte < 0xf0 ? 2 : 3;
    uint32_t point = more == 0 ? *byte : *byte & (0x3fu >> more);

    if (more == 4 || *byte > 0xf4) {
        *at += 1;
        return 0xfffd;
    }
    for (unsigned i = 1; i <= more; i++) {
        if ((byte[i] & 0xc0) != 0x80) {
            *at += 1;
            return 0xfffd;
        }
        point = point << 6 | (byte[i] & 0x3f);
    }
    *at += more + 1;
    return point;
}

void wr_string(struct wr *wr, const char *text)
{
    const unsigned char *at = (const unsigned char *)(text ? text : "");
    uint16_t units[254];
    unsigned count = 0;

    while (*at) {
        uint32_t point = take_utf8(&at);

        /* At most 254 units and the terminator (MTP 1.1, 3.2.3). */
        if (count + (point >= 0x10000 ? 2 : 1) > 254)
            break;
        if (point >= 0x10000) {
            units[count++] = (uint16_t)(0xd800 + ((point - 0x10000) >> 10));
            units[count++] = (uint16_t)(0xdc00 + ((point - 0x10000) & 0x3ff));
        } else {
            units[count++] = (uint16_t)point;
        }
    }
    if (count == 0) {
        wr_u8(wr, 0);
        return;
    }
    wr_u8(wr, (uint8_t)(count + 1));
    for (unsigned i = 0; i < count; i++)
        wr_u16(wr, units[i]);
    wr_u16(wr, 0);
}

void wr_text_words(struct wr *wr, const char *text)
{
    struct wr words = {0};
    const unsigned char *at = (const unsigned char *)text;

    while (*at) {
        uint32_t point = take_utf8(&at);

        if (point >= 0x10000) {
            wr_u16(&words, (uint16_t)(0xd800 + ((point - 0x10000) >> 10)));
            wr_u16(&words, (uint16_t)(0xdc00 + ((point - 0x10000) & 0x3ff)));
        } else {
            wr_u16(&words, (uint16_t)point);
        }
    }
    wr_u16(&words, 0);
    wr_u32(wr, (uint32_t)(words.used / 2));
    wr_bytes(wr, words.data, words.used);
    wr->failed |= words.failed;
    wr_done(&words);
}

void wr_u16_array(struct wr *wr, const uint16_t *values, size_t count)
{
    wr_u32(wr, (uint32_t)count);
    for (size_t i = 0; i < count; i++)
        wr_u16(wr, values[i]);
}

/* ---- dates */

static bool digits(const char **at, unsigned count, int *ret_value)
{
    int value = 0;

    while (count-- > 0) {
        if (**at < '0' || **at > '9')
            return false;
        value = value * 10 + (*(*at)++ - '0');
    }
    *ret_value = value;
    return true;
}

/* ".s" and then "Z", "+hhmm" or "-hhmm"; both may be left out. */
static bool parse_tail(const char *at, int *ret_offset)
{
    int ignored, hours, minutes, sign;

    *ret_offset = 0;
    if (*at == '.') {
        at++;
        if (!digits(&at, 1, &ignored))
            return false;
        while (*at >= '0' && *at <= '9')
            at++;
    }
    if (*at == '\0')
        return true;
    if (*at == 'Z')
        return at[1] == '\0';
    if (*at != '+' && *at != '-')
        return false;
    sign = *at++ == '+' ? 1 : -1;
    if (!digits(&at, 2, &hours) || !digits(&at, 2, &minutes) || *at || hours > 14 || minutes > 59)
        return false;
    *ret_offset = sign * (hours * 3600 + minutes * 60);
    return true;
}

bool mtpr_date_parse(const char *text, int64_t *ret_seconds)
{
    static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    struct tm tm = {0};
    const char *at = text;
    int year, month, offset;
    bool leap;

    if (*text == '\0') {
        *ret_seconds = INT64_MIN;
        return true;
    }
    if (!digits(&at, 4, &year) || !digits(&at, 2, &month) || !digits(&at, 2, &tm.tm_mday))
        return false;
    if (*at++ != 'T')
        return false;
    if (!digits(&at, 2, &tm.tm_hour) || !digits(&at, 2, &tm.tm_min))
        return false;
    /* libmtp and gnomad2 leave the seconds out, and players have always taken it. */
    if (*at >= '0' && *at <= '9' && !digits(&at, 2, &tm.tm_sec))
        return false;
    if (!parse_tail(at, &offset))
        return false;
    leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (month < 1 || month > 12 || tm.tm_mday < 1 ||
        tm.tm_mday > month_days[month - 1] + (month == 2 && leap))
        return false;
    if (tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 60)
        return false;
    tm.tm_year = year - 1900;
    tm.tm_mon = month - 1;
    *ret_seconds = (int64_t)timegm(&tm) - offset;
    return true;
}

void mtpr_date_complete(const char *text, struct wr *wr)
{
    static const size_t minutes_end = sizeof("YYYYMMDDThhmm") - 1;
    char whole[MTPR_TEXT_MAX + 2];
    bool lacks = *text && (text[minutes_end] < '0' || text[minutes_end] > '9');

    snprintf(whole, sizeof(whole), "%.*s%s%s", (int)minutes_end, text, lacks ? "00" : "",
             *text ? text + minutes_end : "");
    wr_string(wr, whole);
}

void mtpr_date_print(int64_t seconds, char ret_text[20])
{
    time_t time = (time_t)seconds;
    struct tm tm;

    if (seconds == INT64_MIN || !gmtime_r(&time, &tm) || tm.tm_year < -1900 ||
        tm.tm_year > 9999 - 1900) {
        ret_text[0] = '\0';
        return;
    }
    snprintf(ret_text, 20, "%04u%02u%02uT%02u%02u%02u", (unsigned)(tm.tm_year + 1900) % 10000,
             (unsigned)(tm.tm_mon + 1) % 100, (unsigned)tm.tm_mday % 100,
             (unsigned)tm.tm_hour % 100, (unsigned)tm.tm_min % 100, (unsigned)tm.tm_sec % 100);
}

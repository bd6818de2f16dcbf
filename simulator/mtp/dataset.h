/* MTP datasets (MTP 1.1, 3.2): a bounded reader that fails once and for all, and the writer that
 * mirrors it. All integers are little-endian, strings UTF-16LE with a counted terminator. */
#ifndef SIMULATOR_MTP_DATASET_H
#define SIMULATOR_MTP_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 254 UTF-16 units need at most 3 bytes each. */
#define MTPR_TEXT_MAX (254 * 3 + 1)

struct rd {
    const uint8_t *at, *end;
    bool failed;
};

struct rd rd_over(const void *data, size_t length);
size_t rd_left(const struct rd *rd);
uint8_t rd_u8(struct rd *rd);
uint16_t rd_u16(struct rd *rd);
uint32_t rd_u32(struct rd *rd);
const uint8_t *rd_bytes(struct rd *rd, size_t length); /* NULL when failed */
/* To UTF-8. Fails without terminator, with a lone surrogate or a NUL inside. */
void rd_string(struct rd *rd, char ret_text[MTPR_TEXT_MAX]);
/* One code point; returns the end. */
char *mtpr_put_utf8(char *at, uint32_t point);
/* Number of elements, checked against what is left. */
uint32_t rd_array(struct rd *rd, size_t element);

struct wr {
    uint8_t *data; /* owned */
    size_t used, room;
    bool failed;
};

void wr_done(struct wr *wr);
void wr_clear(struct wr *wr);
/* Room for `length` bytes, which count as written; NULL when failed. */
uint8_t *wr_space(struct wr *wr, size_t length);
void wr_bytes(struct wr *wr, const void *data, size_t length);
void wr_u8(struct wr *wr, uint8_t value);
void wr_u16(struct wr *wr, uint16_t value);
void wr_u32(struct wr *wr, uint32_t value);
void wr_u64(struct wr *wr, uint64_t value);
/* Over four bytes that were written before. */
void wr_u32_at(struct wr *wr, size_t at, uint32_t value);
void wr_string(struct wr *wr, const char *text);
/* Text as an array of words with its terminator (secure time, device certificate). */
void wr_text_words(struct wr *wr, const char *text);
void wr_u16_array(struct wr *wr, const uint16_t *values, size_t count);

/* YYYYMMDDThhmmss (MTP 1.1, 3.2.5) from and to seconds since 1970. INT64_MIN is the empty text.
 * What is read may lack its seconds; what is written never does. */
bool mtpr_date_parse(const char *text, int64_t *ret_seconds);
void mtpr_date_print(int64_t seconds, char ret_text[20]);
/* One that was read, with all its parts as they are, and its seconds. */
void mtpr_date_complete(const char *text, struct wr *wr);

#endif

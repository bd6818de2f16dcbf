/* The text of an INF, whichever way it is written: ASCII, a Windows code page, UTF-8, UTF-16 with a
 * byte order mark. */
#ifndef CONFORMANCE_HOST_INF_INF_TEXT_H
#define CONFORMANCE_HOST_INF_INF_TEXT_H

#include <stddef.h>

enum {
    INF_BYTES_MAX = 16 << 20, /* of a file; the largest of Windows' own has a quarter of it */
    INF_CODE_PAGE = 1252,     /* of a file that is not UTF-8, unless its reader knows better */
    INF_CODE_PAGE_MAX = 65535,
};

enum inf_encoding { INF_ASCII, INF_ANSI, INF_UTF8, INF_UTF8_MARK, INF_UTF16LE, INF_UTF16BE };
/* By enum inf_encoding. */
extern const char *const inf_encodings[];

struct inf_text {
    char *utf8; /* owned; NUL behind `size` bytes and nowhere before */
    size_t size;
    enum inf_encoding encoding;
    const char *first_bad; /* the first U+FFFD that stands for what is no character; NULL: none */
};

/* 0; -EILSEQ (no text), -EFBIG, -EINVAL (a code page nobody knows) or -ENOMEM, and why in `error`,
 * half a sentence. The mark and what follows a Control-Z are not part of it. */
int inf_text_decode(const void *data, size_t size, unsigned code_page, struct inf_text *ret,
                    char *error, size_t error_size);
void inf_text_done(struct inf_text *text);

#endif

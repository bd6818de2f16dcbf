/* The strings of an INF in one language, and what %strkey% tokens become of them (Windows driver
 * documentation, "INF Strings Section"). */
#ifndef CONFORMANCE_HOST_INF_INF_STRINGS_H
#define CONFORMANCE_HOST_INF_INF_STRINGS_H

#include "conformance/host/inf/inf.h"

enum {
    INF_EXPANDED = 4 * INF_FIELD_MAX + 1, /* bytes of what tokens were replaced in, with its NUL */
    INF_TOKEN_MAX = 255,                  /* bytes of a token's name */
    INF_NEUTRAL = 0,                      /* LANGID: the section without one */
};

struct inf_string {
    const char *key;
    struct inf_field value;
    size_t order; /* in the file: of equal keys the first counts */
};

struct inf_strings {
    const struct inf *inf;             /* borrowed */
    const struct inf_section *section; /* the only one that is used; NULL: there is none */
    struct inf_string *strings;        /* sorted by key; owned */
    size_t count;
};

/* "" and "STRINGS" is no language, "Strings.0407" is 0x407; false: not a section of strings. */
bool inf_strings_language(const char *section, unsigned *ret_langid);
/* That of the language; or of its primary language alone, or of any of that; or the one that names
 * none. NULL: there is none. */
const struct inf_section *inf_strings_choose(const struct inf *inf, unsigned langid);
/* 0 or -ENOMEM. */
int inf_strings_of(const struct inf *inf, const struct inf_section *section,
                   struct inf_strings *ret);
void inf_strings_done(struct inf_strings *strings);
/* NULL: not there. */
const struct inf_string *inf_string(const struct inf_strings *strings, const char *key);

/* Is told of each token by its name, without the signs; `string` is NULL if it has none. Numbers
 * without one are left alone: they name folders. */
typedef void inf_token(void *context, const char *name, const struct inf_string *string);
/* Replaces tokens, once: what a string holds is not looked at again. Two % signs become one, what
 * is not defined stays, and what has a blank, a comma or a quotation mark is no token unless it is.
 * `token` may be NULL. False: it does not fit, and *ret has as much as does. */
bool inf_expand(const struct inf_strings *strings, const char *text, char ret[INF_EXPANDED],
                inf_token *token, void *context);

#endif

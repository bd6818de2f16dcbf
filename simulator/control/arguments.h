/* What may stand in a control request, as a table by verb: a request is held against it before
 * anything is done. */
#ifndef SIMULATOR_CONTROL_ARGUMENTS_H
#define SIMULATOR_CONTROL_ARGUMENTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum argument_kind {
    ARGUMENT_TEXT,    /* or a number, which is then taken for its digits */
    ARGUMENT_WORD,    /* one of `words` */
    ARGUMENT_NUMBER,  /* or a text such as "0xdc46" */
    ARGUMENT_SECONDS, /* a number, whole or not */
    ARGUMENT_FLAG,    /* or a text that says so */
    ARGUMENT_NUMBERS, /* a list */
    ARGUMENT_TEXTS,   /* an object, of texts by code */
};

struct verb_argument {
    const char *name; /* NULL ends a list */
    enum argument_kind kind;
    bool needed;
    int64_t least, most; /* of a number, and of those of a list */
    const char *words;   /* "play, stop or next" */
};

/* A request with its values as their kinds have them, the caller's. NULL: what is wrong with it is
 * the answer in *ret_refusal, a new reference (NULL, too: no memory). `arguments` NULL: the verb
 * takes none. `verb` and `busid` are for all. */
json_t *arguments_take(const char *verb, const struct verb_argument *arguments,
                       const json_t *request, json_t **ret_refusal);

#endif

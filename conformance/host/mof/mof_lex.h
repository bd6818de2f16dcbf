/* Words of MOF, one at a time, each where it stands. */
#ifndef CONFORMANCE_HOST_MOF_MOF_LEX_H
#define CONFORMANCE_HOST_MOF_MOF_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mof_kind {
    MOF_END,
    MOF_NAME,
    MOF_ALIAS, /* $Name, text without the $ */
    MOF_STRING,
    MOF_CHAR,
    MOF_INTEGER,
    MOF_REAL,
    MOF_PUNCTUATION, /* or what nothing begins with */
    MOF_WRONG,       /* `wrong` says why */
};

struct mof_word {
    enum mof_kind kind;
    const char *at; /* in the text */
    size_t length;
    char *text;      /* of a name, an alias or a string, decoded; owned; no NUL in it */
    uint64_t number; /* of an integer or a character */
    double real;
    char sign; /* of a punctuation */
    const char *wrong;
};

struct mof_lexer {
    const char *text, *at, *end; /* UTF-8, NUL at `end` */
};

/* The next word in *word, whose text was freed. -ENOMEM, or 0. */
int mof_lex(struct mof_lexer *lexer, struct mof_word *word);
void mof_word_done(struct mof_word *word);
/* Line and column of a place, from 1; columns in characters. */
void mof_place(const struct mof_lexer *lexer, const char *at, unsigned *ret_line,
               unsigned *ret_column);

#endif

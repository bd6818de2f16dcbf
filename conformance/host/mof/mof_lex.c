/* MOF's words: names, aliases, strings with their escapes, numbers in four bases, comments of two
 * kinds. One pass, no look back. */
#include "conformance/host/mof/mof_lex.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void mof_word_done(struct mof_word *word)
{
    free(word->text);
    word->text = NULL;
}

void mof_place(const struct mof_lexer *lexer, const char *at, unsigned *ret_line,
               unsigned *ret_column)
{
    unsigned line = 1, column = 1;

    for (const char *c = lexer->text; c < at && c < lexer->end; c++) {
        bool cr = *c == '\r' && c[1] == '\n';
        if (*c == '\n' || (*c == '\r' && !cr)) {
            line++;
            column = 1;
        } else if (!cr && ((unsigned char)*c & 0xc0) != 0x80) {
            column++;
        }
    }
    *ret_line = line;
    *ret_column = column;
}

static void refuse(struct mof_word *word, const char *why)
{
    word->kind = MOF_WRONG;
    word->wrong = why;
}

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

/* NULL, or what a comment lacks. */
static const char *skip(struct mof_lexer *lexer)
{
    for (;;) {
        while (isspace((unsigned char)*lexer->at))
            lexer->at++;
        if (lexer->at[0] == '/' && lexer->at[1] == '/') {
            lexer->at += strcspn(lexer->at, "\r\n");
        } else if (lexer->at[0] == '/' && lexer->at[1] == '*') {
            const char *end = strstr(lexer->at + 2, "*/");
            if (!end)
                return "a comment without its end: expected */";
            lexer->at = end + 2;
        } else {
            return NULL;
        }
    }
}

static int copy(struct mof_lexer *lexer, struct mof_word *word, const char *from)
{
    while (is_name_char(*lexer->at))
        lexer->at++;
    word->text = strndup(from, (size_t)(lexer->at - from));
    return word->text ? 0 : -ENOMEM;
}

/* ---- strings */
static char *put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) {
        *out++ = (char)c;
    } else if (c < 0x800) {
        *out++ = (char)(0xc0 | c >> 6);
        *out++ = (char)(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        *out++ = (char)(0xe0 | c >> 12);
        *out++ = (char)(0x80 | (c >> 6 & 0x3f));
        *out++ = (char)(0x80 | (c & 0x3f));
    } else {
        *out++ = (char)(0xf0 | c >> 18);
        *out++ = (char)(0x80 | (c >> 12 & 0x3f));
        *out++ = (char)(0x80 | (c >> 6 & 0x3f));
        *out++ = (char)(0x80 | (c & 0x3f));
    }
    return out;
}

/* Behind \x: one to four digits. */
static bool hexadecimal(const char **at, uint32_t *ret)
{
    int count = 0;

    *ret = 0;
    for (; count < 4 && isxdigit((unsigned char)**at); count++, (*at)++) {
        char c = (char)tolower((unsigned char)**at);
        *ret = *ret * 16 + (uint32_t)(isdigit((unsigned char)c) ? c - '0' : c - 'a' + 10);
    }
    return count;
}

/* Behind the backslash; NULL, or why not. Halves of a surrogate pair are one character. */
static const char *escape(const char **at, uint32_t *ret)
{
    static const char letters[] = "btnfr\"'\\", meant[] = "\b\t\n\f\r\"'\\";
    const char *found = **at ? strchr(letters, **at) : NULL;
    uint32_t low;

    if (found) {
        (*at)++;
        *ret = (uint32_t)meant[found - letters];
        return NULL;
    }
    if (**at != 'x' && **at != 'X')
        return "an escape that is none: expected one of \\b \\t \\n \\f \\r \\\" \\' \\\\ \\x";
    (*at)++;
    if (!hexadecimal(at, ret) || *ret == 0)
        return "\\x without a character: expected one to four hexadecimal digits, not all 0";
    if (*ret >= 0xd800 && *ret < 0xdc00 && (*at)[0] == '\\' && tolower((*at)[1]) == 'x') {
        const char *next = *at + 2;
        if (hexadecimal(&next, &low) && low >= 0xdc00 && low < 0xe000) {
            *ret = 0x10000 + ((*ret - 0xd800) << 10) + (low - 0xdc00);
            *at = next;
        }
    }
    if (*ret >= 0xd800 && *ret < 0xe000)
        *ret = 0xfffd; /* half a pair is no character */
    return NULL;
}

static int string(struct mof_lexer *lexer, struct mof_word *word)
{
    const char *at = lexer->at + 1, *why = NULL;
    size_t length = 0;
    char *out;

    while (at + length < lexer->end && at[length] != '"')
        length += at[length] == '\\' && at + length + 1 < lexer->end ? 2 : 1;
    out = word->text = malloc(length + 4);
    if (!out)
        return -ENOMEM;
    word->kind = MOF_STRING;
    while (!why && *at != '"') {
        uint32_t c;
        if (at >= lexer->end || *at == '\n' || *at == '\r') {
            why = "a string without its end: expected \" in the same line";
        } else if (*at != '\\') {
            *out++ = *at++;
        } else {
            at++;
            why = escape(&at, &c);
            if (!why)
                out = put_utf8(out, c);
        }
    }
    *out = '\0';
    if (why)
        refuse(word, why);
    lexer->at = at < lexer->end ? at + 1 : at;
    return 0;
}

static void character(struct mof_lexer *lexer, struct mof_word *word)
{
    const char *at = lexer->at + 1, *why = NULL;
    uint32_t c = (unsigned char)*at;

    word->kind = MOF_CHAR;
    if (*at == '\\') {
        at++;
        why = escape(&at, &c);
    } else if (c >= 0xc2 && c < 0xe0 && ((unsigned char)at[1] & 0xc0) == 0x80) {
        c = (c & 0x1f) << 6 | ((unsigned char)at[1] & 0x3f);
        at += 2;
    } else if (c >= 0xe0 && c < 0xf0 && at[1] && at[2]) {
        c = (c & 0xf) << 12 | ((uint32_t)at[1] & 0x3f) << 6 | ((uint32_t)at[2] & 0x3f);
        at += 3;
    } else if (c >= ' ' && c < 0x80 && c != '\'') {
        at++;
    } else {
        why = "no character: expected one of at most 16 bits between '";
    }
    if (!why && *at != '\'')
        why = "a character without its end: expected '";
    word->number = c;
    lexer->at = why ? at : at + 1;
    if (why)
        refuse(word, why);
}

/* ---- numbers, without their sign */
static bool binary(struct mof_lexer *lexer, struct mof_word *word)
{
    size_t length = strspn(lexer->at, "01");

    if (length == 0 || tolower((unsigned char)lexer->at[length]) != 'b' ||
        is_name_char(lexer->at[length + 1]))
        return false;
    if (length > 64)
        refuse(word, "a number of more than 64 bits");
    for (size_t i = 0; i < length; i++)
        word->number = word->number << 1 | (lexer->at[i] == '1');
    lexer->at += length + 1;
    return true;
}

static void number(struct mof_lexer *lexer, struct mof_word *word)
{
    const char *begin = lexer->at;
    size_t digits = strspn(begin, "0123456789");
    char *end;

    word->kind = MOF_INTEGER;
    if (binary(lexer, word))
        return;
    errno = 0;
    if (begin[digits] == '.' || (digits && tolower((unsigned char)begin[digits]) == 'e')) {
        word->kind = MOF_REAL;
        word->real = strtod(begin, &end);
        if (!isfinite(word->real))
            refuse(word, "a number beyond what real64 holds");
    } else {
        word->number = strtoull(begin, &end, 0);
        if (errno)
            refuse(word, "a number of more than 64 bits");
    }
    lexer->at = end;
    if (word->kind != MOF_WRONG && (is_name_char(*end) || end == begin))
        refuse(word, "no number: expected decimal, 0x…, 0… or …b");
}

int mof_lex(struct mof_lexer *lexer, struct mof_word *word)
{
    const char *why = skip(lexer), *begin = lexer->at;
    int status = 0;

    *word = (struct mof_word){.kind = MOF_PUNCTUATION, .at = begin, .sign = *begin};
    if (why) {
        refuse(word, why);
    } else if (lexer->at >= lexer->end) {
        word->kind = MOF_END;
    } else if (*begin == '"') {
        status = string(lexer, word);
    } else if (*begin == '\'') {
        character(lexer, word);
    } else if (isdigit((unsigned char)*begin) ||
               (*begin == '.' && isdigit((unsigned char)begin[1]))) {
        number(lexer, word);
    } else if (is_name_char(*begin)) {
        word->kind = MOF_NAME;
        status = copy(lexer, word, begin);
    } else if (*begin == '$' && is_name_char(begin[1])) {
        lexer->at++;
        word->kind = MOF_ALIAS;
        status = copy(lexer, word, begin + 1);
    } else {
        lexer->at++;
    }
    word->length = (size_t)(lexer->at - begin);
    return status;
}

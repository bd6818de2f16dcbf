/* The parser of WQL: one word ahead, expressions by precedence, in nodes of one array. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/wql/wql.h"
#include "spcore/base.h"

enum kind { AT_END, NAME, STRING, NUMBER, SIGN };

struct parser {
    struct wql *query;
    struct wql_fault *fault;
    const char *at; /* behind the word */
    enum kind kind;
    const char *word; /* where it begins */
    size_t length;
    unsigned depth;
};

void wql_complain(const struct wql *query, size_t at, struct wql_fault *fault, const char *format,
                  ...)
{
    va_list list;

    fault->line = fault->column = 1;
    for (const char *c = query->text; c < query->text + at; c++) {
        if (*c == '\n') {
            fault->line++;
            fault->column = 1;
        } else if (((unsigned char)*c & 0xc0) != 0x80) {
            fault->column++;
        }
    }
    va_start(list, format);
    vsnprintf(fault->text, sizeof(fault->text), format, list);
    va_end(list);
}

static HRESULT expected(struct parser *p, const char *what)
{
    size_t length = p->length < 40 ? p->length : 40;

    while (length && length < p->length && ((unsigned char)p->word[length] & 0xc0) == 0x80)
        length--;
    wql_complain(p->query, (size_t)(p->word - p->query->text), p->fault, "%.*s: expected %s",
                 p->kind == AT_END ? 20 : (int)length,
                 p->kind == AT_END ? "the end of the query" : p->word, what);
    return WBEM_E_INVALID_QUERY;
}

/* ---- words */
static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool string(struct parser *p)
{
    char quote = *p->at++;

    while (*p->at && *p->at != quote)
        p->at += *p->at == '\\' && p->at[1] ? 2 : 1;
    if (!*p->at)
        return false;
    p->at++;
    return true;
}

static HRESULT next(struct parser *p)
{
    while (isspace((unsigned char)*p->at))
        p->at++;
    p->word = p->at;
    p->kind = SIGN;
    if (!*p->at) {
        p->kind = AT_END;
    } else if (*p->at == '"' || *p->at == '\'') {
        p->kind = STRING;
        if (!string(p)) {
            wql_complain(p->query, (size_t)(p->word - p->query->text), p->fault,
                         "a string without its end");
            return WBEM_E_INVALID_QUERY;
        }
    } else if (isdigit((unsigned char)*p->at) ||
               (strchr("+-.", *p->at) && isdigit((unsigned char)p->at[1]))) {
        p->kind = NUMBER;
        p->at++;
        while (is_name_char(*p->at) || *p->at == '.' ||
               ((*p->at == '+' || *p->at == '-') && tolower((unsigned char)p->at[-1]) == 'e'))
            p->at++;
    } else if (is_name_char(*p->at)) {
        p->kind = NAME;
        while (is_name_char(*p->at) || (*p->at == '.' && is_name_char(p->at[1])))
            p->at++;
    } else {
        bool two = (*p->at == '<' && (p->at[1] == '=' || p->at[1] == '>')) ||
                   ((*p->at == '>' || *p->at == '!') && p->at[1] == '=');
        p->at += two ? 2 : 1;
    }
    p->length = (size_t)(p->at - p->word);
    return WBEM_S_NO_ERROR;
}

static bool is(const struct parser *p, const char *word)
{
    return p->length == strlen(word) && strncasecmp(p->word, word, p->length) == 0 &&
           (p->kind == NAME || p->kind == SIGN);
}

static HRESULT want(struct parser *p, const char *word)
{
    return is(p, word) ? next(p) : expected(p, word);
}

static HRESULT take(struct parser *p, const char *what, char **ret)
{
    if (p->kind != NAME)
        return expected(p, what);
    *ret = strndup(p->word, p->length);
    return *ret ? next(p) : WBEM_E_OUT_OF_MEMORY;
}

/* ---- constants */
static HRESULT string_value(const struct parser *p, struct cim_value *ret)
{
    char *text = malloc(p->length), *out = text;

    if (!text)
        return WBEM_E_OUT_OF_MEMORY;
    for (const char *c = p->word + 1; c < p->at - 1; c++) {
        if (*c == '\\' && c + 1 < p->at - 1)
            c++;
        *out++ = *c;
    }
    *out = '\0';
    *ret = (struct cim_value){.type = CIM_STRING, .one.s = text};
    return WBEM_S_NO_ERROR;
}

static HRESULT number_value(struct parser *p, struct cim_value *ret)
{
    char text[64], *end;
    bool negative = *p->word == '-';

    if (p->length >= sizeof(text))
        return expected(p, "a number");
    memcpy(text, p->word, p->length);
    text[p->length] = '\0';
    errno = 0;
    if (strpbrk(text, ".eE") && !strpbrk(text, "xX")) {
        *ret = (struct cim_value){.type = CIM_REAL64, .one.r = strtod(text, &end)};
    } else {
        uint64_t magnitude = strtoull(text + (text[0] == '-' || text[0] == '+'), &end, 0);
        if (negative && magnitude > (uint64_t)INT64_MAX + 1)
            errno = ERANGE;
        *ret = negative ? cim_int(CIM_SINT64, (int64_t)(0 - magnitude))
                        : (struct cim_value){.type = CIM_UINT64, .one.u = magnitude};
    }
    return *end || errno ? expected(p, "a number") : WBEM_S_NO_ERROR;
}

static HRESULT constant(struct parser *p, struct cim_value *ret)
{
    HRESULT hr;

    if (p->kind == STRING)
        hr = string_value(p, ret);
    else if (p->kind == NUMBER)
        hr = number_value(p, ret);
    else if (is(p, "true") || is(p, "false"))
        *ret = cim_bool(is(p, "true")), hr = WBEM_S_NO_ERROR;
    else if (is(p, "null"))
        *ret = cim_null(CIM_STRING), hr = WBEM_S_NO_ERROR;
    else
        return expected(p, "a string, a number, TRUE, FALSE or NULL");
    if (FAILED(hr))
        return hr;
    hr = next(p);
    if (FAILED(hr))
        cim_value_done(ret);
    return hr; /* NOLINT(clang-analyzer-unix.Malloc): a value that is kept */
}

/* ---- expressions */
static HRESULT add(struct parser *p, struct wql_node node, size_t *ret)
{
    struct wql *query = p->query;
    void *grown = query->node_count < WQL_NODES_MAX
                      ? cim_grow(query->nodes, query->node_count, sizeof(*query->nodes))
                      : NULL;

    if (!grown) {
        free(node.property);
        cim_value_done(&node.value);
        if (query->node_count < WQL_NODES_MAX)
            return WBEM_E_OUT_OF_MEMORY;
        wql_complain(query, node.at, p->fault, "more than %d comparisons", WQL_NODES_MAX);
        return WBEM_E_QUOTA_VIOLATION;
    }
    query->nodes = grown;
    query->nodes[query->node_count] = node;
    *ret = query->node_count++;
    return WBEM_S_NO_ERROR;
}

static const struct {
    const char *sign;
    enum wql_op op, swapped; /* swapped: with the constant on the left */
} operators[] = {
    {"=", WQL_EQUAL, WQL_EQUAL},
    {"!=", WQL_DIFFERENT, WQL_DIFFERENT},
    {"<>", WQL_DIFFERENT, WQL_DIFFERENT},
    {"<", WQL_LESS, WQL_GREATER},
    {">", WQL_GREATER, WQL_LESS},
    {"<=", WQL_AT_MOST, WQL_AT_LEAST},
    {">=", WQL_AT_LEAST, WQL_AT_MOST},
    {"LIKE", WQL_LIKE, WQL_LIKE},
    {"ISA", WQL_ISA, WQL_ISA},
};

static HRESULT operator(struct parser *p, bool swapped, enum wql_op *ret)
{
    for (size_t i = 0; i < ARRAY_SIZE(operators); i++) {
        if (is(p, operators[i].sign) && !(swapped && operators[i].op >= WQL_LIKE)) {
            *ret = swapped ? operators[i].swapped : operators[i].op;
            return next(p);
        }
    }
    return expected(p, "= <> < > <= >= LIKE ISA or IS");
}

/* IS NULL, IS NOT NULL: of nothing else. */
static HRESULT is_null(struct parser *p, struct wql_node *node)
{
    HRESULT hr = next(p);
    bool is_not = SUCCEEDED(hr) && is(p, "not");

    node->op = is_not ? WQL_IS_NOT_NULL : WQL_IS_NULL;
    if (is_not)
        hr = next(p);
    return SUCCEEDED(hr) ? want(p, "null") : hr;
}

static HRESULT right_side(struct parser *p, struct wql_node *node)
{
    HRESULT hr;

    if (is(p, "is"))
        return is_null(p, node);
    hr = operator(p, false, &node->op);
    if (SUCCEEDED(hr) && (node->op == WQL_LIKE || node->op == WQL_ISA) && p->kind != STRING)
        hr = expected(p, "a string");
    if (SUCCEEDED(hr))
        hr = constant(p, &node->value);
    /* Some say = NULL. */
    if (SUCCEEDED(hr) && node->value.is_null && node->op <= WQL_DIFFERENT)
        node->op = node->op == WQL_EQUAL ? WQL_IS_NULL : WQL_IS_NOT_NULL;
    return hr;
}

/* NOLINTBEGIN(clang-analyzer-unix.Malloc): the node's, which add() takes or the end frees */
static HRESULT comparison(struct parser *p, size_t *ret)
{
    struct wql_node node = {.at = (size_t)(p->word - p->query->text),
                            .value = {.type = CIM_STRING, .is_null = true}};
    HRESULT hr;

    if (p->kind == NAME && !is(p, "true") && !is(p, "false") && !is(p, "null")) {
        hr = take(p, "a property", &node.property);
        if (SUCCEEDED(hr))
            hr = right_side(p, &node);
    } else {
        hr = constant(p, &node.value);
        if (SUCCEEDED(hr))
            hr = operator(p, true, &node.op);
        if (SUCCEEDED(hr))
            hr = take(p, "a property", &node.property);
    }
    if (SUCCEEDED(hr))
        return add(p, node, ret);
    free(node.property);
    cim_value_done(&node.value);
    return hr;
}
/* NOLINTEND(clang-analyzer-unix.Malloc) */

static HRESULT expression(struct parser *p, size_t *ret);

static HRESULT factor(struct parser *p, size_t *ret)
{
    struct wql_node node = {.op = WQL_NOT, .at = (size_t)(p->word - p->query->text)};
    HRESULT hr = WBEM_S_NO_ERROR;

    if (++p->depth > WQL_DEPTH_MAX) {
        wql_complain(p->query, node.at, p->fault, "more than %d levels", WQL_DEPTH_MAX);
        return WBEM_E_QUOTA_VIOLATION;
    }
    if (is(p, "not")) {
        hr = next(p);
        if (SUCCEEDED(hr))
            hr = factor(p, &node.left);
        if (SUCCEEDED(hr))
            hr = add(p, node, ret);
    } else if (is(p, "(")) {
        hr = next(p);
        if (SUCCEEDED(hr))
            hr = expression(p, ret);
        if (SUCCEEDED(hr))
            hr = want(p, ")");
    } else {
        hr = comparison(p, ret);
    }
    p->depth--;
    return hr;
}

static HRESULT chain(struct parser *p, const char *word, enum wql_op op,
                     HRESULT (*part)(struct parser *p, size_t *ret), size_t *ret)
{
    HRESULT hr = part(p, ret);

    while (SUCCEEDED(hr) && is(p, word)) {
        struct wql_node node = {.op = op, .left = *ret, .at = (size_t)(p->word - p->query->text)};
        hr = next(p);
        if (SUCCEEDED(hr))
            hr = part(p, &node.right);
        if (SUCCEEDED(hr))
            hr = add(p, node, ret);
    }
    return hr;
}

static HRESULT conjunction(struct parser *p, size_t *ret)
{
    return chain(p, "and", WQL_AND, factor, ret);
}

static HRESULT expression(struct parser *p, size_t *ret)
{
    return chain(p, "or", WQL_OR, conjunction, ret);
}

/* ---- SELECT … FROM … WHERE … */
static HRESULT selection(struct parser *p)
{
    struct wql *query = p->query;
    HRESULT hr = WBEM_S_NO_ERROR;

    if (is(p, "*"))
        return next(p);
    do {
        void *grown = cim_grow(query->names, query->name_count, sizeof(*query->names));
        if (query->name_count)
            hr = next(p);
        if (!grown)
            return WBEM_E_OUT_OF_MEMORY;
        query->names = grown;
        query->names[query->name_count] = NULL;
        if (SUCCEEDED(hr))
            hr = take(p, "* or properties", &query->names[query->name_count]);
        if (query->names[query->name_count])
            query->name_count++;
    } while (SUCCEEDED(hr) && is(p, ",") && query->name_count < WBEM_MAX_USER_PROPERTIES);
    return hr;
}

static HRESULT not_here(struct parser *p, const char *what)
{
    wql_complain(p->query, (size_t)(p->word - p->query->text), p->fault, "%s are not answered here",
                 what);
    return WBEM_E_QUERY_NOT_IMPLEMENTED;
}

static HRESULT parse(struct parser *p)
{
    struct wql *query = p->query;
    HRESULT hr = next(p);

    if (SUCCEEDED(hr) && (is(p, "associators") || is(p, "references")))
        return not_here(p, "queries of associations");
    if (SUCCEEDED(hr))
        hr = want(p, "select");
    if (SUCCEEDED(hr))
        hr = selection(p);
    if (SUCCEEDED(hr))
        hr = want(p, "from");
    if (SUCCEEDED(hr))
        hr = take(p, "a class", &query->class_name);
    if (SUCCEEDED(hr) && strchr(query->class_name, '.'))
        hr = expected(p, "a class");
    query->of_classes = SUCCEEDED(hr) && strcasecmp(query->class_name, "meta_class") == 0;
    if (SUCCEEDED(hr) && (is(p, "within") || is(p, "group") || is(p, "having")))
        return not_here(p, "queries of events");
    if (SUCCEEDED(hr) && is(p, "where")) {
        hr = next(p);
        if (SUCCEEDED(hr))
            hr = expression(p, &query->root);
    }
    return SUCCEEDED(hr) && p->kind != AT_END ? expected(p, "the end of the query") : hr;
}

HRESULT wql_parse(const char *text, struct wql *ret, struct wql_fault *fault)
{
    struct wql query = {.text = strdup(text), .root = SIZE_MAX};
    struct parser p = {.query = &query, .fault = fault, .at = query.text};
    HRESULT hr = query.text ? WBEM_S_NO_ERROR : WBEM_E_OUT_OF_MEMORY;

    *fault = (struct wql_fault){.line = 0};
    if (SUCCEEDED(hr) && strlen(text) > WBEM_MAX_QUERY) {
        snprintf(fault->text, sizeof(fault->text), "more than %d characters", WBEM_MAX_QUERY);
        hr = WBEM_E_QUOTA_VIOLATION;
    }
    if (SUCCEEDED(hr))
        hr = parse(&p);
    if (SUCCEEDED(hr))
        *ret = query;
    else
        wql_done(&query);
    return hr;
}

void wql_done(struct wql *query)
{
    for (size_t i = 0; i < query->name_count; i++)
        free(query->names[i]);
    for (size_t i = 0; i < query->node_count; i++) {
        free(query->nodes[i].property);
        cim_value_done(&query->nodes[i].value);
    }
    free(query->names);
    free(query->nodes);
    free(query->class_name);
    free(query->text);
    *query = (struct wql){.root = SIZE_MAX};
}

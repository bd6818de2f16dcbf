/* Whether an object is what a query asks for. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/cim/cim_system.h"
#include "conformance/host/wql/wql.h"

#define THIS "__this"

/* ---- LIKE: % any, _ one, [a-c] one of them, [^a-c] none of them ("LIKE Operator") */
static size_t character(const char *text)
{
    size_t length = text[0] != '\0';

    while (length && ((unsigned char)text[length] & 0xc0) == 0x80)
        length++;
    return length;
}

/* Whether the character is of the set; *pattern goes behind it. false, too, of a set without end.
 */
static bool in_set(const char **pattern, unsigned char c)
{
    const char *at = *pattern + 1;
    bool negated = *at == '^', found = false;

    at += negated;
    do {
        unsigned char low = (unsigned char)tolower((unsigned char)*at), high = low;
        if (!*at)
            return false;
        if (at[1] == '-' && at[2] && at[2] != ']') {
            high = (unsigned char)tolower((unsigned char)at[2]);
            at += 2;
        }
        found = found || (c >= low && c <= high);
        at++;
    } while (*at != ']');
    *pattern = at + 1;
    return found != negated;
}

/* One character of each; *pattern goes on. */
static bool one_like(const char **pattern, const char *text)
{
    unsigned char c = (unsigned char)tolower((unsigned char)*text);

    if (**pattern == '[' && strchr(*pattern, ']'))
        return in_set(pattern, c);
    if (**pattern == '_') {
        (*pattern)++;
        return true;
    }
    if (tolower((unsigned char)**pattern) != c)
        return false;
    (*pattern)++;
    return true;
}

/* Back to the last % only, so that it is never more than the product of the lengths. */
static bool is_like(const char *text, const char *pattern)
{
    const char *star = NULL, *from = NULL;

    while (*text) {
        if (*pattern == '%') {
            star = ++pattern;
            from = text;
            continue;
        }
        const char *before = pattern;
        bool wild = *before == '_';
        if (*pattern && one_like(&pattern, text)) {
            text += wild ? character(text) : 1;
        } else if (star) {
            pattern = star;
            from += character(from);
            text = from;
        } else {
            return false;
        }
    }
    while (*pattern == '%')
        pattern++;
    return !*pattern;
}

/* ---- what a property is */
/* To be done with by cim_value_done(); null where there is none. */
static HRESULT value_of(const struct cim_object *object, const char *name, struct cim_value *ret)
{
    const char *dot = strchr(name, '.');
    char *first = strndup(name, dot ? (size_t)(dot - name) : strlen(name));
    const struct cim_property *property;
    HRESULT hr;

    if (!first)
        return WBEM_E_OUT_OF_MEMORY;
    property = cim_property(object, first);
    if (property && dot && property->value.type == CIM_OBJECT && !property->value.is_null) {
        free(first);
        return value_of(property->value.one.object, dot + 1, ret);
    }
    *ret = cim_null(CIM_STRING);
    hr = dot        ? WBEM_S_NO_ERROR
         : property ? cim_value_copy(&property->value, ret)
                    : cim_system_value(object, first, ret);
    free(first);
    return hr == WBEM_E_NOT_FOUND ? WBEM_S_NO_ERROR : hr;
}

static bool is_a(const struct cim_object *object, const struct wql_node *node,
                 const struct cim_value *value)
{
    const char *name = node->value.one.s;

    if (strcasecmp(node->property, THIS) == 0)
        return cim_is_a(object, name);
    return value->type == CIM_OBJECT && !value->is_null && cim_is_a(value->one.object, name);
}

static bool holds(const struct wql_node *node, const struct cim_object *object,
                  const struct cim_value *value)
{
    int order;

    switch (node->op) {
    case WQL_ISA:
        return is_a(object, node, value);
    case WQL_IS_NULL:
        return value->is_null;
    case WQL_IS_NOT_NULL:
        return !value->is_null;
    case WQL_LIKE:
        return !value->is_null && !(value->type & CIM_FLAG_ARRAY) &&
               cim_type_of(value->type)->kind == CIM_IS_TEXT &&
               is_like(value->one.s, node->value.one.s);
    default:
        if (!cim_compare(value, &node->value, &order))
            return false;
    }
    switch (node->op) {
    case WQL_EQUAL:
        return order == 0;
    case WQL_DIFFERENT:
        return order != 0;
    case WQL_LESS:
        return order < 0;
    case WQL_GREATER:
        return order > 0;
    case WQL_AT_MOST:
        return order <= 0;
    default:
        return order >= 0;
    }
}

/* Never deeper than there are nodes. */
static HRESULT matches(const struct wql *query, size_t at, const struct cim_object *object,
                       bool *ret)
{
    const struct wql_node *node = &query->nodes[at];
    struct cim_value value;
    HRESULT hr;

    if (node->op <= WQL_OR) {
        hr = matches(query, node->left, object, ret);
        if (FAILED(hr) || *ret == (node->op == WQL_OR))
            return hr;
        return matches(query, node->right, object, ret);
    }
    if (node->op == WQL_NOT) {
        hr = matches(query, node->left, object, ret);
        *ret = !*ret;
        return hr;
    }
    hr = value_of(object, node->property, &value);
    if (FAILED(hr))
        return hr;
    *ret = holds(node, object, &value);
    cim_value_done(&value);
    return hr;
}

HRESULT wql_matches(const struct wql *query, const struct cim_object *object, bool *ret)
{
    *ret = true;
    return query->root == SIZE_MAX ? WBEM_S_NO_ERROR : matches(query, query->root, object, ret);
}

static const char *demands(const struct wql *query, size_t at, enum wql_op op, const char *property)
{
    const struct wql_node *node = &query->nodes[at];
    const char *found;

    if (node->op == WQL_AND) {
        found = demands(query, node->left, op, property);
        return found ? found : demands(query, node->right, op, property);
    }
    return node->op == op && node->op != WQL_OR && strcasecmp(node->property, property) == 0 &&
                   node->value.type == CIM_STRING && !node->value.is_null
               ? node->value.one.s
               : NULL;
}

const char *wql_demands(const struct wql *query, enum wql_op op, const char *property)
{
    return query->root == SIZE_MAX ? NULL : demands(query, query->root, op, property);
}

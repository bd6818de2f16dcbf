/* Object paths: a parser over one pointer that never goes past the text, and the writer. */
#include "conformance/host/cim/cim_path.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/base.h"

void cim_path_done(struct cim_path *path)
{
    for (size_t i = 0; i < path->key_count; i++) {
        free(path->keys[i].name);
        cim_value_done(&path->keys[i].value);
    }
    free(path->keys);
    free(path->server);
    free(path->namespace);
    free(path->class_name);
    *path = (struct cim_path){.key_count = 0};
}

bool cim_path_is_class(const struct cim_path *path)
{
    return path->class_name && !path->is_singleton && !path->key_count;
}

static bool is_slash(char c)
{
    return c == '\\' || c == '/';
}

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static size_t name_length(const char *text)
{
    size_t length = 0;

    while (is_name_char(text[length]))
        length++;
    return isdigit((unsigned char)text[0]) ? 0 : length;
}

static HRESULT take(const char **at, size_t length, char **ret)
{
    *ret = strndup(*at, length);
    *at += length;
    return *ret ? WBEM_S_NO_ERROR : WBEM_E_OUT_OF_MEMORY;
}

/* ---- values */
static HRESULT quoted(const char **at, struct cim_value *ret)
{
    char quote = *(*at)++, *text = malloc(strlen(*at) + 1), *out = text;

    if (!text)
        return WBEM_E_OUT_OF_MEMORY;
    while (**at && **at != quote) {
        if (**at == '\\' && (*at)[1])
            (*at)++;
        *out++ = *(*at)++;
    }
    *out = '\0';
    if (**at != quote) {
        free(text);
        return WBEM_E_INVALID_OBJECT_PATH;
    }
    (*at)++;
    *ret = (struct cim_value){.type = CIM_STRING, .one.s = text};
    return WBEM_S_NO_ERROR;
}

static HRESULT number(const char **at, struct cim_value *ret)
{
    bool negative = **at == '-';
    const char *digits = *at + (negative || **at == '+');
    char *end;
    uint64_t magnitude;

    if (!isdigit((unsigned char)*digits))
        return WBEM_E_INVALID_OBJECT_PATH;
    errno = 0;
    magnitude = strtoull(digits, &end, 0);
    if (errno || (negative && magnitude > (uint64_t)INT64_MAX + 1))
        return WBEM_E_INVALID_OBJECT_PATH;
    *at = end;
    *ret = cim_int(negative ? CIM_SINT64 : CIM_UINT64,
                   negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude);
    return WBEM_S_NO_ERROR;
}

static HRESULT value(const char **at, struct cim_value *ret)
{
    static const char *const words[] = {"FALSE", "TRUE"};

    if (**at == '"' || **at == '\'')
        return quoted(at, ret);
    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        size_t length = strlen(words[i]);
        if (strncasecmp(*at, words[i], length) == 0 && !is_name_char((*at)[length])) {
            *at += length;
            *ret = cim_bool(i);
            return WBEM_S_NO_ERROR;
        }
    }
    return number(at, ret);
}

/* ---- parts */
static HRESULT add_key(struct cim_path *path, struct cim_key key)
{
    void *grown = path->key_count < CIM_KEYS_MAX
                      ? cim_grow(path->keys, path->key_count, sizeof(*path->keys))
                      : NULL;

    if (!grown) {
        free(key.name);
        cim_value_done(&key.value);
        return path->key_count < CIM_KEYS_MAX ? WBEM_E_OUT_OF_MEMORY : WBEM_E_INVALID_OBJECT_PATH;
    }
    path->keys = grown;
    path->keys[path->key_count++] = key;
    return WBEM_S_NO_ERROR;
}

static HRESULT one_key(const char **at, bool named, struct cim_path *path)
{
    struct cim_key key = {.value = {.type = CIM_EMPTY, .is_null = true}};
    size_t length = named ? name_length(*at) : 0;
    HRESULT hr = WBEM_S_NO_ERROR;

    if (named)
        hr = length ? take(at, length, &key.name) : WBEM_E_INVALID_OBJECT_PATH;
    if (SUCCEEDED(hr) && *(*at)++ != '=')
        hr = WBEM_E_INVALID_OBJECT_PATH;
    if (SUCCEEDED(hr))
        hr = value(at, &key.value);
    if (SUCCEEDED(hr))
        return add_key(path, key);
    free(key.name);
    return hr;
}

static HRESULT keys(const char **at, struct cim_path *path)
{
    HRESULT hr;

    if (strcmp(*at, "=@") == 0) {
        path->is_singleton = true;
        *at += 2;
        return WBEM_S_NO_ERROR;
    }
    if (**at == '=')
        return one_key(at, false, path);
    do {
        (*at)++; /* the dot, or a comma */
        hr = one_key(at, true, path);
    } while (SUCCEEDED(hr) && **at == ',');
    return hr;
}

/* Up to the colon, or all of a text that has no class. */
static HRESULT namespace(const char **at, size_t length, struct cim_path *path)
{
    const char *part = *at, *end = *at + length;
    HRESULT hr;

    while (part <= end) {
        size_t name = name_length(part);
        if (name == 0 || part + name > end || (part + name < end && !is_slash(part[name])))
            return WBEM_E_INVALID_OBJECT_PATH;
        part += name + 1;
    }
    hr = take(at, length, &path->namespace);
    for (char *c = path->namespace; c && *c; c++)
        *c = *c == '/' ? '\\' : *c;
    return hr;
}

static HRESULT server(const char **at, struct cim_path *path)
{
    size_t length = strcspn(*at + 2, "\\/:\"=");

    *at += 2;
    if (length == 0 || !is_slash((*at)[length]))
        return WBEM_E_INVALID_OBJECT_PATH;
    HRESULT hr = take(at, length, &path->server);
    (*at)++;
    return hr;
}

static HRESULT parse(const char *at, struct cim_path *path)
{
    bool rooted = is_slash(at[0]) && is_slash(at[1]);
    HRESULT hr = rooted ? server(&at, path) : WBEM_S_NO_ERROR;
    size_t length;

    if (FAILED(hr))
        return hr;
    length = strcspn(at, ":.=\"'");
    if (at[length] == ':' || rooted || memchr(at, '\\', length) || memchr(at, '/', length)) {
        bool more = at[length] == ':';
        if (!more && at[length])
            return WBEM_E_INVALID_OBJECT_PATH;
        hr = namespace(&at, length, path);
        if (FAILED(hr) || !more)
            return hr;
        at++;
    }
    length = name_length(at);
    if (length == 0 || length > WBEM_MAX_IDENTIFIER)
        return WBEM_E_INVALID_OBJECT_PATH;
    hr = take(&at, length, &path->class_name);
    if (SUCCEEDED(hr) && (*at == '.' || *at == '='))
        hr = keys(&at, path);
    return SUCCEEDED(hr) && *at ? WBEM_E_INVALID_OBJECT_PATH : hr;
}

HRESULT cim_path_parse(const char *text, struct cim_path *ret)
{
    struct cim_path path = {.key_count = 0};
    HRESULT hr = strlen(text) <= WBEM_MAX_PATH ? parse(text, &path) : WBEM_E_INVALID_OBJECT_PATH;

    if (SUCCEEDED(hr))
        *ret = path;
    else
        cim_path_done(&path);
    return hr;
}

HRESULT cim_namespace_of(const char *text, const char *name, char **ret)
{
    struct cim_path path;
    HRESULT hr = WBEM_S_NO_ERROR;

    if (strchr(text, ':') || FAILED(cim_path_parse(text, &path)))
        return WBEM_E_INVALID_NAMESPACE;
    if (path.server && strcmp(path.server, ".") != 0 && strcasecmp(path.server, name) != 0)
        hr = WBEM_E_TRANSPORT_FAILURE;
    else if (path.key_count || path.is_singleton)
        hr = WBEM_E_INVALID_NAMESPACE;
    else if (path.namespace)
        hr = cim_dup(path.namespace, ret);
    else
        hr = cim_dup(path.class_name, ret); /* one part alone looks like a class */
    cim_path_done(&path);
    return hr;
}

/* ---- writing */
static void write_text(FILE *out, const char *text)
{
    putc('"', out);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            putc('\\', out);
        putc(*text, out);
    }
    putc('"', out);
}

static void write_value(FILE *out, const struct cim_value *value)
{
    const struct cim_type *type = cim_type_of(value->type);

    if (type->kind == CIM_IS_TEXT)
        write_text(out, value->one.s);
    else if (type->kind == CIM_IS_BOOL)
        fputs(value->one.b ? "TRUE" : "FALSE", out);
    else if (type->kind == CIM_IS_SIGNED)
        fprintf(out, "%lld", (long long)value->one.i);
    else
        fprintf(out, "%llu", (unsigned long long)value->one.u);
}

static char *finished(FILE *out, char **text)
{
    if (!fclose(out))
        return *text;
    free(*text);
    *text = NULL;
    return NULL;
}

char *cim_path_text(const struct cim_path *path)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return NULL;
    if (path->server)
        fprintf(out, "\\\\%s\\", path->server);
    if (path->namespace)
        fprintf(out, "%s%s", path->namespace, path->class_name ? ":" : "");
    if (path->class_name)
        fputs(path->class_name, out);
    if (path->is_singleton)
        fputs("=@", out);
    for (size_t i = 0; i < path->key_count; i++) {
        const struct cim_key *key = &path->keys[i];
        fprintf(out, "%s%s=", key->name ? (i ? "," : ".") : "", key->name ? key->name : "");
        write_value(out, &key->value);
    }
    return finished(out, &text);
}

/* ---- of objects: keys in the order of their names */
static int by_name(const void *a, const void *b)
{
    const struct cim_property *const *x = a, *const *y = b;

    return strcasecmp((*x)->name, (*y)->name);
}

static size_t sorted_keys(const struct cim_object *object, const struct cim_property **ret)
{
    size_t count = 0;

    for (size_t i = 0; i < object->property_count && count < CIM_KEYS_MAX; i++) {
        if (cim_is_key(&object->properties[i]))
            ret[count++] = &object->properties[i];
    }
    qsort(ret, count, sizeof(const struct cim_property *), by_name);
    return count;
}

static bool is_singleton(const struct cim_object *object)
{
    const struct cim_object *class = object->genus == WBEM_GENUS_INSTANCE ? object->base : object;

    return class && cim_flagged(&class->qualifiers, "singleton");
}

HRESULT cim_object_path(const struct cim_object *object, bool full, char **ret)
{
    const struct cim_property *keys_of[CIM_KEYS_MAX] = {NULL};
    size_t count = object->genus == WBEM_GENUS_INSTANCE ? sorted_keys(object, keys_of) : 0, size;
    bool instance = object->genus == WBEM_GENUS_INSTANCE, single = instance && is_singleton(object);
    char *text = NULL;
    FILE *out;

    if (!object->class_name || (instance && !single && !count))
        return WBEM_E_NOT_FOUND;
    for (size_t i = 0; i < count; i++) {
        if (keys_of[i]->value.is_null)
            return WBEM_E_NOT_FOUND;
    }
    out = open_memstream(&text, &size);
    if (!out)
        return WBEM_E_OUT_OF_MEMORY;
    if (full && object->server && object->namespace)
        fprintf(out, "\\\\%s\\%s:", object->server, object->namespace);
    fprintf(out, "%s%s", object->class_name, single ? "=@" : "");
    for (size_t i = 0; i < count; i++) {
        if (count == 1)
            fprintf(out, ".%s=", keys_of[i]->name);
        else
            fprintf(out, "%c%s=", i ? ',' : '.', keys_of[i]->name);
        write_value(out, &keys_of[i]->value);
    }
    *ret = finished(out, &text);
    return *ret ? WBEM_S_NO_ERROR : WBEM_E_OUT_OF_MEMORY;
}

/* ---- what tells instances apart */
static void write_folded(FILE *out, const char *text)
{
    for (; *text; text++)
        putc(tolower((unsigned char)*text), out);
}

static HRESULT write_key(FILE *out, const struct cim_property *key, const struct cim_value *given)
{
    struct cim_value as_key;
    HRESULT hr = cim_cast(given, key->value.type, false, &as_key);
    char *text = NULL;
    size_t size;
    FILE *one;

    if (FAILED(hr))
        return hr;
    if (as_key.is_null)
        return WBEM_E_ILLEGAL_NULL;
    one = open_memstream(&text, &size);
    if (one) {
        write_value(one, &as_key);
        finished(one, &text);
    }
    cim_value_done(&as_key);
    if (!one || !text)
        return WBEM_E_OUT_OF_MEMORY;
    write_folded(out, key->name);
    putc('=', out);
    write_folded(out, text);
    putc(',', out);
    free(text);
    return WBEM_S_NO_ERROR;
}

static const struct cim_value *given_key(const struct cim_path *path, const char *name)
{
    if (path->key_count == 1 && !path->keys[0].name)
        return &path->keys[0].value;
    for (size_t i = 0; i < path->key_count; i++) {
        if (strcasecmp(path->keys[i].name, name) == 0)
            return &path->keys[i].value;
    }
    return NULL;
}

/* Of `object` itself, or with the values of `path`. */
static HRESULT key_text(const struct cim_object *object, const struct cim_path *path, char **ret)
{
    const struct cim_property *keys_of[CIM_KEYS_MAX] = {NULL};
    size_t count = sorted_keys(object, keys_of), size;
    HRESULT hr = WBEM_S_NO_ERROR;
    char *text = NULL;
    FILE *out;

    if (path && (path->is_singleton != is_singleton(object) || path->key_count != count))
        return WBEM_E_INVALID_OBJECT_PATH;
    if (!count && !is_singleton(object))
        return WBEM_E_INVALID_CLASS;
    out = open_memstream(&text, &size);
    if (!out)
        return WBEM_E_OUT_OF_MEMORY;
    if (!count) { /* one of each class */
        fputs("@", out);
        write_folded(out, object->class_name);
    }
    for (size_t i = 0; SUCCEEDED(hr) && i < count; i++) {
        const struct cim_value *given =
            path ? given_key(path, keys_of[i]->name) : &keys_of[i]->value;
        hr = given ? write_key(out, keys_of[i], given) : WBEM_E_INVALID_OBJECT_PATH;
    }
    if (!finished(out, &text))
        return WBEM_E_OUT_OF_MEMORY;
    if (SUCCEEDED(hr))
        *ret = text;
    else
        free(text);
    return path && FAILED(hr) && hr != WBEM_E_OUT_OF_MEMORY ? WBEM_E_INVALID_OBJECT_PATH : hr;
}

HRESULT cim_instance_key(const struct cim_object *instance, char **ret)
{
    return key_text(instance, NULL, ret);
}

HRESULT cim_path_key(const struct cim_path *path, const struct cim_object *class, char **ret)
{
    return key_text(class, path, ret);
}

/* The compiler's frame: words, faults, and one declaration behind the other. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conformance/host/cim/cim_status.h"
#include "conformance/host/inf/inf_text.h"
#include "conformance/host/mof/mof_private.h"

/* ---- faults: the first one is the one */
HRESULT mof_fail(struct mof *mof, const struct mof_word *at, HRESULT hr, const char *format, ...)
{
    struct mof_fault *fault = mof->fault;
    va_list list;

    if (fault->text[0])
        return hr;
    snprintf(fault->file, sizeof(fault->file), "%s", mof->source->name);
    mof_place(&mof->source->lexer, at->at, &fault->line, &fault->column);
    va_start(list, format);
    vsnprintf(fault->text, sizeof(fault->text), format, list);
    va_end(list);
    fault->hr = hr;
    return hr;
}

HRESULT mof_result(struct mof *mof, const struct mof_word *at, HRESULT hr, const char *what,
                   const char *name)
{
    return FAILED(hr) ? mof_fail(mof, at, hr, "%s%s%.100s: %s", what, name ? " " : "",
                                 name ? name : "", cim_status(hr))
                      : hr;
}

/* ---- words */
HRESULT mof_next(struct mof *mof)
{
    struct mof_word *word = &mof->source->word;

    mof_word_done(word);
    if (mof_lex(&mof->source->lexer, word))
        return mof_fail(mof, word, WBEM_E_OUT_OF_MEMORY, "out of memory");
    return word->kind == MOF_WRONG ? mof_fail(mof, word, WBEM_E_INVALID_SYNTAX, "%s", word->wrong)
                                   : WBEM_S_NO_ERROR;
}

bool mof_is(const struct mof *mof, char sign)
{
    return mof->source->word.kind == MOF_PUNCTUATION && mof->source->word.sign == sign;
}

bool mof_is_word(const struct mof *mof, const char *name)
{
    return mof->source->word.kind == MOF_NAME && strcasecmp(mof->source->word.text, name) == 0;
}

/* As people would call what stands there. */
static HRESULT unexpected(struct mof *mof, const char *expected, const char *where)
{
    const struct mof_word *word = &mof->source->word;
    int length = (int)(word->length < 40 ? word->length : 40);

    while (length > 0 && length < (int)word->length &&
           ((unsigned char)word->at[length] & 0xc0) == 0x80)
        length--; /* whole characters */
    if (word->kind == MOF_END)
        return mof_fail(mof, word, WBEM_E_INVALID_SYNTAX, "the end of the file: expected %s%s%s",
                        expected, where[0] ? " " : "", where);
    return mof_fail(mof, word, WBEM_E_INVALID_SYNTAX, "%.*s: expected %s%s%s", length, word->at,
                    expected, where[0] ? " " : "", where);
}

HRESULT mof_expect(struct mof *mof, char sign, const char *where)
{
    return mof_is(mof, sign) ? mof_next(mof) : unexpected(mof, (char[]){sign, '\0'}, where);
}

bool mof_accept(struct mof *mof, char sign, HRESULT *hr)
{
    bool is = SUCCEEDED(*hr) && mof_is(mof, sign);

    if (is)
        *hr = mof_next(mof);
    return is && SUCCEEDED(*hr);
}

HRESULT mof_name(struct mof *mof, const char *what, char **ret, struct mof_word *ret_at)
{
    struct mof_word *word = &mof->source->word;
    HRESULT hr;

    if (word->kind != MOF_NAME)
        return unexpected(mof, what, "");
    *ret = word->text;
    word->text = NULL;
    if (ret_at)
        *ret_at = *word;
    hr = mof_next(mof);
    if (FAILED(hr)) {
        free(*ret);
        *ret = NULL;
    }
    return hr;
}

HRESULT mof_string(struct mof *mof, const char *what, char **ret)
{
    struct mof_word *word = &mof->source->word;
    size_t length, room;
    HRESULT hr;

    if (word->kind != MOF_STRING)
        return unexpected(mof, what, "");
    *ret = word->text;
    word->text = NULL;
    length = strlen(*ret);
    room = length + 1;
    hr = mof_next(mof);
    while (SUCCEEDED(hr) && word->kind == MOF_STRING) {
        size_t more = strlen(word->text);
        if (length + more + 1 > room) {
            char *grown = realloc(*ret, room = (length + more + 1) * 2);
            if (!grown) {
                hr = mof_fail(mof, word, WBEM_E_OUT_OF_MEMORY, "out of memory");
                break;
            }
            *ret = grown;
        }
        memcpy(*ret + length, word->text, more + 1);
        length += more;
        hr = mof_next(mof);
    }
    if (FAILED(hr)) {
        free(*ret);
        *ret = NULL;
    }
    return hr;
}

/* ---- declarations */
static HRESULT put_class(struct mof *mof, const struct mof_word *at, struct cim_object *object)
{
    struct cim_object *stored = NULL;
    HRESULT hr = cim_repo_put_class(mof->repo, mof->ns, object, mof->class_flags);

    hr = mof_result(mof, at, hr, "class", object->class_name);
    if (FAILED(hr) || !mof->options->made)
        return hr;
    hr = cim_repo_class(mof->repo, mof->ns, object->class_name, &stored);
    if (SUCCEEDED(hr))
        mof->options->made(mof->options->self, stored);
    cim_object_unref(stored);
    return mof_result(mof, at, hr, "class", object->class_name);
}

static HRESULT put_instance(struct mof *mof, const struct mof_word *at, struct cim_object *object)
{
    HRESULT hr = cim_repo_put_instance(mof->repo, mof->ns, object, mof->instance_flags);

    if (SUCCEEDED(hr) && mof->options->made)
        mof->options->made(mof->options->self, object);
    return mof_result(mof, at, hr, "instance of", object->class_name);
}

static HRESULT keep_only(struct mof *mof, const struct mof_word *at, struct cim_object *object)
{
    if (*mof->only)
        return mof_fail(mof, at, WBEM_E_INVALID_SYNTAX, "a second object: expected one");
    *mof->only = cim_object_ref(object);
    return WBEM_S_NO_ERROR;
}

static HRESULT declaration(struct mof *mof)
{
    struct mof_qualifiers list = {.count = 0};
    struct cim_object *object = NULL;
    struct mof_word at;
    char *alias = NULL;
    HRESULT hr = mof_qualifiers(mof, &list);

    at = mof->source->word;
    at.text = NULL;
    if (SUCCEEDED(hr) && mof_is_word(mof, "class")) {
        hr = mof_class(mof, &list, &object);
    } else if (SUCCEEDED(hr) && mof_is_word(mof, "instance")) {
        hr = mof_instance(mof, &list, &object, &alias);
    } else if (SUCCEEDED(hr)) {
        hr = unexpected(mof, "class, instance, qualifier, # or [", "");
    }
    if (SUCCEEDED(hr))
        hr = mof_expect(mof, ';', "behind a declaration");
    assert(FAILED(hr) || object);
    if (SUCCEEDED(hr) && mof->only)
        hr = keep_only(mof, &at, object);
    else if (SUCCEEDED(hr))
        hr = (object->genus == WBEM_GENUS_CLASS ? put_class : put_instance)(mof, &at, object);
    if (SUCCEEDED(hr) && alias)
        hr = mof_alias_put(mof, &at, alias, object);
    else
        free(alias);
    cim_object_unref(object);
    mof_qualifiers_done(&list);
    return hr;
}

HRESULT mof_parse_source(struct mof *mof, struct mof_source *source)
{
    HRESULT hr;

    source->outer = mof->source;
    mof->source = source;
    hr = mof_next(mof);
    while (SUCCEEDED(hr) && source->word.kind != MOF_END) {
        if (mof_is(mof, '#'))
            hr = mof_directive(mof);
        else if (mof_is_word(mof, "qualifier"))
            hr = mof_qualifier_declaration(mof);
        else
            hr = declaration(mof);
    }
    mof_word_done(&source->word);
    mof->source = source->outer;
    return hr;
}

/* ---- the whole */
static HRESULT say(struct mof_fault *fault, const char *name, HRESULT hr, const char *text)
{
    if (fault->text[0])
        return hr;
    snprintf(fault->file, sizeof(fault->file), "%s", name);
    snprintf(fault->text, sizeof(fault->text), "%s", text);
    fault->hr = hr;
    return hr;
}

static HRESULT refuse_bytes(struct mof *mof, struct mof_source *source, const char *first_bad)
{
    HRESULT hr;

    mof->source = source;
    hr = mof_fail(mof, &(struct mof_word){.at = first_bad}, WBEM_E_INVALID_SYNTAX,
                  "bytes that are no character");
    mof->source = NULL;
    return hr;
}

static HRESULT run(struct mof *mof, const char *name, const struct inf_text *text)
{
    struct mof_source source = {.lexer = {text->utf8, text->utf8, text->utf8 + text->size},
                                .name = name};
    const char *namespace = mof->options->namespace;
    HRESULT hr = WBEM_S_NO_ERROR;

    if (!mof->is_system)
        hr = mof_enter(mof, namespace ? namespace : "root\\default");
    if (FAILED(hr))
        return say(mof->fault, namespace, hr, cim_status(hr));
    if (text->first_bad)
        hr = refuse_bytes(mof, &source, text->first_bad);
    else
        hr = mof_parse_source(mof, &source);
    mof_aliases_done(mof);
    mof_flavors_done(mof);
    return hr;
}

static HRESULT compile(struct mof *mof, const char *name, const void *data, size_t size)
{
    struct inf_text text;
    char error[200];
    HRESULT hr;

    mof->fault->text[0] = '\0';
    mof->fault->line = mof->fault->column = 0;
    if (inf_text_decode(data, size, INF_CODE_PAGE, &text, error, sizeof(error)))
        return say(mof->fault, name, WBEM_E_INVALID_SYNTAX, error);
    hr = cim_repo_begin(mof->repo);
    if (SUCCEEDED(hr)) {
        hr = run(mof, name, &text);
        if (SUCCEEDED(hr) && (mof->options->check_only || mof->only))
            (void)cim_repo_end(mof->repo, WBEM_E_FAILED); /* nothing of it stays */
        else
            hr = cim_repo_end(mof->repo, hr);
    }
    inf_text_done(&text);
    return FAILED(hr) ? say(mof->fault, name, hr, cim_status(hr)) : hr;
}

HRESULT mof_compile(struct cim_repo *repo, const char *name, const void *data, size_t size,
                    const struct mof_options *options, struct mof_fault *fault)
{
    struct mof mof = {.repo = repo,
                      .options = options,
                      .fault = fault,
                      .class_flags = options->class_flags,
                      .instance_flags = options->instance_flags,
                      .is_system = cim_repo_is_new(repo)};

    return compile(&mof, name, data, size);
}

HRESULT mof_object(struct cim_repo *repo, const char *namespace, const char *text,
                   struct cim_object **ret, struct mof_fault *fault)
{
    struct mof_options options = {.namespace = namespace};
    struct cim_object *only = NULL;
    struct mof mof = {.repo = repo, .options = &options, .fault = fault, .only = &only};
    HRESULT hr = compile(&mof, "text", text, strlen(text));

    if (SUCCEEDED(hr) && !only)
        hr = say(fault, "text", WBEM_E_INVALID_SYNTAX, "no object");
    if (SUCCEEDED(hr))
        *ret = only;
    else
        cim_object_unref(only);
    return hr;
}

static int read_all(int file, size_t room, char **ret, size_t *ret_size)
{
    char *data = malloc(room + 1);
    size_t size = 0;
    ssize_t got = 1;

    while (data && size < room && (got = read(file, data + size, room - size)) > 0)
        size += (size_t)got;
    if (!data || got < 0) {
        int error = data ? errno : ENOMEM;
        free(data);
        return -error;
    }
    *ret = data;
    *ret_size = size;
    return 0;
}

int mof_read(const char *path, char **ret_data, size_t *ret_size)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), status;
    struct stat info;

    if (file < 0)
        return -errno;
    if (fstat(file, &info))
        status = -errno;
    else if (!S_ISREG(info.st_mode))
        status = S_ISDIR(info.st_mode) ? -EISDIR : -EINVAL;
    else
        status = read_all(file, (size_t)INF_BYTES_MAX + 1, ret_data, ret_size);
    close(file);
    return status;
}

HRESULT mof_compile_file(struct cim_repo *repo, const char *path, const struct mof_options *options,
                         struct mof_fault *fault)
{
    char *data = NULL;
    size_t size = 0;
    int status = mof_read(path, &data, &size);
    HRESULT hr;

    fault->text[0] = '\0';
    fault->line = fault->column = 0;
    if (status)
        return say(fault, path, WBEM_E_NOT_AVAILABLE, strerror(-status));
    hr = mof_compile(repo, path, data, size, options, fault);
    free(data);
    return hr;
}

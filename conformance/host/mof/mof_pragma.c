/* What begins with #: includes and pragmas ("Preprocessor Commands" of the WMI pages). */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/cim/cim_status.h"
#include "conformance/host/inf/inf_text.h"
#include "conformance/host/mof/mof_private.h"
#include "spcore/base.h"

enum { WORDS_MAX = 8 };

/* What stands in the parentheses: strings, and words and numbers without quotation marks. */
struct arguments {
    char *at[WORDS_MAX];
    size_t count;
    struct mof_word place; /* of the directive */
};

static void arguments_done(struct arguments *arguments)
{
    for (size_t i = 0; i < arguments->count; i++)
        free(arguments->at[i]);
}

static HRESULT number(struct mof *mof, char **ret)
{
    if (asprintf(ret, "%" PRIu64, mof->source->word.number) < 0)
        return WBEM_E_OUT_OF_MEMORY;
    HRESULT hr = mof_next(mof);
    if (FAILED(hr))
        free(*ret);
    return hr;
}

static HRESULT one_argument(struct mof *mof, struct arguments *arguments)
{
    if (arguments->count == WORDS_MAX)
        return mof_fail(mof, &mof->source->word, WBEM_E_INVALID_SYNTAX,
                        "more than %d words of a pragma", WORDS_MAX);
    HRESULT hr = mof->source->word.kind == MOF_NAME
                     ? mof_name(mof, "a word", &arguments->at[arguments->count], NULL)
                 : mof->source->word.kind == MOF_INTEGER
                     ? number(mof, &arguments->at[arguments->count])
                     : mof_string(mof, "a string", &arguments->at[arguments->count]);
    if (SUCCEEDED(hr))
        arguments->count++;
    return hr;
}

static HRESULT parse_arguments(struct mof *mof, struct arguments *arguments)
{
    HRESULT hr = WBEM_S_NO_ERROR;

    if (!mof_accept(mof, '(', &hr))
        return hr;
    while (SUCCEEDED(hr) && !mof_is(mof, ')')) {
        hr = one_argument(mof, arguments);
        if (FAILED(hr) || !mof_accept(mof, ',', &hr))
            break;
    }
    return SUCCEEDED(hr) ? mof_expect(mof, ')', "behind a pragma") : hr;
}

/* ---- what each does */
static HRESULT include(struct mof *mof, struct arguments *arguments);

/* Each part of it that is not there yet. */
static HRESULT make(struct mof *mof, char *name)
{
    HRESULT hr = WBEM_S_NO_ERROR;

    for (char *end = name; SUCCEEDED(hr) && end;) {
        end = strchr(end == name ? end : end + 1, '\\');
        if (end)
            *end = '\0';
        hr = cim_repo_namespace(mof->repo, name, true, &mof->ns);
        if (end)
            *end = '\\';
    }
    return hr;
}

HRESULT mof_enter(struct mof *mof, const char *namespace)
{
    char *name = NULL;
    /* \root\cimv2 is written, too, where the server would stand between two. */
    const bool no_server = namespace[0] == '\\' && namespace[1] != '\\';
    HRESULT hr = cim_namespace_of(namespace + no_server, CIM_SERVER, &name);

    if (SUCCEEDED(hr))
        hr = make(mof, name);
    free(name);
    return hr;
}

static HRESULT namespace(struct mof *mof, struct arguments *arguments)
{
    return mof_result(mof, &arguments->place, mof_enter(mof, arguments->at[0]), "namespace",
                      arguments->at[0]);
}

/* A flag's word, or its number; 0: neither. */
static LONG flag_of(const char *word, bool of_class)
{
    static const struct {
        const char *word;
        LONG flag;
        bool of_classes_only;
    } words[] = {
        {"createonly", WBEM_FLAG_CREATE_ONLY, false},
        {"updateonly", WBEM_FLAG_UPDATE_ONLY, false},
        {"forceupdate", WBEM_FLAG_UPDATE_FORCE_MODE, true},
        {"safeupdate", WBEM_FLAG_UPDATE_SAFE_MODE, true},
    };
    char number[16];

    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        snprintf(number, sizeof(number), "%ld", (long)words[i].flag);
        if ((of_class || !words[i].of_classes_only) &&
            (strcasecmp(words[i].word, word) == 0 || strcmp(number, word) == 0))
            return words[i].flag;
    }
    return 0;
}

static HRESULT flags_of(struct mof *mof, struct arguments *arguments, bool of_class, LONG *ret)
{
    LONG flags = 0;

    for (size_t i = 0; i < arguments->count; i++) {
        /* Also several in one string. */
        char *rest = arguments->at[i], *word;
        while ((word = strsep(&rest, ", \t"))) {
            LONG flag = flag_of(word, of_class);

            if (word[0] && !flag)
                return mof_fail(mof, &arguments->place, WBEM_E_INVALID_SYNTAX,
                                "%.40s: no flag that this pragma has", word);
            flags |= flag;
        }
    }
    if ((flags & WBEM_FLAG_CREATE_ONLY && flags & WBEM_FLAG_UPDATE_ONLY) ||
        (flags & WBEM_MASK_UPDATE_MODE) == WBEM_MASK_UPDATE_MODE)
        return mof_fail(mof, &arguments->place, WBEM_E_INVALID_SYNTAX,
                        "flags that contradict each other");
    *ret = flags;
    return WBEM_S_NO_ERROR;
}

static HRESULT class_flags(struct mof *mof, struct arguments *arguments)
{
    return flags_of(mof, arguments, true, &mof->class_flags);
}

static HRESULT instance_flags(struct mof *mof, struct arguments *arguments)
{
    return flags_of(mof, arguments, false, &mof->instance_flags);
}

/* fail or nofail, the second word; the first one does not count then. */
static HRESULT after_delete(struct mof *mof, struct arguments *arguments, HRESULT hr)
{
    bool fail = arguments->count < 2 || strcasecmp(arguments->at[1], "fail") == 0;

    if (!fail && strcasecmp(arguments->at[1], "nofail") != 0)
        return mof_fail(mof, &arguments->place, WBEM_E_INVALID_SYNTAX,
                        "%.40s: expected FAIL or NOFAIL", arguments->at[1]);
    if (!fail && (hr == WBEM_E_NOT_FOUND || hr == WBEM_E_INVALID_CLASS))
        return WBEM_S_NO_ERROR;
    return mof_result(mof, &arguments->place, hr, "delete", arguments->at[0]);
}

static HRESULT delete_class(struct mof *mof, struct arguments *arguments)
{
    return after_delete(mof, arguments,
                        cim_repo_delete_class(mof->repo, mof->ns, arguments->at[0]));
}

static HRESULT delete_instance(struct mof *mof, struct arguments *arguments)
{
    struct cim_path path = {.key_count = 0};
    HRESULT hr = cim_path_parse(arguments->at[0], &path);

    if (SUCCEEDED(hr))
        hr = cim_repo_delete_instance(mof->repo, mof->ns, &path);
    cim_path_done(&path);
    return after_delete(mof, arguments, hr);
}

static HRESULT autorecover(struct mof *mof, struct arguments *arguments)
{
    const struct mof_source *source = mof->source;
    char *path = source ? realpath(source->name, NULL) : NULL;
    /* A text that is no file is not there to be read again. */
    HRESULT hr = path ? cim_repo_autorecover(mof->repo, path) : WBEM_S_NO_ERROR;

    free(path);
    return mof_result(mof, &arguments->place, hr, "autorecover", NULL);
}

/* The language of a file, and its translations: nothing that a repository keeps. */
static HRESULT nothing(struct mof *mof, struct arguments *arguments)
{
    (void)mof;
    (void)arguments;
    return WBEM_S_NO_ERROR;
}

static const struct directive {
    const char *name;
    size_t least; /* words in its parentheses */
    HRESULT (*run)(struct mof *mof, struct arguments *arguments);
} directives[] = {
    {"namespace", 1, namespace},      {"include", 1, include},
    {"classflags", 1, class_flags},   {"instanceflags", 1, instance_flags},
    {"deleteclass", 1, delete_class}, {"deleteinstance", 1, delete_instance},
    {"autorecover", 0, autorecover},  {"amendment", 0, nothing},
    {"locale", 0, nothing},           {"instancelocale", 0, nothing},
    {"unknown", 0, nothing},
};

/* ---- files in files */
static int read_beside(const struct mof *mof, const char *name, char path[PATH_MAX],
                       char **ret_data, size_t *ret_size)
{
    const char *own = mof->source ? mof->source->name : "", *slash = strrchr(own, '/');
    int length = slash && name[0] != '/' ? (int)(slash - own) + 1 : 0;

    return snprintf(path, PATH_MAX, "%.*s%s", length, own, name) < PATH_MAX
               ? mof_read(path, ret_data, ret_size)
               : -ENAMETOOLONG;
}

static HRESULT run_included(struct mof *mof, const char *path, const char *data, size_t size,
                            struct arguments *arguments)
{
    struct mof_source source = {.name = path};
    struct inf_text text;
    char error[200];
    HRESULT hr;

    if (inf_text_decode(data, size, INF_CODE_PAGE, &text, error, sizeof(error)))
        return mof_fail(mof, &arguments->place, WBEM_E_INVALID_SYNTAX, "%.200s: %s", path, error);
    source.lexer = (struct mof_lexer){text.utf8, text.utf8, text.utf8 + text.size};
    hr = mof_parse_source(mof, &source);
    inf_text_done(&text);
    return hr;
}

static HRESULT include(struct mof *mof, struct arguments *arguments)
{
    unsigned depth = 0;
    char path[PATH_MAX], *data = NULL;
    size_t size = 0;
    int status;
    HRESULT hr;

    for (const struct mof_source *one = mof->source; one; one = one->outer)
        depth++;
    if (depth > MOF_INCLUDES_MAX)
        return mof_fail(mof, &arguments->place, WBEM_E_INVALID_SYNTAX,
                        "more than %d files in each other", MOF_INCLUDES_MAX);
    status = read_beside(mof, arguments->at[0], path, &data, &size);
    if (status)
        return mof_fail(mof, &arguments->place, WBEM_E_NOT_AVAILABLE, "%.200s: %s",
                        arguments->at[0], strerror(-status));
    mof->included += size + 1024; /* empty ones cost something, too */
    hr = mof->included <= MOF_INCLUDED_MAX
             ? run_included(mof, path, data, size, arguments)
             : mof_fail(mof, &arguments->place, WBEM_E_TOO_MUCH_DATA,
                        "more than %d bytes of included files", MOF_INCLUDED_MAX);
    free(data);
    return hr;
}

static HRESULT run(struct mof *mof, const char *name, struct arguments *arguments)
{
    size_t i = 0;

    while (i < ARRAY_SIZE(directives) && strcasecmp(directives[i].name, name) != 0)
        i++;
    if (i == ARRAY_SIZE(directives))
        return mof_fail(mof, &arguments->place, WBEM_E_INVALID_SYNTAX, "%.40s: no pragma", name);
    if (arguments->count < directives[i].least)
        return mof_fail(mof, &arguments->place, WBEM_E_INVALID_SYNTAX,
                        "%s: expected a name in parentheses", directives[i].name);
    return directives[i].run(mof, arguments);
}

/* #include ("file"), #include "file", #pragma word (…). */
HRESULT mof_directive(struct mof *mof)
{
    struct arguments arguments = {.count = 0};
    char *name = NULL;
    HRESULT hr = mof_next(mof);

    if (SUCCEEDED(hr) && mof_is_word(mof, "pragma"))
        hr = mof_next(mof);
    else if (SUCCEEDED(hr) && !mof_is_word(mof, "include"))
        hr = mof_fail(mof, &mof->source->word, WBEM_E_INVALID_SYNTAX, "expected pragma or include");
    if (SUCCEEDED(hr))
        hr = mof_name(mof, "the name of a pragma", &name, &arguments.place);
    if (SUCCEEDED(hr) && mof->source->word.kind == MOF_STRING)
        hr = one_argument(mof, &arguments);
    else if (SUCCEEDED(hr))
        hr = parse_arguments(mof, &arguments);
    if (SUCCEEDED(hr))
        hr = run(mof, name, &arguments);
    arguments_done(&arguments);
    free(name);
    return hr;
}

/* A query from anybody: it is run or refused, with a place inside of it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/mof/mof.h"
#include "conformance/host/wql/wql.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char schema[] = "class A { [key] sint32 N; string S; A E; datetime D; real64 R; };"
                             "instance of A { N = 1; S = \"[x]_%\"; R = 1.5; };"
                             "instance of A { N = 2; E = instance of A { N = 3; }; };";

static struct cim_repo *repo;
static int64_t ns;

static HRESULT nothing(void *self, struct cim_object *object)
{
    (void)self;
    (void)object;
    return 0;
}

static void prepare(void)
{
    struct mof_options options = {.namespace = NULL};
    struct mof_fault fault;
    char error[300];

    if (mof_open(NULL, &repo, error, sizeof(error)) ||
        mof_compile(repo, "x", schema, strlen(schema), &options, &fault) ||
        cim_repo_namespace(repo, "root\\default", false, &ns))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wql_fault fault;
    struct wql query;
    char *text = malloc(size + 1);
    HRESULT hr;

    if (!repo)
        prepare();
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    hr = wql_parse(text, &query, &fault);
    if (SUCCEEDED(hr)) {
        hr = wql_run(repo, ns, &query, nothing, NULL, &fault);
        wql_done(&query);
    }
    if (FAILED(hr) && (!fault.text[0] || fault.line > size + 1 || fault.column > size + 21))
        abort();
    free(text);
    return 0;
}

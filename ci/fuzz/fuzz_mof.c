/* MOF from anybody: it is compiled or refused, a fault is whole and has its place, and what is made
 * prints to what makes it again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/cim/cim_codec.h"
#include "conformance/host/cim/cim_print.h"
#include "conformance/host/mof/mof.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct cim_repo *repo;

static void hold(void *self, const struct cim_object *object)
{
    struct cim_object *again = NULL;
    char *text = cim_mof(object, 0);
    void *bytes;
    size_t size;

    (void)self;
    if (!text || cim_encode_whole(object, &bytes, &size) || cim_decode_whole(bytes, size, &again) ||
        !cim_object_equal(object, again, WBEM_FLAG_IGNORE_OBJECT_SOURCE))
        abort();
    cim_object_unref(again);
    free(bytes);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mof_options options = {.check_only = true, .made = hold};
    struct mof_fault fault;
    struct cim_object *object = NULL;
    char error[300];

    if (!repo && mof_open(NULL, &repo, error, sizeof(error)))
        abort();
    if (FAILED(mof_compile(repo, "/nowhere/fuzz.mof", data, size, &options, &fault)) &&
        (!fault.text[0] || strchr(fault.text, '\n') || fault.line > size + 1))
        abort();
    /* The same bytes as what another process sends. */
    if (SUCCEEDED(cim_decode_whole(data, size, &object)))
        hold(NULL, object);
    cim_object_unref(object);
    return 0;
}

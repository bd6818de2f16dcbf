/* A frame of a provider's process: what is read is written, and read again as the same bytes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/hosting/hosting_codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Objects are put together anew from what they inherit: the first writing may be another, the next
 * ones may not. */
static void hold(const struct hosting_message *message)
{
    struct hosting_message again, more;
    uint8_t *first, *second;
    size_t first_size, second_size;

    if (FAILED(hosting_encode(message, &first, &first_size)))
        return;
    if (FAILED(hosting_decode(first + HOSTING_HEAD, first_size - HOSTING_HEAD, &again)) ||
        FAILED(hosting_encode(&again, &second, &second_size)))
        abort();
    if (FAILED(hosting_decode(second + HOSTING_HEAD, second_size - HOSTING_HEAD, &more)))
        abort();
    if (first_size != second_size || memcmp(first, second, first_size) != 0)
        abort();
    hosting_message_done(&again);
    hosting_message_done(&more);
    free(first);
    free(second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hosting_message message;
    IWbemContext *context = NULL;
    IWbemClassObject *face = NULL;

    if (FAILED(hosting_decode(data, size, &message)))
        return 0;
    hold(&message);
    if (SUCCEEDED(hosting_context(&message, &context)) && context)
        (void)IWbemContext_Release(context);
    if (SUCCEEDED(hosting_face(&message, 0, &face)) && face)
        (void)IWbemClassObject_Release(face);
    hosting_message_done(&message);
    return 0;
}

/* A RIFF file of one chunk of PCM. */
#include "conformance/raw/raw_wav.h"

#include <string.h>

#include "conformance/raw/raw_containers.h"

void wav_fill(uint8_t *bytes, uint32_t rate, uint32_t samples)
{
    struct ct_writer head = {0};

    ct_put_bytes(&head, "RIFF", 4);
    ct_put32(&head, WAV_HEAD - 8 + samples);
    ct_put_bytes(&head, "WAVEfmt ", 8);
    ct_put32(&head, 16);
    ct_put16(&head, 1); /* PCM */
    ct_put16(&head, 1);
    ct_put32(&head, rate);
    ct_put32(&head, rate);
    ct_put16(&head, 1);
    ct_put16(&head, 8);
    ct_put_bytes(&head, "data", 4);
    ct_put32(&head, samples);
    memcpy(bytes, head.bytes, WAV_HEAD);
    memset(bytes + WAV_HEAD, 0x80, samples);
}

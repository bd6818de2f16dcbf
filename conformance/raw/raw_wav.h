/* Sound that a device's own player takes: mono, 8 bit, silent. */
#ifndef CONFORMANCE_RAW_RAW_WAV_H
#define CONFORMANCE_RAW_RAW_WAV_H

#include <stdint.h>

enum { WAV_HEAD = 44 };

/* A whole WAV file: WAV_HEAD bytes and one for each of `samples`, `rate` of which are a second. */
void wav_fill(uint8_t *bytes, uint32_t rate, uint32_t samples);

#endif

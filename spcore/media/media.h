/* What an audio file says of itself, read with libavformat and libavcodec. The bytes came from a
 * host and may be anything: only named demuxers and decoders see them, nothing else is opened, and
 * the reading ends after so many bytes or so much time. */
#ifndef SPCORE_MEDIA_MEDIA_H
#define SPCORE_MEDIA_MEDIA_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum media_text {
    MEDIA_TITLE,
    MEDIA_ARTIST,
    MEDIA_ALBUM,
    MEDIA_ALBUM_ARTIST,
    MEDIA_GENRE,
    MEDIA_COMPOSER,
    MEDIA_DATE,
    MEDIA_TRACK,
    MEDIA_TEXTS
};

struct media_facts {
    uint64_t duration;        /* milliseconds of sound: measured, not as a header claims */
    uint32_t bitrate;         /* bits a second */
    uint32_t sample_rate;     /* hertz */
    uint32_t wave_codec;      /* WAVE_FORMAT_…; 0 unknown */
    uint16_t channels;        /* 0: no sound */
    char *texts[MEDIA_TEXTS]; /* owned; NULL: not said */
    uint8_t *art;             /* owned; a picture of the file's own */
    size_t art_length;
    uint16_t art_format; /* MTP format code */
    uint32_t art_width, art_height;
};

/* -EINVAL: no audio that plays: unknown, damaged at its start, or of a kind that is not read.
 * -ENOSYS: the plug-in that reads is not there. Decodes the first frame to know. */
int media_read(int fd, off_t offset, uint64_t size, struct media_facts *ret_facts);
/* The plug-in's one symbol, media_read() itself. */
__attribute__((visibility("default"))) int papkit_media_read(int fd, off_t offset, uint64_t size,
                                                             struct media_facts *ret_facts);
void media_facts_done(struct media_facts *facts);

#endif

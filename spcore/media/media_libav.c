/* The plug-in that reads audio files, with libavformat: tags, length, bit rate, cover art. */
#include "spcore/base.h"
#include "spcore/media/media.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "mtp_codes.h"

#define BUFFER 16384
/* Up to this size a file is walked from end to end; beyond it the container is believed. */
#define WALK_MOST ((uint64_t)16 << 20)
/* Demuxers seek and read again; more than this no honest file needs. */
#define READ_MOST ((uint64_t)64 << 20)
#define MILLISECONDS_MOST 2000
#define ART_MOST ((size_t)128 << 10)
#define PACKETS_TO_DECODE 64

struct source {
    int fd;
    off_t offset;
    uint64_t size, at, budget;
    int64_t deadline; /* CLOCK_MONOTONIC, milliseconds */
};

static int is_over(void *opaque)
{
    const struct source *source = opaque;

    return source->budget == 0 || base_now_ms() > source->deadline;
}

static int read_some(void *opaque, uint8_t *buffer, int room)
{
    struct source *source = opaque;
    uint64_t left = source->size - source->at, length = (uint64_t)room;
    ssize_t got;

    if (is_over(source))
        return AVERROR_EXIT;
    if (left == 0)
        return AVERROR_EOF;
    length = length > left ? left : length;
    length = length > source->budget ? source->budget : length;
    got = pread(source->fd, buffer, (size_t)length, source->offset + (off_t)source->at);
    if (got < 0)
        return AVERROR(errno);
    if (got == 0)
        return AVERROR_EOF;
    source->at += (uint64_t)got;
    source->budget -= (uint64_t)got;
    return (int)got;
}

static int64_t seek(void *opaque, int64_t offset, int whence)
{
    struct source *source = opaque;
    int64_t base;

    if (whence & AVSEEK_SIZE)
        return (int64_t)source->size;
    whence &= ~AVSEEK_FORCE;
    base = whence == SEEK_SET   ? 0
           : whence == SEEK_CUR ? (int64_t)source->at
                                : (int64_t)source->size;
    if (offset > (int64_t)source->size - base || offset < -base)
        return AVERROR(EINVAL);
    source->at = (uint64_t)(base + offset);
    return base + offset;
}

/* A file may name others (playlists, references): none is opened. */
static int open_nothing(AVFormatContext *context, AVIOContext **io, const char *url, int flags,
                        AVDictionary **options)
{
    (void)context;
    (void)io;
    (void)url;
    (void)flags;
    (void)options;
    return AVERROR(EPERM);
}

/* ---- opening */

static AVFormatContext *new_context(AVIOContext *io, struct source *source)
{
    AVFormatContext *context = avformat_alloc_context();

    if (!context)
        return NULL;
    context->pb = io;
    context->flags |= AVFMT_FLAG_CUSTOM_IO;
    context->io_open = open_nothing;
    context->interrupt_callback = (AVIOInterruptCB){is_over, source};
    context->probesize = 1 << 20;
    context->format_probesize = 1 << 18;
    context->max_analyze_duration = 5 * AV_TIME_BASE;
    context->max_streams = 16;
    return context;
}

/* NULL: none of the formats a player reads. */
static AVFormatContext *open_input(AVIOContext *io, struct source *source)
{
    AVFormatContext *context = new_context(io, source);
    AVDictionary *options = NULL;
    int error = -ENOMEM;

    if (!context)
        return NULL;
    if (av_dict_set(&options, "format_whitelist", "mp3,asf,mov,wav,ogg,flac,aac", 0) >= 0 &&
        av_dict_set(&options, "codec_whitelist",
                    "mp3float,mp3,wmav1,wmav2,wmapro,wmalossless,aac,alac,vorbis,opus,flac,"
                    "pcm_u8,pcm_s16le,pcm_s24le,pcm_s32le,pcm_f32le,mjpeg,png",
                    0) >= 0)
        error = avformat_open_input(&context, NULL, NULL, &options); /* frees it when it fails */
    else
        avformat_free_context(context);
    av_dict_free(&options);
    if (error)
        return NULL;
    if (avformat_find_stream_info(context, NULL) < 0)
        avformat_close_input(&context);
    return context;
}

/* ---- measuring */

/* Ticks of a packet that are heard. An encoder's delay lies before 0 or is side data of the first
 * packet, its padding is side data of the last; Ogg's demuxer has shortened that one already. */
static int64_t heard(const AVPacket *packet, int64_t before, AVRational sample, AVRational tick)
{
    bool sane = packet->duration > 0 && packet->duration < INT64_MAX / 4;
    int64_t duration = sane ? packet->duration : 0, ticks = duration, padding;
    bool late = packet->pts == AV_NOPTS_VALUE || packet->pts >= 0;
    size_t size = 0;
    const uint8_t *data = av_packet_get_side_data(packet, AV_PKT_DATA_SKIP_SAMPLES, &size);

    if (!late && ticks > 0)
        ticks = packet->pts > -ticks ? ticks + packet->pts : 0;
    if (!data || size < 8)
        return ticks;
    if (late)
        ticks -= av_rescale_q(get_le32(data), sample, tick);
    padding = av_rescale_q(get_le32(data + 4), sample, tick);
    return duration + padding > before ? ticks - padding : ticks;
}

/* Does anything come out of a decoder? */
static bool decodes(AVCodecContext *decoder, const AVPacket *packet, AVFrame *frame)
{
    if (avcodec_send_packet(decoder, packet) < 0)
        return false;
    if (avcodec_receive_frame(decoder, frame) < 0)
        return false;
    av_frame_unref(frame);
    return true;
}

static AVCodecContext *new_decoder(const AVStream *stream)
{
    const AVCodec *codec = avcodec_find_decoder(stream->codecpar->codec_id);
    AVCodecContext *decoder = codec ? avcodec_alloc_context3(codec) : NULL;

    if (!decoder)
        return NULL;
    decoder->thread_count = 1;
    decoder->pkt_timebase = stream->time_base;
    if (avcodec_parameters_to_context(decoder, stream->codecpar) < 0 ||
        avcodec_open2(decoder, codec, NULL) < 0)
        avcodec_free_context(&decoder);
    return decoder;
}

/* Milliseconds from the container's own statement. */
static uint64_t claimed(const AVFormatContext *context, const AVStream *stream)
{
    int64_t claim = AV_NOPTS_VALUE;

    if (stream->duration != AV_NOPTS_VALUE)
        claim = av_rescale_q(stream->duration, stream->time_base, (AVRational){1, 1000});
    else if (context->duration != AV_NOPTS_VALUE)
        claim = context->duration / (AV_TIME_BASE / 1000);
    return claim > 0 ? (uint64_t)claim : 0;
}

struct walk {
    AVPacket *packet;
    AVFrame *frame;
    AVCodecContext *decoder;
    unsigned tried;
    bool plays;
    AVRational sample, tick;
    int64_t ticks, before; /* heard so far; of the packet before */
};

static void take_packet(struct walk *walk, const AVPacket *packet)
{
    int64_t ticks = heard(packet, walk->before, walk->sample, walk->tick);

    if (!walk->plays && walk->tried < PACKETS_TO_DECODE) {
        walk->tried++;
        walk->plays = decodes(walk->decoder, packet, walk->frame);
    }
    if (ticks < 0 || walk->ticks < INT64_MAX - ticks)
        walk->ticks += ticks;
    walk->before = packet->duration;
}

/* Reads the packets; false: nothing could be played. */
static bool measure(AVFormatContext *context, const AVStream *stream, uint64_t size,
                    struct walk *walk, uint64_t *ret_duration)
{
    int rate = stream->codecpar->sample_rate, result = 0;
    bool whole = size <= WALK_MOST;
    int64_t length;

    walk->sample = (AVRational){1, rate > 0 ? rate : 1};
    walk->tick = stream->time_base;
    while ((whole || (!walk->plays && walk->tried < PACKETS_TO_DECODE)) &&
           (result = av_read_frame(context, walk->packet)) >= 0) {
        if (walk->packet->stream_index == stream->index)
            take_packet(walk, walk->packet);
        av_packet_unref(walk->packet);
    }
    /* An exhausted budget is no end of the file. */
    whole = whole && result == AVERROR_EOF;
    length = av_rescale_q(walk->ticks, stream->time_base, (AVRational){1, 1000});
    *ret_duration = whole && length > 0 ? (uint64_t)length : claimed(context, stream);
    /* Seven weeks: nothing that long is believed, and nobody's arithmetic overflows. */
    if (*ret_duration > UINT32_MAX)
        *ret_duration = 0;
    return walk->plays;
}

/* ---- facts */

static uint16_t picture_format(enum AVCodecID codec)
{
    return codec == AV_CODEC_ID_MJPEG ? MTP_FC_EXIF_JPEG
           : codec == AV_CODEC_ID_PNG ? MTP_FC_PNG
                                      : 0;
}

static int take_art(const AVFormatContext *context, struct media_facts *facts)
{
    for (unsigned i = 0; i < context->nb_streams; i++) {
        const AVStream *stream = context->streams[i];
        const AVPacket *picture = &stream->attached_pic;
        uint16_t format = picture_format(stream->codecpar->codec_id);

        if (!(stream->disposition & AV_DISPOSITION_ATTACHED_PIC) || !format || picture->size <= 0 ||
            (size_t)picture->size > ART_MOST)
            continue;
        facts->art = malloc((size_t)picture->size);
        if (!facts->art)
            return -ENOMEM;
        memcpy(facts->art, picture->data, (size_t)picture->size);
        facts->art_length = (size_t)picture->size;
        facts->art_format = format;
        facts->art_width = stream->codecpar->width > 0 ? (uint32_t)stream->codecpar->width : 0;
        facts->art_height = stream->codecpar->height > 0 ? (uint32_t)stream->codecpar->height : 0;
        return 0;
    }
    return 0;
}

static int take_texts(const AVFormatContext *context, const AVStream *stream,
                      struct media_facts *facts)
{
    static const char *const keys[MEDIA_TEXTS] = {
        [MEDIA_TITLE] = "title", [MEDIA_ARTIST] = "artist",
        [MEDIA_ALBUM] = "album", [MEDIA_ALBUM_ARTIST] = "album_artist",
        [MEDIA_GENRE] = "genre", [MEDIA_COMPOSER] = "composer",
        [MEDIA_DATE] = "date",   [MEDIA_TRACK] = "track"};

    for (size_t i = 0; i < MEDIA_TEXTS; i++) {
        const AVDictionaryEntry *entry = av_dict_get(context->metadata, keys[i], NULL, 0);

        if (!entry) /* Ogg keeps them with the stream */
            entry = av_dict_get(stream->metadata, keys[i], NULL, 0);
        if (!entry || !entry->value[0])
            continue;
        facts->texts[i] = strdup(entry->value);
        if (!facts->texts[i])
            return -ENOMEM;
    }
    return 0;
}

static uint32_t wave_codec(enum AVCodecID codec)
{
    const struct AVCodecTag *const tags[] = {avformat_get_riff_audio_tags(), NULL};

    return av_codec_get_tag(tags, codec);
}

static int take_numbers(const AVStream *stream, uint64_t size, struct media_facts *facts)
{
    const AVCodecParameters *codec = stream->codecpar;
    int channels = codec->ch_layout.nb_channels;

    if (codec->sample_rate <= 0 || channels <= 0 || channels > 64)
        return -EINVAL;
    facts->sample_rate = (uint32_t)codec->sample_rate;
    facts->channels = (uint16_t)channels;
    facts->wave_codec = wave_codec(codec->codec_id);
    if (codec->bit_rate > 0 && codec->bit_rate <= UINT32_MAX)
        facts->bitrate = (uint32_t)codec->bit_rate;
    else if (facts->duration > 0 && size <= UINT64_MAX / 8000 &&
             size * 8000 / facts->duration <= UINT32_MAX)
        facts->bitrate = (uint32_t)(size * 8000 / facts->duration);
    return 0;
}

static int read_opened(AVFormatContext *context, uint64_t size, struct media_facts *facts)
{
    int index = av_find_best_stream(context, AVMEDIA_TYPE_AUDIO, -1, -1, NULL, 0);
    struct walk walk = {.packet = av_packet_alloc(), .frame = av_frame_alloc()};
    int result = -EINVAL;

    if (index >= 0)
        walk.decoder = new_decoder(context->streams[index]);
    if (walk.decoder && walk.packet && walk.frame &&
        measure(context, context->streams[index], size, &walk, &facts->duration))
        result = take_numbers(context->streams[index], size, facts);
    if (!result)
        result = take_texts(context, context->streams[index], facts);
    if (!result)
        result = take_art(context, facts);
    avcodec_free_context(&walk.decoder);
    av_frame_free(&walk.frame);
    av_packet_free(&walk.packet);
    return result;
}

int papkit_media_read(int fd, off_t offset, uint64_t size, struct media_facts *ret_facts)
{
    struct source source = {.fd = fd,
                            .offset = offset,
                            .size = size,
                            .budget = READ_MOST,
                            .deadline = base_now_ms() + MILLISECONDS_MOST};
    struct media_facts facts = {0};
    uint8_t *buffer = av_malloc(BUFFER);
    AVFormatContext *context = NULL;
    AVIOContext *io = NULL;
    int result = -EINVAL;

    if (size == 0 || size > INT64_MAX) {
        av_free(buffer);
        return -EINVAL;
    }
    av_log_set_level(AV_LOG_QUIET);
    if (buffer)
        io = avio_alloc_context(buffer, BUFFER, 0, &source, read_some, NULL, seek);
    if (io)
        context = open_input(io, &source);
    else
        av_free(buffer);
    if (context)
        result = read_opened(context, size, &facts);
    avformat_close_input(&context);
    if (io)
        av_freep(&io->buffer);
    avio_context_free(&io);
    if (result)
        media_facts_done(&facts);
    else
        *ret_facts = facts;
    return result;
}

/* What files say of themselves. The lengths and rates are those the fixtures' README gives ffmpeg.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mtp_codes.h"
#include "spcore/base.h"
#include "spcore/media/media.h"
#include "spcore/media/media_shared.h"

static int read_file(const char *path, struct media_facts *ret_facts)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC), result;
    struct stat stat;

    cr_assert_geq(fd, 0, "%s", path);
    cr_assert_eq(fstat(fd, &stat), 0);
    result = media_read(fd, 0, (uint64_t)stat.st_size, ret_facts);
    close(fd);
    return result;
}

static void check(const char *path, uint64_t duration, uint64_t tolerance, uint32_t rate,
                  uint32_t codec)
{
    struct media_facts facts;

    cr_assert_eq(read_file(path, &facts), 0, "%s", path);
    cr_expect(facts.duration + tolerance >= duration && facts.duration <= duration + tolerance,
              "%s: %llu ms", path, (unsigned long long)facts.duration);
    cr_expect_eq(facts.sample_rate, rate, "%s: %u", path, facts.sample_rate);
    cr_expect_eq(facts.channels, 1);
    cr_expect_eq(facts.wave_codec, codec, "%s: 0x%x", path, facts.wave_codec);
    cr_expect_gt(facts.bitrate, 0);
    cr_expect_str_eq(facts.texts[MEDIA_TITLE], "Tone", "%s", path);
    cr_expect_str_eq(facts.texts[MEDIA_ARTIST], "papkit", "%s", path);
    media_facts_done(&facts);
}

/* WMA has whole frames of 2048 samples only. */
Test(media, the_length_of_mp3_is_measured)
{
    check("fixtures/media/tone.mp3", 1500, 1, 44100, 0x0055);
}

Test(media, the_length_of_wma_is_measured)
{
    check("fixtures/media/tone.wma", 1500, 47, 44100, 0x0161);
}

Test(media, the_length_of_aac_in_mp4_is_measured)
{
    check("fixtures/media/tone.m4a", 1500, 0, 44100, 0x00ff);
}

Test(media, the_length_of_ogg_is_measured)
{
    check("fixtures/media/tone.ogg", 1500, 0, 44100, 0x566f);
}

Test(media, the_length_of_wav_is_measured)
{
    check("fixtures/media/tone.wav", 1000, 0, 16000, 0x0001);
}

Test(media, the_length_of_flac_is_measured)
{
    check("fixtures/media/tone.flac", 1000, 0, 16000, 0xf1ac);
}

Test(media, what_is_no_audio_is_refused)
{
    struct media_facts facts;

    cr_assert_eq(read_file("fixtures/media/README", &facts), -EINVAL);
    cr_assert_eq(read_file("/dev/null", &facts), -EINVAL);
}

/* A file in another one's middle: nothing before and behind it is read. */
Test(media, only_the_range_is_read)
{
    struct media_facts facts;
    int fd = memfd_create("range", MFD_CLOEXEC), from = open("fixtures/media/tone.wav", O_RDONLY);
    uint8_t *bytes = malloc(100000);
    ssize_t length = read(from, bytes, 100000);

    cr_assert_gt(length, 30000);
    cr_assert_eq(pwrite(fd, bytes, (size_t)length, 5000), length);
    cr_assert_eq(pwrite(fd, bytes, (size_t)length, 5000 + length), length);
    cr_assert_eq(media_read(fd, 5000, (uint64_t)length, &facts), 0);
    cr_assert_eq(facts.duration, 1000);
    media_facts_done(&facts);
    cr_assert_eq(media_read(fd, 0, 5000, &facts), -EINVAL);
    free(bytes);
    close(fd);
    close(from);
}

/* The header says 1 s of 16 kHz mono 16 bit; half the bytes are half a second. */
Test(media, a_torn_file_is_as_long_as_what_is_there)
{
    struct media_facts facts;
    int fd = open("fixtures/media/tone.wav", O_RDONLY);
    struct stat stat;

    cr_assert_eq(fstat(fd, &stat), 0);
    cr_assert_eq(media_read(fd, 0, (uint64_t)stat.st_size - 16000, &facts), 0);
    cr_assert_eq(facts.duration, 500);
    media_facts_done(&facts);
    close(fd);
}

/* Every byte changed in turn by a step that visits headers and frames: an answer, no harm. */
Test(media, damaged_files_do_no_harm)
{
    static const char *const names[] = {"fixtures/media/tone.mp3", "fixtures/media/tone.m4a",
                                        "fixtures/media/tone.ogg", "fixtures/media/tone.wma",
                                        "fixtures/media/tone.flac"};
    uint8_t *bytes = malloc(100000);

    for (size_t n = 0; n < ARRAY_SIZE(names); n++) {
        int fd = memfd_create("damaged", MFD_CLOEXEC), from = open(names[n], O_RDONLY);
        ssize_t length = read(from, bytes, 100000);

        for (ssize_t at = 0; at < length; at += at < 256 ? 5 : length / 20) {
            struct media_facts facts;
            uint8_t kept = bytes[at];

            bytes[at] = (uint8_t)~kept;
            cr_assert_eq(pwrite(fd, bytes, (size_t)length, 0), length);
            bytes[at] = kept;
            if (media_read(fd, 0, (uint64_t)length, &facts) == 0)
                media_facts_done(&facts);
        }
        close(fd);
        close(from);
    }
    free(bytes);
}

/* ---- read by another process */

static bool is_loaded_here(void)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[8192];
    bool found = false;

    cr_assert_not_null(maps);
    while (fgets(line, sizeof(line), maps))
        found |= strstr(line, "/papkit-media.so") != NULL;
    fclose(maps);
    return found;
}

/* tone.mp3 behind a tag of ID3v2.3 that has nothing but a picture. */
static int pictured(size_t *ret_size)
{
    enum { TAG = 10, FRAME = 10, KIND = 13, PICTURE = 120000 };
    static const uint8_t png[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    static uint8_t bytes[TAG + FRAME + KIND + PICTURE + 100000] = "ID3\3";
    const uint32_t all = FRAME + KIND + PICTURE, frame = KIND + PICTURE;
    int fd = memfd_create("pictured", MFD_CLOEXEC),
        from = open("fixtures/media/tone.mp3", O_RDONLY);
    uint8_t *at = bytes + 6;
    ssize_t length;

    for (int shift = 21; shift >= 0; shift -= 7)
        *at++ = (uint8_t)(all >> shift & 0x7f);
    memcpy(at, "APIC", 4);
    for (int i = 0; i < 4; i++)
        at[4 + i] = (uint8_t)(frame >> (24 - 8 * i));
    memcpy(at + FRAME + 1, "image/png", 9); /* a NUL, no kind and no description behind it */
    memcpy(at + FRAME + KIND, png, sizeof(png));
    length = read(from, bytes + TAG + all, 100000);
    cr_assert_gt(length, 0);
    *ret_size = TAG + all + (size_t)length;
    cr_assert_eq(write(fd, bytes, *ret_size), (ssize_t)*ret_size);
    close(from);
    return fd;
}

static void check_pictured(void)
{
    struct media_facts facts;
    size_t size;
    int fd = pictured(&size);

    cr_assert_eq(media_read(fd, 0, size, &facts), 0);
    cr_expect_eq(facts.duration, 1500);
    cr_expect_eq(facts.art_length, 120000);
    cr_expect_eq(facts.art_format, MTP_FC_PNG);
    cr_expect(facts.art && memcmp(facts.art, "\x89PNG", 4) == 0);
    media_facts_done(&facts);
    close(fd);
}

Test(media, what_is_read_for_others_is_the_same)
{
    static const char few[64] = "no audio";
    struct media_facts facts;
    int fd = memfd_create("few", MFD_CLOEXEC);

    cr_assert_gt(media_share(), 0);
    check("fixtures/media/tone.mp3", 1500, 1, 44100, 0x0055);
    check_pictured();
    cr_assert_eq(write(fd, few, sizeof(few)), sizeof(few));
    cr_expect_eq(media_read(fd, 0, sizeof(few), &facts), -EINVAL);
    cr_expect_not(is_loaded_here());
    close(fd);
}

Test(media, where_nobody_answers_any_more_it_is_read_here)
{
    pid_t reader = media_share();

    cr_assert_gt(reader, 0);
    kill(reader, SIGKILL);
    cr_assert_eq(waitpid(reader, NULL, 0), reader);
    check_pictured();
    cr_expect(is_loaded_here());
}

/* The file types mtp-detect names at its end: one for each format that libmtp knows. They are all
 * there is of formats when a player does not tell of object properties. */
#include <errno.h>
#include <string.h>

#include "simulator/import/mtp_detect_internal.h"
#include "spcore/base.h"

static const struct {
    const char *name;
    uint16_t format;
} types[] = {
    {"Undefined filetype", 0x3000},
    {"Folder", 0x3001},
    {"Text file", 0x3004},
    {"HTML file", 0x3005},
    {"RIFF WAVE file", 0x3008},
    {"ISO MPEG-1 Audio Layer 3", 0x3009},
    {"ISO MPEG Audio Layer 3", 0x3009},
    {"Audio Video Interleave", 0x300a},
    {"MPEG video stream", 0x300b},
    {"Microsoft Advanced Systems Format", 0x300c},
    {"Apple Quicktime container format", 0x300d},
    {"JPEG file", 0x3801},
    {"BMP bitmap file", 0x3804},
    {"GIF bitmap file", 0x3807},
    {"JFIF file", 0x3808},
    {"PICT bitmap file", 0x380a},
    {"Portable Network Graphics", 0x380b},
    {"TIFF bitmap file", 0x380d},
    {"JP2 file", 0x380f},
    {"JPX file", 0x3810},
    {"Firmware file", 0xb802},
    {"MediaCard", 0xb211},
    {"MPEG-4 Part 14 Container Format (Audio Emphasis)", 0xb215},
    {"Microsoft Windows Image Format", 0xb881},
    {"Undefined audio file", 0xb900},
    {"Microsoft Windows Media Audio", 0xb901},
    {"Ogg container format", 0xb902},
    {"Advanced Audio Coding (AAC)/MPEG-2 Part 7/MPEG-4 Part 3", 0xb903},
    {"Audible.com Audio Codec", 0xb904},
    {"Free Lossless Audio Codec (FLAC)", 0xb906},
    {"Undefined video file", 0xb980},
    {"Microsoft Windows Media Video", 0xb981},
    {"MPEG-4 Part 14 Container Format (Audio+Video Emphasis)", 0xb982},
    {"MPEG-4 Part 14 Container Format (Audio+Video Empahsis)", 0xb982}, /* before 1.1 */
    {"ISO MPEG-1 Audio Layer 2", 0xb983},
    {"Abstract Album file", 0xba03},
    {"Abstract Playlist file", 0xba05},
    {"XML file", 0xba82},
    {"DOC file", 0xba83},
    {"MHT file", 0xba84},
    {"XLS file", 0xba85},
    {"PPT file", 0xba86},
    {"VCard version 2", 0xbb82},
    {"VCard version 3", 0xbb83},
    {"VCalendar version 1", 0xbe02},
    {"VCalendar version 2", 0xbe03},
    {"Undefined Windows executable file", 0xbe80},
};

int import_type_add(struct import_report *report, const char *line)
{
    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        if (strcmp(line, types[i].name) != 0)
            continue;
        for (size_t j = 0; j < report->types.count; j++) {
            if (report->types.codes[j] == types[i].format)
                return 0;
        }
        return import_code_add(&report->types, types[i].format);
    }
    return 0;
}

bool import_is_type(const char *line)
{
    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        if (strcmp(line, types[i].name) == 0)
            return true;
    }
    return false;
}

int import_formats_of_types(struct import_report *report)
{
    for (size_t i = 0; i < report->types.count; i++) {
        struct import_format *bigger =
            import_grow(report->formats, report->format_count, sizeof(*bigger));

        if (!bigger)
            return -ENOMEM;
        report->formats = bigger;
        bigger[report->format_count++].code = report->types.codes[i];
    }
    return 0;
}

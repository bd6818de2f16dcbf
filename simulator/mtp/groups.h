/* Kinds of formats and of the object properties that go with them. */
#ifndef SIMULATOR_MTP_GROUPS_H
#define SIMULATOR_MTP_GROUPS_H

#include <stdint.h>

enum {
    MTPR_GROUP_FOLDER = 1,
    MTPR_GROUP_AUDIO = 2,
    MTPR_GROUP_VIDEO = 4,
    MTPR_GROUP_IMAGE = 8,
    MTPR_GROUP_LIST = 16, /* playlists and albums */
    MTPR_GROUP_ALL = 0x80,
};

uint8_t mtpr_format_groups(uint16_t format);

#endif

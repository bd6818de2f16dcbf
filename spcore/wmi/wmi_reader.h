/* What a player says of itself, asked by MTP over whatever carries its containers. */
#ifndef SPCORE_WMI_WMI_READER_H
#define SPCORE_WMI_WMI_READER_H

#include "spcore/wmi/wmi_schema.h"

/* Each 0 or -errno; a read ends at a short packet. */
struct wmi_pipe {
    void *self;
    int (*write)(void *self, const void *data, size_t size);
    int (*read)(void *self, void *data, size_t room, size_t *ret_size);
};

/* Its DeviceInfo; in a session of its own the kinds of its storages and the types of its
 * properties. A player whose session is somebody's has storages of no known kind and properties
 * that are texts. 0, -EPROTO: no player, -ENOMEM, or what the pipe answers. */
int wmi_read_player(const struct wmi_pipe *pipe, struct wmi_player *ret_player);

#endif

/* The decoy: a disk without a medium on the bulk pipes of a dual-mode player (Bulk-Only Transport
 * 1.0, SCSI transparent), which the drivers of a host meet that take the player for one. Nothing
 * can be read or written: it is a habit of the still image function, and no function of its own. */
#ifndef SIMULATOR_FUNCTION_STILL_IMAGE_DECOY_DISK_H
#define SIMULATOR_FUNCTION_STILL_IMAGE_DECOY_DISK_H

#include "simulator/usb/function.h"

enum { DECOY_CBW = 31, DECOY_CSW = 13, DECOY_ANSWER = 36 };

struct decoy_disk {
    uint8_t answer[DECOY_ANSWER]; /* what the command has to say */
    size_t length, position;
    uint32_t asked, out_left; /* data the host wants, or is still to send */
    uint8_t tag[4];
    uint8_t status;    /* of the CSW */
    uint8_t sense_key; /* of what failed last; 0: nothing did */
    uint8_t sense_code;
    uint8_t csw[DECOY_CSW];
    enum { DECOY_IDLE, DECOY_DATA, DECOY_STATUS } state;
};

void decoy_disk_reset(struct decoy_disk *disk);
/* Is that transfer a command block wrapper? */
bool decoy_disk_is_command(const uint8_t *data, size_t length);
void decoy_disk_command(struct decoy_disk *disk, const uint8_t data[DECOY_CBW]);
/* Data of a command to a disk that keeps nothing; those taken. */
size_t decoy_disk_out(struct decoy_disk *disk, size_t length);
/* Has it something for the host? */
bool decoy_disk_pending(const struct decoy_disk *disk);
int decoy_disk_in(struct decoy_disk *disk, size_t room, struct usb_in *in);
/* Its two class requests; -EPIPE: another one. */
int decoy_disk_setup(struct decoy_disk *disk, const struct usb_setup *setup, uint8_t *reply);

#endif

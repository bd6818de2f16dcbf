/* A disk without a medium, as USB mass storage (Bulk-Only Transport 1.0, SCSI transparent): what
 * the drivers of a host meet that take a dual-mode player for one. Nothing can be read or written;
 * a player whose storage is also a disk is another matter. */
#ifndef SIMULATOR_FUNCTION_DECOY_DISK_H
#define SIMULATOR_FUNCTION_DECOY_DISK_H

#include "simulator/usb/function.h"

enum { MASS_STORAGE_CBW = 31, MASS_STORAGE_CSW = 13, MASS_STORAGE_ANSWER = 36 };

struct mass_storage {
    uint8_t answer[MASS_STORAGE_ANSWER]; /* what the command has to say */
    size_t length, position;
    uint32_t asked, out_left; /* data the host wants, or is still to send */
    uint8_t tag[4];
    uint8_t status;    /* of the CSW */
    uint8_t sense_key; /* of what failed last; 0: nothing did */
    uint8_t sense_code;
    uint8_t csw[MASS_STORAGE_CSW];
    enum { MASS_STORAGE_IDLE, MASS_STORAGE_DATA, MASS_STORAGE_STATUS } state;
};

void mass_storage_reset(struct mass_storage *disk);
/* Is that transfer a command block wrapper? */
bool mass_storage_is_command(const uint8_t *data, size_t length);
void mass_storage_command(struct mass_storage *disk, const uint8_t data[MASS_STORAGE_CBW]);
/* Data of a command to a disk that keeps nothing; those taken. */
size_t mass_storage_out(struct mass_storage *disk, size_t length);
/* Has it something for the host? */
bool mass_storage_pending(const struct mass_storage *disk);
int mass_storage_in(struct mass_storage *disk, size_t room, struct usb_in *in);
/* Its two class requests; -EPIPE: another one. */
int mass_storage_setup(struct mass_storage *disk, const struct usb_setup *setup, uint8_t *reply);

#endif

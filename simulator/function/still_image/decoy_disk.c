/* What the decoy disk answers: it says that it is there, and refuses all that needs a medium. It is
 * apart from the still image function since it shares nothing with MTP but the pipes. */
#include "simulator/function/still_image/decoy_disk.h"

#include <errno.h>
#include <string.h>

#include "spcore/base.h"

enum { TEST_UNIT_READY = 0x00, REQUEST_SENSE = 0x03, INQUIRY = 0x12 };
enum { PASSED = 0, FAILED = 1 };
enum { NO_SENSE = 0, NOT_READY = 2 };
enum { MEDIUM_NOT_PRESENT = 0x3a };
enum { GET_MAX_LUN = 0xfe, BULK_ONLY_RESET = 0xff };

void decoy_disk_reset(struct decoy_disk *disk)
{
    *disk = (struct decoy_disk){.state = DECOY_IDLE};
}

bool decoy_disk_is_command(const uint8_t *data, size_t length)
{
    return length == DECOY_CBW && memcmp(data, "USBC", 4) == 0;
}

/* ---- commands (SPC-2, 7.3 and 7.20) */

static void inquiry(struct decoy_disk *disk)
{
    static const uint8_t said[DECOY_ANSWER] = {0x00, 0x80, 0x02, 0x02, DECOY_ANSWER - 5,
                                               0,    0,    0, /* a disk, removable */
                                               'p',  'a',  'p',  'k',  'i',
                                               't',  ' ',  ' ', /* vendor */
                                               'n',  'o',  ' ',  'm',  'e',
                                               'd',  'i',  'u',  'm',  ' ',
                                               ' ', /* product */
                                               ' ',  ' ',  ' ',  ' ',  ' ',
                                               '1',  '.',  '0',  '0'};

    memcpy(disk->answer, said, sizeof(said));
    disk->length = sizeof(said);
}

static void request_sense(struct decoy_disk *disk)
{
    memset(disk->answer, 0, 18);
    disk->answer[0] = 0x70;
    disk->answer[2] = disk->sense_key;
    disk->answer[7] = 10;
    disk->answer[12] = disk->sense_code;
    disk->length = 18;
    disk->sense_key = NO_SENSE;
    disk->sense_code = 0;
}

/* Whatever else is asked of it needs the medium. */
static void refuse(struct decoy_disk *disk)
{
    disk->status = FAILED;
    disk->sense_key = NOT_READY;
    disk->sense_code = MEDIUM_NOT_PRESENT;
}

void decoy_disk_command(struct decoy_disk *disk, const uint8_t data[DECOY_CBW])
{
    bool to_host = (data[12] & 0x80) != 0;
    uint32_t length = get_le32(data + 8);

    memcpy(disk->tag, data + 4, sizeof(disk->tag));
    disk->length = disk->position = 0;
    disk->status = PASSED;
    if (data[15] == INQUIRY)
        inquiry(disk);
    else if (data[15] == REQUEST_SENSE)
        request_sense(disk);
    else
        refuse(disk);
    disk->asked = to_host ? length : 0;
    disk->out_left = to_host ? 0 : length;
    if (disk->length > disk->asked)
        disk->length = disk->asked;
    disk->state = disk->asked ? DECOY_DATA : DECOY_STATUS;
    memcpy(disk->csw, "USBS", 4);
    memcpy(disk->csw + 4, disk->tag, 4);
    put_le32(disk->csw + 8, length - (uint32_t)disk->length); /* the residue */
    disk->csw[12] = disk->status;
}

size_t decoy_disk_out(struct decoy_disk *disk, size_t length)
{
    size_t taken = length < disk->out_left ? length : disk->out_left;

    disk->out_left -= (uint32_t)taken;
    return taken;
}

/* ---- to the host */

bool decoy_disk_pending(const struct decoy_disk *disk)
{
    return disk->state != DECOY_IDLE && !disk->out_left;
}

/* What the command does not have to say is filled up with zeroes (BOT 1.0, 6.7.2). */
static void put_data(struct decoy_disk *disk, size_t room, struct usb_in *in)
{
    static const uint8_t zeroes[4096];
    size_t left = disk->asked - disk->position;

    if (disk->position < disk->length) {
        left = disk->length - disk->position;
        in->chunks[0].memory = disk->answer + disk->position;
    } else {
        left = left < sizeof(zeroes) ? left : sizeof(zeroes);
        in->chunks[0].memory = zeroes;
    }
    in->length = left < room ? left : room;
    disk->position += in->length;
    if (disk->position == disk->asked) {
        disk->state = DECOY_STATUS;
        disk->position = 0;
        in->end = true;
        in->no_zlp = true; /* the host knows the length */
    }
}

int decoy_disk_in(struct decoy_disk *disk, size_t room, struct usb_in *in)
{
    *in = (struct usb_in){.chunk_count = 1};
    if (disk->state == DECOY_DATA) {
        put_data(disk, room, in);
    } else {
        size_t left = DECOY_CSW - disk->position;

        in->chunks[0].memory = disk->csw;
        in->length = left < room ? left : room;
        in->end = true;
        disk->state = DECOY_IDLE;
    }
    in->chunks[0].fd = -1;
    in->chunks[0].length = in->length;
    return 0;
}

int decoy_disk_setup(struct decoy_disk *disk, const struct usb_setup *setup, uint8_t *reply)
{
    if (setup->request_type == 0xa1 && setup->request == GET_MAX_LUN && setup->length == 1) {
        reply[0] = 0;
        return 1;
    }
    if (setup->request_type != 0x21 || setup->request != BULK_ONLY_RESET || setup->length)
        return -EPIPE;
    decoy_disk_reset(disk);
    return 0;
}

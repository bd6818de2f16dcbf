#include "simulator/function/decoy_disk.h"

#include <errno.h>
#include <string.h>

enum { TEST_UNIT_READY = 0x00, REQUEST_SENSE = 0x03, INQUIRY = 0x12 };
enum { PASSED = 0, FAILED = 1 };
enum { NO_SENSE = 0, NOT_READY = 2 };
enum { MEDIUM_NOT_PRESENT = 0x3a };
enum { GET_MAX_LUN = 0xfe, BULK_ONLY_RESET = 0xff };

static uint32_t number_at(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

void mass_storage_reset(struct mass_storage *disk)
{
    *disk = (struct mass_storage){.state = MASS_STORAGE_IDLE};
}

bool mass_storage_is_command(const uint8_t *data, size_t length)
{
    return length == MASS_STORAGE_CBW && memcmp(data, "USBC", 4) == 0;
}

/* ---- commands (SPC-2, 7.3 and 7.20) */

static void inquiry(struct mass_storage *disk)
{
    static const uint8_t said[MASS_STORAGE_ANSWER] = {
        0x00, 0x80, 0x02, 0x02, MASS_STORAGE_ANSWER - 5,
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

static void request_sense(struct mass_storage *disk)
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
static void refuse(struct mass_storage *disk)
{
    disk->status = FAILED;
    disk->sense_key = NOT_READY;
    disk->sense_code = MEDIUM_NOT_PRESENT;
}

void mass_storage_command(struct mass_storage *disk, const uint8_t data[MASS_STORAGE_CBW])
{
    bool to_host = (data[12] & 0x80) != 0;
    uint32_t length = number_at(data + 8);

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
    disk->state = disk->asked ? MASS_STORAGE_DATA : MASS_STORAGE_STATUS;
    memcpy(disk->csw, "USBS", 4);
    memcpy(disk->csw + 4, disk->tag, 4);
    length -= (uint32_t)disk->length; /* the residue */
    disk->csw[8] = (uint8_t)length;
    disk->csw[9] = (uint8_t)(length >> 8);
    disk->csw[10] = (uint8_t)(length >> 16);
    disk->csw[11] = (uint8_t)(length >> 24);
    disk->csw[12] = disk->status;
}

size_t mass_storage_out(struct mass_storage *disk, size_t length)
{
    size_t taken = length < disk->out_left ? length : disk->out_left;

    disk->out_left -= (uint32_t)taken;
    return taken;
}

/* ---- to the host */

bool mass_storage_pending(const struct mass_storage *disk)
{
    return disk->state != MASS_STORAGE_IDLE && !disk->out_left;
}

/* What the command does not have to say is filled up with zeroes (BOT 1.0, 6.7.2). */
static void put_data(struct mass_storage *disk, size_t room, struct usb_in *in)
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
        disk->state = MASS_STORAGE_STATUS;
        disk->position = 0;
        in->end = true;
        in->no_zlp = true; /* the host knows the length */
    }
}

int mass_storage_in(struct mass_storage *disk, size_t room, struct usb_in *in)
{
    *in = (struct usb_in){.chunk_count = 1};
    if (disk->state == MASS_STORAGE_DATA) {
        put_data(disk, room, in);
    } else {
        size_t left = MASS_STORAGE_CSW - disk->position;

        in->chunks[0].memory = disk->csw;
        in->length = left < room ? left : room;
        in->end = true;
        disk->state = MASS_STORAGE_IDLE;
    }
    in->chunks[0].fd = -1;
    in->chunks[0].length = in->length;
    return 0;
}

int mass_storage_setup(struct mass_storage *disk, const struct usb_setup *setup, uint8_t *reply)
{
    if (setup->request_type == 0xa1 && setup->request == GET_MAX_LUN && setup->length == 1) {
        reply[0] = 0;
        return 1;
    }
    if (setup->request_type != 0x21 || setup->request != BULK_ONLY_RESET || setup->length)
        return -EPIPE;
    mass_storage_reset(disk);
    return 0;
}

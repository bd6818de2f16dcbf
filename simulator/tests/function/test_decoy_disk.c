/* A disk without a medium: Bulk-Only Transport 1.0, 5.1 and 5.2; SPC-2, 7.3 and 7.20. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "simulator/function/still_image/decoy_disk.h"

static struct decoy_disk disk;

/* A command block wrapper of tag 1, for IN data. */
static void command(uint8_t opcode, uint32_t length, uint8_t flags)
{
    uint8_t wrapper[31] = {'U', 'S', 'B', 'C', 1, 0, 0, 0, (uint8_t)length, (uint8_t)(length >> 8)};

    wrapper[12] = flags;
    wrapper[14] = 6;
    wrapper[15] = opcode;
    cr_assert(decoy_disk_is_command(wrapper, sizeof(wrapper)));
    decoy_disk_command(&disk, wrapper);
}

static size_t in(uint8_t *at, size_t room, bool *ret_end)
{
    struct usb_in piece;

    cr_assert(decoy_disk_pending(&disk));
    cr_assert_eq(decoy_disk_in(&disk, room, &piece), 0);
    cr_assert_eq(piece.chunk_count, 1);
    memcpy(at, piece.chunks[0].memory, piece.length);
    *ret_end = piece.end;
    return piece.length;
}

static void status_is(uint8_t status, uint8_t residue)
{
    const uint8_t wanted[13] = {'U', 'S', 'B', 'S', 1, 0, 0, 0, residue, 0, 0, 0, status};
    uint8_t found[512];
    bool end;

    cr_assert_eq(in(found, sizeof(found), &end), 13);
    cr_assert(end);
    cr_assert_arr_eq(found, wanted, 13);
    cr_assert_not(decoy_disk_pending(&disk));
}

Test(decoy_disk, says_what_it_is)
{
    uint8_t found[512];
    bool end;

    command(0x12, 36, 0x80);
    cr_assert_eq(in(found, sizeof(found), &end), 36);
    cr_assert(end);
    cr_assert_eq(found[0], 0x00);
    cr_assert_eq(found[1], 0x80);
    cr_assert_eq(found[4], 31);
    status_is(0, 0);
}

Test(decoy_disk, says_no_more_than_was_asked)
{
    uint8_t found[512];
    bool end;

    command(0x12, 5, 0x80);
    cr_assert_eq(in(found, sizeof(found), &end), 5);
    cr_assert(end);
    status_is(0, 0);
}

Test(decoy_disk, fills_up_what_it_does_not_have)
{
    uint8_t found[512];
    size_t got = 0;
    bool end = false;

    command(0x03, 64, 0x80);
    while (!end)
        got += in(found, sizeof(found), &end);
    cr_assert_eq(got, 64);
    status_is(0, 64 - 18);
}

Test(decoy_disk, has_no_medium)
{
    uint8_t found[512];
    bool end;

    command(0x00, 0, 0x80);
    status_is(1, 0);
    command(0x03, 18, 0x80);
    cr_assert_eq(in(found, sizeof(found), &end), 18);
    cr_assert_eq(found[2], 2);     /* not ready */
    cr_assert_eq(found[12], 0x3a); /* medium not present */
    status_is(0, 0);
    command(0x03, 18, 0x80); /* said once */
    cr_assert_eq(in(found, sizeof(found), &end), 18);
    cr_assert_eq(found[2], 0);
}

Test(decoy_disk, takes_data_and_keeps_none)
{
    command(0x2a, 200, 0x00);
    cr_assert_not(decoy_disk_pending(&disk));
    cr_assert_eq(decoy_disk_out(&disk, 150), 150);
    cr_assert_not(decoy_disk_pending(&disk));
    cr_assert_eq(decoy_disk_out(&disk, 150), 50);
    status_is(1, 200);
}

Test(decoy_disk, a_reset_forgets_the_command)
{
    const struct usb_setup reset = {.request_type = 0x21, .request = 0xff};
    uint8_t reply[4];

    command(0x12, 36, 0x80);
    cr_assert_eq(decoy_disk_setup(&disk, &reset, reply), 0);
    cr_assert_not(decoy_disk_pending(&disk));
}

Test(decoy_disk, knows_its_two_requests_only)
{
    const struct usb_setup luns = {.request_type = 0xa1, .request = 0xfe, .length = 1};
    const struct usb_setup other = {.request_type = 0x21, .request = 0x64, .length = 6};
    uint8_t reply[4] = {9};

    cr_assert_eq(decoy_disk_setup(&disk, &luns, reply), 1);
    cr_assert_eq(reply[0], 0);
    cr_assert_eq(decoy_disk_setup(&disk, &other, reply), -EPIPE);
}

Test(decoy_disk, other_transfers_are_no_commands)
{
    uint8_t wrapper[32] = "USBC";

    cr_assert_not(decoy_disk_is_command(wrapper, 30));
    cr_assert_not(decoy_disk_is_command(wrapper, 32));
    wrapper[3] = 'S';
    cr_assert_not(decoy_disk_is_command(wrapper, 31));
}

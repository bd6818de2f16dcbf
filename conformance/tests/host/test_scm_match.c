/* Which trigger holds for which device, and what it then does. */
#include <criterion/criterion.h>

#include "conformance/host/scm/scm_private.h"
#include "spcore/base.h"

static struct pnp_devnode devnode = {.hardware_ids = {"USB\\VID_1209&PID_5041"},
                                     .hardware_count = 1,
                                     .compatible_ids = {"USB\\CLASS_FF"},
                                     .compatible_count = 1};
static const struct pnp_interface interface = {.devnode = &devnode, .class_guid = PNP_PAP_CLASS};

/* Text in UTF-16, with `extra` bytes of zeros behind. */
static struct scm_item item(uint32_t type, const char *text, size_t extra, uint8_t room[128])
{
    size_t length = 0;

    for (; text[length]; length++)
        put_le16(room + 2 * length, (uint16_t)text[length]);
    for (size_t i = 0; i < extra; i++)
        room[2 * length + i] = 0;
    return (struct scm_item){.type = type, .size = 2 * length + extra, .data = room};
}

static bool one_holds(uint32_t type, const char *text, size_t extra)
{
    uint8_t room[128];
    struct scm_trigger trigger = {.type = 1, .action = 1, .subtype = PNP_PAP_CLASS, .count = 1};

    trigger.items[0] = item(type, text, extra, room);
    return scm_holds(&trigger, &interface);
}

Test(scm_match, an_item_is_an_id_as_a_whole)
{
    cr_expect(one_holds(2, "USB\\VID_1209&PID_5041", 2));
    cr_expect(one_holds(2, "usb\\class_ff", 2));
    cr_expect(one_holds(2, "USB\\CLASS_FF", 0), "the NUL may be missing");
    cr_expect(!one_holds(2, "USB\\CLASS_F", 2));
    cr_expect(!one_holds(2, "USB\\CLASS_FF0", 2));
    cr_expect(!one_holds(2, "", 2));
    cr_expect(!one_holds(2, "", 0));
    cr_expect(!one_holds(2, "", 1));
    cr_expect(!one_holds(1, "USB\\CLASS_FF", 2), "no string");
}

Test(scm_match, a_trigger_is_of_its_type_and_class)
{
    struct scm_trigger trigger = {.type = 1, .subtype = PNP_PAP_CLASS};

    cr_expect(scm_holds(&trigger, &interface));
    trigger.type = 2;
    cr_expect(!scm_holds(&trigger, &interface));
    trigger.type = 1;
    trigger.subtype[1] = '0';
    cr_expect(!scm_holds(&trigger, &interface));
}

Test(scm_match, what_it_does_is_of_the_state)
{
    static const struct {
        uint32_t state, accepted;
        bool stop_sent;
        enum scm_deed deed;
    } rows[] = {
        {SCM_STOPPED, 0, false, SCM_DEED_START},
        {SCM_START_PENDING, SCM_ACCEPT_TRIGGEREVENT, false, SCM_DEED_NONE},
        {SCM_START_PENDING, 0, true, SCM_DEED_LATCH},
        {SCM_RUNNING, SCM_ACCEPT_TRIGGEREVENT, false, SCM_DEED_TELL},
        {SCM_RUNNING, SCM_ACCEPT_STOP, false, SCM_DEED_HOLD},
        {SCM_RUNNING, SCM_ACCEPT_TRIGGEREVENT, true, SCM_DEED_LATCH},
        {SCM_PAUSED, SCM_ACCEPT_TRIGGEREVENT, false, SCM_DEED_TELL},
        {SCM_STOP_PENDING, SCM_ACCEPT_TRIGGEREVENT, false, SCM_DEED_LATCH},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const struct scm_status status = {.state = rows[i].state, .accepted = rows[i].accepted};

        cr_expect_eq(scm_deed(&status, rows[i].stop_sent), rows[i].deed, "%zu", i);
    }
}

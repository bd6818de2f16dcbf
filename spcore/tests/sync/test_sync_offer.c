/* What the document asks of a device, held as a whole. */
#include <criterion/criterion.h>
#include <string.h>

#include "spcore/sync/sync.h"

static const struct sync_offer whole = {.pap_interface = true,
                                        .has_extended = true,
                                        .extended_is_dword = true,
                                        .extended = 1,
                                        .device3 = true,
                                        .object2 = true,
                                        .storage4 = true};

static void say(void *context, const char *words)
{
    strcat(strcat(context, words), "|");
}

static void check(struct sync_offer offer, unsigned missing, const char *words)
{
    char said[1024] = "";

    cr_expect_eq(sync_offer_missing(&offer, say, said), missing, "%s", said);
    cr_expect(strstr(said, words), "%s", said);
}

#define WITHOUT(member, value, words)                                                              \
    do {                                                                                           \
        struct sync_offer offer = whole;                                                           \
        offer.member = value;                                                                      \
        check(offer, 1, words);                                                                    \
    } while (0)

Test(sync_offer, nothing_is_missing_of_a_whole_one)
{
    check(whole, 0, "");
}

Test(sync_offer, each_that_is_missing_is_said)
{
    WITHOUT(pap_interface, false, "{F33FDC04-D1AC-4E8E-9A30-19BBD4B108AE}");
    WITHOUT(has_extended, false, "UseExtendedWmdm is not there");
    WITHOUT(extended_is_dword, false, "no REG_DWORD");
    WITHOUT(extended, 0, "is not 1");
    WITHOUT(extended, 2, "is not 1");
    WITHOUT(device3, false, "IMDSPDevice3");
    WITHOUT(object2, false, "IMDSPObject2");
    WITHOUT(storage4, false, "IMDSPStorage4");
}

Test(sync_offer, all_that_is_missing_is_said_at_once)
{
    check((struct sync_offer){0}, 5, "IMDSPStorage4");
}

Test(sync_offer, mtp_devices_need_the_interfaces_alone)
{
    check(
        (struct sync_offer){.by_default = true, .device3 = true, .object2 = true, .storage4 = true},
        0, "");
    check((struct sync_offer){.by_default = true}, 3, "IMDSPDevice3");
}

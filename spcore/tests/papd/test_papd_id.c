/* Ids of devices as an INF writes them. */
#include <criterion/criterion.h>

#include "spcore/papd/papd_models.h"

static const struct papd_id device = {.is = {0x1209, 0x5043, 0x0100, 0xff, 0, 0}};

static bool fits(const char *text)
{
    struct papd_id id;

    cr_assert(papd_id_parse(text, &id), "%s", text);
    return papd_id_fits(&id, &device);
}

Test(papd_id, an_id_fits_as_exactly_as_it_is_written)
{
    cr_expect(fits("USB\\VID_1209&PID_5043"));
    cr_expect(fits("usb\\vid_1209&pid_5043&rev_0100"));
    cr_expect(fits("USB\\VID_1209&PID_5043&MI_00"));
    cr_expect(fits("USB\\Class_FF"));
    cr_expect(fits("USB\\Class_FF&SubClass_00&Prot_00"));
    cr_expect(!fits("USB\\VID_1209&PID_5041"));
    cr_expect(!fits("USB\\VID_1209&PID_5043&REV_0101"));
    cr_expect(!fits("USB\\Class_06&SubClass_01&Prot_01"));
}

Test(papd_id, what_is_none_is_refused)
{
    static const char *const wrong[] = {
        "",
        "USB",
        "USB\\",
        "USB\\VID_",
        "USB\\VID_120",
        "USB\\VID_12090",
        "USB\\VID_120G",
        "USB\\VID_1209&",
        "USB\\VID_1209&&PID_5043",
        "USB\\VID_1209&VID_1209",
        "USB\\PID_5043",
        "USB\\VID_1209&REV_0100",
        "USB\\VID_1209&Class_FF",
        "USB\\VID_1209&PID_5043&Class_FF",
        "USB\\Class_FF&SubClass_01&VID_1209",
        "USB\\SubClass_01",
        "USB\\Class_FF&Prot_01",
        "USB\\MS_COMP_WINUSB",
        "USB\\ROOT_HUB",
        "PCI\\VEN_1209&DEV_5043",
    };
    struct papd_id id;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        cr_expect(!papd_id_parse(wrong[i], &id), "%s", wrong[i]);
}

Test(papd_id, a_player_is_named_by_vendor_and_product)
{
    struct papd_models models = {.at = NULL};

    cr_expect(papd_models_add(&models, "1209:5043"));
    cr_expect(!papd_models_add(&models, "1209-5043"));
    cr_expect(!papd_models_add(&models, "1209:50430"));
    cr_expect(!papd_models_add(&models, "1209:504g"));
    cr_expect_not_null(papd_models_find(&models, &device));
    cr_expect_eq(models.count, 1);
    for (int i = 1; i < PAPD_MODELS_MOST; i++)
        cr_expect(papd_models_add(&models, "1209:0001"));
    cr_expect(!papd_models_add(&models, "1209:0001"));
    papd_models_done(&models);
}

/* Which classes come of which players. */
#include <criterion/criterion.h>

#include "mtp_codes.h"
#include "spcore/wmi/wmi_schema.h"

static const struct wmi_player walker = {
    .model = "Walker 3",
    .formats = {MTP_FC_MP3, MTP_FC_WMA, MTP_FC_EXIF_JPEG, 0xb999},
    .format_count = 4,
    .properties = {{MTP_DPC_BATTERY_LEVEL, MTP_DTC_UINT8}, {0xd999, MTP_DTC_ARRAY_UINT16}},
    .property_count = 2,
    .storages = {MTP_ST_FIXED_RAM},
    .storage_count = 1};
static const struct wmi_player runner = {.model = "walker-3",
                                         .formats = {MTP_FC_MP3},
                                         .format_count = 1,
                                         .properties = {{MTP_DPC_DATE_TIME, MTP_DTC_STRING}},
                                         .property_count = 1,
                                         .storages = {MTP_ST_REMOVABLE_RAM},
                                         .storage_count = 1};

static struct wmi_schema *schema_of(const struct wmi_player *a, const struct wmi_player *b)
{
    const struct wmi_player *players[] = {a, b};
    struct wmi_schema *schema = NULL;

    cr_assert_eq(wmi_schema_of(players, a ? (b ? 2 : 1) : 0, &schema), 0);
    return schema;
}

static const struct wmi_class *there(const struct wmi_schema *schema, const char *name)
{
    const struct wmi_class *class = wmi_schema_find(schema, name);

    cr_assert(class, "%s", name);
    return class;
}

Test(wmi_schema, without_players_there_is_no_class)
{
    struct wmi_schema *schema = schema_of(NULL, NULL);

    cr_assert_eq(schema->count, 0);
    wmi_schema_free(schema);
}

Test(wmi_schema, a_player_brings_its_model_formats_and_storages)
{
    struct wmi_schema *schema = schema_of(&walker, NULL);
    const struct wmi_class *mp3 = there(schema, "PAP_Format_MP3");

    cr_assert_str_eq(there(schema, "PAP_Player_Walker_3")->parent->name, "PAP_Player");
    cr_assert_str_eq(mp3->parent->name, "PAP_AudioFormat");
    cr_assert_str_eq(mp3->parent->parent->name, "PAP_Format");
    cr_assert_eq(mp3->properties[0].value, 0x3009);
    cr_assert_str_eq(there(schema, "PAP_Format_EXIF_JPEG")->parent->name, "PAP_ImageFormat");
    cr_assert_str_eq(there(schema, "PAP_Format_B999")->parent->name, "PAP_VideoFormat");
    cr_assert_str_eq(there(schema, "PAP_FixedStorage")->parent->name, "PAP_Storage");
    cr_assert_null(wmi_schema_find(schema, "PAP_RemovableStorage"));
    wmi_schema_free(schema);
}

Test(wmi_schema, a_model_has_the_properties_it_lists)
{
    struct wmi_schema *schema = schema_of(&walker, NULL);
    const struct wmi_class *model = there(schema, "PAP_Player_Walker_3");

    cr_assert_eq(model->property_count, 2);
    cr_assert_str_eq(model->properties[0].name, "BatteryLevel");
    cr_assert_eq(model->properties[0].type, MTP_DTC_UINT8);
    cr_assert_str_eq(model->properties[1].name, "PropertyD999");
    wmi_schema_free(schema);
}

Test(wmi_schema, names_that_differ_in_case_are_one_class_with_what_both_have)
{
    struct wmi_schema *schema = schema_of(&walker, &runner);

    cr_assert_eq(there(schema, "PAP_PLAYER_walker_3")->property_count, 3);
    there(schema, "PAP_RemovableStorage");
    for (size_t i = 0; i < schema->count; i++) {
        const struct wmi_class *class = schema->at[i];

        cr_assert_eq(wmi_schema_find(schema, class->name), class);
        cr_assert(!class->parent || wmi_schema_find(schema, class->parent->name) == class->parent);
    }
    wmi_schema_free(schema);
}

Test(wmi_schema, a_model_without_a_name_in_ascii_is_still_a_class)
{
    const struct wmi_player nameless = {.model = ""};
    struct wmi_schema *schema = schema_of(&nameless, NULL);

    there(schema, "PAP_Player_Unnamed");
    wmi_schema_free(schema);
}

Test(wmi_schema, below_is_strictly_below)
{
    struct wmi_schema *schema = schema_of(&walker, NULL);
    const struct wmi_class *root = there(schema, "PAP_Format"),
                           *group = there(schema, "PAP_AudioFormat"),
                           *mp3 = there(schema, "PAP_Format_MP3");

    cr_assert(wmi_class_is_below(mp3, root, true));
    cr_assert_not(wmi_class_is_below(mp3, root, false));
    cr_assert(wmi_class_is_below(group, root, false));
    cr_assert_not(wmi_class_is_below(root, root, true));
    cr_assert(wmi_class_is_below(root, NULL, false));
    cr_assert_not(wmi_class_is_below(group, NULL, false));
    cr_assert(wmi_class_is_below(group, NULL, true));
    wmi_schema_free(schema);
}

/* What Windows Media Device Manager and its documents want of a player's INF (device-parameters.md,
 * enabling-pnp-for-devices.md): judged by what its installation leaves for the device. */
#include <stdio.h>
#include <string.h>

#include "conformance/host/inf/inf_plan.h"
#include "conformance/suites/inf/inf_subject.h"
#include "spcore/base.h"

#define KNOWN_DEVICES "HKLM\\SOFTWARE\\Microsoft\\Windows Media Device Manager\\KnownDevices"
static const char volume[] = "{53F5630D-B6BF-11D0-94F2-00A0C91EFB8B}";

/* Each player of the INF, one at least. */
static void require_players(struct conf *c, const struct inf_subject *it)
{
    if (!it->count)
        conf_refused(c, "inf", "the INF installs no player: %s", it->reason);
}

CONF_CASE(INF_PLAYER_BV_01, .title = "A player names its provider's class",
          .reqs = REQS("SP-INF-001", "SP-INF-002", "SVC-REG-008", "SVC-REG-009"), .ics = "ANY",
          .needs = CONF_INF,
          .steps = "Install the INF for each of its models; WMDMSPCLSID in the device's key")
{
    INF_SUBJECT it = inf_subject(c);

    require_players(c, &it);
    for (size_t i = 0; i < it.count; i++) {
        const struct registry_value *class = inf_parameter(&it, it.players[i], "WMDMSPCLSID"),
                                    *extended =
                                        inf_parameter(&it, it.players[i], "UseExtendedWmdm");
        char text[INF_PARAMETER_MAX];

        inf_text(class, text);
        ROW("SVC-REG-008.there")
            CHECK(class != NULL);
        ROW("SP-INF-001.there")
            CHECK(class != NULL);
        ROW("SP-INF-001.type")
            CHECK(!class || class->type == REG_TYPE_SZ);
        ROW("SP-INF-002")
            CHECK(!class || class->type != REG_TYPE_SZ || inf_is_guid(text));
        ROW("SVC-REG-009.class")
            CHECK(!class || class->type != REG_TYPE_SZ || inf_is_guid(text));
        ROW("SVC-REG-009.extended")
            CHECK(!extended || extended->type == REG_TYPE_DWORD);
    }
}

/* A number that may be left out. */
static const struct number {
    const char *name, *type, *value; /* clauses */
    uint32_t least, most;
} numbers[] = {
    {"OptimalTransferSize", "SP-INF-004.type", "SP-INF-004.value", 1, UINT32_MAX},
    {"UseMetadataViews", "SP-INF-006.type", "SP-INF-006.value", 0, 1},
    {"ShowInShell", "SP-INF-009.type", "SP-INF-009.value", 0, 1},
};

CONF_CASE(INF_PLAYER_BV_02, .title = "A player's other parameters are numbers in their ranges",
          .level = CONF_MAY, .reqs = REQS("SP-INF-004", "SP-INF-006", "SP-INF-009"), .ics = "ANY",
          .needs = CONF_INF,
          .steps = "Install the INF for each of its models; each parameter that is there")
{
    INF_SUBJECT it = inf_subject(c);

    require_players(c, &it);
    for (size_t i = 0; i < it.count * ARRAY_SIZE(numbers); i++) {
        const struct number *number = &numbers[i % ARRAY_SIZE(numbers)];
        const struct registry_value *value =
            inf_parameter(&it, it.players[i / ARRAY_SIZE(numbers)], number->name);
        bool is_number = value && value->type == REG_TYPE_DWORD && value->size == 4;
        uint32_t is = is_number ? get_le32(value->data) : number->least;

        ROW(number->type)
            CHECK(!value || is_number);
        ROW(number->value)
            CHECK(is >= number->least && is <= number->most);
    }
}

CONF_CASE(INF_PLAYER_BV_03, .title = "Parameters go to the device's key, by their names and types",
          .reqs = REQS("SP-INF-013", "SP-INF-014", "SP-INF-015"), .ics = "ANY", .needs = CONF_INF,
          .steps = "Install the INF for each of its models; what is in the device's key and in the "
                   "software key, and what the linter says of each entry")
{
    static const char *const names[] = {"WMDMSPCLSID", "OptimalTransferSize", "UseMetadataViews",
                                        "ShowInShell", "UseExtendedWmdm"};
    INF_SUBJECT it = inf_subject(c);

    require_players(c, &it);
    for (size_t i = 0; i < it.count; i++) {
        for (size_t k = 0; k < ARRAY_SIZE(names); k++) {
            const struct registry_value *value = inf_parameter(&it, it.players[i], names[k]);

            ROW("SP-INF-013")
                CHECK(!registry_get(pnp_registry(it.machine), it.players[i]->driver_key, names[k]));
            ROW(k ? "SP-INF-014.number" : "SP-INF-014.text")
                CHECK(!value || value->type == (k ? REG_TYPE_DWORD : REG_TYPE_SZ));
        }
    }
    ROW("SP-INF-015")
        CHECK(inf_is_clean(&it, "SP-INF-015"));
}

/* That the provider's own registration says another class is judged of both. */
CONF_CASE(INF_PLAYER_BV_04, .title = "The class is that of the provider", .level = CONF_MUST,
          .reqs = REQS("SP-INF-003"), .ics = "ANY", .needs = CONF_INF,
          .steps = "Install the INF for each of its models; WMDMSPCLSID, and the provider's class")
{
    INF_SUBJECT it = inf_subject(c);
    const char *class = "";

    require_players(c, &it);
    if (!conf_has_provider_class(c))
        conf_inconclusive(c, "no provider is named beside the INF: --provider LIB");
    class = conf_provider_class(c);
    for (size_t i = 0; i < it.count; i++) {
        char text[INF_PARAMETER_MAX];

        inf_text(inf_parameter(&it, it.players[i], "WMDMSPCLSID"), text);
        ROW("SP-INF-003")
            CHECK(strcasecmp(text, class) == 0);
    }
}

/* ---- interfaces */

/* The entries of KnownDevices, each with both of its values; how many have the interface. */
static void judge_known(struct conf *c, const struct inf_subject *it, const char *half,
                        const char *class)
{
    const struct registry *registry = pnp_registry(it->machine);
    const char *name;
    char key[PNP_KEY_MAX], text[2][INF_PARAMETER_MAX];
    bool has_both = true, are_guids = true;

    for (size_t i = 0; (name = registry_key(registry, KNOWN_DEVICES, i)); i++) {
        snprintf(key, sizeof(key), KNOWN_DEVICES "\\%.300s", name);
        inf_text(registry_get(registry, key, "DeviceInterface"), text[0]);
        inf_text(registry_get(registry, key, "WMDMSPCLSID"), text[1]);
        has_both &= *text[0] && *text[1];
        are_guids &= (!*text[0] || inf_is_guid(text[0])) && (!*text[1] || inf_is_guid(text[1]));
    }
    ROW(half)
        CHECK(has_both);
    ROW(class)
        CHECK(are_guids);
}

/* Does an entry of KnownDevices cover one of the device's interfaces? */
static bool is_known(const struct inf_subject *it, const struct pnp_devnode *player)
{
    const struct registry *registry = pnp_registry(it->machine);
    const char *name;
    char key[PNP_KEY_MAX], text[INF_PARAMETER_MAX];

    for (size_t i = 0; (name = registry_key(registry, KNOWN_DEVICES, i)); i++) {
        snprintf(key, sizeof(key), KNOWN_DEVICES "\\%.300s", name);
        inf_text(registry_get(registry, key, "DeviceInterface"), text);
        if (*text && inf_has_interface(player, text))
            return true;
    }
    return false;
}

CONF_CASE(INF_PLAYER_BV_05, .title = "A player shows itself as one, and as nothing else",
          .reqs = REQS("SP-PNP-001", "SP-PNP-002", "SP-PNP-003", "SVC-IFC-007"), .ics = "ANY",
          .needs = CONF_INF,
          .steps = "Install the INF for each of its models; the interfaces that are registered and "
                   "the entries of KnownDevices")
{
    INF_SUBJECT it = inf_subject(c);

    require_players(c, &it);
    for (size_t i = 0; i < it.count; i++) {
        bool pap = inf_has_interface(it.players[i], PNP_PAP_CLASS),
             disk = inf_has_interface(it.players[i], volume);

        ROW("SP-PNP-001.interface")
            CHECK(pap || is_known(&it, it.players[i]));
        ROW("SP-PNP-002.volume")
            CHECK(!pap || !disk);
        ROW("SVC-IFC-007")
            CHECK(!pap || !disk);
    }
    judge_known(c, &it, "SP-PNP-003.known", "SP-PNP-003.class");
}

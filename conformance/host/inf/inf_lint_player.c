/* What Windows Media Device Manager wants of a player's INF: its parameters, by name and type,
 * below the key of the device (WMDM, "Device Parameters"). */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "conformance/host/inf/inf_lint.h"
#include "spcore/base.h"

static const char PLAYER[] = "{F33FDC04-D1AC-4E8E-9A30-19BBD4B108AE}",
                  VOLUME[] = "{53F5630D-B6BF-11D0-94F2-00A0C91EFB8B}";

static const struct parameter {
    const char *name;
    uint32_t type, least, most;
    const char *row, *fix; /* of a value beyond those */
} parameters[] = {
    {"WMDMSPCLSID", INF_SZ, 0, 0, "SP-INF-002", ""},
    {"OptimalTransferSize", INF_DWORD, 1, UINT32_MAX, "SP-INF-004",
     "write how many bytes a transfer has at its best, or leave it out"},
    {"UseMetadataViews", INF_DWORD, 0, 1, "SP-INF-006", "write 0 or 1"},
    {"ShowInShell", INF_DWORD, 0, 1, "SP-INF-009", "write 0 or 1"},
    {"UseExtendedWmdm", INF_DWORD, 0, 1, "SVC-REG-009", "write 0 or 1"},
};

enum { NAME_MAX_LENGTH = 19, NEAR = 2 };

#define STEP_FIND(step, row, fix, ...)                                                             \
    inf_find((step)->inf->findings, (step)->inf->name, (step)->at, row, fix, __VA_ARGS__)

/* How many letters are to be put in, taken away or changed, without regard to case; of longer texts
 * than names are, more than near. */
static size_t distance(const char *a, const char *b)
{
    size_t row[NAME_MAX_LENGTH + NEAR + 1], b_length = strlen(b);

    if (b_length > NAME_MAX_LENGTH || strlen(a) > NAME_MAX_LENGTH + NEAR)
        return NEAR + 1;
    for (size_t k = 0; k <= b_length; k++)
        row[k] = k;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t before = row[0];

        row[0] = i;
        for (size_t k = 1; k <= b_length; k++) {
            size_t other = before + (strncasecmp(&a[i - 1], &b[k - 1], 1) != 0);

            before = row[k];
            row[k] = (row[k] < row[k - 1] ? row[k] : row[k - 1]) + 1;
            row[k] = row[k] < other ? row[k] : other;
        }
    }
    return row[b_length];
}

/* NULL: not near the name of any. */
static const struct parameter *nearest(const char *name, size_t *ret_distance)
{
    const struct parameter *found = NULL;

    *ret_distance = NEAR + 1;
    for (size_t i = 0; i < ARRAY_SIZE(parameters); i++) {
        size_t far = distance(name, parameters[i].name);

        if (far < *ret_distance) {
            *ret_distance = far;
            found = &parameters[i];
        }
    }
    return found;
}

static void check_type(const struct inf_step *step, const struct parameter *parameter)
{
    if (parameter->type == INF_SZ)
        STEP_FIND(step, "SP-INF-001", "leave the flags out: HKR,,WMDMSPCLSID,,\"{GUID}\"",
                  "WMDMSPCLSID is no REG_SZ: its flags are 0x%x", step->flags);
    else
        STEP_FIND(step, "SP-INF-014", "take the flags 0x00010001",
                  "%s is no REG_DWORD: its flags are 0x%x", parameter->name, step->flags);
}

static void check_parameter(const struct inf_step *step, const struct parameter *parameter)
{
    uint32_t value = step->size == sizeof(value) ? get_le32(step->data) : 0;

    if (step->scope != INF_HARDWARE)
        STEP_FIND(step, "SP-INF-013", "name the section in AddReg of the install section's .HW",
                  "%s does not go to the key of the device", parameter->name);
    if (step->type != parameter->type)
        check_type(step, parameter);
    else if (parameter->type == INF_SZ && (!step->text || !inf_is_guid(step->text)))
        STEP_FIND(step, parameter->row, "write the CLSID of the service provider in braces",
                  "WMDMSPCLSID is %s, which is no CLSID", step->text ? step->text : "nothing");
    else if (parameter->type == INF_DWORD && (value < parameter->least || value > parameter->most))
        STEP_FIND(step, parameter->row, parameter->fix, "%s is %u", parameter->name, value);
}

static bool is_interface(const struct inf_step *step, const char *class)
{
    return step->kind == INF_INTERFACE && step->name && strcasecmp(step->name, class) == 0;
}

static bool is_parameter(const struct inf_step *step)
{
    return step->kind == INF_SET_VALUE && step->root && strcasecmp(step->root, "HKR") == 0 &&
           step->key && !*step->key && step->name && !(step->flags & INF_REG_DELETE) &&
           (step->scope == INF_HARDWARE || step->scope == INF_SOFTWARE);
}

void inf_lint_player(const struct inf_plan *plan)
{
    const struct inf_step *player = NULL, *volume = NULL, *interface = NULL;
    bool has_provider = false;

    for (size_t i = 0; i < plan->count; i++) {
        const struct inf_step *step = &plan->steps[i];
        const struct parameter *parameter;
        size_t far;

        if (is_interface(step, PLAYER))
            player = interface = step;
        if (is_interface(step, VOLUME))
            volume = step;
        parameter = is_parameter(step) ? nearest(step->name, &far) : NULL;
        if (!parameter)
            continue;
        player = step;
        has_provider = has_provider || parameter->type == INF_SZ;
        if (far)
            STEP_FIND(step, "SP-INF-015", "write the name as the documents do",
                      "%s is no parameter: is %s meant?", step->name, parameter->name);
        else
            check_parameter(step, parameter);
    }
    if (player && !has_provider && !plan->is_partial)
        STEP_FIND(player, "SP-INF-001",
                  "write HKR,,WMDMSPCLSID,,\"{GUID}\" in AddReg of the install section's .HW",
                  "a player without WMDMSPCLSID");
    if (interface && volume)
        STEP_FIND(volume, "SVC-IFC-007", "take one of the two away",
                  "a volume that is a portable audio player as well is shown twice");
}

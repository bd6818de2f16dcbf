/* Reads the INF, ours or the vendor's, and installs it for its models. */
#include "conformance/suites/inf/inf_subject.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conformance/host/inf/inf_lint.h"
#include "player_inf.h"
#include "spcore/base.h"

#define KNOWN "HKLM,SOFTWARE\\Microsoft\\Windows Media Device Manager\\KnownDevices\\Player"

static const struct {
    const char *name, *from, *to;
} defects[] = {
#define DEFECT(name, text, from, to, ...) {name, from, to},
#include "conformance/host/deviant/inf_defects.def"
#undef DEFECT
};

static const char *const parameters[] = {"WMDMSPCLSID", "OptimalTransferSize", "UseMetadataViews",
                                         "ShowInShell", "UseExtendedWmdm"};

/* Our own INF, with the defect that the run has switched on. */
static char *own_text(struct conf *c)
{
    const char *defect = conf_inf_defect(c), *at = NULL;
    char *text = NULL;

    for (size_t i = 0; *defect && i < ARRAY_SIZE(defects); i++) {
        if (strcmp(defects[i].name, defect) != 0)
            continue;
        at = strstr(player_inf, defects[i].from);
        if (at && asprintf(&text, "%.*s%s%s", (int)(at - player_inf), player_inf, defects[i].to,
                           at + strlen(defects[i].from)) < 0)
            text = NULL;
    }
    if (*defect && !at)
        conf_setup_failed(c, "%s is no defect of our INF", defect);
    text = *defect ? text : strdup(player_inf);
    if (!text)
        conf_setup_failed(c, "no memory");
    return text;
}

static int load(struct conf *c, struct inf_findings *findings, struct inf **ret, char *error,
                size_t size)
{
    char *text = *conf_inf(c) ? NULL : own_text(c);
    int status = text ? inf_parse("player.inf", text, strlen(text), INF_CODE_PAGE, findings, ret,
                                  error, size)
                      : inf_load(conf_inf(c), INF_CODE_PAGE, findings, ret, error, size);

    free(text);
    return status;
}

/* Where what it includes is looked for; NULL: ours includes nothing but Windows' own. */
static const char *folder_of(struct conf *c, char ret[PATH_MAX])
{
    const char *slash = strrchr(conf_inf(c), '/');

    if (!*conf_inf(c))
        return NULL;
    snprintf(ret, PATH_MAX, "%.*s", slash ? (int)(slash - conf_inf(c)) : 1,
             slash ? conf_inf(c) : ".");
    return ret;
}

/* What the linter finds. */
static void lint(struct inf_subject *it)
{
    struct conf *c = it->c;
    struct inf_findings findings = {.count = 0};
    char error[256] = "", folder[PATH_MAX], *rows = NULL;
    struct inf *inf = NULL;
    size_t size;
    FILE *out = open_memstream(&rows, &size);

    if (!out)
        conf_setup_failed(c, "no memory");
    if (load(c, &findings, &inf, error, sizeof(error)) ||
        inf_lint(inf, folder_of(c, folder), INF_CODE_PAGE)) {
        fclose(out);
        free(rows);
        inf_free(inf);
        inf_findings_done(&findings);
        conf_inconclusive(c, "%s is no INF: %s", conf_inf(c), error);
    }
    inf_findings_sort(&findings);
    for (size_t i = 0; i < findings.count; i++) {
        fprintf(out, "%s\n", findings.at[i].row);
        conf_note(c, "%u:%u: %s: %s", findings.at[i].at.line, findings.at[i].at.column,
                  findings.at[i].row, findings.at[i].text);
    }
    fclose(out);
    it->rows = rows;
    inf_free(inf);
    inf_findings_done(&findings);
}

static int stage(struct inf_subject *it, char *error, size_t size)
{
    char *text = *conf_inf(it->c) ? NULL : own_text(it->c);
    int status = text ? pnp_stage(it->machine, "player.inf", text, strlen(text), error, size)
                      : pnp_stage_file(it->machine, conf_inf(it->c), error, size);

    free(text);
    return status;
}

/* Does its INF take it for a player: by its interface, or by one of the parameters? */
static bool is_player(const struct inf_subject *it, const struct pnp_devnode *devnode)
{
    bool is = inf_has_interface(devnode, PNP_PAP_CLASS);

    for (size_t i = 0; i < ARRAY_SIZE(parameters) && !is; i++)
        is = inf_parameter(it, devnode, parameters[i]) ||
             registry_get(pnp_registry(it->machine), devnode->driver_key, parameters[i]);
    return is;
}

static void plug(struct inf_subject *it)
{
    const char *path = conf_inf(it->c), *slash = strrchr(path, '/');
    struct pnp_devnode *devnodes[INF_MODELS_MAX];
    size_t count = pnp_plug_models(it->machine,
                                   !*path  ? "player.inf"
                                   : slash ? slash + 1
                                           : path,
                                   devnodes, INF_MODELS_MAX);

    for (size_t i = 0; i < count; i++) {
        conf_note(it->c, "%s: %s, rank 0x%08x %s", devnodes[i]->instance_id,
                  devnodes[i]->state == PNP_STARTED ? "installed" : "not installed",
                  devnodes[i]->rank, pnp_reason(it->machine));
        if (is_player(it, devnodes[i]))
            it->players[it->count++] = devnodes[i];
    }
}

struct inf_subject inf_subject(struct conf *c)
{
    struct inf_subject it = {.c = c, .machine = pnp_machine_new(NULL)};

    if (!it.machine)
        conf_setup_failed(c, "no memory");
    lint(&it);
    if (stage(&it, it.reason, sizeof(it.reason)) == 0)
        plug(&it);
    if (!it.count && !*it.reason)
        snprintf(it.reason, sizeof(it.reason), "%s",
                 *pnp_reason(it.machine) ? pnp_reason(it.machine) : "no model of it is a player");
    return it;
}

void inf_leave(struct inf_subject *it)
{
    pnp_machine_free(it->machine);
    free(it->rows);
    *it = (struct inf_subject){.c = it->c};
}

bool inf_is_clean(const struct inf_subject *it, const char *row)
{
    return strstr(it->rows, row) == NULL;
}

const struct registry_value *inf_parameter(const struct inf_subject *it,
                                           const struct pnp_devnode *player, const char *name)
{
    char key[PNP_KEY_MAX + 32];

    snprintf(key, sizeof(key), "%s\\Device Parameters", player->key);
    return registry_get(pnp_registry(it->machine), key, name);
}

void inf_text(const struct registry_value *value, char ret[INF_PARAMETER_MAX])
{
    size_t length = 0;

    for (size_t at = 0; value && value->type == REG_TYPE_SZ && at + 2 <= value->size &&
                        length + 1 < INF_PARAMETER_MAX;
         at += 2) {
        uint16_t unit = get_le16(value->data + at);

        if (unit == 0)
            break;
        ret[length++] = (char)(unit < 0x7f ? unit : '?');
    }
    ret[length] = '\0';
}

bool inf_has_interface(const struct pnp_devnode *player, const char *class_guid)
{
    for (const struct pnp_interface *i = player->interfaces; i; i = i->next) {
        if (strcasecmp(i->class_guid, class_guid) == 0)
            return true;
    }
    return false;
}

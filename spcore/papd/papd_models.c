/* An INF read for Linux: its models, the parameters of theirs that WMDM reads, the service and what
 * triggers it. An INF that papcheck would find something in is not taken. */
#include "spcore/papd/papd_models.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conformance/host/inf/inf_lint.h"
#include "spcore/base.h"

static const char PAP[] = "{F33FDC04-D1AC-4E8E-9A30-19BBD4B108AE}";
static const struct inf_system today = {
    .architecture = INF_AMD64, .major = 10, .minor = 0, .build = 22631, .product = 1};
enum { TRIGGER_INTERFACE = 1, ACTION_START = 1, ITEM_STRING = 2, ITEM_HEAD = 8 };

struct reading {
    const struct inf *inf;
    struct inf_strings strings;
    struct inf_library library;
    struct papd_models *models;
    char *error;
    size_t error_size;
};

/* False, always. */
static bool fault(struct reading *reading, struct inf_at at, const char *text)
{
    snprintf(reading->error, reading->error_size, "%s:%u:%u: %s", reading->inf->name, at.line,
             at.column, text);
    return false;
}

static void copy(char *ret, size_t size, const char *text)
{
    snprintf(ret, size, "%s", text ? text : "");
}

/* ---- what an installation writes */
static void take_value(const struct inf_step *step, struct papd_model *model)
{
    struct mdm_parameters *parameters = &model->parameters;
    uint32_t value = step->type == INF_DWORD && step->size == 4 ? get_le32(step->data) : 0;

    if (step->scope != INF_HARDWARE || !step->name)
        return;
    if (strcasecmp(step->name, "WMDMSPCLSID") == 0 && step->type == INF_SZ) {
        copy(parameters->WMDMSPCLSID, sizeof(parameters->WMDMSPCLSID), step->text);
    } else if (strcasecmp(step->name, "UseExtendedWmdm") == 0) {
        parameters->UseExtendedWmdm = value;
        model->hardware.extended_type = step->type;
    } else if (strcasecmp(step->name, "OptimalTransferSize") == 0) {
        parameters->OptimalTransferSize = value;
    }
}

/* ASCII of UTF-16LE, which ids are; what is not fits no id. */
static void narrow(const uint8_t *data, size_t size, char *ret, size_t room)
{
    size_t length = 0;

    for (; length + 1 < room && 2 * length + 1 < size; length++) {
        uint16_t unit = get_le16(data + 2 * length);

        ret[length] = (char)(unit < 0x80 ? unit : '?');
    }
    ret[length] = '\0';
}

static bool take_item(struct reading *reading, const struct inf_step *step, const char *text)
{
    struct papd_trigger *trigger = &reading->models->trigger;
    struct papd_id id;
    char why[PAPD_NAME_MOST];

    if (!papd_id_parse(text, &id)) {
        snprintf(why, sizeof(why), "Linux does not know a device as %.128s", text);
        return fault(reading, step->at, why);
    }
    for (size_t i = 0; i < trigger->id_count; i++) {
        if (memcmp(&trigger->ids[i], &id, sizeof(id)) == 0)
            return true; /* several models have one service */
    }
    if (trigger->id_count == PAPD_MODELS_MOST)
        return fault(reading, step->at, "more ids than a rule of udev is made of");
    trigger->ids[trigger->id_count++] = id;
    return true;
}

static bool take_trigger(struct reading *reading, const struct inf_step *step)
{
    size_t at = 0;

    if (step->numbers[INF_TRIGGER_TYPE] != TRIGGER_INTERFACE ||
        step->numbers[INF_TRIGGER_ACTION] != ACTION_START || !step->name ||
        strcasecmp(step->name, PAP) != 0)
        return true; /* nothing that has to do with players */
    copy(reading->models->service, sizeof(reading->models->service), step->owner);
    while (at + ITEM_HEAD <= step->size) {
        uint32_t type = get_le32(step->data + at), size = get_le32(step->data + at + 4);
        char text[PAPD_NAME_MOST];

        at += ITEM_HEAD;
        if (size > step->size - at)
            break;
        narrow(step->data + at, size, text, sizeof(text));
        if (type == ITEM_STRING && !take_item(reading, step, text))
            return false;
        at += size;
    }
    return true;
}

static bool take_step(struct reading *reading, const struct inf_step *step,
                      struct papd_model *model)
{
    if (step->kind == INF_SET_VALUE)
        take_value(step, model);
    if (step->kind == INF_INTERFACE && step->name && strcasecmp(step->name, PAP) == 0)
        copy(model->hardware.interface, sizeof(model->hardware.interface), PAP);
    return step->kind != INF_TRIGGER || take_trigger(reading, step);
}

/* What the service that is triggered is called. */
static void take_title(const struct inf_plan *plan, struct papd_models *models)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct inf_step *step = &plan->steps[i];

        if (step->kind == INF_SERVICE_SETTING && step->name && step->owner &&
            strcasecmp(step->name, "DisplayName") == 0 &&
            strcasecmp(step->owner, models->service) == 0)
            copy(models->title, sizeof(models->title), step->text);
    }
}

/* ---- models */
static bool take_ids(struct reading *reading, const struct inf_entry *entry,
                     struct papd_model *model)
{
    char text[INF_EXPANDED];

    for (size_t i = 1; i < inf_value_count(entry); i++) {
        struct inf_field field = inf_value(reading->inf, entry, i);

        (void)inf_expand(&reading->strings, field.text, text, NULL, NULL);
        if (model->id_count == PAPD_IDS_MOST)
            return fault(reading, field.at, "more ids than papd keeps of a model");
        model->id_count += papd_id_parse(text, &model->ids[model->id_count]);
    }
    return model->id_count || fault(reading, entry->at, "Linux knows none of this model's ids");
}

static bool take_model(struct reading *reading, const struct inf_entry *entry)
{
    struct papd_model model = {.described = true};
    struct inf_plan plan = {.is_of_device = true};
    char name[INF_EXPANDED], found[INF_EXPANDED];
    struct papd_model *more;
    bool ok = take_ids(reading, entry, &model);

    (void)inf_expand(&reading->strings, inf_value(reading->inf, entry, 0).text, name, NULL, NULL);
    if (ok && inf_install(reading->inf, name, today.architecture, found))
        inf_plan(&reading->strings, &reading->library, found, &plan);
    for (size_t i = 0; i < plan.count && ok; i++)
        ok = take_step(reading, &plan.steps[i], &model);
    take_title(&plan, reading->models);
    inf_plan_done(&plan);
    if (ok && reading->models->count == PAPD_MODELS_MOST)
        ok = fault(reading, entry->at, "more models than papd keeps");
    if (!ok || !*model.hardware.interface)
        return ok; /* no player */
    more = realloc(reading->models->at, (reading->models->count + 1) * sizeof(*more));
    if (!more)
        return fault(reading, entry->at, strerror(ENOMEM));
    reading->models->at = more;
    reading->models->at[reading->models->count++] = model;
    return true;
}

static bool take_models(struct reading *reading)
{
    const struct inf *inf = reading->inf;
    const struct inf_section *makers = inf_section(inf, "Manufacturer");
    size_t before = reading->models->count;

    for (const struct inf_entry *m = inf_first(inf, makers); m; m = inf_next(inf, m)) {
        const struct inf_section *models = inf_models(&reading->strings, m, &today);

        for (const struct inf_entry *e = models ? inf_first(inf, models) : NULL; e;
             e = inf_next(inf, e)) {
            if (!take_model(reading, e))
                return false;
        }
    }
    return reading->models->count > before ||
           fault(reading, (struct inf_at){1, 1}, "no model of it has the interface of players");
}

/* ---- the file */
static bool read_inf(struct papd_models *models, const struct inf *inf, const char *folder,
                     struct inf_findings *findings, char *error, size_t size)
{
    struct reading reading = {.inf = inf, .models = models, .error = error, .error_size = size};
    bool ok;

    if (inf_lint(inf, folder, INF_CODE_PAGE) ||
        inf_strings_of(inf, inf_strings_choose(inf, INF_NEUTRAL), &reading.strings)) {
        snprintf(error, size, "%s: %s", inf->name, strerror(ENOMEM));
        return false;
    }
    inf_findings_sort(findings);
    reading.library = (struct inf_library){.folder = folder, .code_page = INF_CODE_PAGE};
    ok = !findings->count || fault(&reading, findings->at[0].at, findings->at[0].text);
    ok = ok && take_models(&reading);
    inf_library_done(&reading.library);
    inf_strings_done(&reading.strings);
    return ok;
}

bool papd_models_read(struct papd_models *models, const char *path, char *error, size_t size)
{
    struct inf_findings findings = {.count = 0};
    char why[256], *copied = strdup(path);
    struct inf *inf = NULL;
    bool ok = false;

    if (!copied || inf_load(path, INF_CODE_PAGE, &findings, &inf, why, sizeof(why)))
        snprintf(error, size, "%s: %s", path, copied ? why : strerror(ENOMEM));
    else
        ok = read_inf(models, inf, dirname(copied), &findings, error, size);
    inf_free(inf);
    inf_findings_done(&findings);
    free(copied);
    return ok;
}

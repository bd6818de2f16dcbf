/* The table of subjects, and what each does to be judged. */
#include "conformance/run/subjects.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conformance/case/cases.h"
#include "conformance/case/worker.h"
#include "conformance/run/attempt.h"
#include "conformance/run/papsim.h"
#include "conformance/wmdm/wmdm.h"
#include "spcore/transport/transport.h"

/* ---- a device: our own simulator, or one that is named */

static bool is_usbip(const char *uri)
{
    return strncmp(uri, "usbip:", 6) == 0;
}

static bool is_vendors(const struct run_options *options, enum subject_id id)
{
    return options->of[id].name && !options->of[id].own;
}

static bool is_all_ours(const struct run_options *options)
{
    return !options->of[SUBJECT_DEVICE].name && !options->player &&
           !options->of[SUBJECT_INF].name && !is_vendors(options, SUBJECT_PROVIDER) &&
           !is_vendors(options, SUBJECT_SERVICE) && !is_vendors(options, SUBJECT_CLASS_PROVIDER);
}

static const char *device_misfit(const char *uri)
{
    return tp_is_uri(uri) ? NULL : "expected usb:VID:PID[:SERIAL] or usbip:HOST[:PORT]/BUSID";
}

/* Our own simulator is judged unless it only serves a vendor's provider; a player that is named is
 * the vendor's. */
static bool device_given(const struct run_options *options)
{
    return options->of[SUBJECT_DEVICE].name || options->player || is_all_ours(options);
}

/* usbip:HOST[:PORT]/BUSID taken apart for wire cases; other URIs have no server. */
static void describe(const char *uri, struct conf_context *context)
{
    char text[256];
    char *slash, *colon;

    snprintf(context->uri, sizeof(context->uri), "%s", uri);
    if (!is_usbip(uri))
        return;
    snprintf(text, sizeof(text), "%s", uri + 6);
    slash = strrchr(text, '/');
    if (!slash)
        return;
    *slash = '\0';
    snprintf(context->busid, sizeof(context->busid), "%s", slash + 1);
    colon = strrchr(text, ':');
    context->port = colon ? (uint16_t)strtoul(colon + 1, NULL, 10) : 3240;
    if (colon)
        *colon = '\0';
    snprintf(context->server, sizeof(context->server), "%s", text);
}

static int not_started(struct attempt *attempt, int error)
{
    char complaint[256];

    papsim_complaint(&attempt->context, error, complaint, sizeof(complaint));
    result_say(&attempt->result, VERDICT_ERROR, CAUSE_START,
               "papsim with player %s did not start: %s",
               subject_player_name(attempt->options, attempt->conf_case), complaint);
    return error;
}

static int device_open(struct attempt *attempt)
{
    const char *uri = attempt->options->of[SUBJECT_DEVICE].name;
    int error = 0;

    if (uri)
        describe(uri, &attempt->context);
    else
        error = papsim_start(attempt->options,
                             subject_player_file(attempt->options, attempt->conf_case),
                             &attempt->papsim, &attempt->context);
    return error ? not_started(attempt, error) : 0;
}

static int device_ready(struct attempt *attempt)
{
    int error = attempt->papsim.pid ? papsim_ready(&attempt->papsim, &attempt->context) : 0;

    return error ? not_started(attempt, error) : 0;
}

static void device_close(struct attempt *attempt)
{
    papsim_stop(&attempt->papsim, &attempt->context);
}

/* ---- a USB/IP server: the one that offers the device */

static bool server_given(const struct run_options *options)
{
    const char *uri = options->of[SUBJECT_DEVICE].name;

    return uri ? is_usbip(uri) : device_given(options);
}

/* ---- a provider: a library, loaded by the case itself */

static bool provider_given(const struct run_options *options)
{
    const struct subject_given *provider = &options->of[SUBJECT_PROVIDER];

    /* Ours only serves an INF that is judged, and has nothing to do with the others. */
    return provider->name && !(provider->own && (options->of[SUBJECT_INF].name ||
                                                 is_vendors(options, SUBJECT_SERVICE) ||
                                                 is_vendors(options, SUBJECT_CLASS_PROVIDER)));
}

static int provider_open(struct attempt *attempt)
{
    const char *path = attempt->options->of[SUBJECT_PROVIDER].name;
    const char *class = attempt->options->provider_class;

    if (path)
        snprintf(attempt->context.provider, sizeof(attempt->context.provider), "%s", path);
    if (class)
        snprintf(attempt->context.provider_class, sizeof(attempt->context.provider_class), "%s",
                 class);
    return 0;
}

void subjects_before_workers(const struct run_options *options)
{
    conf_before_workers();
    if (provider_given(options))
        wmdm_before_workers();
}

void subjects_environment(const struct run_options *options, const char *uri)
{
    if (options->allow_mtp)
        setenv("SPCORE_ALLOW_MTP", "1", 1);
    setenv("PAPCHECK_DEVICE", uri, 1);
}

static int provider_ready(struct attempt *attempt)
{
    const char *const *defects = attempt->options->of[SUBJECT_PROVIDER].defects;

    if (defects && *defects)
        setenv("SPCORE_DEVIATE", *defects, 1);
    subjects_environment(attempt->options, attempt->context.uri);
    return 0;
}

/* ---- an INF: ours, or a file */

static const char *inf_misfit(const char *path)
{
    struct stat found;

    /* Each case reads it, and takes it along: a pipe could be read once. */
    return stat(path, &found) == 0 && S_ISREG(found.st_mode) && access(path, R_OK) == 0
               ? NULL
               : "expected an INF, which is a file that can be read";
}

static bool inf_given(const struct run_options *options)
{
    return options->of[SUBJECT_INF].name || is_all_ours(options);
}

static int inf_open(struct attempt *attempt)
{
    const struct subject_given *given = &attempt->options->of[SUBJECT_INF];
    struct conf_context *context = &attempt->context;

    if (given->name)
        snprintf(context->inf, sizeof(context->inf), "%s", given->name);
    if (given->name && attempt->options->of[SUBJECT_PROVIDER].own)
        context->provider_class[0] = '\0'; /* a vendor's INF names the vendor's provider */
    if (given->defects && *given->defects)
        snprintf(context->inf_defect, sizeof(context->inf_defect), "%s", *given->defects);
    return 0;
}

/* ---- a device service: a library, a process of our Windows in the case's own */

static bool service_given(const struct run_options *options)
{
    return is_vendors(options, SUBJECT_SERVICE) ||
           (options->of[SUBJECT_SERVICE].name && is_all_ours(options));
}

static int service_open(struct attempt *attempt)
{
    const char *path = attempt->options->of[SUBJECT_SERVICE].name;

    if (path)
        snprintf(attempt->context.service, sizeof(attempt->context.service), "%s", path);
    return 0;
}

static int service_ready(struct attempt *attempt)
{
    const char *const *defects = attempt->options->of[SUBJECT_SERVICE].defects;

    if (defects && *defects)
        setenv("PAPSERVICE_DEVIATE", *defects, 1);
    return 0;
}

/* ---- a class provider: a library that the case loads, and its MOF */

static bool class_provider_given(const struct run_options *options)
{
    return options->of[SUBJECT_CLASS_PROVIDER].name &&
           (is_all_ours(options) || is_vendors(options, SUBJECT_CLASS_PROVIDER));
}

static int class_provider_open(struct attempt *attempt)
{
    const struct subject_given *given = &attempt->options->of[SUBJECT_CLASS_PROVIDER];
    struct conf_context *context = &attempt->context;

    if (given->name)
        snprintf(context->class_provider, sizeof(context->class_provider), "%s", given->name);
    if (attempt->options->mof)
        snprintf(context->mof, sizeof(context->mof), "%s", attempt->options->mof);
    if (given->defects && *given->defects)
        snprintf(context->class_provider_defect, sizeof(context->class_provider_defect), "%s",
                 *given->defects);
    return 0;
}

static int class_provider_ready(struct attempt *attempt)
{
    if (*attempt->context.class_provider_defect)
        setenv("PAPWMI_DEVIATE", attempt->context.class_provider_defect, 1);
    return 0;
}

/* ---- our own model of a host */

static bool host_given(const struct run_options *options)
{
    return is_all_ours(options);
}

static int host_open(struct attempt *attempt)
{
    const char *const *defects = attempt->options->of[SUBJECT_HOST].defects;

    if (defects && *defects)
        snprintf(attempt->context.host_defect, sizeof(attempt->context.host_defect), "%s",
                 *defects);
    return 0;
}

/* ---- the table, in the order of reports */

const struct subject subjects[SUBJECTS] = {
    [SUBJECT_DEVICE] = {.name = "device",
                        .option = "device",
                        .value = "URI",
                        .adds = "--device URI or --player FILE",
                        .help = "the device: usb:VID:PID[:SERIAL] or usbip:HOST[:PORT]/BUSID",
                        .misfit = device_misfit,
                        .player = "mtp",
                        .deviate = "deviate",
                        .deviate_help = "a defect of our simulator is switched on (papsim "
                                        "deviations); may be said again",
                        .no_defect = " (papsim deviations lists them)",
                        .defective = "simulator",
                        .defects_most = 64,
                        .given = device_given,
                        .open = device_open,
                        .ready = device_ready,
                        .close = device_close},
    /* Its cases are a device's that speak USB/IP themselves. */
    [SUBJECT_SERVER] = {.name = "server",
                        .adds = "--device usbip:HOST/BUSID",
                        .given = server_given},
    [SUBJECT_PROVIDER] = {.name = "provider",
                          .need = CONF_PROVIDER,
                          .option = "provider",
                          .value = "LIB",
                          .adds = "--provider LIB",
                          .help = "the provider: a shared library with DllGetClassObject",
                          .player = "pap-winusb",
                          .own = "libspcore.so",
                          .deviant = "libspcore-deviant.so",
                          .deviate = "provider-deviate",
                          .deviate_help = "a defect of our provider is switched on",
                          .no_defect = " of libspcore-deviant.so",
                          .defective = "provider",
                          .defects_most = 1,
                          .given = provider_given,
                          .open = provider_open,
                          .ready = provider_ready,
                          .blame = "inside the provider"},
    [SUBJECT_INF] = {.name = "inf",
                     .need = CONF_INF,
                     .option = "inf",
                     .value = "FILE",
                     .adds = "--inf FILE",
                     .help = "the INF that installs a player",
                     .copied = "judged.inf",
                     .misfit = inf_misfit,
                     .player = "pap-inf",
                     .deviate = "inf-deviate",
                     .deviate_help = "a defect of our INF is switched on",
                     .no_defect = " of our INF",
                     .defective = "INF",
                     .defects_most = 1,
                     .given = inf_given,
                     .open = inf_open},
    [SUBJECT_SERVICE] = {.name = "service",
                         .need = CONF_SERVICE,
                         .option = "service",
                         .value = "LIB",
                         .adds = "--service LIB",
                         .help = "the device service: a shared library with wmain or main",
                         .player = "pap-inf",
                         .own = "libpapservice.so",
                         .deviant = "libpapservice-deviant.so",
                         .deviate = "service-deviate",
                         .deviate_help = "a defect of our service is switched on",
                         .no_defect = " of libpapservice-deviant.so",
                         .defective = "service",
                         .defects_most = 1,
                         .given = service_given,
                         .open = service_open,
                         .ready = service_ready,
                         .blame = "inside the service"},
    [SUBJECT_CLASS_PROVIDER] = {.name = "class-provider",
                                .need = CONF_CLASS_PROVIDER,
                                .option = "class-provider",
                                .value = "LIB",
                                .adds = "--class-provider LIB --mof FILE",
                                .help = "a class provider of WMI's: a shared library",
                                .player = "pap-inf",
                                .own = "libpapwmi.so",
                                .deviant = "libpapwmi-deviant.so",
                                .alone = true,
                                .deviate = "class-provider-deviate",
                                .deviate_help = "a defect of our class provider is switched on",
                                .no_defect = " of libpapwmi-deviant.so",
                                .defective = "class provider",
                                .defects_most = 1,
                                .given = class_provider_given,
                                .open = class_provider_open,
                                .ready = class_provider_ready,
                                .blame = "inside the class provider"},
    [SUBJECT_HOST] = {.name = "host",
                      .adds = "ours: a run without --device, --provider, --inf, --service and "
                              "--class-provider",
                      .need = CONF_HOST,
                      .player = "mtp",
                      .deviate = "host-deviate",
                      .deviate_help = "a defect of our model of a host is switched on",
                      .no_defect = " of our model of a host",
                      .defective = "host",
                      .defects_most = 1,
                      .given = host_given,
                      .open = host_open},
};

enum subject_id subject_of(const struct conf_case *conf_case)
{
    for (enum subject_id id = 0; id < SUBJECTS; id++) {
        if (conf_case->needs & subjects[id].need)
            return id;
    }
    return SUBJECT_DEVICE;
}

const char *subject_player(const struct conf_case *conf_case)
{
    return conf_case->player ? conf_case->player : subjects[subject_of(conf_case)].player;
}

const char *subject_player_file(const struct run_options *options,
                                const struct conf_case *conf_case)
{
    return options->player ? options->player : subject_player(conf_case);
}

const char *subject_player_name(const struct run_options *options,
                                const struct conf_case *conf_case)
{
    return cases_base_name(subject_player_file(options, conf_case));
}

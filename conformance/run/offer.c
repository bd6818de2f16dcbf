/* The process that asks a provider what it offers: as a case's, with memory that both see in the
 * place of a verdict. */
#include "conformance/run/offer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "conformance/case/cases.h"
#include "conformance/case/worker.h"
#include "conformance/run/process.h"
#include "conformance/wmdm/wmdm_offer.h"

#define TIMEOUT_MS 20000u

static struct wmdm_offers *asked; /* in the process that asks */

static void ask(struct conf *c)
{
    /* What any call is held to is judged by the cases. */
    ROW("SP-REG-001")
        wmdm_observe(c, asked);
}

static const struct conf_case question = {.id = "PROVIDER_ICS",
                                          .title = "What the provider offers",
                                          .reqs = REQS("SP-REG-001"),
                                          .ics = "ANY",
                                          .needs = CONF_PROVIDER,
                                          .body = ask};

/* What both processes see. */
struct shared {
    struct wmdm_offers offers;
    struct conf_marker marker;
};

struct child {
    const struct run_options *options;
    struct conf_context context;
};

static int be_the_child(void *argument)
{
    const struct child *child = argument;

    subjects_environment(child->options, child->context.uri);
    return conf_worker(&question, &child->context, NULL);
}

/* What is believed of our own provider where nobody names a class. */
static struct wmdm_class own_class(const struct subject_given *provider)
{
    const struct subject *subject = &subjects[SUBJECT_PROVIDER];
    const char *name = cases_base_name(provider->name);

    if (strcmp(name, subject->own) == 0 || strcmp(name, subject->deviant) == 0)
        return (struct wmdm_class){"{7A8B6E2C-5C52-4B7E-9C2E-6B1C2A7D9E10}", "being ours"};
    return (struct wmdm_class){"", ""};
}

static int take_items(const struct wmdm_offers *offers, struct ics *ics)
{
    int error = 0;

    for (size_t i = 0; i < WMDM_ITEMS && !error; i++) {
        if (offers->of[i] != WMDM_NOT_OFFERED)
            error = ics_set(ics, wmdm_items[i]);
    }
    return error;
}

static void fill_context(const struct run_options *options, struct shared *shared,
                         struct conf_context *context)
{
    const char *provider = options->of[SUBJECT_PROVIDER].name;

    asked = &shared->offers;
    shared->offers.class = own_class(&options->of[SUBJECT_PROVIDER]);
    context->marker = &shared->marker;
    context->seed = options->seed;
    context->allow_mtp = options->allow_mtp;
    snprintf(context->provider, sizeof(context->provider), "%s", provider);
    snprintf(context->provider_class, sizeof(context->provider_class), "%s",
             options->provider_class ? options->provider_class : "");
    /* What its device's parameters promise is in that file, as for the cases. */
    snprintf(context->inf, sizeof(context->inf), "%s",
             options->of[SUBJECT_INF].name ? options->of[SUBJECT_INF].name : "");
}

/* Until it has ended, by itself or not. */
static int run_child(struct child *child)
{
    char log[PATH_MAX + 16];
    struct process process;
    int error, status;

    snprintf(log, sizeof(log), "%s/provider.log", child->context.evidence);
    error = process_call(be_the_child, child, log, &process);
    if (!error &&
        !process_wait(&process, TIMEOUT_MS * run_timeout_scale(child->options), -1, &status))
        process_kill(&process);
    return error;
}

int offer_observe(const struct run_options *options, const struct conf_context *where,
                  struct ics *ics, struct run_class *ret_class)
{
    struct child child = {.options = options, .context = *where};
    struct shared *shared =
        mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int error;

    if (shared == MAP_FAILED)
        return -errno;
    fill_context(options, shared, &child.context);
    child.context.ics = ics; /* nothing of a provider is known yet */
    child.context.offers = ics_offers;
    error = run_child(&child);
    if (!error)
        error = take_items(&shared->offers, ics);
    if (!error && !options->provider_class && *shared->offers.class.id) {
        memcpy(ret_class->id, shared->offers.class.id, sizeof(ret_class->id));
        ret_class->by = shared->offers.class.by;
    }
    munmap(shared, sizeof(*shared));
    return error;
}

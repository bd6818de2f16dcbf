/* The device of `papcheck sync`: plugged into a machine of WMDM with the provider, found in the
 * manager's list, and held against what the document asks of one that is synchronised. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conformance/cli/papcheck.h"
#include "conformance/cli/papcheck_sync.h"
#include "conformance/program/program.h"
#include "conformance/run/evidence.h"
#include "conformance/run/papsim.h"

/* Ours writes none into a registry, and an MTP device names none. */
#define OWN_CLASS "{7A8B6E2C-5C52-4B7E-9C2E-6B1C2A7D9E10}"

/* ---- a player of our own */
static int start_player(struct sync_subject *subject)
{
    char folder[] = "/tmp/papcheck-sync-XXXXXX", papsim[PATH_MAX], line[PATH_MAX];
    const struct run_options options = {.papsim = papsim, .quiet_evidence = true, .seed = 1};
    int error;

    if (program_beside("papsim", papsim, sizeof(papsim)) < 0) {
        cli_usage("papsim is not with papcheck, and no --device is named (papcheck doctor)");
        return EXIT_ERROR;
    }
    if (papsim_try(papsim, subject->player, line, sizeof(line)) < 0)
        return cli_usage("%s", line);
    if (!mkdtemp(folder)) {
        cli_usage("%s: cannot be made", folder);
        return EXIT_ERROR;
    }
    snprintf(subject->context.evidence, sizeof(subject->context.evidence), "%s", folder);
    error = papsim_start(&options, subject->player, &subject->papsim, &subject->context);
    if (!error)
        error = papsim_ready(&subject->papsim, &subject->context);
    if (error) {
        papsim_complaint(&subject->context, error, line, sizeof(line));
        cli_usage("papsim: %s", line);
        return EXIT_ERROR;
    }
    subject->uri = subject->context.uri;
    return 0;
}

/* ---- the way to it */
static const int statuses[] = {
    [SYNC_VISIT_READY] = 0,
    [SYNC_VISIT_UNFIT] = EXIT_NONCONFORMANT,
    [SYNC_VISIT_IMPOSSIBLE] = EXIT_ERROR,
};

static int plug(struct sync_subject *subject)
{
    int status;

    subject->visit = (struct sync_visit){
        .uri = subject->uri,
        .provider = subject->path,
        .clsid = subject->clsid,
        .any_class = subject->provider != NULL, /* this one was asked for */
        .is_mtp = subject->allow_mtp,
        .unfit = subject->unfit,
        .context = subject->context_of_unfit,
    };
    status = statuses[sync_visit_open(&subject->visit)];
    if (status == EXIT_ERROR)
        cli_usage("%s", subject->visit.reason);
    return status;
}

static int find_provider(struct sync_subject *subject)
{
    if (!subject->provider &&
        program_beside("libspcore.so", subject->path, sizeof(subject->path))) {
        cli_usage(
            "libspcore.so is not with papcheck, and no --provider is named (papcheck doctor)");
        return EXIT_ERROR;
    }
    if (!subject->provider) {
        if (!subject->clsid)
            subject->clsid = OWN_CLASS;
        return 0;
    }
    if (!realpath(subject->provider, subject->path))
        return cli_usage("--provider %s: %m", subject->provider);
    return cli_check_library("provider", subject->path);
}

int sync_subject_open(struct sync_subject *subject)
{
    int status = find_provider(subject);

    if (!status && subject->allow_mtp)
        setenv("SPCORE_ALLOW_MTP", "1", 1);
    if (!status && !subject->uri)
        status = start_player(subject);
    return status ? status : plug(subject);
}

void sync_subject_close(struct sync_subject *subject)
{
    sync_visit_close(&subject->visit);
    if (subject->papsim.pid)
        papsim_stop(&subject->papsim, &subject->context);
    if (*subject->context.evidence)
        evidence_remove(subject->context.evidence);
    *subject->context.evidence = '\0';
}

bool sync_subject_present(const struct sync_subject *subject)
{
    struct mdm_parameters parameters;
    struct mdm_hardware hardware;

    return mdm_hardware_look(subject->uri, &parameters, &hardware);
}

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
#include "spcore/sync/sync.h"

#define PAP_INTERFACE "{F33FDC04-D1AC-4E8E-9A30-19BBD4B108AE}"
/* Ours writes none into a registry, and an MTP device names none. */
#define OWN_CLASS "{7A8B6E2C-5C52-4B7E-9C2E-6B1C2A7D9E10}"
enum { TYPE_DWORD = 4 }; /* REG_DWORD, winnt.h */

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

/* ---- what the document asks */
static IWMDMStorage *first_storage(IWMDMDevice *device)
{
    IWMDMEnumStorage *storages = NULL;
    IWMDMStorage *first = NULL;
    DWORD fetched = 0;

    if (FAILED(IWMDMDevice_EnumStorage(device, &storages)))
        return NULL;
    (void)IWMDMEnumStorage_Next(storages, 1, &first, &fetched);
    IWMDMEnumStorage_Release(storages);
    return first;
}

static int check_offer(const struct sync_subject *subject, const struct mdm_parameters *parameters,
                       const struct mdm_hardware *hardware)
{
    IWMDMStorage *storage = first_storage(subject->device);
    const struct sync_offer offer = {
        .by_default = hardware->is_mtp || subject->allow_mtp,
        .pap_interface = strcmp(hardware->interface, PAP_INTERFACE) == 0,
        .has_extended = hardware->extended_type != 0,
        .extended_is_dword = hardware->extended_type == TYPE_DWORD,
        .extended = parameters->UseExtendedWmdm,
        .device3 = mdm_device_provides(subject->device, &IID_IMDSPDevice3),
        .object2 = !storage || mdm_storage_provides(storage, &IID_IMDSPObject2),
        .storage4 = !storage || mdm_storage_provides(storage, &IID_IMDSPStorage4),
    };
    unsigned missing = sync_offer_missing(&offer, subject->unfit, subject->context_of_unfit);

    if (storage)
        IWMDMStorage_Release(storage);
    return missing ? EXIT_NONCONFORMANT : 0;
}

/* ---- the way to it */
static int first_device(struct sync_subject *subject)
{
    IWMDMEnumDevice *devices = NULL;
    DWORD fetched = 0;
    HRESULT hr = IWMDeviceManager3_EnumDevices2(subject->manager, &devices);

    if (SUCCEEDED(hr)) {
        hr = IWMDMEnumDevice_Next(devices, 1, &subject->device, &fetched);
        IWMDMEnumDevice_Release(devices);
    }
    if (SUCCEEDED(hr) && subject->device)
        return 0;
    cli_usage("%s: the provider makes no device of it", subject->uri);
    return EXIT_ERROR;
}

/* What an MTP device gets from the INF that Windows has for all of them. */
static void as_mtp(struct mdm_parameters *parameters)
{
    parameters->UseExtendedWmdm = 1;
}

static int plug(struct sync_subject *subject)
{
    struct mdm_parameters parameters;
    struct mdm_hardware hardware;
    DWORD count = 0;
    HRESULT hr;
    int status;

    subject->machine = mdm_machine_new();
    if (!subject->machine)
        return EXIT_ERROR;
    (void)mdm_hardware_look(subject->uri, &parameters, &hardware); /* who opens it says why not */
    if (hardware.is_mtp || subject->allow_mtp)
        as_mtp(&parameters);
    hr = mdm_machine_register(subject->machine, subject->path, subject->clsid, MDM_PLUG_AND_PLAY);
    if (SUCCEEDED(hr))
        hr = mdm_open(subject->machine, &subject->manager, NULL);
    if (SUCCEEDED(hr)) /* so that what the device's arrival fails with is said here */
        hr = IWMDeviceManager3_GetDeviceCount(subject->manager, &count);
    if (SUCCEEDED(hr))
        hr = mdm_machine_plug(subject->machine, subject->uri, &parameters);
    if (hr == CLASS_E_CLASSNOTAVAILABLE && subject->provider) {
        *parameters.WMDMSPCLSID = '\0'; /* whichever the device names, this one was asked for */
        hr = mdm_machine_plug(subject->machine, subject->uri, &parameters);
    }
    if (FAILED(hr)) {
        cli_usage("%s: 0x%08x %s", subject->uri, (unsigned)hr,
                  mdm_machine_reason(subject->machine));
        return EXIT_ERROR;
    }
    status = first_device(subject);
    return status ? status : check_offer(subject, &parameters, &hardware);
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
    if (subject->device)
        IWMDMDevice_Release(subject->device);
    if (subject->manager)
        IWMDeviceManager3_Release(subject->manager);
    mdm_machine_free(subject->machine);
    subject->device = NULL;
    subject->manager = NULL;
    subject->machine = NULL;
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

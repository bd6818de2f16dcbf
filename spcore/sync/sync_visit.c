/* The way from a device's address to WMDM's object of it, and what is asked of it there. */
#include "spcore/sync/sync_visit.h"

#include <stdio.h>
#include <string.h>

#include "spcore/sync/sync.h"

#define PAP_INTERFACE "{F33FDC04-D1AC-4E8E-9A30-19BBD4B108AE}"
enum { TYPE_DWORD = 4 }; /* REG_DWORD, winnt.h */

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

static enum sync_visit_answer check_offer(const struct sync_visit *visit,
                                          const struct mdm_parameters *parameters,
                                          const struct mdm_hardware *hardware)
{
    IWMDMStorage *storage = first_storage(visit->device);
    const struct sync_offer offer = {
        .by_default = hardware->is_mtp || visit->is_mtp,
        .pap_interface = strcmp(hardware->interface, PAP_INTERFACE) == 0,
        .has_extended = hardware->extended_type != 0,
        .extended_is_dword = hardware->extended_type == TYPE_DWORD,
        .extended = parameters->UseExtendedWmdm,
        .device3 = mdm_device_provides(visit->device, &IID_IMDSPDevice3),
        .object2 = !storage || mdm_storage_provides(storage, &IID_IMDSPObject2),
        .storage4 = !storage || mdm_storage_provides(storage, &IID_IMDSPStorage4),
    };
    unsigned missing = sync_offer_missing(&offer, visit->unfit, visit->context);

    if (storage)
        IWMDMStorage_Release(storage);
    return missing ? SYNC_VISIT_UNFIT : SYNC_VISIT_READY;
}

/* ---- the way to it */
static HRESULT first_device(struct sync_visit *visit)
{
    IWMDMEnumDevice *devices = NULL;
    DWORD fetched = 0;
    HRESULT hr = IWMDeviceManager3_EnumDevices2(visit->manager, &devices);

    if (SUCCEEDED(hr)) {
        hr = IWMDMEnumDevice_Next(devices, 1, &visit->device, &fetched);
        IWMDMEnumDevice_Release(devices);
    }
    return SUCCEEDED(hr) && !visit->device ? E_FAIL : hr;
}

static void look(struct sync_visit *visit, struct mdm_parameters *ret_parameters,
                 struct mdm_hardware *ret_hardware)
{
    if (visit->described) {
        *ret_parameters = visit->parameters;
        *ret_hardware = *visit->described;
    } else {
        /* Who opens it says why it cannot be asked. */
        (void)mdm_hardware_look(visit->uri, ret_parameters, ret_hardware);
    }
    /* What an MTP device gets from the INF that Windows has for all of them. */
    if (ret_hardware->is_mtp || visit->is_mtp)
        ret_parameters->UseExtendedWmdm = 1;
}

static HRESULT plug(struct sync_visit *visit, struct mdm_parameters *parameters)
{
    DWORD count = 0;
    HRESULT hr =
        mdm_machine_register(visit->machine, visit->provider, visit->clsid, MDM_PLUG_AND_PLAY);

    if (SUCCEEDED(hr))
        hr = mdm_open(visit->machine, &visit->manager, NULL);
    if (SUCCEEDED(hr)) /* so that what the device's arrival fails with is said here */
        hr = IWMDeviceManager3_GetDeviceCount(visit->manager, &count);
    if (SUCCEEDED(hr))
        hr = mdm_machine_plug(visit->machine, visit->uri, parameters);
    if (hr == CLASS_E_CLASSNOTAVAILABLE && visit->any_class) {
        *parameters->WMDMSPCLSID = '\0';
        hr = mdm_machine_plug(visit->machine, visit->uri, parameters);
    }
    return hr;
}

enum sync_visit_answer sync_visit_open(struct sync_visit *visit)
{
    struct mdm_parameters parameters;
    struct mdm_hardware hardware;
    HRESULT hr = E_OUTOFMEMORY;

    *visit->reason = '\0';
    look(visit, &parameters, &hardware);
    visit->machine = mdm_machine_new();
    if (visit->machine)
        hr = plug(visit, &parameters);
    if (FAILED(hr)) {
        snprintf(visit->reason, sizeof(visit->reason), "%s: 0x%08x %s", visit->uri, (unsigned)hr,
                 visit->machine ? mdm_machine_reason(visit->machine) : "no memory");
        return SYNC_VISIT_IMPOSSIBLE;
    }
    if (FAILED(first_device(visit))) {
        snprintf(visit->reason, sizeof(visit->reason), "%s: the provider makes no device of it",
                 visit->uri);
        return SYNC_VISIT_IMPOSSIBLE;
    }
    return check_offer(visit, &parameters, &hardware);
}

void sync_visit_close(struct sync_visit *visit)
{
    if (visit->device)
        IWMDMDevice_Release(visit->device);
    if (visit->manager)
        IWMDeviceManager3_Release(visit->manager);
    mdm_machine_free(visit->machine);
    visit->device = NULL;
    visit->manager = NULL;
    visit->machine = NULL;
}

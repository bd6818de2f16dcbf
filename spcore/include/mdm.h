/* Windows Media Device Manager for a process without a registry: what an application gets from
 * CoCreateInstance(CLSID_MediaDevMgr) on Windows it gets here from a machine that it describes
 * itself – which providers are registered there, which devices are attached. From there on it is
 * the documented one: IWMDeviceManager, its devices, their storages. docs/application.md is the
 * guide. Link with `pkg-config --libs wmdm`, which has the COM functions and the channel, too. */
#ifndef SPCORE_MDM_H
#define SPCORE_MDM_H

#include "sac.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* ---- the machine */
struct mdm_machine;

/* Without providers and devices. NULL: no memory. */
struct mdm_machine *mdm_machine_new(void);
/* Lets go: what its managers still need lives as long as they do. NULL is fine. */
void mdm_machine_free(struct mdm_machine *machine);

/* How a provider is registered. */
enum mdm_kind {
    MDM_PLUG_AND_PLAY, /* PnPAware: gets the devices that are attached, by CreateDevice */
    MDM_FINDS_DEVICES  /* of the old kind: lists its devices itself, by EnumDevices */
};
/* The provider in the shared object `library`; `class_id` as "{…}", NULL: what its
 * DllRegisterServer writes, and for one that writes nothing what a device names as its WMDMSPCLSID.
 * HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND): it cannot be loaded (mdm_machine_reason() says why);
 * CLASS_E_CLASSNOTAVAILABLE: it exports no DllGetClassObject; E_INVALIDARG: that is no class id, or
 * one that finds its devices has none. Managers at work see it from Reinitialize on. */
HRESULT mdm_machine_register(struct mdm_machine *machine, const char *library, const char *class_id,
                             enum mdm_kind kind);

/* The same of a provider that the program has in itself, by its DllGetClassObject. */
typedef HRESULT(STDMETHODCALLTYPE *mdm_get_class_object)(REFCLSID rclsid, REFIID riid, void **ppv);
HRESULT mdm_machine_register_class(struct mdm_machine *machine, mdm_get_class_object get,
                                   REFCLSID rclsid, enum mdm_kind kind);

/* The values of a device's hardware key that WMDM reads (WMDM/device-parameters.md). */
struct mdm_parameters {
    char WMDMSPCLSID[39];         /* "{…}" in any case; "": the first plug-and-play provider */
    uint32_t UseExtendedWmdm;     /* 1: IMDSPDevice3, IMDSPStorage4 and IMDSPObject2 are used */
    uint32_t OptimalTransferSize; /* bytes a block; 0: not there */
};
/* Those that a USB device brings as registry properties of its Microsoft OS descriptors; `path` is
 * `usb:VID:PID[:SERIAL]` or `usbip:HOST[:PORT]/BUSID`, and nobody has the device at the moment. All
 * zero when it cannot be asked or brings none. */
void mdm_hardware_parameters(const char *path, struct mdm_parameters *ret_parameters);
/* What else plugging it has brought about: an application that synchronises asks for it. */
struct mdm_hardware {
    bool is_mtp;        /* it has got the driver of MTP devices */
    char interface[39]; /* "{…}" in capitals: the device interface that has appeared; "": none */
    uint32_t extended_type; /* REG_… of UseExtendedWmdm; 0: it is not there */
};
/* False: there is none that can be asked at the moment, and both are zero. */
bool mdm_hardware_look(const char *path, struct mdm_parameters *ret_parameters,
                       struct mdm_hardware *ret_hardware);
/* A device arrives at `path`, which its provider understands (CreateDevice). Parameters NULL: as
 * mdm_hardware_parameters() says. Each manager at work creates it, has it in its list, then tells
 * its application. S_FALSE: there is one at that path already;
 * CLASS_E_CLASSNOTAVAILABLE: no provider for it is registered, else the first failure of a manager
 * at work, and it is not attached. */
HRESULT mdm_machine_plug(struct mdm_machine *machine, const char *path,
                         const struct mdm_parameters *parameters);
/* It is gone: out of each manager's list, then the applications are told. S_FALSE: there was none.
 */
HRESULT mdm_machine_unplug(struct mdm_machine *machine, const char *path);
/* A medium came into, or left, the device of that canonical name ("path$0"): applications are told.
 */
HRESULT mdm_machine_media(struct mdm_machine *machine, const char *canonical, bool arrived);
/* What the last failing call about this machine was about, in a line. Valid until the next one. */
const char *mdm_machine_reason(const struct mdm_machine *machine);

/* ---- an application's device manager */
/* CoCreateInstance(CLSID_MediaDevMgr): IUnknown and IComponentAuthenticate are there at once,
 * IWMDeviceManager/2/3 and IConnectionPointContainer, whose point of IWMDMNotification takes an
 * application's, for one that has authenticated (WMDM_E_NOTCERTIFIED before). Each manager has
 * instances of the providers of its own. */
HRESULT mdm_manager_new(struct mdm_machine *machine, REFIID riid, void **ret_interface);

/* The same for an application that leaves the handshake to us: with the test certificate of a
 * high level. `ret_channel` is the application's end, to sac_free() after the manager's objects;
 * it checks MACs and opens the data of TransferObjectData. NULL: not wanted. */
HRESULT mdm_open(struct mdm_machine *machine, IWMDeviceManager3 **ret_manager,
                 struct sac_channel **ret_channel);

/* Does the provider's object behind one of a manager's answer that interface, whatever the device's
 * parameters say of its use? */
bool mdm_device_provides(IWMDMDevice *device, REFIID iid);
bool mdm_storage_provides(IWMDMStorage *storage, REFIID iid);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif

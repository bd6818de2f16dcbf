/* What the classes of Windows Media Device Manager share. An application's objects stand before
 * the provider's: every call goes through a way that knows both channels. */
#ifndef CONFORMANCE_HOST_WMDM_MDM_PRIVATE_H
#define CONFORMANCE_HOST_WMDM_MDM_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "spcore/base.h"
#include "spcore/com/com_guid.h"
#include "spcore/com/com_object.h"
#include "spcore/com/com_utf16.h"
#include "spcore/include/mdm.h"
#include "spcore/include/sac.h"

/* ---- a provider's library, loaded once for all managers */
struct mdm_library {
    atomic_uint refs;
    void *handle; /* of dlopen(); NULL: the class is the program's own */
    mdm_get_class_object get;
    enum mdm_kind kind;
    CLSID clsid;
    bool known; /* else the class is the one that the first device names */
};
/* `reason` gets a line when it fails. */
HRESULT mdm_library_open(const char *path, const char *class_id, enum mdm_kind kind, char *reason,
                         size_t room, struct mdm_library **ret_library);
HRESULT mdm_library_of(mdm_get_class_object get, REFCLSID rclsid, enum mdm_kind kind,
                       struct mdm_library **ret_library);
struct mdm_library *mdm_library_ref(struct mdm_library *library);
void mdm_library_unref(struct mdm_library *library);

/* ---- an application: its end of the channel to us */
struct mdm_application {
    atomic_uint refs;
    struct sac_channel *channel; /* the server's end */
};
struct mdm_application *mdm_application_new(void);
struct mdm_application *mdm_application_ref(struct mdm_application *application);
void mdm_application_unref(struct mdm_application *application);

/* ---- a provider's instance, made and authenticated for one application */
struct mdm_provider {
    atomic_uint refs;
    struct mdm_library *library;
    IMDServiceProvider *instance;
    struct sac_channel *channel; /* the client's end */
};
/* CoCreateInstance, SACGetProtocols, both passes; then the preference, if one was set. `level` is
 * the application's, which the provider is to see. */
HRESULT mdm_provider_new(struct mdm_library *library, DWORD level, struct mdm_provider **ret);
struct mdm_provider *mdm_provider_ref(struct mdm_provider *provider);
void mdm_provider_unref(struct mdm_provider *provider);

/* ---- the way between an application and one device of a provider */
struct mdm_way {
    atomic_uint refs;
    struct mdm_application *application;
    struct mdm_provider *provider;
    bool extended; /* UseExtendedWmdm */
    DWORD block;   /* bytes a Read or Write */
};
struct mdm_way *mdm_way_new(struct mdm_application *application, struct mdm_provider *provider,
                            const struct mdm_parameters *parameters);
struct mdm_way *mdm_way_ref(struct mdm_way *way);
void mdm_way_unref(struct mdm_way *way);

/* How every method begins: WMDM_E_NOTCERTIFIED, then E_INVALIDARG. */
HRESULT mdm_certified(const struct mdm_application *application);
static inline HRESULT mdm_enter(const struct mdm_way *way, bool arguments)
{
    HRESULT hr = mdm_certified(way->application);

    return FAILED(hr) || arguments ? hr : E_INVALIDARG;
}
#define mdm_clear(pointer) ((pointer) ? (*(pointer) = NULL, true) : false)

/* An interface of a provider's object. WMDM_E_NOTSUPPORTED: it has none, or it is one of the
 * extended ones and the device does not want them used (SP-APP-009). */
HRESULT mdm_query(const struct mdm_way *way, void *object, REFIID iid, void *ret_interface);
bool mdm_answers(void *object, REFIID iid); /* whatever the device wants */
#define LET_GO(interface)                                                                          \
    do {                                                                                           \
        if (interface)                                                                             \
            (interface)->lpVtbl->Release(interface);                                               \
        (interface) = NULL;                                                                        \
    } while (0)

/* ---- parameters with a MAC, in the order of the parameters (reading U7) */
struct mdm_piece {
    const void *data;
    DWORD length;
};
HRESULT mdm_mac(struct sac_channel *channel, const struct mdm_piece *pieces, size_t count,
                BYTE ret_mac[WMDM_MAC_LENGTH]);
/* WMDM_E_MAC_CHECK_FAILED: not the one. */
HRESULT mdm_check(struct sac_channel *channel, const struct mdm_piece *pieces, size_t count,
                  const BYTE mac[WMDM_MAC_LENGTH]);
/* Checks what came through one channel and makes the MAC of the other. */
HRESULT mdm_hand_on(struct sac_channel *from, struct sac_channel *to,
                    const struct mdm_piece *pieces, size_t count, BYTE mac[WMDM_MAC_LENGTH]);
/* A command to the provider and its answer, each with its MAC. */
HRESULT mdm_opaque_out(const struct mdm_way *way, OPAQUECOMMAND *command);
HRESULT mdm_opaque_in(const struct mdm_way *way, OPAQUECOMMAND *command);

/* ---- the classes */
struct mdm_device;
/* Takes a reference of the provider's device; the application sees it as `canonical`. */
HRESULT mdm_device_new(struct mdm_way *way, IMDSPDevice *device, const WCHAR *canonical,
                       IWMDMDevice **ret_device);
const WCHAR *mdm_device_canonical(IWMDMDevice *device); /* of one of ours */
HRESULT mdm_enum_device_new(IWMDMDevice *const *devices, size_t count, size_t position,
                            IWMDMEnumDevice **ret_enumerator);

struct mdm_storage {
    struct com_object com;
    IWMDMStorage4 IWMDMStorage4_iface;
    IWMDMStorageControl3 IWMDMStorageControl3_iface;
    IWMDMObjectInfo IWMDMObjectInfo_iface;
    IWMDMRevoked IWMDMRevoked_iface;
    struct mdm_way *way;
    IMDSPStorage *storage;
    IMDSPObjectInfo *info; /* NULL: it has none */
};
/* Takes over the caller's reference of the provider's storage, also when it fails. */
HRESULT mdm_storage_take(struct mdm_way *way, IMDSPStorage *storage, IWMDMStorage **ret_storage);
/* One of ours, borrowed; NULL: somebody else's. */
struct mdm_storage *mdm_storage_of(IWMDMStorage *storage);
/* Takes over the reference of the provider's enumerator, also when it fails. */
HRESULT mdm_enum_storage_take(struct mdm_way *way, IMDSPEnumStorage *storages,
                              IWMDMEnumStorage **ret_enumerator);
HRESULT mdm_globals_take(struct mdm_way *way, IMDSPStorageGlobals *globals,
                         IWMDMStorageGlobals **ret_globals);
/* Did the provider's GetStorage leave it to us? Of its codes only one does (SP-APP-016). */
bool mdm_leaves_to_us(HRESULT hr);
/* The child of that name by enumeration, for a provider that leaves GetStorage to us; S_FALSE:
 * none. Takes over the enumerator. */
HRESULT mdm_find_by_name(IMDSPEnumStorage *storages, const WCHAR *name, IMDSPStorage **ret_storage);

extern const IWMDMStorageControl3Vtbl mdm_storage_control_vtbl;
extern const IWMDMObjectInfoVtbl mdm_object_info_vtbl;
extern const IWMDMRevokedVtbl mdm_revoked_vtbl;

/* ---- work that an application may have done in a thread of its own */
/* WMDM_MODE_THREAD without WMDM_MODE_BLOCK. A provider is always called to block: then its end is
 * known. */
bool mdm_in_thread(DWORD mode);
/* Runs `work`, here or in a thread; `done` lets the job go in either case, and only then tells the
 * end: who hears of it may let go of all there is. */
HRESULT mdm_run(DWORD mode, HRESULT (*work)(void *job), void (*done)(void *job, HRESULT hr),
                void *job);

/* What stands before an application's progress callback: it is told of the end exactly once, with
 * the code, in the newest form it knows. */
struct mdm_progress;
/* NULL callback: NULL progress, and all below take that. */
HRESULT mdm_progress_new(IWMDMProgress *callback, struct mdm_progress **ret_progress);
/* Ends it if it has begun, or if it `must`, and lets go. */
void mdm_progress_end(struct mdm_progress *progress, HRESULT hr, bool must);
IWMDMProgress *mdm_progress_interface(struct mdm_progress *progress); /* for a provider; borrowed */
/* WMDM_E_USER_CANCELLED, or S_OK. */
HRESULT mdm_progress_begin(struct mdm_progress *progress, uint64_t bytes);
HRESULT mdm_progress_at(struct mdm_progress *progress, uint64_t bytes);

#endif

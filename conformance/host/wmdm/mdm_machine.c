/* The machine: which providers are registered, which devices are attached, and the managers at
 * work, which its changes go to. One lock holds all of it; applications are called outside it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/wmdm/mdm_machine.h"
#include "conformance/host/wmdm/mdm_notify.h"

struct mdm_machine *mdm_machine_new(void)
{
    struct mdm_machine *machine = calloc(1, sizeof(*machine));

    if (!machine)
        return NULL;
    atomic_init(&machine->refs, 1);
    pthread_mutex_init(&machine->lock, NULL);
    return machine;
}

struct mdm_machine *mdm_machine_ref(struct mdm_machine *machine)
{
    atomic_fetch_add(&machine->refs, 1);
    return machine;
}

static void attached_free(struct mdm_attached *attached)
{
    mdm_library_unref(attached->library);
    CoTaskMemFree(attached->path);
    free(attached);
}

void mdm_machine_free(struct mdm_machine *machine)
{
    if (!machine || atomic_fetch_sub(&machine->refs, 1) != 1)
        return;
    while (machine->attached) {
        struct mdm_attached *next = machine->attached->next;

        attached_free(machine->attached);
        machine->attached = next;
    }
    for (size_t i = 0; i < machine->library_count; i++)
        mdm_library_unref(machine->libraries[i]);
    free(machine->libraries);
    pthread_mutex_destroy(&machine->lock);
    free(machine);
}

const char *mdm_machine_reason(const struct mdm_machine *machine)
{
    return machine->reason;
}

/* Takes over the library. */
static HRESULT add(struct mdm_machine *machine, struct mdm_library *library)
{
    struct mdm_library **grown =
        realloc(machine->libraries, (machine->library_count + 1) * sizeof(struct mdm_library *));

    if (!grown) {
        mdm_library_unref(library);
        return E_OUTOFMEMORY;
    }
    machine->libraries = grown;
    grown[machine->library_count++] = library;
    return S_OK;
}

HRESULT mdm_machine_register(struct mdm_machine *machine, const char *library, const char *class_id,
                             enum mdm_kind kind)
{
    struct mdm_library *opened = NULL;
    HRESULT hr;

    if (!machine || !library)
        return E_INVALIDARG;
    pthread_mutex_lock(&machine->lock);
    hr = mdm_library_open(library, class_id, kind, machine->reason, sizeof(machine->reason),
                          &opened);
    if (SUCCEEDED(hr))
        hr = add(machine, opened);
    pthread_mutex_unlock(&machine->lock);
    return hr;
}

HRESULT mdm_machine_register_class(struct mdm_machine *machine, mdm_get_class_object get,
                                   REFCLSID rclsid, enum mdm_kind kind)
{
    struct mdm_library *library = NULL;
    HRESULT hr =
        machine && get && rclsid ? mdm_library_of(get, rclsid, kind, &library) : E_INVALIDARG;

    if (FAILED(hr))
        return hr;
    pthread_mutex_lock(&machine->lock);
    hr = add(machine, library);
    pthread_mutex_unlock(&machine->lock);
    return hr;
}

/* ---- devices come and go */
static struct mdm_library *driver(struct mdm_machine *machine, const char *class_id)
{
    CLSID clsid;

    if (class_id[0] && !com_guid_parse(class_id, &clsid))
        return NULL;
    for (size_t i = 0; i < machine->library_count; i++) {
        struct mdm_library *library = machine->libraries[i];

        if (library->kind != MDM_PLUG_AND_PLAY)
            continue;
        if (!library->known && class_id[0]) {
            library->clsid = clsid;
            library->known = true;
        }
        if (library->known && (!class_id[0] || IsEqualCLSID(&library->clsid, &clsid)))
            return library;
    }
    return NULL;
}

static struct mdm_attached **find(struct mdm_machine *machine, const WCHAR *path)
{
    struct mdm_attached **at = &machine->attached;

    while (*at && !com_wcseq((*at)->path, path))
        at = &(*at)->next;
    return at;
}

/* Every manager at work, then their applications: those that were told to are called when the
 * list is as it says. */
static HRESULT each_manager(struct mdm_machine *machine, struct mdm_attached *attached,
                            HRESULT (*change)(struct mdm_manager *, struct mdm_attached *,
                                              struct mdm_messages *),
                            struct mdm_messages *messages)
{
    HRESULT first = S_OK;

    for (struct mdm_manager *at = machine->managers; at; at = mdm_manager_next(at)) {
        HRESULT hr = change(at, attached, messages);

        if (FAILED(hr) && SUCCEEDED(first))
            first = hr;
    }
    return first;
}

/* NULL: nothing is there. The caller's to free. */
static struct mdm_attached *take_out(struct mdm_machine *machine, struct mdm_attached **at,
                                     struct mdm_messages *messages)
{
    struct mdm_attached *gone = *at;

    if (gone) {
        *at = gone->next;
        (void)each_manager(machine, gone, mdm_manager_removal, messages);
    }
    return gone;
}

static HRESULT plug(struct mdm_machine *machine, struct mdm_attached *attached, const char *path,
                    struct mdm_messages *messages)
{
    const char *class_id = attached->parameters.WMDMSPCLSID;
    struct mdm_attached **end = find(machine, attached->path);
    struct mdm_library *library = driver(machine, class_id);
    HRESULT hr;

    if (*end)
        return S_FALSE;
    if (!library) {
        snprintf(machine->reason, sizeof(machine->reason), "%s: no provider %s is registered", path,
                 class_id[0] ? class_id : "whose class is known");
        return CLASS_E_CLASSNOTAVAILABLE;
    }
    attached->library = mdm_library_ref(library);
    *end = attached;
    hr = each_manager(machine, attached, mdm_manager_arrival, messages);
    if (FAILED(hr)) {
        snprintf(machine->reason, sizeof(machine->reason), "%s: its provider answered 0x%08x", path,
                 (unsigned)hr);
        take_out(machine, end, messages);
    }
    return hr;
}

HRESULT mdm_machine_plug(struct mdm_machine *machine, const char *path,
                         const struct mdm_parameters *parameters)
{
    struct mdm_messages messages = {0};
    struct mdm_attached *attached;
    HRESULT hr;

    if (!machine || !path)
        return E_INVALIDARG;
    attached = calloc(1, sizeof(*attached));
    if (attached)
        attached->path = com_utf16_from_utf8(path);
    if (!attached || !attached->path) {
        free(attached);
        return E_OUTOFMEMORY;
    }
    if (parameters)
        attached->parameters = *parameters;
    else
        mdm_hardware_parameters(path, &attached->parameters);
    pthread_mutex_lock(&machine->lock);
    hr = plug(machine, attached, path, &messages);
    if (hr != S_OK)
        attached_free(attached);
    pthread_mutex_unlock(&machine->lock);
    mdm_messages_send(&messages);
    return hr;
}

HRESULT mdm_machine_unplug(struct mdm_machine *machine, const char *path)
{
    struct mdm_messages messages = {0};
    struct mdm_attached *gone;
    WCHAR *wide;

    if (!machine || !path)
        return E_INVALIDARG;
    wide = com_utf16_from_utf8(path);
    if (!wide)
        return E_OUTOFMEMORY;
    pthread_mutex_lock(&machine->lock);
    gone = take_out(machine, find(machine, wide), &messages);
    if (gone)
        attached_free(gone);
    pthread_mutex_unlock(&machine->lock);
    CoTaskMemFree(wide);
    mdm_messages_send(&messages);
    return gone ? S_OK : S_FALSE;
}

HRESULT mdm_machine_media(struct mdm_machine *machine, const char *canonical, bool arrived)
{
    struct mdm_messages messages = {0};
    WCHAR *wide;

    if (!machine || !canonical)
        return E_INVALIDARG;
    wide = com_utf16_from_utf8(canonical);
    if (!wide)
        return E_OUTOFMEMORY;
    pthread_mutex_lock(&machine->lock);
    for (struct mdm_manager *at = machine->managers; at; at = mdm_manager_next(at))
        mdm_manager_media(at, wide, arrived ? WMDM_MSG_MEDIA_ARRIVAL : WMDM_MSG_MEDIA_REMOVAL,
                          &messages);
    pthread_mutex_unlock(&machine->lock);
    CoTaskMemFree(wide);
    mdm_messages_send(&messages);
    return S_OK;
}

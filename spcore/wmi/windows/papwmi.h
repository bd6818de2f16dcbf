/* The class provider on Windows: what its files have of each other. Written against Windows' own
 * names alone, as spcore/service/windows is. */
#ifndef SPCORE_WMI_WINDOWS_PAPWMI_H
#define SPCORE_WMI_WINDOWS_PAPWMI_H

#include <windows.h>

#include <wbemidl.h>

#include "spcore/com/com_object.h"
#include "spcore/wmi/wmi_schema.h"

/* ---- the players: one watch in a module, however many providers ask */
struct papwmi_view { /* the classes of one moment; not changed any more */
    atomic_uint refs;
    struct wmi_schema *schema;
};
/* Watching begins with the first and ends with the last. False: no memory, or no thread. */
bool papwmi_players_open(void);
void papwmi_players_close(void);
/* Waits until each player that is there has been read. NULL: they cannot be seen. */
struct papwmi_view *papwmi_players_view(void);
void papwmi_view_release(struct papwmi_view *view);

/* ---- callers. Nothing here is shown or asked of WMI in another name than the caller's. */
/* On the thread that serves the caller's call: its token, to CloseHandle(). WBEM_E_ACCESS_DENIED:
 * it says not who it is. */
HRESULT papwmi_caller(HANDLE *ret_token);
/* Of a class that is guarded: may it see those? */
bool papwmi_caller_is_let_in(HANDLE token);

/* ---- classes as WMI has them. A reference; what WMI answers, or WBEM_E_OUT_OF_MEMORY. WMI is
 * asked in the name of `caller`; NULL: of the provider itself. */
HRESULT papwmi_class_make(IWbemServices *namespace, IWbemContext *context, HANDLE caller,
                          const struct wmi_class *class, IWbemClassObject **ret_object);
/* All of the view are in the repository then, and of those that were there no other. */
HRESULT papwmi_publish(IWbemServices *namespace, IWbemContext *context,
                       const struct papwmi_view *view);

/* ---- UTF-8 and UTF-16. To free(); NULL: no memory. */
char *papwmi_narrow(const WCHAR *text);
BSTR papwmi_bstr(const char *text); /* to SysFreeString() */

/* ---- the provider */
struct papwmi_call;
struct papwmi_provider {
    struct com_object com;
    IWbemProviderInit IWbemProviderInit_iface;
    IWbemServices IWbemServices_iface; /* a push provider has none */
    bool pushes, watches;
    IWbemServices *namespace;
    IWbemContext *context; /* Initialize's */
    SRWLOCK lock;
    struct papwmi_call *calls; /* under way; with the lock held */
};
HRESULT papwmi_provider_new(bool pushes, REFIID riid, void **ret_interface);
extern const CLSID papwmi_clsid, papwmi_push_clsid;

/* ---- what is answered later, on another thread. The outer functions answer at once, and an error
 * only when neither sink nor context was touched. */
enum papwmi_kind { PAPWMI_INIT, PAPWMI_GET, PAPWMI_ENUM };
HRESULT papwmi_begin_init(struct papwmi_provider *provider, IWbemProviderInitSink *sink);
HRESULT papwmi_begin_call(struct papwmi_provider *provider, enum papwmi_kind kind,
                          const WCHAR *text, LONG flags, IWbemContext *context,
                          IWbemObjectSink *sink);
/* WBEM_E_NOT_FOUND: nothing of that sink is under way. */
HRESULT papwmi_cancel(struct papwmi_provider *provider, IWbemObjectSink *sink);
extern const IWbemServicesVtbl papwmi_services_vtbl;

/* ---- object paths: the class's name in `text`, copied; to free(). Class, namespace:Class and
 * \\server\namespace:Class are a class's; WBEM_E_NOT_FOUND: an instance's, of which there are none;
 * WBEM_E_INVALID_OBJECT_PATH. */
HRESULT papwmi_path_class(const char *text, char **ret_class);

#endif

/* The judge in the place of Windows Media Device Manager: loads the provider, opens the secure
 * channel, creates the device by its path, and calls. Every call into the provider goes through
 * CALL or SP_CALL, so that a crash or a hang in there is a FAIL that names the method.
 *
 * Helpers end the case as conf_refused() does when the provider bars the way to what is judged. A
 * case that judges such a step itself makes the calls itself. */
#ifndef CONFORMANCE_WMDM_WMDM_H
#define CONFORMANCE_WMDM_WMDM_H

#include <stdlib.h>

#include "conformance/wmdm/wmdm_call.h"
#include "spcore/include/sac.h"

/* Of a function whose answer the caller free()s: CoTaskMemFree() is Windows' where the provider is,
 * and so the compiler says it here, too (as com_memory.h has it for the other). */
#if __GNUC__ >= 11 && !defined(__clang__)
#define WMDM_FREE __attribute__((malloc(free, 1)))
#else
#define WMDM_FREE
#endif

/* One call of a method that returns an HRESULT, held to all that any call is (wmdm_call.h). As the
 * checks, these macros use the `c` in scope. */
#define CALL(iface, method, ...) iface##_##method##_called(c, __FILE__, __LINE__, __VA_ARGS__)
/* A step on the way, of the table in case/demand.c: not S_OK ends the case as conf_refused() does.
 */
#define SETUP_CALL(iface, method, ...)                                                             \
    (conf_in_step(c, #iface "::" #method),                                                         \
     wmdm_setup(c, #iface "::" #method, CALL(iface, method, __VA_ARGS__)))
/* The same for what is no method of an interface. */
#define SP_HR(method, expression) wmdm_traced(c, (method), SP_CALL(method, expression))
#define SP_SETUP(method, expression)                                                               \
    (conf_in_step(c, (method)), wmdm_setup(c, (method), SP_CALL(method, expression)))
/* A call of any type. */
#define SP_CALL(method, expression)                                                                \
    __extension__({                                                                                \
        conf_in_provider(c, (method));                                                             \
        __auto_type sp_call_result_ = (expression);                                                \
        conf_in_provider(c, NULL);                                                                 \
        sp_call_result_;                                                                           \
    })
HRESULT wmdm_traced(struct conf *c, const char *method, HRESULT hr);
void wmdm_setup(struct conf *c, const char *method, HRESULT hr);
/* A step under another name than its own: what it was ("the other instance's pass 1"). */
void wmdm_step(struct conf *c, const char *step, const char *what, HRESULT hr);
/* What only the host does: not S_OK is a failed set-up. */
void wmdm_ours(struct conf *c, const char *what, HRESULT hr);

/* ---- certificates of the application, compiled in from fixtures/certs */
enum wmdm_certificate {
    WMDM_APPLICATION_HIGH,     /* level 3 */
    WMDM_APPLICATION_LOW,      /* level 1 */
    WMDM_APPLICATION_STRANGER, /* signed by a root the provider does not know */
    WMDM_APPLICATION_EXPIRED,
    WMDM_APPLICATION_EARLY,       /* not valid yet */
    WMDM_APPLICATION_NAMESAKE,    /* signed by another root of the right one's name */
    WMDM_PROVIDER_AS_APPLICATION, /* good signature, wrong role */
    WMDM_PROVIDER_HIGH,           /* level 3, the provider's role: for the server class */
    WMDM_CERTIFICATE_COUNT
};
struct wmdm_pair {
    const char *name;
    const BYTE *certificate, *key; /* DER */
    DWORD certificate_length, key_length;
};
const struct wmdm_pair *wmdm_pair(enum wmdm_certificate which);
/* Once, in the process that those of the cases are copies of: they need not do it each. */
void wmdm_before_workers(void);

/* ---- a host with one instance of the provider */
struct wmdm;

/* The module's entry points; never NULL: ends the case. */
typedef HRESULT(STDMETHODCALLTYPE *wmdm_get_class_object)(REFCLSID, REFIID, void **);
typedef HRESULT(STDMETHODCALLTYPE *wmdm_can_unload_now)(void);
wmdm_get_class_object wmdm_class_object_entry(struct conf *c);
/* What the module itself exports, and not a library that it is linked with; NULL: nothing. */
void *wmdm_export(struct conf *c, const char *name);
wmdm_can_unload_now wmdm_can_unload_entry(struct conf *c);

/* A bare instance, a reference of the caller's; ends the case when there is none. */
IMDServiceProvider *wmdm_instance(struct conf *c);
/* An instance whose channel is not open, and one whose is (with WMDM_APPLICATION_HIGH). Closed when
 * the case ends, unless the case does. */
struct wmdm *wmdm_new(struct conf *c);
struct wmdm *wmdm_open(struct conf *c);
/* Runs the handshake; the result of the step that failed, or S_OK. */
HRESULT wmdm_authenticate(struct wmdm *w, enum wmdm_certificate which);
/* A handshake that fails in its first pass. */
void wmdm_fail(struct wmdm *w);
/* Shuts the channel that way (reading U6 of the errata); where it stays open the case is
 * INCONCLUSIVE: the provider reads that otherwise. */
void wmdm_shut(struct wmdm *w);
/* Releases all but the work folder, the instance too: what is left stands on its own references. */
void wmdm_let_go(struct wmdm *w);
bool wmdm_is_let_go(const struct wmdm *w);
/* Removes the work folder, releases what the helpers below hold, and the instance. */
void wmdm_close(struct wmdm *w);

/* Unplugs the device, releases the storage and closes the instance, work folder left as it is, and
 * opens another one of the device plugged again (CONF_CONTROL). */
struct wmdm *wmdm_replug(struct wmdm *w, IMDSPStorage **storage);

struct conf *wmdm_conf(struct wmdm *w);
IMDServiceProvider *wmdm_provider(struct wmdm *w); /* borrowed, as all below unless said */
IComponentAuthenticate *wmdm_component(struct wmdm *w);
struct sac_channel *wmdm_channel(struct wmdm *w); /* the client's end */

/* ---- the way to what is judged (each made on first use, released by wmdm_close) */
/* CreateDevice with conf_device_uri(); of a provider that finds its devices by itself, the first of
 * EnumDevices. */
IMDSPDevice *wmdm_device(struct wmdm *w);
IMDSPDevice3 *wmdm_device3(struct wmdm *w);
IMDSPStorage *wmdm_root(struct wmdm *w); /* the first of the device's storages */
IMDSPStorageGlobals *wmdm_globals(struct wmdm *w);
/* Where a case works: a folder of our own below the root, deleted by wmdm_close(); the root itself
 * where the medium takes no folders, and what the case made there goes. Only in cases with
 * CONF_WRITES. */
IMDSPStorage *wmdm_work_folder(struct wmdm *w);
/* The work folder as far as there is one, else the root; NULL: that is let go. */
IMDSPStorage *wmdm_place(struct wmdm *w);
/* For a case that makes or names an object there itself: it is to go, too. */
void wmdm_made(struct wmdm *w, const char *name);
/* For a case that formatted the medium: the folder is gone and is not to be deleted. */
void wmdm_forget_work_folder(struct wmdm *w);

/* The interface `iid` of that object, a reference of the caller's; ends the case when it has none.
 */
void *wmdm_query(struct wmdm *w, void *interface, REFIID iid);
bool wmdm_has(struct wmdm *w, void *interface, REFIID iid);

/* Children by name; a reference of the caller's, NULL: no such. */
IMDSPStorage *wmdm_child(struct wmdm *w, IMDSPStorage *parent, const char *name);
/* All children, each a reference of the caller's, in an array to free() (wmdm_release_all does). */
struct wmdm_list {
    IMDSPStorage **item;
    size_t count;
};
struct wmdm_list wmdm_children(struct wmdm *w, IMDSPStorage *parent);
struct wmdm_list wmdm_roots(struct wmdm *w, IMDSPDevice *device); /* the same of its media */
void wmdm_release_all(struct wmdm *w, struct wmdm_list *list);

/* A new file or folder below `parent` (CreateStorageWithMetadata when `metadata`, CreateStorage2
 * otherwise; `attributes` gets WMDM_STORAGECONTROL_INSERTINTO); a reference of the caller's. */
IMDSPStorage *wmdm_create(struct wmdm *w, IMDSPStorage *parent, const char *name, DWORD attributes,
                          uint64_t size, IWMDMMetaData *metadata);
/* The same with content, which is announced. */
IMDSPStorage *wmdm_put(struct wmdm *w, IMDSPStorage *parent, const char *name, const void *data,
                       size_t length);
/* Content for a file: opened, written in blocks of 64 KiB with MAC, closed. */
void wmdm_fill(struct wmdm *w, IMDSPStorage *file, const void *data, size_t length);
void wmdm_delete(struct wmdm *w, IMDSPStorage *storage);

/* A file in the work folder of an instance of its own; all of it goes when the case ends. */
struct wmdm_file {
    struct wmdm *w;
    IMDSPStorage *folder, *storage;
    IMDSPObject *object;
    bool is_open;
};
struct wmdm_file *wmdm_file(struct conf *c, const char *name, const void *data, size_t length);
/* Set-up steps; an object that is open is closed at the end. */
void wmdm_file_open(struct wmdm_file *f, DWORD mode);
void wmdm_file_close(struct wmdm_file *f);

/* One secure Write: a copy is MACed (data, then size) and encrypted; *size as the method leaves
 * it. One secure Read: decrypted; WMDM_E_MAC_CHECK_FAILED of our own when the MAC is wrong. */
HRESULT wmdm_write(struct wmdm *w, IMDSPObject *object, const void *data, DWORD *size);
HRESULT wmdm_read(struct wmdm *w, IMDSPObject *object, void *data, DWORD *size);
/* Opens, reads all of it securely and closes; the caller free()s. */
WMDM_FREE BYTE *wmdm_get(struct wmdm *w, IMDSPStorage *storage, size_t *ret_length);

/* The name as UTF-8; the caller free()s. */
WMDM_FREE char *wmdm_name(struct wmdm *w, IMDSPStorage *storage);

/* The channel's MAC over two pieces in this order; the second may be empty. */
void wmdm_mac(struct wmdm *w, const void *first, size_t first_length, const void *second,
              size_t second_length, BYTE ret_mac[WMDM_MAC_LENGTH]);

/* ---- objects of the host that a provider calls */
/* An empty property list; Release frees it. Items keep their order; AddItem of a name that is
 * there replaces its value. Names are compared exactly. */
IWMDMMetaData *wmdm_metadata_new(void);
bool wmdm_metadata_add_string(IWMDMMetaData *list, const WCHAR *name, const char *text);
bool wmdm_metadata_add_dword(IWMDMMetaData *list, const WCHAR *name, DWORD value);
/* NULL or false: not there, or of another type. The string is to free(). */
WMDM_FREE char *wmdm_metadata_string(IWMDMMetaData *list, const WCHAR *name);
bool wmdm_metadata_dword(IWMDMMetaData *list, const WCHAR *name, DWORD *ret_value);
bool wmdm_metadata_qword(IWMDMMetaData *list, const WCHAR *name, uint64_t *ret_value);

/* A progress callback that counts, and answers WMDM_E_USER_CANCELLED from the `cancel_at`th
 * Progress on (0: never). Answers IWMDMProgress, 2 and 3. The record outlives the interface. */
struct wmdm_progress_record {
    unsigned begins, steps, ends, cancel_at;
    DWORD estimated, last;
    bool backwards;                 /* a step reported less than the one before */
    HRESULT completion;             /* of End2 or End3; E_PENDING before, and after a plain End */
    void (*at_step)(void *context); /* from within each Progress; NULL: nothing */
    void *context;
};
IWMDMProgress3 *wmdm_progress_new(struct wmdm_progress_record *record /* borrowed */);

/* DeviceIoControl of IOCTL_MTP_CUSTOM_COMMAND: that command, with the bytes to write behind it. */
HRESULT wmdm_command(struct wmdm *w, const MTP_COMMAND_DATA_IN *command, const void *written,
                     BYTE *answer, DWORD *size);

#endif

/* What the files of win share: the host that is bound, objects behind handles, last errors. */
#ifndef CONFORMANCE_HOST_WIN_WIN_PRIVATE_H
#define CONFORMANCE_HOST_WIN_WIN_PRIVATE_H

#include "conformance/host/include/winbase.h"
#include "conformance/host/principal/principal.h"
#include "conformance/host/win/win_host.h"

/* Never NULL. */
struct win_host *win_host(void);
struct world *win_world(void);

enum win_type {
    WIN_EVENT = 1 << 0,
    WIN_SEMAPHORE = 1 << 1,
    WIN_MUTEX = 1 << 2,
    WIN_THREAD = 1 << 3,
    WIN_FILE = 1 << 4,
    WIN_WAIT = 1 << 5, /* registered with the pool */
    WIN_TOKEN = 1 << 6,
    WIN_WAITABLE = WIN_EVENT | WIN_SEMAPHORE | WIN_MUTEX | WIN_THREAD,
    WIN_CLOSABLE = WIN_WAITABLE | WIN_FILE | WIN_TOKEN,
};

struct win_object {
    enum win_type type;
    unsigned refs; /* of its handle, and of calls that use it */
    struct world_asset asset;
    bool manual, set;             /* of an event; set: of a thread that has ended */
    LONG count, most;             /* of a semaphore; count: of a mutex's owner */
    struct world_thread *owner;   /* of a mutex; the thread itself */
    LPTHREAD_START_ROUTINE start; /* of a thread */
    PVOID parameter;
    DWORD exit_code;
    struct pnp_handle *file;
    bool overlapped;
    void *registered;       /* of a wait */
    struct principal token; /* a token's */
    bool is_primary;        /* it is the process's */
};

/* With a handle, *ret_handle; NULL: no memory, and the last error says so. */
struct win_object *win_object_new(enum win_type type, HANDLE *ret_handle, const char *what);
/* What a handle of one of these types names, held until win_object_unref(). NULL: it is none, which
 * is found as a fault of `call`, and the last error says so. */
struct win_object *win_object_of(HANDLE handle, unsigned types, const char *call);
void win_object_ref(struct win_object *object);
void win_object_unref(struct win_object *object);
/* The handle is one no more. False as win_object_of(). */
bool win_close(HANDLE handle, unsigned types, const char *call);
void win_forget_objects(void);

/* Can a wait for it end now? Under the world's lock; win_satisfy() is what the end does to it. */
bool win_signalled(const struct win_object *object, const struct world_thread *waiter);
void win_satisfy(struct win_object *object, struct world_thread *waiter);

/* A wait that is part of a circle is found as a fault; what then answers is what Windows' would be
 * that noticed. */
void win_found_circle(const char *call, const char *what);

/* FALSE, with the last error. */
BOOL win_fail(DWORD code);
/* Windows' code for a -errno of a device. */
DWORD win_error_of(int error);

/* Text that is to free(); NULL for NULL, or no memory. */
char *win_utf8(const WCHAR *text);
/* Characters with the NUL; as many as there is room for are written. */
size_t win_utf16(const char *text, WCHAR *to, size_t room);

/* A handle of the manager or of a service; opened for what its access says. */
struct win_steered {
    struct win_steered *next;
    struct world_asset asset;
    DWORD access;
    char name[]; /* "": the manager */
};
/* A handle of a service that was opened for `right`. NULL: the last error says why it is none. */
const struct win_steered *win_steered_service(const void *handle, DWORD right, const char *call);
/* Likewise of the manager. */
const struct win_steered *win_steered_manager(const void *handle, DWORD right, const char *call);
/* NULL: no memory. */
struct win_steered *win_steer(const char *name, DWORD access);
/* Where the registry has it, below HKEY_LOCAL_MACHINE; to free(). NULL: no memory. */
WCHAR *win_service_key(const char *name);
/* A value of that key, or `otherwise`. */
DWORD win_service_number(const WCHAR *key, const WCHAR *name, DWORD otherwise);
/* Has DeleteService been called? */
bool win_service_condemned(const char *name);
/* Takes it away, when it has been condemned, has stopped, and nobody has a handle of it. */
void win_service_sweep(const char *name);
void win_forget_steered(void);

/* By its number, which is its place among the machine's, from 1; NULL: there is none. */
struct pnp_devnode *win_devnode(DWORD instance);

/* What of the last program's is remembered beside its handles. */
void win_forget_services(void);
void win_forget_pool(void);

/* The program that a launcher has loaded, and its file; NULL: none. */
void *win_module(void);
const char *win_module_path(void);

/* The moment at which the world began, 2026-01-01, as a FILETIME counts: 100 ns since 1601. */
#define WIN_EPOCH 134116992000000000ull
enum { WIN_TICKS_PER_MS = 10000 };

#endif

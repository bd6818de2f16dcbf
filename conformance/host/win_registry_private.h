/* What the files of win_registry share: a call's way from a handle to a key. */
#ifndef CONFORMANCE_HOST_WIN_REGISTRY_PRIVATE_H
#define CONFORMANCE_HOST_WIN_REGISTRY_PRIVATE_H

#include "conformance/host/include/winerror.h"
#include "conformance/host/include/winreg.h"
#include "conformance/host/win_registry.h"

/* A call at work on a key; holds the lock from win_key_enter() to win_key_leave(). */
struct win_key {
    struct registry *registry;
    char *path; /* owned */
    bool there;
};
/* The key of that handle, or the one below it (`sub_key` NULL or "": itself). `right`: what the
 * handle was to be opened for, 0: nothing in particular. ERROR_SUCCESS, or a code with nothing to
 * leave: no handle, no right, the handle's key is deleted, no memory, no registry. */
LSTATUS win_key_enter(HKEY key, LPCWSTR sub_key, REGSAM right, const char *call,
                      struct win_key *ret_key);
/* Hands `result` on. */
LSTATUS win_key_leave(struct win_key *key, LSTATUS result);
/* The same as a function that is called with a key that is there; else ERROR_FILE_NOT_FOUND. */
LSTATUS win_key_there(HKEY key, LPCWSTR sub_key, REGSAM right, const char *call,
                      struct win_key *ret_key);

/* To free(); NULL for no memory. `name` NULL: "". */
char *win_key_name(LPCWSTR name);
/* A code for what registry_set() and registry_make_key() answer. */
LSTATUS win_key_error(int error);
/* Characters without the NUL. */
DWORD win_key_units(const char *name);
/* With its NUL into `room` characters; ERROR_MORE_DATA: does not fit. *ret_length without it. */
LSTATUS win_key_put_name(const char *name, LPWSTR to, DWORD room, DWORD *ret_length);
/* A value's data into *io_size bytes, as RegQueryValueEx hands it out; NULLs as there. */
LSTATUS win_key_put_data(const void *data, size_t size, LPBYTE to, LPDWORD io_size);

#endif

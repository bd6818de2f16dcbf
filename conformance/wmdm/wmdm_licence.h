/* Content that is protected: by the simulation of docs/protected-content.md, and as a real scheme
 * marks it. Written by the judge itself, byte by byte; nothing is encrypted. */
#ifndef CONFORMANCE_WMDM_WMDM_LICENCE_H
#define CONFORMANCE_WMDM_WMDM_LICENCE_H

#include "conformance/wmdm/wmdm.h"

#define WMDM_LICENCE_STORE "papkit-simulation.lic"

struct wmdm_licence {
    uint8_t content; /* the last byte of its id */
    bool is_absent;  /* the header names the content, and has no licence */
    DWORD type, flags, rights, level, count;
    WMDMDATETIME until;
};

enum { WMDM_PROTECTED_MAX = 1024, WMDM_RECORD = 52 };
/* A file of that header with some content behind it; its length. */
size_t wmdm_protected(const struct wmdm_licence *licence, BYTE ret_file[WMDM_PROTECTED_MAX]);
/* The same with the mark of a real scheme, which nobody here has a licence for. */
size_t wmdm_protected_otherwise(BYTE ret_file[WMDM_PROTECTED_MAX]);

/* A licence-store file of so many records. */
enum { WMDM_RECORD_LICENCE = 1, WMDM_RECORD_REVOKED = 2 };
size_t wmdm_store(const struct wmdm_licence *licences, const DWORD *kinds, size_t count,
                  BYTE ret_file[WMDM_PROTECTED_MAX]);

#endif

/* Protected content, as a SIMULATION: what a file's header says of its protection, and what the
 * licence-store file holds. No bit of it is Windows Media DRM: nothing is encrypted and no secret
 * is kept (docs/protected-content.md has both formats, byte by byte). Bytes only; no device. */
#ifndef SPCORE_SP_SP_LICENCE_H
#define SPCORE_SP_SP_LICENCE_H

#include <stddef.h>

#include "spcore/include/mswmdm.h"

#define SP_LICENCE_STORE u"papkit-simulation.lic" /* in the root of a medium (U34) */
/* Levels of certificates and of WMDMRIGHTS::dwAppSec; the built-in pair has the first. */
enum { SP_LEVEL_BASIC = 1 };

enum sp_protection {
    SP_CLEAR,
    SP_SIMULATED, /* by the simulation's licence object */
    SP_FOREIGN,   /* by a real scheme, of which nothing is known here */
};
struct sp_licence {
    GUID content;
    bool is_given; /* false: the header names the content alone, its licence is elsewhere */
    WMDMRIGHTS rights;
};

/* How much of a file that begins so sp_licence_header() has to be given to see all that matters: 0,
 * or up to SP_HEADER_MOST, and what is longer than that it calls foreign. */
enum { SP_HEADER_MOST = 16u << 20 };
size_t sp_licence_reach(const BYTE *head, size_t length);

/* `head` is the beginning of a file. *ret_licence is set for SP_SIMULATED. */
enum sp_protection sp_licence_header(const BYTE *head, size_t length,
                                     struct sp_licence *ret_licence);

/* The licence-store file's records of that content, from the one at *cursor (0: the first) on;
 * false: no more. What is no store has none. */
enum sp_record { SP_RECORD_LICENCE = 1, SP_RECORD_REVOKED = 2 };
bool sp_licence_next(const BYTE *store, size_t length, const GUID *content, size_t *cursor,
                     enum sp_record *ret_kind, WMDMRIGHTS *ret_rights);

/* May an application of that level copy it to a device now? S_OK or the code for what forbids it
 * (SP-DRM-011). */
HRESULT sp_licence_allows(const WMDMRIGHTS *rights, DWORD level, const WMDMDATETIME *now);

#endif

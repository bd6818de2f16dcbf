/* What the installation of one section of an INF would do, as steps in the order of the file.
 * Nothing is done here: who carries a plan out does so only when there is all of it. */
#ifndef CONFORMANCE_HOST_INF_INF_PLAN_H
#define CONFORMANCE_HOST_INF_INF_PLAN_H

#include <stdint.h>

#include "conformance/host/inf/inf_models.h"

enum inf_step_kind {
    INF_SET_VALUE,    /* AddReg: key, name, flags, type, data */
    INF_DELETE_VALUE, /* DelReg: key, name */
    INF_COPY_FILE,    /* name: the file; key: its folder, "DIRID[,SUBFOLDER]", "": not said */
    INF_SERVICE,      /* name, flags of AddService; key: its binary; numbers: SERVICE_… */
    /* What else a service says of itself: key is the directive, name the value of the registry,
     * type and data (with several names one after the other); flags: of AddService, which keeps it.
     */
    INF_SERVICE_SETTING,
    /* Of service `owner`: name is the subtype; numbers: TRIGGER_…; data are its items, each a type
     * and a size (32 bits, little-endian) before its bytes. */
    INF_TRIGGER,
    INF_INTERFACE, /* name: class GUID; key: reference string; flags */
};

/* Whose key HKR is: its owner is a service, an event log's "LOG\\NAME" or an interface's
 * "CLASS[\\REFERENCE]". */
enum inf_scope { INF_SOFTWARE, INF_HARDWARE, INF_OF_SERVICE, INF_EVENT_LOG, INF_OF_INTERFACE };

enum { INF_SERVICE_TYPE, INF_START_TYPE, INF_ERROR_CONTROL };
enum { INF_TRIGGER_TYPE, INF_TRIGGER_ACTION };

/* AddReg's flags ("INF AddReg Directive"); the rest of the upper half is the type. */
enum {
    INF_REG_BINARY = 0x1,
    INF_REG_NO_CLOBBER = 0x2,
    INF_REG_DELETE = 0x4,
    INF_REG_APPEND = 0x8,
    INF_REG_KEY_ONLY = 0x10,
    INF_REG_OVERWRITE_ONLY = 0x20,
};
/* Types of values (winnt.h). */
enum {
    INF_SZ = 1,
    INF_EXPAND_SZ = 2,
    INF_BINARY = 3,
    INF_DWORD = 4,
    INF_MULTI_SZ = 7,
    INF_QWORD = 11,
};
/* AddService's flags: of the function driver; what an installed service keeps of its own. */
enum {
    INF_ASSOCIATED_SERVICE = 0x2,
    INF_KEEP_DISPLAY_NAME = 0x8,
    INF_KEEP_START_TYPE = 0x10,
    INF_KEEP_ERROR_CONTROL = 0x20,
    INF_KEEP_GROUP = 0x40,
    INF_KEEP_DEPENDENCIES = 0x80,
    INF_KEEP_DESCRIPTION = 0x100,
    INF_START_SERVICE = 0x800,
    INF_KEEP_PRIVILEGES = 0x1000,
    INF_KEEP_TRIGGERS = 0x2000,
    INF_KEEP_SID_TYPE = 0x4000,
    INF_KEEP_DELAYED = 0x8000,
    INF_KEEP_FAILURE_ACTIONS = 0x20000,
    INF_KEEP_BOOT_FLAGS = 0x40000,
};

struct inf_step {
    enum inf_step_kind kind;
    enum inf_scope scope;  /* of HKR: whose */
    const struct inf *inf; /* where it stands */
    struct inf_at at;
    /* Owned. `root` is HKR, HKLM …; `owner` the service or interface that scope names; `text` the
     * first string of the data. */
    char *root, *owner, *key, *name, *text;
    bool
        has_dirid; /* of `text`, or a service's binary: it stands in the section, not in a string */
    uint32_t flags, type;
    uint32_t numbers[3];
    uint8_t *data; /* as the registry keeps it; owned */
    size_t size;
};

/* `INF_WORK_MAX`: entries and values looked at, for all plans of one library,
 * and for all languages. */
enum {
    INF_STEPS_MAX = 100000,
    INF_INCLUDES_MAX = 32,
    INF_DEPTH_MAX = 8,
    INF_WORK_MAX = 4000000,
};

/* The INFs that Include names, found beside the one that includes; each is looked for once. */
struct inf_library {
    const char *folder; /* NULL: none is looked for; borrowed */
    unsigned code_page, langid;
    struct inf_included {
        char *path;
        struct inf *inf; /* NULL: it is not there, or none */
        struct inf_strings strings;
    } * included[INF_INCLUDES_MAX];
    size_t count;
    size_t work; /* done for plans */
};

struct inf_plan {
    struct inf_step *steps;
    size_t count, room;
    bool is_of_device; /* in: a device's, for which more holds */
    bool is_partial;   /* an INF that is included is not there, or a limit is reached */
    bool failed;       /* no memory */
};

/* Adds what `section`, as inf_install() has found it, and its .HW, .Services and .Interfaces do.
 * What is wrong are findings of the INF it stands in: with any, a plan is not to be carried out. */
void inf_plan(const struct inf_strings *strings, struct inf_library *library, const char *section,
              struct inf_plan *plan);
void inf_plan_done(struct inf_plan *plan);
void inf_library_done(struct inf_library *library);

/* Decimal, or hexadecimal behind 0x; "" is `absent`. False: not a number of 32 bits. */
bool inf_number(const char *text, uint32_t absent, uint32_t *ret);
/* Is there a folder's number between % signs, as the text stands in the file? */
bool inf_has_dirid(const char *text);
/* {XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX} */
bool inf_is_guid(const char *text);

#endif

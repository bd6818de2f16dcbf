/* Switchable defects of the device service: only in libpapservice-deviant.so (never installed),
 * chosen by the environment variable PAPSERVICE_DEVIATE=name. That library is linked from the
 * service's own objects and this folder; the linker brings calls between the files of the former,
 * and their calls of Windows, to the SEAMs of the latter. */
#ifndef SPCORE_SERVICE_WINDOWS_DEVIANT_SERVICE_DEFECT_H
#define SPCORE_SERVICE_WINDOWS_DEVIANT_SERVICE_DEFECT_H

#include <stdbool.h>

#include "spcore/service/windows/papservice.h"

enum service_defect {
#define DEFECT(token, name, text, ...) SERVICE_DEFECT_##token,
#include "spcore/deviant/service_defects.def"
#undef DEFECT
    SERVICE_DEFECTS
};
bool service_deviates(enum service_defect which);
#define deviates(token) service_deviates(SERVICE_DEFECT_##token)

/* ld's --wrap; the Makefile gathers these lines. */
#define SEAM(function) extern __typeof__(function) __wrap_##function, __real_##function

/* ---- what the seams know of the service's life, which a process has one of */
extern struct service *deviant_service;
DWORD deviant_state(void);        /* last reported; 0: none */
bool deviant_has_opened(void);    /* a device, once */
bool deviant_ends_together(void); /* a removal was told of after a stop */
void deviant_told_stop(void);
void deviant_told_removal(void);
/* Waits until SERVICE_STOPPED is reported. */
void deviant_await_stopped(void);

/* A device that is none, and cannot go away. */
#define DEVIANT_PHANTOM "phantom"
HANDLE deviant_phantom(void);

/* ---- handles of devices, and their registrations */
struct deviant_watch { /* of a handle */
    HANDLE target;
    HCMNOTIFICATION registration, second; /* NULL: none */
    PCM_NOTIFY_CALLBACK callback;
    PVOID context;
    char link[512];
    bool taken;                            /* its registration is taken back */
    bool returned, early;                  /* its registration has; a callback came before */
    bool asked, failed, pending, complete; /* it was told so */
};
/* The last that was registered for a link, in either case, or for a handle; NULL: none. */
struct deviant_watch *deviant_watch_of(const char *link);
bool deviant_is_open(HANDLE handle); /* a device's */
void deviant_closed(HANDLE handle);

#endif

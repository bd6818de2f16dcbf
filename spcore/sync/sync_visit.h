/* A device on its way to be synchronised: plugged into a machine of WMDM with its provider, found
 * in the manager's list, and held against what the document asks of one that takes part. Links with
 * libwmdm. */
#ifndef SPCORE_SYNC_SYNC_VISIT_H
#define SPCORE_SYNC_SYNC_VISIT_H

#include "spcore/include/mdm.h"

struct sync_visit {
    const char *uri;      /* usb:VID:PID[:SERIAL] or usbip:HOST[:PORT]/BUSID */
    const char *provider; /* the library's path */
    const char *clsid;    /* NULL: what it registers, or the device names */
    bool any_class;       /* that provider, whichever class the device names */
    bool is_mtp;          /* an MTP device, whatever it says */
    /* What the device's INF has written; `described` NULL: what the device brings itself. */
    const struct mdm_hardware *described;
    struct mdm_parameters parameters;
    void (*unfit)(void *context, const char *words); /* told of all that the device lacks */
    void *context;
    /* All below by sync_visit_open(). */
    struct mdm_machine *machine;
    IWMDeviceManager3 *manager;
    IWMDMDevice *device;
    char reason[640]; /* of SYNC_VISIT_IMPOSSIBLE, in words */
};

enum sync_visit_answer { SYNC_VISIT_READY, SYNC_VISIT_UNFIT, SYNC_VISIT_IMPOSSIBLE };

/* To be closed in any case. */
enum sync_visit_answer sync_visit_open(struct sync_visit *visit);
void sync_visit_close(struct sync_visit *visit); /* it can be opened again */

#endif

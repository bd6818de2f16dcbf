/* What a Windows host does when a USB device of one function is plugged, as far as the Microsoft
 * OS descriptors decide it: which of them are asked for, what is remembered in the registry,
 * which driver is bound by compatible id and which device interface appears. */
#ifndef CONFORMANCE_HOST_PNP_H
#define CONFORMANCE_HOST_PNP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conformance/host/registry.h"
#include "conformance/raw/raw_msos.h"

/* Our own model's switchable defects (the catalogue's mutants of the rows about a host). */
enum pnp_defect {
#define DEFECT(token, name, text, ...) PNP_##token,
#include "conformance/host/host_defects.def"
#undef DEFECT
    PNP_DEFECTS
};

/* How the device is reached: bytes moved or -errno, -EPIPE for a stall. */
struct pnp_bus {
    void *self;
    int (*control)(void *self, uint8_t type, uint8_t request, uint16_t value, uint16_t index,
                   uint16_t length, void *data);
};

struct pnp_host {
    struct registry registry;
    bool defects[PNP_DEFECTS];
};

enum pnp_driver { PNP_NO_DRIVER, PNP_WINUSB, PNP_WPD_MTP };

/* One plugging. Steps count from 1 in the order they happened; 0: did not happen. */
struct pnp_plugged {
    char hardware_key[320], flags_key[96];
    enum pnp_driver driver;
    bool interface_there; /* a device interface was registered */
    char interface[64];   /* its class, "{…}" in capitals */
    bool version_2;       /* the 2.0 set was valid, so it was used */
    struct msos msos;
    unsigned string_asked, set_asked, compatible_asked; /* 0xEE; the 2.0 set; 1.0's first request */
    unsigned properties_written, driver_started;
};

void pnp_done(struct pnp_host *host);
/* Every defect of the name; false: none has it. */
bool pnp_deviate(struct pnp_host *host, const char *name);
/* -errno when the device cannot even be described. */
int pnp_plug(struct pnp_host *host, const struct pnp_bus *bus, struct pnp_plugged *ret);
/* The part of it that asks and remembers, for a device of which the caller knows its descriptor and
 * its key: no driver is bound. */
int pnp_read_os_descriptors(struct pnp_host *host, const struct pnp_bus *bus,
                            const uint8_t device[18], const char *hardware_key,
                            struct pnp_plugged *ret);
/* Reads both versions, if the device has them, and says whether they agree. 0, -ENOENT when it
 * has not both, -EPROTO when one is malformed. */
int pnp_compare_versions(const struct pnp_host *host, const struct pnp_bus *bus, bool *ret_agree);

#endif

/* An INF from anybody, installed: it is refused with a reason, or for all its models; one that
 * fails leaves no service behind. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/host/pnp/pnp_models.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MODELS = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pnp_machine *machine = pnp_machine_new(NULL);
    struct pnp_devnode *devnodes[MODELS];
    char error[256] = "";
    size_t count, started = 0;

    if (!machine)
        return 0;
    if (pnp_stage(machine, "fuzz.inf", data, size, error, sizeof(error))) {
        if (!error[0])
            abort();
    } else {
        count = pnp_plug_models(machine, "fuzz.inf", devnodes, MODELS);
        for (size_t i = 0; i < count; i++) {
            started += devnodes[i]->state == PNP_STARTED;
            pnp_detach(machine, devnodes[i]);
        }
        if (!started &&
            registry_has_key(pnp_registry(machine), "HKLM\\SYSTEM\\CurrentControlSet\\Services"))
            abort();
    }
    pnp_machine_free(machine);
    return 0;
}

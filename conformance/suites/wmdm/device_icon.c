/* The icon of a device, as its own property has it. */
#include <unistd.h>

#include "conformance/raw/raw_snapshot.h"
#include "conformance/wmdm/wmdm_case.h"
#include "mtp_codes.h"

enum { ICON_MAX = 65536, COUNT = 4 /* bytes of the number before an array */ };

/* What the file has from its beginning; the rest of `data` stays. */
static size_t content(DWORD handle, uint8_t *data)
{
    ssize_t got = pread((int)handle, data, ICON_MAX, 0);

    return got < 0 ? 0 : (size_t)got;
}

static const struct snapshot_bytes *icon_of(struct conf *c)
{
    const struct snapshot *snapshot = snapshot_before(c, SNAPSHOT_DEVICE);

    for (size_t i = 0; i < snapshot->description_count; i++) {
        const struct snapshot_description *one = &snapshot->descriptions[i];

        if (!one->format && one->code == MTP_DPC_DEVICE_ICON && one->current.size > COUNT)
            return &one->current;
    }
    conf_inconclusive(c, "the device describes no icon");
}

CONF_CASE(DEVICE_ICON_BV_01, .title = "Each caller has an icon of its own, which is the device's",
          .reqs = REQS("SP-DEV-029"), .ics = "PROVIDER.DEVICE.ICON", .player = "pap-commands",
          .needs = CONF_PROVIDER,
          .steps = "GetDeviceIcon twice; what the one is, and the other once that is closed")
{
    const struct snapshot_bytes *icon = icon_of(c);
    struct wmdm *w = wmdm_open(c);
    uint8_t *data = calloc(1, ICON_MAX);
    DWORD one = 0, other = 0;

    if (!data)
        conf_setup_failed(c, "no memory");
    ROW("SP-DEV-029.icon") {
        REQUIRE_HR(CALL(IMDSPDevice, GetDeviceIcon, wmdm_device(w), &one), S_OK);
        CHECK_BYTES(data, content(one, data), icon->data + COUNT, icon->size - COUNT);
    }
    ROW("SP-DEV-029.each") {
        REQUIRE_HR(CALL(IMDSPDevice, GetDeviceIcon, wmdm_device(w), &other), S_OK);
        close((int)one);
        CHECK_EQ(content(other, data), icon->size - COUNT);
    }
    close((int)other);
    free(data);
}

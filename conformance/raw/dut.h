/* What the device and server suites share: a connection of raw USB/IP frames, a pipe of raw
 * containers, and the few objects a case needs before it can judge. Helpers end the case: with a
 * FAIL of the ROW they are called in when the subject does not answer, as conf_refused() does
 * otherwise (and always when they make what the case needs, such as an object). */
#ifndef CONFORMANCE_RAW_DUT_H
#define CONFORMANCE_RAW_DUT_H

#include "conformance/case/conf.h"
#include "conformance/raw/raw_containers.h"
#include "conformance/raw/raw_descriptors.h"
#include "conformance/raw/raw_usbip.h"
#include "spcore/mtp/mtpi.h"

enum {
    DUT_PROMPT_MS = 2000, /* bound of every reply that is mandated at once */
    DUT_QUIET_MS = 300,   /* how long a reply that must not come is waited for */
    /* Standard requests (USB 2.0, table 9-4) and feature selectors. */
    USB_GET_STATUS = 0,
    USB_CLEAR_FEATURE = 1,
    USB_SET_FEATURE = 3,
    USB_GET_DESCRIPTOR = 6,
    USB_GET_CONFIGURATION = 8,
    USB_SET_CONFIGURATION = 9,
    USB_GET_INTERFACE = 10,
    USB_SET_INTERFACE = 11,
    USB_ENDPOINT_HALT = 0,
    USB_REMOTE_WAKEUP = 1,
    /* bmRequestType */
    USB_TO_DEVICE = 0x00,
    USB_TO_INTERFACE = 0x01,
    USB_TO_ENDPOINT = 0x02,
    USB_FROM_DEVICE = 0x80,
    USB_FROM_INTERFACE = 0x81,
    USB_FROM_ENDPOINT = 0x82,
};

/* ---- control transfers over the engine's transport */
int dut_control(struct conf *c, uint8_t type, uint8_t request, uint16_t value, uint16_t index,
                uint16_t length, void *data);
/* A descriptor as far as `length`; bytes or -errno. */
int dut_descriptor(struct conf *c, uint8_t type, uint8_t number, uint16_t language, uint16_t length,
                   void *data);
/* Status bits of device, interface or endpoint; -errno, or -EMSGSIZE when it is not two bytes. */
int dut_status(struct conf *c, uint8_t type, uint16_t index);

/* ---- raw frames */
/* Connects and imports, or ends the case. dut_leave() closes. */
struct raw_connection *dut_import(struct conf *c);
void dut_leave(struct raw_connection **connection);
/* Does an import of the device work on a new connection? */
bool dut_importable(struct conf *c);
/* An endpoint that no descriptor has, as an address; 0: all are there. */
uint8_t dut_absent(struct conf *c, struct raw_connection *connection, bool inward);
#define DUT_CONNECTION __attribute__((cleanup(dut_leave))) struct raw_connection *

/* ---- containers */
struct dut {
    struct conf *c;
    struct ct_pipe pipe;
    struct mtpi *mtpi;       /* whose session we share and whose transaction ids we continue */
    struct ct_answer answer; /* of the last operation */
    uint16_t asked;          /* which one that was */
    uint16_t format;         /* of the last SendObjectInfo */
    uint32_t store, folder;  /* after dut_work() */
};
#define DUT __attribute__((cleanup(dut_done))) struct dut

struct dut dut_pipe(struct conf *c);    /* no session */
struct dut dut_session(struct conf *c); /* session 1 */
struct dut dut_work(struct conf *c);    /* the same, with a folder of our own */
struct dut dut_raw(struct conf *c, struct raw_connection *connection); /* raw frames, no session */
void dut_done(struct dut *dut);
/* Device and session closed and opened anew; handles may have changed. */
void dut_reconnect(struct dut *dut);

/* Parameters of an operation; PARAMS() for none. */
#define PARAMS(...)                                                                                \
    (const uint32_t[]){0, ##__VA_ARGS__} + 1,                                                      \
        (unsigned)(sizeof((const uint32_t[]){0, ##__VA_ARGS__}) / sizeof(uint32_t) - 1)

/* One operation; its response code. No answer at all ends the case: a FAIL in a ROW. */
uint16_t dut_op(struct dut *dut, uint16_t code, const uint32_t *params, unsigned count);
/* OpenSession with transaction id 0; a session somebody left open is closed first. */
uint16_t dut_open(struct dut *dut, uint32_t session);
/* The same with a data phase of ours. */
uint16_t dut_put(struct dut *dut, uint16_t code, const uint32_t *params, unsigned count,
                 const void *data, size_t length);
/* Ends the case as conf_refused() does: the last operation was to answer OK and did not; or, where
 * it did, another step of the table failed. */
_Noreturn void dut_unprepared(struct dut *dut, const char *step);
/* One operation on the way to what is judged: OK, or the case ends so. */
void dut_must(struct dut *dut, uint16_t code, const uint32_t *params, unsigned count);
/* The response of what was sent by hand. */
uint16_t dut_collect(struct dut *dut);
/* Device Reset, halts cleared, whatever still comes thrown away; the session is over then. */
void dut_recover(struct dut *dut);
/* Throws bulk IN data away until none comes for a while; true if a response to `id` was in it. */
bool dut_drain(struct dut *dut, uint32_t id);
/* Judges whether the pipe is still in step: GetDeviceInfo answers with its own data and id. */
bool dut_in_step(struct dut *dut);
struct ct_reader dut_reader(const struct dut *dut); /* of the last answer's data */

enum { DUT_STORES = 16 };
/* The stores as GetStorageIDs has them; 0 when it is refused. */
size_t dut_stores(struct dut *dut, uint32_t ret_ids[DUT_STORES]);
/* The first store whose medium our simulator lets go of, as its `eject` takes it; 0: none. */
uint32_t dut_card(struct dut *dut);
/* The first writable store there is; a set-up failure if there is none. */
uint32_t dut_first_store(struct dut *dut);
/* Objects, each a set-up failure when refused. */
uint32_t dut_folder(struct dut *dut, uint32_t parent, const char *name);
uint32_t dut_file(struct dut *dut, uint32_t parent, const char *name, uint16_t format,
                  const void *data, size_t length);
/* SendObjectInfo as asked; its response code. A song or a file of no format becomes one of a format
 * that the device has. */
uint16_t dut_send_info(struct dut *dut, uint32_t store, uint32_t parent, uint16_t format,
                       uint32_t size, const char *name);
/* Handles of GetObjectHandles into `handles`; how many the device named. */
size_t dut_handles(struct dut *dut, uint32_t store, uint32_t format, uint32_t parent,
                   uint32_t *handles, size_t room);
/* Whether the last operation was refused since the device filters by no format (MTP 1.1, D.2.7). */
bool dut_filters_no_format(const struct dut *dut);
bool dut_has(const uint32_t *handles, size_t count, uint32_t handle);
/* What DeviceInfo lists. */
struct dut_info {
    uint16_t operations[256], events[64], properties[128], captures[64], formats[128];
    size_t operation_count, event_count, property_count, capture_count, format_count;
    char extension[256], manufacturer[256], model[256], version[256], serial[256];
    uint16_t standard, extension_version, mode;
    uint32_t extension_id;
    size_t left_over;
    bool broken;
};
void dut_device_info(struct dut *dut, struct dut_info *ret);
bool dut_lists(const uint16_t *codes, size_t count, uint16_t code);
/* `wanted` where the device plays it, or else a format that it does: no document names one that
 * every player has. */
uint16_t dut_format(struct dut *dut, uint16_t wanted);
/* What DeviceInfo lists, asked once and beside the last answer, which stays. */
const struct dut_info *dut_listed(struct dut *dut);
/* Whether DeviceInfo lists the operation. */
bool dut_offers(struct dut *dut, uint16_t operation);
/* The object of that name, in the session there is: handles are of one session (MTP 1.1, 3.4.1).
 * 0: none. */
uint32_t dut_named(struct dut *dut, const char *name);
/* Properties that a format has, in a sane number. */
enum { DUT_PROPS_MAX = 160 };
size_t dut_properties(struct dut *dut, uint16_t format, uint16_t codes[DUT_PROPS_MAX]);
/* SetObjectPropValue of a string. */
uint16_t dut_set_text(struct dut *dut, uint32_t handle, uint16_t property, const char *text);
/* One verb about the device under judgement to papsim, its answer dropped. */
void dut_verb(struct conf *c, const char *verb);
/* Reproducible bytes: byte i of content `salt`. */
void dut_fill(uint8_t *bytes, size_t length, unsigned salt);

#endif

/* What the device and server suites share: a link of raw USB/IP frames, a pipe of raw containers,
 * and the few objects a case needs before it can judge. Helpers end the case: with a FAIL of the
 * row given when the subject does not answer, as a failed set-up otherwise. */
#ifndef SUITES_JUDGE_H
#define SUITES_JUDGE_H

#include "engine/conf.h"
#include "host/containers.h"
#include "host/descriptors.h"
#include "host/raw_usbip.h"
#include "mtp/mtpi.h"

enum {
    JUDGE_PROMPT_MS = 2000, /* bound of every reply that is mandated at once */
    JUDGE_QUIET_MS = 300,   /* how long a reply that must not come is waited for */
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

/* ---- control transfers over the engine's transport ------------------------------------------- */
int judge_control(struct conf *c, uint8_t type, uint8_t request, uint16_t value, uint16_t index,
                  uint16_t length, void *data);
/* A descriptor as far as `length`; bytes or -errno. */
int judge_descriptor(struct conf *c, uint8_t type, uint8_t number, uint16_t language,
                     uint16_t length, void *data);
/* Status bits of device, interface or endpoint; -errno, or -EMSGSIZE when it is not two bytes. */
int judge_status(struct conf *c, uint8_t type, uint16_t index);

/* ---- raw frames --------------------------------------------------------------------------------
 */
/* Connects and imports; a set-up failure if that does not work. judge_leave() closes. */
struct raw_link *judge_import(struct conf *c);
void judge_leave(struct raw_link **link);
#define JUDGE_LINK __attribute__((cleanup(judge_leave))) struct raw_link *

/* ---- containers
 * ---------------------------------------------------------------------------------- */
struct judge {
    struct conf *c;
    struct ct_pipe pipe;
    struct mtpi *mtpi;       /* whose session we share and whose transaction ids we continue */
    struct ct_answer answer; /* of the last operation */
    uint32_t store, folder;  /* after judge_work() */
};
#define JUDGE __attribute__((cleanup(judge_done))) struct judge

struct judge judge_pipe(struct conf *c);    /* no session */
struct judge judge_session(struct conf *c); /* session 1 */
struct judge judge_work(struct conf *c);    /* the same, with a folder of our own */
struct judge judge_raw(struct conf *c, struct raw_link *link); /* raw frames, no session */
void judge_done(struct judge *judge);

/* Parameters of an operation; PARAMS() for none. */
#define PARAMS(...)                                                                                \
    (const uint32_t[]){0, ##__VA_ARGS__} + 1,                                                      \
        (unsigned)(sizeof((const uint32_t[]){0, ##__VA_ARGS__}) / sizeof(uint32_t) - 1)

/* One operation; its response code. No answer at all is a FAIL of `row` and ends the case. */
uint16_t judge_op(struct judge *judge, const char *row, uint16_t code, const uint32_t *params,
                  unsigned count);
/* OpenSession with transaction id 0; a session somebody left open is closed first. */
uint16_t judge_open(struct judge *judge, const char *row, uint32_t session);
/* The same with a data phase of ours. */
uint16_t judge_put(struct judge *judge, const char *row, uint16_t code, const uint32_t *params,
                   unsigned count, const void *data, size_t length);
/* The response of what was sent by hand. */
uint16_t judge_collect(struct judge *judge, const char *row);
/* Device Reset, halts cleared, whatever still comes thrown away; the session is over then. */
void judge_recover(struct judge *judge);
/* Throws bulk IN data away until none comes for a while; true if a response to `id` was in it. */
bool judge_drain(struct judge *judge, uint32_t id);
/* Judges whether the pipe is still in step: GetDeviceInfo answers with its own data and id. */
bool judge_in_step(struct judge *judge);
struct ct_reader judge_reader(const struct judge *judge); /* of the last answer's data */

/* The first writable store there is; a set-up failure if there is none. */
uint32_t judge_first_store(struct judge *judge);
/* Objects, each a set-up failure when refused. */
uint32_t judge_folder(struct judge *judge, uint32_t parent, const char *name);
uint32_t judge_file(struct judge *judge, uint32_t parent, const char *name, uint16_t format,
                    const void *data, size_t length);
/* SendObjectInfo as asked; its response code. */
uint16_t judge_send_info(struct judge *judge, const char *row, uint32_t store, uint32_t parent,
                         uint16_t format, uint32_t size, const char *name);
/* Handles of GetObjectHandles into `handles`; how many the device named. */
size_t judge_handles(struct judge *judge, const char *row, uint32_t store, uint32_t format,
                     uint32_t parent, uint32_t *handles, size_t room);
bool judge_has(const uint32_t *handles, size_t count, uint32_t handle);
/* What DeviceInfo lists. */
struct judge_info {
    uint16_t operations[256], events[64], properties[128], captures[64], formats[128];
    size_t operation_count, event_count, property_count, capture_count, format_count;
    char extension[256], manufacturer[256], model[256], version[256], serial[256];
    uint16_t standard, extension_version, mode;
    uint32_t extension_id;
    size_t left_over;
    bool broken;
};
void judge_device_info(struct judge *judge, const char *row, struct judge_info *ret);
bool judge_lists(const uint16_t *codes, size_t count, uint16_t code);
/* Properties that a format has, in a sane number. */
enum { JUDGE_PROPS_MAX = 160 };
size_t judge_properties(struct judge *judge, const char *row, uint16_t format,
                        uint16_t codes[JUDGE_PROPS_MAX]);
/* SetObjectPropValue of a string. */
uint16_t judge_set_text(struct judge *judge, const char *row, uint32_t handle, uint16_t property,
                        const char *text);
/* One verb about the device under judgement to papsim, its answer dropped. */
void judge_verb(struct conf *c, const char *verb);
/* Reproducible bytes: byte i of content `salt`. */
void judge_fill(uint8_t *bytes, size_t length, unsigned salt);

#endif

/* The handshake with an instance, message by message, for cases that look at one or spoil it. */
#ifndef CONFORMANCE_WMDM_WMDM_HANDSHAKE_H
#define CONFORMANCE_WMDM_WMDM_HANDSHAKE_H

#include "conformance/wmdm/wmdm.h"

struct wmdm_message {
    BYTE *data; /* NULL: it did not come about */
    DWORD length;
};

/* What happens to the input of a pass on its way. */
enum wmdm_harm { WMDM_WHOLE, WMDM_BIT_CHANGED, WMDM_CUT, WMDM_LONGER };
struct wmdm_spoilt {
    enum wmdm_harm harm; /* CUT, LONGER: by the last byte, by a zero behind it */
    DWORD pass;
    size_t at;    /* BIT_CHANGED: the byte, counted round the message */
    unsigned bit; /* of it */
};

/* One run of it: what did not come about is empty and E_PENDING. */
struct wmdm_run {
    struct wmdm_message hello, offer, proof, done;
    HRESULT pass_0, pass_1;
    struct sac_channel *host; /* the host's end */
};

/* The host's end with its hello and no more. */
struct wmdm_run wmdm_run_new(struct conf *c, enum wmdm_certificate which);
HRESULT wmdm_run_answer(struct wmdm_run *run); /* the host's: makes the proof of the offer */
struct wmdm_run wmdm_run(struct wmdm *w, enum wmdm_certificate which,
                         const struct wmdm_spoilt *spoilt /* NULL: nothing is */);
void wmdm_run_free(struct wmdm_run *run);

/* SACAuth of that pass; another protocol than the channel's by its number. */
HRESULT wmdm_pass(struct wmdm *w, DWORD number, struct wmdm_message in,
                  struct wmdm_message *ret_out);
HRESULT wmdm_pass_of(struct wmdm *w, DWORD protocol, DWORD number, struct wmdm_message in,
                     struct wmdm_message *ret_out);

/* GetDeviceCount: WMDM_E_NOTCERTIFIED as long as the channel is not open. */
HRESULT wmdm_device_count(struct wmdm *w);

#endif

/* An application of our own model of Windows Media Device Manager, between what it does and a
 * provider that writes down what it is asked. The callbacks write into the same log, behind "app:",
 * so that one sequence tells both ends. */
#ifndef CONFORMANCE_HOST_APP_APP_H
#define CONFORMANCE_HOST_APP_APP_H

#include "conformance/case/conf.h"
#include "conformance/host/recorder/recorder.h"

struct app {
    struct conf *c;
    struct recorder *recorder; /* offers everything but direct transfer, until the case says else */
    struct mdm_machine *machine;
    struct mdm_parameters parameters; /* of app_plug(): UseExtendedWmdm 1, blocks of 400 bytes */
    IWMDeviceManager3 *manager;
    struct sac_channel *channel;
};
/* A machine with the recorder as its plug-and-play provider; gone when the case ends. */
struct app *app_new(struct conf *c);
void app_plug(struct app *app, const char *path);
void app_start(struct app *app); /* authenticates, and has the list made */
void app_stop(struct app *app);
HRESULT app_certify(struct sac_channel *client); /* SetCertificate, of the high level */
/* A step of ours that leads to what is judged. */
void app_step(struct app *app, const char *what, HRESULT hr);
/* A device "path" that is listed, its root and the file "one"; references of the caller's. */
IWMDMDevice *app_device(struct app *app);
IWMDMStorage *app_root(struct app *app);
IWMDMStorage *app_file(struct app *app);
void *app_query(struct app *app, void *object, REFIID iid);
DWORD app_count(struct app *app); /* of devices listed */

/* The log less all words but these, each up to its bracket; and is it that? */
bool app_saw(struct app *app, const char *words, const char *expected);
#define SAW(words, expected) CHECK(app_saw(app, words, expected))

/* ---- callbacks; each is released by the case */
struct app_operation {
    struct app *app;
    const WCHAR *name;   /* NULL: GetObjectName fails */
    const char *content; /* to write */
    size_t size, at;
    unsigned cancels_at; /* block; 0: never */
    bool offers_clear;   /* IWMDMOperation3 */
    bool spoils_mac;
    BYTE got[4096]; /* of a read */
    size_t got_size;
    HRESULT ended; /* of End; E_PENDING before */
};
IWMDMOperation *app_operation_new(struct app_operation *script /* borrowed */);

/* `version` 1, 2 or 3. The last Release is written down, too, and app_wait() waits for it. */
struct app_progress {
    struct app *app;
    unsigned version;
    unsigned cancels_at; /* step; 0: never */
    unsigned steps;
    volatile bool released;
};
IWMDMProgress *app_progress_new(struct app_progress *script /* borrowed */);
void app_wait(struct app_progress *script);

/* Writes down "app:message(type,name,devices that are listed then)". Advises it. */
IUnknown *app_advise(struct app *app, DWORD *ret_cookie);

#define GONE(object)                                                                               \
    do {                                                                                           \
        if (object)                                                                                \
            (object)->lpVtbl->Release(object);                                                     \
        (object) = NULL;                                                                           \
    } while (0)

#endif

/* A provider that does nothing but what it is told to, and writes down what it is asked: the other
 * end of what Windows Media Device Manager does for an application. Its device has a root with the
 * files "one" and "two". */
#ifndef CONFORMANCE_HOST_RECORDER_RECORDER_H
#define CONFORMANCE_HOST_RECORDER_RECORDER_H

#include "spcore/include/mdm.h"

enum {
    RECORDER_ROOM = 16384,
    RECORDER_CONTENT = 1 << 20,
};

struct recorder {
    /* What it offers. */
    bool version_2, version_3; /* IMDServiceProvider2 and 3 */
    bool device_3, storage_2, storage_3, storage_4, object_2, direct, session;
    unsigned devices; /* that CreateDevice makes, or EnumDevices finds */
    /* What it does wrong: the method, from its nth call on (from 1). */
    const char *fails;
    unsigned fails_at;
    HRESULT failure;
    bool spoils_mac;    /* of everything that it hands out */
    bool hands_nothing; /* S_OK, and no pointer */
    /* What was asked of it: "CreateInstance SACAuth(0) …", a blank between two. */
    char log[RECORDER_ROOM];
    unsigned instances;             /* alive */
    BYTE content[RECORDER_CONTENT]; /* of every file */
    DWORD length;
    DWORD format; /* code of the last list it was given; 0: none */
    DWORD level;  /* of its last application */
};

/* The one that the class function serves: it has no other way to know. Borrowed. */
void recorder_bind(struct recorder *recorder);
extern const CLSID recorder_clsid, recorder_other_clsid; /* both are served */
HRESULT STDMETHODCALLTYPE recorder_get_class_object(REFCLSID rclsid, REFIID riid, void **ppv);

/* Empties the log. */
void recorder_clear(struct recorder *recorder);
/* How often a word, up to its bracket, stands in the log. */
unsigned recorder_count(const struct recorder *recorder, const char *method);

#endif

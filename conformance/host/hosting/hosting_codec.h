/* What WMI and the process that hosts a provider say to each other, as bytes. Either end takes what
 * comes for hostile: the provider's process is the provider's. */
#ifndef CONFORMANCE_HOST_HOSTING_HOSTING_CODEC_H
#define CONFORMANCE_HOST_HOSTING_HOSTING_CODEC_H

#include "conformance/host/cim/cim_object.h"
#include "conformance/host/include/wbemprov.h"
#include "conformance/host/principal/principal.h"

enum {
    HOSTING_HEAD = 4,             /* the length of what follows */
    HOSTING_FRAME_MAX = 16 << 20, /* of what follows */
    HOSTING_TEXTS = 4,
};

/* An answer has the number and the op of its call; a note has none. */
enum hosting_kind { HOSTING_CALL, HOSTING_ANSWER, HOSTING_NOTE, HOSTING_KINDS };

enum hosting_op {
    /* of the Windows that the provider lives in */
    HOSTING_STAGE,   /* text 0: an INF */
    HOSTING_PLUG,    /* text 0: the device's address */
    HOSTING_UNPLUG,  /* what was plugged */
    HOSTING_ADVANCE, /* number: milliseconds that pass; answer: the time then, S_FALSE: not all */
    HOSTING_QUIESCE, /* until nobody is at work; answer as of ADVANCE */
    /* of the library: text 0 its path, text 1 the class's id. The answer's text 0: what is wrong */
    HOSTING_LOAD,
    HOSTING_REGISTER, /* answer: text 1 the ThreadingModel */
    HOSTING_CREATE,   /* answer: handle */
    /* of an object of the provider's, by its handle */
    HOSTING_QUERY,      /* iid; answer: handle, or 0; number: 1: refused, and not emptied */
    HOSTING_RELEASE,    /* number: references */
    HOSTING_INITIALIZE, /* texts: user, namespace, locale; flags, context, sink */
    HOSTING_METHOD,     /* number: the slot of IWbemServices; texts, flags, context, sink, object */
    HOSTING_HELD,       /* number: enum hosting_what, sink; answer: number of references */
    /* of WMI, by the provider */
    HOSTING_INDICATE,    /* sink, number: what it said the count is, objects (none: not WMI's) */
    HOSTING_SET_STATUS,  /* sink, flags, hr, text 0, object */
    HOSTING_INIT_STATUS, /* sink, hr, flags */
    HOSTING_SINK_GONE,   /* a note: sink, number: how often it had been passed */
    /* of the repository: texts namespace, user, and two more; flags, context */
    HOSTING_OPEN, /* number: 1: with the plain locator */
    HOSTING_GET,  /* path; answer: object */
    HOSTING_PUT,  /* object; answer: text 0 the path */
    HOSTING_DROP, /* path, number: genus */
    HOSTING_FIND, /* text, number: enum wbem_what; answer: objects */
    HOSTING_RUN,  /* path, method, object; answer: object */
    HOSTING_OPS
};

enum hosting_what { HOSTING_NAMESPACES, HOSTING_CONTEXTS, HOSTING_FIRST_OBJECT };

/* The number of a method of IWbemServices, from IUnknown's first. */
#define HOSTING_SLOT(name) (offsetof(IWbemServicesVtbl, name) / sizeof(void (*)(void)))

struct hosting_named {
    char *name;
    struct cim_value value;
};

struct hosting_message {
    enum hosting_kind kind;
    enum hosting_op op;
    uint32_t id;
    HRESULT hr;
    LONG flags;
    int64_t number;
    uint64_t handle, sink; /* 0: none */
    IID iid;
    struct principal caller;    /* of a call: as whom its thread acts, which the link fills in */
    char *texts[HOSTING_TEXTS]; /* NULL: none */
    bool has_context;
    struct hosting_named *context;
    size_t context_count;
    struct cim_object **objects; /* a reference each; NULL: one that is none of WMI's */
    size_t object_count;
};

/* Head and all, to free(). WBEM_E_OUT_OF_MEMORY: or it is longer than a frame may be. */
HRESULT hosting_encode(const struct hosting_message *message, uint8_t **ret_frame,
                       size_t *ret_size);
/* Of a whole frame without its head; WBEM_E_INVALID_OBJECT. *ret is to hosting_message_done(). */
HRESULT hosting_decode(const uint8_t *bytes, size_t size, struct hosting_message *ret);
void hosting_message_done(struct hosting_message *message);

/* ---- what is put into messages; each leaves the message whole when there is no memory */
/* NULL stays NULL. */
HRESULT hosting_put_text(struct hosting_message *message, size_t index, const char *text);
HRESULT hosting_put_wide(struct hosting_message *message, size_t index, const WCHAR *text);
/* Takes a reference of its own; NULL: one that is none of WMI's. */
HRESULT hosting_put_object(struct hosting_message *message, struct cim_object *object);
/* As of an interface; NULL puts nothing. */
HRESULT hosting_put_face(struct hosting_message *message, IWbemClassObject *object);
/* Interface pointers among its values stay behind. */
HRESULT hosting_put_context(struct hosting_message *message, IWbemContext *context);

/* ---- and taken out */
/* NULL: there is none. To Release(). */
HRESULT hosting_face(const struct hosting_message *message, size_t index, IWbemClassObject **ret);
HRESULT hosting_context(const struct hosting_message *message, IWbemContext **ret);

#endif

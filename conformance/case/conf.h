/* What a suite sees of the engine: declaring a case, checking, and the fixtures a case may use.
 * A case runs in a process of its own; the cases linked in stand in section `conf_cases`. */
#ifndef CONFORMANCE_CASE_CONF_H
#define CONFORMANCE_CASE_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conf; /* one running case */

enum conf_level { CONF_MUST, CONF_SHOULD, CONF_MAY };

enum conf_need {
    CONF_WIRE = 1u << 0, /* speaks USB/IP itself: not over usb: (listed by `list --json`) */
    CONF_WRITES =
        1u << 1, /* creates or deletes objects: on a real device only with --destructive */
    CONF_FORMATS = 1u << 2,  /* formats a store: needs --destructive and the serial number */
    CONF_CONTROL = 1u << 3,  /* needs papsim's control socket: only with our own simulator */
    CONF_PROVIDER = 1u << 4, /* judges a provider; the others judge a device or server */
    CONF_HOST = 1u << 5,     /* judges our own model of a host: never in a vendor's run */
};

struct conf_case {
    const char *id, *title;
    const char *const *reqs; /* NULL-terminated: every row a CHECK of this case carries */
    const char *ics;         /* boolean expression over ICS items; never NULL: "ANY" if always */
    const char *player;      /* player file of our own simulator; NULL: "mtp", or
                              * "pap-winusb" with CONF_PROVIDER */
    const char *steps;       /* one line for `explain`: what the case does */
    enum conf_level level;
    unsigned needs;     /* enum conf_need */
    unsigned timeout_s; /* watchdog; 0: the usual one */
    const char *file;
    int line;
    void (*body)(struct conf *c);
};

#define REQS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Declares a case. The id is a C token with `_` that the reports show with `-`:
 * AREA_TOPIC_BV|BI_NN, never reused. `<id>_case` has external linkage, so that an id that stands
 * twice does not link. */
#define CONF_CASE(token, ...)                                                                      \
    static void token##_body(struct conf *c);                                                      \
    extern const struct conf_case token##_case;                                                    \
    const struct conf_case token##_case = {                                                        \
        .id = #token, .body = token##_body, .file = __FILE__, .line = __LINE__, __VA_ARGS__};      \
    static const struct conf_case *const token##_entry                                             \
        __attribute__((used, section("conf_cases"))) = &token##_case;                              \
    static void token##_body(struct conf *c)

/* ---- checks: each names the row it judges. CHECK counts and goes on, REQUIRE ends the case. */
bool conf_check(struct conf *c, const char *row, bool ok, const char *file, int line,
                const char *format, ...) __attribute__((format(printf, 6, 7)));
bool conf_check_eq(struct conf *c, const char *row, uint64_t actual, uint64_t expected,
                   const char *file, int line, const char *text);
bool conf_check_bytes(struct conf *c, const char *row, const void *actual, size_t actual_length,
                      const void *expected, size_t expected_length, const char *file, int line,
                      const char *text);
/* Ends the case now; what was checked so far stands. */
_Noreturn void conf_end(struct conf *c);
/* Ends it because the set-up, not the subject, failed: verdict ERROR (never a kill). */
_Noreturn void conf_setup_failed(struct conf *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Ends it because the subject does not offer what the row is about: verdict INCONCLUSIVE. */
_Noreturn void conf_inconclusive(struct conf *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#define CHECK(c, row, expression)                                                                  \
    conf_check((c), (row), (expression), __FILE__, __LINE__, "%s", #expression)
#define CHECK_EQ(c, row, actual, expected)                                                         \
    conf_check_eq((c), (row), (uint64_t)(actual), (uint64_t)(expected), __FILE__, __LINE__,        \
                  #actual " == " #expected)
#define CHECK_BYTES(c, row, actual, actual_length, expected, expected_length)                      \
    conf_check_bytes((c), (row), (actual), (actual_length), (expected), (expected_length),         \
                     __FILE__, __LINE__, #actual)
#define REQUIRE(c, row, expression)                                                                \
    do {                                                                                           \
        if (!CHECK(c, row, expression))                                                            \
            conf_end(c);                                                                           \
    } while (0)
#define REQUIRE_EQ(c, row, actual, expected)                                                       \
    do {                                                                                           \
        if (!CHECK_EQ(c, row, actual, expected))                                                   \
            conf_end(c);                                                                           \
    } while (0)

/* A line of the evidence trace that says what was seen. */
void conf_note(struct conf *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- fixtures: made on first use, torn down by the engine. Failure ends the case as
 * conf_setup_failed() would. */
struct tp;
struct mtpi;
struct tp *conf_transport(struct conf *c); /* the device, opened, pipe claimed when there is one */
void conf_transport_drop(struct conf *c);  /* closes it (and the session); next use opens anew */
struct mtpi *conf_mtp(struct conf *c);     /* an initiator without a session */
struct mtpi *conf_mtp_session(struct conf *c); /* the same with session 1 open */
const char *conf_device_uri(struct conf *c);   /* what CreateDevice and tp_open take */
int conf_server_connect(struct conf *c);       /* a TCP socket to the USB/IP server; the caller's */
const char *conf_busid(struct conf *c);        /* of the device on that server */
/* One verb to papsim's control socket as a JSON object; the answer is the caller's to free();
 * ends the case as a set-up failure when papsim refuses. Only with CONF_CONTROL. */
char *conf_control(struct conf *c, const char *json);
void *conf_provider_module(struct conf *c); /* dlopen() handle of the provider under judgement */
const char *conf_provider_path(struct conf *c);
const char *conf_host_defect(const struct conf *c); /* of our host model; "": none */
uint64_t conf_seed(const struct conf *c);
const char *conf_evidence_dir(const struct conf *c);
/* Folder of our own on the device for writing cases, made on first use and removed after. */
uint32_t conf_work_folder(struct conf *c);
/* Marks that control is inside the provider: if the process dies or hangs there, the verdict is a
 * FAIL of `row` that names `method`. NULL ends it. SP_CALL in wmdm/wmdm.h wraps every call. */
void conf_in_provider(struct conf *c, const char *row, const char *method);

#endif

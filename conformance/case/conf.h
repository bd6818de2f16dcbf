/* What a suite sees of the engine: declaring a case, checking, and the fixtures a case may use.
 * A case runs in a process of its own; the cases linked in stand in section `conf_cases`. */
#ifndef CONFORMANCE_CASE_CONF_H
#define CONFORMANCE_CASE_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conformance/case/value.h"
#include "conformance/results/exercised.h"

struct conf; /* one running case */

enum conf_level { CONF_MUST, CONF_SHOULD, CONF_MAY };

enum conf_need {
    CONF_WIRE = 1u << 0, /* speaks USB/IP itself: not over usb: (listed by `list --json`) */
    CONF_WRITES =
        1u << 1, /* creates or deletes objects: on a real device only with --destructive */
    CONF_FORMATS = 1u << 2,        /* formats a store: needs --destructive and the serial number */
    CONF_CONTROL = 1u << 3,        /* needs papsim's control socket: only with our own simulator */
    CONF_PROVIDER = 1u << 4,       /* judges a provider; the others judge a device or server */
    CONF_HOST = 1u << 5,           /* judges our own model of a host: never in a vendor's run */
    CONF_INF = 1u << 6,            /* judges an INF */
    CONF_SERVICE = 1u << 7,        /* judges a device service */
    CONF_CLASS_PROVIDER = 1u << 8, /* judges a class provider of WMI's */
};

struct conf_case {
    const char *id, *title;
    const char *const *reqs; /* NULL-terminated: the rows its ROWs name, and no others */
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

/* ---- rows. What is checked in the block of a ROW is checked for that row, also by a helper that
 * is called in there:
 *
 *     ROW("MTP-SES-002") {
 *         CHECK_RC(dut_open(&dut, 0), MTP_RC_INVALID_PARAMETER);
 *         CHECK_RC(dut_op(&dut, MTP_OP_GET_STORAGE_IDS, PARAMS()), MTP_RC_SESSION_NOT_OPEN);
 *     }
 *
 * A subject that does not answer in there, or takes the process down, fails the row as well. Of
 * two ROWs around a check the inner one counts. Outside of every ROW stands what leads to the
 * judged: no answer is a failed set-up there, a provider that dies fails the first of the case's
 * rows, and a check is a mistake of the suite (verdict ERROR).
 *
 * ROW and the checks use the `c` in scope: the case's own, or a helper's. ROW is a loop of one
 * round, so `return` in it is fine, but `break` and `continue` end no other loop. */
struct conf_row {
    struct conf *c;
    const char *outer;
};
/* `row` NULL: none. It has to outlive the ROW. */
struct conf_row conf_row_enter(struct conf *c, const char *row);
void conf_row_leave(struct conf_row *left);
const char *conf_row(const struct conf *c); /* NULL: outside of every ROW */
/* The row that fails when the provider takes the process down; never NULL. */
const char *conf_row_blamed(const struct conf *c);

/* Is the row one of the case's own? */
bool conf_judges(const struct conf *c, const char *row);

#define ROW(row) CONF_ROW(__COUNTER__, row)
#define CONF_ROW(number, row) CONF_ROW_LOOP(number, row)
#define CONF_ROW_LOOP(number, row)                                                                 \
    for (struct conf_row left_##number                                                             \
         __attribute__((cleanup(conf_row_leave))) = conf_row_enter(c, (row)),                      \
         *once_##number = &left_##number;                                                          \
         once_##number; once_##number = NULL)
/* In the midst of a ROW what is not judged, as if it stood outside of it. */
#define SETUP ROW(NULL)

/* ---- checks. CHECK counts and goes on (its value says whether it held), REQUIRE ends the case. */
#define CHECK(expression) conf_check(c, (expression), __FILE__, __LINE__, #expression)
#define CHECK_EQ(actual, expected)                                                                 \
    conf_check_eq(c, (uint64_t)(actual), (uint64_t)(expected), CONF_IS_SIGNED(actual), __FILE__,   \
                  __LINE__, #actual " == " #expected)
#define CONF_IS_SIGNED(actual) ((__typeof__((actual) + 0))-1 < 1)
#define CHECK_RC(actual, expected) /* response codes of MTP; -errno: none came */                  \
    conf_check_rc(c, (actual), (expected), __FILE__, __LINE__, #actual " == " #expected)
#define CHECK_HR(actual, expected) /* HRESULTs */                                                  \
    conf_check_hr(c, (actual), (expected), __FILE__, __LINE__, #actual " == " #expected)
#define CHECK_NOT_RC(actual, unexpected)                                                           \
    conf_check_not_rc(c, (actual), (unexpected), __FILE__, __LINE__, #actual " != " #unexpected)
#define CHECK_FAILS(actual) /* any HRESULT that is a failure */                                    \
    conf_check_fails(c, (actual), __FILE__, __LINE__, "FAILED(" #actual ")")
/* Any that `ok` says; `wanted` says it in words. */
#define CHECK_ANSWER(ok, actual, wanted)                                                           \
    conf_check_answer(c, (ok), (actual), (wanted), __FILE__, __LINE__, #ok)
/* For what these cannot say: the value is what a reader of the failure wants to know. */
#define CHECK_SEEN(expression, value)                                                              \
    conf_check_seen(c, (expression), (value), __FILE__, __LINE__, #expression)
/* The sentence says what the subject did and why that is wrong; it is the run's own, and only a
 * failure has it. */
#define CHECK_TOLD(expression, sentence)                                                           \
    conf_check_told(c, (expression), (sentence), __FILE__, __LINE__, #expression)
#define REQUIRE_TOLD(expression, sentence) CONF_REQUIRE(CHECK_TOLD(expression, sentence))
#define CHECK_BYTES(actual, actual_length, expected, expected_length)                              \
    conf_check_bytes(c, (actual), (actual_length), (expected), (expected_length), __FILE__,        \
                     __LINE__, #actual)
#define REQUIRE(expression) CONF_REQUIRE(CHECK(expression))
#define REQUIRE_EQ(actual, expected) CONF_REQUIRE(CHECK_EQ(actual, expected))
#define REQUIRE_RC(actual, expected) CONF_REQUIRE(CHECK_RC(actual, expected))
/* Not of CHECK_HR, as what stands in `actual` would be expanded in the text. */
#define REQUIRE_HR(actual, expected)                                                               \
    CONF_REQUIRE(                                                                                  \
        conf_check_hr(c, (actual), (expected), __FILE__, __LINE__, #actual " == " #expected))
#define CONF_REQUIRE(check)                                                                        \
    do {                                                                                           \
        if (!(check))                                                                              \
            conf_end(c);                                                                           \
    } while (0)

/* The text of these is the same in every run: it tells which of a row's checks were made. */
bool conf_check(struct conf *c, bool ok, const char *file, int line, const char *expression);
bool conf_check_eq(struct conf *c, uint64_t actual, uint64_t expected, bool is_signed,
                   const char *file, int line, const char *text);
bool conf_check_rc(struct conf *c, int actual, uint16_t expected, const char *file, int line,
                   const char *text);
bool conf_check_hr(struct conf *c, int32_t actual, int32_t expected, const char *file, int line,
                   const char *text);
bool conf_check_not_rc(struct conf *c, int actual, uint16_t unexpected, const char *file, int line,
                       const char *text);
bool conf_check_fails(struct conf *c, int32_t actual, const char *file, int line, const char *text);
bool conf_check_answer(struct conf *c, bool ok, int32_t actual, const char *wanted,
                       const char *file, int line, const char *text);
bool conf_check_seen(struct conf *c, bool ok, struct value value, const char *file, int line,
                     const char *text);
bool conf_check_told(struct conf *c, bool ok, const char *sentence, const char *file, int line,
                     const char *text);
bool conf_check_bytes(struct conf *c, const void *actual, size_t actual_length,
                      const void *expected, size_t expected_length, const char *file, int line,
                      const char *text);
/* Are they the same text? `seen` NULL: there is none. Where they are not, the next check that fails
 * says both. */
bool conf_same_text(struct conf *c, const char *seen, const char *wanted);
/* One whose text is the run's own, and that is none of a row's minimum. */
bool conf_check_said(struct conf *c, bool ok, struct value value, const char *file, int line,
                     const char *format, ...) __attribute__((format(printf, 6, 7)));
/* In a ROW: so many more of its checks are not made of this subject, which rightly takes another
 * way; the text says which. Without it a row that got fewer checks than on our own subjects is
 * inconclusive. */
void conf_excused(struct conf *c, unsigned checks, const char *why);
/* Ends the case now; what was checked so far stands. */
_Noreturn void conf_end(struct conf *c);
/* Ends it because of ourselves or of what the machine lacks (memory, papsim, a file of ours):
 * verdict ERROR, never a kill. What a subject can bring about ends by conf_refused(). */
_Noreturn void conf_setup_failed(struct conf *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Ends it because the subject did not take a step that leads to what is judged, of the table in
 * demand.c; the text says what it did instead ("OpenSession answered 0x2002 GeneralError"). The row
 * that demands the step fails in the cases that judge it, or else once in one case of the run, and
 * the others were not run because of that. Where no row demands it: INCONCLUSIVE. */
_Noreturn void conf_refused(struct conf *c, const char *step, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same for an operation of MTP that was to answer OK: its response code, or -errno. */
_Noreturn void conf_refused_op(struct conf *c, uint16_t code, int result);
/* Ends it because the subject does not offer what the row is about: verdict INCONCLUSIVE. */
_Noreturn void conf_inconclusive(struct conf *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Tells what the device is asked by frames of a case's own, for the sentence "it stopped answering
 * after …": a request, or what goes to a bulk endpoint (setup NULL). */
void conf_asked(struct conf *c, const uint8_t *setup, const void *data, size_t length);

/* What of the subject was exercised, by its name in exercised.h: an operation by its response
 * code, a request of chapter 9 or of a class. */
void conf_exercised(struct conf *c, enum exercised how, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void conf_exercised_op(struct conf *c, uint16_t code, uint16_t response);
void conf_exercised_request(struct conf *c, const uint8_t setup[8], bool succeeded);

/* A line of the evidence trace that says what was seen. */
void conf_note(struct conf *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same of what equal runs may differ in, such as the order of threads: no note of the results.
 */
void conf_recount(struct conf *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- fixtures: made on first use, torn down by the engine. Failure ends the case as
 * conf_refused() would, or where it is ours conf_setup_failed(). */
struct tp;
struct mtpi;
struct tp *conf_transport(struct conf *c); /* the device, opened, pipe claimed when there is one */
void conf_transport_drop(struct conf *c);  /* closes it (and the session); next use opens anew */
struct mtpi *conf_mtp(struct conf *c);     /* an initiator without a session */
struct mtpi *conf_mtp_session(struct conf *c); /* the same with session 1 open */
const char *conf_device_uri(struct conf *c);   /* what CreateDevice and tp_open take */
/* A device that is not ours outlives the case, and what it holds is somebody's. */
bool conf_is_foreign(const struct conf *c);
int conf_server_connect(struct conf *c); /* a TCP socket to the USB/IP server; the caller's */
const char *conf_busid(struct conf *c);  /* of the device on that server */
/* One verb to papsim's control socket as a JSON object; the answer is the caller's to free();
 * ends the case as a set-up failure when papsim refuses. Only with CONF_CONTROL. */
char *conf_control(struct conf *c, const char *json);
void *conf_provider_module(struct conf *c); /* module.h's of the provider under judgement */
const char *conf_provider_path(struct conf *c);
const char *conf_provider_class(struct conf *c); /* its class id; ends the case: nobody names it */
/* Does the ICS that the case was chosen by say so? Where there is none, as where defects are put
 * into our own, everything is offered. If not, the case takes another way, and none of its rows
 * has to have as many checks as on our own subjects. */
bool conf_offers(struct conf *c, const char *expression);
const char *conf_host_defect(const struct conf *c); /* of our host model; "": none */
const char *conf_inf(const struct conf *c);         /* the file under judgement; "": our own INF */
const char *conf_inf_defect(const struct conf *c);  /* what is made wrong in ours; "": nothing */
const char *conf_class_provider(const struct conf *c);        /* the library under judgement */
const char *conf_class_provider_defect(const struct conf *c); /* of ours; "": nothing */
const char *conf_mof(const struct conf *c);                   /* that registers it; "": our own */
bool conf_has_provider_class(const struct conf *c);
const char *conf_service(const struct conf *c); /* the library under judgement */
uint64_t conf_seed(const struct conf *c);
unsigned conf_timeout_scale(const struct conf *c); /* times every time-out; at least 1 */
/* Folder of our own on the device for writing cases, made on first use and removed after. */
uint32_t conf_work_folder(struct conf *c);
/* Marks that control is inside the provider: if the process dies or hangs there, the verdict is a
 * FAIL of the row that names `method`. NULL ends it. SP_CALL in wmdm/wmdm.h wraps every call. */
void conf_in_provider(struct conf *c, const char *method);
/* Ends the case because the provider, which has a process of its own, ended while control was in
 * there, or was ended; `how`: a sentence. The verdict is that of a crash in the case's process. */
_Noreturn void conf_provider_ended(struct conf *c, const char *how);
/* The same of a service, which has threads of its own: until NULL, `doing` is what the case does
 * to it. */
void conf_in_service(struct conf *c, const char *doing);
/* What was called last, as text, and what came of it: a check of that very result says so. */
void conf_called(struct conf *c, const char *text, int32_t result, struct value answer);
/* Begins a step of the table in demand.c: a provider that dies or hangs in there has not taken it.
 * NULL: it is taken. */
void conf_in_step(struct conf *c, const char *step);
/* A fixture of the suites' own: `undo` is called with `fixture` when the case has ended, however it
 * did (a REQUIRE jumps over the rest of the body), the last one first and before the fixtures
 * above go. conf_forget() for one that is gone already. */
void conf_at_end(struct conf *c, void (*undo)(void *fixture), void *fixture);
void conf_forget(struct conf *c, const void *fixture);

#endif

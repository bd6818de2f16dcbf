/* A case in its own process: counts checks per row and writes verdict.json last of all. The parent
 * turns that into a verdict; no file means that this process did not come to its end. */
#include "conformance/case/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "conformance/case/cases.h"

#define CHECKS_KEPT 200
#define NOTES_KEPT 500

/* ---- trace and checks */

void conf_trace(struct conf *c, const char *what, json_t *members)
{
    json_t *event = json_pack("{s:i,s:s}", "n", (int)c->events++, "what", what);

    json_object_update(event, members);
    json_dumpf(event, c->trace, JSON_COMPACT | JSON_PRESERVE_ORDER);
    fputc('\n', c->trace);
    fflush(c->trace); /* a provider may take the process down at any time */
    json_decref(event);
    json_decref(members);
}

static void count(struct conf *c, const char *row, bool ok)
{
    json_t *entry = json_object_get(c->rows, row);
    const char *key = ok ? "pass" : "fail";

    if (!entry) {
        entry = json_pack("{s:i,s:i}", "pass", 0, "fail", 0);
        json_object_set_new(c->rows, row, entry);
    }
    json_object_set_new(entry, key,
                        json_integer(json_integer_value(json_object_get(entry, key)) + 1));
}

static bool first_of_row(struct conf *c, const char *row)
{
    json_t *entry = json_object_get(c->rows, row);

    return json_integer_value(json_object_get(entry, "pass")) <= 1;
}

/* Text from a device may be anything; the file has to stay JSON. */
static json_t *safe_text(const char *text)
{
    json_t *string = json_string(text);

    return string ? string : json_string("(not UTF-8)");
}

static bool record(struct conf *c, const char *row, bool ok, const char *file, int line,
                   const char *text, const char *seen)
{
    json_t *check;

    count(c, row, ok);
    if (ok && !first_of_row(c, row))
        return ok;
    check =
        json_pack("{s:s,s:b,s:s,s:i,s:o,s:o}", "row", row, "ok", ok, "file", cases_base_name(file),
                  "line", line, "text", safe_text(text), "seen", safe_text(seen));
    if (json_array_size(c->checks) < CHECKS_KEPT || !ok)
        json_array_append(c->checks, check);
    conf_trace(c, "check", check);
    return ok;
}

bool conf_check(struct conf *c, const char *row, bool ok, const char *file, int line,
                const char *format, ...)
{
    char text[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    return record(c, row, ok, file, line, text, ok ? "true" : "false");
}

bool conf_check_eq(struct conf *c, const char *row, uint64_t actual, uint64_t expected,
                   const char *file, int line, const char *text)
{
    char seen[96];

    snprintf(seen, sizeof(seen), "0x%llx, expected 0x%llx", (unsigned long long)actual,
             (unsigned long long)expected);
    return record(c, row, actual == expected, file, line, text, seen);
}

static void hex(char *text, size_t size, const uint8_t *bytes, size_t length)
{
    size_t at = 0;

    text[0] = '\0';
    for (size_t i = 0; i < length && at + 4 < size; i++)
        at += (size_t)snprintf(text + at, size - at, "%02x ", bytes[i]);
}

bool conf_check_bytes(struct conf *c, const char *row, const void *actual, size_t actual_length,
                      const void *expected, size_t expected_length, const char *file, int line,
                      const char *text)
{
    const uint8_t *a = actual, *b = expected;
    bool ok = actual_length == expected_length &&
              (!expected_length || memcmp(actual, expected, expected_length) == 0);
    char seen[512], left[160], right[160];
    size_t at = 0;

    if (ok)
        return record(c, row, true, file, line, text, "equal");
    while (at < actual_length && at < expected_length && a[at] == b[at])
        at++;
    hex(left, sizeof(left), a + at, actual_length - at);
    hex(right, sizeof(right), b + at, expected_length - at);
    snprintf(seen, sizeof(seen), "%zu bytes, expected %zu; first difference at %zu: %s/ %s",
             actual_length, expected_length, at, left, right);
    return record(c, row, false, file, line, text, seen);
}

void conf_note(struct conf *c, const char *format, ...)
{
    char text[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (json_array_size(c->notes) < NOTES_KEPT)
        json_array_append_new(c->notes, safe_text(text));
    conf_trace(c, "note", json_pack("{s:o}", "text", safe_text(text)));
}

/* ---- endings */

/* The first end is the one that counts. */
static _Noreturn void finish(struct conf *c, enum cause cause)
{
    if (!c->is_over)
        c->cause = cause;
    c->is_over = true;
    longjmp(c->end, 1);
}

void conf_end(struct conf *c)
{
    finish(c, CAUSE_CHECKS);
}

void conf_setup_failed(struct conf *c, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(c->reason, sizeof(c->reason), format, arguments);
    va_end(arguments);
    finish(c, CAUSE_SETUP);
}

void conf_inconclusive(struct conf *c, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(c->reason, sizeof(c->reason), format, arguments);
    va_end(arguments);
    finish(c, CAUSE_OFFER);
}

void conf_in_provider(struct conf *c, const char *row, const char *method)
{
    struct conf_marker *marker = c->marker;

    if (!method) {
        marker->inside = 0;
        return;
    }
    snprintf(marker->row, sizeof(marker->row), "%s", row);
    snprintf(marker->method, sizeof(marker->method), "%s", method);
    marker->inside = CONF_PROVIDER;
}

/* ---- the worker's life */

static int open_evidence(struct conf *c)
{
    char path[PATH_MAX + 32];
    int fd;

    snprintf(path, sizeof(path), "%s/trace.jsonl", c->context.evidence);
    c->trace = fopen(path, "we");
    if (!c->trace)
        return -errno;
    snprintf(path, sizeof(path), "%s/marker", c->context.evidence);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0 || ftruncate(fd, sizeof(*c->marker)) < 0)
        return -errno;
    c->marker = mmap(NULL, sizeof(*c->marker), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    return c->marker == MAP_FAILED ? -errno : 0;
}

static int write_verdict(struct conf *c)
{
    char path[PATH_MAX + 32], final[PATH_MAX + 32];
    json_t *verdict = json_pack("{s:s,s:s,s:o,s:O,s:O,s:O}", "id", c->conf_case->id, "cause",
                                cause_names[c->cause], "reason", safe_text(c->reason), "rows",
                                c->rows, "checks", c->checks, "notes", c->notes);
    int error = -ENOMEM;

    if (c->left_behind[0])
        json_object_set_new(verdict, "left_behind", json_string(c->left_behind));
    snprintf(path, sizeof(path), "%s/verdict.tmp", c->context.evidence);
    snprintf(final, sizeof(final), "%s/verdict.json", c->context.evidence);
    if (verdict)
        error = json_dump_file(verdict, path, JSON_INDENT(1)) ? -EIO : 0;
    if (!error && rename(path, final) < 0)
        error = -errno;
    json_decref(verdict);
    return error;
}

static void run_body(struct conf *c)
{
    static char reason[sizeof(c->reason)]; /* survives the jump */

    if (!setjmp(c->end))
        c->conf_case->body(c);
    c->is_over = true;
    memcpy(reason, c->reason, sizeof(reason));
    if (!setjmp(c->end)) /* a fixture that fails to go down is a note, not another verdict */
        conf_fixtures_down(c);
    else
        conf_note(c, "clean-up: %s", c->reason);
    memcpy(c->reason, reason, sizeof(reason));
    if (c->left_behind[0])
        conf_note(c, "left on the device: %s", c->left_behind);
}

int conf_worker(const struct conf_case *conf_case, const struct conf_context *context,
                const char *not_ready)
{
    static struct conf c; /* survives the jump */
    int error;

    c = (struct conf){.conf_case = conf_case, .context = *context, .control = -1};
    error = open_evidence(&c);
    if (error) {
        fprintf(stderr, "papcheck: %s: %s\n", c.context.evidence, strerror(-error));
        return 3;
    }
    c.rows = json_object();
    c.checks = json_array();
    c.notes = json_array();
    if (not_ready) {
        c.cause = CAUSE_START;
        snprintf(c.reason, sizeof(c.reason), "%s", not_ready);
    } else {
        run_body(&c);
    }
    error = write_verdict(&c);
    fclose(c.trace);
    munmap(c.marker, sizeof(*c.marker));
    json_decref(c.rows);
    json_decref(c.checks);
    json_decref(c.notes);
    return error ? 3 : 0;
}

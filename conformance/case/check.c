/* What a case says while it runs: rows and the checks for them, counted a row, and the trace. */
#include <stdarg.h>
#include <string.h>

#include "conformance/case/cases.h"
#include "conformance/case/worker.h"

#define CHECKS_KEPT 200
#define NOTES_KEPT 500

/* ---- trace */
void conf_trace(struct conf *c, const char *what, json_t *members)
{
    json_t *event = json_pack("{s:i,s:s}", "n", (int)c->events++, "what", what);

    json_object_update(event, members);
    trace_say(&c->trace, event);
    json_decref(event);
    json_decref(members);
}

json_t *conf_json_text(const char *text)
{
    json_t *string = json_string(text);

    return string ? string : json_string("(not UTF-8)");
}

/* One of the last two: who waits asks the same again and again, in each run another number of
 * times. The trace has them all. */
static bool is_noted(const struct conf *c, const char *text)
{
    size_t count = json_array_size(c->notes);

    for (size_t i = count > 2 ? count - 2 : 0; i < count; i++) {
        if (strcmp(json_string_value(json_array_get(c->notes, i)), text) == 0)
            return true;
    }
    return false;
}

void conf_note(struct conf *c, const char *format, ...)
{
    char text[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (json_array_size(c->notes) < NOTES_KEPT && !is_noted(c, text))
        json_array_append_new(c->notes, conf_json_text(text));
    conf_trace(c, "note", json_pack("{s:o}", "text", conf_json_text(text)));
}

void conf_recount(struct conf *c, const char *format, ...)
{
    char text[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    conf_trace(c, "note", json_pack("{s:o}", "text", conf_json_text(text)));
}

/* ---- rows */
struct conf_row conf_row_enter(struct conf *c, const char *row)
{
    struct conf_row left = {.c = c, .outer = c->row};

    c->row = row;
    return left;
}

void conf_row_leave(struct conf_row *left)
{
    left->c->row = left->outer;
}

const char *conf_row(const struct conf *c)
{
    return c->row;
}

const char *conf_row_blamed(const struct conf *c)
{
    return c->row ? c->row : c->conf_case->reqs[0];
}

bool conf_judges(const struct conf *c, const char *row)
{
    return cases_judge(c->conf_case, row);
}

/* ---- checks */
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

/* One that was made: where, and what of it is the same in every run. */
struct site {
    const char *file;
    int line;
    const char *expression; /* NULL: its text is the run's own */
};

/* What the case's verdict has of them: row -> place -> expression. */
static void keep_site(struct conf *c, const char *row, const struct site *site)
{
    json_t *places = json_object_get(c->sites, row);
    char place[128];

    if (!site->expression)
        return;
    if (!places) {
        places = json_object();
        json_object_set_new(c->sites, row, places);
    }
    snprintf(place, sizeof(place), "%s:%d", cases_base_name(site->file), site->line);
    json_object_set_new(places, place, conf_json_text(site->expression));
}

/* Bytes of a text of which a reader sees the beginning: whole characters of UTF-8. */
static int beginning(const char *text)
{
    size_t length = strnlen(text, 100);

    while (length && ((unsigned char)text[length] & 0xc0) == 0x80)
        length--;
    return (int)length;
}

bool conf_same_text(struct conf *c, const char *seen, const char *wanted)
{
    const char *quote = seen ? "\"" : "";
    const char *shown = seen ? seen : "nothing";

    if (seen && strcmp(seen, wanted) == 0)
        return true;
    snprintf(c->compared, sizeof(c->compared), "%s%.*s%s, expected \"%.*s\"", quote,
             beginning(shown), shown, quote, beginning(wanted), wanted);
    return false;
}

static bool record(struct conf *c, bool ok, const struct site *site, const char *text,
                   const char *seen)
{
    const char *row = c->row;
    json_t *check;

    if (!row)
        conf_suite_wrong(c, "%s:%d checks %s outside of every ROW", cases_base_name(site->file),
                         site->line, site->expression ? site->expression : text);
    count(c, row, ok);
    keep_site(c, row, site);
    c->compared[0] = '\0';
    if (ok && !first_of_row(c, row))
        return ok;
    check = json_pack("{s:s,s:b,s:s,s:i,s:o,s:o}", "row", row, "ok", ok, "file",
                      cases_base_name(site->file), "line", site->line, "text", conf_json_text(text),
                      "seen", conf_json_text(seen));
    if (site->expression) /* for who mends the suite: no reader of a report sees it */
        json_object_set_new(check, "expression", conf_json_text(site->expression));
    if (json_array_size(c->checks) < CHECKS_KEPT || !ok)
        json_array_append(c->checks, check);
    conf_trace(c, "check", check);
    return ok;
}

/* A reader has the clause's sentence, what was asked before, and what was seen; where that is no
 * more than that it is not so, nothing. The expression is the suite's own business. */
static bool plain(struct conf *c, bool ok, const struct site *site, const char *seen)
{
    const char *compared = ok || *seen ? "" : c->compared;
    const char *asked = *c->called ? c->called : c->context.marker ? c->context.marker->asked : "";
    const char *end = ok || *seen || *compared ? "" : *asked ? " it is not so" : "it is not so";
    char text[640], said[sizeof(c->compared)];

    snprintf(text, sizeof(text), "%s%s%s%s%s", *asked ? "after " : "", asked,
             *c->called ? " answered " : "", *c->called ? c->answer.text : "", end);
    snprintf(said, sizeof(said), "%s", compared);
    return record(c, ok, site, text, *said ? said : seen);
}

bool conf_check(struct conf *c, bool ok, const char *file, int line, const char *expression)
{
    return plain(c, ok, &(struct site){file, line, expression}, "");
}

bool conf_check_said(struct conf *c, bool ok, struct value value, const char *file, int line,
                     const char *format, ...)
{
    char text[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    return record(c, ok, &(struct site){file, line, NULL}, text, value.text);
}

static struct value hexadecimal(uint64_t number)
{
    struct value value;

    snprintf(value.text, sizeof(value.text), "0x%llx", (unsigned long long)number);
    return value;
}

static bool expect(struct conf *c, bool ok, struct value actual, struct value expected,
                   const char *file, int line, const char *text)
{
    char seen[2 * sizeof(struct value) + 16];

    snprintf(seen, sizeof(seen), "%s, expected %s", actual.text, expected.text);
    return plain(c, ok, &(struct site){file, line, text}, seen);
}

/* Where either may be an error, the number is a count or an error. */
bool conf_check_eq(struct conf *c, uint64_t actual, uint64_t expected, bool is_signed,
                   const char *file, int line, const char *text)
{
    bool is_result = is_signed && ((int64_t)actual < 0 || (int64_t)expected < 0);
    struct value saw = is_result ? value_errno((int64_t)actual) : hexadecimal(actual);
    struct value wanted = is_result ? value_errno((int64_t)expected) : hexadecimal(expected);

    return expect(c, actual == expected, saw, wanted, file, line, text);
}

bool conf_check_seen(struct conf *c, bool ok, struct value value, const char *file, int line,
                     const char *text)
{
    return plain(c, ok, &(struct site){file, line, text}, value.text);
}

bool conf_check_told(struct conf *c, bool ok, const char *sentence, const char *file, int line,
                     const char *text)
{
    return record(c, ok, &(struct site){file, line, text}, ok ? "" : sentence, "");
}

void conf_called(struct conf *c, const char *text, int32_t result, struct value answer)
{
    if (*c->called)
        snprintf(c->before, sizeof(c->before), "%s answered %s", c->called, c->answer.text);
    snprintf(c->called, sizeof(c->called), "%s", text);
    c->answered = result;
    c->answer = answer;
}

/* "Interface::Method(…) answered X, ROW wants Y": of the last call, or else of what was seen. */
static bool check_answer(struct conf *c, bool ok, int32_t actual, const char *wanted,
                         struct value saw, const struct site *site)
{
    char sentence[1024];

    if (!*c->called || c->answered != actual) {
        snprintf(sentence, sizeof(sentence), "%s, expected %s", saw.text, wanted);
        return plain(c, ok, site, sentence);
    }
    snprintf(sentence, sizeof(sentence), "%s answered %s, %s wants %s%s%s", c->called,
             c->answer.text, c->row ? c->row : "the case", wanted, *c->before ? "; before it " : "",
             c->before);
    return record(c, ok, site, sentence, "");
}

bool conf_check_rc(struct conf *c, int actual, uint16_t expected, const char *file, int line,
                   const char *text)
{
    return check_answer(c, actual == expected, actual, value_rc(expected).text, value_rc(actual),
                        &(struct site){file, line, text});
}

bool conf_check_hr(struct conf *c, int32_t actual, int32_t expected, const char *file, int line,
                   const char *text)
{
    return conf_check_answer(c, actual == expected, actual, value_hr_name(expected).text, file,
                             line, text);
}

bool conf_check_answer(struct conf *c, bool ok, int32_t actual, const char *wanted,
                       const char *file, int line, const char *text)
{
    return check_answer(c, ok, actual, wanted, value_hr(actual), &(struct site){file, line, text});
}

bool conf_check_fails(struct conf *c, int32_t actual, const char *file, int line, const char *text)
{
    return conf_check_answer(c, actual < 0, actual, "a failure", file, line, text);
}

bool conf_check_not_rc(struct conf *c, int actual, uint16_t unexpected, const char *file, int line,
                       const char *text)
{
    char wanted[sizeof(struct value) + 16];

    snprintf(wanted, sizeof(wanted), "anything but %s", value_rc(unexpected).text);
    return check_answer(c, actual != unexpected, actual, wanted, value_rc(actual),
                        &(struct site){file, line, text});
}

static void hex(char *text, size_t size, const uint8_t *bytes, size_t length)
{
    size_t at = 0;

    text[0] = '\0';
    for (size_t i = 0; i < length && at + 4 < size; i++)
        at += (size_t)snprintf(text + at, size - at, "%02x ", bytes[i]);
}

bool conf_check_bytes(struct conf *c, const void *actual, size_t actual_length,
                      const void *expected, size_t expected_length, const char *file, int line,
                      const char *text)
{
    const uint8_t *a = actual, *b = expected;
    bool ok = actual_length == expected_length &&
              (!expected_length || memcmp(actual, expected, expected_length) == 0);
    const struct site site = {file, line, text};
    char seen[512], left[160], right[160];
    size_t at = 0;

    if (ok)
        return plain(c, true, &site, "equal");
    while (at < actual_length && at < expected_length && a[at] == b[at])
        at++;
    hex(left, sizeof(left), a + at, actual_length - at);
    hex(right, sizeof(right), b + at, expected_length - at);
    snprintf(seen, sizeof(seen), "%zu bytes, expected %zu; first difference at %zu: %s/ %s",
             actual_length, expected_length, at, left, right);
    return plain(c, false, &site, seen);
}

/* INFs as our model of a Windows host reads and installs them: one trial a clause, each with an INF
 * of its own for the same device (conformance/host/deviant/inf_trials_*.def). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/suites/host/host_machine.h"

static const struct pnp_options machines[INF_TRIAL_MACHINES] = {
    [USUAL] = {.langid = 0x409},
    [GERMAN] = {.langid = 0x407},
    [SWISS] = {.langid = 0x807},
    [WINDOWS_XP] = {.system = {INF_X86, 5, 1, 2600, 1, 0}},
    [WINDOWS_XP_SUITE] = {.system = {INF_X86, 5, 1, 2600, 1, 0x80}},
    [WINDOWS_XP_64] = {.system = {INF_AMD64, 5, 2, 3790, 1, 0}},
    [WINDOWS_VISTA_X86] = {.system = {INF_X86, 6, 0, 6000, 1, 0}},
    [WINDOWS_8] = {.system = {INF_AMD64, 6, 3, 9600, 1, 0}},
    [WINDOWS_8_99999] = {.system = {INF_AMD64, 6, 3, 99999, 1, 0}},
    [BUILD_19045] = {.system = {INF_AMD64, 10, 0, 19045, 1, 0}},
    [BUILD_22000] = {.system = {INF_AMD64, 10, 0, 22000, 1, 0}},
    [WINDOWS_11_0_1] = {.system = {INF_AMD64, 11, 0, 1, 1, 0}},
};

/* "WHERE|NAME|what" is set, and the installation made again. */
static void preset(struct host_machine *it, const char *text)
{
    char where[64], name[64];
    const char *what = NULL;

    if (sscanf(text, "%63[^|]|%63[^|]|", where, name) == 2)
        what = strchr(strchr(text, '|') + 1, '|') + 1;
    host_set(it, where, name, what);
    (void)pnp_install(it->machine, it->devnode);
}

static void try(struct conf *c, const struct inf_trial *trial)
{
    HOST_MACHINE it = host_machine(c, &machines[trial->machine]);
    size_t size = strlen(trial->inf) + strlen(host_head) + 1;
    char *text = malloc(size), seen[HOST_SEEN];
    bool is_whole = trial->inf[0] == '!';

    if (!text)
        conf_setup_failed(c, "no memory");
    snprintf(text, size, "%s%s", is_whole ? "" : host_head, trial->inf + is_whole);
    host_install(&it, text, strlen(text));
    free(text);
    if (trial->preset)
        preset(&it, trial->preset);
    host_see(&it, trial->where, trial->name, seen);
    conf_note(c, "%s: %s", trial->clause, seen);
    ROW(trial->clause) {
        if (trial->seen[0] == '~')
            CHECK(strstr(seen, trial->seen + 1) != NULL);
        else
            CHECK(conf_same_text(c, seen, trial->seen));
    }
}

static void try_all(struct conf *c, const char *area)
{
    for (size_t i = 0; i < inf_trial_count; i++) {
        if (strncmp(inf_trials[i].clause, area, strlen(area)) == 0)
            try(c, &inf_trials[i]);
    }
}

/* ---- encodings */

enum encoding { PLAIN_TEXT, UTF8_MARKED, UTF16_MARKED, UTF16_BARE, ENDS_CR, ENDS_CRLF };

/* The same text in another encoding; its size. */
static size_t encode(const char *text, enum encoding how, uint8_t *ret)
{
    size_t size = 0;

    if (how == UTF8_MARKED) {
        memcpy(ret, "\xef\xbb\xbf", 3);
        size = 3;
    } else if (how == UTF16_MARKED) {
        memcpy(ret, "\xff\xfe", 2);
        size = 2;
    }
    for (; *text; text++) {
        if (how == ENDS_CRLF && *text == '\n')
            ret[size++] = '\r';
        ret[size++] = (uint8_t)(how == ENDS_CR && *text == '\n' ? '\r' : *text);
        if (how == UTF16_MARKED || how == UTF16_BARE)
            ret[size++] = 0;
    }
    return size;
}

/* Installs it so, and says what the value is. */
static void see_encoded(struct conf *c, enum encoding how, const char *where, char ret[HOST_SEEN])
{
    HOST_MACHINE it = host_machine(c, NULL);
    uint8_t bytes[4096];
    char text[2048];

    snprintf(text, sizeof(text), "%s[Soft]\nHKR,,V,,x\n", host_head);
    host_install(&it, (const char *)bytes, encode(text, how, bytes));
    host_see(&it, where, "V", ret);
}

CONF_CASE(HOST_INF_BV_09, .title = "An INF may be written in several encodings",
          .reqs = REQS("SVC-SYN-013"), .level = CONF_SHOULD, .ics = "ANY", .needs = CONF_HOST,
          .steps = "The same INF as ASCII, UTF-8 and UTF-16 with a mark, with CR and CRLF, and as "
                   "UTF-16 without a mark")
{
    static const struct {
        const char *clause;
        enum encoding how;
    } table[] = {{"SVC-SYN-013.ascii", PLAIN_TEXT},
                 {"SVC-SYN-013.utf-8", UTF8_MARKED},
                 {"SVC-SYN-013.utf-16", UTF16_MARKED},
                 {"SVC-SYN-013.cr", ENDS_CR},
                 {"SVC-SYN-013.crlf", ENDS_CRLF}};
    char seen[HOST_SEEN];

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        see_encoded(c, table[i].how, "S", seen);
        ROW(table[i].clause)
            CHECK(conf_same_text(c, seen, "sz:x"));
    }
    see_encoded(c, UTF16_BARE, "state", seen);
    ROW("SVC-SYN-013.unmarked")
        CHECK(conf_same_text(c, seen, "refused"));
    see_encoded(c, UTF16_BARE, "reason", seen);
    ROW("SVC-SYN-013.said")
        CHECK(strstr(seen, "byte order mark") != NULL);
}

/* general-syntax-rules-for-inf-files.md. */
CONF_CASE(HOST_INF_BV_01, .title = "Lines and fields of an INF are read as they are written",
          .reqs = REQS("SVC-SYN-001", "SVC-SYN-002", "SVC-SYN-003", "SVC-SYN-004", "SVC-SYN-005",
                       "SVC-SYN-006", "SVC-SYN-007", "SVC-SYN-008", "SVC-SYN-009", "SVC-SYN-010",
                       "SVC-SYN-011", "SVC-SYN-012", "SVC-SYN-014"),
          .ics = "ANY", .needs = CONF_HOST,
          .steps = "INFs with one construct each are installed; what is in the registry then")
{
    try_all(c, "SVC-SYN-");
}

CONF_CASE(HOST_INF_BV_02, .title = "An INF is taken in by what its [Version] says",
          .reqs = REQS("SVC-VER-001", "SVC-VER-002", "SVC-VER-003"), .ics = "ANY",
          .needs = CONF_HOST,
          .steps = "INFs whose [Version] lacks something or has it otherwise are taken in")
{
    try_all(c, "SVC-VER-");
}

CONF_CASE(HOST_INF_BV_03, .title = "Tokens become the strings of one language",
          .reqs = REQS("SVC-STR-001", "SVC-STR-002", "SVC-STR-003", "SVC-STR-004", "SVC-STR-005",
                       "SVC-STR-006", "SVC-STR-007"),
          .ics = "ANY", .needs = CONF_HOST,
          .steps = "INFs with tokens are installed on a Windows of several languages")
{
    try_all(c, "SVC-STR-");
}

CONF_CASE(HOST_INF_BV_04, .title = "Models are those for the Windows that runs",
          .reqs = REQS("SVC-MOD-001", "SVC-MOD-002", "SVC-MOD-003", "SVC-MOD-004", "SVC-MOD-005",
                       "SVC-MOD-006", "SVC-MOD-007", "SVC-MOD-008", "SVC-MOD-009"),
          .ics = "ANY", .needs = CONF_HOST,
          .steps = "INFs with decorated models are installed on several Windows")
{
    try_all(c, "SVC-MOD-");
}

CONF_CASE(HOST_INF_BV_05, .title = "AddReg writes what its flags say where its section is for",
          .reqs = REQS("SVC-REG-001", "SVC-REG-002", "SVC-REG-003", "SVC-REG-004", "SVC-REG-005",
                       "SVC-REG-006", "SVC-REG-007"),
          .ics = "ANY", .needs = CONF_HOST,
          .steps = "INFs with one value each are installed, some of them twice")
{
    try_all(c, "SVC-REG-");
}

CONF_CASE(HOST_INF_BV_06, .title = "AddService makes the service that its section describes",
          .reqs = REQS("SVC-SVC-001", "SVC-SVC-002", "SVC-SVC-003", "SVC-SVC-004", "SVC-SVC-005",
                       "SVC-SVC-006", "SVC-SVC-007", "SVC-SVC-008", "SVC-SVC-009", "SVC-SVC-010",
                       "SVC-SVC-011", "SVC-SVC-012", "SVC-SVC-013", "SVC-SVC-014", "SVC-SVC-015"),
          .ics = "ANY", .needs = CONF_HOST,
          .steps = "INFs with a service are installed, some of them twice")
{
    try_all(c, "SVC-SVC-");
}

CONF_CASE(HOST_INF_BV_07, .title = "AddTrigger makes triggers, in their order",
          .reqs = REQS("SVC-TRG-001", "SVC-TRG-002", "SVC-TRG-003", "SVC-TRG-004", "SVC-TRG-008",
                       "SVC-TRG-017"),
          .ics = "ANY", .needs = CONF_HOST, .steps = "INFs with triggers are installed")
{
    try_all(c, "SVC-TRG-");
}

CONF_CASE(HOST_INF_BV_08, .title = "AddInterface registers an interface",
          .reqs = REQS("SVC-IFC-001"), .ics = "ANY", .needs = CONF_HOST,
          .steps = "INFs with an interface are installed")
{
    try_all(c, "SVC-IFC-001");
}

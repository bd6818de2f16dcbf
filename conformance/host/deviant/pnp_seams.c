/* Defects of names, ranks and texts. */
#include "conformance/host/deviant/pnp_seam.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conformance/host/pnp/pnp_private.h"

static void swap(char *a, char *b)
{
    char other[PNP_ID_MAX + 1];

    memcpy(other, a, sizeof(other));
    memcpy(a, b, sizeof(other));
    memcpy(b, other, sizeof(other));
}

/* &REV_0102 as &REV_0258. */
static void write_decimal(char *id)
{
    char *revision = strstr(id, "&REV_");

    if (revision) {
        unsigned long value = strtoul(revision + 5, NULL, 16);
        char rest[PNP_ID_MAX + 1];

        snprintf(rest, sizeof(rest), "%s", revision + 9);
        snprintf(revision, PNP_ID_MAX - (size_t)(revision - id), "&REV_%04lu%s", value, rest);
    }
}

static void number(struct pnp_identity *identity, unsigned as)
{
    char *const ids[] = {identity->hardware[0], identity->hardware[1], identity->device_id};

    for (size_t i = 0; i < 3; i++) {
        char *at = strstr(ids[i], "&MI_");

        if (at)
            snprintf(at, 8, "&MI_%02X", as);
    }
}

SEAM(pnp_identify);
size_t __wrap_pnp_identify(const uint8_t device[18], const uint8_t *config, size_t length,
                           struct pnp_identity ret[PNP_FUNCTIONS_MAX + 1])
{
    size_t count = __real_pnp_identify(device, config, length, ret);

    for (size_t i = 0; i < count; i++) {
        if (pnp_is(IDS_REVERSED))
            swap(ret[i].hardware[0], ret[i].hardware[1]);
        if (pnp_is(REVISION_DECIMAL))
            write_decimal(ret[i].hardware[0]);
        if (pnp_is(CLASSES_REVERSED))
            swap(ret[i].compatible[0], ret[i].compatible[2]);
        if (pnp_is(CLASSES_LOST))
            ret[i].compatible_count--;
        if (pnp_is(FUNCTIONS_COUNTED) && i)
            number(&ret[i], (unsigned)i - 1);
    }
    if (count > 1 && pnp_is(NOT_COMPOSITE))
        ret[0].compatible_count--;
    if (count > 1 && pnp_is(PARENT_UNBOUND))
        ret[0].hardware_count = 0;
    return count;
}

SEAM(pnp_same_id);
bool __wrap_pnp_same_id(const char *a, const char *b)
{
    if (pnp_is(IDS_OF_CASE))
        return strcmp(a, b) == 0;
    if (pnp_is(IDS_BY_PREFIX))
        return strncasecmp(a, b, strlen(b)) == 0;
    return __real_pnp_same_id(a, b);
}

SEAM(pnp_best);
bool __wrap_pnp_best(const struct pnp_machine *machine, const struct pnp_devnode *devnode,
                     struct pnp_match *ret)
{
    struct pnp_machine less = *machine;
    struct pnp_package *own = machine->packages;

    if (!pnp_is(FIRST_WINS))
        return __real_pnp_best(machine, devnode, ret);
    while (own && own->is_inbox)
        own = own->next;
    for (; own; own = own->next) {
        struct pnp_package alone = *own;

        alone.next = NULL;
        less.packages = &alone;
        if (__real_pnp_best(&less, devnode, ret)) {
            ret->package = own;
            return true;
        }
    }
    return false;
}

SEAM(pnp_rank_model);
int64_t __wrap_pnp_rank_model(const struct pnp_package *package, const struct inf_entry *model,
                              const struct pnp_devnode *devnode, char ret_id[PNP_ID_MAX + 1])
{
    int64_t rank = __real_pnp_rank_model(package, model, devnode, ret_id);

    return pnp_is(PLACES_EQUAL) && rank > 0 ? rank & ~(int64_t)0xfff : rank;
}

SEAM(pnp_instance_id);
bool __wrap_pnp_instance_id(const struct pnp_identity *identity, const char *serial, unsigned port,
                            const struct pnp_devnode *parent, char ret[PNP_ID_MAX + 1])
{
    static unsigned count;
    char counted[32];
    bool fits;

    snprintf(counted, sizeof(counted), "N%u", count++);
    if (pnp_is(INSTANCES_COUNTED))
        serial = counted;
    if (pnp_is(ONE_INSTANCE) && *serial)
        serial = "0";
    fits = __real_pnp_instance_id(identity, serial, pnp_is(PORTS_EQUAL) ? 1 : port, parent, ret);
    if (pnp_is(IDS_198) && strlen(ret) > 198)
        return false;
    return fits || pnp_is(IDS_CUT);
}

SEAM(pnp_link_text);
bool __wrap_pnp_link_text(const char *instance_id, const char *class_guid, const char *reference,
                          char ret[PNP_LINK_MAX + 1])
{
    static unsigned count;
    bool fits = __real_pnp_link_text(instance_id, class_guid,
                                     pnp_is(LINK_WITHOUT_REFERENCE) ? "" : reference, ret);
    char *class = strchr(ret, '{');

    if (pnp_is(LINK_WITHOUT_CLASS) && class)
        *class = '\0';
    if (pnp_is(LINK_COUNTED) && class)
        snprintf(class, 16, "%u", count++);
    return fits;
}

/* ---- the text of an INF */

static bool has_mark(const uint8_t *bytes, size_t size, const char *mark, size_t length)
{
    return size >= length && memcmp(bytes, mark, length) == 0;
}

/* CR, alone or before LF, becomes another character. */
static void change_ends(uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        bool before_lf = i + 1 < size && bytes[i + 1] == '\n';

        if (bytes[i] == '\r' && pnp_is(TEXT_LF_ONLY) && !before_lf)
            bytes[i] = ' ';
        if (bytes[i] == '\r' && pnp_is(TEXT_CRLF_KEPT) && before_lf)
            bytes[i] = '#';
    }
}

static bool is_refused(const uint8_t *bytes, size_t size)
{
    bool is_utf8 = has_mark(bytes, size, "\xef\xbb\xbf", 3),
         is_utf16 = has_mark(bytes, size, "\xff\xfe", 2);

    return (pnp_is(TEXT_ASCII_ONLY) && is_utf8) || (pnp_is(TEXT_NO_UTF16) && is_utf16) ||
           (pnp_is(TEXT_MARK_WANTED) && !is_utf8 && !is_utf16);
}

SEAM(inf_text_decode);
int __wrap_inf_text_decode(const void *data, size_t size, unsigned code_page, struct inf_text *ret,
                           char *error, size_t error_size)
{
    bool bare = pnp_is(TEXT_BARE) && size > 1 && ((const uint8_t *)data)[1] == 0;
    uint8_t *copy = malloc(size + 2);
    size_t mark = bare ? 2 : 0;
    int status;

    if (!copy)
        return -ENOMEM;
    memcpy(copy, "\xff\xfe", mark);
    memcpy(copy + mark, data, size);
    change_ends(copy + mark, size);
    status = is_refused(copy, size)
                 ? -EILSEQ
                 : __real_inf_text_decode(copy, size + mark, code_page, ret, error, error_size);
    if (status && pnp_is(TEXT_UNSAID))
        error[0] = '\0';
    free(copy);
    return status;
}

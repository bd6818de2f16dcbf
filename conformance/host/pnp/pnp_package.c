/* Driver packages: INFs that are taken in, Windows' own among them. What is wrong with one as a
 * whole is met here; what is wrong with an installation, when it is made. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conformance/host/inf/inf_lint.h"
#include "conformance/host/pnp/pnp_private.h"
#include "spcore/base.h"

#define PACKAGES "HKLM\\SYSTEM\\DriverDatabase\\DriverPackages\\"

/* What Windows brings along, as far as players need it, in our words. */
static const char INBOX_HEAD[] = "[Version]\n"
                                 "Signature=\"$Windows NT$\"\n"
                                 "Class=USB\n"
                                 "ClassGuid={36FC9E60-C465-11CF-8056-444553540000}\n"
                                 "Provider=Microsoft\n"
                                 "CatalogFile=inbox.cat\n"
                                 "DriverVer=06/21/2006,10.0.0.0\n"
                                 "[Manufacturer]\n"
                                 "Microsoft=M,NTamd64,NTx86,NTarm,NTarm64\n"
                                 "[I.Services]\n";
static const struct inbox {
    const char *name, *service, *ids[4];
} inbox[] = {
    {"usb.inf", "usbccgp", {"USB\\COMPOSITE"}},
    {"winusb.inf", "WINUSB", {"USB\\MS_COMP_WINUSB"}},
    {"wpdmtp.inf", "WUDFWpdMtp", {"USB\\MS_COMP_MTP", "USB\\CLASS_06&SUBCLASS_01&PROT_01"}},
};

void pnp_package_free(struct pnp_package *package)
{
    if (!package)
        return;
    inf_strings_done(&package->strings);
    inf_free(package->inf);
    inf_findings_done(&package->findings);
    free(package);
}

/* An entry of [Version], "": there is none. */
static void version_entry(const struct pnp_package *package, const char *key, char *ret,
                          size_t size)
{
    const struct inf *inf = package->inf;
    const struct inf_entry *entry = inf_entry(inf, inf_section(inf, "Version"), key);
    char text[INF_EXPANDED] = "";

    if (entry)
        (void)inf_expand(&package->strings, inf_value(inf, entry, 0).text, text, NULL, NULL);
    snprintf(ret, size, "%.*s", (int)size - 1, text);
}

/* "MM/DD/YYYY" and "W.X.Y.Z" as numbers. */
static void read_driver_version(struct pnp_package *package)
{
    const struct inf_entry *entry =
        inf_entry(package->inf, inf_section(package->inf, "Version"), "DriverVer");
    unsigned month = 0, day = 0, year = 0, part[4] = {0};

    if (!entry)
        return;
    (void)sscanf(inf_value(package->inf, entry, 0).text, "%2u%*[/-]%2u%*[/-]%4u", &month, &day,
                 &year);
    (void)sscanf(inf_value(package->inf, entry, 1).text, "%5u.%5u.%5u.%5u", &part[0], &part[1],
                 &part[2], &part[3]);
    package->date = ((uint64_t)year << 16) + (month << 8) + day;
    for (size_t i = 0; i < 4; i++)
        package->number = package->number << 16 | (part[i] & 0xffff);
    snprintf(package->version, sizeof(package->version), "%u.%u.%u.%u", part[0], part[1], part[2],
             part[3]);
}

/* Any entry of CatalogFile counts, whatever its decoration. */
static bool has_catalogue(const struct inf *inf)
{
    static const char KEY[] = "CatalogFile";

    for (const struct inf_entry *e = inf_first(inf, inf_section(inf, "Version")); e;
         e = inf_next(inf, e)) {
        const char *key = inf_key(inf, e), *end = key + sizeof(KEY) - 1;

        if (strncasecmp(key, KEY, sizeof(KEY) - 1) == 0 && (!*end || *end == '.'))
            return true;
    }
    return false;
}

static void read_version(struct pnp_package *package)
{
    char guid[PNP_GUID];

    version_entry(package, "Class", package->class_name, sizeof(package->class_name));
    version_entry(package, "ClassGuid", guid, sizeof(guid));
    version_entry(package, "Provider", package->provider, sizeof(package->provider));
    pnp_guid_text(guid, package->class_guid);
    package->is_signed = has_catalogue(package->inf);
    read_driver_version(package);
}

/* Of rows, those that an INF is not taken in with. */
static bool refuses(const char *row)
{
    static const char *const rows[] = {"SVC-VER-001", "SVC-VER-002", "SVC-SYN-004", "SVC-SYN-011",
                                       "SVC-SYN-012", "SVC-MOD-007", "SVC-MOD-008"};

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (strcmp(row, rows[i]) == 0)
            return true;
    }
    return false;
}

static int judge(struct pnp_package *package, char *error, size_t error_size)
{
    struct inf_findings *findings = &package->findings;
    int status = inf_lint(package->inf, *package->folder ? package->folder : NULL, INF_CODE_PAGE);

    if (status) {
        snprintf(error, error_size, "%s: %s", package->name, strerror(-status));
        return status;
    }
    inf_findings_sort(findings);
    for (size_t i = 0; i < findings->count; i++) {
        const struct inf_finding *one = &findings->at[i];

        if (!refuses(one->row))
            continue;
        snprintf(error, error_size, "%s:%u:%u: %s: %s", package->name, one->at.line, one->at.column,
                 one->row, one->text);
        return -EBADMSG;
    }
    return 0;
}

/* In its own name, and as one of its name was. */
static void take_in(struct pnp_machine *machine, struct pnp_package *package)
{
    struct pnp_package **at = &machine->packages;

    while (*at && strcasecmp((*at)->name, package->name) != 0)
        at = &(*at)->next;
    if (*at) {
        struct pnp_package *old = *at;

        package->next = old->next;
        for (struct pnp_devnode *node = machine->devnodes; node; node = node->next) {
            if (pnp_node_of(node)->package == old)
                pnp_node_of(node)->package = package;
        }
        pnp_package_free(old);
    }
    *at = package;
}

static int record(struct pnp_machine *machine, const struct pnp_package *package)
{
    struct registry *registry = &machine->host.registry;
    char key[PNP_KEY_MAX + 1];
    int error;

    if (package->is_inbox)
        return 0;
    snprintf(key, sizeof(key), PACKAGES "%s", package->name);
    error = pnp_set_text(registry, key, "Provider", REG_TYPE_SZ, package->provider);
    if (!error)
        error = pnp_set_text(registry, key, "DriverVersion", REG_TYPE_SZ, package->version);
    if (!error)
        error = pnp_set_number(registry, key, "SignerScore", pnp_signature_score(package, ".NT"));
    return error;
}

/* What is to be taken in: bytes, or with `data` NULL the file that `name` is the path of. */
struct source {
    const char *name;
    const void *data;
    size_t size;
    bool is_inbox;
};

static int stage(struct pnp_machine *machine, struct pnp_package *package,
                 const struct source *source, char *error, size_t error_size)
{
    char text[256] = "";
    int status = source->data ? inf_parse(package->name, source->data, source->size, INF_CODE_PAGE,
                                          &package->findings, &package->inf, text, sizeof(text))
                              : inf_load(source->name, INF_CODE_PAGE, &package->findings,
                                         &package->inf, text, sizeof(text));

    if (status) {
        snprintf(error, error_size, "%s: %s", package->name, text);
        return status;
    }
    status = inf_strings_of(package->inf, inf_strings_choose(package->inf, machine->langid),
                            &package->strings);
    if (!status)
        status = judge(package, error, error_size);
    if (status)
        return status;
    read_version(package);
    pthread_mutex_lock(&machine->lock);
    status = record(machine, package);
    if (!status)
        take_in(machine, package);
    pthread_mutex_unlock(&machine->lock);
    return status;
}

static int stage_source(struct pnp_machine *machine, const struct source *source, char *error,
                        size_t error_size)
{
    struct pnp_package *package = calloc(1, sizeof(*package));
    const char *slash = source->data ? NULL : strrchr(source->name, '/');
    int status;

    error[0] = '\0';
    if (!package)
        return -ENOMEM;
    package->is_inbox = source->is_inbox;
    snprintf(package->name, sizeof(package->name), "%s", slash ? slash + 1 : source->name);
    if (!source->data)
        snprintf(package->folder, sizeof(package->folder), "%.*s",
                 slash ? (int)(slash - source->name) : 1, slash ? source->name : ".");
    pnp_operate(machine);
    status = stage(machine, package, source, error, error_size);
    pnp_operated(machine);
    if (status)
        pnp_package_free(package);
    if (status && !*error)
        snprintf(error, error_size, "%s: %s", source->name, strerror(-status));
    return status;
}

int pnp_stage(struct pnp_machine *machine, const char *name, const void *data, size_t size,
              char *error, size_t error_size)
{
    const struct source source = {.name = name, .data = data, .size = size};

    return stage_source(machine, &source, error, error_size);
}

int pnp_stage_file(struct pnp_machine *machine, const char *path, char *error, size_t error_size)
{
    const struct source source = {.name = path};

    return stage_source(machine, &source, error, error_size);
}

static size_t inbox_text(const struct inbox *one, char *ret, size_t size)
{
    static const char *const architectures[] = {"NTamd64", "NTx86", "NTarm", "NTarm64"};
    size_t length = (size_t)snprintf(ret, size,
                                     "%sAddService=%s,2,S\n[S]\nServiceType=1\nStartType=3\n"
                                     "ErrorControl=1\nServiceBinary=%%12%%\\%s.sys\n[I]\n",
                                     INBOX_HEAD, one->service, one->service);

    for (size_t i = 0; i < ARRAY_SIZE(architectures); i++) {
        length += (size_t)snprintf(ret + length, size - length, "[M.%s]\n", architectures[i]);
        for (size_t k = 0; k < ARRAY_SIZE(one->ids) && one->ids[k]; k++)
            length += (size_t)snprintf(ret + length, size - length, "%s=I,%s\n", one->service,
                                       one->ids[k]);
    }
    return length;
}

bool pnp_stage_inbox(struct pnp_machine *machine)
{
    char text[2048], error[256];

    for (size_t i = 0; i < ARRAY_SIZE(inbox); i++) {
        const struct source source = {.name = inbox[i].name,
                                      .data = text,
                                      .size = inbox_text(&inbox[i], text, sizeof(text)),
                                      .is_inbox = true};

        if (stage_source(machine, &source, error, sizeof(error)))
            return false;
    }
    return true;
}

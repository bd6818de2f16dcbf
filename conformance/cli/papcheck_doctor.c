/* `papcheck doctor`: is everything there that a run needs, and if not, what mends it. */
#include <arpa/inet.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <getopt.h>
#include <libusb-1.0/libusb.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conformance/cli/papcheck.h"
#include "conformance/program/program.h"
#include "spcore/base.h"

#define USB_FOLDER "/dev/bus/usb"
#define MEND "run `sh ci/setup && make` in its checkout, or install papkit again"

static bool good(const char *format, ...) __attribute__((format(printf, 1, 2)));
static bool fix(const char *format, ...) __attribute__((format(printf, 1, 2)));

static bool good(const char *format, ...)
{
    va_list arguments;

    fputs("ok  ", stdout);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    return true;
}

/* WHAT: how to mend it. */
static bool fix(const char *format, ...)
{
    va_list arguments;

    fputs("FIX ", stdout);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    return false;
}

static bool check_papsim(void)
{
    char path[PATH_MAX];

    if (program_beside("papsim", path, sizeof(path)) < 0)
        return fix("papsim is not with papcheck: " MEND);
    if (access(path, X_OK) < 0)
        return fix("%s cannot be executed: chmod +x it, or mount its file system without noexec",
                   path);
    return good("simulator %s", path);
}

static bool check_provider(void)
{
    char path[PATH_MAX];
    void *module;
    bool whole;

    if (program_beside("libspcore.so", path, sizeof(path)) < 0)
        return fix("libspcore.so is not with papcheck: " MEND);
    module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!module)
        return fix("the provider does not load: %s; " MEND, dlerror());
    whole = dlsym(module, "DllGetClassObject") && dlsym(module, "DllCanUnloadNow");
    dlclose(module);
    return whole ? good("provider %s", path) : fix("%s lacks its exports: " MEND, path);
}

/* What it calls is papcheck's. */
static bool check_library(const char *name, const char *what)
{
    char path[PATH_MAX];
    void *module;

    if (program_beside(name, path, sizeof(path)) < 0)
        return fix("%s is not with papcheck: " MEND, name);
    module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!module)
        return fix("the %s does not load: %s; " MEND, what, dlerror());
    dlclose(module);
    return good("%s %s", what, path);
}

static bool check_service(void)
{
    return check_library("libpapservice.so", "device service");
}

static bool check_class_provider(void)
{
    char path[PATH_MAX];

    if (program_beside("wmihost", path, sizeof(path)) < 0)
        return fix("wmihost, which loads class providers, is not with papcheck: " MEND);
    return check_library("libpapwmi.so", "class provider");
}

static bool check_catalogue(void)
{
    struct catalogue catalogue;
    char error[512];
    size_t count;

    if (catalogue_load(NULL, &catalogue, error, sizeof(error)) < 0)
        return fix("%s: " MEND, error);
    count = catalogue.count;
    catalogue_done(&catalogue);
    return good("catalogue of %zu requirement rows", count);
}

static bool check_fixtures(void)
{
    static const char *const folders[] = {"players", "media"};
    char path[PATH_MAX];

    for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
        if (program_beside(folders[i], path, sizeof(path)) < 0)
            return fix("the folder %s is not with papcheck: " MEND, folders[i]);
    }
    return good("players, and media to send to them");
}

/* Any port will do: the simulator is asked for port 0 too. */
static bool check_loopback(void)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int caller = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    socklen_t length = sizeof(name);
    int error = 0;

    if (listener < 0 || caller < 0 || bind(listener, (struct sockaddr *)&name, sizeof(name)) < 0 ||
        listen(listener, 1) < 0 || getsockname(listener, (struct sockaddr *)&name, &length) < 0 ||
        connect(caller, (struct sockaddr *)&name, sizeof(name)) < 0)
        error = errno;
    if (listener >= 0)
        close(listener);
    if (caller >= 0)
        close(caller);
    return error ? fix("no connection over 127.0.0.1 (%s): bring the loopback up (ip link set lo "
                       "up), or allow sockets in this sandbox",
                       strerror(error))
                 : good("TCP over 127.0.0.1");
}

static bool check_proc(void)
{
    char path[PATH_MAX];

    return readlink("/proc/self/exe", path, sizeof(path)) > 0 && access("/proc/self/exe", X_OK) == 0
               ? good("/proc/self")
               : fix("/proc/self/exe cannot be read: mount /proc in this container");
}

/* The control sockets are there whatever TMPDIR says: their names have to be short. */
static bool check_tmp(void)
{
    char path[] = "/tmp/papcheck-doctor-XXXXXX";
    int fd = mkstemp(path);

    if (fd < 0)
        return fix("/tmp cannot be written (%s): mount it writable, with mode 1777",
                   strerror(errno));
    close(fd);
    unlink(path);
    return good("/tmp");
}

static bool check_libusb(void)
{
    libusb_context *context;
    int error = libusb_init(&context);

    if (error)
        return fix("libusb: %s; needed for --device usb: only", libusb_strerror(error));
    libusb_exit(context);
    return good("libusb %u.%u.%u", libusb_get_version()->major, libusb_get_version()->minor,
                libusb_get_version()->micro);
}

/* Device nodes of one bus that this user may not write; adds to *ret_all too. */
static unsigned refused_nodes(const char *bus, unsigned *ret_all)
{
    char path[PATH_MAX];
    struct dirent *entry;
    unsigned refused = 0;
    DIR *folder;

    snprintf(path, sizeof(path), USB_FOLDER "/%s", bus);
    folder = opendir(path);
    while (folder && (entry = readdir(folder))) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), USB_FOLDER "/%.64s/%.64s", bus, entry->d_name);
        *ret_all += 1;
        refused += access(path, W_OK) < 0;
    }
    if (folder)
        closedir(folder);
    return refused;
}

static bool check_nodes(void)
{
    DIR *folder = opendir(USB_FOLDER);
    unsigned refused = 0, all = 0;
    struct dirent *entry;

    if (!folder)
        return good("no " USB_FOLDER " here: real devices only over usbip:");
    while ((entry = readdir(folder))) {
        if (entry->d_name[0] != '.')
            refused += refused_nodes(entry->d_name, &all);
    }
    closedir(folder);
    if (refused)
        return fix("%u of %u USB devices may not be opened: add a udev rule (MODE=\"0660\", "
                   "TAG+=\"uaccess\") or run as a user of group plugdev",
                   refused, all);
    return good("%u USB devices may be opened", all);
}

/* Programs of further lanes; a run does without, so this mends nothing and fails nothing. */
static void check_tool(const char *name, const char *package, const char *what)
{
    const char *path = getenv("PATH");
    char file[PATH_MAX];

    while (path && *path) {
        size_t length = strcspn(path, ":");

        snprintf(file, sizeof(file), "%.*s/%s", (int)length, path, name);
        if (access(file, X_OK) == 0) {
            good("%s (optional, %s)", file, what);
            return;
        }
        path += length + (path[length] == ':');
    }
    snprintf(file, sizeof(file), "/usr/sbin/%s", name);
    if (access(file, X_OK) == 0)
        good("%s (optional, %s)", file, what);
    else
        good("%s is not here (optional, %s): it is in Debian's package %s", name, what, package);
}

static int doctor(int argc, char **argv)
{
    static bool (*const checks[])(void) = {check_papsim,         check_provider,  check_service,
                                           check_class_provider, check_catalogue, check_fixtures,
                                           check_loopback,       check_proc,      check_tmp,
                                           check_libusb,         check_nodes};
    unsigned bad = 0;

    if (command_next(&cli_doctor, argc, argv) == COMMAND_WRONG)
        return EXIT_USAGE;
    if (optind < argc)
        return cli_usage("doctor: unexpected argument %s", argv[optind]);
    for (size_t i = 0; i < ARRAY_SIZE(checks); i++)
        bad += !checks[i]();
    check_tool("tshark", "tshark", "the wire's third voice");
    check_tool("usbip", "usbip", "real hosts and devices");
    check_tool("qemu-system-x86_64", "qemu-system-x86", "the kernel lane");
    return bad ? EXIT_ERROR : EXIT_OK;
}

const struct command cli_doctor = {
    .name = "doctor",
    .arguments = "",
    .text = "Says whether all is there that a run needs, and what mends it.",
    .run = doctor,
};

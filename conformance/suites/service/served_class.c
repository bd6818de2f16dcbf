/* Which device interface a service lives with: it is started once, in a process of its own, and
 * what it registers for is looked at. So nobody has to say, and nothing of that life is left. */
#include "conformance/suites/service/served_class.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conformance/suites/service/served.h"

#define NAME "Judged"
#define ID "USB\\VID_1209&PID_5041"
#define STRANGER "{0C4B2F71-6D3A-4E58-9B10-7A55E1D2C863}"
enum { LOOK_MS = 20000 };

static const char package[] =
    "[Version]\nSignature=\"$Windows NT$\"\nClass=WPD\nCatalogFile=s.cat\n"
    "ClassGuid={EEC5AD98-8080-425F-922A-DABF3DE3F69A}\nProvider=P\n"
    "DriverVer=11/30/2026,1.0.0.0\n[Manufacturer]\nM=Models,NTamd64\n"
    "[Models.NTamd64]\nD=I," ID "\n[I]\n[I.Services]\n"
    "AddService=Driver,2,Driver\nAddService=" NAME ",,Service\n"
    "[Driver]\nServiceType=1\nStartType=3\nErrorControl=1\n"
    "ServiceBinary=%%13%%\\driver.sys\n"
    "[Service]\nServiceType=16\nStartType=3\nErrorControl=1\n"
    "ServiceBinary=%%13%%\\service.exe\nAddTrigger=Trigger\n"
    "[Trigger]\nTriggerType=1\nAction=1\nSubType=%s\n"
    "[I.Interfaces]\nAddInterface=%s\n";

size_t served_package(const char *class_guid, char *ret, size_t room)
{
    return (size_t)snprintf(ret, room, package, class_guid, class_guid);
}

/* A device of an interface that is nobody's, which has the service installed and started. */
static void plug_stranger(struct pnp_machine *machine)
{
    static const struct pnp_given given = {.device_id = ID, .instance = "LOOK", .hardware = {ID}};
    struct pnp_devnode *devnode = NULL;
    char text[2048], error[512];
    const size_t size = served_package(STRANGER, text, sizeof(text));

    if (pnp_stage(machine, "look.inf", text, size, error, sizeof(error)) == 0)
        (void)pnp_attach_given(machine, 1, &given, NULL, &devnode);
}

static void find(struct world *world, char ret_guid[PNP_GUID])
{
    static const char begins[] = "CM_Register_Notification(type 0, ";
    const struct world_entry *entry;

    for (size_t i = 0; (entry = world_entry(world, i)) != NULL; i++) {
        if (strncmp(entry->text, begins, strlen(begins)) != 0 ||
            strstr(entry->text, "{00000000-0000-0000-0000-000000000000}")) /* all classes */
            continue;
        snprintf(ret_guid, PNP_GUID, "%s", entry->text + strlen(begins));
        return;
    }
}

/* In the other process, which ends by itself. */
static _Noreturn void look(const char *path, int out)
{
    struct win_host host = {.world = world_new(), .machine = pnp_machine_new(NULL)};
    struct win_program program = {.host = &host, .path = path};
    const struct scm_launcher launcher = {win_program_launch, &program};
    char guid[PNP_GUID] = "";

    host.notify = notify_new(host.world, host.machine);
    host.scm = scm_new(host.world, host.machine, &launcher);
    win_bind(&host);
    plug_stranger(host.machine);
    (void)world_quiesce(host.world);
    find(host.world, guid);
    if (write(out, guid, sizeof(guid)) < 0)
        _exit(1);
    _exit(0);
}

static void receive(int in, pid_t pid, char ret_guid[PNP_GUID])
{
    struct pollfd ready = {.fd = in, .events = POLLIN};
    char guid[PNP_GUID] = "";

    if (poll(&ready, 1, LOOK_MS) > 0 && read(in, guid, sizeof(guid)) == (ssize_t)sizeof(guid) &&
        guid[0] == '{' && guid[PNP_GUID - 2] == '}')
        memcpy(ret_guid, guid, PNP_GUID);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static void find_class(struct conf *c, char ret_guid[PNP_GUID])
{
    static char seen[PNP_GUID];
    int ends[2];
    pid_t pid;

    if (!*seen) {
        snprintf(seen, sizeof(seen), "%s", PNP_PAP_CLASS);
        if (pipe(ends))
            conf_setup_failed(c, "no pipe");
        fflush(NULL);
        pid = fork();
        if (pid == 0)
            look(conf_service(c), ends[1]);
        if (pid < 0)
            conf_setup_failed(c, "no process");
        close(ends[1]);
        receive(ends[0], pid, seen);
        close(ends[0]);
        conf_note(c, "the service asks for interfaces of %s", seen);
    }
    memcpy(ret_guid, seen, PNP_GUID);
}

void served_own(struct conf *c, struct served_registered *ret)
{
    *ret = (struct served_registered){.service = NAME, .ids = {ID}};
    find_class(c, ret->class_guid);
}

/* One life of a service in the host's Windows: service_life LIB NAME CLASS
 * with|without|unplug|eject|disable. Prints the trace, what was found, and last the state it is in.
 */
#include <stdio.h>
#include <string.h>

#include "conformance/host/win/win_host.h"

enum { PORT = 1, WHILE_MS = 60000 };

static int answer(void *self, uint32_t code, const void *in, size_t in_size, void *out,
                  size_t out_size, size_t *ret_count)
{
    (void)self, (void)code, (void)in, (void)in_size, (void)out, (void)out_size;
    *ret_count = 0;
    return 0;
}

static void nothing(void *self)
{
    (void)self;
}

static int open_device(void *self, const char *link, const struct pnp_io **ret_io, void **ret_self)
{
    static const struct pnp_io io = {.ioctl = answer, .close = nothing};

    (void)link;
    *ret_io = &io;
    *ret_self = self;
    return 0;
}

static const char package[] = "[Version]\r\nSignature=\"$WINDOWS NT$\"\r\nClass=WPD\r\n"
                              "ClassGuid={eec5ad98-8080-425f-922a-dabf3de3f69a}\r\n"
                              "Provider=\"papkit\"\r\nDriverVer=11/30/2026,1.0.0.0\r\n"
                              "CatalogFile=life.cat\r\nPnpLockdown=1\r\n"
                              "[Manufacturer]\r\n\"papkit\"=Models,NTamd64\r\n"
                              "[Models.NTamd64]\r\n\"Device\"=Install,USB\\VID_1209&PID_5041\r\n"
                              "[Install]\r\n"
                              "[Install.Services]\r\nAddService=Driver,2,Driver\r\n"
                              "AddService=%s,,Service\r\n"
                              "[Driver]\r\nServiceType=1\r\nStartType=3\r\nErrorControl=1\r\n"
                              "ServiceBinary=%%13%%\\driver.sys\r\n"
                              "[Service]\r\nServiceType=16\r\nStartType=3\r\nErrorControl=1\r\n"
                              "ServiceBinary=%%13%%\\service.exe\r\nAddTrigger=Trigger\r\n"
                              "[Trigger]\r\nTriggerType=1\r\nAction=1\r\nSubType=%s\r\n"
                              "[Install.Interfaces]\r\nAddInterface=%s,,Interface\r\n"
                              "[Interface]\r\n";

static int stage(struct pnp_machine *machine, const char *name, const char *class_guid)
{
    char text[4096], error[512];
    const int size = snprintf(text, sizeof(text), package, name, class_guid, class_guid);
    const int status = pnp_stage(machine, "life.inf", text, (size_t)size, error, sizeof(error));

    if (status)
        fprintf(stderr, "service_life: %s\n", error);
    return status;
}

static void print(struct world *world)
{
    const struct world_entry *entry;
    const struct world_finding *finding;

    for (size_t i = 0; (entry = world_entry(world, i)) != NULL; i++)
        printf("%6llu ms  thread %u  %s\n", (unsigned long long)entry->time, entry->thread,
               entry->text);
    for (size_t i = 0; (finding = world_finding(world, i)) != NULL; i++)
        printf("%s: %s: %s\n", finding->kind == WORLD_FAULT ? "fault" : "risk", finding->word,
               finding->entry.text);
}

static int live(struct win_host *host, const char *name, const char *class_guid, const char *life)
{
    static const struct pnp_port port = {.open = open_device};
    static const struct pnp_given given = {.device_id = "USB\\VID_1209&PID_5041",
                                           .instance = "1",
                                           .hardware = {"USB\\VID_1209&PID_5041"}};
    struct pnp_devnode *devnode = NULL;
    struct scm_status status = {0};

    if (pnp_attach_given(host->machine, PORT, &given, &port, &devnode)) {
        fprintf(stderr, "service_life: the device: %s\n", pnp_reason(host->machine));
        return 3;
    }
    if (strcmp(life, "without") == 0) {
        (void)world_advance(host->world, WHILE_MS);
        pnp_detach(host->machine, devnode);
        (void)world_advance(host->world, WHILE_MS);
        (void)scm_start(host->scm, name, 0, NULL);
    }
    (void)world_advance(host->world, WHILE_MS);
    if (strcmp(life, "unplug") == 0)
        pnp_detach(host->machine, devnode);
    if (strcmp(life, "disable") == 0)
        (void)pnp_interface_set(host->machine, devnode, class_guid, "", false);
    if (strcmp(life, "eject") == 0)
        printf("ejected: %d\n", pnp_eject(host->machine, devnode));
    (void)world_advance(host->world, WHILE_MS);
    (void)scm_query(host->scm, name, &status);
    if (status.state == SCM_STOPPED)
        (void)world_audit(host->world, NULL);
    print(host->world);
    printf("state: %s, started %u times\n", scm_state_name(status.state),
           scm_starts(host->scm, name));
    return 0;
}

int main(int argc, char **argv)
{
    struct win_host host = {.world = world_new(), .machine = pnp_machine_new(NULL)};
    struct win_program program = {.host = &host, .path = argc == 5 ? argv[1] : ""};
    const struct scm_launcher launcher = {.launch = win_program_launch, .self = &program};

    if (argc != 5) {
        fputs("usage: service_life LIB NAME CLASS with|without|unplug|eject|disable\n", stderr);
        return 2;
    }
    host.notify = notify_new(host.world, host.machine);
    host.scm = scm_new(host.world, host.machine, &launcher);
    win_bind(&host);
    if (stage(host.machine, argv[2], argv[3]))
        return 3;
    return live(&host, argv[2], argv[3], argv[4]);
}

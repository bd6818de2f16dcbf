/* One attempt of one case: its own papsim (unless a device is given), its worker, and the verdict
 * made of what the worker wrote – or of the fact that it wrote nothing. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "conformance/case/context.h"
#include "conformance/run/process.h"
#include "conformance/run/run.h"

#define START_MS 10000
#define TIMEOUT_S 20
#define DEFECTS_MAX 64

struct attempt {
    const struct run_options *options;
    const struct conf_case *conf_case;
    struct conf_context context;
    struct process papsim;
    char seed[24];
};

static int make_folder(const char *path)
{
    char part[PATH_MAX];
    char *slash;

    snprintf(part, sizeof(part), "%s", path);
    for (slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(part, 0777) < 0 && errno != EEXIST)
            return -errno;
        *slash = '/';
    }
    return mkdir(part, 0777) < 0 && errno != EEXIST ? -errno : 0;
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    return remove(path);
}

const char *run_player_of(const struct conf_case *conf_case)
{
    if (conf_case->player)
        return conf_case->player;
    return conf_case->needs & CONF_PROVIDER ? "pap-winusb" : "mtp";
}

/* ---- our own papsim */

static int read_port(struct process *papsim, uint16_t *ret_port)
{
    char line[128];
    size_t length = 0;

    while (length < sizeof(line) - 1) {
        struct pollfd waiter = {.fd = papsim->out, .events = POLLIN};
        char *colon;

        if (poll(&waiter, 1, START_MS) <= 0 || read(papsim->out, line + length, 1) != 1)
            return -EPIPE;
        if (line[length++] != '\n')
            continue;
        line[length] = '\0';
        colon = strrchr(line, ':');
        if (strncmp(line, "listening ", 10) != 0 || !colon)
            return -EPROTO;
        *ret_port = (uint16_t)strtoul(colon + 1, NULL, 10);
        return 0;
    }
    return -EPROTO;
}

static int start_papsim(const struct run_options *options, const char *player, const char *folder,
                        struct process *ret_papsim, struct conf_context *context)
{
    char log[PATH_MAX + 16], capture[PATH_MAX + 16], seed[24];
    const char *argv[16 + 2 * DEFECTS_MAX] = {options->papsim, "serve",         "--player", player,
                                              "--listen",      "127.0.0.1:0",   "--seed",   seed,
                                              "--control",     context->control};
    size_t count = 10;
    int error;

    snprintf(log, sizeof(log), "%s/device.log", folder);
    snprintf(capture, sizeof(capture), "%s/wire.pcapng", folder);
    snprintf(seed, sizeof(seed), "%llu", (unsigned long long)options->seed);
    /* Unix socket names are short: the evidence folder's may not be. */
    snprintf(context->control, sizeof(context->control), "/tmp/papcheck-%d-%lx.sock", (int)getpid(),
             (unsigned long)(uintptr_t)context);
    if (!options->quiet_evidence) {
        argv[count++] = "--capture";
        argv[count++] = capture;
    }
    for (size_t i = 0; options->defects && options->defects[i] && i < DEFECTS_MAX; i++) {
        argv[count++] = "--deviate";
        argv[count++] = options->defects[i];
    }
    error = process_start((char *const *)(size_t)argv, NULL, log, true, ret_papsim);
    if (error)
        return error;
    error = read_port(ret_papsim, &context->port);
    if (error) {
        process_kill(ret_papsim);
        return error;
    }
    snprintf(context->host, sizeof(context->host), "127.0.0.1");
    snprintf(context->busid, sizeof(context->busid), "1-1");
    snprintf(context->uri, sizeof(context->uri), "usbip:127.0.0.1:%u/1-1", context->port);
    return 0;
}

static void stop_papsim(struct process *papsim, struct conf_context *context)
{
    process_kill(papsim); /* its files are whole at any time; a polite end costs time */
    unlink(context->control);
}

/* usbip:HOST[:PORT]/BUSID taken apart for wire cases; other URIs have no server. */
static void describe_device(const char *uri, struct conf_context *context)
{
    char text[256];
    char *slash, *colon;

    snprintf(context->uri, sizeof(context->uri), "%s", uri);
    if (strncmp(uri, "usbip:", 6) != 0)
        return;
    snprintf(text, sizeof(text), "%s", uri + 6);
    slash = strrchr(text, '/');
    if (!slash)
        return;
    *slash = '\0';
    snprintf(context->busid, sizeof(context->busid), "%s", slash + 1);
    colon = strrchr(text, ':');
    context->port = colon ? (uint16_t)strtoul(colon + 1, NULL, 10) : 3240;
    if (colon)
        *colon = '\0';
    snprintf(context->host, sizeof(context->host), "%s", text);
}

/* ---- what a case needs */

static const char *inapplicable(const struct ics *ics, const struct conf_case *one,
                                enum run_verdict *ret_verdict)
{
    int holds = ics ? ics_holds(ics, one->ics) : 1;

    if (holds == 1)
        return NULL;
    *ret_verdict = holds ? RUN_ERROR : RUN_NOT_APPLICABLE;
    return one->ics; /* the expression that does not hold, or is none */
}

/* NULL: it can run; else why not, with the verdict that is. */
static const char *obstacle(const struct run_options *options, const struct ics *ics,
                            const struct conf_case *one, enum run_verdict *ret_verdict)
{
    bool usb = options->device && strncmp(options->device, "usb:", 4) == 0;

    *ret_verdict = RUN_NOT_RUN;
    if ((one->needs & CONF_WIRE) && usb) {
        *ret_verdict = RUN_NOT_APPLICABLE;
        return "speaks USB/IP itself, and there is no server behind usb:";
    }
    if ((one->needs & CONF_PROVIDER) && !options->provider)
        return "no provider given (--provider LIB)";
    if ((one->needs & CONF_CONTROL) && options->device)
        return "needs the control socket of our own simulator";
    if ((one->needs & (CONF_WRITES | CONF_FORMATS)) && options->device && !options->destructive)
        return "writes to a device that is not ours (--destructive allows it)";
    if ((one->needs & CONF_FORMATS) && options->device && !options->serial)
        return "formats a store (--serial with the device's serial number allows it)";
    if ((one->needs & CONF_FORMATS) && options->device &&
        (!ics || !ics->serial[0] || strcmp(ics->serial, options->serial) != 0))
        return "formats a store, and --serial is not the device's serial number";
    return inapplicable(ics, one, ret_verdict);
}

/* ---- the worker */

static void write_repro(const struct attempt *attempt, const char *folder)
{
    char path[PATH_MAX + 16], self[PATH_MAX], name[128];
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
    const char *const *defect = attempt->options->defects;
    FILE *file;

    if (length < 0)
        return;
    self[length] = '\0';
    snprintf(path, sizeof(path), "%s/repro.sh", folder);
    file = fopen(path, "we");
    if (!file)
        return;
    run_case_name(attempt->conf_case, name, sizeof(name));
    fprintf(file,
            "#!/bin/sh\n# Runs this one case again; PAPCHECK may name another papcheck.\n"
            "exec \"${PAPCHECK:-%s}\" run %s --seed %llu",
            self, name, (unsigned long long)attempt->options->seed);
    if (attempt->options->device)
        fprintf(file, " --device '%s'", attempt->options->device);
    if (attempt->options->provider && !attempt->options->own_provider)
        fprintf(file, " --provider '%s'", attempt->options->provider);
    for (; defect && *defect; defect++)
        fprintf(file, " --deviate %s", *defect);
    if (attempt->options->provider_defect)
        fprintf(file, " --provider-deviate %s", attempt->options->provider_defect);
    if (attempt->options->host_defect)
        fprintf(file, " --host-deviate %s", attempt->options->host_defect);
    fputs(" \"$@\"\n", file);
    fchmod(fileno(file), 0755);
    fclose(file);
}

static const char *base_name(const char *file)
{
    const char *slash = strrchr(file, '/');

    return slash ? slash + 1 : file;
}

static void fail_in_provider(const struct attempt *attempt, struct run_result *ret, const char *how)
{
    char path[PATH_MAX + 16];
    struct conf_marker marker = {0};
    int fd;

    ret->verdict = RUN_ERROR;
    snprintf(ret->reason, sizeof(ret->reason), "%s%s", how,
             attempt->options->device && attempt->conf_case->needs & CONF_WRITES
                 ? "; its folder papcheck-… may still be on the device"
                 : "");
    snprintf(path, sizeof(path), "%s/marker", attempt->context.evidence);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (read(fd, &marker, sizeof(marker)) == sizeof(marker) && marker.inside) {
        marker.row[sizeof(marker.row) - 1] = marker.method[sizeof(marker.method) - 1] = '\0';
        if (!marker.row[0]) /* while loading: whatever the case is about does not work */
            snprintf(marker.row, sizeof(marker.row), "%s", attempt->conf_case->reqs[0]);
        ret->verdict = RUN_FAIL;
        snprintf(ret->reason, sizeof(ret->reason), "%s inside the provider: %s", how,
                 marker.method);
        ret->rows = json_pack("{s:{s:i,s:i}}", marker.row, "pass", 0, "fail", 1);
        ret->checks = json_pack("[{s:s,s:b,s:s,s:i,s:s,s:s}]", "row", marker.row, "ok", 0, "file",
                                base_name(attempt->conf_case->file), "line",
                                attempt->conf_case->line, "text", marker.method, "seen", how);
    }
    close(fd);
}

static bool declared(const struct conf_case *one, const char *row)
{
    for (size_t i = 0; one->reqs[i]; i++) {
        if (strcmp(one->reqs[i], row) == 0)
            return true;
    }
    return false;
}

static void judge_rows(const struct attempt *attempt, const struct catalogue *catalogue,
                       struct run_result *ret)
{
    const char *row;
    json_t *entry;
    json_int_t total = 0;
    unsigned failed = 0;

    json_object_foreach(ret->rows, row, entry)
    {
        const struct catalogue_row *known = catalogue_find(catalogue, row);
        json_int_t bad = json_integer_value(json_object_get(entry, "fail"));
        bool must = !known || strcmp(known->level, "SHOULD");

        total += bad + json_integer_value(json_object_get(entry, "pass"));
        if (!declared(attempt->conf_case, row) || !known) {
            ret->verdict = RUN_ERROR;
            snprintf(ret->reason, sizeof(ret->reason), "checks row %s, which it does not declare",
                     row);
            return;
        }
        if (bad && (must || attempt->options->strict))
            failed++;
        else if (bad)
            ret->warnings++;
    }
    if (failed) {
        ret->verdict = RUN_FAIL;
    } else if (!total && ret->verdict == RUN_PASS) {
        ret->verdict = RUN_ERROR;
        snprintf(ret->reason, sizeof(ret->reason), "no check was made");
    }
}

static void read_verdict(const struct attempt *attempt, const struct catalogue *catalogue,
                         const char *how, struct run_result *ret)
{
    char path[PATH_MAX + 16];
    json_t *verdict;
    const char *ending;

    snprintf(path, sizeof(path), "%s/verdict.json", attempt->context.evidence);
    verdict = json_load_file(path, 0, NULL);
    ending = json_string_value(json_object_get(verdict, "ending"));
    if (!ending) {
        json_decref(verdict);
        fail_in_provider(attempt, ret, how);
        return;
    }
    snprintf(ret->reason, sizeof(ret->reason), "%s",
             json_string_value(json_object_get(verdict, "reason")));
    ret->rows = json_incref(json_object_get(verdict, "rows"));
    ret->checks = json_incref(json_object_get(verdict, "checks"));
    ret->notes = json_incref(json_object_get(verdict, "notes"));
    ret->verdict = strcmp(ending, "setup-failed") == 0   ? RUN_ERROR
                   : strcmp(ending, "inconclusive") == 0 ? RUN_INCONCLUSIVE
                                                         : RUN_PASS;
    judge_rows(attempt, catalogue, ret);
    json_decref(verdict);
}

static int stop_fd(const struct run_options *options)
{
    return options->stop_fd > 0 ? options->stop_fd : -1;
}

static bool is_stopped(const struct run_options *options)
{
    struct pollfd waiter = {.fd = stop_fd(options), .events = POLLIN};

    return poll(&waiter, 1, 0) > 0;
}

static void run_worker(struct attempt *attempt, const struct catalogue *catalogue,
                       struct run_result *ret)
{
    char context[PATH_MAX + 16], log[PATH_MAX + 16], variable[PATH_MAX + 64], deviate[128], how[96];
    char *argv[] = {(char *)(size_t) "/proc/self/exe", (char *)(size_t) "worker", NULL};
    const char *environment[4] = {variable, NULL};
    unsigned timeout = attempt->conf_case->timeout_s ? attempt->conf_case->timeout_s : TIMEOUT_S;
    struct process worker;
    int status = 0;

    if (attempt->options->timeout_scale)
        timeout *= attempt->options->timeout_scale;

    snprintf(context, sizeof(context), "%s/run.context", attempt->context.evidence);
    snprintf(log, sizeof(log), "%s/host.log", attempt->context.evidence);
    snprintf(variable, sizeof(variable), CONF_CONTEXT_VARIABLE "=%s", context);
    if (attempt->options->provider_defect) {
        snprintf(deviate, sizeof(deviate), "SPCORE_DEVIATE=%s", attempt->options->provider_defect);
        environment[1] = deviate;
    }
    if (attempt->options->allow_mtp)
        environment[environment[1] ? 2 : 1] = "SPCORE_ALLOW_MTP=1";
    ret->verdict = RUN_ERROR;
    if (conf_context_write(context, &attempt->context) < 0 ||
        process_start(argv, environment, log, false, &worker) < 0) {
        snprintf(ret->reason, sizeof(ret->reason), "the worker cannot be started: %s",
                 strerror(errno));
        return;
    }
    if (!process_wait(&worker, timeout * 1000, stop_fd(attempt->options), &status)) {
        process_kill(&worker);
        if (is_stopped(attempt->options)) {
            ret->verdict = RUN_NOT_RUN;
            snprintf(ret->reason, sizeof(ret->reason), "interrupted");
            return;
        }
        snprintf(how, sizeof(how), "no end within %u s", timeout);
    } else {
        snprintf(how, sizeof(how), "the case's process ended without a verdict (%s %d)",
                 WIFSIGNALED(status) ? "signal" : "status",
                 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    }
    read_verdict(attempt, catalogue, how, ret);
}

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void prepare(struct attempt *attempt, const char *slot)
{
    const struct run_options *options = attempt->options;
    struct conf_context *context = &attempt->context;

    snprintf(context->evidence, sizeof(context->evidence), "%s/%s", options->out, slot);
    snprintf(context->id, sizeof(context->id), "%s", attempt->conf_case->id);
    if (options->provider)
        snprintf(context->provider, sizeof(context->provider), "%s", options->provider);
    if (options->host_defect)
        snprintf(context->host_defect, sizeof(context->host_defect), "%s", options->host_defect);
    context->seed = options->seed;
    context->allow_mtp = options->allow_mtp;
    context->destructive = options->destructive;
    attempt->papsim.out = -1;
}

/* What papsim itself said is better than our errno. */
static void why_not_started(const struct attempt *attempt, int error, char *reason, size_t size)
{
    const char *player = run_player_of(attempt->conf_case);
    char path[PATH_MAX + 16], line[256] = "";
    FILE *log;

    snprintf(path, sizeof(path), "%s/device.log", attempt->context.evidence);
    log = fopen(path, "re");
    if (log && fgets(line, sizeof(line), log))
        line[strcspn(line, "\n")] = '\0';
    if (log)
        fclose(log);
    snprintf(reason, size, "papsim with player %s did not start: %s", player,
             line[0] ? line : strerror(-error));
}

void run_one(const struct run_options *options, const struct catalogue *catalogue,
             const struct ics *ics, const struct conf_case *conf_case, const char *slot,
             struct run_result *ret)
{
    struct attempt attempt = {.options = options, .conf_case = conf_case};
    double start = now();
    const char *why;
    int error = 0;

    *ret = (struct run_result){.conf_case = conf_case};
    why = obstacle(options, ics, conf_case, &ret->verdict);
    if (why) {
        snprintf(ret->reason, sizeof(ret->reason), "%s", why);
        return;
    }
    prepare(&attempt, slot);
    nftw(attempt.context.evidence, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    error = make_folder(attempt.context.evidence);
    if (!error && options->device)
        describe_device(options->device, &attempt.context);
    else if (!error)
        error = start_papsim(options, run_player_of(conf_case), attempt.context.evidence,
                             &attempt.papsim, &attempt.context);
    if (error) {
        ret->verdict = RUN_ERROR;
        why_not_started(&attempt, error, ret->reason, sizeof(ret->reason));
        return;
    }
    run_worker(&attempt, catalogue, ret);
    if (attempt.papsim.pid)
        stop_papsim(&attempt.papsim, &attempt.context);
    if (options->quiet_evidence)
        nftw(attempt.context.evidence, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    else
        write_repro(&attempt, attempt.context.evidence);
    ret->seconds = now() - start;
}

int run_observe(const struct run_options *options, const char *player, struct ics *ret, char *error,
                size_t error_size)
{
    struct conf_context context = {0};
    struct process papsim = {.out = -1};
    char folder[PATH_MAX];
    int result;

    if (options->device) {
        result = ics_observe(options->device, false, ret);
        if (result)
            snprintf(error, error_size, "%s: %s", options->device, strerror(-result));
        return result;
    }
    snprintf(folder, sizeof(folder), "%s/ics", options->out);
    result = make_folder(folder);
    if (!result) {
        struct run_options clean = *options;

        clean.defects = NULL;
        clean.quiet_evidence = true;
        result = start_papsim(&clean, player, folder, &papsim, &context);
    }
    if (!result) {
        result = ics_observe(context.uri, true, ret);
        stop_papsim(&papsim, &context);
    }
    if (result)
        snprintf(error, error_size, "player %s: %s", player, strerror(-result));
    return result;
}

void run_result_done(struct run_result *result)
{
    json_decref(result->rows);
    json_decref(result->checks);
    json_decref(result->notes);
}

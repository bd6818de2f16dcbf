/* Figures of `papsim exec`: its library against libspcore's own client and against plain TCP; and
 * the world's clients, each with the seconds it takes. */
#include "ci/bench.h"
#include "spcore/base.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "spcore/transport/transport.h"

enum { CLIENTS_BUDGET_S = 10, NOT_HERE = 77 };

/* ---- the program under exec, told what to measure */

struct program {
    pid_t pid;
    FILE *to, *from;
};

static void program_start(const char *papsim, const char *path, const struct bench_sim *sim,
                          struct program *ret_program)
{
    char server[128];
    int to[2], from[2];

    snprintf(server, sizeof(server), "%s:%s/1-2", sim->host, sim->port);
    if (pipe(to) != 0 || pipe(from) != 0)
        bench_die("pipe");
    ret_program->pid = fork();
    if (ret_program->pid < 0)
        bench_die("fork");
    if (ret_program->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        dup2(to[0], STDIN_FILENO);
        dup2(from[1], STDOUT_FILENO);
        close(to[0]);
        close(to[1]);
        close(from[0]);
        close(from[1]);
        execl(papsim, papsim, "exec", "--connect", server, "--", path, (char *)NULL);
        _exit(127);
    }
    close(to[0]);
    close(from[1]);
    ret_program->to = fdopen(to[1], "w");
    ret_program->from = fdopen(from[0], "r");
    if (!ret_program->to || !ret_program->from)
        bench_die("fdopen");
}

static double ask(const struct program *program, const char *question)
{
    double rate;

    fprintf(program->to, "%s\n", question);
    fflush(program->to);
    if (fscanf(program->from, "%lf", &rate) != 1) {
        fprintf(stderr, "bench: no answer through exec to: %s\n", question);
        exit(3);
    }
    return rate;
}

static void program_end(struct program *program)
{
    int status = -1;

    fclose(program->to); /* its end of input, and thereby its end */
    fclose(program->from);
    if (waitpid(program->pid, &status, 0) != program->pid || status != 0) {
        fprintf(stderr, "bench: the program under exec ended with %#x\n", (unsigned)status);
        exit(3);
    }
}

/* ---- ratios */

static double own_round(struct tp *tp)
{
    static const struct tp_setup setup = {0x80, 6, 0x100, 0, 18};
    double start = bench_now(), end = start + BENCH_ROUND_MS * 1e-3, time = start;
    unsigned count = 0;
    uint8_t data[18];

    while (time < end) {
        if (tp_control(tp, &setup, data, 5000) != 18)
            bench_die("a control transfer failed");
        if (++count % 64 == 0)
            time = bench_now();
    }
    return count / (bench_now() - start);
}

/* At most 1.25 times the time is at least 0.8 of the rate. */
static bool control(const struct bench_sim *sim, const struct program *program)
{
    double own[BENCH_ROUNDS], through[BENCH_ROUNDS];
    char uri[128], question[32];
    struct tp *tp;

    snprintf(uri, sizeof(uri), "usbip:%s:%s/1-1", sim->host, sim->port);
    snprintf(question, sizeof(question), "control %d", BENCH_ROUND_MS);
    if (tp_open(uri, NULL, &tp) != 0)
        bench_die(uri);
    (void)own_round(tp);
    (void)ask(program, question);
    for (int i = 0; i < BENCH_ROUNDS; i++) {
        own[i] = own_round(tp);
        through[i] = ask(program, question);
    }
    tp_close(tp);
    return bench_report("exec: control, to own client's", "/s", 1, through, own, BENCH_ROUNDS, 0.8);
}

static bool stream(const struct program *program)
{
    static const struct {
        const char *figure;
        unsigned unit;
        double required;
    } rows[] = {
        {"exec: bulk IN, URBs of 64 KiB", 64 * 1024, 0.5},
        {"exec: bulk IN, URBs of 1 MiB", 1024 * 1024, 0.8},
    };
    enum { ROWS = ARRAY_SIZE(rows) };
    double raw[ROWS][BENCH_STREAM_ROUNDS], ours[ROWS][BENCH_STREAM_ROUNDS];
    struct bench_peer peer = bench_peer_stream();
    char *buffer = malloc(BENCH_WRITE), questions[ROWS][64];
    bool ok = true;

    if (!buffer)
        bench_die("memory");
    (void)bench_raw_stream(peer.fd, buffer);
    for (int row = 0; row < ROWS; row++) {
        snprintf(questions[row], sizeof(questions[row]), "stream %" PRIu64 " %u", BENCH_STREAM,
                 rows[row].unit);
        (void)ask(program, questions[row]);
    }
    for (int i = 0; i < BENCH_STREAM_ROUNDS; i++) {
        for (int row = 0; row < ROWS; row++) {
            raw[row][i] = bench_raw_stream(peer.fd, buffer);
            ours[row][i] = ask(program, questions[row]);
        }
    }
    free(buffer);
    bench_peer_end(&peer);
    for (int row = 0; row < ROWS; row++)
        ok = bench_report(rows[row].figure, "MB/s", 1e6, ours[row], raw[row], BENCH_STREAM_ROUNDS,
                          rows[row].required) &&
             ok;
    return ok;
}

bool bench_exec(const char *papsim, const char *path)
{
    struct program program;
    struct bench_sim sim;
    bool ok;

    bench_sim_start(papsim, (const char *const[]){"--player", "zero", "--player", "zero"}, 4, &sim);
    program_start(papsim, path, &sim, &program);
    ok = control(&sim, &program);
    ok = stream(&program) && ok;
    program_end(&program);
    bench_sim_end(&sim);
    return ok;
}

/* ---- the world's clients */

/* $1 of the output of mtp-sendfile: the new object's id. */
#define NEW_ID                                                                                     \
    "id=$(tr '\\r' '\\n' < sent | sed -n 's/.*New file ID: \\([0-9]*\\).*/\\1/p'); [ \"$id\" ]; "

static const struct {
    const char *name, *script;
} clients[] = {
    {"mtp-detect", "mtp-detect"},
    {"mtp-files", "mtp-files"},
    {"mtp-folders", "mtp-folders"},
    {"mtp-tracks", "mtp-tracks"},
    {"mtp-sendfile", "mtp-sendfile sent.bin new.bin"},
    {"mtp-sendfile, mtp-getfile",
     "mtp-sendfile sent.bin new.bin > sent; " NEW_ID "mtp-getfile $id back; cmp sent.bin back"},
    {"mtp-newfolder", "mtp-newfolder New 0 0"},
    {"mtp-sendfile, mtp-delfile",
     "mtp-sendfile sent.bin new.bin > sent; " NEW_ID "mtp-delfile -n $id"},
    {"gphoto2 --summary", "gphoto2 --summary"},
    {"gphoto2 --list-files", "gphoto2 --list-files"},
    {"gphoto2 put, get, delete",
     "gphoto2 -f /store_00010001 --upload-file sent.bin; "
     "gphoto2 -f /store_00010001 --get-file sent.bin --filename back --force-overwrite; "
     "cmp sent.bin back; gphoto2 -f /store_00010001 --delete-file sent.bin"},
    {"jmtpfs",
     "mkdir mnt; jmtpfs mnt || exit 77; ls mnt > there; fusermount -u mnt; grep Internal there"},
    {"lsusb -v", "lsusb -v -d 1209:4d54 | grep 'idProduct.*0x4d54'"},
    {"pyusb", "/usr/bin/python3 -c 'import usb.core\n"
              "print(usb.core.find(idVendor=0x1209, idProduct=0x4d54).product)' | grep papkit"},
};

static int client_run(const char *papsim, const char *folder, const char *script)
{
    int status = -1;
    pid_t pid = fork();

    if (pid < 0)
        bench_die("fork");
    if (pid == 0) {
        if (chdir(folder) != 0 || !freopen("/dev/null", "r", stdin) ||
            !freopen("log", "w", stdout) || dup2(STDOUT_FILENO, STDERR_FILENO) < 0)
            _exit(127);
        execl(papsim, papsim, "exec", "--player", "mtp", "--", "sh", "-e", "-c", script,
              (char *)NULL);
        _exit(127);
    }
    (void)waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void make_folder(char *folder)
{
    char path[64];
    FILE *file;

    if (!mkdtemp(folder))
        bench_die(folder);
    snprintf(path, sizeof(path), "%s/sent.bin", folder);
    file = fopen(path, "w");
    for (int i = 0; file && i < 1000000; i++)
        fputc(i % 251, file);
    if (!file || fclose(file) != 0)
        bench_die(path);
}

static void remove_folder(const char *folder)
{
    pid_t pid = fork();

    if (pid == 0) {
        execlp("rm", "rm", "-rf", folder, (char *)NULL);
        _exit(127);
    }
    (void)waitpid(pid, NULL, 0);
}

bool bench_clients(const char *papsim)
{
    char folder[] = "/tmp/papkit-bench-XXXXXX", *program = realpath(papsim, NULL);
    double whole = bench_now(), start;
    bool ok = true;

    if (!program)
        bench_die(papsim);
    make_folder(folder);
    printf("clients through exec, each with a player of its own:\n");
    for (size_t i = 0; i < ARRAY_SIZE(clients); i++) {
        int status;

        start = bench_now();
        status = client_run(program, folder, clients[i].script);
        printf("  %-32s %10.3f %10s  %-6s %6s  %6s  %s\n", clients[i].name, bench_now() - start, "",
               "s", "", "",
               status == 0          ? "ok"
               : status == NOT_HERE ? "not here: no FUSE"
                                    : "FAILED");
        ok = ok && (status == 0 || status == NOT_HERE);
    }
    whole = bench_now() - whole;
    printf("%-34s %10.1f %10d  %-6s %6s  %6s  %s\n", "clients through exec, whole", whole,
           CLIENTS_BUDGET_S, "s", "", "", whole <= CLIENTS_BUDGET_S ? "within" : "OVER BUDGET");
    remove_folder(folder);
    free(program);
    return ok;
}

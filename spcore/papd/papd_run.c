/* `papd run`: the service itself. */
#include <errno.h>
#include <libusb-1.0/libusb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spcore/base.h"
#include "spcore/command/beside.h"
#include "spcore/papd/papd.h"
#include "spcore/sync/sync_folder.h"

enum { LIBRARY, INF, DEVICE, PROVIDER, CLASS_ID, STATE, SETTLE, RETRY, ALLOW_EMPTY };
enum { RETRY_MS = 10000 };
static const struct command_option options[] = {
    {"library", "DIR", "the folder of music that each player is to have", LIBRARY, 0},
    {"inf", "FILE", "whose models are the players, with the parameters it gives them", INF, 0},
    {"device", "VID:PID", "a player that says itself what it is; as often as there are such",
     DEVICE, 0},
    {"provider", "LIB", "the service provider's library; ours if not said", PROVIDER, 0},
    {"clsid", "ID", "the provider's class; if not said, what it registers or the player names",
     CLASS_ID, 0},
    {"state", "DIR",
     "where is remembered what was synchronised; $STATE_DIRECTORY or below $XDG_STATE_HOME if not "
     "said",
     STATE, 0},
    {"settle", "MS", "without a player before it ends, in milliseconds; 0 if not said", SETTLE, 0},
    {"retry", "MS",
     "until a synchronisation that was not possible is tried again, in milliseconds, twice as long "
     "each time; 10000 if not said",
     RETRY, 0},
    {"allow-empty", NULL, "a library that holds nothing any more empties the players, too",
     ALLOW_EMPTY, 0},
    {NULL, NULL, NULL, 0, 0},
};

/* ---- the command line */
static int take_ms(const char *option, long least, int64_t *ret_ms)
{
    char *end;
    long ms;

    errno = 0;
    ms = strtol(optarg, &end, 10);
    if (errno || *end || end == optarg || ms < least || ms > 3600000)
        return cli_usage("--%s %s: expected milliseconds, %ld to 3600000", option, optarg, least);
    *ret_ms = ms;
    return 0;
}

static int take(struct papd *papd, int option)
{
    struct papd_options *to = &papd->options;
    const char **const texts[] = {[LIBRARY] = &to->library,
                                  [INF] = &to->inf,
                                  [PROVIDER] = &to->provider,
                                  [CLASS_ID] = &to->clsid,
                                  [STATE] = &to->state};

    if (option == SETTLE)
        return take_ms("settle", 0, &to->settle_ms);
    if (option == RETRY)
        return take_ms("retry", 1, &to->retry_ms);
    if (option == ALLOW_EMPTY)
        to->allow_empty = true;
    else if (option != DEVICE)
        *texts[option] = optarg;
    else if (!papd_models_add(&papd->models, optarg))
        return cli_usage("--device %s: expected VID:PID as 1209:5041, at most %d of them", optarg,
                         PAPD_MODELS_MOST);
    return 0;
}

static int check_library(const char *library)
{
    struct stat stat_;

    if (!library)
        return cli_usage("run: expected --library DIR");
    if (stat(library, &stat_) < 0)
        return cli_usage("--library %s: %s", library, strerror(errno));
    return S_ISDIR(stat_.st_mode) ? 0 : cli_usage("--library %s: expected a folder", library);
}

static int choose_state(struct papd *papd)
{
    const char *given = papd->options.state, *own = getenv("STATE_DIRECTORY");

    if (!given && own && *own)
        given = own; /* systemd's, for a unit with StateDirectory= */
    if (given &&
        (size_t)snprintf(papd->state, sizeof(papd->state), "%s", given) < sizeof(papd->state))
        return 0;
    if (given || !sync_folder(papd->state, sizeof(papd->state)))
        return cli_usage("run: expected --state DIR, as there is no $HOME");
    return 0;
}

/* Ours writes none into a registry. */
#define OWN_CLASS "{7A8B6E2C-5C52-4B7E-9C2E-6B1C2A7D9E10}"

/* What its registration fails with is said here, and not with the first player. */
static int choose_provider(struct papd *papd)
{
    static const char *const ours[] = {"libspcore.so", "../lib/papkit/libspcore.so"};
    const char *given = papd->options.provider;
    struct mdm_machine *machine;
    HRESULT hr = E_OUTOFMEMORY;

    if (given && !realpath(given, papd->provider))
        return cli_usage("--provider %s: %s", given, strerror(errno));
    if (!given && beside_program(ours, ARRAY_SIZE(ours), papd->provider, sizeof(papd->provider)))
        return cli_usage("libspcore.so is not with papd, and no --provider is named");
    if (!given && !papd->options.clsid)
        papd->options.clsid = OWN_CLASS;
    machine = mdm_machine_new();
    if (machine)
        hr = mdm_machine_register(machine, papd->provider, papd->options.clsid, MDM_PLUG_AND_PLAY);
    if (FAILED(hr))
        cli_usage("%s: 0x%08x %s", papd->provider, (unsigned)hr,
                  machine ? mdm_machine_reason(machine) : "no memory");
    mdm_machine_free(machine);
    return FAILED(hr) ? EXIT_USAGE : 0;
}

static int parse(int argc, char **argv, struct papd *papd)
{
    char error[PATH_MAX + 256];
    int option, status = 0;

    while (!status && (option = command_next(&papd_run, argc, argv)) != COMMAND_END)
        status = option == COMMAND_WRONG ? EXIT_USAGE : take(papd, option);
    if (!status && optind < argc)
        status = cli_usage("run: unexpected argument %s", argv[optind]);
    if (!status)
        status = check_library(papd->options.library);
    if (!status && !papd->options.inf && !papd->models.count)
        status =
            cli_usage("run: expected --inf FILE or --device VID:PID, which say what a player is");
    if (!status && papd->options.inf &&
        !papd_models_read(&papd->models, papd->options.inf, error, sizeof(error)))
        status = cli_usage("%s", error);
    if (!status)
        status = choose_provider(papd);
    return status ? status : choose_state(papd);
}

/* ---- its life */
struct ending {
    struct service *service;
    pthread_t thread;
    atomic_bool over, told;
};

static sigset_t endings(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    return set;
}

/* A signal is a stop control; a thread that waits for it may do what a handler may not. */
static void *wait_for_end(void *self)
{
    struct ending *ending = self;
    const sigset_t set = endings();
    int number;

    while (sigwait(&set, &number) == 0 && !atomic_load(&ending->over)) {
        atomic_store(&ending->told, true);
        service_stop(ending->service);
    }
    return NULL;
}

static int serve(struct papd *papd)
{
    const struct service_shell shell = {
        .self = papd,
        .bus = &papd_bus,
        .work = &papd_work,
        .manager = &papd_manager,
        .system = &papd_system,
        .settle_ms = papd->options.settle_ms,
    };
    struct ending ending = {.service = service_new(&shell)};
    int status = EXIT_FAILED;

    if (ending.service && pthread_create(&ending.thread, NULL, wait_for_end, &ending) == 0) {
        status = (int)service_run(ending.service);
        atomic_store(&ending.over, true);
        pthread_kill(ending.thread, SIGINT);
        pthread_join(ending.thread, NULL);
        if (!status && !atomic_load(&ending.told) && papd_bus_has_more(papd->bus))
            status = EXIT_AGAIN;
    }
    service_free(ending.service);
    return status;
}

static int run(int argc, char **argv)
{
    struct papd papd = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    const sigset_t set = endings();
    int status, code;

    papd.options.retry_ms = RETRY_MS;
    /* Before a provider is loaded: threads that it has are no place for them either. */
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    status = parse(argc, argv, &papd);
    if (!status) {
        code = papd_bus_new(&papd.models, &papd.bus);
        if (code) {
            papd_say("USB cannot be used: %s", libusb_strerror(code));
            status = EXIT_FAILED;
        } else {
            status = serve(&papd);
        }
        papd_bus_free(papd.bus);
    }
    papd_models_done(&papd.models);
    return status;
}

const struct command papd_run = {
    .name = "run",
    .arguments = "",
    .text = "Synchronises each player that is there or comes, and ends when the last has gone.",
    .options = options,
    .run = run,
};

/* `papsim serve` and `papsim exec` both bring players up: from the same options, and with the same
 * line on stderr when that fails. */
#include "simulator/cli/papsim_service.h"

#include <inttypes.h>

#include "simulator/cli/papsim_verbs.h"

const struct command_option service_command_options[] = {
    {"player", "NAME|FILE",
     "a player: one that comes with papsim, or a player file; may be said "
     "again",
     OPTION_PLAYER, 0},
    {"control", "SOCK", "makes a socket for papsim control", OPTION_CONTROL, 0},
    {"state", "DIR", "what the players hold is kept there from run to run", OPTION_STATE, 0},
    {"capture", "FILE", "every URB, as pcapng for Wireshark", OPTION_CAPTURE, 0},
    {"deviate", "NAME", "a defect is switched on (papsim deviations); may be said again",
     OPTION_DEVIATE, 0},
    {"seed", "N", "of what the players draw by lot", OPTION_SEED, 0},
    {"memory", "MIB", "what the objects of a player may take, 2048 if not said", OPTION_MEMORY, 0},
    {NULL, NULL, NULL, 0, 0},
};

/* Of MiB; what does not fit a size_t is no limit anyone means. */
#define MEMORY_MOST ((uint64_t)1 << 30)

static int memory_option(const char *value, struct service_options *options)
{
    uint64_t mib;

    if (cli_number(value, MEMORY_MOST, &mib) < 0 || mib == 0)
        return cli_usage("--memory %s: expected MiB, 1 to %" PRIu64, value, MEMORY_MOST);
    options->memory = mib << 20;
    return 0;
}

int cli_service_option(int option, const char *value, struct service_options *options)
{
    switch (option) {
    case OPTION_PLAYER:
        if (options->player_count == SERVICE_PLAYERS_MAX)
            return cli_usage("--player %s: more than %d players", value, SERVICE_PLAYERS_MAX);
        options->players[options->player_count++] = value;
        return 0;
    case OPTION_DEVIATE:
        if (!policies_know(value))
            return cli_usage("--deviate %s: no such deviation (papsim deviations lists them)",
                             value);
        if (options->defect_count < DEFECT_ROOM)
            options->defects[options->defect_count++] = value;
        return 0;
    case OPTION_CONTROL:
        options->control = value;
        return 0;
    case OPTION_STATE:
        options->state = value;
        return 0;
    case OPTION_CAPTURE:
        options->capture = value;
        return 0;
    case OPTION_MEMORY:
        return memory_option(value, options);
    default:
        if (cli_number(value, UINT64_MAX, &options->seed) < 0)
            return cli_usage("--seed %s: expected a number", value);
        return 0;
    }
}

int cli_service_open(struct service *service, const struct service_options *options)
{
    char error[1024];

    return service_open(service, options, error, sizeof(error)) < 0 ? cli_usage("%s", error) : 0;
}

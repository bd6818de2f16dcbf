/* The lists papsim prints: players and defects. */
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/cli/papsim_verbs.h"
#include "simulator/player/players.h"
#include "simulator/spec/spec.h"

static int is_player_file(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');

    return dot && strcmp(dot, ".yaml") == 0;
}

/* By name, without the suffix: "mtp" stands before "mtp-small". */
static int compare_stems(const struct dirent **left, const struct dirent **right)
{
    size_t a = strlen((*left)->d_name) - 5, b = strlen((*right)->d_name) - 5;
    int order = memcmp((*left)->d_name, (*right)->d_name, a < b ? a : b);

    return order ? order : (a > b) - (a < b);
}

static void print_player(const char *folder, const char *file)
{
    char path[PATH_MAX * 2], error[512];
    struct player_spec *spec;

    snprintf(path, sizeof(path), "%s/%s", folder, file);
    if (spec_load(path, &spec, error, sizeof(error)) < 0) {
        printf("%-24.*s (broken: %s)\n", (int)(strlen(file) - 5), file, error);
        return;
    }
    printf("%-24.*s %s\n", (int)(strlen(file) - 5), file,
           spec->file->description ? spec->file->description : "");
    spec_free(spec);
}

static int list_players(int argc, char **argv)
{
    char folder[PATH_MAX];
    struct dirent **entries;
    int count;

    if (command_next(&cli_players, argc, argv) == COMMAND_WRONG)
        return EXIT_USAGE;
    if (optind < argc)
        return cli_usage("players: unexpected argument %s", argv[optind]);
    if (beside_players(folder, sizeof(folder)) < 0)
        return cli_usage("players: no folder of player files found; set PAPSIM_PLAYERS");
    count = scandir(folder, &entries, is_player_file, compare_stems);
    if (count < 0)
        return cli_usage("%s: %s", folder, strerror(errno));
    for (int i = 0; i < count; i++) {
        print_player(folder, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return EXIT_DONE;
}

static void print_defects_json(void)
{
    json_t *all = json_array();

    for (unsigned i = 0; i < defect_count; i++) {
        const struct defect_text *text = defect_listed(i);
        json_t *rows = json_array(), *one;

        for (size_t k = 0; text->rows[k]; k++)
            json_array_append_new(rows, json_string(text->rows[k]));
        one = json_pack("{s:s,s:s,s:o}", "name", text->name, "text", text->text, "rows", rows);
        if (text->quirk)
            json_object_set_new(one, "quirk", json_integer(text->quirk));
        if (text->flag)
            json_object_set_new(one, "flag", json_string(text->flag));
        json_array_append_new(all, one);
    }
    json_dumpf(all, stdout, JSON_INDENT(1));
    putchar('\n');
    json_decref(all);
}

static int list_defects(int argc, char **argv)
{
    bool json = false;
    int option;

    while ((option = command_next(&cli_deviations, argc, argv)) != COMMAND_END) {
        if (option == COMMAND_WRONG)
            return EXIT_USAGE;
        json = true;
    }
    if (optind < argc)
        return cli_usage("deviations: unexpected argument %s", argv[optind]);
    if (json) {
        print_defects_json();
        return EXIT_DONE;
    }
    for (unsigned i = 0; i < defect_count; i++) {
        const struct defect_text *one = defect_listed(i);

        printf("%-32s %s (", one->name, one->text);
        for (size_t k = 0; one->rows[k]; k++)
            printf("%s%s", k ? " " : "", one->rows[k]);
        if (one->quirk)
            printf("quirk %u%s%s", one->quirk, one->flag ? ", libmtp " : "",
                   one->flag ? one->flag : "");
        puts(")");
    }
    return EXIT_DONE;
}

static const struct command_option deviations_options[] = {
    {"json", NULL, "as JSON", 0, 0},
    {NULL, NULL, NULL, 0, 0},
};

const struct command cli_players = {
    .name = "players",
    .arguments = "",
    .text = "Lists the players that come with papsim, or those in the folder PAPSIM_PLAYERS.",
    .run = list_players,
};

const struct command cli_deviations = {
    .name = "deviations",
    .arguments = "",
    .text = "Lists the defects that can be switched on.",
    .options = deviations_options,
    .run = list_defects,
};

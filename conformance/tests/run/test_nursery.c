/* Players by request, from the papsim of this build. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conformance/program/program.h"
#include "conformance/run/nursery.h"

static char papsim[4200];

/* This test lies four folders below papsim. */
static void find_papsim(void)
{
    char folder[4096];

    cr_assert_eq(program_folder(folder, sizeof(folder)), 0);
    snprintf(papsim, sizeof(papsim), "%s/../../../papsim", folder);
    cr_assert_eq(access(papsim, X_OK), 0, "%s", papsim);
}

TestSuite(nursery, .init = find_papsim);

static void start(struct nursery *nursery, struct process *ret)
{
    const char *const argv[] = {papsim,     "serve",       "--player", "mtp",
                                "--listen", "127.0.0.1:0", NULL};

    cr_assert_eq(nursery_start(nursery, argv, "/dev/null", ret), 0);
}

static void expect_listening(const struct process *player)
{
    char line[64] = "";

    cr_assert_gt(read(player->out, line, sizeof(line) - 1), 0);
    cr_assert_eq(strncmp(line, "listening 127.0.0.1:", 20), 0, "%s", line);
}

Test(nursery, its_players_are_children_of_ours)
{
    struct process first, second;
    struct nursery nursery;
    int status;

    nursery_open(papsim, &nursery);
    cr_assert_geq(nursery.socket, 0);
    start(&nursery, &first);
    start(&nursery, &second);
    cr_assert_neq(first.pid, second.pid);
    expect_listening(&first);
    expect_listening(&second);
    kill(first.pid, SIGTERM);
    cr_assert(process_wait(&first, 10000, -1, &status));
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    process_kill(&second);
    cr_assert_eq(second.pid, 0);
    nursery_close(&nursery);
}

Test(nursery, what_a_player_refuses_is_its_own_end)
{
    const char *const argv[] = {papsim, "serve", "--nonsense", NULL};
    struct nursery nursery;
    struct process player;
    int status;

    nursery_open(papsim, &nursery);
    cr_assert_eq(nursery_start(&nursery, argv, "/dev/null", &player), 0);
    cr_assert(process_wait(&player, 10000, -1, &status));
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 2);
    start(&nursery, &player);
    expect_listening(&player);
    process_kill(&player);
    nursery_close(&nursery);
}

Test(nursery, without_it_a_player_is_started)
{
    struct nursery none = {.socket = -1};
    struct process player;

    start(&none, &player);
    expect_listening(&player);
    process_kill(&player);
}

Test(nursery, one_that_died_is_done_without)
{
    struct nursery nursery;
    struct process player;

    nursery_open(papsim, &nursery);
    process_kill(&nursery.process);
    start(&nursery, &player);
    cr_assert_lt(nursery.socket, 0);
    expect_listening(&player);
    process_kill(&player);
}

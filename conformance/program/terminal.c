/* Progress that a person watches: it never leaves its line, however narrow the terminal is, and is
 * gone when the program ends, however it does. */
#include "conformance/program/terminal.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define TAKE_BACK "\r\033[K"
#define CELLS_MOST 30

static bool can_show(int fd)
{
    const char *kind = getenv("TERM");

    return isatty(fd) && !(kind && strcmp(kind, "dumb") == 0);
}

/* As it is now: a window changes while a run is on. Who sets COLUMNS has a reason. */
static int columns(void)
{
    const char *said = getenv("COLUMNS");
    struct winsize window = {0};
    int count = said ? atoi(said) : 0;

    if (count <= 0 && ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0)
        count = window.ws_col;
    return count > 0 ? count : 80;
}

/* How many cells of a bar leave room for the rest. */
static int cells_of(int width)
{
    return width >= 70 ? CELLS_MOST : width >= 40 ? 10 : 0;
}

void terminal_progress(size_t done, size_t total, const char *text)
{
    int width = columns() - 1; /* the last column would begin the next line */
    int cells = cells_of(width), filled = total ? (int)(done * (size_t)cells / total) : cells;
    char line[256];
    int length;

    if (!can_show(STDERR_FILENO))
        return;
    length = snprintf(line, sizeof(line), "%s%.*s%.*s%s%zu/%zu %s", cells ? "[" : "", filled,
                      "##############################", cells - filled,
                      "..............................", cells ? "] " : "", done, total, text);
    fprintf(stderr, TAKE_BACK "%.*s", length < width ? length : width, line);
}

void terminal_clear(void)
{
    if (can_show(STDERR_FILENO))
        fputs(TAKE_BACK, stderr);
}

static void clear_and_end(int number)
{
    if (write(STDERR_FILENO, TAKE_BACK, sizeof(TAKE_BACK) - 1) < 0)
        _exit(128 + number); /* nobody is looking any more */
    raise(number);
}

void terminal_clear_on_signals(void)
{
    struct sigaction action = {.sa_handler = clear_and_end,
                               .sa_flags = (int)(SA_RESETHAND | SA_NODEFER)};

    if (!can_show(STDERR_FILENO))
        return;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

bool terminal_is_shared(void)
{
    struct stat out, error;

    return fstat(STDOUT_FILENO, &out) == 0 && fstat(STDERR_FILENO, &error) == 0 &&
           out.st_dev == error.st_dev && out.st_ino == error.st_ino;
}

struct terminal_colours terminal_colours(void)
{
    const char *unwanted = getenv("NO_COLOR");

    if (!can_show(STDOUT_FILENO) || (unwanted && *unwanted))
        return (struct terminal_colours){"", ""};
    return (struct terminal_colours){"\033[1;31m", "\033[m"};
}

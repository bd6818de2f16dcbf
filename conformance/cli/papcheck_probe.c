/* Is a file a library that can be loaded? Asked in a process of its own: loading runs the file's
 * constructors, and they may do anything. */
#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conformance/case/module.h"
#include "conformance/cli/papcheck.h"
#include "conformance/run/process.h"

enum { PROBE_MS = 10000, PROBE_NOT_LOADED = 2, PROBE_WORD_MAX = 512 };

static int load(void *path)
{
    if (module_open(path))
        _exit(0); /* without its destructors: they are not what was asked */
    puts(module_error());
    fflush(stdout);
    _exit(PROBE_NOT_LOADED);
}

static int probe(int argc, char **argv)
{
    return argc > 1 ? module_host(load, argv[1]) : PROBE_NOT_LOADED;
}

static void read_word(int fd, char *word, size_t size)
{
    size_t length = 0;
    ssize_t got;

    while (length < size - 1 && (got = read(fd, word + length, size - 1 - length)) > 0)
        length += (size_t)got;
    word[length] = '\0';
    word[strcspn(word, "\n")] = '\0';
}

/* Mapping what is not there ends in SIGBUS inside the loader, not in an error of it. */
static bool is_cut_short(const char *path)
{
    FILE *file = fopen(path, "re");
    ElfW(Ehdr) head;
    ElfW(Phdr) part;
    bool cut = false;
    struct stat info;

    if (!file)
        return false;
    if (fstat(fileno(file), &info) == 0 && fread(&head, sizeof(head), 1, file) == 1 &&
        memcmp(head.e_ident, ELFMAG, SELFMAG) == 0 && head.e_phentsize == sizeof(part) &&
        fseek(file, (long)head.e_phoff, SEEK_SET) == 0) {
        for (unsigned i = 0; i < head.e_phnum && !cut; i++)
            cut = fread(&part, sizeof(part), 1, file) != 1 ||
                  (part.p_type == PT_LOAD &&
                   (part.p_filesz > (uint64_t)info.st_size ||
                    part.p_offset > (uint64_t)info.st_size - part.p_filesz));
    }
    fclose(file);
    return cut;
}

int cli_check_library(const char *option, const char *path)
{
    const char *const argv[] = {"/proc/self/exe", "probe", path, NULL};
    struct process probe;
    char word[PROBE_WORD_MAX] = "";
    int out, status = 0;

    if (access(path, R_OK) < 0)
        return cli_usage("--%s %s: %s", option, path, strerror(errno));
    if (is_cut_short(path))
        return cli_usage("--%s %s: not a library that can be loaded: it is cut short", option,
                         path);
    if (process_start(argv, -1, "/dev/null", true, &probe) < 0)
        return 0; /* its own case will say */
    out = dup(probe.out);
    if (!process_wait(&probe, PROBE_MS, -1, &status))
        process_kill(&probe);
    else if (WIFEXITED(status) && WEXITSTATUS(status) == PROBE_NOT_LOADED && out >= 0)
        read_word(out, word, sizeof(word));
    if (out >= 0)
        close(out);
    return word[0] ? cli_usage("--%s %s: not a library that can be loaded: %s", option, path, word)
                   : 0;
}

const struct command cli_probe = {.name = "probe", .hidden = true, .run = probe};

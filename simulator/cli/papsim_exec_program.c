/* What a program's file says before it runs: where it is, whether the loader that would give it our
 * library is ever asked. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "simulator/cli/papsim_exec.h"

static bool is_program(const char *path)
{
    struct stat found;

    return stat(path, &found) == 0 && S_ISREG(found.st_mode);
}

int exec_find(const char *command, char *path, size_t size)
{
    const char *at = getenv("PATH");
    int error = -ENOENT;

    if (strchr(command, '/'))
        return (size_t)snprintf(path, size, "%s", command) < size ? 0 : -ENOENT;
    if (!at || !*command)
        return -ENOENT;
    for (;;) {
        size_t length = strcspn(at, ":");

        if ((size_t)snprintf(path, size, "%.*s%s%s", (int)length, at, length ? "/" : "", command) <
                size &&
            is_program(path)) {
            if (access(path, X_OK) == 0)
                return 0;
            error = -EACCES;
        }
        if (!at[length])
            return error;
        at += length + 1;
    }
}

/* The loader ignores LD_LIBRARY_PATH for programs that gain rights. */
static bool gains_rights(int fd)
{
    struct stat found;

    if (fstat(fd, &found) < 0)
        return false;
    return ((found.st_mode & S_ISUID) && found.st_uid != getuid()) ||
           ((found.st_mode & S_ISGID) && found.st_gid != getgid()) ||
           (getuid() && fgetxattr(fd, "security.capability", NULL, 0) > 0);
}

/* Program headers of one word size: no interpreter, nobody to load libraries. */
static bool is_static(int fd, const unsigned char *ident)
{
    Elf64_Ehdr wide;
    Elf32_Ehdr narrow;
    uint64_t offset, count, entry;
    uint32_t type;

    if (ident[EI_CLASS] == ELFCLASS64 && pread(fd, &wide, sizeof(wide), 0) == sizeof(wide)) {
        offset = wide.e_phoff;
        count = wide.e_phnum;
        entry = wide.e_phentsize;
    } else if (ident[EI_CLASS] == ELFCLASS32 &&
               pread(fd, &narrow, sizeof(narrow), 0) == sizeof(narrow)) {
        offset = narrow.e_phoff;
        count = narrow.e_phnum;
        entry = narrow.e_phentsize;
    } else {
        return false;
    }
    for (uint64_t i = 0; i < count; i++) {
        /* the type stands first in both sizes */
        if (pread(fd, &type, sizeof(type), (off_t)(offset + i * entry)) != sizeof(type))
            return false;
        if (type == PT_INTERP)
            return false;
    }
    return count > 0;
}

const char *exec_obstacle(const char *path)
{
    unsigned char ident[EI_NIDENT];
    const char *obstacle = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0)
        return NULL; /* executable and not readable: found out when it has run */
    if (pread(fd, ident, sizeof(ident), 0) == sizeof(ident) &&
        memcmp(ident, ELFMAG, SELFMAG) == 0) {
        if (gains_rights(fd))
            obstacle = "it is a setuid or setgid program, for which LD_LIBRARY_PATH is ignored";
        else if (ident[EI_DATA] == ELFDATA2LSB && is_static(fd, ident))
            obstacle = "it is statically linked";
    }
    close(fd);
    return obstacle;
}

/* hivex reads in a child: a hive that means harm harms that one. The child walks the tree, puts it
 * into a registry within the limits, and writes it into a pipe as the text of a .reg file, which is
 * read as one from anybody is. */
#include <errno.h>
#include <fcntl.h>
#include <hivex.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conformance/host/hive/hive.h"
#include "spcore/base.h"

enum { BLOCK = 4096, CHECKSUM_AT = 508, SECONDS = 20 };
enum { TEXT_MAX = 256 << 20 }; /* of a registry of REGISTRY_BYTES, four columns a byte */
/* What the child ends with. */
enum { CHILD_DONE, CHILD_SAYS_WHY };

bool hive_is(const void *data, size_t size)
{
    return size >= 4 && memcmp(data, "regf", 4) == 0;
}

/* ---- in the child */

/* 0, or what is wrong. */
typedef const char *wrong;

static wrong of_registry(int error)
{
    return error == -ENOSPC         ? "more than 64 MiB: expected a smaller registry"
           : error == -ENAMETOOLONG ? "a name or a path is longer than Windows has room for"
                                    : (error ? strerror(-error) : NULL);
}

/* Names that a text cannot hold are nobody's but of those who hide something. */
static bool is_name(const char *name, size_t length, const char *without)
{
    if (!name || strlen(name) != length || strpbrk(name, without))
        return false;
    while (*name && ((unsigned char)*name >= ' ' && *name != 0x7f))
        name++;
    return !*name;
}

static wrong walk_value(hive_h *hive, hive_value_h value, struct registry *into, const char *key)
{
    char *name = hivex_value_key(hive, value), *data = NULL;
    hive_type type;
    size_t size;
    wrong said = NULL;

    if (!is_name(name, hivex_value_key_len(hive, value), "")) {
        said = "a value's name is none";
    } else {
        data = hivex_value_value(hive, value, &type, &size);
        said = data ? of_registry(registry_set(into, key, name, type, data, size))
                    : "a value's data lies outside the file";
    }
    free(data);
    free(name);
    return said;
}

static wrong walk(hive_h *hive, hive_node_h node, struct registry *into, const char *key);

static wrong walk_child(hive_h *hive, hive_node_h node, struct registry *into, const char *key)
{
    char *name = hivex_node_name(hive, node), *below = NULL;
    wrong said = NULL;

    if (!is_name(name, hivex_node_name_len(hive, node), "\\") || !*name)
        said = "a key's name is none";
    else if (asprintf(&below, "%s\\%s", key, name) < 0)
        said = strerror(ENOMEM);
    else
        said = of_registry(registry_make_key(into, below));
    if (!said)
        said = walk(hive, node, into, below);
    free(below);
    free(name);
    return said;
}

static wrong walk(hive_h *hive, hive_node_h node, struct registry *into, const char *key)
{
    hive_value_h *values = hivex_node_values(hive, node);
    hive_node_h *children = values ? hivex_node_children(hive, node) : NULL;
    wrong said = children ? NULL : "a list of keys or values leads outside the file";

    for (size_t i = 0; !said && values[i]; i++)
        said = walk_value(hive, values[i], into, key);
    for (size_t i = 0; !said && children[i]; i++)
        said = walk_child(hive, children[i], into, key);
    free(children);
    free(values);
    return said;
}

static wrong read_hive(int file, const char *key, struct registry *into)
{
    char path[32];
    hive_node_h root;
    hive_h *hive;
    wrong said;

    snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
    hive = hivex_open(path, 0);
    root = hive ? hivex_root(hive) : 0;
    said = root ? of_registry(registry_make_key(into, key))
                : "its cells do not fit each other: expected a hive as Windows writes it";
    if (!said)
        said = walk(hive, root, into, key);
    if (hive)
        hivex_close(hive);
    return said;
}

/* Nothing of the parent's handling of crashes, and an end however long it takes. */
static void contain(void)
{
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGALRM, SIGXCPU};
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

    for (size_t i = 0; i < ARRAY_SIZE(crashes); i++)
        signal(crashes[i], SIG_DFL);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    setrlimit(RLIMIT_CPU, &(struct rlimit){SECONDS, SECONDS});
    alarm(3 * SECONDS);
    if (nowhere >= 0)
        dup2(nowhere, STDERR_FILENO); /* the C library says there what was corrupted */
}

_Noreturn static void child(int file, int to, const char *key)
{
    struct registry found = {.root = NULL};
    FILE *out = fdopen(to, "w");
    wrong said;

    contain();
    if (!out)
        _exit(CHILD_SAYS_WHY);
    said = read_hive(file, key, &found);
    if (said)
        fputs(said, out);
    else
        reg_text_export(&found, "", out);
    _exit(fclose(out) == 0 && !said ? CHILD_DONE : CHILD_SAYS_WHY);
}

/* ---- outside of it */

/* What can be said before hivex looks: NULL, or what is wrong. */
static wrong check_head(const uint8_t *data, size_t size)
{
    if (size > HIVE_BYTES_MAX)
        return "more than 64 MiB: expected a smaller hive";
    if (size < BLOCK || !hive_is(data, size))
        return "expected a hive: regf and a block of 4096 bytes";
    if (get_le32(data + CHECKSUM_AT) != hive_checksum(data))
        return "the sum of its first block is another: expected a whole hive";
    if (get_le32(data + 4) != get_le32(data + 8))
        return "it was not written to its end, and its logs are not read: expected a hive that was "
               "unloaded";
    if (get_le32(data + 40) > size - BLOCK)
        return "it ends before its bins do: expected a whole hive";
    return NULL;
}

static int file_of(const void *data, size_t size)
{
    int file = memfd_create("hive", MFD_CLOEXEC);

    if (file < 0)
        return -errno;
    for (size_t done = 0; done < size;) {
        ssize_t some = write(file, (const char *)data + done, size - done);

        if (some < 0) {
            int error = -errno;

            close(file);
            return error;
        }
        done += (size_t)some;
    }
    return file;
}

/* All that comes, to free(), with a NUL behind; NULL: no memory, or too much. */
static char *read_all(int from, size_t *ret_size)
{
    size_t size = 0, room = 1 << 16;
    char *text = malloc(room);
    ssize_t some = 1;

    if (!text)
        return NULL;
    while (some > 0) {
        if (room - size < 2) {
            char *more = room < TEXT_MAX ? realloc(text, room * 2) : NULL;

            if (!more) {
                free(text);
                return NULL;
            }
            text = more;
            room *= 2;
        }
        some = read(from, text + size, room - size - 1);
        if (some > 0)
            size += (size_t)some;
        else if (some < 0 && errno == EINTR)
            some = 1;
    }
    text[size] = '\0';
    *ret_size = size;
    return text;
}

static int take_over(struct registry *registry, const char *name, int status, const char *text,
                     size_t size, char error[REG_TEXT_ERROR])
{
    if (WIFSIGNALED(status)) {
        snprintf(error, REG_TEXT_ERROR,
                 "%.200s: its reader ended with signal %d: expected a hive as Windows writes it",
                 name, WTERMSIG(status));
        return -EINVAL;
    }
    if (text && WEXITSTATUS(status) == CHILD_DONE)
        return reg_text_read(registry, name, text, size, error);
    snprintf(error, REG_TEXT_ERROR, "%.200s: %.200s", name,
             text && *text ? text : strerror(ENOMEM));
    return -EINVAL;
}

static int in_child(struct registry *registry, const char *key, const char *name, int file,
                    char error[REG_TEXT_ERROR])
{
    int ends[2], status = 0, result;
    size_t size = 0;
    char *text;
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC))
        return -errno;
    pid = fork();
    if (pid == 0)
        child(file, ends[1], key);
    close(ends[1]);
    text = pid > 0 ? read_all(ends[0], &size) : NULL;
    close(ends[0]);
    if (pid < 0 || waitpid(pid, &status, 0) != pid) {
        result = -errno;
        snprintf(error, REG_TEXT_ERROR, "%.200s: %s", name, strerror(errno));
    } else {
        result = take_over(registry, name, status, text, size, error);
    }
    free(text);
    return result;
}

int hive_import(struct registry *registry, const char *key, const char *name, const void *data,
                size_t size, char error[REG_TEXT_ERROR])
{
    wrong said = check_head(data, size);
    int file, status;

    if (said) {
        snprintf(error, REG_TEXT_ERROR, "%.200s: %s", name, said);
        return -EINVAL;
    }
    file = file_of(data, size);
    if (file < 0) {
        snprintf(error, REG_TEXT_ERROR, "%.200s: %s", name, strerror(-file));
        return file;
    }
    error[0] = '\0';
    status = in_child(registry, key, name, file, error);
    if (status && !error[0])
        snprintf(error, REG_TEXT_ERROR, "%.200s: %s", name, strerror(-status));
    close(file);
    return status;
}

#include "conformance/case/context.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spcore/base.h"

static const struct {
    const char *key;
    size_t offset, size;
} texts[] = {
#define TEXT(member)                                                                               \
    {                                                                                              \
#member, offsetof(struct conf_context, member), sizeof(((struct conf_context *)0)->member) \
    }
    TEXT(id),      TEXT(uri),      TEXT(host),     TEXT(busid),
    TEXT(control), TEXT(provider), TEXT(evidence), TEXT(host_defect),
#undef TEXT
};

int conf_context_write(const char *path, const struct conf_context *context)
{
    FILE *file = fopen(path, "we");

    if (!file)
        return -errno;
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        fprintf(file, "%s=%s\n", texts[i].key, (const char *)context + texts[i].offset);
    fprintf(file, "port=%u\nseed=%" PRIu64 "\nallow_mtp=%d\ndestructive=%d\n", context->port,
            context->seed, context->allow_mtp, context->destructive);
    return fclose(file) ? -errno : 0;
}

static void take(struct conf_context *context, const char *key, const char *value)
{
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        if (strcmp(texts[i].key, key) == 0)
            snprintf((char *)context + texts[i].offset, texts[i].size, "%s", value);
    }
    if (strcmp(key, "port") == 0)
        context->port = (uint16_t)strtoul(value, NULL, 10);
    else if (strcmp(key, "seed") == 0)
        context->seed = strtoull(value, NULL, 10);
    else if (strcmp(key, "allow_mtp") == 0)
        context->allow_mtp = *value == '1';
    else if (strcmp(key, "destructive") == 0)
        context->destructive = *value == '1';
}

int conf_context_read(const char *path, struct conf_context *ret)
{
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t room = 0;
    ssize_t length;

    if (!file)
        return -errno;
    memset(ret, 0, sizeof(*ret));
    while ((length = getline(&line, &room, file)) > 0) {
        char *value = strchr(line, '=');

        if (line[length - 1] == '\n')
            line[length - 1] = '\0';
        if (value) {
            *value++ = '\0';
            take(ret, line, value);
        }
    }
    free(line);
    fclose(file);
    return 0;
}

/* A value is written in the form that a person reads best of those that give back its very bytes.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conformance/host/hive/reg_text.h"
#include "spcore/base.h"
#include "spcore/com/com_utf16.h"

enum { COLUMNS = 77 /* of a line of bytes, before its backslash */ };

/* The long form stands first: it is what is written. */
static const struct {
    const char *name, *in_registry;
} roots[] = {
    {"HKEY_LOCAL_MACHINE", "HKLM"},
    {"HKEY_CURRENT_USER", "HKCU"},
    {"HKEY_USERS", "HKU"},
    {"HKEY_CURRENT_CONFIG", "HKCC"},
    {"HKEY_CLASSES_ROOT", "HKLM\\SOFTWARE\\Classes"},
    {"HKLM", "HKLM"},
    {"HKCU", "HKCU"},
    {"HKU", "HKU"},
    {"HKCC", "HKCC"},
    {"HKCR", "HKLM\\SOFTWARE\\Classes"},
};

const char *reg_text_root(const char *path, const char **ret_rest)
{
    size_t length = strcspn(path, "\\");

    *ret_rest = path + length;
    for (size_t i = 0; i < ARRAY_SIZE(roots); i++) {
        if (strlen(roots[i].name) == length && strncasecmp(path, roots[i].name, length) == 0)
            return roots[i].in_registry;
    }
    return NULL;
}

static void put_key(FILE *out, const char *path)
{
    const char *rest, *root = reg_text_root(path, &rest);
    size_t i = 0;

    while (root && strcmp(roots[i].in_registry, root) != 0)
        i++;
    fprintf(out, "\n[%s%s]\n", root ? roots[i].name : "", root ? rest : path);
}

/* Columns written. */
static size_t put_quoted(FILE *out, const char *text)
{
    size_t columns = 2;

    putc('"', out);
    for (; *text; text++, columns++) {
        if (strchr("\"\\", *text)) {
            putc('\\', out);
            columns++;
        }
        putc(*text, out);
    }
    putc('"', out);
    return columns;
}

/* A string of Windows that comes back from UTF-8 as it was, ends at its end and is seen whole;
 * NULL: it is none. To CoTaskMemFree(). */
static char *plain_text(const struct registry_value *value)
{
    size_t units = value->size / 2;
    WCHAR *wide = units && value->size % 2 == 0 ? malloc(value->size) : NULL, *back;
    char *text = NULL;
    bool same = wide != NULL;

    for (size_t i = 0; same && i < units; i++) {
        wide[i] = get_le16(value->data + 2 * i);
        same = i + 1 == units ? !wide[i] : wide[i] >= ' ' && wide[i] != 0x7f;
    }
    if (same)
        text = com_utf8_from_utf16(wide);
    back = text ? com_utf16_from_utf8(text) : NULL;
    if (!back || !com_wcseq(back, wide)) {
        CoTaskMemFree(text);
        text = NULL;
    }
    CoTaskMemFree(back);
    free(wide);
    return text;
}

static void put_bytes(FILE *out, const struct registry_value *value, size_t column)
{
    char kind[16] = "";

    if (value->type != REG_TYPE_BINARY)
        snprintf(kind, sizeof(kind), "(%x)", value->type);
    fprintf(out, "hex%s:", kind);
    column += strlen(kind) + 4;
    for (size_t i = 0; i < value->size; i++) {
        bool last = i + 1 == value->size;

        fprintf(out, last ? "%02x" : "%02x,", value->data[i]);
        column += 3;
        if (!last && column >= COLUMNS) {
            fputs("\\\n  ", out);
            column = 2;
        }
    }
}

static void put_value(FILE *out, const struct registry_value *value)
{
    size_t column = *value->name ? put_quoted(out, value->name) : 1;
    char *text = value->type == REG_TYPE_SZ ? plain_text(value) : NULL;

    fputs(*value->name ? "=" : "@=", out);
    if (text)
        (void)put_quoted(out, text);
    else if (value->type == REG_TYPE_DWORD && value->size == 4)
        fprintf(out, "dword:%08x", get_le32(value->data));
    else
        put_bytes(out, value, column + 1);
    putc('\n', out);
    CoTaskMemFree(text);
}

static void put_tree(const struct registry *registry, const char *key, FILE *out)
{
    const struct registry_value *value;
    const char *name;

    if (*key) {
        put_key(out, key);
        for (size_t i = 0; (value = registry_value_at(registry, key, i)); i++)
            put_value(out, value);
    }
    for (size_t i = 0; (name = registry_key(registry, key, i)); i++) {
        char *below;

        if (asprintf(&below, "%s%s%s", key, *key ? "\\" : "", name) < 0)
            return;
        put_tree(registry, below, out);
        free(below);
    }
}

void reg_text_export(const struct registry *registry, const char *key, FILE *out)
{
    fputs("Windows Registry Editor Version 5.00\n", out);
    put_tree(registry, key, out);
}

int reg_text_export_wide(const struct registry *registry, const char *key, FILE *out)
{
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    WCHAR *wide = NULL;

    if (memory) {
        reg_text_export(registry, key, memory);
        wide = fclose(memory) == 0 ? com_utf16_from_utf8(text) : NULL;
    }
    free(text);
    if (!wide)
        return -ENOMEM;
    fwrite("\xff\xfe", 2, 1, out);
    for (const WCHAR *at = wide; *at; at++) {
        uint8_t units[4] = {'\r', 0};

        put_le16(units + 2, *at);
        fwrite(*at == '\n' ? units : units + 2, *at == '\n' ? 4 : 2, 1, out);
    }
    CoTaskMemFree(wide);
    return 0;
}

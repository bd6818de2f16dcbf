/* AddReg and DelReg as an installation does them, and how text becomes a value. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conformance/host/pnp/pnp_private.h"
#include "conformance/host/win_registry.h"
#include "spcore/base.h"
#include "spcore/com/com_utf16.h"

enum { VALUE_MAX = 1 << 20 }; /* bytes that a list of strings grows to */

int pnp_set_text(struct registry *registry, const char *key, const char *name, uint32_t type,
                 const char *text)
{
    WCHAR *wide = com_utf16_from_utf8(text);
    size_t count = wide ? com_wcslen(wide) + 1 : 0;
    int error;

    if (!wide)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++)
        put_le16(&wide[i], wide[i]);
    error = registry_set(registry, key, name, type, wide, count * sizeof(*wide));
    CoTaskMemFree(wide);
    return error;
}

int pnp_set_number(struct registry *registry, const char *key, const char *name, uint32_t value)
{
    uint8_t bytes[4];

    put_le32(bytes, value);
    return registry_set(registry, key, name, REG_TYPE_DWORD, bytes, sizeof(bytes));
}

void pnp_get_text(const struct registry *registry, const char *key, const char *name, char *ret,
                  size_t size)
{
    const struct registry_value *value = registry_get(registry, key, name);
    WCHAR *wide = value ? calloc(value->size / 2 + 1, sizeof(*wide)) : NULL;
    char *text;

    ret[0] = '\0';
    if (!wide)
        return;
    for (size_t i = 0; i < value->size / 2; i++)
        wide[i] = get_le16(value->data + 2 * i);
    text = com_utf8_from_utf16(wide);
    if (text)
        snprintf(ret, size, "%s", text);
    CoTaskMemFree(text);
    free(wide);
}

/* ---- folders */

/* Of Windows ("Using Dirids"); 13 is the package's own. */
static const struct {
    unsigned number;
    const char *folder;
} dirids[] = {
    {10, "C:\\Windows"},
    {11, "C:\\Windows\\System32"},
    {12, "C:\\Windows\\System32\\drivers"},
    {17, "C:\\Windows\\INF"},
    {24, "C:"},
    {30, "C:"},
};

static bool folder_of(const struct pnp_installing *it, unsigned number, char *ret, size_t size)
{
    if (number == 13) {
        snprintf(ret, size, "C:\\Windows\\System32\\DriverStore\\FileRepository\\%s",
                 it->match->package->name);
        return true;
    }
    for (size_t i = 0; i < ARRAY_SIZE(dirids); i++) {
        if (dirids[i].number == number) {
            snprintf(ret, size, "%s", dirids[i].folder);
            return true;
        }
    }
    return false;
}

void pnp_expand_dirids(const struct pnp_installing *it, const char *text, char *ret, size_t size)
{
    size_t length = 0;

    while (*text && length + 1 < size) {
        size_t digits = *text == '%' ? strspn(text + 1, "0123456789") : 0;
        char folder[512];

        if (digits && digits < 6 && text[digits + 1] == '%' &&
            folder_of(it, (unsigned)strtoul(text + 1, NULL, 10), folder, sizeof(folder))) {
            int more = snprintf(ret + length, size - length, "%s", folder);

            length += more > 0 ? (size_t)more : 0;
            if (length >= size)
                break;
            text += digits + 2;
        } else {
            ret[length++] = *text++;
        }
    }
    ret[length < size ? length : size - 1] = '\0';
}

int pnp_do_file(const struct pnp_installing *it, const struct inf_step *step)
{
    char key[PNP_KEY_MAX + 1], folder[1024], path[2048], *sub;
    unsigned number = (unsigned)strtoul(step->key, &sub, 10);

    if (!folder_of(it, number ? number : 13, folder, sizeof(folder))) {
        snprintf(it->machine->reason, sizeof(it->machine->reason),
                 "%s:%u: %.200s is no folder for %.200s", it->match->package->name, step->at.line,
                 step->key, step->name);
        return -ENOENT;
    }
    snprintf(path, sizeof(path), "%s%s%.500s\\%.500s", folder, *sub == ',' ? "\\" : "",
             *sub == ',' ? sub + 1 : "", step->name);
    snprintf(key, sizeof(key), "HKLM\\SYSTEM\\DriverDatabase\\DriverPackages\\%s\\Files",
             it->match->package->name);
    return pnp_set_text(it->registry, key, path, REG_TYPE_SZ, step->name);
}

/* ---- values */

/* Where the step's key is. */
static bool key_of(const struct pnp_installing *it, const struct inf_step *step,
                   char ret[PNP_KEY_MAX + 1])
{
    static const struct {
        const char *root, *path;
    } roots[] = {
        {"HKLM", "HKLM"}, {"HKCR", WIN_REGISTRY_CLASSES}, {"HKCU", "HKCU"}, {"HKU", "HKU"}};
    size_t length;

    if (strcasecmp(step->root, "HKR") == 0) {
        if (!pnp_hkr(it, step, ret))
            return false;
    } else {
        for (size_t i = 0; i < ARRAY_SIZE(roots); i++) {
            if (strcasecmp(step->root, roots[i].root) == 0)
                snprintf(ret, PNP_KEY_MAX + 1, "%s", roots[i].path);
        }
    }
    length = strlen(ret);
    if (!*step->key)
        return true;
    return snprintf(ret + length, PNP_KEY_MAX + 1 - length, "\\%s", step->key) <=
           (int)(PNP_KEY_MAX - length);
}

/* Is the string, its NUL included, one of a list? */
static bool has_string(const uint8_t *list, size_t size, const uint8_t *string, size_t length)
{
    for (size_t at = 0; at + 2 <= size && get_le16(list + at);) {
        size_t end = at;

        while (end + 2 <= size && get_le16(list + end))
            end += 2;
        end += 2;
        if (end - at == length && end <= size && memcmp(list + at, string, length) == 0)
            return true;
        at = end;
    }
    return false;
}

/* Adds to a list the strings of the step that it has not. */
static int append(struct registry *registry, const char *key, const struct inf_step *step,
                  const struct registry_value *there)
{
    size_t size = there && there->size >= 2 ? there->size - 2 : 0, end;
    uint8_t *list = size + step->size + 2 < VALUE_MAX ? calloc(1, size + step->size + 2) : NULL;
    int error;

    if (!list)
        return -ENOMEM;
    if (size)
        memcpy(list, there->data, size);
    for (size_t at = 0; at + 2 <= step->size && get_le16(step->data + at); at = end) {
        for (end = at; end + 2 <= step->size && get_le16(step->data + end);)
            end += 2;
        end += 2;
        if (end > step->size || has_string(list, size, step->data + at, end - at))
            continue;
        memcpy(list + size, step->data + at, end - at);
        size += end - at;
    }
    error = registry_set(registry, key, step->name, REG_TYPE_MULTI_SZ, list, size + 2);
    free(list);
    return error;
}

/* A path of a file may begin with a folder's number. */
static int set_value(const struct pnp_installing *it, const char *key, const struct inf_step *step)
{
    char text[2 * INF_EXPANDED];

    if ((step->type != INF_SZ && step->type != INF_EXPAND_SZ) || !step->has_dirid)
        return registry_set(it->registry, key, step->name, step->type,
                            step->data ? step->data : (const uint8_t *)"", step->size);
    pnp_expand_dirids(it, step->text, text, sizeof(text));
    return pnp_set_text(it->registry, key, step->name, step->type, text);
}

int pnp_do_value(const struct pnp_installing *it, const struct inf_step *step)
{
    char key[PNP_KEY_MAX + 1] = "";
    const struct registry_value *there;

    if (!key_of(it, step, key))
        return -ENAMETOOLONG;
    there = registry_get(it->registry, key, step->name);
    if (step->kind == INF_DELETE_VALUE && !*step->name && *step->key) {
        (void)registry_remove(it->registry, key);
        return 0;
    }
    if (step->kind == INF_DELETE_VALUE || step->flags & INF_REG_DELETE) {
        (void)registry_remove_value(it->registry, key, step->name);
        return 0;
    }
    if (step->flags & INF_REG_KEY_ONLY)
        return registry_make_key(it->registry, key);
    if ((step->flags & INF_REG_NO_CLOBBER && there) ||
        (step->flags & INF_REG_OVERWRITE_ONLY && !there))
        return 0;
    if (step->flags & INF_REG_APPEND)
        return append(it->registry, key, step, there);
    return set_value(it, key, step);
}

/* Libraries of this system: what COM would do is to ask the library itself for its class. */
#include "conformance/case/module.h"

#include <dlfcn.h>
#include <link.h>

int module_host(int (*body)(void *argument), void *argument)
{
    return body(argument);
}

void *module_open(const char *path)
{
    return dlopen(path, RTLD_NOW | RTLD_LOCAL);
}

const char *module_error(void)
{
    return dlerror();
}

void *module_export(void *module, const char *name)
{
    void *symbol = dlsym(module, name);
    struct link_map *map = NULL;
    Dl_info where;

    return symbol && dladdr(symbol, &where) && dlinfo(module, RTLD_DI_LINKMAP, &map) == 0 &&
                   (uintptr_t)where.dli_fbase == map->l_addr
               ? symbol
               : NULL;
}

module_get_class_object module_activation(void *module)
{
    void *symbol = module_export(module, "DllGetClassObject");
    module_get_class_object function;

    /* dlsym() hands out an object pointer; POSIX says it may be read as a function's. */
    memcpy(&function, &symbol, sizeof(symbol));
    return function;
}

bool module_registers_with_us(void)
{
    return true;
}

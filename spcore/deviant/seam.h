/* Where a defect takes hold of a provider that knows nothing of it. libspcore-deviant.so is linked
 * from libspcore's own objects and this folder; a defect is a row of sp_defects.def and, beside it,
 * one of two things:
 *
 *     SEAM(sp_progress_step);                     a call from one file of the library to another
 *     HRESULT __wrap_sp_progress_step(struct sp_progress *progress)
 *     {
 *         HRESULT hr = __real_sp_progress_step(progress);
 *
 *         return deviates(CANCEL_IGNORED) ? S_OK : hr;
 *     }
 *
 *     METHOD(VERSION_UNWRITTEN, IMDSPDevice3, GetVersion, DWORD *version)    a call from outside
 *     {
 *         return VERSION_UNWRITTEN_book(This, &(DWORD){0});
 *     }
 */
#ifndef SPCORE_DEVIANT_SEAM_H
#define SPCORE_DEVIANT_SEAM_H

#include <stddef.h>

#include "spcore/base.h"
#include "spcore/deviant/sp_defect.h"
#include "spcore/include/com.h"

#define deviates(token) sp_deviates(SP_DEFECT_##token)

/* The pair that the linker makes of a function (ld's --wrap; the Makefile gathers these lines): who
 * calls it reaches __wrap_function(), and __real_function() is the function itself. Calls within
 * the file that defines it stay as they are. One SEAM for a function, whatever it has of defects.
 */
#define SEAM(function) extern __typeof__(function) __wrap_##function, __real_##function

/* A method of an interface, replaced in every object while the defect is chosen; token_book() is
 * the method by the book, or the next defect's of the same method. `interface` is the newest of
 * its line, which is the one that the class implements. */
#define METHOD(token, interface, method, ...)                                                      \
    METHOD_AS(token, token, interface, method, ##__VA_ARGS__)

/* For a defect's second method: its functions are named `name`. */
#define METHOD_AS(name, token, interface, method, ...)                                             \
    static HRESULT(STDMETHODCALLTYPE *name##_book)(interface * This, ##__VA_ARGS__);               \
    static HRESULT STDMETHODCALLTYPE name##_instead(interface *This, ##__VA_ARGS__);               \
    _Static_assert(__builtin_types_compatible_p(__typeof__(name##_book),                           \
                                                __typeof__(((interface##Vtbl *)0)->method)),       \
                   "the method's own parameters");                                                 \
    static const struct seam_method name##_row = {SP_DEFECT_##token,                               \
                                                  NULL,                                            \
                                                  &IID_##interface,                                \
                                                  sizeof(interface##Vtbl),                         \
                                                  offsetof(interface##Vtbl, method),               \
                                                  (seam_function *)name##_instead,                 \
                                                  &name##_book};                                   \
    static const struct seam_method *const name##_entry                                            \
        __attribute__((used, section("seam_methods"))) = &name##_row;                              \
    static HRESULT STDMETHODCALLTYPE name##_instead(interface *This, ##__VA_ARGS__)

typedef void seam_function(void);

struct seam_method {
    enum sp_defect defect;
    const char *generated; /* of a wrapper that no defect declares: its method; or NULL */
    const IID *iid;
    size_t vtbl_size, slot; /* of the interface's table, and where the method stands in it */
    seam_function *instead;
    void *book; /* the address of the pointer to what it replaced */
};

/* deviant_generated.c: has the chosen defect to do with that method? */
bool generated_wants(const char *method);

/* deviant_enum_storage.c: an object is gone; only its address is left. */
struct com_object;
void seam_released(const struct com_object *object);

/* The object of one of the provider's classes behind an interface. */
#define SELF(class, interface) container_of(This, struct class, interface##_iface)

/* `hr`, but `to` for `from`. */
static inline HRESULT hr_swap(HRESULT hr, HRESULT from, HRESULT to)
{
    return hr == from ? to : hr;
}

/* For a call that handed out an interface and is to fail with `failure`: releases it again. What
 * failed already stays so. */
HRESULT take_back(HRESULT hr, void *ret_interface, HRESULT failure);

#endif

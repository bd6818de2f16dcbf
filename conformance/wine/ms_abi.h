/* Included before anything else (Makefile): this system's compiler calls COM's methods as those of
 * Windows do. */
#ifndef CONFORMANCE_WINE_MS_ABI_H
#define CONFORMANCE_WINE_MS_ABI_H

#define STDMETHODCALLTYPE __attribute__((ms_abi))

#endif

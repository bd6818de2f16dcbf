/* The Windows program that a case's process is while a provider is judged: it calls back what has
 * started Wine there, whose address it is told, with the two functions that lead to all others. */
#include <stdlib.h>
#include <windows.h>

typedef void (*entered)(FARPROC (*find)(HMODULE, LPCSTR), HMODULE (*load)(LPCSTR));

/* A crash ends the process at once, as it does on Linux, and asks no debugger. */
static LONG WINAPI crashed(EXCEPTION_POINTERS *exception)
{
    TerminateProcess(GetCurrentProcess(), exception->ExceptionRecord->ExceptionCode & 0xff);
    return EXCEPTION_EXECUTE_HANDLER;
}

int main(void)
{
    const char *text = getenv("PAPCHECK_ENTRY");

    if (!text)
        return EXIT_FAILURE;
    SetUnhandledExceptionFilter(crashed);
    ((entered)(uintptr_t)strtoull(text, NULL, 16))(GetProcAddress, LoadLibraryA);
    return EXIT_FAILURE; /* it does not come back */
}

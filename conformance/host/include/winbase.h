/* The functions of Windows' kernel that a service calls, over the host's virtual world.
 * docs/paphost.md lists what is there; what is not is missed by the linker.
 *
 * Not looked at: security attributes and descriptors, sizes of stacks, access rights of events, the
 * flags of the pool, priorities. */
#ifndef CONFORMANCE_HOST_INCLUDE_WINBASE_H
#define CONFORMANCE_HOST_INCLUDE_WINBASE_H

#include "winerror.h"
#include "winnt.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define INVALID_HANDLE_VALUE ((HANDLE)(LONG_PTR)-1)
#define INFINITE 0xffffffffu
#define WAIT_OBJECT_0 (STATUS_WAIT_0 + 0)
#define WAIT_ABANDONED (STATUS_ABANDONED_WAIT_0 + 0)
#define WAIT_ABANDONED_0 (STATUS_ABANDONED_WAIT_0 + 0)
#define WAIT_IO_COMPLETION STATUS_USER_APC
#define WAIT_FAILED 0xffffffffu
#define STILL_ACTIVE STATUS_PENDING

typedef DWORD(WINAPI *LPTHREAD_START_ROUTINE)(LPVOID parameter);
typedef LPTHREAD_START_ROUTINE PTHREAD_START_ROUTINE;

/* ---- errors */
DWORD WINAPI GetLastError(void);
void WINAPI SetLastError(DWORD code);

/* ---- handles: events, threads, semaphores, mutexes, files */
BOOL WINAPI CloseHandle(HANDLE object);
HANDLE WINAPI CreateEventW(LPSECURITY_ATTRIBUTES attributes, BOOL manual_reset, BOOL initial_state,
                           LPCWSTR name); /* a name: ERROR_NOT_SUPPORTED, as are all names */
HANDLE WINAPI CreateEventA(LPSECURITY_ATTRIBUTES attributes, BOOL manual_reset, BOOL initial_state,
                           LPCSTR name);
#define CREATE_EVENT_MANUAL_RESET 0x00000001u
#define CREATE_EVENT_INITIAL_SET 0x00000002u
HANDLE WINAPI CreateEventExW(LPSECURITY_ATTRIBUTES attributes, LPCWSTR name, DWORD flags,
                             DWORD access);
BOOL WINAPI SetEvent(HANDLE event);
BOOL WINAPI ResetEvent(HANDLE event);
HANDLE WINAPI CreateSemaphoreW(LPSECURITY_ATTRIBUTES attributes, LONG initial_count,
                               LONG maximum_count, LPCWSTR name);
BOOL WINAPI ReleaseSemaphore(HANDLE semaphore, LONG count, LPLONG ret_previous);
HANDLE WINAPI CreateMutexW(LPSECURITY_ATTRIBUTES attributes, BOOL initial_owner, LPCWSTR name);
BOOL WINAPI ReleaseMutex(HANDLE mutex);

DWORD WINAPI WaitForSingleObject(HANDLE object, DWORD ms);
DWORD WINAPI WaitForSingleObjectEx(HANDLE object, DWORD ms, BOOL alertable); /* never alerted */
DWORD WINAPI WaitForMultipleObjects(DWORD count, const HANDLE *objects, BOOL all, DWORD ms);
DWORD WINAPI WaitForMultipleObjectsEx(DWORD count, const HANDLE *objects, BOOL all, DWORD ms,
                                      BOOL alertable);
void WINAPI Sleep(DWORD ms);
DWORD WINAPI SleepEx(DWORD ms, BOOL alertable);
BOOL WINAPI SwitchToThread(void);

/* ---- threads */
HANDLE WINAPI CreateThread(LPSECURITY_ATTRIBUTES attributes, SIZE_T stack_size,
                           LPTHREAD_START_ROUTINE start, LPVOID parameter, DWORD flags,
                           LPDWORD ret_id); /* CREATE_SUSPENDED: ERROR_NOT_SUPPORTED */
#define CREATE_SUSPENDED 0x00000004u
#define STACK_SIZE_PARAM_IS_A_RESERVATION 0x00010000u
BOOL WINAPI GetExitCodeThread(HANDLE thread, LPDWORD ret_code);
DWORD WINAPI GetThreadId(HANDLE thread);
DWORD WINAPI GetCurrentThreadId(void);
DWORD WINAPI GetCurrentProcessId(void);
/* Of the caller; good for functions of tokens alone. */
HANDLE WINAPI GetCurrentThread(void);
HANDLE WINAPI GetCurrentProcess(void);
#define THREAD_PRIORITY_NORMAL 0
#define THREAD_PRIORITY_BELOW_NORMAL (-1)
#define THREAD_PRIORITY_ABOVE_NORMAL 1

#define TLS_OUT_OF_INDEXES 0xffffffffu
DWORD WINAPI TlsAlloc(void);
LPVOID WINAPI TlsGetValue(DWORD index);
BOOL WINAPI TlsSetValue(DWORD index, LPVOID value);
BOOL WINAPI TlsFree(DWORD index);

/* ---- locks: their memory is all there is of them */
typedef struct _RTL_SRWLOCK {
    PVOID Ptr;
} RTL_SRWLOCK, SRWLOCK, *PSRWLOCK;
#define SRWLOCK_INIT                                                                               \
    {                                                                                              \
        0                                                                                          \
    }
#define RTL_SRWLOCK_INIT SRWLOCK_INIT
void WINAPI InitializeSRWLock(PSRWLOCK lock);
void WINAPI AcquireSRWLockExclusive(PSRWLOCK lock);
void WINAPI AcquireSRWLockShared(PSRWLOCK lock);
BOOLEAN WINAPI TryAcquireSRWLockExclusive(PSRWLOCK lock);
BOOLEAN WINAPI TryAcquireSRWLockShared(PSRWLOCK lock);
void WINAPI ReleaseSRWLockExclusive(PSRWLOCK lock);
void WINAPI ReleaseSRWLockShared(PSRWLOCK lock);

typedef struct _RTL_CRITICAL_SECTION {
    PVOID DebugInfo;
    LONG LockCount;
    LONG RecursionCount;
    HANDLE OwningThread;
    HANDLE LockSemaphore;
    ULONG_PTR SpinCount;
} RTL_CRITICAL_SECTION, CRITICAL_SECTION, *PCRITICAL_SECTION, *LPCRITICAL_SECTION;
#define CRITICAL_SECTION_NO_DEBUG_INFO 0x01000000u
void WINAPI InitializeCriticalSection(LPCRITICAL_SECTION section);
BOOL WINAPI InitializeCriticalSectionAndSpinCount(LPCRITICAL_SECTION section, DWORD spins);
BOOL WINAPI InitializeCriticalSectionEx(LPCRITICAL_SECTION section, DWORD spins, DWORD flags);
void WINAPI EnterCriticalSection(LPCRITICAL_SECTION section);
BOOL WINAPI TryEnterCriticalSection(LPCRITICAL_SECTION section);
void WINAPI LeaveCriticalSection(LPCRITICAL_SECTION section);
void WINAPI DeleteCriticalSection(LPCRITICAL_SECTION section);

typedef struct _RTL_CONDITION_VARIABLE {
    PVOID Ptr;
} RTL_CONDITION_VARIABLE, CONDITION_VARIABLE, *PCONDITION_VARIABLE;
#define CONDITION_VARIABLE_INIT                                                                    \
    {                                                                                              \
        0                                                                                          \
    }
#define RTL_CONDITION_VARIABLE_INIT CONDITION_VARIABLE_INIT
#define CONDITION_VARIABLE_LOCKMODE_SHARED 0x1u
void WINAPI InitializeConditionVariable(PCONDITION_VARIABLE variable);
BOOL WINAPI SleepConditionVariableSRW(PCONDITION_VARIABLE variable, PSRWLOCK lock, DWORD ms,
                                      ULONG flags);
BOOL WINAPI SleepConditionVariableCS(PCONDITION_VARIABLE variable, PCRITICAL_SECTION section,
                                     DWORD ms);
void WINAPI WakeConditionVariable(PCONDITION_VARIABLE variable);
void WINAPI WakeAllConditionVariable(PCONDITION_VARIABLE variable);

typedef union _RTL_RUN_ONCE {
    PVOID Ptr;
} RTL_RUN_ONCE, INIT_ONCE, *PINIT_ONCE, *LPINIT_ONCE;
#define INIT_ONCE_STATIC_INIT                                                                      \
    {                                                                                              \
        0                                                                                          \
    }
typedef BOOL(WINAPI *PINIT_ONCE_FN)(PINIT_ONCE once, PVOID parameter, PVOID *ret_context);
#define INIT_ONCE_CHECK_ONLY 0x00000001u
#define INIT_ONCE_ASYNC 0x00000002u
#define INIT_ONCE_INIT_FAILED 0x00000004u
#define INIT_ONCE_CTX_RESERVED_BITS 2
void WINAPI InitOnceInitialize(PINIT_ONCE once);
BOOL WINAPI InitOnceBeginInitialize(PINIT_ONCE once, DWORD flags, PBOOL ret_pending,
                                    LPVOID *ret_context);
BOOL WINAPI InitOnceComplete(PINIT_ONCE once, DWORD flags, LPVOID context);
BOOL WINAPI InitOnceExecuteOnce(PINIT_ONCE once, PINIT_ONCE_FN call, PVOID parameter,
                                LPVOID *ret_context);

/* ---- the thread pool */
typedef void(CALLBACK *WAITORTIMERCALLBACK)(PVOID parameter, BOOLEAN timed_out);
BOOL WINAPI QueueUserWorkItem(LPTHREAD_START_ROUTINE call, PVOID context, ULONG flags);
BOOL WINAPI RegisterWaitForSingleObject(PHANDLE ret_wait, HANDLE object, WAITORTIMERCALLBACK call,
                                        PVOID context, ULONG ms, ULONG flags);
BOOL WINAPI UnregisterWait(HANDLE wait);
/* INVALID_HANDLE_VALUE: waits for the callbacks, NULL: does not; another event is set then. */
BOOL WINAPI UnregisterWaitEx(HANDLE wait, HANDLE completion);

typedef struct _TP_CALLBACK_INSTANCE TP_CALLBACK_INSTANCE, *PTP_CALLBACK_INSTANCE;
typedef struct _TP_CALLBACK_ENVIRON *PTP_CALLBACK_ENVIRON; /* NULL: there is one pool */
typedef struct _TP_WORK TP_WORK, *PTP_WORK;
typedef struct _TP_WAIT TP_WAIT, *PTP_WAIT;
typedef struct _TP_TIMER TP_TIMER, *PTP_TIMER;
typedef DWORD TP_WAIT_RESULT;
typedef void(CALLBACK *PTP_SIMPLE_CALLBACK)(PTP_CALLBACK_INSTANCE instance, PVOID context);
typedef void(CALLBACK *PTP_WORK_CALLBACK)(PTP_CALLBACK_INSTANCE instance, PVOID context,
                                          PTP_WORK work);
typedef void(CALLBACK *PTP_WAIT_CALLBACK)(PTP_CALLBACK_INSTANCE instance, PVOID context,
                                          PTP_WAIT wait, TP_WAIT_RESULT result);
typedef void(CALLBACK *PTP_TIMER_CALLBACK)(PTP_CALLBACK_INSTANCE instance, PVOID context,
                                           PTP_TIMER timer);
BOOL WINAPI TrySubmitThreadpoolCallback(PTP_SIMPLE_CALLBACK call, PVOID context,
                                        PTP_CALLBACK_ENVIRON environment);
PTP_WORK WINAPI CreateThreadpoolWork(PTP_WORK_CALLBACK call, PVOID context,
                                     PTP_CALLBACK_ENVIRON environment);
void WINAPI SubmitThreadpoolWork(PTP_WORK work);
void WINAPI WaitForThreadpoolWorkCallbacks(PTP_WORK work, BOOL cancel_pending);
void WINAPI CloseThreadpoolWork(PTP_WORK work);
PTP_WAIT WINAPI CreateThreadpoolWait(PTP_WAIT_CALLBACK call, PVOID context,
                                     PTP_CALLBACK_ENVIRON environment);
/* A moment: NULL never; less than 0: in 100 ns from now; else that of a FILETIME. */
void WINAPI SetThreadpoolWait(PTP_WAIT wait, HANDLE object, PFILETIME timeout);
void WINAPI WaitForThreadpoolWaitCallbacks(PTP_WAIT wait, BOOL cancel_pending);
void WINAPI CloseThreadpoolWait(PTP_WAIT wait);
PTP_TIMER WINAPI CreateThreadpoolTimer(PTP_TIMER_CALLBACK call, PVOID context,
                                       PTP_CALLBACK_ENVIRON environment);
void WINAPI SetThreadpoolTimer(PTP_TIMER timer, PFILETIME due, DWORD period_ms, DWORD window_ms);
void WINAPI WaitForThreadpoolTimerCallbacks(PTP_TIMER timer, BOOL cancel_pending);
void WINAPI CloseThreadpoolTimer(PTP_TIMER timer);
BOOL WINAPI CallbackMayRunLong(PTP_CALLBACK_INSTANCE instance);
void WINAPI SetEventWhenCallbackReturns(PTP_CALLBACK_INSTANCE instance, HANDLE event);
void WINAPI LeaveCriticalSectionWhenCallbackReturns(PTP_CALLBACK_INSTANCE instance,
                                                    PCRITICAL_SECTION section);

/* ---- files: device interfaces alone can be opened */
typedef struct _OVERLAPPED {
    ULONG_PTR Internal;
    ULONG_PTR InternalHigh;
    __extension__ union {
        __extension__ struct {
            DWORD Offset;
            DWORD OffsetHigh;
        };
        PVOID Pointer;
    };
    HANDLE hEvent;
} OVERLAPPED, *LPOVERLAPPED;
#define CREATE_NEW 1
#define CREATE_ALWAYS 2
#define OPEN_EXISTING 3
#define OPEN_ALWAYS 4
#define FILE_FLAG_OVERLAPPED 0x40000000u
#define FILE_FLAG_NO_BUFFERING 0x20000000u
#define FILE_FLAG_WRITE_THROUGH 0x80000000u
#define HasOverlappedIoCompleted(overlapped) (((DWORD)(overlapped)->Internal) != STATUS_PENDING)
/* Rights, sharing and attributes but FILE_FLAG_OVERLAPPED are not looked at. */
HANDLE WINAPI CreateFileW(LPCWSTR name, DWORD access, DWORD share, LPSECURITY_ATTRIBUTES attributes,
                          DWORD disposition, DWORD flags, HANDLE template_file);
BOOL WINAPI ReadFile(HANDLE file, LPVOID buffer, DWORD size, LPDWORD ret_count,
                     LPOVERLAPPED overlapped);
BOOL WINAPI WriteFile(HANDLE file, LPCVOID buffer, DWORD size, LPDWORD ret_count,
                      LPOVERLAPPED overlapped);
BOOL WINAPI DeviceIoControl(HANDLE device, DWORD code, LPVOID in, DWORD in_size, LPVOID out,
                            DWORD out_size, LPDWORD ret_count, LPOVERLAPPED overlapped);
BOOL WINAPI GetOverlappedResult(HANDLE file, LPOVERLAPPED overlapped, LPDWORD ret_count, BOOL wait);
BOOL WINAPI GetOverlappedResultEx(HANDLE file, LPOVERLAPPED overlapped, LPDWORD ret_count, DWORD ms,
                                  BOOL alertable);
BOOL WINAPI CancelIo(HANDLE file); /* those of all threads */
BOOL WINAPI CancelIoEx(HANDLE file, LPOVERLAPPED overlapped);

/* ---- memory */
#define HEAP_ZERO_MEMORY 0x00000008u
#define HEAP_NO_SERIALIZE 0x00000001u
#define LMEM_FIXED 0x0000u
#define LMEM_ZEROINIT 0x0040u
#define LPTR (LMEM_FIXED | LMEM_ZEROINIT)
#define HEAP_GENERATE_EXCEPTIONS 0x00000004u /* not looked at: NULL is the answer */
#define HEAP_REALLOC_IN_PLACE_ONLY 0x00000010u
#define GMEM_FIXED 0x0000u
#define GMEM_ZEROINIT 0x0040u
#define GPTR (GMEM_FIXED | GMEM_ZEROINIT)
HANDLE WINAPI GetProcessHeap(void);
HANDLE WINAPI HeapCreate(DWORD flags, SIZE_T size, SIZE_T most); /* all may grow */
BOOL WINAPI HeapDestroy(HANDLE heap);
SIZE_T WINAPI HeapSize(HANDLE heap, DWORD flags, LPCVOID block);
LPVOID WINAPI HeapAlloc(HANDLE heap, DWORD flags, SIZE_T size);
LPVOID WINAPI HeapReAlloc(HANDLE heap, DWORD flags, LPVOID block, SIZE_T size);
BOOL WINAPI HeapFree(HANDLE heap, DWORD flags, LPVOID block);
HLOCAL WINAPI LocalAlloc(UINT flags, SIZE_T size);
HLOCAL WINAPI LocalReAlloc(HLOCAL block, SIZE_T size, UINT flags);
SIZE_T WINAPI LocalSize(HLOCAL block);
HLOCAL WINAPI LocalFree(HLOCAL block);
HGLOBAL WINAPI GlobalAlloc(UINT flags, SIZE_T size);
HGLOBAL WINAPI GlobalFree(HGLOBAL block);

/* ---- time: the virtual clock's */
typedef struct _SYSTEMTIME {
    WORD wYear, wMonth, wDayOfWeek, wDay, wHour, wMinute, wSecond, wMilliseconds;
} SYSTEMTIME, *PSYSTEMTIME, *LPSYSTEMTIME;
DWORD WINAPI GetTickCount(void);
ULONGLONG WINAPI GetTickCount64(void);
BOOL WINAPI QueryPerformanceCounter(LARGE_INTEGER *ret_count);
BOOL WINAPI QueryPerformanceFrequency(LARGE_INTEGER *ret_frequency);
/* The world began on 2026-01-01. */
void WINAPI GetSystemTimeAsFileTime(LPFILETIME ret_time);
void WINAPI GetSystemTimePreciseAsFileTime(LPFILETIME ret_time);
void WINAPI GetSystemTime(LPSYSTEMTIME ret_time);
void WINAPI GetLocalTime(LPSYSTEMTIME ret_time); /* the zone is UTC */
BOOL WINAPI FileTimeToSystemTime(const FILETIME *time, LPSYSTEMTIME ret_time);
BOOL WINAPI SystemTimeToFileTime(const SYSTEMTIME *time, LPFILETIME ret_time);
LONG WINAPI CompareFileTime(const FILETIME *a, const FILETIME *b);

/* ---- debugging, modules */
void WINAPI OutputDebugStringA(LPCSTR text); /* into the trace */
void WINAPI OutputDebugStringW(LPCWSTR text);
BOOL WINAPI IsDebuggerPresent(void);
void WINAPI DebugBreak(void);
#define __debugbreak() DebugBreak()
/* A shared object, by its path. */
HMODULE WINAPI LoadLibraryA(LPCSTR path);
HMODULE WINAPI LoadLibraryW(LPCWSTR path);
BOOL WINAPI FreeLibrary(HMODULE module);
FARPROC WINAPI GetProcAddress(HMODULE module, LPCSTR name);
/* NULL: the service's own program. Paths are those of this system. */
HMODULE WINAPI GetModuleHandleW(LPCWSTR name);
DWORD WINAPI GetModuleFileNameW(HMODULE module, LPWSTR path, DWORD room);
DWORD WINAPI GetModuleFileNameA(HMODULE module, LPSTR path, DWORD room);

/* ---- text */
#define CP_ACP 0u
#define CP_UTF8 65001u
#define MB_PRECOMPOSED 0x00000001u
#define MB_ERR_INVALID_CHARS 0x00000008u
#define WC_ERR_INVALID_CHARS 0x00000080u
#define WC_NO_BEST_FIT_CHARS 0x00000400u
int WINAPI MultiByteToWideChar(UINT code_page, DWORD flags, LPCCH from, int size, LPWSTR to,
                               int room); /* all pages are UTF-8 */
int WINAPI WideCharToMultiByte(UINT code_page, DWORD flags, LPCWCH from, int size, LPSTR to,
                               int room, LPCCH default_char, LPBOOL ret_used_default);
int WINAPI lstrlenA(LPCSTR text);
int WINAPI lstrcmpA(LPCSTR a, LPCSTR b);
int WINAPI lstrcmpiA(LPCSTR a, LPCSTR b);
LPSTR WINAPI lstrcpyA(LPSTR to, LPCSTR from);
LPSTR WINAPI lstrcpynA(LPSTR to, LPCSTR from, int room);
LPSTR WINAPI lstrcatA(LPSTR to, LPCSTR from);
int WINAPI lstrlenW(LPCWSTR text);
int WINAPI lstrcmpW(LPCWSTR a, LPCWSTR b);  /* by code units */
int WINAPI lstrcmpiW(LPCWSTR a, LPCWSTR b); /* ASCII's letters without regard to case */
LPWSTR WINAPI lstrcpyW(LPWSTR to, LPCWSTR from);
LPWSTR WINAPI lstrcpynW(LPWSTR to, LPCWSTR from, int room);
LPWSTR WINAPI lstrcatW(LPWSTR to, LPCWSTR from);
#define CSTR_LESS_THAN 1
#define CSTR_EQUAL 2
#define CSTR_GREATER_THAN 3
int WINAPI CompareStringOrdinal(LPCWCH a, int a_size, LPCWCH b, int b_size, BOOL ignore_case);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#ifdef UNICODE
#define CreateEvent CreateEventW
#define CreateEventEx CreateEventExW
#define CreateSemaphore CreateSemaphoreW
#define CreateMutex CreateMutexW
#define CreateFile CreateFileW
#define OutputDebugString OutputDebugStringW
#define LoadLibrary LoadLibraryW
#define GetModuleHandle GetModuleHandleW
#define GetModuleFileName GetModuleFileNameW
#define lstrlen lstrlenW
#define lstrcmp lstrcmpW
#define lstrcmpi lstrcmpiW
#define lstrcpy lstrcpyW
#define lstrcpyn lstrcpynW
#define lstrcat lstrcatW
#else
#define CreateEvent CreateEventA
#define OutputDebugString OutputDebugStringA
#define LoadLibrary LoadLibraryA
#define GetModuleFileName GetModuleFileNameA
#define lstrlen lstrlenA
#define lstrcmp lstrcmpA
#define lstrcmpi lstrcmpiA
#define lstrcpy lstrcpyA
#define lstrcpyn lstrcpynA
#define lstrcat lstrcatA
#endif

#endif

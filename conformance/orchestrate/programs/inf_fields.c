/* A program of Windows: prints what SetupAPI reads of INFs as `papcheck inf --fields` does, in
 * UTF-8. */
#include <windows.h>

#include <setupapi.h>
#include <stdio.h>

enum { ROOM = 8192 };

static void put(const WCHAR *text)
{
    char utf8[3 * ROOM];

    WideCharToMultiByte(CP_UTF8, 0, text, -1, utf8, sizeof(utf8), NULL, NULL);
    fputs(utf8, stdout);
}

static void print_line(const WCHAR *section, INFCONTEXT *line)
{
    WCHAR text[ROOM];

    putchar('[');
    put(section);
    putchar(']');
    for (DWORD i = 0; i <= SetupGetFieldCount(line); i++) {
        putchar('|');
        if (SetupGetStringFieldW(line, i, text, ROOM, NULL))
            put(text);
    }
    putchar('\n');
}

static void print(HINF inf)
{
    WCHAR section[ROOM];

    for (UINT i = 0; SetupEnumInfSectionsW(inf, i, section, ROOM, NULL); i++) {
        INFCONTEXT line;

        for (LONG k = 0; k < SetupGetLineCountW(inf, section); k++) {
            if (SetupGetLineByIndexW(inf, section, (DWORD)k, &line))
                print_line(section, &line);
        }
    }
}

int wmain(int argc, WCHAR **argv)
{
    for (int i = 1; i < argc; i++) {
        HINF inf = SetupOpenInfFileW(argv[i], NULL, INF_STYLE_WIN4, NULL);

        if (inf == INVALID_HANDLE_VALUE)
            return 1;
        print(inf);
        SetupCloseInfFile(inf);
    }
    return 0;
}

#!/usr/bin/python3
"""A program's shell completion of what it says of its commands.

    PROGRAM --commands | ci/gen_completion.py bash|zsh

What a value or an argument may be is told from its name; players, defects and cases are asked of
the program when they are wanted.
"""
import sys

from command_table import Program

# Shell words that print candidates, one a line; $program is ours as it was typed.
ASKED = {
    "players": '"${program/%papcheck/papsim}" players',
    "deviations": '"${program/%papcheck/papsim}" deviations',
    "cases": '"$program" list; printf "%s\\n" enumeration authentication storage sync',
    "rows": '"$program" list; "$program" list --rows',
}
# Value or argument -> what is asked, and whether a file may stand there.
KINDS = {
    "NAME|FILE": ("players", True),
    "[PATTERN…]": ("cases", False),
    "CASE|ROW|ITEM": ("rows", False),
    "DIR": (None, "folder"),
    **{name: (None, True) for name in ("FILE", "LIB", "SOCK", "KIND FILE")},
}
WORDS = {"LIST": "text junit json html", "WHICH": "failed all"}


def kind_of(option, value):
    """(what is asked, may be a file, words)"""
    if option == "--deviate":
        return "deviations", False, ""
    first = value.split(" ")[0]
    asked, file = KINDS.get(value, KINDS.get(first, (None, False)))
    return asked, file, WORDS.get(value, "")


def parts(option):
    """"-o, --output FILE": (["-o", "--output"], "FILE")"""
    short, _, long = option.rpartition(", ")
    name, _, value = long.partition(" ")
    return [one for one in (short, name) if one], value


def words_of(command):
    """An argument's, of which the first may have an argument of its own behind it."""
    return " ".join(name.split(" ")[0] for name, _ in command.words)


# ---- bash

def bash_kind(asked, file, words):
    if asked:
        return f"_{{p}}_reply $(_{{p}}_ask {asked} \"$1\")" + ("" if file else "; _{p}_no_file")
    if file == "folder":
        return "COMPREPLY=($(compgen -d -- \"$word\")); _{p}_no_file"
    if file:
        return ":"
    return f"_{{p}}_reply {words}; _{{p}}_no_file".replace("reply ;", "reply;")


def bash(program, out):
    name = program.name
    names = " ".join(command.name for command in program.commands)
    asked = "".join(f"    {what}) {line} ;;\n" for what, line in ASKED.items())
    out.write(f"""# bash completion of {name}(1), made by ci/gen_completion.py.

_{name}_ask()
{{
    local program=$2

    case $1 in
{asked}    esac 2> /dev/null | sed 's/ .*//'
}}

# Those of the words that begin as $word does.
_{name}_reply()
{{
    COMPREPLY=($(compgen -W "$*" -- "$word"))
}}

_{name}_no_file()
{{
    compopt +o default 2> /dev/null || :
}}

_{name}()
{{
    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} i

    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        _{name}_reply {names} --help --version
        _{name}_no_file
        return
    fi
    for ((i = 2; i < COMP_CWORD; i++)); do
        if [ "${{COMP_WORDS[i]}}" = -- ]; then
            [ "$i" -lt $((COMP_CWORD - 1)) ] || COMPREPLY=($(compgen -c -- "$word"))
            return
        fi
    done
    case "${{COMP_WORDS[1]}} $before" in
""")
    for command in program.commands:
        for option, _ in command.options:
            spelled, value = parts(option)
            if value:
                pattern = " | ".join(f'"{command.name} {one}"' for one in spelled)
                line = bash_kind(*kind_of(spelled[-1], value)).replace("{p}", name)
                out.write(f"    {pattern}) {line}; return ;;\n")
    out.write("    esac\n    case \"${COMP_WORDS[1]} $word\" in\n")
    for command in program.commands:
        spelled = [one for option, _ in command.options for one in parts(option)[0]
                   if one.startswith("--")]
        out.write(f'    "{command.name} -"*) _{name}_reply {" ".join(spelled + ["--help"])} ;;\n')
    for command in program.commands:
        if command.words:
            at = 2 + command.arguments.split(" ").index("VERB" if "VERB" in command.arguments
                                                        else "KIND")
            out.write(f'    "{command.name} "*) [ "$COMP_CWORD" -ne {at} ] || '
                      f"_{name}_reply {words_of(command)} ;;\n")
        elif command.arguments and not command.arguments.startswith("--"):
            line = bash_kind(*kind_of("", command.arguments)).replace("{p}", name)
            out.write(f'    "{command.name} "*) {line} ;;\n')
    out.write(f"    esac\n}}\n\ncomplete -o default -F _{name} {name}\n")


# ---- zsh

def zsh_text(text):
    for plain, quoted in (("'", "'\\''"), ("[", "\\["), ("]", "\\]"), (":", "\\:")):
        text = text.replace(plain, quoted)
    return text


def zsh_kind(program, asked, file, words):
    if asked:
        return f"_{program}_{asked}" + ("_or_file" if file else "")
    if file == "folder":
        return "_files -/"
    return "_files" if file else f"({words})" if words else ""


def zsh(program, out):
    name = program.name
    out.write(f"#compdef {name}\n# zsh completion of {name}(1), made by ci/gen_completion.py.\n")
    for what, line in ASKED.items():
        out.write(f"""
_{name}_{what}()
{{
    local -a found=(${{(f)"$({{ {line}; }} 2> /dev/null | sed 's/ .*//')"}})

    compadd -a found
}}
""")
    out.write(f"""
_{name}_players_or_file()
{{
    _alternative 'players:player:_{name}_players' 'files:player file:_files'
}}

_{name}()
{{
    local program=$words[1] state line
    local -a commands=(
""")
    for command in program.commands:
        out.write(f"        '{command.name}:{zsh_text(command.text)}'\n")
    out.write("""    )

    _arguments -C '(- *)'{-h,--help}'[says what it takes]' '(- *)--version[says which]' \\
        '1:command:->command' '*::argument:->argument'
    case $state in
    command) _describe command commands ;;
    argument)
        case $line[1] in
""")
    for command in program.commands:
        specs = []
        for option, text in command.options:
            spelled, value = parts(option)
            kind = zsh_kind(name, *kind_of(spelled[-1], value))
            tail = f"[{zsh_text(text)}]" + (f":{zsh_text(value)}:{kind}" if value else "")
            specs += [f"'*{one}{tail}'" for one in spelled]
        specs.append("'(- *)--help[says this]'")
        specs += zsh_arguments(name, command)
        out.write(f"        {command.name})\n            _arguments "
                  + " \\\n                ".join(specs) + " ;;\n")
    out.write(f"        esac ;;\n    esac\n}}\n\n_{name} \"$@\"\n")


def zsh_arguments(name, command):
    if command.arguments.startswith("--"):
        return ["'*::command:_normal'"]
    if command.words:
        words = f"({words_of(command)})"
        first = command.arguments.split(" ")[0]
        return ([f"'1:{first}:_files'", f"'2:verb:{words}'"] if first == "SOCK"
                else [f"'1:kind:{words}'", "'2:file:_files'"])
    if not command.arguments:
        return []
    kind = zsh_kind(name, *kind_of("", command.arguments))
    many = "*" if "…" in command.arguments else "1"
    return [f"'{many}:{command.arguments.strip('[]…')}:{kind}'"]


def main():
    {"bash": bash, "zsh": zsh}[sys.argv[1]](Program(sys.stdin), sys.stdout)


if __name__ == "__main__":
    main()

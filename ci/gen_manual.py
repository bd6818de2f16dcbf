#!/usr/bin/python3
"""A program's manual of what it says of its commands.

    PROGRAM --commands | ci/gen_manual.py man|markdown
"""
import re
import sys
import textwrap

from command_table import Program

# ---- man(7)

def roff(text):
    """As text that is no request and whose dashes can be copied."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = "".join(c if ord(c) < 128 else f"\\[u{ord(c):04X}]" for c in text)
    lines = textwrap.wrap(text, 78, break_long_words=False, break_on_hyphens=False)
    return "\n".join("\\&" + line if line[:1] in (".", "'") else line for line in lines)


def entry(name, text):
    """A name, of which what is written as it stands is bold, and what it means."""
    words = [f"\\fB{roff(word)}\\fR" if word.startswith("-") or word.islower() else
             f"\\fI{roff(word)}\\fR" for word in name.split(" ")]
    return [".TP", " ".join(words), roff(text)]


def man(program, out):
    lines = [f".TH {program.name.upper()} 1 \"\" \"papkit {program.version}\" \"User Commands\"",
             ".SH NAME", roff(f"{program.name} - {program.text}"), ".SH SYNOPSIS"]
    for command in program.commands:
        lines += [roff(command.synopsis(program.name)), ".br"]
    lines[-1:] = [".SH COMMANDS"]
    for command in program.commands:
        lines += [f".SS {roff(command.synopsis(program.name))}", roff(command.text)]
        for option in command.options:
            lines += entry(*option)
        if command.words:
            lines += [".PP", roff(command.words_title) + ":"]
        for word in command.words:
            lines += entry(*word)
    if program.notes:
        lines += [".SH NOTES", *map(roff, program.notes)]
    lines += [".SH EXIT STATUS"]
    for code in program.exits:
        lines += entry(*code)
    other = "papcheck" if program.name == "papsim" else "papsim"
    lines += [".SH SEE ALSO", f".BR {other} (1)"]
    out.write("\n".join(lines) + "\n")


# ---- Markdown

def cell(text):
    return re.sub(r"([|<\[\]*_])", r"\\\1", text)


def rows(pairs):
    bar = "\\|"  # also within code, in a table
    return [f"| `{name.replace('|', bar)}` | {cell(text)} |" for name, text in pairs]


def markdown(program, out):
    lines = [f"# {program.name}(1)", "",
             "Made by `make manual` of what the program says of its commands; `make install` has "
             f"it as `man {program.name}`.", "", f"{program.name}: {cell(program.text)}."]
    for command in program.commands:
        lines += ["", f"## {command.name}", "", f"`{command.synopsis(program.name)}`", "",
                  cell(command.text)]
        if command.options:
            lines += ["", "| option | |", "|---|---|", *rows(command.options)]
        if command.words:
            lines += ["", f"| {cell(command.words_title)} | |", "|---|---|", *rows(command.words)]
    if program.notes:
        lines += ["", "## Notes", "", *map(cell, program.notes)]
    lines += ["", "## Exit status", "", "| | |", "|---|---|", *rows(program.exits)]
    out.write("\n".join(lines) + "\n")


def main():
    {"man": man, "markdown": markdown}[sys.argv[1]](Program(sys.stdin), sys.stdout)


if __name__ == "__main__":
    main()

"""What a program says of its commands (PROGRAM --commands): lines of fields with tabs between, the
kind first, as spcore/command/command_help.c prints them."""


class Command:
    """One of the program's, with its options and the words its arguments may be."""

    def __init__(self, name, arguments, text):
        self.name, self.arguments, self.text = name, arguments, text
        self.options, self.words_title, self.words = [], None, []

    def synopsis(self, program):
        return " ".join(filter(None, (program, self.name, self.options and "[OPTION]…",
                                      self.arguments)))


class Program:
    def __init__(self, lines):
        self.commands, self.notes, self.exits = [], [], []
        for line in lines:
            kind, *fields = line.rstrip("\n").split("\t")
            getattr(self, "take_" + kind)(*fields)

    def take_program(self, name, version, text):
        self.name, self.version, self.text = name, version, text

    def take_command(self, *fields):
        self.commands.append(Command(*fields))

    def take_option(self, name, text):
        self.commands[-1].options.append((name, text))

    def take_words(self, title):
        self.commands[-1].words_title = title

    def take_word(self, name, text):
        self.commands[-1].words.append((name, text))

    def take_note(self, text):
        self.notes.append(text)

    def take_exit(self, code, text):
        self.exits.append((code, text))

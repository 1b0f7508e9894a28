"""Pasted code as plain Python: without prompts of a console and commands of a notebook."""

import textwrap


def bare(text: str) -> str:
    """Take away what a notebook or a console puts around code, keeping the lines' numbers."""
    lines = textwrap.dedent(text.replace("\ufeff", "").replace("\xa0", " ")).splitlines()
    if any(line.startswith(">>>") for line in lines):
        # Lines without a prompt are what the console answered.
        lines = [
            line[4:] if line.startswith((">>> ", "... ")) else "" for line in lines
        ]  # fmt: skip
    return "\n".join("pass" if _is_magic(line) else line for line in lines)


def _is_magic(line: str) -> bool:
    return line.lstrip().startswith(("!", "%"))

"""One way to declare a key, so that every one has an id (for remapping), a label and a sentence of help."""

from __future__ import annotations

from textual.binding import Binding
from textual.events import Key
from textual.widget import Widget


def bind(
    keys: str, action: str, label: str, help_text: str, *, show: bool = True, priority: bool = False, name: str = ""
) -> Binding:
    """A binding whose id is `name`, or else its action's own name. `show` puts it in the key bar, the help has all."""
    own_name = name or action.partition("(")[0].rpartition(".")[2].replace("_", "-")
    return Binding(keys, action, label, show=show, priority=priority, tooltip=help_text, id=own_name)


def is_text_field(widget: Widget | None) -> bool:
    """Whether what is typed goes into this widget. Goes by names, so that nobody has to load the text area to ask."""
    return widget is not None and any(kind.__name__ in ("Input", "TextArea") for kind in type(widget).__mro__)


async def act_in_turn(field: Widget, event: Key) -> bool:
    """Do at once what a key is for in this text field; False when it is for nothing there.

    Left to Textual, the app looks such keys up after they have gone through every widget around the field, while characters are
    written by the field itself: of `x`, backspace, `y` typed fast the `y` could be what is deleted.
    """
    for binding in field._bindings.key_to_bindings.get(event.key, ()):
        if not binding.priority:
            event.stop()
            event.prevent_default()
            await field.run_action(binding.action)
            return True
    return False


def types_text(key: str) -> bool:
    """Whether pressing the key in a text field puts a character there, so that it cannot be a command at that time."""
    return key == "space" or ("+" not in key and (len(key) == 1 or "_" in key or key in PUNCTUATION))


PUNCTUATION = frozenset({"plus", "minus", "slash", "comma", "period", "colon", "semicolon", "at", "percent"})
"""Names Textual gives to characters that are typed with one key."""

SHORT_NAMES = {
    "space": "space",
    "question_mark": "?",
    "slash": "/",
    "plus": "+",
    "minus": "-",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "escape": "esc",
    "pagedown": "pgdn",
    "pageup": "pgup",
    "full_stop": ".",
    "comma": ",",
    "ctrl+@": "ctrl+space",
}
"""How keys with long names are written in the key bar and the help."""


def shown_key(key: str) -> str:
    """The key as people write it: `ctrl+p`, `F5`, `?`, `R`."""
    if key in SHORT_NAMES:
        return SHORT_NAMES[key]
    if key.startswith("shift+") and len(key) == len("shift+") + 1:
        return key[-1].upper()
    if len(key) in (2, 3) and key[0] == "f" and key[1:].isdigit():
        return key.upper()
    return key

"""The tutor's own three looks. Colours only support what words and shapes already say."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="tutor-dark",
    primary="#7aa2f7",
    secondary="#9ece9a",
    accent="#e0af68",
    foreground="#d5d9e6",
    background="#16181f",
    surface="#1c1f28",
    panel="#252936",
    success="#8fce7e",
    warning="#e5b567",
    error="#f2788f",
    dark=True,
)

LIGHT = Theme(
    name="tutor-light",
    primary="#1f4fa8",
    secondary="#2b6b3f",
    accent="#8a5300",
    foreground="#1d2026",
    background="#fbfaf7",
    surface="#f3f1ea",
    panel="#e7e4da",
    success="#1f6b2c",
    warning="#7a4b00",
    error="#a3132f",
    dark=False,
)

CONTRAST = Theme(
    name="tutor-contrast",
    primary="#ffff00",
    secondary="#00ffff",
    accent="#ffff00",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#000000",
    success="#00ff5f",
    warning="#ffff00",
    error="#ff8c8c",
    dark=True,
    text_alpha=1.0,
    variables={
        "text-muted": "#ffffff",
        "text-disabled": "#ffffff",
        "foreground-muted": "#ffffff",
        "block-cursor-background": "#ffff00",
        "block-cursor-foreground": "#000000",
        "block-cursor-blurred-background": "#ffffff",
        "block-cursor-blurred-foreground": "#000000",
        "border": "#ffffff",
        "border-blurred": "#ffffff",
    },
)

THEMES = {"dark": DARK, "light": LIGHT, "contrast": CONTRAST}
"""The looks by the name the settings use."""

TITLES = {"dark": "Dark", "light": "Light", "contrast": "High contrast"}
"""What the settings call them on the screen."""

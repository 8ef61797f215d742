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
    variables={
        "text-muted": "#9aa3b8",
        "text-disabled": "#828a9c",
        "border-blurred": "#454c61",
        "block-cursor-background": "#2f3b63",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-blurred-background": "#242936",
    },
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
    variables={
        "text-muted": "#575b66",
        "text-disabled": "#6a6e78",
        "border-blurred": "#b5b0a0",
        "block-cursor-background": "#cfdbf3",
        "block-cursor-foreground": "#10131a",
        "block-cursor-blurred-background": "#e9e6dc",
    },
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
        "block-cursor-background": "#00007a",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-blurred-background": "#303030",
        "block-cursor-blurred-foreground": "#ffffff",
        "border": "#ffffff",
        "border-blurred": "#ffffff",
    },
)

THEMES = {"dark": DARK, "light": LIGHT, "contrast": CONTRAST}
"""The looks by the name the settings use."""

TITLES = {"dark": "Dark", "light": "Light", "contrast": "High contrast"}
"""What the settings call them on the screen."""
